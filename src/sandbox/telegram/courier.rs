//! Posts updates to the webhook, whatever it takes.
//!
//! All waiting is by the world's clock, so a test that moves it ahead sees the retries of an hour in a moment.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::Value;
use tokio::sync::watch;

use super::calls;
use super::shared::Shared;
use super::webhook::{Failure, Shipment};
use crate::clock::{Stopwatch, Timestamp};

/// Telegram's own patience.
const RESPONSE_TIMEOUT: Duration = Duration::from_mins(1);
/// Methods that cannot be called by answering an update, apart from everything that only reads.
const NOT_IN_AN_ANSWER: [&str; 4] = ["setwebhook", "deletewebhook", "close", "logout"];

/// Delivers for as long as the server lives. Also sees to what ends by itself: drafts and old updates.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut changed = shared.changed.subscribe();
    loop {
        changed.mark_unchanged();
        let now = shared.clock.now();
        let (shipments, wake) = look(&shared, now);
        for shipment in shipments {
            let courier = Arc::clone(&shared);
            shared.run(async move { deliver(&courier, shipment).await });
        }
        wait(&shared, &mut changed, wake).await;
    }
}

/// Returns when the world has changed, or at the moment.
pub(super) async fn wait(shared: &Shared, changed: &mut watch::Receiver<u64>, moment: Option<Timestamp>) {
    tokio::select! {
        // The sender lives in `shared`, so it never fails.
        _ = changed.changed() => {}
        () = async {
            match moment {
                Some(moment) => shared.clock.sleep_until(moment).await,
                None => std::future::pending().await,
            }
        } => {}
    }
}

fn look(shared: &Shared, now: Timestamp) -> (Vec<Shipment>, Option<Timestamp>) {
    let mut world = shared.look();
    let draft = world.expire_drafts(now);
    let world = &mut *world;
    let (shipments, next) = match &mut world.webhook {
        Some(webhook) => webhook.due(&mut world.updates, now),
        None => (Vec::new(), None),
    };
    (shipments, [draft, next].into_iter().flatten().min())
}

/// Delivers one update, as many copies of it at once as were asked for; it counts when all were taken.
async fn deliver(shared: &Arc<Shared>, shipment: Shipment) {
    let copies = shared.look().switches.copies.max(1);
    let posted = Stopwatch::start();
    let posts = (0..copies).map(|_| post(shared, &shipment));
    let results = futures_util::future::join_all(posts).await;
    let failure = results.iter().find_map(|result| result.as_ref().err());
    let taken = posted.elapsed();
    shared.change(|world, now| {
        if let Some(acks) = world.acks.as_mut().filter(|_| failure.is_none()) {
            acks.push(taken);
        }
        let Some(webhook) = world.webhook.as_mut().filter(|it| it.generation == shipment.generation) else { return };
        match failure {
            None => webhook.delivered(shipment.place, &mut world.updates, now),
            Some(failure) => {
                if webhook.failed(shipment.place, failure, &mut world.updates, now) {
                    world.webhook = None;
                }
            }
        }
    });
    for answer in results.into_iter().flatten() {
        obey(shared, &answer).await;
    }
}

/// One request; the answer's body when it was taken.
async fn post(shared: &Shared, shipment: &Shipment) -> Result<Vec<u8>, Failure> {
    let mut request = shared
        .client
        .post(shipment.url.clone())
        .header(CONTENT_TYPE, "application/json")
        .body(shipment.body.to_string());
    if let Some(secret) = &shipment.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let answer = async {
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return response.bytes().await.map(|body| body.to_vec()).map_err(|error| unreachable(&error));
        }
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let reason = status.canonical_reason().unwrap_or_default();
        Err(Failure {
            message: format!("Wrong response from the webhook: {} {reason}", status.as_u16()).trim_end().to_owned(),
            retry_after: retry_after.map(Duration::from_secs),
            gone: status == reqwest::StatusCode::GONE,
        })
    };
    tokio::select! {
        answer = answer => answer,
        () = shared.clock.sleep(RESPONSE_TIMEOUT) => {
            Err(Failure { message: "Read timeout expired".to_owned(), retry_after: None, gone: false })
        }
    }
}

fn unreachable(error: &reqwest::Error) -> Failure {
    let message = if error.is_connect() { "Connection refused" } else { "Connection closed" };
    Failure { message: message.to_owned(), retry_after: None, gone: false }
}

/// A bot may call one method by answering an update with it; nobody hears what became of it.
async fn obey(shared: &Arc<Shared>, answer: &[u8]) {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice::<Value>(answer) else { return };
    let Some(Value::String(method)) = fields.remove("method") else { return };
    let lower = method.to_ascii_lowercase();
    if !lower.starts_with("get") && !NOT_IN_AN_ANSWER.contains(&lower.as_str()) {
        let params = super::params::Params { fields, ..Default::default() };
        // Boxed, because a call may in turn wait for updates in the type of its future.
        Box::pin(calls::perform(shared, &method, params)).await;
    }
}
