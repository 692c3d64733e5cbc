//! A group becomes a supergroup, which to Telegram is another chat: everything goes on there.

use routergram::replies::{self, Audience, Language};
use routergram::sandbox::telegram::view::Act;
use serde_json::json;

use crate::catalogue::knows_models;
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, World, until, within};

/// A group that has not become a supergroup.
const BASIC: i64 = -77;

async fn world(mode: Mode) -> World {
    // Sealed, since what is sealed is bound to where it stands.
    let world = World::with_settings(mode, &[("DATA_KEY", &"5b".repeat(32))]).await;
    world.telegram.add_group(BASIC, "Small", &[ANNA, BORIS]);
    world.model.answers_with(|asked| format!("after {}", asked.said_by("user").count() - 1));
    world
}

async fn says(world: &World, chat: i64, user: i64, text: &str) -> String {
    world.says(user, chat, text);
    world.drains().await;
    world.last_said(chat)
}

#[tokio::test]
async fn what_a_group_had_it_has_as_a_supergroup() {
    let mut world = world(Mode::Webhook).await;
    knows_models(&world).await;
    says(&world, BASIC, ANNA, "/new You are a pirate").await;
    says(&world, BASIC, ANNA, "/model openai/gpt-4o-mini").await;
    says(&world, BASIC, ANNA, "/language").await;
    world.taps(ANNA, BASIC, "Русский").await;
    let text = "/ask one".to_owned();
    let hidden = Act::SendAnonymously { chat: BASIC, user: ANNA, text, reply_to: None, thread: None };
    world.telegram.act(hidden).unwrap();
    world.drains().await;
    let grown = world.telegram.migrate(BASIC);
    world.drains().await;
    for crashed in [false, true] {
        if crashed {
            world.bot.dies();
            world.bot.starts().await;
        }
        assert_eq!(says(&world, grown, BORIS, "/ask two").await, format!("after {}", 1 + i32::from(crashed)));
        let body = world.model.requests().pop().unwrap().body;
        assert_eq!(body["model"], "openai/gpt-4o-mini");
        assert!(body["messages"][0]["content"].as_str().unwrap().starts_with("You are a pirate\n"), "{body}");
        assert_eq!(says(&world, grown, ANNA, "/help").await, replies::help(Language::Ru, Audience::Group, false));
    }
    let count = |sql: &str| stored::<i64>(world.folder.path(), sql);
    for table in ["conversations WHERE chat", "preferences WHERE chat", "ledger WHERE user_id", "spent WHERE user_id"] {
        assert_eq!(count(&format!("SELECT count(*) FROM {table} = {BASIC}")), 0, "{table}");
    }
    assert_eq!(count(&format!("SELECT sum(answers) FROM spent WHERE user_id = {grown}")), 1);
    assert_eq!(world.misbooked(), Vec::<String>::new());
    assert!(world.said(grown).iter().all(|message| message.reply_to.is_some()), "each is a reply to its question");
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_is_being_written_meanwhile_arrives_over_there_and_is_remembered_there() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = world(mode).await;
        let mut gate = world.model.hold_after(1);
        world.says(ANNA, BASIC, "/ask one");
        within("the model writes", gate.reached()).await;
        let grown = world.telegram.migrate(BASIC);
        // What is asked there does not wait for it.
        assert_eq!(answered(&world, grown, "/ask two", 1).await, ["after 0"]);
        gate.release();
        world.answers(grown, 2).await;
        world.drains().await;
        let late = world.said(grown).pop().unwrap();
        assert_eq!((late.text.as_str(), late.reply_to), ("after 0", None), "its question is in the group that was");
        assert_eq!(says(&world, grown, ANNA, "/ask three").await, "after 2");
        assert_eq!(world.model.request_count(), 3);
        world.ends().await;
    }
}

/// Boris asks, and gets so many answers in all.
async fn answered(world: &World, chat: i64, text: &str, count: usize) -> Vec<String> {
    world.says(BORIS, chat, text);
    world.answers(chat, count).await.into_iter().map(|message| message.text).collect()
}

