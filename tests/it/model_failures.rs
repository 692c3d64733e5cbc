//! What goes wrong with the model beside the table in `neighbours::model`: failures that need a story of their own.
//!
//! Every story also holds that the model was not asked more often than it should be, that what it charged is in the
//! ledger once, and that no line of the log holds what was asked, answered, or quoted by the provider.

use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::model::{Booking, Fault};

use crate::settling::{line, told};
use crate::world::acts::button_of;
use crate::world::audit::stored;
use crate::world::{ANNA, Mode, World, until, within};

/// What Anna asks. Its number is nowhere else.
pub(crate) const QUESTION: &str = "What is the PIN of my card, was it 73919?";
/// What the model answers when it can.
pub(crate) const ANSWER: &str = "Certainly 40212 is the number you asked me for";

/// Words that must not be in any log.
const PRIVATE: [&str; 4] = ["73919", "40212", "Certainly", "my card"];

/// The next question is answered as if nothing had been; then the books are compared and the log is read.
pub(crate) async fn goes_on(world: World) {
    let before = world.said(ANNA).len();
    world.model.recovers();
    world.model.answers("And now it works");
    world.anna("And now?");
    world.answers(ANNA, before + 1).await;
    assert_eq!(world.last_said(ANNA), "And now it works");
    world.drains().await;
    books_agree(&world).await;
    keeps_private(&world);
    world.ends().await;
}

/// Every generation that was charged is in the ledger once, with what the model charged: what was cut off is looked up.
async fn books_agree(world: &World) {
    within("the model has closed its books", world.model.idle()).await;
    let book = world.model.book();
    assert!(book.iter().map(Booking::cost_micro_usd).sum::<i64>() > 0);
    until("every cost is known", async || !book.iter().any(|booking| line(world, booking) != Some(told(booking))))
        .await;
    let spent: i64 = stored(world.folder.path(), "SELECT ifnull(sum(cost_micro_usd), 0) FROM ledger");
    assert_eq!(spent, book.iter().map(Booking::cost_micro_usd).sum::<i64>());
}

fn keeps_private(world: &World) {
    let log = world.bot.log();
    for words in PRIVATE {
        let line = log.lines().find(|line| line.contains(words));
        assert_eq!(line, None, "the log holds {words:?}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_leaves_what_was_written() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    world.model.answers(ANSWER);
    world.model.fails_next(1, &Fault::CutAfter { chunks: 3 });
    let gate = world.model.hold_after(3);
    world.anna(QUESTION);
    // What the bot has shown, it has read.
    let shown =
        |calls: &[routergram::sandbox::telegram::Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
    within("a draft is shown", world.telegram.calls_become(shown)).await;
    gate.release();
    let said = world.answers(ANNA, 2).await;
    assert!(ANSWER.starts_with(&said[0].text), "{}", said[0].text);
    assert_eq!(said[1].text, replies::cut_off(Language::En));
    assert_eq!(world.model.request_count(), 1);
    goes_on(world).await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_in_all_is_cut_and_keeps_what_was_written() {
    let settings = [("TURN_TIMEOUT_SECS", "2"), ("OPENROUTER_TIMEOUT_SECS", "2")];
    let mut world = World::with_settings(Mode::Webhook, &settings).await;
    world.expects_in_log(&["The answer took longer than TURN_TIMEOUT_SECS"]);
    let endless = "Certainly 40212 ".repeat(1000);
    world.model.answers(&endless);
    world.model.chunk_every(Duration::from_millis(50));
    world.anna(QUESTION);
    let said = world.answers(ANNA, 2).await;
    assert!(!said[0].text.is_empty() && endless.starts_with(&said[0].text), "{}", said[0].text);
    assert_eq!(said[1].text, replies::took_too_long(Language::En));
    world.model.in_a_hurry();
    goes_on(world).await;
}

#[tokio::test]
async fn an_answer_of_nothing_but_blanks_is_none_and_the_model_is_not_told_of_it() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers("\n \n");
    world.anna("hello?");
    let said = world.answers(ANNA, 1).await;
    assert_eq!(said[0].text, replies::empty_answer(Language::En));
    assert!(button_of(&said[0], "retry:").is_some());
    world.model.answers(ANSWER);
    world.anna(QUESTION);
    world.answers(ANNA, 2).await;
    // Some providers refuse a conversation with a blank message in it.
    let asked = world.model.requests().pop().unwrap();
    assert!(asked.messages.iter().all(|message| !message.content.trim().is_empty()), "{:?}", asked.messages);
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_that_is_too_long_for_the_model_is_halved_and_the_question_answered() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "8000")]).await;
    world.model.answers("word ".repeat(700));
    for turn in 1..=8 {
        world.anna(&format!("{turn} {}", "tell me more ".repeat(200)));
        world.answers(ANNA, turn).await;
    }
    world.drains().await;
    world.model.answers(ANSWER);
    world.model.fails_next(1, &Fault::context_too_long());
    world.anna(QUESTION);
    world.answers(ANNA, 9).await;
    assert_eq!(world.last_said(ANNA), ANSWER);
    let requests = world.model.requests();
    let [.., whole, halved] = &requests[..] else { panic!("{} requests", requests.len()) };
    let (before, after) = (whole.messages.len(), halved.messages.len());
    assert!(after > 2 && after <= before / 2 + 2, "{before} messages, then {after}");
    assert_eq!(whole.said_by("system").collect::<Vec<_>>(), halved.said_by("system").collect::<Vec<_>>());
    // The newest are kept.
    assert_eq!(whole.messages[before - 3..], halved.messages[after - 3..]);
    assert_eq!(halved.question(), QUESTION);
    goes_on(world).await;
}
