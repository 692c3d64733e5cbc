//! Updates that are posted as fast as they are taken, and who took which.
//!
//! Telegram's own way with a webhook, and nothing else of Telegram: connections that stay open, one update at a time on
//! each, again until it is taken. Requests are made by hand because a client would take more of the machine than the
//! program that is looked at.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::world::World;
use routergram::bench::FIRST;

/// As many as Telegram has by default here.
const CONNECTIONS: usize = 100;
/// Chats that write in turn.
const CHATS: i64 = 1000;
/// After a connection that is refused.
const PAUSE: Duration = Duration::from_millis(10);
/// What the program is told to expect with each update.
pub(crate) const SECRET: &str = "a-secret-of-Telegram";

/// The posting; it goes on until it is ended.
pub(crate) struct Posts {
    taken: Taken,
    enough: CancellationToken,
    posting: JoinSet<()>,
}

/// The ids of the updates that were acknowledged.
type Taken = Arc<Mutex<Vec<i64>>>;

impl Posts {
    /// Begins, whether or not anybody listens.
    pub(crate) fn begin(world: &World) -> Self {
        let (taken, enough, mut posting) = (Taken::default(), CancellationToken::new(), JoinSet::new());
        let (address, path) = (SocketAddr::from((Ipv4Addr::LOCALHOST, world.port)), world.telegram.token());
        let head = format!(
            "POST /webhook/{path} HTTP/1.1\r\nHost: {address}\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
        );
        let next = Arc::new(AtomicI64::new(1));
        for _ in 0..CONNECTIONS {
            let (head, next, taken, stop) = (head.clone(), Arc::clone(&next), Arc::clone(&taken), enough.clone());
            posting.spawn(async move {
                let mut connection = None;
                while !stop.is_cancelled() {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    let request = request(&head, id);
                    while !matches!(post(&mut connection, address, &request).await, Ok(200)) {
                        tokio::select! {
                            () = stop.cancelled() => return,
                            () = tokio::time::sleep(PAUSE) => {}
                        }
                    }
                    taken.lock().unwrap_or_else(PoisonError::into_inner).push(id);
                }
            });
        }
        Self { taken, enough, posting }
    }

    /// Which were acknowledged until now.
    pub(crate) fn taken(&self) -> Vec<i64> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many that are.
    pub(crate) fn count(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// No more.
    pub(crate) async fn end(mut self) -> Vec<i64> {
        self.enough.cancel();
        while self.posting.join_next().await.is_some() {}
        self.taken()
    }
}

fn request(head: &str, id: i64) -> String {
    let chat = FIRST + id % CHATS;
    let body = format!(
        r#"{{"update_id":{id},"message":{{"message_id":{id},"date":1700000000,"chat":{{"id":{chat},"type":"private","first_name":"Anna"}},"from":{{"id":{chat},"is_bot":false,"first_name":"Anna"}},"text":"q{id}"}}}}"#
    );
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The status; the connection is kept for the next one unless something is wrong with it.
async fn post(kept: &mut Option<BufReader<TcpStream>>, address: SocketAddr, request: &str) -> anyhow::Result<u16> {
    let mut connection = match kept.take() {
        Some(connection) => connection,
        None => BufReader::new(TcpStream::connect(address).await?),
    };
    connection.write_all(request.as_bytes()).await?;
    let (mut status, mut length, mut line) = (None, 0, String::new());
    loop {
        line.clear();
        connection.read_line(&mut line).await?;
        match line.trim_end().split_once(' ') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length:") => length = value.trim().parse()?,
            Some((_, rest)) if status.is_none() => status = Some(rest.get(..3).context("a status")?.parse()?),
            Some(_) => {}
            None => break,
        }
    }
    connection.read_exact(&mut vec![0; length]).await?;
    *kept = Some(connection);
    status.context("no status")
}
