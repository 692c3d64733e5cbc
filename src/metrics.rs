//! Every number we publish, by name, in one place.
//!
//! Counters live in the process-wide recorder of the `metrics` crate and are rendered at `/metrics`. No label holds
//! anything that a person wrote or an id of a person or chat.

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// Installs the recorder; the handle renders it.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0])?
        .build_recorder();
    let handle = recorder.handle();
    // A second app in one process (tests) keeps the first recorder: the numbers are per process.
    let _ = metrics::set_global_recorder(recorder);
    Ok(handle)
}

/// An update came in: `outcome` is "new", "duplicate", "parked" or "refused".
pub fn update_received(outcome: &'static str) {
    counter!("routergram_updates_total", "outcome" => outcome).increment(1);
}

/// An update was none of ours: its kind.
pub fn update_ignored(kind: &str) {
    counter!("routergram_updates_ignored_total", "kind" => kind.to_owned()).increment(1);
}

/// An update was given up.
pub fn update_parked(cause: &'static str) {
    counter!("routergram_updates_parked_total", "cause" => cause).increment(1);
}

/// Work on an update ended: "done", "retry", "parked", "lost", "panic".
pub fn update_worked(outcome: &'static str, seconds: f64) {
    counter!("routergram_worked_total", "outcome" => outcome).increment(1);
    histogram!("routergram_work_seconds").record(seconds);
}

/// A message may have been sent twice, because it is not known whether the first attempt arrived.
pub fn send_repeated(cause: &'static str) {
    counter!("routergram_sends_repeated_total", "cause" => cause).increment(1);
}

/// An answer ended: "complete", "stopped", "cut", or the failure's name.
pub fn answer_ended(how: &'static str) {
    counter!("routergram_answers_total", "ended" => how).increment(1);
}

/// The cost of an answer was looked up: `known`, `not_known`, `no_records`, `refused` or `failed`.
pub fn cost_looked_up(outcome: &'static str) {
    counter!("routergram_cost_lookups_total", "outcome" => outcome).increment(1);
}

/// So many answers stay without a cost in the ledger, because nobody tells it.
pub fn costs_given_up(count: usize) {
    counter!("routergram_costs_given_up_total").increment(count as u64);
}

/// A call to Telegram failed: its method and what kind of failure it was.
pub fn telegram_failed(method: &'static str, failure: &'static str) {
    counter!("routergram_telegram_failures_total", "method" => method, "failure" => failure).increment(1);
}

/// How many calls a second go to Telegram at most, as set or learnt; 0 while no limit is known.
pub fn telegram_pace(per_second: f64) {
    gauge!("routergram_telegram_pace").set(per_second);
}

/// How long a call to Telegram waited for its turn; those that did not wait are not counted. `urgency` is "final",
/// "reply" or "preview".
pub fn telegram_waited(urgency: &'static str, seconds: f64) {
    histogram!("routergram_telegram_wait_seconds", "urgency" => urgency).record(seconds);
}

/// Updates being worked on now.
#[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
pub fn in_flight(count: usize) {
    gauge!("routergram_in_flight").set(count as f64);
}

/// Updates that wait at Telegram for the webhook, as of the last look.
#[expect(clippy::cast_precision_loss, reason = "at most some millions")]
pub fn webhook_pending(updates: u64) {
    gauge!("routergram_webhook_pending_updates").set(updates as f64);
}

/// A look at the webhook showed that a delivery had failed since the look before.
pub fn webhook_failed() {
    counter!("routergram_webhook_failures_total").increment(1);
}

/// The webhook was set again: `found` is what stood there, "none" or "foreign".
pub fn webhook_repaired(found: &'static str) {
    counter!("routergram_webhook_repairs_total", "found" => found).increment(1);
}
