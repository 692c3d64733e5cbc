//! The scenes: five updates each, and what is special about the world in which they come.

use routergram::replies::{self, Language};
use routergram::sandbox::model::{Fault, Gate, Records, Reporting};
use routergram::sandbox::telegram::{Fault as Refusal, InlineMode, Trouble};
use serde_json::json;

use crate::world::audit::{open, stored};
use crate::world::{ANNA, BORIS, GROUP, Mode, World, samples, until, within};

/// Asks for answers that are more than a text.
const CLARA: i64 = 1004;
/// A group that has not become a supergroup.
const BASIC: i64 = -77;
/// Runs the bot.
const OLGA: i64 = 1003;

/// A world and its five updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scene {
    /// The bot starts, and five updates wait for it, in polling mode.
    Start,
    /// The same in webhook mode.
    Door,
    /// Two questions in one chat, a long answer in another, a sentence of the bot's own, and something to ignore.
    Questions,
    /// An answer that is shown in a draft.
    Drafted,
    /// An answer that goes into a message that was placed for it.
    Placeholder,
    /// An answer that grows in such a message.
    Grown,
    /// A retry button under an answer of two messages.
    Again,
    /// A Stop button that is pressed by somebody else than who asked.
    NotYours,
    /// A table, and an answer that comes as a file.
    Forms,
    /// A chart of what was spent.
    Charted,
    /// A photo and a file.
    Sent,
    /// A voice message and a picture to be painted.
    Beside,
    /// Questions that were asked in a chat without the bot.
    Inline,
    /// Telegram wants nothing more for a while.
    Flooded,
    /// Somebody has blocked the bot.
    Blocked,
    /// A group becomes a supergroup.
    Moved,
    /// The bot is thrown out of a group.
    Thrown,
    /// An update whose handling has killed three times.
    Poisoned,
    /// An update whose handling has killed twice, and does so no more.
    Suspected,
    /// Costs that were not told with the answers.
    Settling,
    /// The same, and the provider does not know them yet.
    SettlingLate,
    /// The same, and the provider will never know them.
    SettlingNever,
    /// Somebody is given a budget of their own.
    Budgeted,
    /// Somebody is let in.
    Decided,
    /// A key that is refused, which the owner is told.
    Owned,
    /// The process is asked to stop while an answer is being written.
    Stopping,
}

impl Scene {
    pub(super) fn mode(self) -> Mode {
        if self == Self::Door { Mode::Webhook } else { Mode::Polling }
    }

