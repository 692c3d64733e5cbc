//! Limits and budgets hold, and are told in the message.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::InlineMode;

use super::{calls, echoes, message, offered, opens, presses, sends, text};
use crate::access::OLGA;
use crate::money::priced;
use crate::world::acts::button_of;
use crate::world::{ANNA, BORIS, Mode, World};

#[tokio::test]
async fn whoever_has_spent_their_budget_is_offered_nothing_but_a_word() {
    let world = priced(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0.00005")]).await;
    opens(&world, InlineMode::WithFeedback);
    let first = sends(&world, ANNA, "one").await;
    world.drains().await;
    assert!(text(&world, first).starts_with("one\nxxx"));
    // Some is left, and not enough: that shows when the question is asked.
    let second = sends(&world, ANNA, "two").await;
    world.drains().await;
    let told = format!("two\n{}", replies::budget_used_up(Language::En, "$0.00005"));
    assert_eq!((text(&world, second), world.model.request_count()), (told.clone(), 1));
    assert!(button_of(&message(&world, second), "ask:").is_some(), "tomorrow it can be asked again");
    let third = sends(&world, ANNA, "three").await;
    world.drains().await;
    assert_eq!(text(&world, third), told.replace("two", "three"), "a message must not wait in vain");
    let id = sends(&world, BORIS, "and I?").await;
    world.drains().await;
    assert!(text(&world, id).starts_with("and I?\nxxx"));
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn when_nothing_is_left_at_all_nothing_can_be_sent() {
    let world = priced(Mode::Webhook, &[("ADMIN_USER_IDS", "1003")]).await;
    opens(&world, InlineMode::WithFeedback);
    let first = sends(&world, ANNA, "one").await;
    world.drains().await;
    assert!(text(&world, first).starts_with("one\nxxx"));
    world.telegram.set_inline(InlineMode::WithoutFeedback);
    let second = sends(&world, ANNA, "two").await;
    world.says(OLGA, OLGA, &format!("/budget {ANNA} 0.00001"));
    world.drains().await;
    presses(&world, ANNA, second, "ask:").await;
    assert_eq!((world.toast(), text(&world, second)), (replies::inline_no_budget(Language::En), "two\n…".to_owned()));
    let (_, results) = offered(&world, ANNA, "three").await;
    assert!(results.is_empty());
    let answer = calls(&world, "answerInlineQuery").pop().unwrap();
    assert_eq!(answer["button"]["text"], replies::inline_no_budget(Language::En));
    assert_eq!(offered(&world, BORIS, "and I?").await.1.len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn questions_too_many_are_told_so_in_their_message_and_can_be_asked_later() {
    let world = World::with_settings(Mode::Webhook, &[("USER_MESSAGES_PER_MINUTE", "1")]).await;
    echoes(&world);
    opens(&world, InlineMode::WithFeedback);
    for _ in 0..5 {
        offered(&world, ANNA, "typed").await;
    }
    let first = sends(&world, ANNA, "one").await;
    let second = sends(&world, ANNA, "two").await;
    let third = sends(&world, ANNA, "three").await;
    world.drains().await;
    let told = |question: &str| format!("{question}\n{}", replies::too_many_messages(Language::En, 1));
    assert_eq!(text(&world, first), "one\nre: one");
    assert_eq!([text(&world, second), text(&world, third)], [told("two"), told("three")]);
    presses(&world, ANNA, third, "ask:").await;
    assert_eq!(world.toast(), replies::too_many_messages(Language::En, 1));
    assert_eq!((text(&world, third), world.model.request_count()), (told("three"), 1));
    assert!(!calls(&world, "answerInlineQuery").is_empty());
    world.ends().await;
}
