//! A listener whose connections the test answers by hand.

use std::pin::pin;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::clock::Clock;
use crate::config::OpenRouterConfig;
use crate::openrouter::OpenRouter;

pub(super) const KEY: &str = "sk-or-TEST-KEY-not-a-real-one";

pub(super) struct Server {
    listener: TcpListener,
    client: OpenRouter,
    pub(super) clock: Clock,
}

/// A request, waiting for its answer.
pub(super) struct Asked {
    pub(super) head: String,
    pub(super) body: Value,
    socket: TcpStream,
}

impl Server {
    /// Its client gives up after 30 s without progress.
    pub(super) async fn start() -> Self {
        Self::with_timeout(Duration::from_secs(30)).await
    }

    /// Its client waits for ever, so that a test may hurry the clock.
    pub(super) async fn patient() -> Self {
        Self::with_timeout(Duration::from_hours(1_000_000)).await
    }

    async fn with_timeout(timeout: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let config = OpenRouterConfig {
            api_key: KEY.into(),
            base_url: format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap(),
            timeout,
            model: "test/model".into(),
            fallback_models: vec!["test/other".into()],
            max_tokens: 100,
            temperature: None,
        };
        let clock = Clock::movable();
        Self { listener, client: OpenRouter::new(&config, clock.clone()).unwrap(), clock }
    }

    pub(super) fn client(&self) -> &OpenRouter {
        &self.client
    }

    /// Lets `work` run to its end while time flies.
    pub(super) async fn hurried<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::task::yield_now() => self.clock.advance(Duration::from_millis(100)),
            }
        }
    }

    /// The next request, read whole.
    pub(super) async fn asked(&self) -> Asked {
        asked_on(self.listener.accept().await.unwrap().0).await
    }

    /// Refuses every connection from now on.
    pub(super) fn goes_away(self) -> (OpenRouter, Clock) {
        (self.client, self.clock)
    }

    /// Nobody is waiting to be answered.
    pub(super) async fn is_left_alone(&self) {
        // Each yield lets the runtime look at its sockets: a connection that was made is seen.
        for _ in 0..100 {
            assert!(self.listener.accept().now_or_never().is_none(), "there is another request");
            tokio::task::yield_now().await;
        }
    }
}

async fn asked_on(mut socket: TcpStream) -> Asked {
    let mut bytes = Vec::new();
    loop {
        if let Some((head, body)) = split(&bytes) {
            break Asked { head, body, socket };
        }
        assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "the request breaks off");
    }
}

fn split(bytes: &[u8]) -> Option<(String, Value)> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let body = &bytes[end + 4..];
    match length {
        0 => Some((head, Value::Null)),
        _ => (body.len() >= length).then(|| (head, serde_json::from_slice(body).unwrap())),
    }
}

impl Asked {
    /// Writes these bytes as they are.
    pub(super) async fn writes(&mut self, bytes: impl AsRef<[u8]>) {
        self.socket.write_all(bytes.as_ref()).await.unwrap();
        self.socket.flush().await.unwrap();
    }

    /// Begins a stream that lasts until this is dropped.
    pub(super) async fn begins(&mut self) {
        self.writes(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-generation-id: gen-header\r\nconnection: close\r\n\r\n",
        )
        .await;
    }

    /// Begins a stream in HTTP chunks: ending it without a last one breaks it.
    pub(super) async fn begins_in_chunks(&mut self) {
        self.writes("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n").await;
    }

    pub(super) async fn writes_chunk(&mut self, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref();
        self.writes([format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()).await;
    }

    /// Streams this, and ends.
    pub(super) async fn streams(mut self, body: &str) {
        self.begins().await;
        self.writes(body).await;
        self.hangs_up().await;
    }

    /// Answers with this status, these headers (each ended) and this body, and ends.
    pub(super) async fn answers(mut self, status: u16, headers: &str, body: &str) {
        let head =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
        self.writes(head + body).await;
        self.hangs_up().await;
    }

    /// The next request on the same connection.
    pub(super) async fn asked_again(self) -> Self {
        asked_on(self.socket).await
    }

    /// Ends the connection properly.
    pub(super) async fn hangs_up(mut self) {
        self.socket.shutdown().await.unwrap();
    }

    /// Returns when the client has closed the connection.
    pub(super) async fn is_hung_up_on(&mut self) {
        let mut rest = Vec::new();
        let _ = self.socket.read_to_end(&mut rest).await;
    }
}
