//! The store refuses for a while: what was about to be written is kept until it does.

use std::time::Duration;

use routergram::replies::{self, Language};
use rusqlite::Connection;

use crate::world::{ANNA, Mode, World, audit, door, within};

/// Longer than the bot waits for somebody else's lock is not needed: it says when it has given up waiting once.
const REFUSES: &str = "The store refuses to write";

/// Somebody else holds the database, such as a backup program that should not.
fn holds(world: &World) -> Connection {
    let database = audit::open(world.folder.path());
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    database
}

#[tokio::test]
async fn an_answer_that_cannot_be_stored_for_a_while_is_not_asked_for_again() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&[REFUSES, "cannot be read", "could not be stored"]);
    world.model.answers("forty-two");
    let mut gate = world.model.hold_after(1);
    world.anna("what is the answer?");
    within("the model writes", gate.reached()).await;
    let holder = holds(&world);
    gate.release();
    world.bot.says(REFUSES).await;
    assert!(world.said(ANNA).is_empty(), "what is not stored is not sent");
    drop(holder);
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn a_delivery_that_cannot_be_noted_for_a_while_is_not_repeated() {
    let mut world = World::with(Mode::Polling).await;
    world.expects_in_log(&[REFUSES, "cannot be read", "could not be stored"]);
    world.model.answers("forty-two");
    world.telegram.slow_down("sendMessage", Duration::from_hours(1));
    world.anna("what is the answer?");
    world.an_answer_is_stored().await;
    let holder = holds(&world);
    // The hour passes, and the call that waited for it goes through.
    world.telegram.heal();
    world.clock.advance(Duration::from_hours(1));
    world.answers(ANNA, 1).await;
    world.bot.says(REFUSES).await;
    drop(holder);
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn an_update_that_cannot_be_stored_is_not_acknowledged() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["could not be stored", "cannot be read"]);
    world.model.answers("forty-two");
    let (door, holder) = (world.door(), holds(&world));
    let refused = door.post(door::message(7, "what is the answer?")).await;
    assert_eq!(refused.status(), 503, "it was acknowledged and is not stored");
    assert_eq!(refused.headers()["retry-after"], "2");
    drop(holder);
    assert_eq!(door.post(door::message(7, "what is the answer?")).await.status(), 200);
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

/// A column that answers are read from gets another name, as a program that should not write here might do.
fn renames(world: &World, from: &str, to: &str) {
    let database = audit::open(world.folder.path());
    database.execute_batch(&format!("ALTER TABLE turns RENAME COLUMN {from} TO {to}")).unwrap();
}

#[tokio::test]
async fn whoever_waits_while_something_is_broken_is_told_once_and_answered_afterwards() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["Handling an update failed"]);
    world.anna("first");
    world.answers(ANNA, 1).await;
    renames(&world, "answer", "reply");
    world.anna("second");
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), replies::our_failure(Language::En));
    world.bot.says(r#""pause_secs":10"#).await;
    assert_eq!(world.said(ANNA).len(), 2, "it is said once");
    renames(&world, "reply", "answer");
    world.model.answers("here I am again");
    world.answers(ANNA, 3).await;
    assert_eq!(world.last_said(ANNA), "here I am again");
    world.drains().await;
    world.ends().await;
}
