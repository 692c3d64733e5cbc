//! What Telegram's apps send in several messages is one question: a paste that was cut, an album. What merely follows is
//! not, and nothing of either is lost when the process is killed in between.

use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::model::Outcome;
use serde_json::json;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until, within};

/// A text of so many characters, in which no two places look alike, and none at which it is cut is white space.
fn text(words: &str, length: usize) -> String {
    let all: String = (0..).map(|n| format!("{words}{n:05} ")).take(length / 6 + 1).collect();
    all[..length].to_owned()
}

/// A world whose model tells how long its question was.
async fn world(mode: Mode) -> World {
    let world = World::with(mode).await;
    world.model.answers_with(|asked| format!("read {}", asked.question().len()));
    world
}

fn said(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

/// What the model was asked, in order.
fn asked(world: &World) -> Vec<String> {
    world.model.requests().iter().map(|asked| asked.question().to_owned()).collect()
}

/// How many updates the bot has stored and not finished.
fn waiting(world: &World) -> i64 {
    stored(world.folder.path(), "SELECT count(*) FROM inbox WHERE state = 'pending'")
}

/// Kills the bot when an answer is stored that takes long to be sent.
async fn dies_with_a_stored_answer(world: &mut World) {
    let generated = async || stored::<i64>(world.folder.path(), "SELECT count(*) FROM replies") == 1;
    until("the answer is stored", generated).await;
    world.bot.dies();
}

#[tokio::test]
async fn a_paste_that_was_cut_is_one_question_by_webhook() {
    pasted(Mode::Webhook).await;
}

#[tokio::test]
async fn a_paste_that_was_cut_is_one_question_by_polling() {
    pasted(Mode::Polling).await;
}

async fn pasted(mode: Mode) {
    let world = world(mode).await;
    let paste = text("p", 10_000);
    world.anna(&paste);
    world.drains().await;
    assert_eq!(said(&world, ANNA), ["read 10000"]);
    assert_eq!(asked(&world), [paste]);
    world.bot.says("Several updates are one question").await;
    assert_eq!(world.bot.said("Several updates are one question"), 1);
    // And the conversation goes on.
    world.anna("and now?");
    world.answers(ANNA, 2).await;
    assert_eq!(world.model.requests()[1].messages.len(), world.model.requests()[0].messages.len() + 2);
    world.ends().await;
}

#[tokio::test]
async fn a_paste_behind_a_command_is_the_commands() {
    let world = world(Mode::Webhook).await;
    world.anna(&format!("/ask {}", text("p", 6_000)));
    world.drains().await;
    assert_eq!(asked(&world), [text("p", 6_000)]);
    assert_eq!(said(&world, ANNA), ["read 6000"]);
    world.ends().await;
}

#[tokio::test]
async fn what_two_people_paste_in_a_group_is_not_mixed() {
    let world = world(Mode::Webhook).await;
    world.telegram.promote_bot(GROUP, true);
    // Telegram tells of it beside the messages of the group: it may not come between two pieces.
    world.drains().await;
    let (annas, boris) = (text("one", 6_000), text("two", 6_000));
    world.says(ANNA, GROUP, &format!("@routergram_bot {annas}"));
    world.says(BORIS, GROUP, &format!("@routergram_bot {boris}"));
    world.drains().await;
    assert_eq!(asked(&world), [format!("Anna: {annas}"), format!("Boris: {boris}")]);
    assert_eq!(said(&world, GROUP), ["read 6006", "read 6007"]);
    // Somebody between two pieces ends the first one's question; the rest is meant for nobody.
    let cut = &annas[..4_000];
    world.says(ANNA, GROUP, &format!("@routergram_bot {cut}"));
    world.says(BORIS, GROUP, "what is she doing?");
    world.says(ANNA, GROUP, &annas[4_000..]);
    world.drains().await;
    assert_eq!(asked(&world)[2..], [format!("Anna: {cut}")]);
    world.ends().await;
}

#[tokio::test]
async fn what_a_group_does_not_say_to_the_bot_is_not_collected() {
    let world = world(Mode::Webhook).await;
    world.telegram.promote_bot(GROUP, true);
    world.says(ANNA, GROUP, &text("a", 4_096));
    world.says(ANNA, GROUP, "@routergram_bot what do you think?");
    world.drains().await;
    assert_eq!(asked(&world), ["Anna: what do you think?"]);
    assert_eq!(world.bot.said("Several updates are one question"), 0);
    world.ends().await;
}

#[tokio::test]
async fn what_follows_a_long_message_later_or_as_a_command_is_not_part_of_it() {
    let world = world(Mode::Webhook).await;
    let long = text("l", 4_096);
    world.anna(&long);
    // By Telegram's stamps; the bot may get both at once.
    world.clock.advance(Duration::from_secs(10));
    world.anna("a word on that");
    world.drains().await;
    assert_eq!(asked(&world), [long.as_str(), "a word on that"]);
    world.anna(&long);
    world.anna("/help");
    world.anna("another word");
    world.drains().await;
    assert_eq!(asked(&world)[2..], [long.as_str(), "another word"]);
    assert_eq!(said(&world, ANNA).len(), 5);
    world.ends().await;
}

#[tokio::test]
async fn a_paste_while_an_answer_is_written_waits_its_turn_also_across_a_crash() {
    let mut world = world(Mode::Polling).await;
    let mut gate = world.model.hold_after(0);
    world.anna("first");
    within("the first is being answered", gate.reached()).await;
    let paste = text("p", 10_000);
    world.anna(&paste);
    world.anna("/help");
    until("all are stored", async || waiting(&world) == 5).await;
    assert_eq!(world.model.request_count(), 1);
    world.bot.dies();
    gate.release();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(asked(&world)[1..], ["first", &paste]);
    assert_eq!(said(&world, ANNA)[..2], ["read 5", "read 10000"]);
    assert_eq!(said(&world, ANNA).len(), 3);
    world.ends().await;
}

#[tokio::test]
async fn a_paste_is_answered_and_paid_once_however_often_the_process_is_killed() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["A message may arrive twice"]);
    let paste = text("p", 10_000);
    let mut gate = world.model.hold_after(0);
    world.anna(&paste);
    within("the paste is being answered", gate.reached()).await;
    world.bot.dies();
    let hung_up = async || matches!(world.model.requests()[0].outcome, Outcome::HungUp { .. });
    until("the model has noticed", hung_up).await;
    gate.release();
    assert_eq!(waiting(&world), 3, "nothing is done before there is an answer");
    world.telegram.slow_down("sendMessage", Duration::from_hours(1));
    world.bot.starts().await;
    dies_with_a_stored_answer(&mut world).await;
    assert_eq!(waiting(&world), 1, "the pieces are done with the answer");
    world.telegram.heal();
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    // What was being sent in the moment of the kill may arrive twice, and is announced then.
    let (mut answers, announced) = (said(&world, ANNA), world.bot.said("A message may arrive twice"));
    assert!(answers.len() <= 1 + announced, "{answers:?}");
    answers.dedup();
    assert_eq!(answers, ["read 10000"]);
    assert_eq!(asked(&world), [paste.clone(), paste]);
    let finished: Vec<_> = world.model.book().into_iter().filter(|booking| !booking.cancelled).collect();
    assert_eq!(finished.len(), 1, "one answer was written to its end");
    // The one that was cut off before its first word is in the ledger, or is not, and cost nothing.
    let written = "SELECT group_concat(generation_id) FROM ledger WHERE completion_tokens > 0";
    let paid: String = stored(world.folder.path(), written);
    assert_eq!(paid, finished[0].generation_id);
    world.ends().await;
}

