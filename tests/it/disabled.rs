//! `DISABLE_TELEGRAM_BOT=true`: health and pages, and not a word to Telegram or the model.

use crate::world::{Mode, World};

#[tokio::test]
async fn a_bot_that_is_switched_off_serves_health_and_touches_nothing() {
    let mut world = World::asleep(Mode::Webhook, &[("DISABLE_TELEGRAM_BOT", "true")]).await;
    world.bot.set("DROP_PENDING_UPDATES", "true");
    world.bot.set("ADMIN_TOKEN", "TEST-admin-token-long");
    world.anna("anybody there?");
    world.bot.starts().await;
    serves_pages_alone(&world).await;
    let admin = |request: reqwest::RequestBuilder| request.bearer_auth("TEST-admin-token-long").send();
    for (method, path) in [("POST", "/telegram/set-webhook"), ("GET", "/api/telegram/webhook-info")] {
        let request = world.bot.http.request(method.parse().unwrap(), world.bot.address(path));
        let answer = admin(request).await.unwrap();
        assert_eq!(answer.status(), 409, "{path}");
        let body: serde_json::Value = answer.json().await.unwrap();
        assert_eq!(body["ok"], false);
        let error = body["error"].as_str().unwrap();
        assert!(error.contains("switched off (DISABLE_TELEGRAM_BOT=true)") && error.contains("restart"), "{error}");
    }
    touched_nothing(world).await;
}

#[tokio::test]
async fn a_bot_that_is_switched_off_needs_neither_token_nor_key() {
    let nothing = [("BOT_TOKEN", ""), ("OPENROUTER_API_KEY", ""), ("OPENROUTER_BASE_URL", "")];
    let mut world = World::asleep(Mode::Polling, &nothing).await;
    world.bot.set("DISABLE_TELEGRAM_BOT", "true");
    world.anna("anybody there?");
    world.bot.starts().await;
    serves_pages_alone(&world).await;
    touched_nothing(world).await;
}

async fn serves_pages_alone(world: &World) {
    for path in ["/healthz", "/livez", "/health", "/readyz"] {
        assert_eq!(world.bot.get(path).await.0, 200, "{path}");
    }
    let metrics = world.bot.http.get(world.bot.address("/metrics")).bearer_auth("TEST-metrics-token").send();
    assert_eq!(metrics.await.unwrap().status(), 200);
    let path = format!("/webhook/{}", world.telegram.token());
    for path in [path.as_str(), "/telegram/webhook", "/api/telegram/webhook"] {
        let posted = world.bot.http.post(world.bot.address(path)).body("{}").send().await.unwrap();
        assert_eq!(posted.status(), 404, "{path}");
    }
    world.bot.says("Ready: Telegram is switched off (DISABLE_TELEGRAM_BOT=true)").await;
}

/// No call, no question, no file; and it stops in good order.
async fn touched_nothing(mut world: World) {
    assert_eq!(world.bot.stops().await.status, Some(0), "{}", world.bot.log());
    assert_eq!(world.telegram.calls(), []);
    assert_eq!((world.telegram.webhook(), world.telegram.undelivered()), (None, 1));
    assert_eq!(world.model.request_count(), 0);
    assert_eq!(std::fs::read_dir(world.folder.path()).unwrap().count(), 0, "the store was touched");
    for loud in ["\"level\":\"error\"", "\"level\":\"warn\""] {
        assert_eq!(world.bot.said(loud), 0, "{}", world.bot.log());
    }
}
