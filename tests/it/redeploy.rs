//! A redeploy: the next process starts while the old one runs, waits for its data folder, and takes over.

use crate::world::{ANNA, Bot, Mode, World, audit, door, until, within};

#[tokio::test]
async fn nothing_is_lost_or_said_twice_while_a_redeploy_overlaps_by_webhook() {
    a_redeploy_overlaps(Mode::Webhook).await;
}

#[tokio::test]
async fn nothing_is_lost_or_said_twice_while_a_redeploy_overlaps_by_polling() {
    a_redeploy_overlaps(Mode::Polling).await;
}

async fn a_redeploy_overlaps(mode: Mode) {
    let mut world = World::with(mode).await;
    world.expects_in_log(&["Waiting: the data folder"]);
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let mut gate = world.model.hold_after(1);
    world.anna("one");
    within("the old process is in the middle of an answer", gate.reached()).await;

    let mut next = world.bot.successor();
    next.spawns();
    waits_for_the_folder(&next, world.bot.pid()).await;
    if mode == Mode::Webhook {
        brings_it_again(&world, &next).await;
    }
    world.anna("two");
    world.bot.gets("TERM");
    until("the old process drains", async || world.bot.get("/readyz").await.1 == "draining\n").await;
    world.anna("three");
    gate.release();
    assert_eq!(world.bot.ends().await.status, Some(0));

    std::mem::swap(&mut world.bot, &mut next);
    world.bot.is_ready().await;
    let said: Vec<String> = world.answers(ANNA, 3).await.into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["re: one", "re: two", "re: three"]);
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (3, 3));
    let old = next.log();
    assert!(!old.contains("\"level\":\"error\"") && !old.contains("\"level\":\"warn\""), "{old}");
    audit::keeps_secrets(&old, &world.telegram);
    world.ends().await;
}

/// It listens, lives, is not ready, and says who holds the folder.
async fn waits_for_the_folder(next: &Bot, holder: u32) {
    next.says(&format!("is in use by process {holder} on ")).await;
    assert_eq!(next.get("/healthz").await.0, 200);
    let (status, why) = next.get("/readyz").await;
    // Who holds it is for the owner's log, not for everybody.
    assert_eq!((status, why.trim()), (503, "starting: another process holds the data folder"));
    assert_eq!(next.said("Waiting: the data folder"), 1);
}

/// What is posted to it meanwhile, it asks to bring again.
async fn brings_it_again(world: &World, next: &Bot) {
    let door = world.door();
    let early = door.post_at(next.port, &door.path, door::message(7_000_000, "too early")).await;
    assert_eq!(early.status(), 503);
    assert!(early.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn a_successor_takes_over_from_a_process_that_was_killed() {
    let mut world = World::with(Mode::Polling).await;
    world.expects_in_log(&["Waiting: the data folder"]);
    let gate = world.model.hold_after(1);
    world.anna("anybody?");
    within("the question is worked on", world.model.asked(1)).await;
    let mut next = world.bot.successor();
    next.spawns();
    waits_for_the_folder(&next, world.bot.pid()).await;
    world.bot.dies();
    drop(gate);
    std::mem::swap(&mut world.bot, &mut next);
    world.bot.is_ready().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 2));
    world.ends().await;
}
