//! `POST /webhook/<token>`: Telegram brings an update.
//!
//! The order of the checks is the defence: path, method and secret are looked at before a byte of the body is read, and
//! a wrong secret gets the answer of a path that does not exist. What the answers mean to Telegram: 200 "you may forget
//! it", 503 with `Retry-After` "bring it again" (only when it could not be stored), anything else would be brought again
//! too, for a day, and hold up its chat meanwhile.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use super::Acceptor;
use crate::clock::Clock;

/// Largest body, in bytes. The largest text message takes some 30 KB with every letter escaped.
const BODY: usize = 256 * 1024;
/// How long a body may take to come in: Telegram's are there at once.
const BODY_TIME: Duration = Duration::from_secs(10);
/// When to bring an update again that could not be stored, in seconds.
const AGAIN: &str = "2";

/// The webhook route's knowledge.
pub struct Webhook {
    paths: Vec<String>,
    secret: SecretString,
    clock: Clock,
    /// Set once the store is open; until then updates are told to come again.
    acceptor: OnceLock<Acceptor>,
    /// Raised when the program stops: what comes now is for the next process.
    stopping: CancellationToken,
}

impl Webhook {
    /// A route that serves `paths` and knows Telegram by `secret`.
    #[must_use]
    pub fn new(paths: Vec<String>, secret: SecretString, clock: Clock, stopping: CancellationToken) -> Arc<Self> {
        Arc::new(Self { paths, secret, clock, acceptor: OnceLock::new(), stopping })
    }

    /// Updates can be stored from now on.
    pub fn open(&self, acceptor: Acceptor) {
        // Opened once, by the app; a second door would be the same one.
        let _ = self.acceptor.set(acceptor);
    }

    /// Is this one of the webhook's paths?
    #[must_use]
    pub fn serves(&self, path: &str) -> bool {
        self.paths.iter().any(|served| served == path)
    }

    /// Answers a request to one of the paths.
    pub async fn receive(&self, request: Request<Body>) -> Response {
        if request.method() != Method::POST {
            return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
        }
        if !self.is_telegram(request.headers()) {
            return StatusCode::NOT_FOUND.into_response();
        }
        let Some(acceptor) = self.acceptor.get().filter(|_| !self.stopping.is_cancelled()) else {
            return come_again("starting or stopping");
        };
        let body = match self.read(request).await {
            Ok(body) => body,
            Err(status) => return status.into_response(),
        };
        // Bytes that are no text cannot be an update; they are kept as far as they can be shown.
        match acceptor.accept(vec![String::from_utf8_lossy(&body).into_owned()]).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(error) => {
                tracing::error!(error = %error, "An update could not be stored; Telegram will bring it again");
                come_again("the store refused")
            }
        }
    }

    /// Compared in constant time, so that the time of the answer tells nothing about the secret.
    fn is_telegram(&self, headers: &HeaderMap) -> bool {
        let given = headers.get("x-telegram-bot-api-secret-token").map_or(&[][..], |value| value.as_bytes());
        given.ct_eq(self.secret.expose_secret().as_bytes()).into()
    }

    async fn read(&self, request: Request<Body>) -> Result<bytes::Bytes, StatusCode> {
        let announced =
            request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > BODY as u64) {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let whole = Limited::new(request.into_body(), BODY).collect();
        tokio::select! {
            body = whole => body.map(http_body_util::Collected::to_bytes).map_err(|error| {
                if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
            }),
            () = self.clock.sleep(BODY_TIME) => Err(StatusCode::REQUEST_TIMEOUT),
        }
    }
}

fn come_again(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, AGAIN)], why).into_response()
}
