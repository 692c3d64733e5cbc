//! The log: what a start says, and how one update's lines tell its story.

use std::time::Duration;

use routergram::sandbox::telegram::Call;
use serde_json::Value;

use crate::world::{ANNA, Mode, World, audit, within};

#[tokio::test]
async fn a_start_in_webhook_mode_says_how_it_is_reached_and_what_answers() {
    let world = World::with(Mode::Webhook).await;
    world.bot.says("Ready: ").await;
    let port = world.bot.port;
    let expected = [
        "Mode: webhook (WEBHOOK_URL is set)".to_owned(),
        format!("Listening on 127.0.0.1:{port}"),
        "Everybody may use this bot who is not banned; ALLOWED_USER_IDS would name those who may".to_owned(),
        format!("Webhook set: http://127.0.0.1:{port}/webhook/TOKEN (max_connections 100)"),
        "Webhook info: pending updates 0, last error none".to_owned(),
        "Ready: @routergram_bot answers with openrouter/auto".to_owned(),
    ];
    // Beside what only a first start does.
    let said: Vec<String> =
        lines(&world).iter().map(message).filter(|said| !said.starts_with("Database migrated")).collect();
    assert_eq!(said, expected);
    world.ends().await;
}

#[tokio::test]
async fn one_search_for_an_updates_id_tells_its_story() {
    let world = World::with_settings(Mode::Webhook, &[("RUST_LOG", "info,routergram=debug")]).await;
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.bot.says("Work on an update ended").await;
    let lines = lines(&world);
    let received = lines.iter().find(|line| message(line) == "An update was received and stored").unwrap();
    let its = lines.iter().filter(|line| line["update.id"] == received["update.id"]);
    let story: Vec<String> = its.map(message).collect();
    let mut told = story.iter();
    for stage in [
        "An update was received and stored",
        "Work on an update begins",
        "Asking the model",
        "The model has begun to answer",
        "The first word has come",
        "Answered",
        "A part of the answer arrived",
        "Delivered",
        "Work on an update ended",
    ] {
        assert!(told.any(|said| said == stage), "{stage:?} is missing, or not in its place: {story:#?}");
    }
    let answered = lines.iter().find(|line| message(line) == "Answered").unwrap();
    assert!(answered["generation.id"].is_string(), "what the ledger knows it by: {answered}");
    world.ends().await;
}

#[tokio::test]
async fn an_update_is_followed_from_receipt_to_settlement_by_its_id_alone_also_across_kill_9() {
    let mut world = World::with_settings(Mode::Webhook, &[("RUST_LOG", "info,routergram=debug")]).await;
    world.model.answers("one two three four five");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the model pauses", gate.reached()).await;
    world.bot.dies();
    drop(gate);
    let mut gate = world.model.hold_after(2);
    let drafts = world.called("sendMessageDraft");
    world.bot.starts().await;
    within("the model pauses again", gate.reached()).await;
    let shown = |calls: &[Call]| calls.iter().filter(|call| call.method == "sendMessageDraft").count() > drafts;
    within("a draft is shown", world.telegram.calls_become(shown)).await;
    let stop = serde_json::json!({"act": "stop_draft", "chat": ANNA, "user": ANNA});
    world.telegram.act(serde_json::from_value(stop).unwrap()).unwrap();
    world.drains().await;
    drop(gate);
    world.bot.says("The cost of an answer was looked up").await;
    let story = story_of_the_first(&world);
    let mut told = story.iter();
    for stage in [
        "An update was received and stored",
        "Work on an update begins",
        "Asking the model",
        // Killed, and started again.
        "Work on an update begins",
        "Asking the model",
        "The answer was stopped by a person",
        "Delivered",
        "Work on an update ended",
        "The cost of an answer was looked up",
    ] {
        assert!(told.any(|said| said == stage), "{stage:?} is missing, or not in its place: {story:#?}");
    }
    world.ends().await;
}

#[tokio::test]
async fn an_update_that_cannot_be_stored_is_named_in_the_log() {
    const REFUSED: &str = "An update could not be stored; Telegram will bring it again";
    let settings = [("RUST_LOG", "info,routergram=debug")];
    let mut world = World::with_settings(Mode::Webhook, &settings).await;
    world.expects_in_log(&["The store refuses to write", "cannot be read", "could not be stored"]);
    let holder = audit::open(world.folder.path());
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    world.anna("what is the answer?");
    world.bot.says(REFUSED).await;
    drop(holder);
    world.telegram.heal();
    world.clock.advance(Duration::from_mins(1));
    world.answers(ANNA, 1).await;
    let story = story_of_the_first(&world);
    assert!(story.iter().any(|said| said == REFUSED), "{story:#?}");
    world.ends().await;
}

#[tokio::test]
async fn an_update_whose_answer_cannot_be_read_back_is_named_in_the_log() {
    const LEFT: &str = "An update cannot be worked on and left the queue";
    let settings = [("RUST_LOG", "info,routergram=debug")];
    let mut world = World::with_settings(Mode::Webhook, &settings).await;
    world.expects_in_log(&[LEFT]);
    world.telegram.slow_down("sendMessage", Duration::from_hours(1));
    world.anna("what is the answer?");
    world.an_answer_is_stored().await;
    world.bot.dies();
    audit::open(world.folder.path()).execute_batch("DELETE FROM replies").unwrap();
    world.telegram.heal();
    world.bot.starts().await;
    world.bot.says(LEFT).await;
    let story = story_of_the_first(&world);
    assert!(story.iter().any(|said| said == LEFT), "{story:#?}");
    world.ends().await;
}

#[tokio::test]
async fn an_ordinary_answer_takes_two_lines() {
    let world = World::with(Mode::Webhook).await;
    world.bot.says("Ready: ").await;
    let before = lines(&world).len();
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.bot.says("Delivered").await;
    let said: Vec<String> = lines(&world)[before..].iter().map(message).collect();
    assert_eq!(said, ["Answered", "Delivered"]);
    world.ends().await;
}

/// What is said of the update that was received first, found by its id alone.
fn story_of_the_first(world: &World) -> Vec<String> {
    let lines = lines(world);
    let received = lines.iter().find(|line| message(line) == "An update was received and stored").unwrap();
    assert!(received["update.id"].is_i64(), "{received}");
    lines.iter().filter(|line| line["update.id"] == received["update.id"]).map(message).collect()
}

/// Every line is one JSON object with what hosts look for.
fn lines(world: &World) -> Vec<Value> {
    let log = world.bot.log();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    lines.inspect(|line| assert!(line["message"].is_string() && line["level"].is_string(), "{line}")).collect()
}

fn message(line: &Value) -> String {
    line["message"].as_str().unwrap_or_default().to_owned()
}
