//! Who may use the bot: strangers, those whom an owner lets in or shuts out, and those who would like to be an owner.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::view::Act;
use serde_json::{Value, json};
use teloxide::types::UserId;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, within};

/// Runs the bot; writes English.
pub(crate) const OLGA: i64 = 1003;
/// Runs it too; writes Russian.
pub(crate) const OTTO: i64 = 1005;

/// A private bot of Olga and Otto, which nobody may use yet.
pub(crate) async fn private_bot(mode: Mode, settings: &[(&str, &str)]) -> World {
    let owners = format!("{OLGA}, {OTTO}");
    let (list, own) = (("ALLOWED_USER_IDS", OLGA.to_string()), ("ADMIN_USER_IDS", owners));
    let mut all = vec![(list.0, list.1.as_str()), (own.0, own.1.as_str())];
    all.extend_from_slice(settings);
    let mut world = World::asleep(mode, &all).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.telegram.add_person(OTTO, "Otto", Some("ru"));
    world.bot.starts().await;
    world
}

/// Somebody writes to the bot, which works on it; what it has said then, all of it.
pub(crate) async fn says(world: &World, user: i64, text: &str) -> Vec<String> {
    world.says(user, user, text);
    world.drains().await;
    said(world, user)
}

/// The last thing that is said then.
pub(crate) async fn hears(world: &World, user: i64, text: &str) -> String {
    says(world, user, text).await.pop().unwrap_or_default()
}

