//! The door: who comes in, and what strangers learn. Attacks 1–5 and 24.

use crate::world::door::{self, SECRET};
use crate::world::{Mode, World};

/// A body that is announced and never sent: an answer proves that nobody waited for it.
const BODY: &str = "Content-Length: 10000000000\r\nExpect: 100-continue\r\n";

#[tokio::test]
async fn whoever_does_not_know_the_secret_finds_nothing_there_and_no_body_is_read() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let nowhere = door.knock(&door::head("/no/such/path", BODY)).await;
    assert_eq!(nowhere.status, 404);
    let secret = &door.secret;
    let (shorter, other) = (&secret[1..], format!("{}x", &secret[1..]));
    let guesses = ["", "x", shorter, &other, &format!("{secret}x"), &secret.to_uppercase(), &"x".repeat(4096)];
    for guess in guesses {
        let answer = door.knock(&door::head(&door.path, &format!("{SECRET}: {guess}\r\n{BODY}"))).await;
        assert_eq!(answer, nowhere, "{} characters", guess.len());
    }
    assert_eq!(door.knock(&door::head(&door.path, BODY)).await, nowhere, "no header at all");
    let in_the_query = format!("{}?{SECRET}={secret}&secret_token={secret}", door.path);
    assert_eq!(door.knock(&door::head(&in_the_query, BODY)).await, nowhere, "in the query");
    assert_eq!(world.bot.metric("routergram_updates_total").await, 0);
    world.ends().await;
}

#[tokio::test]
async fn the_right_secret_opens_no_other_path() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let longer = format!("{}/", door.path);
    for path in ["/", "/webhook", "/webhook/", "/webhook/123456:another-token", "//telegram/webhook", &longer] {
        assert_eq!(door.post_to(path, door::message(1, "hello?")).await.status(), 404, "{path}");
    }
    assert_eq!(world.bot.metric("routergram_updates_total").await, 0);
    world.ends().await;
}

#[tokio::test]
async fn updates_are_posted_and_nothing_else() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let secret = format!("{SECRET}: {}\r\n", door.secret);
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for headers in ["", &secret] {
            let request = format!("{method} {} HTTP/1.1\r\nHost: bot.example\r\n{headers}\r\n", door.path);
            let answer = door.knock(&request).await;
            assert_eq!(answer.status, 405, "{method}");
            assert!(answer.headers.contains(&"allow: post".to_owned()), "{answer:?}");
        }
    }
    world.ends().await;
}

#[tokio::test]
async fn the_metrics_are_for_those_who_have_their_token() {
    let mut world = World::with(Mode::Webhook).await;
    assert_eq!(asks_for_metrics(&world, None).await, 404);
    for wrong in ["Bearer", "Bearer ", "Bearer TEST-metrics-toke", "TEST-metrics-token", "Basic TEST-metrics-token"] {
        assert_eq!(asks_for_metrics(&world, Some(wrong)).await, 404, "{wrong}");
    }
    assert_eq!(world.bot.get("/metrics?token=TEST-metrics-token").await.0, 404);
    assert_eq!(asks_for_metrics(&world, Some("Bearer TEST-metrics-token")).await, 200);
    world.bot.stops().await;
    world.bot.set("METRICS_TOKEN", "");
    world.bot.starts().await;
    for any in ["Bearer TEST-metrics-token", "Bearer ", "Bearer"] {
        assert_eq!(asks_for_metrics(&world, Some(any)).await, 404, "none is configured");
    }
    world.ends().await;
}

async fn asks_for_metrics(world: &World, authorization: Option<&str>) -> u16 {
    let request = world.bot.http.get(world.bot.address("/metrics"));
    let request = authorization.into_iter().fold(request, |request, value| request.header("authorization", value));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn everybody_may_ask_whether_it_lives() {
    let world = World::with(Mode::Webhook).await;
    for path in ["/healthz", "/livez", "/health"] {
        assert_eq!(world.bot.get(path).await, (200, "ok\n".to_owned()), "{path}");
    }
    assert_eq!(world.bot.get("/readyz").await, (200, "ready\n".to_owned()));
    for path in ["/", "/favicon.ico", "/.env", "/admin", "/healthz/"] {
        assert_eq!(world.bot.get(path).await.0, 404, "{path}");
    }
    world.ends().await;
}

#[tokio::test]
async fn a_foreign_host_in_a_request_opens_nothing() {
    let world = World::with_settings(Mode::Webhook, &[("ADMIN_TOKEN", "TEST-admin-token")]).await;
    let door = world.door();
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost", "api.telegram.org", "[::1]", ""] {
        let closed = [("GET", "/metrics"), ("GET", "/admin"), ("GET", "/app"), ("POST", door.path.as_str())];
        for (method, path) in closed {
            let asked = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: {host}\r\n\r\n");
            assert_eq!(door.knock(&asked).await.status, 404, "{method} {path} of {host}");
        }
        let asked = format!("POST /telegram/set-webhook HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(door.knock(&asked).await.status, 401, "{host}");
    }
    assert_eq!(world.telegram.calls().iter().filter(|call| call.method == "setWebhook").count(), 1, "the start's");
    world.ends().await;
}
