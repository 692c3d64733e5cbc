//! The way to the collector: one request after the other, without a secret in it, and without a word for each failure.
//!
//! It has a runtime of its own, because the threads that export have none, and so that a collector that is slow holds up
//! nobody else. That a collector is away is said once, and once that it is back; the libraries' own words about it,
//! one for every batch, are not compiled in.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use tokio::runtime::{Builder, Runtime};

use crate::telemetry::Redactor;

/// How long one request may take, and one batch with its repetitions. A collector is nearby or it is in trouble.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Sends batches of one kind.
#[derive(Debug)]
pub(super) struct Collector {
    /// What is sent, for the log.
    what: &'static str,
    http: reqwest::Client,
    /// `None` while it is being dropped.
    runtime: Option<Runtime>,
    redactor: Redactor,
    /// Was it said that the collector does not take what is sent?
    away: AtomicBool,
}

impl Collector {
    /// A way for `what`.
    pub(super) fn new(what: &'static str, redactor: Redactor) -> Result<Self, String> {
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build();
        let runtime = Builder::new_current_thread().enable_all().build();
        Ok(Self {
            what,
            http: http.map_err(|error| error.to_string())?,
            runtime: Some(runtime.map_err(|error| error.to_string())?),
            redactor,
            away: AtomicBool::new(false),
        })
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, reqwest::Error> {
        let answer = self.http.execute(request.try_into()?).await?;
        let mut response = Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let body = answer.bytes().await?;
        // Neither part can be wrong: both were an answer a moment ago.
        Ok(response.body(body).unwrap_or_default())
    }

    fn note(&self, trouble: Option<String>) {
        let was_away = self.away.swap(trouble.is_some(), Ordering::Relaxed);
        match trouble {
            Some(reason) if !was_away => tracing::warn!(
                reason,
                "The OpenTelemetry collector does not take {}; they are lost until it does, the bot goes on without it",
                self.what
            ),
            None if was_away => tracing::info!("The OpenTelemetry collector takes {} again", self.what),
            _ => {}
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let Some(runtime) = &self.runtime else { return Err("it is being dropped".into()) };
        let request = request.map(|body| Bytes::from(self.redactor.masked(body.to_vec())));
        // This is a thread of the exporter's, which has nothing else to do.
        let sent = runtime.block_on(self.send(request)).map_err(reqwest::Error::without_url);
        self.note(match &sent {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("it answered {}", answer.status())),
            Err(error) => Some(chain(error)),
        });
        sent.map_err(Into::into)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Also where waiting is not allowed.
            runtime.shutdown_background();
        }
    }
}

/// An error with its causes: reqwest's own words alone do not tell "refused" from "timed out".
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string);
    std::iter::once(error.to_string()).chain(causes).collect::<Vec<_>>().join(": ")
}