fn said(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

fn people(world: &World) -> i64 {
    stored(world.folder.path(), "SELECT count(*) FROM people")
}

fn told_their_id(language: Language, user: i64) -> String {
    replies::private_bot(language, UserId(user.unsigned_abs()))
}

/// What an owner is told who has decided about Anna.
fn holds(language: Language, holds: impl Fn(Language, &str) -> String, who: &str, before: Option<&str>) -> String {
    let before = before.map_or_else(|| replies::as_before(language), |before| replies::was_before(language, before));
    format!("{}\n{before}", holds(language, who))
}

#[tokio::test]
async fn a_stranger_is_told_their_id_once_and_a_restart_does_not_repeat_it() {
    let mut world = private_bot(Mode::Webhook, &[("USER_MESSAGES_PER_MINUTE", "1")]).await;
    for text in ["привет", "/start", "/frobnicate", "/status"] {
        world.says(BORIS, BORIS, text);
    }
    world.says(ANNA, GROUP, "/ask@routergram_bot may I?");
    world.anna("hello");
    world.drains().await;
    assert_eq!(said(&world, BORIS), [told_their_id(Language::Ru, BORIS)]);
    assert_eq!(said(&world, ANNA), [told_their_id(Language::En, ANNA)]);
    assert_eq!(said(&world, GROUP), Vec::<String>::new());
    world.bot.dies();
    world.bot.starts().await;
    assert_eq!(says(&world, BORIS, "и теперь?").await.len(), 1, "once is enough");
    let row = "SELECT group_concat(user_id || ' ' || told || ' ' || ifnull(name, '-'), '; ') FROM people";
    assert_eq!(stored::<String>(world.folder.path(), row), format!("{ANNA} 1 -; {BORIS} 1 -"));
    let kept = "SELECT (SELECT count(*) FROM turns) + (SELECT count(*) FROM ledger) + (SELECT count(raw) FROM inbox)";
    assert_eq!(stored::<i64>(world.folder.path(), kept), 0, "nothing of what they wrote is kept");
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn whom_an_owner_lets_in_or_shuts_out_is_so_at_once_and_after_a_crash() {
    let mut world = private_bot(Mode::Polling, &[]).await;
    world.model.answers("hello");
    world.anna("may I?");
    world.drains().await;
    let id = ANNA.to_string();
    let heard = hears(&world, OLGA, &format!("/allow {ANNA}")).await;
    assert_eq!(heard, holds(Language::En, replies::holds_allowed, &id, Some("stranger")));
    assert_eq!(hears(&world, ANNA, "and now?").await, "hello");
    world.bot.dies();
    world.bot.starts().await;
    assert_eq!(says(&world, ANNA, "still?").await.len(), 3);
    // Her name is known since she was answered.
    let (named, no_access) = (format!("Anna ({ANNA})"), replies::standing_stranger(Language::Ru));
    let heard = hears(&world, OTTO, &format!("/ban {ANNA}")).await;
    assert_eq!(
        heard,
        holds(Language::Ru, replies::holds_banned, &named, Some(&replies::standing_allowed(Language::Ru)))
    );
    for _ in 0..3 {
        world.anna("why?");
    }
    world.says(ANNA, GROUP, "/ask@routergram_bot why?");
    world.drains().await;
    world.bot.dies();
    world.bot.starts().await;
    assert_eq!(says(&world, ANNA, "why?").await[3..], [replies::excluded(Language::En)], "once");
    assert_eq!((said(&world, GROUP).len(), world.model.request_count()), (0, 2));
    let heard = hears(&world, OLGA, &format!("/ban {ANNA}")).await;
    assert_eq!(heard, holds(Language::En, replies::holds_banned, &named, None));
    // She had been let in, and is again what she was.
    let heard = hears(&world, OLGA, &format!("/unban {ANNA}")).await;
    assert_eq!(heard, holds(Language::En, replies::holds_allowed, &named, Some("banned")));
    assert_eq!(hears(&world, ANNA, "thank you").await, "hello");
    // Boris had not; and he is told of each change.
    hears(&world, OLGA, &format!("/ban {BORIS}")).await;
    assert_eq!(hears(&world, BORIS, "привет").await, replies::excluded(Language::Ru));
    let heard = hears(&world, OTTO, &format!("/unban {BORIS}")).await;
    let was = replies::standing_banned(Language::Ru);
    assert_eq!(heard, holds(Language::Ru, replies::holds_stranger, &BORIS.to_string(), Some(&was)));
    assert_eq!(hears(&world, BORIS, "привет").await, told_their_id(Language::Ru, BORIS));
    hears(&world, OLGA, &format!("/ban {BORIS}")).await;
    let heard = hears(&world, OTTO, &format!("/allow {BORIS}")).await;
    assert_eq!(heard, holds(Language::Ru, replies::holds_allowed, &BORIS.to_string(), Some(&was)));
    assert_ne!(was, no_access);
    world.ends().await;
}

#[tokio::test]
async fn a_ban_ends_the_answer_and_what_waits_reaches_no_model() {
    let world = World::asleep(Mode::Webhook, &[("ADMIN_USER_IDS", "1003")]).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    let mut world = world;
    world.bot.starts().await;
    world.model.answers("one two three four five six");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the model writes", gate.reached()).await;
    for text in ["and then?", "and after that?", "/retry"] {
        world.anna(text);
    }
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    world.says(OLGA, OLGA, &format!("/ban {ANNA}"));
    // The answer ends although the model has not gone on.
    world.drains().await;
    within("the model notices", world.model.idle()).await;
    drop(gate);
    assert_eq!(world.model.book().iter().map(|booking| booking.cancelled).collect::<Vec<_>>(), [true]);
    let said = said(&world, ANNA);
    assert_eq!(said.last(), Some(&replies::excluded(Language::En)), "{said:#?}");
    assert_eq!((said.len(), world.model.request_count()), (2, 1));
    assert!(!said[0].contains("three"), "{said:#?}");
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn two_owners_who_decide_about_one_person_at_once_are_both_told_what_holds() {
    let mut world = private_bot(Mode::Webhook, &[]).await;
    world.says(OLGA, OLGA, &format!("/allow {ANNA}"));
    world.says(OTTO, OTTO, &format!("/ban {ANNA}"));
    world.drains().await;
    let banned: bool = stored(world.folder.path(), "SELECT banned FROM people WHERE user_id = 1001");
    let id = ANNA.to_string();
    let last =
        |language| if banned { replies::holds_banned(language, &id) } else { replies::holds_allowed(language, &id) };
    let told = [(OLGA, Language::En), (OTTO, Language::Ru)];
    let agreed = told.iter().filter(|(owner, language)| world.last_said(*owner).starts_with(&last(*language)));
    assert!(agreed.count() >= 1, "{} / {}", world.last_said(OLGA), world.last_said(OTTO));
    let answered = usize::from(!banned);
    world.anna("hello");
    world.drains().await;
    assert_eq!(world.model.request_count(), answered);
    world.bot.dies();
    world.bot.starts().await;
    world.anna("hello");
    world.drains().await;
    assert_eq!(world.model.request_count(), 2 * answered, "memory and store agree");
    world.ends().await;
}

#[tokio::test]
async fn what_cannot_be_decided_is_said_and_changes_nothing() {
    let world = private_bot(Mode::Webhook, &[]).await;
    let (usage, ru) = (replies::decide_usage(Language::En), Language::Ru);
    for text in
        ["/allow", "/ban Anna", "/ban @anna", "/allow 0", "/ban -5", "/allow 12 13", "/unban 99999999999999999999"]
    {
        assert_eq!(hears(&world, OLGA, text).await, usage, "{text}");
    }
    assert_eq!(hears(&world, OTTO, "/ban").await, replies::decide_usage(ru));
    for id in [1_087_968_824_i64, 136_817_688, 777_000] {
        assert_eq!(hears(&world, OLGA, &format!("/allow {id}")).await, replies::stand_in(Language::En));
    }
    for text in ["/ban 1005", "/ban 1003", "/allow 1005"] {
        let who = text.rsplit(' ').next().unwrap();
        assert!(hears(&world, OLGA, text).await.contains("cannot be banned"), "{text} {who}");
    }
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM people WHERE allowed + banned > 0"), 0);
    world.ends().await;
}

/// A message of Olga's in her own chat.
fn of_olga(fields: &Value) -> Value {
    let olga = json!({"id": OLGA, "is_bot": false, "first_name": "Olga", "language_code": "en"});
    let mut message = json!({"message_id": 900, "date": 1_790_000_000, "from": olga,
        "chat": {"id": OLGA, "type": "private"}});
    for (name, value) in fields.as_object().expect("fields are an object") {
        message[name] = value.clone();
    }
    message
}

async fn gets(world: &World, update: &Value) {
    let _ = world.telegram.inject(&update.to_string());
    world.drains().await;
}

#[tokio::test]
async fn a_reply_to_what_was_passed_on_decides_about_whoever_wrote_it() {
    let world = private_bot(Mode::Webhook, &[]).await;
    let boris = json!({"id": BORIS, "is_bot": false, "first_name": "Boris"});
    let passed_on = |origin: Value| json!({"message_id": 7, "date": 1, "chat": {"id": OLGA}, "forward_origin": origin});
    let replies_with = |text: &str, origin: Value| json!({"message": of_olga(&json!({"text": text, "reply_to_message": passed_on(origin)}))});
    let told = json!({"type": "user", "date": 1, "sender_user": boris});
    gets(&world, &replies_with("/allow", told.clone())).await;
    let who = BORIS.to_string();
    assert_eq!(world.last_said(OLGA), holds(Language::En, replies::holds_allowed, &who, Some("stranger")));
    gets(&world, &replies_with("/ban", told.clone())).await;
    assert_eq!(world.last_said(OLGA), holds(Language::En, replies::holds_banned, &who, Some("allowed")));
    gets(&world, &replies_with("/ban", json!({"type": "hidden_user", "date": 1, "sender_user_name": "X"}))).await;
    assert_eq!(world.last_said(OLGA), replies::origin_hidden(Language::En));
    // What is written counts more than what is replied to.
    gets(&world, &replies_with(&format!("/allow {ANNA}"), told)).await;
    assert_eq!(world.last_said(OLGA), holds(Language::En, replies::holds_allowed, &ANNA.to_string(), Some("stranger")));
    gets(
        &world,
        &json!({"message": of_olga(&json!({"text": "/ban", "reply_to_message": {"message_id": 7, "from": boris}}))}),
    )
    .await;
    assert_eq!(world.last_said(OLGA), replies::decide_usage(Language::En));
    world.ends().await;
}

#[tokio::test]
async fn nobody_passes_for_an_owner_in_any_disguise() {
    let world = private_bot(Mode::Webhook, &[]).await;
    hears(&world, OLGA, &format!("/allow {ANNA}")).await;
    let before = (people(&world), said(&world, OLGA).len());
    let commands = ["/status", "/users", "/allow 1002", "/ban 1002", "/unban 1002", "/budget 1002 5"];
    for text in commands {
        let command = text.split(' ').next().unwrap();
        let answer = hears(&world, ANNA, text).await;
        assert!(answer.starts_with(&format!("I do not know {command}.")), "{text}: {answer}");
    }
    let ban = format!("/ban {ANNA}");
    let bot = json!({"id": 5, "is_bot": true, "first_name": "Via"});
    for disguise in [
        json!({"forward_origin": {"type": "user", "date": 1, "sender_user": {"id": OLGA, "is_bot": false, "first_name": "O"}}}),
        json!({"forward_from": {"id": OLGA, "is_bot": false, "first_name": "O"}, "forward_date": 1}),
        json!({"via_bot": bot}),
        json!({"sender_business_bot": bot}),
        json!({"business_connection_id": "x"}),
    ] {
        let mut fields = disguise.clone();
        fields["text"] = json!(ban);
        gets(&world, &json!({"message": of_olga(&fields)})).await;
        let answer = world.last_said(OLGA);
        assert!(answer.starts_with("I do not know /ban."), "{disguise}: {answer}");
    }
    let heard = said(&world, OLGA).len();
    for unheard in [
        json!({"message": of_olga(&json!({"text": ban, "sender_chat": {"id": -7, "type": "channel", "title": "X"}}))}),
        json!({"edited_message": of_olga(&json!({"text": ban, "edit_date": 1_790_000_001}))}),
        json!({"business_message": of_olga(&json!({"text": ban, "business_connection_id": "x"}))}),
        json!({"channel_post": {"message_id": 1, "date": 1, "text": ban, "chat": {"id": -7, "type": "channel", "title": "X"},
            "sender_chat": {"id": OLGA, "type": "channel", "title": "X"}}}),
    ] {
        gets(&world, &unheard).await;
    }
    world.telegram.add_group(GROUP - 1, "Olga's", &[OLGA]);
    world.telegram.set_admins(GROUP - 1, &[OLGA]);
    world.says(OLGA, GROUP - 1, &format!("/ban@routergram_bot {ANNA}"));
    let anonymous =
        |text: String| Act::SendAnonymously { chat: GROUP - 1, user: OLGA, text, reply_to: None, thread: None };
    world.telegram.act(anonymous(format!("/ban@routergram_bot {ANNA}"))).unwrap();
    world.telegram.act(anonymous("/ask@routergram_bot what?".to_owned())).unwrap();
    world.drains().await;
    assert_eq!((said(&world, OLGA).len(), said(&world, GROUP - 1).len()), (heard, 0));
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM people WHERE banned = 1"), 0);
    assert_eq!((people(&world), before.1), (before.0, 1), "who is not heard leaves no trace");
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn what_had_begun_to_grow_for_somebody_who_was_shut_out_meanwhile_is_taken_away() {
    let mut world = World::with(Mode::Webhook).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask count");
    world.grows(GROUP, "one").await;
    world.bot.dies();
    gate.release();
    world.bot.set("ALLOWED_USER_IDS", &OLGA.to_string());
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(said(&world, GROUP), Vec::<String>::new());
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}
