//! The webhook: where updates are taken, and what Telegram is told about it. Who may come in is in `attacks`.

use serde_json::{Value, json};

use crate::world::door;
use crate::world::{ANNA, Mode, World, within};

#[tokio::test]
async fn updates_are_taken_at_every_address_that_such_bots_have_had() {
    let mut world = World::asleep(Mode::Webhook, &[("WEBHOOK_PATH", "/own/path")]).await;
    let url = world.bot.address("/path/of/the/url");
    world.bot.set("WEBHOOK_URL", &url);
    world.bot.starts().await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let door = world.door();
    assert_eq!(door.path, "/path/of/the/url");
    let with_token = format!("/webhook/{}", world.telegram.token());
    let usual = ["/telegram/webhook", "/telegram/webhook/", "/api/telegram/webhook"];
    let paths: Vec<&str> = usual.into_iter().chain(["/own/path", &door.path, &with_token]).collect();
    for (update_id, path) in (1..).zip(&paths) {
        assert_eq!(door.post_to(path, door::message(update_id, path)).await.status(), 200, "{path}");
    }
    let said: Vec<String> = world.answers(ANNA, paths.len()).await.into_iter().map(|message| message.text).collect();
    let expected: Vec<String> = paths.iter().map(|path| format!("re: {path}")).collect();
    assert_eq!(said, expected);
    world.ends().await;
}

#[tokio::test]
async fn the_webhook_is_set_for_everything_and_nothing_that_waits_is_dropped() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.model.answers("here I am");
    world.anna("anybody there?");
    world.bot.starts().await;
    assert_eq!(world.answers(ANNA, 1).await[0].text, "here I am");
    let set = settings_of_the_webhook(&world).pop().unwrap();
    assert_eq!((&set["allowed_updates"], &set["max_connections"]), (&json!([]), &json!(100)));
    assert!(!set["drop_pending_updates"].as_bool().unwrap_or_default());
    let secret = set["secret_token"].as_str().unwrap();
    assert!(secret.len() >= 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
    assert_eq!(set["url"], json!(world.bot.address(&format!("/webhook/{}", world.telegram.token()))));
    world.ends().await;
}

#[tokio::test]
async fn the_webhook_survives_the_process_and_the_next_one_changes_nothing() {
    let mut world = World::with(Mode::Webhook).await;
    let before = world.telegram.webhook();
    world.bot.stops().await;
    assert_eq!(world.telegram.webhook(), before, "it is still set");
    world.anna("are you away?");
    world.bot.starts().await;
    world.clock.advance(std::time::Duration::from_mins(3));
    world.answers(ANNA, 1).await;
    let set = settings_of_the_webhook(&world);
    assert_eq!(set.len(), 2);
    assert_eq!(set[0], set[1], "identical parameters are a no-op at Telegram");
    assert!(world.telegram.calls().iter().all(|call| call.method != "deleteWebhook"));
    assert_eq!(world.bot.said("Previous webhook"), 0, "it was the same");
    world.ends().await;
}

#[tokio::test]
async fn the_webhook_that_stood_there_before_is_named_without_the_token() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    let token = world.telegram.token().to_owned();
    let old = json!({"url": format!("http://127.0.0.1:1/webhook/{token}")});
    let address = format!("{}/bot{token}/setWebhook", world.telegram.api_url());
    within("the old webhook", world.bot.http.post(address).json(&old).send()).await.unwrap();
    world.bot.starts().await;
    assert_eq!(world.bot.said("Previous webhook: http://127.0.0.1:1/webhook/TOKEN, 0 updates pending"), 1);
    let port = world.bot.port;
    assert_eq!(world.bot.said(&format!("Webhook set: http://127.0.0.1:{port}/webhook/TOKEN (max_connections 100)")), 1);
    assert_eq!(world.bot.said("Webhook info: pending updates 0, last error none"), 1);
    world.ends().await;
}

/// What the bot has asked of `setWebhook`, each time.
fn settings_of_the_webhook(world: &World) -> Vec<Value> {
    let calls = world.telegram.calls().into_iter().filter(|call| call.method == "setWebhook");
    calls.map(|call| call.params).collect()
}
