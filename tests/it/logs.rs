//! The log: what a start says, and how one update's lines tell its story.

use serde_json::Value;

use crate::world::{ANNA, Mode, World};

#[tokio::test]
async fn a_start_in_webhook_mode_says_how_it_is_reached_and_what_answers() {
    let world = World::with(Mode::Webhook).await;
    world.bot.says("Ready: ").await;
    let port = world.bot.port;
    let expected = [
        "Mode: webhook (WEBHOOK_URL is set)".to_owned(),
        format!("Listening on 127.0.0.1:{port}"),
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

/// Every line is one JSON object with what hosts look for.
fn lines(world: &World) -> Vec<Value> {
    let log = world.bot.log();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    lines.inspect(|line| assert!(line["message"].is_string() && line["level"].is_string(), "{line}")).collect()
}

fn message(line: &Value) -> String {
    line["message"].as_str().unwrap_or_default().to_owned()
}
