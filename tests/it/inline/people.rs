//! What is somebody's stays theirs: nothing of it is shown elsewhere, and what they ask elsewhere is kept, given and deleted as
//! the rest.

use routergram::replies::{self, Language};
use serde_json::Value;

use super::{ELSEWHERE, calls, grows, message, offered, opens, sends, text, world};
use crate::access::{OLGA, private_bot};
use crate::catalogue::knows_models;
use crate::privacy::{CANARY, found_in};
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, until, within};
use routergram::sandbox::telegram::InlineMode;

#[tokio::test]
async fn nothing_that_was_said_in_private_goes_along_but_what_was_chosen_there() {
    let world = world(Mode::Webhook, &[]).await;
    world.anna(&format!("/new You are a {CANARY}"));
    world.anna(&format!("my secret is {CANARY}"));
    knows_models(&world).await;
    world.anna("/model openai/gpt-4o-mini");
    world.drains().await;
    let id = sends(&world, ANNA, "what is my secret?").await;
    world.drains().await;
    assert_eq!(text(&world, id), "what is my secret?\nre: what is my secret?");
    let asked = world.model.requests().pop().unwrap();
    assert!(!asked.body.to_string().contains(CANARY), "{}", asked.body);
    assert_eq!(asked.messages.len(), 2, "instructions and the question");
    assert!(asked.messages[0].content.contains("Answer briefly"));
    assert_eq!(asked.body["model"], "openai/gpt-4o-mini");
    // Nor the other way round.
    world.anna("hello");
    world.drains().await;
    assert!(!world.model.requests().pop().unwrap().body.to_string().contains("what is my secret?"));
    world.ends().await;
}

fn export(world: &crate::world::World) -> (Value, String) {
    let mut files = world.said(ANNA).into_iter().filter_map(|message| message.document);
    let mut file = |name: &str| {
        let document = files.find(|document| document.name == name).expect("it was sent");
        String::from_utf8(world.telegram.file(&document.file_id).unwrap().bytes.to_vec()).unwrap()
    };
    let markdown = file("routergram-export.md");
    (serde_json::from_str(&file("routergram-export.json")).unwrap(), markdown)
}

#[tokio::test]
async fn what_was_asked_inline_is_exported_and_forgotten_with_the_rest() {
    let world = world(Mode::Polling, &[]).await;
    sends(&world, ANNA, &format!("what is a {CANARY}?")).await;
    sends(&world, BORIS, "and what is mine?").await;
    world.drains().await;
    world.anna("/export");
    world.drains().await;
    let (all, markdown) = export(&world);
    assert_eq!(all["tables"]["turns"][0]["question"], format!("what is a {CANARY}?"));
    assert!(all["tables"]["turns"][0]["inline_message"].is_string() && all["tables"]["turns"][1].is_null());
    assert!(markdown.contains(&replies::export_inline(Language::En)) && markdown.contains(CANARY), "{markdown}");
    world.anna("/stats");
    world.drains().await;
    world.anna("/forget");
    world.drains().await;
    world.taps(ANNA, ANNA, "🗑 Delete everything").await;
    let folder = world.folder.path().to_owned();
    assert_eq!(stored::<i64>(&folder, "SELECT count(*) FROM turns"), 1);
    until("no file holds it", async || found_in(&folder, CANARY).is_empty()).await;
    world.ends().await;
}

#[tokio::test]
async fn whoever_is_forgotten_ends_the_answer_that_is_written_for_them() {
    let world = world(Mode::Webhook, &[]).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "count").await;
    grows(&world, id, "count\none").await;
    world.anna("/forget");
    world.answers(ANNA, 1).await;
    let panel = world.said(ANNA).pop().unwrap();
    world.presses(ANNA, ANNA, &panel, &crate::world::acts::data_of(&panel, "🗑 Delete everything"));
    world.drains().await;
    gate.release();
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM turns"), 0);
    assert!(!text(&world, id).contains("three"));
    world.ends().await;
}

#[tokio::test]
async fn with_a_data_key_no_file_holds_what_was_asked_inline_also_after_a_kill() {
    let key = "11".repeat(32);
    let mut world = world(Mode::Webhook, &[("DATA_KEY", key.as_str())]).await;
    world.model.answers(format!("a {CANARY} and more"));
    let gate = world.model.hold_after(3);
    let id = sends(&world, ANNA, &format!("what is a {CANARY}?")).await;
    within("it is asked", world.model.asked(1)).await;
    assert_eq!(found_in(world.folder.path(), CANARY), Vec::<String>::new());
    world.bot.dies();
    assert_eq!(found_in(world.folder.path(), CANARY), Vec::<String>::new());
    gate.release();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(text(&world, id), format!("what is a {CANARY}?\na {CANARY} and more"));
    assert_eq!(found_in(world.folder.path(), CANARY), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn strangers_are_offered_the_private_chat_and_no_result() {
    let world = private_bot(Mode::Webhook, &[]).await;
    opens(&world, InlineMode::WithFeedback);
    world.telegram.add_group_without_bot(ELSEWHERE, "Elsewhere", &[BORIS, OLGA]);
    let (_, results) = offered(&world, BORIS, "may I?").await;
    assert!(results.is_empty());
    let answer = calls(&world, "answerInlineQuery").pop().unwrap();
    assert_eq!(answer["button"]["text"], replies::inline_private(Language::Ru));
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM people"), 0);
    let (_, results) = offered(&world, OLGA, "may I?").await;
    assert_eq!(results.len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_ban_ends_an_answer_and_leaves_a_word_under_what_was_sent_before() {
    let world = private_bot(Mode::Polling, &[]).await;
    opens(&world, InlineMode::WithFeedback);
    world.says(OLGA, OLGA, &format!("/allow {ANNA}"));
    world.drains().await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "count").await;
    grows(&world, id, "count\none").await;
    // Offered before the ban, sent after it.
    let (query, results) = offered(&world, ANNA, "and now?").await;
    world.says(OLGA, OLGA, &format!("/ban {ANNA}"));
    world.drains().await;
    gate.release();
    assert_eq!(text(&world, id), "count\none");
    let late = world.chooses_inline(ANNA, ELSEWHERE, (&query, results[0]["id"].as_str().unwrap())).await;
    world.drains().await;
    assert_eq!(text(&world, late), format!("and now?\n{}", replies::inline_not_allowed(Language::En)));
    assert_eq!((message(&world, late).keyboard, world.model.request_count()), (None, 1));
    world.ends().await;
}
