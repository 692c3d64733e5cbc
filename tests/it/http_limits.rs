//! What strangers can do to the HTTP server: ask whether it lives, and nothing that anybody else would feel.

use std::net::Ipv4Addr;

use futures_util::future::join_all;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::world::door;
use crate::world::{ANNA, Mode, World};

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let many = "X-Y: z\r\n".repeat(200);
    assert_eq!(door.knock(&door.head(&many)).await.status, 431);
    let long = format!("X-Long: {}\r\n", "y".repeat(64 * 1024));
    assert_eq!(door.knock(&door.head(&long)).await.status, 431);
    assert_eq!(door.knock(&door::head("/healthz", &many)).await.status, 431);
    world.ends().await;
}

#[tokio::test]
async fn half_open_connections_keep_nobody_from_being_answered() {
    let world = World::with(Mode::Webhook).await;
    let begun = join_all((0..500).map(|_| half_open(world.bot.port))).await;
    world.model.answers("with ease");
    world.anna("can you hear me through all this?");
    assert_eq!(world.answers(ANNA, 1).await[0].text, "with ease");
    assert_eq!(world.bot.get("/healthz").await.0, 200);
    assert_eq!(begun.len(), 500);
    world.ends().await;
}

/// A connection on which a request begins and does not go on.
async fn half_open(port: u16) -> TcpStream {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    connection.write_all(b"POST /telegram/webhook HTTP/1.1\r\nHost: bot.exam").await.unwrap();
    connection
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
