//! What goes wrong with the model, and what the person sees of it: one honest sentence, below whatever was written.
//!
//! Every story also holds that the model was not asked more often than it should be, that what it charged is in the
//! ledger once, and that no line of the log holds what was asked, answered, or quoted by the provider.

use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::model::{Booking, Fault};
use serde_json::json;

use crate::settling::{line, told};
use crate::world::acts::button_of;
use crate::world::audit::stored;
use crate::world::{ANNA, Mode, World, until, within};

/// What Anna asks. Its number is nowhere else.
const QUESTION: &str = "What is the PIN of my card, was it 73919?";
/// What the model answers when it can.
const ANSWER: &str = "Certainly 40212 is the number you asked me for";

/// Words that must not be in any log.
const PRIVATE: [&str; 4] = ["73919", "40212", "Certainly", "my card"];

/// Anna's world with a failing model.
struct Trouble {
    faults: Vec<Fault>,
    settings: Vec<(&'static str, &'static str)>,
    /// What the log says about it.
    logged: &'static [&'static str],
}

impl Trouble {
    fn of(faults: impl Into<Vec<Fault>>) -> Self {
        const LOGGED: &[&str] = &["The model failed", "The model's server failed before it answered"];
        Self { faults: faults.into(), settings: Vec::new(), logged: LOGGED }
    }

    /// Three times, which is as often as a question is asked.
    fn lasting(fault: Fault) -> Self {
        Self::of([fault.clone(), fault.clone(), fault])
    }

    fn for_the_owner(mut self) -> Self {
        self.logged = &["The model's provider refuses this account or model"];
        self
    }

    fn with(mut self, settings: &[(&'static str, &'static str)]) -> Self {
        self.settings = settings.to_vec();
        self
    }
}

/// What Anna sees of an answer.
enum Seen {
    /// All of it.
    Whole,
    /// The beginning, and this sentence below.
    Part(fn(Language) -> String),
    /// Nothing but this sentence.
    Only(fn(Language) -> String),
}

/// One table: what fails => what Anna sees, after so many requests.
macro_rules! failures {
    ($($story:ident: $trouble:expr => $seen:expr, $requests:literal;)*) => {
        $(#[tokio::test]
        async fn $story() {
            story($trouble, $seen, $requests).await;
        })*
    };
}

use Seen::{Only, Part, Whole};

