//! The model fails, and what the person sees of it: one honest sentence, below whatever was written.
//!
//! Every story also holds that the model was not asked more often than it should be, that what it charged is in the
//! ledger once, and that no line of the log holds what was asked, answered, or quoted by the provider.

use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::model::Fault;
use serde_json::json;

use super::{Gone, OLGA, Row};
use crate::model_failures::{ANSWER, QUESTION, goes_on};
use crate::world::{ANNA, Mode, World};

/// What the log says of a question that was not answered.
const FAILED: &str = "\"The model failed\"";
/// Counts the questions that were asked again.
const REPEATED: &str = "routergram_model_requests_repeated_total";

/// Anna's world with a failing model.
struct Trouble {
    faults: Vec<Fault>,
    settings: Vec<(&'static str, &'static str)>,
    /// What the log says about it.
    logged: &'static [&'static str],
    /// What the owner is told.
    owner: Option<fn(Language, &str) -> String>,
}

impl Trouble {
    fn of(faults: impl Into<Vec<Fault>>) -> Self {
        const LOGGED: &[&str] = &[FAILED, "The model's server failed before it answered"];
        Self { faults: faults.into(), settings: Vec::new(), logged: LOGGED, owner: None }
    }

    /// Three times, which is as often as a question is asked.
    fn lasting(fault: Fault) -> Self {
        Self::of([fault.clone(), fault.clone(), fault])
    }

    /// Only the owner can mend it, and hears of it.
    fn told(mut self, owner: fn(Language, &str) -> String) -> Self {
        self.logged = &["The model's provider refuses this account or model"];
        self.owner = Some(owner);
        self
    }

    fn with(mut self, settings: &[(&'static str, &'static str)]) -> Self {
        self.settings = settings.to_vec();
        self
    }
}

/// What Anna sees of an answer.
#[derive(Clone, Copy)]
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
    ($($story:ident: $what:literal, $trouble:expr => $seen:expr, $requests:literal;)*) => {
        $(#[tokio::test]
        async fn $story() {
            story($trouble, $seen, $requests).await;
        })*

        /// All of it, for the document.
        pub(super) fn rows() -> Vec<Row> {
            let mut rows = vec![$(row($what, &$trouble, $seen, $requests)),*];
            rows.extend(GONE.iter().map(|(what, _)| row(what, &Trouble::of([]), Only(replies::busy), 3)));
            rows
        }
    };
}

use Seen::{Only, Part, Whole};