    /// Where everybody waits, unless a point says otherwise: for what happens beside the answers.
    pub(super) fn holds(self) -> &'static str {
        match self {
            Self::Start | Self::Door | Self::Owned => "before-begin",
            // What happens to groups is another lane's matter than what is said there.
            Self::Moved | Self::Thrown => "before-ask",
            // Or else nothing is owed any more.
            Self::Blocked => "before-abandon",
            _ => "",
        }
    }

    /// The world, with people in it and no bot yet. One place for answers, so that they come one after the other.
    pub(super) async fn world(self) -> World {
        let olga = OLGA.to_string();
        let mut settings = vec![("MAX_CONCURRENT_TURNS", "1")];
        if matches!(self, Self::Budgeted | Self::Decided) {
            settings.push(("ADMIN_USER_IDS", olga.as_str()));
        }
        if self == Self::Owned {
            settings.extend([("ADMIN_USER_IDS", olga.as_str()), ("OPENROUTER_API_KEY", "sk-or-v1-TEST-but-bad")]);
        }
        if self == Self::Beside {
            settings.extend([("TRANSCRIPTION_MODEL", "openai/whisper-1"), ("IMAGE_MODEL", "recraft/recraft-v3")]);
        }
        if self == Self::Forms {
            settings.push(("MAX_TOKENS", "20000"));
        }
        if self == Self::Stopping {
            settings.push(("DRAIN_SECS", "1"));
        }
        let mut world = World::asleep(self.mode(), &settings).await;
        world.telegram.add_person(CLARA, "Clara", Some("en"));
        world.telegram.add_person(OLGA, "Olga", Some("en"));
        world.model.answers_with(|asked| answer(asked.question()));
        world.words_wait_for_the_ledger();
        world.expects_in_log(&["may arrive twice", "Another process receives", "Polling fails"]);
        world.expects_in_log(self.complaints());
        world
    }

    fn complaints(self) -> &'static [&'static str] {
        match self {
            Self::Start => &["Removed the webhook"],
            Self::Again => &["The model failed"],
            Self::Flooded => &["cannot be delivered now"],
            Self::Poisoned | Self::Suspected => &["was given up and parked"],
            Self::SettlingNever => &["What an answer cost cannot be found out"],
            Self::Owned => &["does not accept OPENROUTER_API_KEY", "refuses this account or model"],
            Self::Stopping => &["The time to drain is over"],
            _ => &[],
        }
    }

    /// Everything that happens before the first life that is cut short: what is written waits at Telegram.
    pub(super) async fn prepare(self, world: &mut World) {
        match self {
            Self::Start => leaves_a_webhook_behind(world).await,
            Self::Again => is_to_be_answered_again(world).await,
            Self::Forms => {
                world.anna("table");
                world.says(CLARA, CLARA, "book");
                world.says(BORIS, BORIS, "/help");
                world.anna("two");
                world.says(CLARA, CLARA, "three");
            }
            Self::Charted => something_was_spent(world),
            Self::Sent => files_are_sent(world),
            Self::Beside => something_is_said_and_wished(world),
            Self::Inline => are_asked_inline(world).await,
            Self::Moved | Self::Thrown => self.befalls_a_group(world),
            Self::Budgeted | Self::Decided => self.is_decided_by_the_owner(world),
            Self::Placeholder | Self::Grown | Self::NotYours => {
                world.says(ANNA, GROUP, "/ask one");
                world.anna("two");
                world.says(BORIS, BORIS, "three");
                world.says(BORIS, GROUP, "/ask four");
                if self != Self::NotYours {
                    world.anna("five");
                }
            }
            _ => questions(world),
        }
        match self {
            Self::Poisoned => poisons(world, 3).await,
            Self::Suspected => poisons(world, 2).await,
            Self::Settling => leaves_costs_open(world, 0, Records::AtOnce).await,
            Self::SettlingLate => leaves_costs_open(world, 0, Records::Late).await,
            Self::SettlingNever => leaves_costs_open(world, 8, Records::Late).await,
            Self::Flooded => {
                let flood = Trouble::TooManyRequests { retry_after: 6 };
                world.telegram.fail(Refusal::new("sendMessage", 1, flood).in_chat(ANNA));
            }
            Self::Blocked => world.telegram.block_bot(BORIS, true),
            Self::Owned => world.model.fails_always(Fault::no_credit()),
            _ => {}
        }
    }

    fn befalls_a_group(self, world: &World) {
        if self == Self::Thrown {
            world.says(BORIS, GROUP, "/frobnicate");
            world.anna("one");
            world.says(CLARA, CLARA, "three");
            world.telegram.kick_bot(GROUP);
            world.anna("two");
            return;
        }
        world.telegram.add_group(BASIC, "Small", &[ANNA, BORIS]);
        world.says(BORIS, BASIC, "/frobnicate");
        let grown = world.telegram.migrate(BASIC);
        world.anna("one");
        world.says(ANNA, grown, "/ask two");
    }

    fn is_decided_by_the_owner(self, world: &World) {
        if self == Self::Budgeted {
            world.says(OLGA, OLGA, &format!("/budget {ANNA} 5"));
            world.anna("one");
            world.says(BORIS, BORIS, "/budget 1002 5");
            world.anna("two");
            world.says(OLGA, OLGA, &format!("/budget {ANNA}"));
            return;
        }
        world.says(OLGA, OLGA, &format!("/allow {BORIS}"));
        world.anna("one");
        world.says(CLARA, CLARA, "three");
        world.anna("two");
        world.says(OLGA, OLGA, &format!("/allow {BORIS}"));
    }

    /// What people do while the bot lives its first life; what is returned is held until its end.
    pub(super) async fn act(self, world: &mut World, point: &str) -> Vec<Gate> {
        match self {
            Self::Drafted => vec![world.model.hold_after(1)],
            Self::Placeholder if point.contains("store-reply") => {
                let gate = world.model.hold_after(0);
                let placed = "SELECT count(*) FROM inbox WHERE placed IS NOT NULL";
                let folder = world.folder.path().to_owned();
                until("a place is noted", async || folder.join("routergram.db").exists() && noted(&folder, placed))
                    .await;
                gate.release();
                Vec::new()
            }
            Self::Grown => vec![world.model.hold_after(2)],
            Self::NotYours => {
                let gate = world.model.hold_after(1);
                let growing = within("a message that can be stopped", growing(world)).await;
                // Before that, nobody could tell whether the ledger will know of it.
                let (begun, folder) = ("SELECT count(*) FROM ledger", world.folder.path().to_owned());
                until("it is in the ledger", async || noted(&folder, begun)).await;
                world.presses(BORIS, GROUP, &growing, "stop:");
                vec![gate]
            }
            Self::Stopping => {
                let mut gate = world.model.hold_after(1);
                within("the model pauses", gate.reached()).await;
                if !point.is_empty() {
                    world.bot.gets("TERM");
                }
                vec![gate]
            }
            _ => Vec::new(),
        }
    }

    /// What the scene waits for beside the answers.
    pub(super) async fn settles(self, world: &World) {
        match self {
            Self::SettlingLate => {
                let left = "SELECT count(*) FROM ledger WHERE settle_tries = 0";
                until("every cost was looked for", async || stored::<i64>(world.folder.path(), left) == 0).await;
            }
            Self::Owned => {
                world.answers(OLGA, 1).await;
            }
            _ => world.settles().await,
        }
    }
}

