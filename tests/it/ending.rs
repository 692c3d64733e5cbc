//! Stop: the model is hung up on, what was written stays, and only those may who are meant to.

use routergram::replies::{self, Language};
use routergram::sandbox::model::Outcome;
use routergram::sandbox::telegram::Call;
use routergram::sandbox::telegram::view::Act;

use crate::world::acts::button_of;
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until, within};

/// An answer to Anna is being written in the group.
async fn writing() -> (World, routergram::sandbox::model::Gate) {
    let world = World::with(Mode::Webhook).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask count");
    world.grows(GROUP, "one").await;
    (world, gate)
}

async fn is_stopped(world: &World) {
    until("the model is hung up on", async || matches!(world.model.requests()[0].outcome, Outcome::HungUp { .. }))
        .await;
    world.drains().await;
    let said = world.said(GROUP);
    assert_eq!(said[0].text, "one");
    assert!(button_of(&said[0], "retry:").is_some() && button_of(&said[0], "stop:").is_none(), "{:?}", said[0]);
}

/// What the people who pressed were told.
fn toasts(world: &World) -> Vec<String> {
    let calls = world.telegram.calls().into_iter().filter(|call| call.method == "answerCallbackQuery");
    calls.map(|call| call.params["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn the_button_under_a_growing_answer_stops_it_and_what_was_written_stays() {
    let (world, _gate) = writing().await;
    let growing = world.said(GROUP).remove(0);
    world.presses(ANNA, GROUP, &growing, "stop:");
    is_stopped(&world).await;
    assert_eq!(toasts(&world), [""]);
    world.says(ANNA, GROUP, "/ask and then?");
    world.answers(GROUP, 2).await;
    let asked = world.model.requests().pop().unwrap();
    assert_eq!(asked.said_by("assistant").collect::<Vec<_>>(), ["one "], "it is part of the conversation");
    world.ends().await;
}

#[tokio::test]
async fn who_did_not_ask_may_not_stop_it() {
    let (world, gate) = writing().await;
    world.telegram.set_admins(GROUP, &[ANNA]);
    let growing = world.said(GROUP).remove(0);
    world.presses(BORIS, GROUP, &growing, "stop:");
    let told = |calls: &[Call]| calls.iter().any(|call| call.method == "answerCallbackQuery");
    within("Boris is told", world.telegram.calls_become(told)).await;
    assert_eq!(toasts(&world), [replies::stop_not_yours(Language::Ru)]);
    world.says(BORIS, GROUP, "/stop");
    let refusal = replies::stop_not_yours(Language::Ru);
    until("Boris is told aloud", async || world.said(GROUP).iter().any(|message| message.text == refusal)).await;
    gate.release();
    world.drains().await;
    assert_eq!(world.said(GROUP)[0].text, "one two three");
    world.ends().await;
}

#[tokio::test]
async fn an_administrator_may_stop_what_somebody_else_asked_for() {
    let (world, _gate) = writing().await;
    world.telegram.set_admins(GROUP, &[BORIS]);
    world.says(BORIS, GROUP, "/stop");
    is_stopped(&world).await;
    world.ends().await;
}

#[tokio::test]
async fn an_administrator_who_hides_may_too() {
    let (world, _gate) = writing().await;
    world.telegram.set_admins(GROUP, &[BORIS]);
    let text = "/stop".to_owned();
    let stop = Act::SendAnonymously { chat: GROUP, user: BORIS, text, reply_to: None, thread: None };
    world.telegram.act(stop).unwrap();
    is_stopped(&world).await;
    world.ends().await;
}

#[tokio::test]
async fn stopping_before_the_first_word_says_so_and_offers_another_try() {
    let world = World::with(Mode::Polling).await;
    let mut gate = world.model.hold_after(0);
    world.anna("count");
    within("the model is asked", gate.reached()).await;
    world.anna("/stop");
    world.answers(ANNA, 1).await;
    let said = world.said(ANNA).remove(0);
    assert_eq!(said.text, replies::stopped(Language::En));
    assert!(button_of(&said, "retry:").is_some());
    gate.release();
    world.anna("/stop");
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), replies::nothing_to_stop(Language::En));
    world.ends().await;
}

#[tokio::test]
async fn a_stop_button_does_not_stop_a_later_answer() {
    let (world, _gate) = writing().await;
    let first = world.said(GROUP).remove(0);
    let old = button_of(&first, "stop:").unwrap();
    world.presses(ANNA, GROUP, &first, "stop:");
    is_stopped(&world).await;
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask count again");
    let second = world.grows(GROUP, "one").await;
    assert_ne!(button_of(&second, "stop:"), Some(old.clone()));
    // Somebody's app still shows the old button.
    let message =
        serde_json::json!({"message_id": first.message_id, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}});
    let person = serde_json::json!({"id": ANNA, "is_bot": false, "first_name": "Anna"});
    let query = serde_json::json!({"id": "77", "from": person, "chat_instance": "1", "message": message, "data": old});
    let _ = world.telegram.inject(&serde_json::json!({"callback_query": query}).to_string());
    let told = |calls: &[Call]| calls.iter().filter(|call| call.method == "answerCallbackQuery").count() == 2;
    within("she is told", world.telegram.calls_become(told)).await;
    gate.release();
    world.drains().await;
    assert_eq!(world.last_said(GROUP), "one two three");
    world.ends().await;
}

#[tokio::test]
async fn a_drafts_stop_button_does_not_stop_a_later_answer() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers("one two three");
    let first = world.model.hold_after(1);
    world.anna("count");
    let drafted = async || world.telegram.draft(ANNA, None).map(|(id, _)| id);
    until("a draft is shown", async || drafted().await.is_some()).await;
    let old = drafted().await.unwrap();
    let second = world.model.hold_after(1);
    world.anna("count again");
    first.release();
    world.answers(ANNA, 1).await;
    until("the next draft is shown", async || drafted().await.is_some_and(|id| id != old)).await;
    // She had pressed in the last moment of the first.
    let pressed = serde_json::json!({"chat": {"id": ANNA, "type": "private", "first_name": "Anna"}, "draft_id": old});
    let _ = world.telegram.inject(&serde_json::json!({"stopped_message_generation": pressed}).to_string());
    let done = "SELECT count(*) FROM inbox WHERE control = 1 AND state = 'done'";
    until("it was looked at", async || stored::<i64>(world.folder.path(), done) == 1).await;
    second.release();
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), "one two three");
    world.ends().await;
}

#[tokio::test]
async fn a_stranger_who_presses_a_button_of_a_private_bot_is_told_so() {
    let world = World::with_settings(Mode::Webhook, &[("ALLOWED_USER_IDS", &ANNA.to_string())]).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask count");
    let growing = world.grows(GROUP, "one").await;
    world.presses(BORIS, GROUP, &growing, "stop:");
    until("Boris is told", async || toasts(&world).len() == 1).await;
    let private = replies::private_bot(Language::Ru, teloxide::types::UserId(BORIS.unsigned_abs()));
    assert_eq!(toasts(&world), [private]);
    gate.release();
    world.drains().await;
    assert_eq!(world.last_said(GROUP), "one two three");
    world.ends().await;
}
