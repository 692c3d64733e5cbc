//! What a request may weigh, and how long it may take. Attacks 6–9.

use std::net::Ipv4Addr;

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::door;
use crate::world::{ANNA, Mode, World, within};

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read_or_as_soon_as_it_is() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    for announced in [10_000_000_000_u64, 300 * 1024] {
        let length = format!("Content-Length: {announced}\r\nExpect: 100-continue\r\n");
        assert_eq!(door.knock(&door.head(&length)).await.status, 413, "{announced} bytes");
    }
    // One chunk that never ends: nobody knows its size before it is there.
    let endless = format!("{}40001\r\n{}", door.head("Transfer-Encoding: chunked\r\n"), "x".repeat(0x4_0001));
    assert_eq!(door.knock(&endless).await.status, 413);
    world.model.answers("still here");
    world.anna("are you?");
    assert_eq!(world.answers(ANNA, 1).await[0].text, "still here");
    world.ends().await;
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let waiting = format!("{}5\r\n{{\"upd\r\n", door.head("Transfer-Encoding: chunked\r\n"));
    // Ten seconds of the program's own clock: the one test that sits them out.
    assert_eq!(door.knock(&waiting).await.status, 408);
    world.ends().await;
}

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
async fn two_thousand_half_open_connections_keep_nobody_from_being_answered_and_are_closed() {
    let world = World::with(Mode::Webhook).await;
    let mut begun = join_all((0..2000).map(|_| half_open(world.bot.port))).await;
    world.model.answers("with ease");
    world.anna("can you hear me through all this?");
    assert_eq!(world.answers(ANNA, 1).await[0].text, "with ease");
    assert_eq!(world.bot.get("/healthz").await.0, 200);
    // Ten seconds of the program's own clock.
    let closed = join_all(begun.iter_mut().map(is_closed));
    within("every one of them is closed", closed).await;
    world.ends().await;
}

/// A connection on which a request begins and does not go on.
async fn half_open(port: u16) -> TcpStream {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    connection.write_all(b"POST /telegram/webhook HTTP/1.1\r\nHost: bot.exam").await.unwrap();
    connection
}

/// Returns when the other side has closed it.
async fn is_closed(connection: &mut TcpStream) {
    // Whether by an end or by a reset.
    let _ = connection.read_to_end(&mut Vec::new()).await;
}