failures! {
    an_account_without_credit: "402: the account has no credit left", Trouble::of([Fault::no_credit()]).told(replies::owner_account) => Only(replies::account), 1;
    a_wrong_key: "401: the key is refused", Trouble::of([Fault::status(401, "User not found.", "authentication")]).told(replies::owner_account) => Only(replies::account), 1;
    a_key_that_may_not_do_this: "403: the key may not do this", Trouble::of([Fault::status(403, "Only management keys can do this", "permission_denied")]).told(replies::owner_account) => Only(replies::account), 1;
    a_model_that_is_gone: "404: the model is not there any more", Trouble::of([Fault::status(404, "No endpoints found for this model.", "not_found")]).told(replies::owner_no_such_model) => Only(replies::no_such_model), 1;
    a_rate_limit_that_says_when_to_come_back: "429, and when to come back", Trouble::of([Fault::rate_limited(Some(Duration::from_secs(1)))]) => Whole, 2;
    a_rate_limit_that_lasts: "429 that lasts", Trouble::lasting(Fault::rate_limited(None)) => Only(replies::busy), 3;
    a_rate_limit_that_nobody_waits_for: "429, and to come back in more than 20 s", Trouble::of([Fault::rate_limited(Some(Duration::from_hours(1)))]) => Only(replies::busy), 1;
    a_server_that_fails: "500 that lasts", Trouble::lasting(Fault::status(500, QUESTION, "server")) => Only(replies::busy), 3;
    a_proxy_page: "502 with a page of HTML, that lasts", Trouble::lasting(Fault::bad_gateway()) => Only(replies::busy), 3;
    a_provider_that_is_overloaded_for_a_moment: "529 (overloaded) for a moment", Trouble::of([Fault::overloaded()]) => Whole, 2;
    a_provider_that_is_overloaded: "529 (overloaded) that lasts", Trouble::lasting(Fault::overloaded()) => Only(replies::busy), 3;
    an_error_inside_a_good_response: "200 with an error 502 in it", Trouble::of([Fault::ErrorIn200 { error: quoting(502) }]) => Whole, 2;
    a_refusal_inside_a_good_response: "200 with an error 400 in it", Trouble::of([Fault::ErrorIn200 { error: quoting(400) }]) => Only(replies::refused), 1;
    an_error_in_the_middle: "an error in the middle of the answer", Trouble::of([Fault::ErrorAfter { chunks: 3, error: quoting(502) }]) => Part(replies::cut_off), 1;
    an_error_in_the_middle_whose_code_is_a_word: "the same, with a word for a code", Trouble::of([Fault::ErrorAfter { chunks: 3, error: json!({"code": "server_error", "message": "Provider disconnected"}) }]) => Part(replies::cut_off), 1;
    an_end_in_the_middle: "an end in the middle of the answer", Trouble::of([Fault::EndAfter { chunks: 3 }]) => Part(replies::cut_off), 1;
    an_end_before_the_text: "an end before the first word", Trouble::of([Fault::EndAfter { chunks: 0 }]) => Whole, 2;
    a_connection_that_breaks_before_the_text: "the connection breaks before the first word", Trouble::of([Fault::CutAfter { chunks: 0 }]) => Whole, 2;
    garbage_in_the_middle: "garbage in the middle of the answer", Trouble::of([Fault::GarbageAfter { chunks: 3 }]) => Part(replies::cut_off), 1;
    garbage_before_the_text: "garbage before the first word", Trouble::of([Fault::GarbageAfter { chunks: 0 }]) => Whole, 2;
    an_empty_answer: "an empty answer", Trouble::of([Fault::Empty]) => Whole, 2;
    two_empty_answers: "an empty answer, twice", Trouble::of([Fault::Empty, Fault::Empty]) => Only(replies::empty_answer), 2;
    nothing_but_thoughts: "the answer’s whole length is used up by thinking", Trouble::of([Fault::OnlyReasoning]) => Only(replies::only_reasoning), 1;
    a_flagged_question: "403: its content is refused", Trouble::of([Fault::moderated(QUESTION)]) => Only(replies::moderated), 1;
    a_request_that_is_too_large: "413: the conversation is too large, and half of it too", Trouble::of([Fault::status(413, "Payload too large", "payload_too_large"), Fault::status(413, "Payload too large", "payload_too_large")]) => Only(replies::context_too_long), 2;
    a_context_that_stays_too_long: "400: the conversation is too long, and half of it too", Trouble::of([Fault::context_too_long(), Fault::context_too_long()]) => Only(replies::context_too_long), 2;
    a_server_that_never_answers: "silence from the start, for `OPENROUTER_TIMEOUT_SECS`", Trouble::of([Fault::NoResponse]).with(&[("OPENROUTER_TIMEOUT_SECS", "1")]) => Only(replies::stalled_before_text), 1;
    a_silence_before_the_text: "silence before the first word, for `OPENROUTER_TIMEOUT_SECS`", Trouble::of([Fault::SilenceAfter { chunks: 0 }]).with(&[("OPENROUTER_TIMEOUT_SECS", "1")]) => Only(replies::stalled_before_text), 1;
    a_silence_in_the_middle: "silence in the middle of the answer, for `OPENROUTER_TIMEOUT_SECS`", Trouble::of([Fault::SilenceAfter { chunks: 3 }]).with(&[("OPENROUTER_TIMEOUT_SECS", "1")]) => Part(replies::stalled), 1;
}

