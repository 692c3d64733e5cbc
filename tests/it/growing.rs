//! An answer that grows in a message: in groups, and where the server knows no drafts.

use routergram::replies::{self, Language};
use routergram::sandbox::model::Fault as ModelFault;
use routergram::sandbox::telegram::{Call, DraftStop, Fault, Trouble};
use serde_json::json;

use crate::world::{ANNA, GROUP, Mode, World, within};

fn calls(world: &World, method: &str) -> usize {
    world.telegram.calls().iter().filter(|call| call.method == method).count()
}

/// A world whose model writes this word by word, and is held after the first of them.
async fn held(mode: Mode, answer: &str) -> (World, routergram::sandbox::model::Gate) {
    let world = World::with(mode).await;
    world.model.answers(answer);
    let gate = world.model.hold_after(1);
    (world, gate)
}

#[tokio::test]
async fn in_a_group_the_answer_grows_in_one_message_that_becomes_the_answer() {
    let (world, gate) = held(Mode::Webhook, "one **two** three").await;
    let question = world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, "one").await;
    assert_eq!(growing.reply_to, Some(question));
    gate.release();
    let said = world.answers(GROUP, 1).await;
    assert_eq!(said.len(), 1, "{}", world.telegram.transcript(GROUP));
    assert_eq!((said[0].message_id, said[0].text.as_str()), (growing.message_id, "one two three"));
    assert_eq!((said[0].entities.len(), &said[0].keyboard), (1, &None));
    assert_eq!(calls(&world, "sendMessageDraft"), 0, "there are no drafts in groups");
    world.ends().await;
}

