//! `POST /telegram/set-webhook`, `GET /telegram/webhook-info`, both also under `/api`: what an owner asks for from afar.
//!
//! They exist only with an `ADMIN_TOKEN`, which comes as bearer: a browser sends none by itself, so no foreign page can ask
//! in an owner's name. The order of the checks is method, token, body: nothing of a stranger's request is read. The
//! answers are small JSON objects with `ok` first, in the shape that the predecessors of this bot had, and hold `TOKEN`
//! where the token would be.
//!
//! What a stolen token can do: read how the webhook is, and set it where the bot is anyway ([`Hook::set_by_request`]
//! refuses all else). It cannot delete it, lead it to another host, or make two calls at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::bearer;
use crate::clock::Clock;
use crate::establish::{Hook, HookSet, WishRefused};
use crate::intake::body;
use crate::telegram::{Telegram, TelegramError};

/// Largest body, in bytes: an address has some hundred.
const BODY: usize = 8 * 1024;
/// When to come again while Telegram is away or the webhook is being set: calls to Telegram give up after some seconds.
const AGAIN: Duration = Duration::from_secs(5);

/// What an owner may ask for, and how they are known.
pub struct Admin {
    token: SecretString,
    reach: Reach,
    clock: Clock,
}

/// What there is to ask for in this mode; the texts say why it is this mode ("`USE_WEBHOOK=false`").
pub enum Reach {
    /// The webhook.
    Webhook(Hook),
    /// What Telegram says about it; it is not to be set.
    Polling(Telegram, String),
    /// Nothing: Telegram is not to be touched.
    Disabled(String),
}

impl Admin {
    /// Opens for whoever brings `token`.
    #[must_use]
    pub fn new(token: SecretString, reach: Reach, clock: Clock) -> Self {
        Self { token, reach, clock }
    }

    fn admits(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        if bearer::opens(headers, &self.token) {
            return Ok(());
        }
        let refusal =
            Refusal::new(StatusCode::UNAUTHORIZED, "ADMIN_TOKEN is missing: Authorization: Bearer <ADMIN_TOKEN>");
        Err(refusal.with(header::WWW_AUTHENTICATE, "Bearer"))
    }
}

/// The addresses; none without a token for them.
pub(super) fn routes(admin: Option<Arc<Admin>>) -> Router {
    let Some(admin) = admin else { return Router::new() };
    let mut router = Router::new();
    for (before, behind) in [("", ""), ("", "/"), ("/api", ""), ("/api", "/")] {
        router = router
            .route(&format!("{before}/telegram/set-webhook{behind}"), post(set_webhook).fallback(async || only("POST")))
            .route(
                &format!("{before}/telegram/webhook-info{behind}"),
                get(webhook_info).fallback(async || only("GET, HEAD")),
            );
    }
    router.with_state(admin)
}

/// The body of `set-webhook`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    #[serde(default)]
    url: Option<String>,
}

async fn set_webhook(State(admin): State<Arc<Admin>>, request: Request<Body>) -> Result<Response, Refusal> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Done {
        ok: bool,
        message: &'static str,
        url: String,
        max_connections: u8,
    }

    admin.admits(request.headers())?;
    let hook = match &admin.reach {
        Reach::Webhook(hook) => hook,
        Reach::Polling(_, why) => {
            return Err(conflict(&format!(
                "the bot polls ({why}), and a webhook would take its updates away: set WEBHOOK_URL and USE_WEBHOOK=true, \
                 and restart it"
            )));
        }
        Reach::Disabled(why) => return Err(switched_off(why)),
    };
    let wish = read(request, &admin.clock).await?;
    let set = hook.set_by_request(wish.url.as_deref()).await;
    let HookSet { url, max_connections } = set.map_err(|refused| refusal(refused, hook.telegram()))?;
    Ok(answer(StatusCode::OK, &Done { ok: true, message: "Webhook set successfully", url, max_connections }))
}

async fn webhook_info(State(admin): State<Arc<Admin>>, headers: HeaderMap) -> Result<Response, Refusal> {
    #[derive(Serialize)]
    struct Info {
        ok: bool,
        info: Box<RawValue>,
    }

    admin.admits(&headers)?;
    let telegram = match &admin.reach {
        Reach::Webhook(hook) => hook.telegram(),
        Reach::Polling(telegram, _) => telegram,
        Reach::Disabled(why) => return Err(switched_off(why)),
    };
    let info = Hook::describe(telegram).await.map_err(|error| of_telegram(&error, telegram))?;
    Ok(answer(StatusCode::OK, &Info { ok: true, info }))
}

async fn read(request: Request<Body>, clock: &Clock) -> Result<Wish, Refusal> {
    let bytes = body::read(request, BODY, clock).await.map_err(|status| match status {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::new(status, &format!("the body has more than {BODY} bytes")),
        status => Refusal::new(status, "the body did not arrive"),
    })?;
    if bytes.trim_ascii().is_empty() {
        return Ok(Wish::default());
    }
    // What is wrong with it is not repeated: it may be anything, a secret too.
    let odd = r#"the body has to be empty or JSON like {"url":"https://bot.example.com"}"#;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::new(StatusCode::BAD_REQUEST, odd))
}

/// `{"ok":false,"error":…}` with a status that fits.
struct Refusal {
    status: StatusCode,
    error: String,
    header: Option<(HeaderName, String)>,
}

impl Refusal {
    fn new(status: StatusCode, error: &str) -> Self {
        Self { status, error: error.to_owned(), header: None }
    }

    fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.header = Some((name, value.into()));
        self
    }

    fn come_again(error: &str, wait: Duration) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, error);
        refusal.with(header::RETRY_AFTER, wait.as_secs().max(1).to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Failed {
            ok: bool,
            error: String,
        }

        (self.header.map(|header| [header]), answer(self.status, &Failed { ok: false, error: self.error }))
            .into_response()
    }
}

fn answer(status: StatusCode, body: &impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn only(methods: &'static str) -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, &format!("only {methods} here")).with(header::ALLOW, methods)
}

fn conflict(error: &str) -> Refusal {
    Refusal::new(StatusCode::CONFLICT, error)
}

fn switched_off(why: &str) -> Refusal {
    conflict(&format!("the bot is switched off ({why}), and Telegram is not to be touched: unset that, and restart it"))
}

fn refusal(refused: WishRefused, telegram: &Telegram) -> Refusal {
    match refused {
        WishRefused::Address(fault) => Refusal::new(StatusCode::BAD_REQUEST, &fault.to_string()),
        busy @ WishRefused::Busy => Refusal::come_again(&busy.to_string(), AGAIN),
        WishRefused::Telegram(error) => of_telegram(&error, telegram),
    }
}

/// Telegram is away: come again. Telegram refuses: that is its last word.
fn of_telegram(error: &TelegramError, telegram: &Telegram) -> Refusal {
    let sentence = telegram.redact(&error.to_string());
    match error {
        TelegramError::RetryAfter(wait) => Refusal::come_again(&sentence, *wait),
        TelegramError::NotSent(_) | TelegramError::Unknown(_) => Refusal::come_again(&sentence, AGAIN),
        _ => Refusal::new(StatusCode::BAD_GATEWAY, &sentence),
    }
}
