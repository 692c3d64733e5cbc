//! Chats do not wait for each other, and each is answered in its order: in a flood, beyond what fits in memory, across
//! restarts, and next to an update that kills.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use routergram::replies::{self, Language};
use routergram::sandbox::model::Outcome;
use routergram::sandbox::telegram::Call;
use serde_json::json;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, World, until, within};

/// The first of the persons that are strangers.
const CROWD: i64 = 10_000;

/// A world whose model repeats what it is asked.
async fn world(mode: Mode, settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(mode, settings).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    world
}

fn said(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

fn to(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("to {prefix} {n}")).collect()
}

/// Answers that are being written.
fn open(world: &World) -> usize {
    world.model.requests().iter().filter(|asked| asked.outcome == Outcome::Streaming).count()
}

/// How many updates the bot has stored and not finished.
fn waiting(world: &World) -> usize {
    let count: i64 = stored(world.folder.path(), "SELECT count(*) FROM inbox WHERE state = 'pending'");
    usize::try_from(count).unwrap()
}

/// Waits for a long queue: for the progress of each hundred, because all of it may take a slow machine long.
async fn works_off(world: &World) {
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    for left in (0..waiting(world)).rev().step_by(100) {
        until("a hundred more are answered", async || waiting(world) <= left).await;
    }
    world.drains().await;
}

#[tokio::test]
async fn a_flood_in_one_chat_does_not_hold_up_another() {
    let world = world(Mode::Webhook, &[("MAX_CONCURRENT_TURNS", "2")]).await;
    let mut gate = world.model.hold_after(0);
    for n in 0..300 {
        world.anna(&format!("message {n}"));
    }
    within("Anna's first is being answered", gate.reached()).await;
    world.says(BORIS, BORIS, "and I?");
    world.answers(BORIS, 1).await;
    assert!(world.said(ANNA).is_empty());
    gate.release();
    works_off(&world).await;
    assert_eq!(said(&world, ANNA), to("message", 300));
    world.ends().await;
}

#[tokio::test]
async fn what_does_not_fit_in_memory_is_answered_from_disk_once_and_in_order() {
    let world = world(Mode::Polling, &[("MAX_CONCURRENT_TURNS", "8")]).await;
    for person in 0..700 {
        world.telegram.add_person(CROWD + person, "Somebody", Some("en"));
    }
    let gates: Vec<_> = (0..8).map(|_| world.model.hold_after(0)).collect();
    for n in 0..600 {
        world.anna(&format!("message {n}"));
    }
    for person in CROWD..CROWD + 700 {
        world.says(person, person, &format!("I am {person}"));
    }
    until("all of it is stored", async || waiting(&world) == 1300).await;
    until("all places are taken", async || open(&world) == 8).await;
    drop(gates);
    works_off(&world).await;
    assert_eq!(said(&world, ANNA), to("message", 600));
    let wrong: BTreeMap<i64, Vec<String>> = (CROWD..CROWD + 700)
        .map(|person| (person, said(&world, person)))
        .filter(|(person, said)| *said != [format!("to I am {person}")])
        .collect();
    assert_eq!(wrong, BTreeMap::new());
    assert_eq!(world.model.request_count(), 1300);
    world.ends().await;
}

#[tokio::test]
async fn no_more_answers_are_written_at_once_than_allowed() {
    let world = world(Mode::Webhook, &[("MAX_CONCURRENT_TURNS", "3")]).await;
    // Counted where an answer begins: the one that is being begun, and those that have not ended.
    let (most, model) = (Arc::new(AtomicUsize::new(0)), world.model.clone());
    let seen = Arc::clone(&most);
    world.model.answers_with(move |_| {
        let now = model.requests().iter().filter(|asked| asked.outcome == Outcome::Streaming).count();
        seen.fetch_max(now, Ordering::Relaxed);
        "one two three four five".to_owned()
    });
    world.model.chunk_every(std::time::Duration::from_millis(5));
    for person in CROWD..CROWD + 40 {
        world.telegram.add_person(person, "Somebody", None);
        world.says(person, person, "hello");
    }
    world.drains().await;
    assert_eq!(world.model.request_count(), 40);
    assert_eq!(most.load(Ordering::Relaxed), 3);
    world.ends().await;
}

