//! What goes wrong is told in the message, or is nobody's business.

use routergram::replies::{self, Language};
use routergram::sandbox::model::Fault as ModelFault;
use routergram::sandbox::telegram::view::Act;
use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::json;

use super::{ELSEWHERE, calls, grows, message, presses, sends, text, world};
use crate::world::acts::button_of;
use crate::world::{ANNA, GROUP, Mode, World, within};

#[tokio::test]
async fn a_query_that_nobody_waits_for_any_more_is_left_without_a_word() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = world(mode, &[]).await;
        for id in ["1", "2", "3"] {
            let query = json!({"id": id, "from": {"id": ANNA, "is_bot": false, "first_name": "Anna"}, "query": "old", "offset": ""});
            let _ = world.telegram.inject(&json!({ "inline_query": query }).to_string());
        }
        let refused = |calls: &[routergram::sandbox::telegram::Call]| {
            calls.iter().filter(|call| call.method == "answerInlineQuery").count() == 3
        };
        within("they are answered", world.telegram.calls_become(refused)).await;
        world.anna("hello");
        world.answers(ANNA, 1).await;
        assert_eq!(calls(&world, "answerInlineQuery").len(), 3, "none of them again");
        assert_eq!(world.bot.metric("routergram_inline_typed_total{outcome=\"too_late\"}").await, 3);
        // And nothing in the log.
        world.ends().await;
    }
}

#[tokio::test]
async fn a_message_that_was_deleted_meanwhile_is_given_up_quietly() {
    let world = world(Mode::Webhook, &[]).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "count").await;
    grows(&world, id, "count\none").await;
    world.telegram.act(Act::Delete { chat: ELSEWHERE, user: ANNA, message_id: id }).unwrap();
    gate.release();
    world.drains().await;
    assert_eq!(world.telegram.transcript(ELSEWHERE), "");
    assert_eq!(world.said(ANNA).len(), 0);
    world.anna("hello");
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_model_that_fails_says_so_in_the_message_and_can_be_asked_again() {
    let mut world = world(Mode::Webhook, &[]).await;
    world.expects_in_log(&["The model failed", "failed before it answered"]);
    world.model.fails_always(ModelFault::overloaded());
    let id = sends(&world, ANNA, "what is tea?").await;
    world.drains().await;
    assert_eq!(text(&world, id), format!("what is tea?\n{}", replies::busy(Language::En)));
    assert!(button_of(&message(&world, id), "retry:").is_some());
    world.model.recovers();
    presses(&world, ANNA, id, "retry:").await;
    assert_eq!((text(&world, id).as_str(), &message(&world, id).keyboard), ("what is tea?\nre: what is tea?", &None));
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_cut_off_in_the_message() {
    let mut world = world(Mode::Polling, &[("TURN_TIMEOUT_SECS", "1"), ("OPENROUTER_TIMEOUT_SECS", "1")]).await;
    world.expects_in_log(&["longer than TURN_TIMEOUT_SECS"]);
    world.model.answers("one two three");
    let _gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "count").await;
    world.drains().await;
    assert_eq!(text(&world, id), format!("count\none\n\n{}", replies::took_too_long(Language::En)));
    world.ends().await;
}

#[tokio::test]
async fn a_flooded_message_waits_and_harms_nobody_else() {
    let mut world = world(Mode::Webhook, &[]).await;
    world.expects_in_log(&["cannot be delivered now"]);
    world.telegram.fail(Fault::new("editMessageText", 1, Trouble::TooManyRequests { retry_after: 2 }));
    let id = sends(&world, ANNA, "what is tea?").await;
    world.anna("hello");
    world.drains().await;
    assert_eq!(
        (text(&world, id).as_str(), world.last_said(ANNA).as_str()),
        ("what is tea?\nre: what is tea?", "re: hello")
    );
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn entities_that_telegram_refuses_leave_the_answer_plain() {
    let mut world = world(Mode::Webhook, &[]).await;
    world.expects_in_log(&["sending it plainer"]);
    let refusal = Trouble::Refused { code: 400, description: "Bad Request: can't parse entities".to_owned() };
    world.telegram.fail(Fault::new("editMessageText", 2, refusal));
    let id = sends(&world, ANNA, "what is tea?").await;
    world.drains().await;
    assert_eq!(text(&world, id), "what is tea?\nre: what is tea?");
    world.ends().await;
}

#[tokio::test]
async fn a_private_question_does_not_wait_behind_one_that_was_asked_elsewhere() {
    let world = world(Mode::Webhook, &[]).await;
    let mut gate = world.model.hold_after(0);
    let id = sends(&world, ANNA, "what is tea?").await;
    within("it is asked", gate.reached()).await;
    world.anna("hello");
    within("the other one, too", world.model.asked(2)).await;
    gate.release();
    world.drains().await;
    assert_eq!(
        (text(&world, id).as_str(), world.last_said(ANNA).as_str()),
        ("what is tea?\nre: what is tea?", "re: hello")
    );
    world.ends().await;
}

#[tokio::test]
async fn a_question_that_cannot_be_handled_says_so_in_its_message() {
    let mut world = World::asleep(Mode::Polling, &[("ROUTERGRAM_FAULT_PANIC", "poisoned")]).await;
    world.expects_in_log(&["was given up and parked", "panicked", "a fault on purpose"]);
    super::opens(&world, routergram::sandbox::telegram::InlineMode::WithFeedback);
    world.bot.starts().await;
    let id = sends(&world, ANNA, "a poisoned question").await;
    world.drains().await;
    assert_eq!(text(&world, id), replies::gave_up(Language::En));
    assert_eq!((world.said(ANNA).len(), world.said(GROUP).len()), (0, 0));
    world.ends().await;
}