fn row(what: &str, trouble: &Trouble, seen: Seen, requests: usize) -> Row {
    let anna = match seen {
        Whole => "the answer".to_owned(),
        Part(sentence) => format!("what was written so far, and “{}”", sentence(Language::En)),
        Only(sentence) => format!("“{}”", sentence(Language::En)),
    };
    let owner = match (trouble.owner, seen) {
        (Some(owner), _) => format!("in Telegram: “{}”", owner(Language::En, "").trim_end()),
        (None, Whole) => format!("no more than a count: `{REPEATED}`"),
        (None, _) => format!("in the log: “{}”", FAILED.trim_matches('"')),
    };
    let again = match requests {
        1 => "nothing",
        2 => "the question, once",
        _ => "the question, after 0.5–1 s and after 1.5–3 s",
    };
    Row { what: what.to_owned(), anna, owner, again: again.to_owned() }
}

/// An error whose metadata quotes the question, as providers' raw errors do.
fn quoting(code: u16) -> serde_json::Value {
    let metadata = json!({"raw": format!("cannot handle: {QUESTION}"), "provider_name": "Sandbox"});
    json!({"code": code, "message": format!("Provider returned error: {QUESTION}"), "metadata": metadata})
}

async fn story(trouble: Trouble, seen: Seen, requests: usize) {
    let olga = OLGA.to_string();
    let settings: Vec<_> = trouble.settings.iter().copied().chain([("ADMIN_USER_IDS", olga.as_str())]).collect();
    let mut world = World::asleep(Mode::Webhook, &settings).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.expects_in_log(trouble.logged);
    world.bot.starts().await;
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
    if let Some(owner) = trouble.owner {
        let told = world.answers(OLGA, 1).await.remove(0).text;
        assert!(told.starts_with(owner(Language::En, "").trim_end()), "{told}");
    }
    assert_eq!(world.said(OLGA).len(), usize::from(trouble.owner.is_some()));
    let is_whole = matches!(seen, Whole);
    assert_eq!(world.bot.said(FAILED), usize::from(!is_whole && trouble.owner.is_none()));
    if is_whole {
        assert_eq!(world.bot.metric(REPEATED).await + 1, u64::try_from(requests).unwrap());
    }
    goes_on(world).await;
}

/// Ways in which the model's server is not there: what fails, and the address that fails so.
const GONE: [Gone; 3] = [
    ("its name is not known (DNS)", |_| "http://no-such-host.invalid/api/v1".to_owned()),
    ("its certificate or TLS is wrong", |world| world.model.base_url().as_str().replace("http://", "https://")),
    ("nobody answers there", |_| "http://127.0.0.1:9/api/v1".to_owned()),
];

#[tokio::test]
async fn a_model_that_is_not_there_is_asked_three_times_and_said_to_be_busy() {
    for (what, address) in GONE {
        let mut world = World::asleep(Mode::Webhook, &[("ADMIN_USER_IDS", &OLGA.to_string())]).await;
        world.telegram.add_person(OLGA, "Olga", Some("en"));
        world.expects_in_log(&[FAILED, "The model's server failed before it answered"]);
        world.expects_in_log(&["could not be asked about OPENROUTER_API_KEY", "The list of models cannot be had now"]);
        world.expects_in_log(&["is an http:// address"]);
        let (right, wrong) = (world.model.base_url().to_string(), address(&world));
        world.bot.set("OPENROUTER_BASE_URL", &wrong);
        world.bot.starts().await;
        world.anna(QUESTION);
        world.answers(ANNA, 1).await;
        world.drains().await;
        assert_eq!(world.last_said(ANNA), replies::busy(Language::En), "{what}");
        assert_eq!(world.bot.metric(REPEATED).await, 2, "{what}");
        assert_eq!((world.said(OLGA).len(), world.bot.said(FAILED)), (0, 1), "{what}");
        world.bot.stops().await;
        world.bot.set("OPENROUTER_BASE_URL", &right);
        world.bot.starts().await;
        goes_on(world).await;
    }
}
