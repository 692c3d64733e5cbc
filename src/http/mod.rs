//! The HTTP server: the webhook, health, metrics, an owner's requests, and the limits that keep strangers from wearing it down.
//!
//! `axum::serve` sets no header timeout (seen: half-sent requests stay open for ever), so the connections are served by
//! hyper's own builder: headers within ten seconds, at most a hundred of them in 32 KiB, and a cap on connections.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::intake::webhook::Webhook;
use crate::lifecycle::Tasks;
use crate::metrics::Published;

mod admin;
mod bearer;
mod health;

pub use admin::{Admin, Reach};
pub use health::{Health, Phase};

/// How long a request's headers may take. Telegram's come at once.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// Most headers of a request; hyper answers 431 beyond.
const HEADERS: usize = 100;
/// Room for a request's head; hyper answers 431 beyond.
const HEAD_BYTES: usize = 32 * 1024;
/// Most connections at once: Telegram's hundred, and two thousand half-open ones of somebody who tries. Never more than
/// half of the files that the process may open: the other half is for what it has to do.
const CONNECTIONS: usize = 4096;
/// How long a connection may live. One that does not read its answers would otherwise keep its place for ever; Telegram
/// opens a new one.
const CONNECTION_AGE: Duration = Duration::from_mins(5);
/// How long the request that is being answered then may still take.
const LAST_ANSWER: Duration = Duration::from_secs(30);
/// A pause after `accept` failed (no file descriptors left), so that the loop does not spin.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// What the server answers from.
#[derive(Clone)]
pub struct Site {
    /// How the program is.
    pub health: Health,
    /// The webhook, in webhook mode.
    pub webhook: Option<Arc<Webhook>>,
    /// Renders the metrics.
    pub metrics: Published,
    /// By which the age of what waits is told.
    pub clock: Clock,
    /// Opens `/metrics`; without one it does not exist.
    pub metrics_token: Option<SecretString>,
    /// What an owner may ask for; without a token for it, those addresses do not exist.
    pub admin: Option<Arc<Admin>>,
}

/// Serves until the hard stop: health is answered, and updates are told to come again, while the program drains.
pub async fn serve(listener: TcpListener, site: Site, tasks: Tasks) -> std::io::Result<()> {
    let service = TowerToHyperService::new(router(site));
    let places = Arc::new(Semaphore::new(CONNECTIONS.min(open_files() / 2)));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME).max_headers(HEADERS).max_buf_size(HEAD_BYTES);
    let hard = tasks.stop().hard.clone();
    loop {
        let accepted = tokio::select! {
            () = hard.cancelled() => return Ok(()),
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_AGAIN).await;
            continue;
        };
        // Beyond the cap a connection is closed at once; Telegram comes again.
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let connection = http.serve_connection(TokioIo::new(stream), service.clone());
        let hard = hard.clone();
        tasks.spawn(async move {
            let mut connection = std::pin::pin!(connection);
            // A broken connection is its client's business.
            let ended = tokio::select! {
                () = hard.cancelled() => true,
                _ = connection.as_mut() => true,
                () = tokio::time::sleep(CONNECTION_AGE) => false,
            };
            if !ended {
                connection.as_mut().graceful_shutdown();
                let _ = tokio::time::timeout(LAST_ANSWER, connection).await;
            }
            drop(place);
        });
    }
}

/// How many files this process may open, raised to what the system allows it: shells like to start with 1,024.
fn open_files() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

fn router(site: Site) -> Router {
    let admin = admin::routes(site.admin.clone());
    Router::new()
        .route("/healthz", axum::routing::get(health::live))
        .route("/livez", axum::routing::get(health::live))
        .route("/health", axum::routing::get(health::live))
        .route("/readyz", axum::routing::get(health::ready))
        .route("/metrics", axum::routing::get(health::metrics))
        .fallback(webhook)
        .with_state(site)
        .merge(admin)
}

/// The webhook's paths are configured, so they are compared here instead of being routes: a route's syntax would give a
/// meaning to some of their characters.
async fn webhook(State(site): State<Site>, request: Request<Body>) -> Response {
    match &site.webhook {
        Some(webhook) if webhook.serves(request.uri().path()) => webhook.receive(request).await,
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
