//! The model's side: one streaming request to OpenRouter, or to a server that speaks like it, read with a watchdog.
//!
//! ```text
//! ChatRequest ──request──► POST {base}/chat/completions ──events──► chunks ──stream──► Progress… , Finish | ModelError
//!                               ▲                                              │
//!                               └──────── retry (before the first delta) ◄─────┘ errors say what a failure means
//! ```
//!
//! What is asked beside it (a recording written down, a picture) comes in one piece: `beside`.
//!
//! It is written on plain reqwest because the clients that exist lose the documented mid-stream error and end silently
//! on a truncated stream. It knows nothing of Telegram, budgets or history: it asks, reads, and says of each failure
//! what it means. One HTTP client per process, built once: without redirects (the key goes nowhere else), without a
//! total timeout (it would kill a live stream), and with a limit on connecting.

mod account;
mod beside;
mod body;
mod content;
mod errors;
mod events;
mod models;
mod request;
mod retry;
mod stream;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

pub use account::{GenerationRecord, KeyInfo, Lookup};
pub use beside::{Commission, Painting, Receipt, Transcript, Unanswered};
pub use content::{Base64, Content, Form, Media};
pub use errors::{ModelError, ModelErrorKind};
#[cfg(fuzzing)]
pub use events::overheard;
pub use models::{OfferedModel, Price, without_routing};
pub use request::{Annotations, ChatMessage, ChatRequest, Role, Terms};
pub use stream::AnswerStream;

use crate::clock::{Clock, Timestamp};
use crate::config::OpenRouterConfig;
use crate::faults::{self, Step};
use body::Body;
use errors::Failure;
use request::Defaults;
use wire::WireError;

/// A server that cannot be reached within this is not reached by waiting (three lost SYNs are 7 s).
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Shorter than what proxies keep an idle connection for, so that a request rarely meets a connection being closed.
const IDLE_CONNECTION: Duration = Duration::from_secs(50);
/// Idle connections kept: the answers that a busy bot writes at once. Fewer, and whenever many end in one moment (they wait for
/// the same commit) connections are closed that the next moment opens again.
const IDLE_CONNECTIONS: usize = 128;
/// The most of an error's body that is read: errors are short, proxies' HTML pages need not be read to the end.
const ERROR_BODY_BYTES: usize = 64 << 10;
/// What OpenRouter lists usage under, with [`HOMEPAGE`].
const TITLE: HeaderValue = HeaderValue::from_static("routergram");
/// The referer that attribution wants: the package's repository once it has one.
const HOMEPAGE: HeaderValue = HeaderValue::from_static(if env!("CARGO_PKG_REPOSITORY").is_empty() {
    "https://routergram.invalid"
} else {
    env!("CARGO_PKG_REPOSITORY")
});

/// The client. Clones share its connections.
#[derive(Clone)]
pub struct OpenRouter {
    inner: Arc<Inner>,
}

struct Inner {
    http: reqwest::Client,
    base: Url,
    /// Where questions go, below it.
    completions: Url,
    timeout: Duration,
    clock: Clock,
    defaults: Defaults,
}

/// Something the stream brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Text to append to the answer. Never empty.
    Text(String),
    /// The model is thinking; nothing to show.
    Reasoning,
}

/// How a stream ended well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finish {
    /// "stop", "length", …; `None` when the server ended the stream without one.
    pub reason: Option<String>,
    /// Which model served; with fallbacks not always the one asked.
    pub model: Option<String>,
    /// Which provider served it, when OpenRouter says so.
    pub provider: Option<String>,
    /// What it used; every field optional in practice.
    pub usage: Usage,
    /// What the provider has read in PDFs: its own shape, to be given back with the answer in later questions, so that it
    /// need not read them again (OpenRouter, "PDF Inputs").
    pub annotations: Vec<Value>,
}

/// What an answer used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: Option<i64>,
    /// Tokens written, reasoning included.
    pub completion_tokens: Option<i64>,
    /// Tokens of reasoning among those written.
    pub reasoning_tokens: Option<i64>,
    /// Tokens among those read that came from the provider's cache.
    pub cached_tokens: Option<i64>,
    /// Millionths of a US dollar.
    pub cost_micro_usd: Option<i64>,
}

/// A response whose body is still to be read.
struct Opened {
    response: reqwest::Response,
    generation_id: Option<String>,
}

