//! Real input: what Telegram's own guide shows, what is newer than every library, and what nobody should ever send.
//!
//! Every update is answered, ignored with a counter, or parked with a reason. Nobody's text disappears without one of
//! these, nothing panics, and the lane goes on.

use std::collections::BTreeMap;

use routergram::replies::{self, Language};
use serde_json::json;

use crate::world::audit::stored;
use crate::world::{ANNA, Mode, World};

/// Telegram's "Marvin's Marvellous Guide to All Things Webhook".
const GUIDE: &str = include_str!("../data/updates-webhook-guide.jsonl");
/// Fields and kinds that are newer than the libraries, and numbers that do not fit theirs.
const HOSTILE: &str = include_str!("../data/updates-hostile.jsonl");

/// Who writes in the guide, and in the hostile updates.
const TEST: i64 = 1_111_111;
const X: i64 = 5;

/// A sentence of the bot's, in the language of those who do not say theirs.
fn en(sentence: impl Fn(Language) -> String) -> String {
    sentence(Language::En)
}

/// A world whose model repeats what it is asked.
async fn world(mode: Mode) -> World {
    let world = World::with(mode).await;
    world.telegram.add_person(TEST, "Test", None);
    world.telegram.add_person(X, "x", None);
    world.telegram.add_group(-1005, "x", &[X]);
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    world
}

/// Sends updates as Telegram would have numbered them, and returns their numbers when they have been worked on.
async fn sends(world: &World, updates: &[String]) -> Vec<i64> {
    let ids = updates.iter().map(|raw| world.telegram.inject(&without_id(raw))).collect();
    world.drains().await;
    ids
}

/// The samples have all the same id; without one they get the next.
fn without_id(raw: &str) -> String {
    let Some(rest) = raw.strip_prefix("{\"update_id\":") else { return raw.to_owned() };
    format!("{{{}", rest.split_once(',').unwrap().1)
}

fn lines(samples: &str) -> Vec<String> {
    samples.lines().map(str::to_owned).collect()
}

/// What became of an update: "done", "done: why not delivered", "parked: why"; "passed by" when it was not to be stored.
fn fate(world: &World, update_id: i64) -> String {
    let query = format!("SELECT concat_ws(': ', max(state), max(reason)) FROM inbox WHERE update_id = {update_id}");
    let fate: String = stored(world.folder.path(), &query);
    if fate.is_empty() { "passed by".to_owned() } else { fate }
}

/// What the bot has written to somebody.
fn said(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

/// How often each text was asked.
fn asked(world: &World) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for request in world.model.requests() {
        *asked.entry(request.question().to_owned()).or_default() += 1;
    }
    asked
}

/// Whatever came before, the next question of the same person, and of another, is answered.
async fn goes_on(world: World, person: i64) {
    let before = world.said(person).len();
    world.says(person, person, "and now?");
    world.answers(person, before + 1).await;
    assert_eq!(world.last_said(person), "re: and now?");
    world.anna("and I?");
    world.answers(ANNA, 1).await;
    assert_eq!(world.last_said(ANNA), "re: and I?");
    world.ends().await;
}

#[tokio::test]
async fn telegrams_own_samples_are_answered_by_webhook() {
    telegrams_own_samples_are_answered(Mode::Webhook).await;
}

#[tokio::test]
async fn telegrams_own_samples_are_answered_by_polling() {
    telegrams_own_samples_are_answered(Mode::Polling).await;
}

async fn telegrams_own_samples_are_answered(mode: Mode) {
    let world = world(mode).await;
    let samples = lines(GUIDE);
    assert_eq!(samples.len(), 13);
    let ids = sends(&world, &samples).await;
    let fates: Vec<_> = ids.iter().map(|id| fate(&world, *id)).filter(|fate| fate != "done").collect();
    // What is typed inline; and what was sent of it, in a message that nobody has.
    assert_eq!(fates, ["passed by", "done: Telegram refused (400): Bad Request: MESSAGE_ID_INVALID"]);
    let greeting = en(|language| replies::start(language, "openrouter/auto"));
    let greeting = greeting.split("At the moment").next().unwrap().to_owned();
    let answers = said(&world, TEST);
    assert_eq!(answers.len(), 9, "{answers:#?}");
    assert!(answers[..5].iter().all(|answer| answer.starts_with(&greeting)), "{answers:#?}");
    let expected = [
        "re: Bold and italics".to_owned(),
        // Files that this Telegram has never had.
        en(replies::file_gone),
        en(replies::file_gone),
        en(replies::file_gone),
    ];
    assert_eq!(answers[5..], expected);
    assert_eq!(asked(&world), BTreeMap::from([("Bold and italics".to_owned(), 1), ("inline query".to_owned(), 1)]));
    // A button under a message that the bot did not write, and the edit of a message that asked nothing.
    assert_eq!(world.bot.metric("routergram_updates_ignored_total").await, 2);
    let pressed = |call: &routergram::sandbox::telegram::Call| call.method == "answerCallbackQuery";
    assert!(world.telegram.calls().iter().any(pressed), "a pressed button must not spin for ever");
    goes_on(world, TEST).await;
}

#[tokio::test]
async fn what_is_newer_than_the_libraries_is_answered_by_webhook() {
    what_is_newer_than_the_libraries_is_answered(Mode::Webhook).await;
}

#[tokio::test]
async fn what_is_newer_than_the_libraries_is_answered_by_polling() {
    what_is_newer_than_the_libraries_is_answered(Mode::Polling).await;
}

