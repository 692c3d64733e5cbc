//! Nothing of one place is seen in another: not what was asked or answered, not what was chosen, not what it cost.
//!
//! The story tries hard: it says words in one place that stand nowhere else, does everything that could bring them to
//! another place, and reads whatever the bot has sent there, and whatever the model was told for it.

use routergram::sandbox::telegram::view::{Act, MessageView};
use serde_json::{Value, json};

use crate::catalogue::knows_models;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, samples};

/// In every word that must stay where it was said.
const CANARY: &str = "canary";
/// Boris's and Anna's other group.
const OTHER: i64 = GROUP - 1;
/// What the model is told in groups alone.
const IN_A_GROUP: &str = "Several people talk here";

/// Commands that are about somebody, or about the place.
const COMMANDS: [&str; 13] = [
    "/retry",
    "/export",
    "/forget",
    "/privacy",
    "/stats",
    "/settings",
    "/model",
    "/persona",
    "/language",
    "/help",
    "/start",
    "/stop",
    "/status",
];

async fn world() -> World {
    let mut world = World::with_settings(Mode::Webhook, &[("HISTORY_DAYS", "30")]).await;
    knows_models(&world).await;
    world.expects_in_log(&["An update was parked"]);
    world.telegram.add_group(OTHER, "Work", &[ANNA, BORIS]);
    // What is asked with a canary is answered with one.
    world.model.answers_with(|asked| {
        let told = asked.body.to_string();
        if asked.question().contains(CANARY) { format!("{CANARY} answer") } else { format!("{} letters", told.len()) }
    });
    world
}

async fn says(world: &World, user: i64, chat: i64, text: &str) -> MessageView {
    world.says(user, chat, text);
    world.drains().await;
    world.said(chat).pop().unwrap_or_default()
}

/// Anna says and chooses whatever can be said and chosen in private.
async fn fills_a_private_chat(world: &World) -> Vec<(i64, String)> {
    says(world, ANNA, ANNA, "/new Be a canary prompt").await;
    says(world, ANNA, ANNA, "/model openai/gpt-4o-mini").await;
    says(world, ANNA, ANNA, "/persona cook").await;
    let settings = says(world, ANNA, ANNA, "/settings").await;
    world.taps(ANNA, ANNA, "short").await;
    world.sends_with(ANNA, ANNA, samples::photo(8, 8), "the canary caption");
    world.drains().await;
    world.sends_with(ANNA, ANNA, samples::document("canary.txt", "the canary file"), "what is in it?");
    world.drains().await;
    let odd =
        json!({"message_id": "canary parked", "date": 1, "chat": {"id": ANNA, "type": "private"}, "text": "canary"});
    let _ = world.telegram.inject(&json!({ "message": odd }).to_string());
    world.drains().await;
    says(world, ANNA, ANNA, "the canary question").await;
    let forget = says(world, ANNA, ANNA, "/forget").await;
    let buttons = [settings, forget].into_iter().flat_map(|panel| {
        let rows = panel.keyboard.unwrap_or_default();
        let all: Vec<Value> =
            rows.as_array().into_iter().flatten().filter_map(|row| row.as_array().cloned()).flatten().collect();
        all.into_iter().filter_map(|button| button["callback_data"].as_str().map(str::to_owned))
    });
    let seqs = (1..60).flat_map(|seq| [format!("retry:{seq}"), format!("stop:{seq}")]);
    // Not the one that is pressed to be forgotten: what is gone leaks no more. Nor such as change settings: she is the
    // group's admin, and would change the group's.
    let changes = |data: &String| data.rsplit(':').next().is_some_and(|wish| wish.starts_with(['n', 'e', 'w']));
    let kept = buttons.filter(|data| !data.ends_with(":forget") && !changes(data));
    kept.chain(seqs).map(|data| (ANNA, data)).collect()
}

/// Somebody's program makes up a press: this button under that message.
fn presses(world: &World, user: i64, (chat, message_id): (i64, i64), data: &str) {
    let place = json!({"message_id": message_id, "date": 1, "chat": {"id": chat, "type": "supergroup", "title": "x"}});
    let from = json!({"id": user, "is_bot": false, "first_name": "Somebody", "language_code": "en"});
    let press =
        json!({"id": format!("{user}{data}"), "from": from, "chat_instance": "1", "message": place, "data": data});
    let _ = world.telegram.inject(&json!({ "callback_query": press }).to_string());
}

/// Everybody does everything there.
async fn tries_everything_in(world: &World, chat: i64, buttons: &[(i64, String)], topic: Option<i64>) {
    for user in [ANNA, BORIS] {
        says(world, user, chat, "/ask what was said before?").await;
        for command in COMMANDS {
            says(world, user, chat, command).await;
        }
        if let Some(topic) = topic {
            world.says_in(user, chat, topic, "/ask and here?");
            world.says_in(user, chat, topic, "/retry");
            world.drains().await;
        }
    }
    let Some(last) = world.said(chat).pop() else { return };
    for (user, data) in buttons {
        for user in [*user, BORIS] {
            presses(world, user, (chat, last.message_id), data);
        }
    }
    // What was written in private had the same numbers.
    for message_id in 1..40 {
        let from = json!({"id": ANNA, "is_bot": false, "first_name": "Anna"});
        let edited = json!({"message_id": message_id, "date": 1, "edit_date": 2, "from": from,
            "chat": {"id": chat, "type": "supergroup", "title": "x"}, "text": "@routergram_bot what?"});
        let _ = world.telegram.inject(&json!({ "edited_message": edited }).to_string());
    }
    world.drains().await;
    says(world, BORIS, chat, "@routergram_bot what did Anna tell you?").await;
}