failures! {
    an_account_without_credit: Trouble::of([Fault::no_credit()]).for_the_owner() => Only(replies::account), 1;
    a_wrong_key: Trouble::of([Fault::status(401, "User not found.", "authentication")]).for_the_owner() => Only(replies::account), 1;
    a_model_that_is_gone: Trouble::of([Fault::status(404, "No endpoints found for this model.", "not_found")]).for_the_owner() => Only(replies::no_such_model), 1;
    a_rate_limit_that_says_when_to_come_back: Trouble::of([Fault::rate_limited(Some(Duration::from_secs(1)))]) => Whole, 2;
    a_rate_limit_that_lasts: Trouble::lasting(Fault::rate_limited(None)) => Only(replies::busy), 3;
    a_rate_limit_that_nobody_waits_for: Trouble::of([Fault::rate_limited(Some(Duration::from_hours(1)))]) => Only(replies::busy), 1;
    a_server_that_fails: Trouble::lasting(Fault::status(500, QUESTION, "server")) => Only(replies::busy), 3;
    a_proxy_page: Trouble::lasting(Fault::bad_gateway()) => Only(replies::busy), 3;
    a_provider_that_is_overloaded_for_a_moment: Trouble::of([Fault::overloaded()]) => Whole, 2;
    a_provider_that_is_overloaded: Trouble::lasting(Fault::overloaded()) => Only(replies::busy), 3;
    an_error_inside_a_good_response: Trouble::of([Fault::ErrorIn200 { error: quoting(502) }]) => Whole, 2;
    a_refusal_inside_a_good_response: Trouble::of([Fault::ErrorIn200 { error: quoting(400) }]) => Only(replies::refused), 1;
    an_error_in_the_middle: Trouble::of([Fault::ErrorAfter { chunks: 3, error: quoting(502) }]) => Part(replies::cut_off), 1;
    an_error_in_the_middle_whose_code_is_a_word: Trouble::of([Fault::ErrorAfter { chunks: 3, error: json!({"code": "server_error", "message": "Provider disconnected"}) }]) => Part(replies::cut_off), 1;
    an_end_in_the_middle: Trouble::of([Fault::EndAfter { chunks: 3 }]) => Part(replies::cut_off), 1;
    an_end_before_the_text: Trouble::of([Fault::EndAfter { chunks: 0 }]) => Whole, 2;
    a_connection_that_breaks_before_the_text: Trouble::of([Fault::CutAfter { chunks: 0 }]) => Whole, 2;
    garbage_in_the_middle: Trouble::of([Fault::GarbageAfter { chunks: 3 }]) => Part(replies::cut_off), 1;
    garbage_before_the_text: Trouble::of([Fault::GarbageAfter { chunks: 0 }]) => Whole, 2;
    an_empty_answer: Trouble::of([Fault::Empty]) => Whole, 2;
    two_empty_answers: Trouble::of([Fault::Empty, Fault::Empty]) => Only(replies::empty_answer), 2;
    nothing_but_thoughts: Trouble::of([Fault::OnlyReasoning]) => Only(replies::only_reasoning), 1;
    a_flagged_question: Trouble::of([Fault::moderated(QUESTION)]) => Only(replies::moderated), 1;
    a_request_that_is_too_large: Trouble::of([Fault::status(413, "Payload too large", "payload_too_large"), Fault::status(413, "Payload too large", "payload_too_large")]) => Only(replies::context_too_long), 2;
    a_context_that_stays_too_long: Trouble::of([Fault::context_too_long(), Fault::context_too_long()]) => Only(replies::context_too_long), 2;
    a_server_that_never_answers: Trouble::of([Fault::NoResponse]).with(&[("OPENROUTER_TIMEOUT_SECS", "1")]) => Only(replies::stalled_before_text), 1;
    a_silence_before_the_text: Trouble::of([Fault::SilenceAfter { chunks: 0 }]).with(&[("OPENROUTER_TIMEOUT_SECS", "1")]) => Only(replies::stalled_before_text), 1;
    a_silence_in_the_middle: Trouble::of([Fault::SilenceAfter { chunks: 3 }]).with(&[("OPENROUTER_TIMEOUT_SECS", "1")]) => Part(replies::stalled), 1;
}

/// An error whose metadata quotes the question, as providers' raw errors do.
fn quoting(code: u16) -> serde_json::Value {
    let metadata = json!({"raw": format!("cannot handle: {QUESTION}"), "provider_name": "Sandbox"});
    json!({"code": code, "message": format!("Provider returned error: {QUESTION}"), "metadata": metadata})
}

async fn story(trouble: Trouble, seen: Seen, requests: usize) {
    let mut world = World::with_settings(Mode::Webhook, &trouble.settings).await;
    world.expects_in_log(trouble.logged);
    world.model.answers(ANSWER);
    trouble.faults.iter().for_each(|fault| world.model.fails_next(1, fault));
    world.anna(QUESTION);
    world.drains().await;
    let said: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    match seen {
        Whole => assert_eq!(said, [ANSWER]),
        Only(sentence) => assert_eq!(said, [sentence(Language::En)]),
        Part(sentence) => {
            assert_eq!(said.len(), 2, "{said:#?}");
            assert_eq!(said, ["Certainly 40212 is".to_owned(), sentence(Language::En)]);
        }
    }
    assert_eq!(world.model.request_count(), requests);
    goes_on(world).await;
}

/// The next question is answered as if nothing had been; then the books are compared and the log is read.
async fn goes_on(world: World) {
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