/// A bot has run in webhook mode, and has not come to setting a menu.
async fn leaves_a_webhook_behind(world: &mut World) {
    let url = world.bot.address("");
    world.bot.set("WEBHOOK_URL", &url);
    world.bot.set("ROUTERGRAM_FAULT_HOLD", "before-getMyCommands");
    world.bot.starts().await;
    world.bot.dies();
    world.bot.unset("ROUTERGRAM_FAULT_HOLD");
    world.bot.set("USE_WEBHOOK", "false");
    questions(world);
}

/// An answer was cut off, and somebody has pressed the button under it; others ask meanwhile.
async fn is_to_be_answered_again(world: &mut World) {
    world.model.fails_next(1, &Fault::EndAfter { chunks: 2 });
    world.says(ANNA, GROUP, "/ask why?");
    world.bot.starts().await;
    world.drains().await;
    world.bot.stops().await;
    let last = world.said(GROUP).pop().unwrap();
    world.presses(ANNA, GROUP, &last, "retry:");
    world.anna("one");
    world.says(BORIS, BORIS, "two");
    world.anna("three");
    world.says(BORIS, BORIS, "four");
}

/// A question has killed so many times.
async fn poisons(world: &mut World, times: usize) {
    world.bot.set("ROUTERGRAM_FAULT_POISON", "\"long\"");
    for _ in 0..times {
        world.bot.spawns();
        assert_eq!(world.bot.ends().await.status, None, "it is no poison:\n{}", world.bot.log());
    }
    world.bot.unset("ROUTERGRAM_FAULT_POISON");
}

