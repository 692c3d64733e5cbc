//! Where Telegram does not tell what was sent, a press under it does; and only one of both asks.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::InlineMode;

use super::{calls, forges, message, press, presses, sends, text, world};
use crate::world::acts::button_of;
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, within};

#[tokio::test]
async fn without_feedback_a_press_of_whoever_asked_brings_the_answer() {
    let world = world(Mode::Webhook, &[]).await;
    world.telegram.set_inline(InlineMode::WithoutFeedback);
    let id = sends(&world, ANNA, "what is tea?").await;
    world.drains().await;
    assert_eq!((text(&world, id).as_str(), world.model.request_count()), ("what is tea?\n…", 0));
    let answer = button_of(&message(&world, id), "ask:").unwrap();
    presses(&world, BORIS, id, "ask:").await;
    assert_eq!((world.toast(), world.model.request_count()), (replies::inline_not_yours(Language::Ru), 0));
    presses(&world, ANNA, id, "ask:").await;
    assert_eq!((text(&world, id).as_str(), &message(&world, id).keyboard), ("what is tea?\nre: what is tea?", &None));
    // An app that still shows the button.
    let inline = calls(&world, "editMessageText").pop().unwrap()["inline_message_id"].as_str().unwrap().to_owned();
    forges(&world, ANNA, &inline, &answer).await;
    assert_eq!((world.toast(), world.model.request_count()), (replies::inline_answered(Language::Ru), 1));
    world.ends().await;
}

#[tokio::test]
async fn a_press_and_the_news_of_what_was_sent_ask_once() {
    let world = world(Mode::Polling, &[]).await;
    let gate = world.model.hold_after(0);
    let id = sends(&world, ANNA, "what is tea?").await;
    let answer = button_of(&message(&world, id), "ask:");
    if let Some(answer) = answer {
        press(&world, ANNA, id, &answer);
    }
    gate.release();
    world.drains().await;
    assert_eq!((text(&world, id).as_str(), world.model.request_count()), ("what is tea?\nre: what is tea?", 1));
    world.ends().await;
}

#[tokio::test]
async fn a_killed_bot_goes_on_with_what_a_press_has_asked() {
    let mut world = world(Mode::Webhook, &[]).await;
    world.telegram.set_inline(InlineMode::WithoutFeedback);
    let gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "what is tea?").await;
    let answer = button_of(&message(&world, id), "ask:").unwrap();
    press(&world, ANNA, id, &answer);
    within("it is asked", world.model.asked(1)).await;
    world.bot.dies();
    gate.release();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((text(&world, id).as_str(), &message(&world, id).keyboard), ("what is tea?\nre: what is tea?", &None));
    let left = "SELECT count(*) FROM inbox WHERE asked IS NOT NULL";
    assert_eq!(stored::<i64>(world.folder.path(), left), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_press_after_a_restart_is_told_to_ask_again() {
    let mut world = world(Mode::Webhook, &[]).await;
    world.telegram.set_inline(InlineMode::WithoutFeedback);
    let id = sends(&world, ANNA, "what is tea?").await;
    world.drains().await;
    world.bot.stops().await;
    world.bot.starts().await;
    presses(&world, ANNA, id, "ask:").await;
    assert_eq!(world.toast(), replies::inline_forgotten(Language::En));
    // The same question has the same button.
    let again = sends(&world, ANNA, "what is tea?").await;
    presses(&world, ANNA, again, "ask:").await;
    assert_eq!(text(&world, again), "what is tea?\nre: what is tea?");
    presses(&world, ANNA, id, "ask:").await;
    assert_eq!(text(&world, id), "what is tea?\nre: what is tea?");
    world.ends().await;
}

#[tokio::test]
async fn a_button_that_somebody_has_made_up_changes_nothing() {
    let world = world(Mode::Webhook, &[]).await;
    world.anna("hello");
    world.answers(ANNA, 1).await;
    let id = sends(&world, ANNA, "what is tea?").await;
    world.drains().await;
    let before = text(&world, id);
    let inline = calls(&world, "editMessageText").pop().unwrap()["inline_message_id"].as_str().unwrap().to_owned();
    for data in ["ask:", "ask:x", "see:1:0123456789", "p:3e9:5000:forget", "p:3e9:5000:s", "retry:1", "retry:x", "x"] {
        forges(&world, BORIS, &inline, data).await;
        assert_ne!(world.toast(), "", "{data}");
    }
    assert_eq!((text(&world, id), world.model.request_count()), (before, 2));
    world.ends().await;
}
