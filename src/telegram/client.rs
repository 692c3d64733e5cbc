//! One call to the Bot API.
//!
//! Methods that Telegram counts (those that send or edit) go through the [`scheduler`](super::scheduler): by [`Telegram::send`],
//! or, where the text should be as new as possible or the wait be given up, by taking a [`Slot`] first. All others cost
//! nothing there and leave at once, by [`Telegram::call`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use reqwest::header::{DATE, HeaderValue};
use reqwest::multipart::Form;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use teloxide::requests::Payload;
use url::Url;

use super::error::{FailedReply, TelegramError};
use super::scheduler::{Kind, Outcome, Scheduler, Ticket, Urgency, Wish};
use super::upload::{self, Attachment};
use crate::clock::{Clock, Stopwatch, Timestamp};
use crate::config::{BotToken, TelegramConfig};
use crate::{faults, metrics};

/// How long a connection may take to be established. Telegram's data centres answer within a fraction of that.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an ordinary call may take. A send that takes longer is reported as unknown and may be repeated.
const CALL: Duration = Duration::from_secs(20);
/// The same with a file in it: a long answer has some hundred kilobytes.
const UPLOAD: Duration = Duration::from_mins(1);

/// The Bot API for one bot. Clones share its connections and its limits.
#[derive(Clone)]
pub struct Telegram {
    http: reqwest::Client,
    /// `https://…/bot<token>/`, secret.
    base: Arc<Url>,
    /// `https://…/file/bot<token>/`, secret.
    files: Arc<Url>,
    token: BotToken,
    scheduler: Scheduler,
    clock: Clock,
}

impl Telegram {
    /// A client with deadlines, and with the time by which it waits.
    pub fn new(token: BotToken, config: &TelegramConfig, clock: Clock) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .build()?;
        let base = base_of(&config.api_url, &token);
        let files = Arc::new(Url::parse(&base.replacen("/bot", "/file/bot", 1))?);
        let base = Arc::new(Url::parse(&base)?);
        let scheduler = Scheduler::new(clock.clone(), config.max_per_second);
        Ok(Self { http, base, files, token, scheduler, clock })
    }

    /// Sends or edits something in `chat` (negative: a group) when its turn comes. [`TelegramError::RetryAfter`] without
    /// a call when the chat is blocked for so long that it makes no sense to wait here. Do not drop this future: nobody
    /// would know whether the message arrived; who may want to stop waiting takes a [`permit`](Self::permit).
    pub async fn send<P>(&self, urgency: Urgency, chat: i64, payload: &P) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        self.permit(urgency, chat, Kind::Message).await?.call(payload).await
    }

    /// Waits for the turn of one call of this kind in `chat`. [`TelegramError::RetryAfter`] when the chat is blocked for so
    /// long that it makes no sense to wait here. Dropping the future leaves the queue.
    pub async fn permit(&self, urgency: Urgency, chat: i64, kind: Kind) -> Result<Slot, TelegramError> {
        let wish = Wish { urgency, chat, kind };
        let ticket = self.scheduler.ticket(wish).await.map_err(TelegramError::RetryAfter)?;
        Ok(Slot { telegram: self.clone(), ticket })
    }

    /// Waits until a preview may be shown in `chat`, for as long as that takes; the preview is written then, so that it is
    /// the newest. Private chats get one a second, groups one in three seconds and a part of their minute; the message in
    /// which an answer will grow ([`Urgency::Begin`]) needs that part alone. Keep the future while the text grows: dropping
    /// it leaves the queue.
    pub fn slot(&self, urgency: Urgency, chat: i64, kind: Kind) -> impl Future<Output = Slot> + Send + use<> {
        let telegram = self.clone();
        async move {
            let wish = Wish { urgency, chat, kind };
            loop {
                if let Ok(ticket) = telegram.scheduler.ticket(wish).await {
                    return Slot { telegram, ticket };
                }
            }
        }
    }

    /// Calls a method that Telegram does not count, with one of teloxide's payloads (or one of
    /// [`methods`](super::methods)), at once.
    pub async fn call<P>(&self, payload: &P) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        read_result::<P>(&self.call_raw(P::NAME, payload, CALL).await?)
    }

    /// The same, and when Telegram's server says it was (its `Date` header); `None` when it does not say.
    pub async fn call_dated<P>(&self, payload: &P) -> Result<(P::Output, Option<Timestamp>), TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        let answered = exchange(P::NAME, self.request(P::NAME, CALL).json(payload)).await?;
        Ok((read_result::<P>(&answered.result)?, answered.date.as_ref().and_then(read_date)))
    }

    /// Calls a method by name and returns its result as Telegram wrote it, within `deadline`.
    pub async fn call_raw(
        &self,
        method: &'static str,
        payload: &(impl Serialize + Sync),
        deadline: Duration,
    ) -> Result<Box<RawValue>, TelegramError> {
        let answered = exchange(method, self.request(method, deadline).json(payload)).await;
        answered.map(|answered| answered.result)
    }

    pub(super) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The address below which files lie, secret.
    pub(super) fn files(&self) -> &Url {
        &self.files
    }

    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// `text` without the token, for logs.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        self.token.redact(text)
    }

    /// An address that may be another program's, for logs: without tokens, passwords and queries.
    #[must_use]
    pub fn conceal(&self, address: &str) -> String {
        self.token.conceal(address)
    }

    async fn upload(&self, method: &'static str, form: Form) -> Result<Box<RawValue>, TelegramError> {
        let answered = exchange(method, self.request(method, UPLOAD).multipart(form)).await;
        answered.map(|answered| answered.result)
    }

    fn request(&self, method: &'static str, deadline: Duration) -> reqwest::RequestBuilder {
        let address = self.base.join(method).expect("a method's name is a path");
        self.http.post(address).timeout(deadline)
    }
}

