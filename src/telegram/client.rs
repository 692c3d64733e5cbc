//! One call to the Bot API.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use teloxide::requests::Payload;
use url::Url;

use super::error::{FailedReply, TelegramError};
use super::methods::{SendDocument, SentMessage};
use super::upload;
use crate::config::{BotToken, TelegramConfig};
use crate::metrics;

/// How long a connection may take to be established. Telegram's data centres answer within a fraction of that.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an ordinary call may take. A send that takes longer is reported as unknown and may be repeated.
const CALL: Duration = Duration::from_secs(20);

/// How badly a call is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The text of an answer.
    Final,
}

/// The Bot API for one bot. Clones share its connections.
#[derive(Clone)]
pub struct Telegram {
    http: reqwest::Client,
    /// `https://…/bot<token>/`, secret.
    base: Arc<str>,
    token: BotToken,
}

impl Telegram {
    /// A client with deadlines.
    pub fn new(token: BotToken, config: &TelegramConfig) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .build()?;
        let base = base_of(&config.api_url, &token);
        Ok(Self { http, base, token })
    }

    /// Calls a method with one of teloxide's payloads (or one of [`methods`](super::methods)).
    pub async fn call<P>(&self, payload: &P) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        let result = self.call_raw(P::NAME, payload, CALL).await?;
        read_result(P::NAME, &result)
    }

    /// Calls a method that sends or edits.
    pub async fn send<P>(&self, _urgency: Urgency, _chat: i64, payload: &P) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        self.call(payload).await
    }

    /// Sends a file of ours.
    pub async fn send_document(
        &self,
        _urgency: Urgency,
        document: &SendDocument<'_>,
    ) -> Result<SentMessage, TelegramError> {
        let form = upload::form(document)?;
        let request = self.http.post(format!("{}{}", self.base, SendDocument::NAME)).timeout(CALL).multipart(form);
        let answered = answer(request).await;
        if let Err(error) = &answered {
            metrics::telegram_failed(SendDocument::NAME, error.name());
        }
        read_result(SendDocument::NAME, &answered?)
    }

    /// Calls a method by name and returns its result as Telegram wrote it, within `deadline`.
    pub async fn call_raw(
        &self,
        method: &'static str,
        payload: &(impl Serialize + Sync),
        deadline: Duration,
    ) -> Result<Box<RawValue>, TelegramError> {
        let answered = self.exchange(method, payload, deadline).await;
        if let Err(error) = &answered {
            metrics::telegram_failed(method, error.name());
        }
        answered
    }

    /// `text` without the token, for logs.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        self.token.redact(text)
    }

    async fn exchange(
        &self,
        method: &str,
        payload: &(impl Serialize + Sync),
        deadline: Duration,
    ) -> Result<Box<RawValue>, TelegramError> {
        answer(self.http.post(format!("{}{method}", self.base)).timeout(deadline).json(payload)).await
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Box<RawValue>, TelegramError> {
    let response = request.send().await.map_err(TelegramError::from_transport)?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(TelegramError::from_transport)?;
    read_reply(status, &body)
}

fn read_result<T: DeserializeOwned>(method: &str, result: &RawValue) -> Result<T, TelegramError> {
    serde_json::from_str(result.get())
        .map_err(|error| TelegramError::Unknown(format!("unreadable answer to {method}: {:?}", error.classify())))
}

/// `{"ok":true,"result":…}`, a refusal in Telegram's shape, or a page of something in between.
fn read_reply(status: u16, body: &[u8]) -> Result<Box<RawValue>, TelegramError> {
    #[derive(serde::Deserialize)]
    struct Reply {
        ok: bool,
        result: Option<Box<RawValue>>,
        #[serde(flatten)]
        failed: FailedReply,
    }
    match serde_json::from_slice::<Reply>(body) {
        Ok(Reply { ok: true, result: Some(result), .. }) => Ok(result),
        Ok(Reply { failed, .. }) if failed.error_code.is_some() || status >= 400 => {
            Err(TelegramError::from_reply(status, &failed))
        }
        // A proxy's page (502 with HTML): whether Telegram acted on the request is not known.
        _ => Err(TelegramError::Unknown(format!("HTTP {status} without an answer in Telegram's shape"))),
    }
}

fn base_of(api_url: &Url, token: &BotToken) -> Arc<str> {
    format!("{}/bot{}/", api_url.as_str().trim_end_matches('/'), token.expose()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_page_leaves_open_whether_the_message_arrived() {
        assert!(matches!(read_reply(502, b"<html>Bad Gateway</html>"), Err(TelegramError::Unknown(_))));
        let server = br#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#;
        assert!(matches!(read_reply(500, server), Err(TelegramError::NotSent(_))));
    }

    #[test]
    fn a_flood_limit_tells_how_long_to_wait() {
        let flood = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
        assert_eq!(read_reply(429, flood).unwrap_err(), TelegramError::RetryAfter(Duration::from_secs(7)));
    }
}