/// The answers have been given, and what they cost is to be looked up; it was so many times already.
async fn leaves_costs_open(world: &mut World, looks: usize, then: Records) {
    world.model.reports(Reporting::Never);
    world.model.keeps_records(Records::Late);
    world.bot.starts().await;
    world.drains().await;
    world.bot.stops().await;
    let due = format!("UPDATE ledger SET settle_at = 0, settle_tries = {looks} WHERE settle_at IS NOT NULL");
    assert_eq!(open(world.folder.path()).execute(&due, []).unwrap(), 3);
    world.model.keeps_records(then);
}

fn noted(folder: &std::path::Path, query: &str) -> bool {
    open(folder).query_row(query, [], |row| row.get::<_, i64>(0)).is_ok_and(|count| count > 0)
}

async fn growing(world: &World) -> routergram::sandbox::telegram::view::MessageView {
    let words = replies::placeholder(Language::En);
    let shown =
        |messages: &[routergram::sandbox::telegram::view::MessageView]| messages.iter().any(crate::world::is_growing);
    world.telegram.chat_becomes(GROUP, shown).await;
    let found = world.said(GROUP).into_iter().find(crate::world::is_growing);
    found.unwrap_or_else(|| panic!("{words} was there a moment ago"))
}

/// The five that most scenes are made of.
fn questions(world: &World) {
    world.anna("one");
    world.says(BORIS, GROUP, "/frobnicate");
    world.says(CLARA, CLARA, "long");
    world.says(BORIS, BORIS, "/help");
    world.anna("two");
}

/// What the model says to a question.
fn answer(question: &str) -> String {
    match question {
        "long" => ["first", "middle", "last"].map(|part| format!("{part} part {}", "x".repeat(2500))).join("\n\n"),
        "book" => ["page 1", "page 2", "page 3", "page 4", "page 5", "page 6", "page 7"]
            .map(|page| format!("{page} {}", "x".repeat(4000)))
            .join("\n\n"),
        "table" => "Look:\n\n| a | b |\n|---|---|\n| 1 | 2 |".to_owned(),
        question => format!("re: {question}"),
    }
}

async fn are_asked_inline(world: &World) {
    world.telegram.set_inline(InlineMode::WithFeedback);
    world.telegram.add_group_without_bot(GROUP - 1, "Away", &[ANNA, BORIS]);
    is_asked_inline(world, ANNA, "one").await;
    world.anna("two");
    is_asked_inline(world, BORIS, "three").await;
    world.says(BORIS, BORIS, "four");
    world.anna("five");
}

/// A bot that was there before has offered it, and somebody has sent it.
async fn is_asked_inline(world: &World, user: i64, question: &str) {
    let query = world.types_inline(user, GROUP - 1, question);
    let keyboard = json!({"inline_keyboard": [[{"text": "Answer", "callback_data": "ask:x"}]]});
    let result = json!({"type": "article", "id": "ask", "title": "Ask", "reply_markup": keyboard,
        "input_message_content": {"message_text": format!("{question}\n…")}});
    let method = format!("{}/bot{}/answerInlineQuery", world.telegram.api_url(), world.telegram.token());
    let answer = world.bot.http.post(method).json(&json!({"inline_query_id": query, "results": [result]}));
    assert!(answer.send().await.unwrap().status().is_success());
    world.chooses_inline(user, GROUP - 1, (&query, "ask")).await;
}

fn files_are_sent(world: &World) {
    world.sends_with(ANNA, ANNA, samples::photo(3, 3), "one");
    world.anna("two");
    world.sends(BORIS, BORIS, samples::document("three.txt", "three"));
    world.anna("four");
    world.says(CLARA, CLARA, "five");
}

fn something_is_said_and_wished(world: &World) {
    world.sends(ANNA, ANNA, samples::voice());
    world.anna("two");
    world.says(BORIS, BORIS, "/image three");
    world.anna("four");
    world.says(CLARA, CLARA, "five");
}

fn something_was_spent(world: &World) {
    world.anna("one");
    world.anna("/stats");
    world.says(BORIS, BORIS, "/help");
    world.anna("two");
    world.says(CLARA, CLARA, "three");
}