#[tokio::test]
async fn an_album_is_one_question_by_webhook() {
    albums(Mode::Webhook).await;
}

#[tokio::test]
async fn an_album_is_one_question_by_polling() {
    albums(Mode::Polling).await;
}

async fn albums(mode: Mode) {
    let world = world(mode).await;
    for (first, album) in [(101, "one"), (201, "two")] {
        for n in 0..3 {
            send_photo(&world, first + n, Some(album));
        }
    }
    send_photo(&world, 301, None);
    world.drains().await;
    let sentence = replies::file_gone(Language::En);
    assert_eq!(said(&world, ANNA), [sentence.as_str(), &sentence, &sentence]);
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

/// Anna sends a picture, in an album or alone.
fn send_photo(world: &World, message_id: i64, album: Option<&str>) {
    let photo = json!([{"file_id": "a", "file_unique_id": "b", "width": 9, "height": 9}]);
    let mut message = json!({
        "message_id": message_id,
        "date": 1_790_000_000,
        "chat": {"id": ANNA, "type": "private", "first_name": "Anna"},
        "from": {"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"},
        "photo": photo,
    });
    if let Some(album) = album {
        message["media_group_id"] = json!(album);
    }
    let _ = world.telegram.inject(&json!({"message": message}).to_string());
}
