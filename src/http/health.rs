//! `/healthz`, `/livez`, `/health`: does the process live? `/readyz`: should traffic come here? `/metrics`.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::watch;

use super::{Site, bearer};
use crate::clock::Clock;
use crate::metrics;
use crate::storage::Storage;

/// As the text format of Prometheus is announced; newer servers refuse a page that does not say.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How the program is. Clones show the same.
#[derive(Clone)]
pub struct Health {
    phase: Arc<watch::Sender<Phase>>,
    /// Asked whether it answers, once it is open.
    storage: Arc<OnceLock<Storage>>,
}

/// Where the program is in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Not yet: this is what it waits for, in words that anybody may read.
    Starting(&'static str),
    /// Listening, store open, updates arriving.
    Ready,
    /// Stopping: it finishes what it holds.
    Draining,
}

impl Default for Health {
    fn default() -> Self {
        let phase = Arc::new(watch::Sender::new(Phase::Starting("starting")));
        Self { phase, storage: Arc::default() }
    }
}

impl Health {
    /// Changes the phase. Draining is final.
    pub fn set(&self, phase: Phase) {
        self.phase.send_if_modified(|current| {
            let changes = *current != Phase::Draining && *current != phase;
            if changes {
                *current = phase;
            }
            changes
        });
    }

    /// From now on readiness includes that this store answers.
    pub fn watches(&self, storage: Storage) {
        // There is one store in a program's life.
        let _ = self.storage.set(storage);
    }

    /// Does the store answer? Before there is one, nothing is wrong with it.
    async fn store_answers(&self) -> bool {
        match self.storage.get() {
            Some(storage) => storage.health().await.is_ok(),
            None => true,
        }
    }

    /// Brings the numbers up to date that are measured when somebody asks.
    async fn measure(&self, clock: &Clock) {
        let load = match self.storage.get() {
            Some(storage) => storage.load().await.ok(),
            None => None,
        };
        metrics::ready(self.phase() == Phase::Ready && load.is_some());
        // A store that does not answer leaves what it said last.
        let Some(load) = load else { return };
        let age = load.oldest.map_or(0.0, |oldest| clock.now().since(oldest).as_secs_f64());
        metrics::waiting(load.pending, age, load.parked);
        metrics::store_size(load.database_bytes, load.log_bytes);
        if let Some((free, size)) = load.disk_bytes {
            metrics::disk(free, size);
        }
    }

    /// The phase now.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }
}

/// The process lives, or nobody would answer.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// 200 when traffic should come here; otherwise 503 with the reason.
pub(super) async fn ready(State(site): State<Site>) -> Response {
    match site.health.phase() {
        Phase::Ready if site.health.store_answers().await => "ready\n".into_response(),
        Phase::Ready => not_ready("the store does not answer\n".to_owned()),
        Phase::Starting(why) => not_ready(format!("starting: {why}\n")),
        Phase::Draining => not_ready("draining\n".to_owned()),
    }
}

fn not_ready(why: String) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], why).into_response()
}

/// The numbers, for whoever has the token; without a configured one the page does not exist.
pub(super) async fn metrics(State(site): State<Site>, headers: HeaderMap) -> Response {
    let opens = site.metrics_token.as_ref().is_some_and(|token| bearer::opens(&headers, token));
    if !opens {
        return StatusCode::NOT_FOUND.into_response();
    }
    site.health.measure(&site.clock).await;
    ([(header::CONTENT_TYPE, TEXT_FORMAT)], site.metrics.render()).into_response()
}
