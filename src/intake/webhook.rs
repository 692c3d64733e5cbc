//! `POST /webhook/<token>`: Telegram brings an update.
//!
//! The order of the checks is the defence: path, method and secret are looked at before a byte of the body is read, and
//! a wrong secret gets the answer of a path that does not exist. What the answers mean to Telegram: 200 "you may forget
//! it", 503 with `Retry-After` "bring it again" (only when it could not be stored), anything else would be brought again
//! too, for a day, and hold up its chat meanwhile.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio_util::sync::CancellationToken;

use super::{Acceptor, body};
use crate::clock::{Clock, Stopwatch};
use crate::faults::{self, Moment};
use crate::metrics;

/// Largest body, in bytes. The largest text message takes some 30 KB with every letter escaped.
const BODY: usize = 256 * 1024;
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
    taken: AtomicU64,
}

impl Webhook {
    /// A route that serves `paths` and knows Telegram by `secret`.
    #[must_use]
    pub fn new(paths: Vec<String>, secret: SecretString, clock: Clock, stopping: CancellationToken) -> Arc<Self> {
        Arc::new(Self { paths, secret, clock, acceptor: OnceLock::new(), stopping, taken: AtomicU64::new(0) })
    }

    /// Updates can be stored from now on.
    pub fn open(&self, acceptor: Acceptor) {
        // Opened once, by the app; a second door would be the same one.
        let _ = self.acceptor.set(acceptor);
    }

    /// How many updates were taken since the process has started, repeated ones included.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
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
        let body = match body::read(request, BODY, &self.clock).await {
            Ok(body) => body,
            Err(status) => return status.into_response(),
        };
        let watch = Stopwatch::start();
        // Bytes that are no text cannot be an update; they are kept as far as they can be shown.
        match acceptor.accept(vec![String::from_utf8_lossy(&body).into_owned()]).await {
            Ok(()) => {
                faults::at(Moment::Acknowledge);
                metrics::webhook_acknowledged(watch.seconds());
                self.taken.fetch_add(1, Ordering::Relaxed);
                StatusCode::OK.into_response()
            }
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
}

fn come_again(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, AGAIN)], why).into_response()
}
