//! Polling: nothing is confirmed before it is stored, and nothing that happens on the way ends it.

use std::time::Duration;

use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::{Value, json};

use crate::world::{ANNA, Mode, World, within};

#[tokio::test]
async fn what_was_received_and_not_yet_confirmed_survives_a_kill_and_is_answered_once() {
    let mut world = World::with(Mode::Polling).await;
    is_waiting_for_updates(&world).await;
    // The poll that waits brings the question; the next one, which would confirm it, does not arrive.
    world.telegram.slow_down("getUpdates", Duration::from_hours(1));
    let gate = world.model.hold_after(1);
    world.anna("are you sure?");
    within("the question is worked on, so it was stored", world.model.asked(1)).await;
    world.bot.dies();
    assert_eq!(world.telegram.undelivered(), 1, "it was confirmed too early");
    drop(gate);
    world.telegram.heal();
    world.model.answers("quite sure");
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    let said: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["quite sure"]);
    assert_eq!(world.bot.metric("routergram_updates_total{outcome=\"duplicate\"}").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn updates_whose_delivery_broke_off_come_again() {
    let mut world = World::with(Mode::Polling).await;
    world.expects_in_log(&["Polling fails; trying again"]);
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    is_waiting_for_updates(&world).await;
    // The poll that waits brings the first question; the next one breaks off while it brings the second.
    world.telegram.fail(Fault::new("getUpdates", 1, Trouble::DoneThenCut));
    world.anna("one");
    world.answers(ANNA, 1).await;
    world.anna("two");
    let said: Vec<String> = world.answers(ANNA, 2).await.into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["re: one", "re: two"]);
    assert_eq!(world.bot.said("Polling fails; trying again"), 1);
    world.ends().await;
}

#[tokio::test]
async fn another_poller_is_mentioned_once_and_outlasted() {
    let world = World::with(Mode::Polling).await;
    for _ in 0..2 {
        is_waiting_for_updates(&world).await;
    }
    world.anna("still there?");
    world.answers(ANNA, 1).await;
    assert_eq!(world.bot.said("Another process receives this bot's updates; normal while a redeploy overlaps"), 1);
    assert_eq!(world.bot.said("Polling fails"), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_row_of_failures_is_told_once_and_so_is_its_end() {
    let mut world = World::with(Mode::Polling).await;
    world.expects_in_log(&["Polling fails; trying again"]);
    for trouble in [Trouble::InternalServerError, Trouble::BadGateway, Trouble::Reset] {
        world.telegram.fail(Fault::new("getUpdates", 1, trouble));
    }
    world.anna("one");
    world.answers(ANNA, 1).await;
    world.anna("two");
    world.answers(ANNA, 2).await;
    world.bot.says("Polling works again").await;
    world.drains().await;
    let failed = world.telegram.calls().into_iter().filter(|call| call.method == "getUpdates" && call.status != 200);
    assert_eq!(failed.count(), 3);
    assert_eq!(world.bot.said("Polling fails; trying again"), 1);
    assert_eq!(world.bot.said("Polling works again"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_of_somebody_else_is_not_removed_unless_that_was_asked_for() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.expects_in_log(&["Not polling", "Removed the webhook"]);
    let url = format!("http://127.0.0.1:1/webhook/{}", world.telegram.token());
    call(&world, "setWebhook", &json!({"url": url})).await;
    world.anna("who gets this?");
    world.bot.spawns();
    world.bot.says("Not polling: this bot's updates go to http://127.0.0.1:1/webhook/TOKEN.").await;
    assert_eq!(world.bot.said("WEBHOOK_TAKEOVER=true"), 1);
    let (status, why) = world.bot.get("/readyz").await;
    assert_eq!(status, 503);
    assert_eq!(why.trim(), "starting: the bot has a webhook elsewhere");
    assert_eq!(world.bot.get("/healthz").await.0, 200);
    assert_eq!(world.telegram.webhook().map(|webhook| webhook.url), Some(url));
    assert_eq!((world.telegram.undelivered(), world.said(ANNA).len()), (1, 0));
    assert_eq!(world.bot.stops().await.status, Some(0));

    world.bot.set("WEBHOOK_TAKEOVER", "true");
    world.bot.starts().await;
    assert_eq!(world.telegram.webhook(), None);
    assert_eq!(world.bot.said("Removed the webhook http://127.0.0.1:1/webhook/TOKEN"), 1);
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn its_own_webhook_is_removed_without_asking() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["Removed the webhook"]);
    world.bot.stops().await;
    assert!(world.telegram.webhook().is_some());
    world.bot.set("USE_WEBHOOK", "false");
    world.bot.starts().await;
    assert_eq!(world.telegram.webhook(), None);
    assert_eq!(world.bot.said("Mode: polling (USE_WEBHOOK=false)"), 1);
    world.anna("and now?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn it_listens_while_it_polls_and_takes_no_updates_there() {
    let world = World::with(Mode::Polling).await;
    for path in ["/healthz", "/livez", "/health", "/readyz"] {
        assert_eq!(world.bot.get(path).await.0, 200, "{path}");
    }
    let path = format!("/webhook/{}", world.telegram.token());
    for path in [path.as_str(), "/telegram/webhook"] {
        let posted = world.bot.http.post(world.bot.address(path)).body("{}").send().await.unwrap();
        assert_eq!(posted.status(), 404);
    }
    world.ends().await;
}

#[tokio::test]
async fn a_restart_neither_loses_nor_repeats() {
    let mut world = World::with(Mode::Polling).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let mut expected = Vec::new();
    for round in 0..3 {
        for n in 0..5 {
            world.anna(&format!("{round}-{n}"));
            expected.push(format!("re: {round}-{n}"));
        }
        world.answers(ANNA, expected.len() - 2).await;
        assert_eq!(world.bot.stops().await.status, Some(0));
        world.anna(&format!("while away {round}"));
        expected.push(format!("re: while away {round}"));
        world.bot.starts().await;
    }
    world.drains().await;
    let said: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    assert_eq!(said, expected);
    assert_eq!(world.model.request_count(), expected.len());
    world.ends().await;
}

/// Returns when the bot's poll waits at Telegram: another one takes its place, and ends with 409 when it takes it back.
async fn is_waiting_for_updates(world: &World) {
    let answer = call(world, "getUpdates", &json!({"timeout": 50})).await;
    assert_eq!(answer["error_code"], 409, "{answer}");
}

/// Calls Telegram with the bot's token, as another program would.
async fn call(world: &World, method: &str, params: &Value) -> Value {
    let address = format!("{}/bot{}/{method}", world.telegram.api_url(), world.telegram.token());
    let asked = async { world.bot.http.post(address).json(params).send().await.unwrap().json().await.unwrap() };
    within("Telegram answers", asked).await
}