#[tokio::test]
async fn a_refusal_moves_a_group_of_which_nobody_has_told_yet() {
    let mut world = World::asleep(Mode::Polling, &[("ROUTERGRAM_FAULT_HOLD", "before-sendMessage")]).await;
    world.expects_in_log(&["may arrive twice", "Another process receives"]);
    world.telegram.add_group(BASIC, "Small", &[ANNA, BORIS]);
    world.model.answers_with(|asked| format!("after {}", asked.said_by("user").count() - 1));
    world.bot.starts().await;
    world.says(ANNA, BASIC, "/ask one");
    world.an_answer_is_stored().await;
    world.bot.dies();
    // Telegram's two messages about it are not let in.
    let grown = world.telegram.migrate(BASIC);
    world.bot.set("ROUTERGRAM_FAULT_HOLD", "before-accept");
    world.bot.spawns();
    let said = world.answers(grown, 1).await;
    assert_eq!((said[0].text.as_str(), said[0].reply_to), ("after 0", None));
    let pending = "SELECT count(*) FROM inbox WHERE state = 'pending'";
    until("it is ticked off", async || stored::<i64>(world.folder.path(), pending) == 0).await;
    let here: i64 = stored(world.folder.path(), "SELECT here FROM moved");
    assert_eq!(here, grown);
    world.bot.dies();
    world.bot.unset("ROUTERGRAM_FAULT_HOLD");
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(says(&world, grown, BORIS, "/ask two").await, "after 1");
    assert_eq!((world.said(grown).len(), world.model.request_count()), (2, 2));
    world.ends().await;
}

#[tokio::test]
async fn what_waits_in_the_old_group_is_answered_in_the_new_one_whoever_dies_when() {
    for point in ["before-move-group", "after-move-group"] {
        let mut world = World::asleep(Mode::Polling, &[]).await;
        world.expects_in_log(&["Another process receives"]);
        world.telegram.add_group(BASIC, "Small", &[ANNA, BORIS]);
        world.model.answers_with(|asked| format!("to {}", asked.question()));
        world.says(ANNA, BASIC, "/ask one");
        world.says(BORIS, BASIC, "/help");
        let grown = world.telegram.migrate(BASIC);
        world.says(BORIS, grown, "/ask two");
        world.bot.set("ROUTERGRAM_FAULT_POINT", point);
        // Before anybody is asked: what dies with the process is not the point here.
        world.bot.set("ROUTERGRAM_FAULT_HOLD", "before-ask,before-store-reply");
        world.bot.spawns();
        assert_eq!(world.bot.ends().await.status, None, "{point}: {}", world.bot.log());
        world.bot.unset("ROUTERGRAM_FAULT_POINT");
        world.bot.unset("ROUTERGRAM_FAULT_HOLD");
        world.bot.starts().await;
        world.drains().await;
        let mut said: Vec<String> = world.said(grown).into_iter().map(|message| message.text).collect();
        said.sort();
        let help = replies::help(Language::Ru, Audience::Group, false);
        let mut expected = vec!["to Anna: one".to_owned(), "to Boris: two".to_owned(), help];
        expected.sort();
        assert_eq!((said, world.model.request_count()), (expected, 2), "{point}");
        let turns =
            format!("SELECT count(*) FROM turns JOIN conversations c ON c.id = conversation WHERE c.chat = {grown}");
        assert_eq!(stored::<i64>(world.folder.path(), &turns), 2);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_button_of_the_old_group_touches_no_message_of_the_new_one() {
    let world = world(Mode::Webhook).await;
    says(&world, BASIC, ANNA, "/settings").await;
    let panel = world.said(BASIC).pop().unwrap();
    let data = crate::world::acts::data_of(&panel, "short");
    let grown = world.telegram.migrate(BASIC);
    world.drains().await;
    says(&world, grown, ANNA, "/ask one").await;
    let before = world.said(grown);
    let old = json!({"message_id": before[0].message_id, "date": 1, "chat": {"id": BASIC, "type": "group"}});
    let press = json!({"id": "1", "from": {"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"},
        "chat_instance": "1", "message": old, "data": data});
    let _ = world.telegram.inject(&json!({ "callback_query": press }).to_string());
    world.drains().await;
    assert_eq!((world.toast(), world.said(grown)), (replies::button_expired(Language::En), before));
    world.ends().await;
}
