//! The bot's HTTP door, knocked at by hand: as Telegram would, as a stranger would, and as nobody decent would.

use std::net::Ipv4Addr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{ANNA, World, within};

/// The header by which Telegram is known.
pub(crate) const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

/// Where updates are posted, and the secret that comes with them, as the bot told Telegram.
pub(crate) struct Door {
    pub(crate) port: u16,
    pub(crate) path: String,
    pub(crate) secret: String,
    http: reqwest::Client,
}

impl World {
    /// The door that the bot has told Telegram of.
    pub(crate) fn door(&self) -> Door {
        let webhook = self.telegram.webhook().expect("the bot has set its webhook");
        let url: reqwest::Url = webhook.url.parse().unwrap();
        let secret = webhook.secret.expect("with a secret");
        Door { port: self.bot.port, path: url.path().to_owned(), secret, http: self.bot.http.clone() }
    }
}

impl Door {
    /// Posts a body as Telegram would.
    pub(crate) async fn post(&self, body: impl Into<reqwest::Body>) -> reqwest::Response {
        self.post_to(&self.path, body).await
    }

    /// The same to another path.
    pub(crate) async fn post_to(&self, path: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        self.post_at(self.port, path, body).await
    }

    /// The same to another process.
    pub(crate) async fn post_at(&self, port: u16, path: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
        let address = format!("http://127.0.0.1:{port}{path}");
        self.http.post(address).header(SECRET, &self.secret).body(body).send().await.unwrap()
    }

    /// The head of a POST with the right secret; further headers as they stand on the wire.
    pub(crate) fn head(&self, headers: &str) -> String {
        head(&self.path, &format!("{SECRET}: {}\r\n{headers}", self.secret))
    }

    /// Writes this on a new connection, and reads one answer's head.
    pub(crate) async fn knock(&self, request: &str) -> Answer {
        knock(self.port, request).await
    }
}

/// The head of a POST.
pub(crate) fn head(path: &str, headers: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: bot.example\r\n{headers}\r\n")
}

/// An answer's head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// In lower case, without the date.
    pub(crate) headers: Vec<String>,
}

/// Writes this on a new connection, and reads one answer's head. What was asked to wait for more (`100 Continue`)
/// would show as that.
pub(crate) async fn knock(port: u16, request: &str) -> Answer {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    // Whoever answers before it has read everything may have closed its side by now.
    let _ = connection.write_all(request.as_bytes()).await;
    let head = within("the head of an answer", read_head(&mut connection)).await;
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok());
    let headers = lines.map(str::to_ascii_lowercase).filter(|line| !line.starts_with("date:") && !line.is_empty());
    Answer { status: status.unwrap_or_else(|| panic!("no answer: {head:?}")), headers: headers.collect() }
}

async fn read_head(connection: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match connection.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A message of Anna, in the bytes that Telegram would post.
pub(crate) fn message(update_id: i64, text: &str) -> String {
    let person = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let chat = json!({"id": ANNA, "type": "private", "first_name": "Anna"});
    let message = json!({"message_id": update_id, "date": 1_790_000_000, "chat": chat, "from": person, "text": text});
    json!({"update_id": update_id, "message": message}).to_string()
}