/// What the bot has sent to this chat, or shown to whoever pressed there, from this call on.
fn sent(world: &World, chat: i64, since: usize) -> Vec<String> {
    let calls = world.telegram.calls().split_off(since);
    let there =
        |call: &&routergram::sandbox::telegram::Call| call.method == "answerCallbackQuery" || call.chat == Some(chat);
    calls.iter().filter(there).map(|call| format!("{} {}", call.method, call.params)).collect()
}

/// What the model was told, from this question on.
fn told(world: &World, since: usize) -> Vec<Value> {
    world.model.requests().split_off(since).into_iter().map(|asked| asked.body).collect()
}

#[track_caller]
fn none_holds(said: &[String], word: &str) {
    let leaks: Vec<_> = said.iter().filter(|said| said.contains(word)).collect();
    assert!(leaks.is_empty(), "{word:?} in {leaks:#?}");
    assert!(!said.is_empty(), "nothing was said that could hold it");
}

#[tokio::test]
async fn nothing_of_a_private_chat_is_seen_in_a_group() {
    let mut world = world().await;
    let buttons = fills_a_private_chat(&world).await;
    let kept = world.telegram.chat(ANNA).into_iter().filter(|message| message.text.contains(CANARY)).count();
    assert!(kept >= 5, "there is something to leak: {}", world.telegram.transcript(ANNA));
    let topic = world.telegram.add_topic(GROUP, "Food");
    let (calls, questions) = (world.telegram.calls().len(), world.model.request_count());
    tries_everything_in(&world, GROUP, &buttons, Some(topic)).await;
    world.bot.dies();
    world.bot.starts().await;
    tries_everything_in(&world, GROUP, &buttons, None).await;
    none_holds(&sent(&world, GROUP, calls), CANARY);
    let asked = told(&world, questions);
    none_holds(&asked.iter().map(Value::to_string).collect::<Vec<_>>(), CANARY);
    for body in asked {
        assert_eq!((&body["model"], &body["max_tokens"]), (&json!("openrouter/auto"), &json!(2000)));
        assert!(body["messages"][0]["content"].as_str().unwrap().contains(IN_A_GROUP), "{body}");
        assert!(!body.to_string().contains("good home cook"), "her persona");
    }
    // What Anna herself passes on is there, and brings nothing else along.
    let answer = world.said(ANNA).into_iter().find(|message| message.text == format!("{CANARY} answer")).unwrap();
    let passed_on = world.forwards(ANNA, (ANNA, answer.message_id), GROUP);
    let text = "@routergram_bot what does it mean?".to_owned();
    world.telegram.act(Act::Send { chat: GROUP, user: BORIS, text, reply_to: Some(passed_on), thread: None }).unwrap();
    world.drains().await;
    let body = world.model.requests().pop().unwrap().body.to_string();
    assert_eq!(body.matches(CANARY).count(), 1, "{body}");
    world.ends().await;
}

#[tokio::test]
async fn nothing_of_a_group_is_seen_in_another_one_or_in_another_topic_or_in_private() {
    let mut world = world().await;
    let topic = world.telegram.add_topic(GROUP, "Food");
    says(&world, ANNA, GROUP, "/new Be a canary prompt").await;
    says(&world, ANNA, GROUP, "/ask the canary question").await;
    let panel = says(&world, ANNA, GROUP, "/settings").await;
    world.taps(ANNA, GROUP, "short").await;
    let data = crate::world::acts::data_of(&panel, "in detail");
    let (calls, questions) = (world.telegram.calls().len(), world.model.request_count());
    for crashed in [false, true] {
        if crashed {
            world.bot.dies();
            world.bot.starts().await;
        }
        world.says_in(BORIS, GROUP, topic, "/ask what was said?");
        world.drains().await;
        tries_everything_in(&world, OTHER, &[(ANNA, data.clone()), (ANNA, "retry:2".to_owned())], None).await;
        says(&world, BORIS, BORIS, "what was said in the group?").await;
        says(&world, BORIS, BORIS, "/retry").await;
        says(&world, BORIS, BORIS, "/export").await;
    }
    none_holds(&told(&world, questions).iter().map(Value::to_string).collect::<Vec<_>>(), CANARY);
    none_holds(&sent(&world, OTHER, calls), CANARY);
    none_holds(&sent(&world, BORIS, calls), CANARY);
    let in_topic = world.said(GROUP).into_iter().filter(|message| message.thread == Some(topic));
    none_holds(&in_topic.map(|message| message.text).collect::<Vec<_>>(), CANARY);
    let others = told(&world, questions).into_iter().map(|body| body["max_tokens"].clone());
    assert!(others.into_iter().all(|most| most == 2000), "its settings are its own");
    world.ends().await;
}