async fn what_is_newer_than_the_libraries_is_answered(mode: Mode) {
    let mut world = world(mode).await;
    // The topic in the private chat does not exist here: Telegram refuses it, and the answer comes without.
    world.expects_in_log(&["sending it plainer"]);
    let samples = lines(HOSTILE);
    assert_eq!(samples.len(), 14);
    // One by one: among them is a Stop button, which would stop whatever is being answered.
    for sample in &samples {
        let ids = sends(&world, std::slice::from_ref(sample)).await;
        assert_eq!(fate(&world, ids[0]), "done", "{sample}");
    }
    let texts = [
        "entity out of range",
        "huge date",
        "huge message id",
        "In reply:\n> q\n\nquote w/ unknown entity",
        "reply to rich",
        "topic in private chat",
        "unknown chat type",
    ];
    let mut expected: BTreeMap<String, usize> = texts.map(|text| (text.to_owned(), 1)).into();
    expected.insert("hello at noon".to_owned(), 3);
    assert_eq!(asked(&world), expected);
    let mut answers = said(&world, X);
    answers.sort();
    let mut expected: Vec<String> = expected
        .iter()
        .flat_map(|(text, times)| std::iter::repeat_n(format!("re: {}", text.replace("> q", "q")), *times))
        .collect();

    expected.insert(0, en(|language| replies::cannot_read(language, "live_photo")));
    expected.sort();
    assert_eq!(answers, expected);
    // A guest's message, and a command in a group that may be another bot's. The Stop button had nothing to stop.
    assert_eq!(world.bot.metric("routergram_updates_ignored_total").await, 2);
    goes_on(world, X).await;
}

#[tokio::test]
async fn what_nobody_should_ever_send_harms_nobody_by_webhook() {
    what_nobody_should_ever_send_harms_nobody(Mode::Webhook).await;
}

#[tokio::test]
async fn what_nobody_should_ever_send_harms_nobody_by_polling() {
    what_nobody_should_ever_send_harms_nobody(Mode::Polling).await;
}

async fn what_nobody_should_ever_send_harms_nobody(mode: Mode) {
    let mut world = world(mode).await;
    world.expects_in_log(&["An update was parked", "An update could not be read and was parked"]);
    let from_x = |fields: &str| format!(r#"{{"message":{{"message_id":1,"date":1,{fields}}}}}"#);
    let chat = r#""chat":{"id":5,"type":"private","first_name":"x"}"#;
    let sender = r#""from":{"id":5,"is_bot":false,"first_name":"x"}"#;
    let far = |id: i64| {
        from_x(&format!(r#""chat":{{"id":{id},"type":"supergroup","title":"far"}},{sender},"text":"/ask from {id}""#))
    };
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    let updates = [
        (far(-3_000_000_000_000), "done: Telegram refused (400): Bad Request: chat not found"),
        (far(i64::MIN), "done: Telegram refused (400): Bad Request: chat not found"),
        (reaction(), "done"),
        (r#"{"m\u0065ssage":{"message_id":2,"date":1,"ch\u0061t":{"id":5},"te\u0078t":"escaped keys"}}"#.to_owned(), "done"),
        (r#"{"brand_new":{"a":{}},"message":{"message_id":3,"date":1,"chat":{"id":5},"text":"behind something new"}}"#.to_owned(), "done"),
        (from_x(&format!(r#"{chat},{sender},"text":{{"not":"a text"}}"#)), "parked"),
        (from_x(r#""chat":{"id":"5"},"text":"an id in quotes""#), "parked"),
        (from_x(&format!(r#"{chat},"text":"a deep one","new":{deep}"#)), "done"),
        (from_x(&format!(r#"{chat},"text":"  \n  ""#)), "done"),
        (r#"{"message":null}"#.to_owned(), "done"),
        ("{}".to_owned(), "done"),
    ];
    let ids = sends(&world, &updates.clone().map(|(raw, _)| raw)).await;
    for (id, (raw, expected)) in ids.into_iter().zip(&updates) {
        let fate = fate(&world, id);
        let as_expected = fate.starts_with(expected) && (*expected != "parked" || fate.len() > "parked: ".len());
        assert!(as_expected, "{fate} instead of {expected}: {raw:.120}");
    }
    let texts = [
        "x: from -3000000000000",
        "x: from -9223372036854775808",
        "escaped keys",
        "behind something new",
        "a deep one",
    ];
    assert_eq!(asked(&world), texts.map(|text| (text.to_owned(), 1)).into());
    assert_eq!(said(&world, X).len(), 3, "{:#?}", said(&world, X));
    goes_on(world, X).await;
}

/// A reaction of nobody, on which teloxide's reader panics.
fn reaction() -> String {
    let chat = json!({"id": 5, "type": "private"});
    let reaction = json!({"chat": chat, "message_id": 1, "date": 1, "old_reaction": [], "new_reaction": []});
    json!({ "message_reaction": reaction }).to_string()
}

#[tokio::test]
async fn what_is_no_update_at_all_is_parked_and_not_brought_again() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["An update was parked", "An update could not be read and was parked"]);
    let smile =
        r#"{"update_id":7000,"message":{"message_id":1,"date":1,"chat":{"id":5},"text":"half a smile \ud83d"}}"#;
    let _ = world.telegram.inject(smile);
    for raw in ["not json", "[]", "", r#"{"update_id":-1,"message":{}}"#, r#"{"update_id":"1"}"#, "\"\\ud800\""] {
        let _ = world.telegram.inject(raw);
    }
    world.drains().await;
    let parked = "SELECT count(*) FROM inbox WHERE state = 'parked' AND reason <> ''";
    assert_eq!(stored::<i64>(world.folder.path(), parked), 7);
    assert_eq!(world.bot.metric("routergram_updates_parked_total").await, 7);
    assert!(fate(&world, 7000).starts_with("parked: Syntax error"), "{}", fate(&world, 7000));
    goes_on(world, X).await;
}
