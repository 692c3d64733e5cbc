//! Where an answer goes, and what becomes of it when the place is gone.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::view::Act;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, is_growing, until, within};

const PLAINER: &str = "Telegram refused a message; sending it plainer";
/// A group that has not become a supergroup.
const BASIC: i64 = -77;

/// A model that says how much of the conversation it was told.
async fn world(mode: Mode) -> World {
    let world = World::with(mode).await;
    world.model.answers_with(|asked| format!("after {}", asked.said_by("user").count() - 1));
    world
}

#[tokio::test]
async fn each_topic_of_a_private_chat_is_a_conversation_and_answered_where_it_was_asked() {
    let world = world(Mode::Webhook).await;
    let (food, sport) = (world.telegram.add_topic(ANNA, "Food"), world.telegram.add_topic(ANNA, "Sport"));
    let gate = world.model.hold_after(0);
    world.says_in(ANNA, ANNA, food, "one");
    let typing = || world.telegram.calls().into_iter().filter(|call| call.method == "sendChatAction");
    until("the bot is typing", async || typing().count() > 0).await;
    gate.release();
    world.answers(ANNA, 1).await;
    world.says_in(ANNA, ANNA, sport, "two");
    world.answers(ANNA, 2).await;
    world.says_in(ANNA, ANNA, food, "three");
    world.answers(ANNA, 3).await;
    world.anna("four");
    let said = world.answers(ANNA, 4).await;
    let seen: Vec<_> = said.iter().map(|message| (message.thread, message.text.as_str())).collect();
    let expected = [(Some(food), "after 0"), (Some(sport), "after 0"), (Some(food), "after 1"), (None, "after 0")];
    assert_eq!(seen, expected);
    assert!(typing().map(|sign| sign.params["message_thread_id"].clone()).any(|thread| thread == food));
    world.ends().await;
}

#[tokio::test]
async fn retry_edit_and_new_stay_in_their_topic() {
    let world = world(Mode::Polling).await;
    let food = world.telegram.add_topic(GROUP, "Food");
    world.says(ANNA, GROUP, "/ask general");
    world.answers(GROUP, 1).await;
    world.says_in(ANNA, GROUP, food, "/ask one");
    world.answers(GROUP, 2).await;
    world.says_in(ANNA, GROUP, food, "/retry");
    world.answers(GROUP, 3).await;
    world.says_in(ANNA, GROUP, food, "/new");
    world.answers(GROUP, 4).await;
    world.says(ANNA, GROUP, "/ask more");
    let said = world.answers(GROUP, 5).await;
    let seen: Vec<_> = said.iter().map(|message| (message.thread, message.text.as_str())).collect();
    let new = replies::started_over(Language::En);
    let expected =
        [(None, "after 0"), (Some(food), "after 0"), (Some(food), "after 0"), (Some(food), &*new), (None, "after 1")];
    assert_eq!(seen, expected);
    world.ends().await;
}

#[tokio::test]
async fn a_topic_that_is_deleted_meanwhile_is_reported_and_the_answer_comes_without_it() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&[PLAINER]);
    let food = world.telegram.add_topic(ANNA, "Food");
    let mut gate = world.model.hold_after(1);
    world.says_in(ANNA, ANNA, food, "one");
    within("the model writes", gate.reached()).await;
    world.telegram.delete_topic(ANNA, food);
    gate.release();
    let said = world.answers(ANNA, 1).await;
    assert_eq!((said[0].text.as_str(), said[0].thread), ("after 0", None));
    world.drains().await;
    let sends = world.telegram.calls().into_iter().filter(|call| call.method == "sendMessage").count();
    assert!(sends <= 3, "{sends} sends for one answer");
    assert!(world.bot.said("message thread not found") >= 1);
    world.ends().await;
}

#[tokio::test]
async fn a_thread_of_replies_in_a_group_without_topics_is_no_conversation_of_its_own() {
    let world = world(Mode::Webhook).await;
    let first = world.says(ANNA, GROUP, "/ask one");
    world.answers(GROUP, 1).await;
    let text = "/ask two".to_owned();
    world.telegram.act(Act::Send { chat: GROUP, user: BORIS, text, reply_to: Some(first), thread: None }).unwrap();
    let said = world.answers(GROUP, 2).await;
    assert_eq!((said[1].text.as_str(), said[1].thread), ("after 1", None));
    world.ends().await;
}

#[tokio::test]
async fn a_group_that_becomes_a_supergroup_gets_its_answer_there() {
    let world = world(Mode::Webhook).await;
    world.telegram.add_group(BASIC, "Small", &[ANNA, BORIS]);
    let gate = world.model.hold_after(1);
    world.says(ANNA, BASIC, "/ask one");
    world.grows(BASIC, "after").await;
    let grown = world.telegram.migrate(BASIC);
    gate.release();
    let said = world.answers(grown, 1).await;
    assert_eq!(said[0].text, "after 0");
    world.drains().await;
    assert_eq!((world.said(grown).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn a_group_that_throws_the_bot_out_is_left_alone_and_others_are_answered() {
    let world = world(Mode::Webhook).await;
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask one");
    world.grows(GROUP, "after").await;
    world.telegram.kick_bot(GROUP);
    gate.release();
    world.drains().await;
    let reason: String = stored(world.folder.path(), "SELECT reason FROM inbox WHERE reason IS NOT NULL");
    assert!(reason.contains("kicked") || reason.contains("not a member"), "{reason}");
    // Whoever was writing an answer to it learns that when they come to store it.
    until("nobody works on anything", async || world.bot.metric("routergram_updates_in_flight").await == 0).await;
    let before = world.telegram.calls().len();
    world.anna("two");
    world.answers(ANNA, 1).await;
    let written = world.telegram.calls().split_off(before);
    assert!(written.iter().all(|call| call.params["chat_id"] != GROUP), "nobody knocks at a closed door: {written:?}");
    world.ends().await;
}

#[tokio::test]
async fn a_question_that_was_deleted_is_still_answered() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    let question = world.says(ANNA, GROUP, "/ask one");
    world.telegram.act(Act::Delete { chat: GROUP, user: ANNA, message_id: question }).unwrap();
    world.bot.starts().await;
    let said = world.answers(GROUP, 1).await;
    assert_eq!((said[0].text.as_str(), said[0].reply_to), ("to Anna: one", None));

    let gate = world.model.hold_after(0);
    let question = world.says(ANNA, GROUP, "/ask two");
    within("its answer has begun", world.telegram.chat_becomes(GROUP, |messages| messages.iter().any(is_growing)))
        .await;
    world.telegram.act(Act::Delete { chat: GROUP, user: ANNA, message_id: question }).unwrap();
    gate.release();
    let said = world.answers(GROUP, 2).await;
    assert_eq!(said[1].text, "to Anna: two");
    world.ends().await;
}
