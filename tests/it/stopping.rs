//! Stopping: what runs is finished, what does not finish is given back, and nothing that comes meanwhile is lost.

use std::process::Command;
use std::time::Duration;

use crate::world::{ANNA, BORIS, Bot, Mode, World, audit, door, until, within};

/// Returns when it says that it stops; it is not ready from then on.
async fn drains(bot: &Bot) {
    until("it drains", async || bot.get("/readyz").await == (503, "draining\n".to_owned())).await;
    assert_eq!(bot.get("/healthz").await.0, 200, "it lives on");
}

#[tokio::test]
async fn sigterm_lets_the_running_answer_be_finished() {
    the_running_answer_is_finished("TERM", Mode::Polling).await;
}

#[tokio::test]
async fn sigint_lets_the_running_answer_be_finished() {
    the_running_answer_is_finished("INT", Mode::Webhook).await;
}

async fn the_running_answer_is_finished(signal: &str, mode: Mode) {
    let mut world = World::with(mode).await;
    world.model.answers("one two three four");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the answer is half written", gate.reached()).await;
    world.bot.gets(signal);
    drains(&world.bot).await;
    assert!(world.said(ANNA).is_empty());
    gate.release();
    assert_eq!(world.bot.ends().await.status, Some(0));
    assert_eq!(world.last_said(ANNA), "one two three four");
    assert_eq!(world.bot.said(&format!("\"signal\":\"SIG{signal}\"")), 1);
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn nothing_new_is_begun_while_it_drains() {
    let mut world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let mut gate = world.model.hold_after(1);
    world.anna("one");
    within("the first answer is being written", gate.reached()).await;
    world.anna("two");
    within("both are stored", world.telegram.all_delivered()).await;
    world.bot.gets("TERM");
    drains(&world.bot).await;
    gate.release();
    assert_eq!(world.bot.ends().await.status, Some(0));
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.bot.starts().await;
    let said: Vec<String> = world.answers(ANNA, 2).await.into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["re: one", "re: two"]);
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_does_not_finish_in_time_is_given_back_and_asked_for_again() {
    let mut world = World::with_settings(Mode::Polling, &[("DRAIN_SECS", "1")]).await;
    world.model.answers("better late than never");
    let mut gate = world.model.hold_after(1);
    world.anna("now?");
    within("the answer is being written", gate.reached()).await;
    assert_eq!(world.bot.stops().await.status, Some(0));
    assert_eq!(world.bot.said("The time to drain is over"), 1);
    assert!(world.said(ANNA).is_empty());
    drop(gate);
    let blamed = "SELECT count(*) FROM inbox WHERE attempts > 0 OR owner IS NOT NULL";
    assert_eq!(audit::stored::<i64>(world.folder.path(), blamed), 0, "being stopped is not the update's fault");
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 2));
    assert_eq!(world.last_said(ANNA), "better late than never");
    world.ends().await;
}

#[tokio::test]
async fn a_second_signal_does_not_wait() {
    // Longer than any wait of this suite.
    let mut world = World::with_settings(Mode::Polling, &[("DRAIN_SECS", "3600")]).await;
    world.expects_in_log(&["Asked to stop a second time"]);
    let mut gate = world.model.hold_after(1);
    world.anna("now?");
    within("the answer is being written", gate.reached()).await;
    world.bot.gets("TERM");
    drains(&world.bot).await;
    world.bot.gets("INT");
    assert_eq!(world.bot.ends().await.status, Some(0));
    assert!(world.said(ANNA).is_empty());
    drop(gate);
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn updates_that_come_while_it_drains_are_for_the_next_process() {
    let mut world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let door = world.door();
    let mut gate = world.model.hold_after(1);
    world.anna("one");
    within("the answer is being written", gate.reached()).await;
    world.bot.gets("TERM");
    drains(&world.bot).await;
    let refused = door.post(door::message(7_000_000, "too late")).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers()["retry-after"].to_str().unwrap().parse::<u32>().is_ok_and(|secs| secs > 0));
    world.says(BORIS, BORIS, "two");
    let seen = async || world.telegram.webhook().and_then(|webhook| webhook.last_error);
    until("Telegram has been refused", async || seen().await.is_some_and(|error| error.contains("503"))).await;
    gate.release();
    assert_eq!(world.bot.ends().await.status, Some(0));
    world.bot.starts().await;
    // Longer than Telegram ever waits before it comes again.
    world.clock.advance(Duration::from_mins(3));
    let said = world.answers(BORIS, 1).await;
    assert_eq!(said[0].text, "re: two");
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.said(BORIS).len(), world.model.request_count()), (1, 1, 2));
    world.ends().await;
}

#[tokio::test]
async fn it_stops_while_it_is_still_starting() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.slow_down("getMe", Duration::from_hours(1));
    world.bot.spawns();
    until("it listens", async || world.bot.http.get(world.bot.address("/healthz")).send().await.is_ok()).await;
    assert_eq!(world.bot.stops().await.status, Some(0));
    world.ends().await;
}

#[tokio::test]
async fn as_process_one_of_a_container_it_stops_too() {
    if cannot_be_contained() {
        return;
    }
    let mut world = World::asleep(Mode::Polling, &[]).await;
    let mut contained = Command::new("unshare");
    contained.args(CONTAINED).arg(env!("CARGO_BIN_EXE_routergram"));
    world.bot.spawns_as(contained);
    world.bot.is_ready().await;
    let signed = std::fs::read_to_string(world.folder.path().join("routergram.lock")).unwrap();
    assert!(signed.starts_with("process 1 on "), "{signed}");
    let mut gate = world.model.hold_after(1);
    world.anna("are you the first?");
    within("the answer is being written", gate.reached()).await;
    let outer = world.bot.pid();
    let inner = std::fs::read_to_string(format!("/proc/{outer}/task/{outer}/children")).unwrap();
    assert!(Command::new("kill").args(["-TERM", inner.trim()]).status().unwrap().success());
    drains(&world.bot).await;
    gate.release();
    assert_eq!(world.bot.ends().await.status, Some(0));
    assert_eq!(world.said(ANNA).len(), 1);
    world.ends().await;
}

/// What makes `unshare` start a program as process 1 of a container, and end it with itself.
const CONTAINED: [&str; 3] = ["--pid", "--fork", "--kill-child"];

/// True when this machine does not let us, and the test should pass without having run. Says so.
#[expect(clippy::print_stderr, reason = "a test that did not run has to say it where the runner shows it")]
#[expect(clippy::disallowed_methods, reason = "this variable is for the test runner, not for the program")]
fn cannot_be_contained() -> bool {
    let tried = Command::new("unshare").args(CONTAINED).arg("true").output();
    if tried.is_ok_and(|tried| tried.status.success()) {
        return false;
    }
    let all = std::env::var_os("ROUTERGRAM_TEST_ALL").is_some_and(|value| value == "1");
    assert!(!all, "unshare (util-linux) cannot make a process 1, and ROUTERGRAM_TEST_ALL=1 wants every test to run");
    eprintln!("skipped: unshare (util-linux) is missing or not permitted to make a process 1");
    true
}