/// Anna's answer is being written, all other places are taken, and somebody waits for one.
async fn all_places_taken() -> (World, Vec<routergram::sandbox::model::Gate>) {
    let world = world(Mode::Webhook, &[("MAX_CONCURRENT_TURNS", "2")]).await;
    world.model.answers("one two three four");
    let mut gates = vec![world.model.hold_after(2), world.model.hold_after(0)];
    world.anna("count");
    let shown = |calls: &[Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
    within("Anna's draft is shown", world.telegram.calls_become(shown)).await;
    world.says(BORIS, BORIS, "count");
    within("Boris's answer is begun", gates[1].reached()).await;
    world.telegram.add_person(CROWD, "Somebody", None);
    world.says(CROWD, CROWD, "count");
    until("somebody waits", async || waiting(&world) == 3).await;
    (world, gates)
}

#[tokio::test]
async fn stop_works_while_all_places_are_taken() {
    let (world, gates) = all_places_taken().await;
    world.anna("/stop");
    stopped(world, gates).await;
}

#[tokio::test]
async fn the_stop_button_of_a_draft_works_while_all_places_are_taken() {
    let (world, gates) = all_places_taken().await;
    let stop = json!({"act": "stop_draft", "chat": ANNA, "user": ANNA});
    world.telegram.act(serde_json::from_value(stop).unwrap()).unwrap();
    stopped(world, gates).await;
}

async fn stopped(world: World, gates: Vec<routergram::sandbox::model::Gate>) {
    world.answers(ANNA, 1).await;
    assert!("one two three four".starts_with(&world.last_said(ANNA)), "{}", world.last_said(ANNA));
    assert_ne!(world.last_said(ANNA), "one two three four");
    until("it is stopped upstream too", async || matches!(world.model.requests()[0].outcome, Outcome::HungUp { .. }))
        .await;
    // Its place is free for whoever waited.
    world.answers(CROWD, 1).await;
    drop(gates);
    world.drains().await;
    assert_eq!(said(&world, BORIS), ["one two three four"]);
    assert_eq!(said(&world, ANNA).len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_message_while_another_is_answered_waits_its_turn_also_across_a_restart() {
    let mut world = world(Mode::Webhook, &[("DRAIN_SECS", "1")]).await;
    let mut gate = world.model.hold_after(0);
    world.anna("one");
    within("the first is being answered", gate.reached()).await;
    world.anna("two");
    world.anna("three");
    until("all are stored", async || waiting(&world) == 3).await;
    assert_eq!(world.model.request_count(), 1);
    world.bot.stops().await;
    drop(gate);
    assert_eq!(waiting(&world), 3);
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(said(&world, ANNA), ["to one", "to two", "to three"]);
    world.ends().await;
}

#[tokio::test]
async fn a_second_question_is_not_answered_before_the_first() {
    let world = world(Mode::Webhook, &[]).await;
    let mut gate = world.model.hold_after(0);
    world.anna("one");
    within("the first is being answered", gate.reached()).await;
    world.anna("two");
    // Whatever could be begun has been: others came after it, and are answered.
    for count in 1..=3 {
        world.says(BORIS, BORIS, "and mine?");
        world.answers(BORIS, count).await;
    }
    assert_eq!(said(&world, ANNA), Vec::<String>::new(), "the second question was not held back");
    gate.release();
    world.answers(ANNA, 2).await;
    world.drains().await;
    assert_eq!(said(&world, ANNA), ["to one", "to two"]);
    world.ends().await;
}

#[tokio::test]
async fn a_question_that_kills_three_times_is_put_aside_with_an_apology_and_nobody_else_notices() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["An update was given up and parked"]);
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    world.bot.starts().await;
    let mut gate = world.model.hold_after(0);
    world.anna("what kills");
    for death in 1..=3 {
        within("the question is being answered", gate.reached()).await;
        world.says(BORIS, BORIS, &format!("message {death}"));
        world.answers(BORIS, death).await;
        until("Boris's answer is settled", async || waiting(&world) == 1).await;
        world.bot.dies();
        if death < 3 {
            gate = world.model.hold_after(0);
        }
        world.bot.starts().await;
    }
    world.answers(ANNA, 1).await;
    assert_eq!(said(&world, ANNA), [replies::gave_up(Language::En)]);
    world.drains().await;
    let parked: String =
        stored(world.folder.path(), "SELECT concat_ws(': ', state, reason) FROM inbox WHERE state <> 'done'");
    assert_eq!(parked, "parked: its handling died three times");
    assert_eq!(world.bot.metric("routergram_updates_parked_total").await, 1);
    world.anna("what lives");
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), "to what lives");
    assert_eq!(said(&world, BORIS), ["to message 1", "to message 2", "to message 3"]);
    world.ends().await;
}

#[tokio::test]
async fn of_questions_that_died_together_one_at_a_time_is_held_to_blame() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["An update was given up and parked"]);
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    world.telegram.add_person(CROWD, "Clara", Some("en"));
    for death in 0..2 {
        let gates = [(); 3].map(|()| world.model.hold_after(0));
        world.bot.starts().await;
        if death == 0 {
            for (person, text) in [(ANNA, "one"), (BORIS, "two"), (CROWD, "three")] {
                world.says(person, person, text);
            }
        }
        within("all three are being answered", world.model.asked(3 * (death + 1))).await;
        world.bot.dies();
        drop(gates);
    }
    let gate = world.model.hold_after(0);
    world.bot.starts().await;
    within("one of them is being answered", world.model.asked(7)).await;
    world.bot.dies();
    drop(gate);
    world.bot.starts().await;
    world.drains().await;
    let said: Vec<String> = [ANNA, BORIS, CROWD].into_iter().flat_map(|chat| said(&world, chat)).collect();
    let given_up =
        said.iter().filter(|text| **text == replies::gave_up(Language::En) || **text == replies::gave_up(Language::Ru));
    assert_eq!((said.len(), given_up.count()), (3, 1), "{said:?}");
    world.ends().await;
}