impl OpenRouter {
    /// A client with deadlines, for this account. Fails when the key holds characters that a header cannot carry, or
    /// when there is no TLS to be had.
    pub fn new(config: &OpenRouterConfig, clock: Clock) -> anyhow::Result<Self> {
        let host = config.base_url.host_str().unwrap_or_default();
        let mut http = reqwest::Client::builder()
            .default_headers(headers(config)?)
            .user_agent(concat!("routergram/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_keepalive(IDLE_CONNECTION)
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(IDLE_CONNECTIONS);
        if is_loopback(&config.base_url) {
            http = http.no_proxy();
        }
        let defaults = Defaults {
            model: config.model.clone(),
            fallbacks: config.fallback_models.clone(),
            max_tokens: config.max_tokens,
            temperature: config.temperature,
            reports_usage: host == "openrouter.ai" || host.ends_with(".openrouter.ai"),
        };
        let inner = Inner {
            http: http.build().context("the HTTP client for the model cannot be built")?,
            completions: below(&config.base_url, &["chat", "completions"]),
            base: config.base_url.clone(),
            timeout: config.timeout,
            clock,
            defaults,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Asks. Returns when the server has begun to answer; asks again by itself until the first delta, so an `Err` here
    /// or from [`AnswerStream::next`] is final.
    pub async fn ask(&self, request: ChatRequest) -> Result<AnswerStream, ModelError> {
        let body = request.body(&self.inner.defaults).map_err(|error| {
            Failure::new(ModelErrorKind::Refused, retry::Again::Never, format!("no JSON for the request: {error}"))
                .error
        })?;
        let mut stream = AnswerStream::new(self.clone(), body);
        stream.open().await?;
        Ok(stream)
    }

    /// On which terms this is asked: by whom it may be served, and how long it and its answer may be.
    #[must_use]
    pub fn terms<'a>(&'a self, request: &'a ChatRequest) -> Terms<'a> {
        request.terms(&self.inner.defaults)
    }

    fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    /// One request, up to the headers of a good response. The body of an error is read until `patience` ends; then the
    /// status alone must do.
    async fn post(self, body: Body, patience: Timestamp) -> Result<Opened, Failure> {
        let inner = &self.inner;
        let request = inner
            .http
            .post(inner.completions.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream");
        let request = body.into_request(request);
        let response = faults::around(Step::Ask, request.send()).await.map_err(Failure::transport)?;
        let status = response.status();
        let generation_id = text_of(response.headers(), &HeaderName::from_static("x-generation-id"));
        if status.is_success() {
            return Ok(Opened { response, generation_id });
        }
        let retry_after =
            text_of(response.headers(), &RETRY_AFTER).and_then(|after| wire::seconds(after.parse().ok()?));
        let body = tokio::select! {
            biased;
            body = read_up_to(response, ERROR_BODY_BYTES) => body,
            () = inner.clock.sleep_until(patience) => Vec::new(),
        };
        Err(Failure::told(status.as_u16(), &WireError::read_body(&body), retry_after))
    }
}

impl Inner {
    fn address(&self, path: &[&str]) -> Url {
        below(&self.base, path)
    }
}

/// An address below this one, whether or not that ends with a slash; its query is kept.
fn below(base: &Url, path: &[&str]) -> Url {
    let mut address = base.clone();
    if let Ok(mut segments) = address.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    address
}

/// What every request carries. A server that wants no key gets no `Authorization`.
fn headers(config: &OpenRouterConfig) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::from_iter([
        (HeaderName::from_static("http-referer"), HOMEPAGE),
        (HeaderName::from_static("x-title"), TITLE),
    ]);
    let key = config.api_key.expose_secret();
    if !key.is_empty() {
        let mut bearer = HeaderValue::try_from(format!("Bearer {key}"))
            .context("OPENROUTER_API_KEY holds characters that no HTTP header can carry")?;
        bearer.set_sensitive(true);
        headers.insert(AUTHORIZATION, bearer);
    }
    Ok(headers)
}

/// No proxy knows the way to this machine itself.
fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// As much of the body as comes, up to `limit` bytes. A body that breaks off counts as far as it came.
async fn read_up_to(response: reqwest::Response, limit: usize) -> Vec<u8> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(Ok(piece)) = pieces.next().await {
        body.extend_from_slice(&piece[..piece.len().min(limit - body.len())]);
        if body.len() >= limit {
            break;
        }
    }
    body
}