#[tokio::test]
async fn a_server_without_drafts_shows_the_answer_in_a_message() {
    let (world, gate) = held(Mode::Polling, "one two three").await;
    world.telegram.set_drafts(false);
    world.anna("count");
    world.grows(ANNA, "one").await;
    gate.release();
    world.drains().await;
    let said = world.said(ANNA);
    assert_eq!((said.len(), said[0].text.as_str()), (1, "one two three"));
    assert_eq!(calls(&world, "sendMessageDraft"), 1, "it is asked once");
    world.anna("and again");
    world.answers(ANNA, 2).await;
    assert_eq!(calls(&world, "sendMessageDraft"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_server_that_refuses_the_stop_button_of_drafts_shows_the_answer_in_a_message() {
    let (world, gate) = held(Mode::Webhook, "one two three").await;
    world.telegram.set_draft_stop(DraftStop::Refused);
    world.anna("count");
    world.grows(ANNA, "one").await;
    gate.release();
    world.drains().await;
    assert_eq!(world.last_said(ANNA), "one two three");
    world.ends().await;
}

#[tokio::test]
async fn a_server_that_ignores_the_stop_button_of_drafts_shows_the_answer_in_a_message() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let mut world = World::asleep(mode, &[]).await;
        world.telegram.set_draft_stop(DraftStop::Ignored);
        world.bot.starts().await;
        world.bot.says("older than the Stop button of drafts").await;
        world.model.answers("one two three");
        let gate = world.model.hold_after(1);
        world.anna("count");
        let growing = world.grows(ANNA, "one").await;
        assert!(growing.keyboard.is_some(), "it can be stopped");
        gate.release();
        world.drains().await;
        assert_eq!(world.last_said(ANNA), "one two three");
        assert_eq!(calls(&world, "sendMessageDraft"), 0);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_killed_bot_goes_on_in_the_message_in_which_it_had_begun() {
    let (mut world, _gate) = held(Mode::Webhook, "one two three").await;
    world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, "one").await;
    world.bot.dies();
    world.bot.starts().await;
    let said = world.answers(GROUP, 1).await;
    assert_eq!(said.len(), 1, "{}", world.telegram.transcript(GROUP));
    assert_eq!((said[0].message_id, said[0].text.as_str()), (growing.message_id, "one two three"));
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_is_stored_goes_into_its_message_after_a_crash_once() {
    let (mut world, gate) = held(Mode::Webhook, "one two three").await;
    world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, "one").await;
    world.telegram.fail(Fault::new("editMessageText", 1000, Trouble::InternalServerError));
    gate.release();
    world.an_answer_is_stored().await;
    world.bot.dies();
    world.telegram_has_read_everything().await;
    world.telegram.heal();
    world.bot.starts().await;
    let said = world.answers(GROUP, 1).await;
    assert_eq!((said.len(), said[0].message_id, said[0].text.as_str()), (1, growing.message_id, "one two three"));
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_message_that_somebody_deleted_meanwhile_is_written_anew() {
    let (mut world, gate) = held(Mode::Webhook, "one two three").await;
    world.expects_in_log(&["sending it plainer"]);
    world.telegram.set_admin(GROUP, ANNA, true);
    world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, "one").await;
    let delete =
        routergram::sandbox::telegram::view::Act::Delete { chat: GROUP, user: ANNA, message_id: growing.message_id };
    world.telegram.act(delete).unwrap();
    gate.release();
    let said = world.answers(GROUP, 1).await;
    assert_eq!((said.len(), said[0].text.as_str()), (1, "one two three"));
    assert_ne!(said[0].message_id, growing.message_id);
    world.ends().await;
}

#[tokio::test]
async fn a_message_that_replaces_a_deleted_one_is_announced_as_a_send() {
    let (mut world, gate) = held(Mode::Webhook, "one two three").await;
    world.expects_in_log(&["sending it plainer", "A message may arrive twice"]);
    world.telegram.set_admin(GROUP, ANNA, true);
    world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, "one").await;
    let delete =
        routergram::sandbox::telegram::view::Act::Delete { chat: GROUP, user: ANNA, message_id: growing.message_id };
    world.telegram.act(delete).unwrap();
    world.telegram.fail(Fault::new("sendMessage", 1, Trouble::DoneThenSilence));
    gate.release();
    world.answers(GROUP, 1).await;
    world.bot.dies();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(world.said(GROUP).len(), 2, "{}", world.telegram.transcript(GROUP));
    assert_eq!(world.bot.said("A message may arrive twice"), 1);
    world.ends().await;
}

#[tokio::test]
async fn whoever_may_see_no_draft_for_minutes_sees_that_the_bot_is_typing() {
    let (world, gate) = held(Mode::Webhook, "one two three").await;
    let minutes = Trouble::TooManyRequests { retry_after: 300 };
    world.telegram.fail(Fault::new("sendMessageDraft", 1, minutes).in_chat(ANNA));
    world.anna("count");
    let refused = |calls: &[Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
    within("the draft is refused", world.telegram.calls_become(refused)).await;
    let before = calls(&world, "sendChatAction");
    let typing = |calls: &[Call]| calls.iter().filter(|call| call.method == "sendChatAction").count() > before;
    within("it is typing again", world.telegram.calls_become(typing)).await;
    gate.release();
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn a_frame_that_hangs_cannot_hide_the_answer() {
    let (world, gate) = held(Mode::Webhook, "one two three").await;
    world.telegram.fail(Fault::new("editMessageText", 1, Trouble::DoneThenSilence));
    world.says(ANNA, GROUP, "/ask count");
    let tried = |calls: &[Call]| calls.iter().any(|call| call.method == "editMessageText");
    within("a frame is shown", world.telegram.calls_become(tried)).await;
    gate.release();
    let said = world.answers(GROUP, 1).await;
    assert_eq!(said.last().map(|message| message.text.as_str()), Some("one two three"));
    world.drains().await;
    assert_eq!(world.said(GROUP).len(), 1, "the message of the frame is gone: {}", world.telegram.transcript(GROUP));
    world.ends().await;
}

#[tokio::test]
async fn a_long_answer_fills_the_message_in_which_it_grew_and_goes_on_below() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "8000")]).await;
    let text = "All work and no play. ".repeat(400);
    world.model.answers(text.trim());
    let mut gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask write");
    within("the model writes", gate.reached()).await;
    let growing = world.grows(GROUP, "All").await;
    gate.release();
    world.drains().await;
    let said = world.said(GROUP);
    assert_eq!(said[0].message_id, growing.message_id);
    let parts: Vec<&str> = said.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(parts.join(" "), text.trim());
    assert_eq!(said.iter().filter(|message| message.reply_to.is_some()).count(), 1, "the rest follows the first");
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_begins_with_what_may_become_a_marker_arrives() {
    // "3" alone may become a list's number, so a frame of it shows nothing.
    let (world, gate) = held(Mode::Webhook, "3 of them").await;
    world.says(ANNA, GROUP, "/ask how many?");
    world.grows(GROUP, &replies::placeholder(Language::En)).await;
    gate.release();
    world.answers(GROUP, 1).await;
    assert_eq!(world.last_said(GROUP), "3 of them");
    world.ends().await;
}

#[tokio::test]
async fn a_placeholder_is_true_even_when_it_is_left_behind() {
    let (world, gate) = held(Mode::Webhook, "one two three").await;
    world.telegram.fail(Fault::new("sendMessage", 1, Trouble::DoneThenReset));
    world.says(ANNA, GROUP, "/ask count");
    world.grows(GROUP, "one").await;
    gate.release();
    world.drains().await;
    let said: Vec<String> = world.said(GROUP).into_iter().map(|message| message.text).collect();
    assert_eq!(said, [replies::placeholder(Language::En), "one two three".to_owned()]);
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_that_was_too_long_leaves_no_second_message_behind() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers("one two three");
    let error = json!({"code": 400, "message": "too long", "metadata": {"error_type": "context_length_exceeded"}});
    world.model.fails_next(1, &ModelFault::ErrorAfter { chunks: 0, error });
    let (too_long, shortened) = (world.model.hold_after(0), world.model.hold_after(1));
    world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, &replies::placeholder(Language::En)).await;
    too_long.release();
    world.grows(GROUP, "one").await;
    shortened.release();
    world.drains().await;
    let said = world.said(GROUP);
    assert_eq!(said.len(), 1, "{}", world.telegram.transcript(GROUP));
    assert_eq!((said[0].message_id, said[0].text.as_str()), (growing.message_id, "one two three"));
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}