/// A good answer.
struct Answered {
    result: Box<RawValue>,
    /// As the header says it: hardly anybody wants to know.
    date: Option<HeaderValue>,
}

/// In a box: whoever may make a call would carry the room for it, a kilobyte, through all that they do.
fn exchange(
    method: &'static str,
    request: reqwest::RequestBuilder,
) -> BoxFuture<'static, Result<Answered, TelegramError>> {
    Box::pin(async move {
        let watch = Stopwatch::start();
        let answered = faults::around_call(method, answer(request)).await;
        let outcome = answered.as_ref().map_or_else(TelegramError::name, |_| "ok");
        metrics::telegram_called(method, outcome, watch.seconds());
        answered
    })
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answered, TelegramError> {
    let response = request.send().await.map_err(TelegramError::from_transport)?;
    let status = response.status().as_u16();
    let date = response.headers().get(DATE).cloned();
    let body = response.bytes().await.map_err(TelegramError::from_transport)?;
    Ok(Answered { result: read_reply(status, &body)?, date })
}

fn read_date(header: &HeaderValue) -> Option<Timestamp> {
    let date = chrono::DateTime::parse_from_rfc2822(header.to_str().ok()?).ok()?;
    Some(Timestamp(date.timestamp_millis()))
}

/// The turn of one call that Telegram counts. Dropped unused, it is given back.
#[must_use]
pub struct Slot {
    telegram: Telegram,
    ticket: Ticket,
}

impl Slot {
    /// Makes the call. Its limits are those of the chat that the slot was taken for.
    pub async fn call<P>(self, payload: &P) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        let Self { telegram, ticket } = self;
        let answered = ticket.spent_on(telegram.call_raw(P::NAME, payload, CALL)).await;
        read_result::<P>(&answered?)
    }

    /// Makes the call with a file of ours in it.
    pub async fn upload<P>(self, payload: &P, file: Attachment) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        let Self { telegram, ticket } = self;
        let form = upload::form(payload, file)?;
        let answered = ticket.spent_on(telegram.upload(P::NAME, form)).await;
        read_result::<P>(&answered?)
    }
}

impl std::fmt::Debug for Slot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slot")
    }
}

impl Ticket {
    /// Makes the call, and learns from what becomes of it.
    async fn spent_on(
        mut self,
        call: impl Future<Output = Result<Box<RawValue>, TelegramError>>,
    ) -> Result<Box<RawValue>, TelegramError> {
        self.used();
        let answered = call.await;
        self.ends(match &answered {
            Ok(_) => Outcome::Taken,
            Err(TelegramError::RetryAfter(wait)) => Outcome::TooMany(*wait),
            Err(_) => Outcome::Unclear,
        });
        answered
    }
}

fn read_result<P: Payload<Output: DeserializeOwned>>(result: &RawValue) -> Result<P::Output, TelegramError> {
    serde_json::from_str(result.get())
        .map_err(|error| TelegramError::Unknown(format!("unreadable answer to {}: {:?}", P::NAME, error.classify())))
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

fn base_of(api_url: &Url, token: &BotToken) -> String {
    format!("{}/bot{}/", api_url.as_str().trim_end_matches('/'), token.expose())
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
    fn the_date_of_an_answer_is_read_as_servers_write_it() {
        let date = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(read_date(&date), Some(Timestamp(784_111_777_000)));
        assert_eq!(read_date(&HeaderValue::from_static("yesterday")), None);
    }

    #[test]
    fn a_flood_limit_tells_how_long_to_wait() {
        let flood = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}"#;
        assert_eq!(read_reply(429, flood).unwrap_err(), TelegramError::RetryAfter(Duration::from_secs(7)));
    }
}
