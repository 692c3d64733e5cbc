//! Every number we publish, in one place: what they are called is in [`METRICS`] and [`PROCESS`], and here is one
//! function for each thing that is worth counting.
//!
//! Counters live in the process-wide recorder of the `metrics` crate and are rendered at `/metrics`. No label holds
//! anything that a person wrote or an id of a person or chat, and every label's values are bounded.
//!
//! What is counted for every update or commit goes through handles that are looked up once ([`Hot`]): an atomic addition
//! each. So does what every answer counts under labels, but for a look into a small map ([`Series`]). The rest looks its series
//! up by name (some 100 ns, and four allocations), which is nothing beside what it counts.

use std::sync::{Arc, OnceLock};

use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

mod buckets;
mod names;
mod page;
mod process;
mod reference;
mod series;
mod spend;
mod table;

use names::Names;
pub use page::Published;
pub use process::PROCESS;
pub use reference::reference;
use series::Series;
use spend::Spend;
pub use table::{Kind, Label, METRICS, Metric, Values};

/// More models than a bot's owner chooses, few enough for every database of metrics.
static MODELS: Names = Names::at_most(50);
/// The Bot API has some 25 kinds of updates.
static KINDS: Names = Names::at_most(40);
static SPENT: Spend = Spend::nothing();
/// By model and kind.
static TOKENS: Series<(Arc<str>, &str)> = Series::none();
/// By method and outcome.
static CALLS: Series<(&str, &str)> = Series::none();
/// By outcome.
static REQUESTS: Series<&str> = Series::none();
/// By how they ended.
static ANSWERS: Series<&str> = Series::none();
static HOT: OnceLock<Hot> = OnceLock::new();
static PUBLISHED: OnceLock<PrometheusHandle> = OnceLock::new();

/// What is counted so often that it should not be looked up.
struct Hot {
    new: Counter,
    duplicate: Counter,
    done: Counter,
    work_seconds: Histogram,
    in_flight: Gauge,
    ack_seconds: Histogram,
    commit_seconds: Histogram,
    commit_jobs: Histogram,
    call_seconds: Histogram,
    first_token: Histogram,
    written: Histogram,
    delivered: Histogram,
    reserved: Gauge,
}

/// Installs the recorder, with everything that can be known at 0. A second app in one process (tests) has the first one's:
/// the numbers are per process.
pub fn install() -> Result<Published, BuildError> {
    if let Some(handle) = PUBLISHED.get() {
        return Ok(Published::new(handle.clone()));
    }
    let mut builder = PrometheusBuilder::new();
    for metric in METRICS {
        if let Kind::Histogram(bounds) = metric.kind {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.to_owned()), bounds)?;
        }
    }
    let recorder = builder.build_recorder();
    let handle = PUBLISHED.get_or_init(|| recorder.handle()).clone();
    if metrics::set_global_recorder(recorder).is_ok() {
        METRICS.iter().for_each(introduce);
        let _ = HOT.set(Hot::look_up());
        gauge!("routergram_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1);
    }
    Ok(Published::new(handle))
}

/// Says what a metric is, and lets its series begin at 0 where they are known. Dollars are rendered apart.
fn introduce(metric: &Metric) {
    match metric.kind {
        _ if metric.name == page::DOLLARS => return,
        Kind::Counter => describe_counter!(metric.name, metric.help),
        Kind::Gauge => describe_gauge!(metric.name, metric.help),
        Kind::Histogram(_) => describe_histogram!(metric.name, metric.help),
    }
    let series: Vec<Vec<(&'static str, &'static str)>> = match metric.labels {
        [] => vec![Vec::new()],
        [Label { name, values: Values::These(values) }] => values.iter().map(|value| vec![(*name, *value)]).collect(),
        _ => Vec::new(),
    };
    for labels in series {
        match metric.kind {
            Kind::Counter => counter!(metric.name, &labels).increment(0),
            Kind::Gauge => gauge!(metric.name, &labels).set(0),
            Kind::Histogram(_) => drop(histogram!(metric.name, &labels)),
        }
    }
}

impl Hot {
    fn look_up() -> Self {
        Self {
            new: counter!("routergram_updates_total", "outcome" => "new"),
            duplicate: counter!("routergram_updates_total", "outcome" => "duplicate"),
            done: counter!("routergram_updates_worked_total", "outcome" => "done"),
            work_seconds: histogram!("routergram_updates_work_seconds"),
            in_flight: gauge!("routergram_updates_in_flight"),
            ack_seconds: histogram!("routergram_webhook_ack_seconds"),
            commit_seconds: histogram!("routergram_store_commit_seconds"),
            commit_jobs: histogram!("routergram_store_commit_jobs"),
            call_seconds: histogram!("routergram_telegram_call_seconds"),
            first_token: histogram!("routergram_answer_first_token_seconds"),
            written: histogram!("routergram_answer_written_seconds"),
            delivered: histogram!("routergram_answer_delivered_seconds"),
            reserved: gauge!("routergram_reserved_usd"),
        }
    }
}

/// Before the recorder is installed (and in most tests) nothing is counted.
fn hot(count: impl FnOnce(&Hot)) {
    if let Some(hot) = HOT.get() {
        count(hot);
    }
}

/// An update came in: `outcome` is "new", "duplicate", "parked" or "refused".
pub fn update_received(outcome: &'static str) {
    match outcome {
        "new" => hot(|hot| hot.new.increment(1)),
        "duplicate" => hot(|hot| hot.duplicate.increment(1)),
        _ => counter!("routergram_updates_total", "outcome" => outcome).increment(1),
    }
}

/// An update was none of ours: its kind.
pub fn update_ignored(kind: &str) {
    counter!("routergram_updates_ignored_total", "kind" => KINDS.label(kind)).increment(1);
}

/// An update was given up.
pub fn update_parked(cause: &'static str) {
    counter!("routergram_updates_parked_total", "cause" => cause).increment(1);
}

/// Work on an update ended: "done", "retry", "parked", "undeliverable", "later", "lost", "stopped" or "panic".
pub fn update_worked(outcome: &'static str, seconds: f64) {
    match outcome {
        "done" => hot(|hot| hot.done.increment(1)),
        _ => counter!("routergram_updates_worked_total", "outcome" => outcome).increment(1),
    }
    hot(|hot| hot.work_seconds.record(seconds));
}

/// Updates being worked on now.
pub fn in_flight(count: usize) {
    hot(|hot| hot.in_flight.set(float(count as u64)));
}

/// A message may have been sent twice, because it is not known whether the first attempt arrived.
pub fn send_repeated(cause: &'static str) {
    counter!("routergram_sends_repeated_total", "cause" => cause).increment(1);
}

/// The first word of an answer came, so long after it was asked for.
pub fn first_token(seconds: f64) {
    hot(|hot| hot.first_token.record(seconds));
}

/// A person saw the first words of an answer, so long after it was asked for.
pub fn first_frame(seconds: f64) {
    histogram!("routergram_answer_first_frame_seconds").record(seconds);
}

/// An answer ended: "complete", "stopped", "cut", or the failure's name; so long after it was asked for.
pub fn answer_ended(how: &'static str, seconds: f64) {
    hot(|hot| {
        ANSWERS.count(how, 1, |how| counter!("routergram_answers_total", "ended" => *how));
        hot.written.record(seconds);
    });
}

/// A whole answer is with whoever asked, so long after the question came.
pub fn answer_delivered(seconds: f64) {
    hot(|hot| hot.delivered.record(seconds));
}

/// Tokens of an answer: `kind` is "prompt", "completion", "reasoning" or "cached".
pub fn tokens_used(model: &str, kind: &'static str, count: i64) {
    let count = u64::try_from(count).unwrap_or(0);
    hot(|_| {
        TOKENS.count(
            (MODELS.label(model), kind),
            count,
            |(model, kind)| counter!("routergram_tokens_total", "model" => Arc::clone(model), "kind" => *kind),
        );
    });
}

/// An answer, or a look at its cost afterwards, told what it cost, in millionths of a dollar.
pub fn cost(model: &str, micro_usd: i64) {
    SPENT.add(MODELS.label(model), u64::try_from(micro_usd).unwrap_or(0));
}

/// The cost of an answer was looked up: `known`, `not_known`, `no_records`, `refused` or `failed`.
pub fn cost_looked_up(outcome: &'static str) {
    counter!("routergram_cost_lookups_total", "outcome" => outcome).increment(1);
}

/// So many answers stay without a cost in the ledger, because nobody tells it.
pub fn costs_given_up(count: usize) {
    counter!("routergram_costs_given_up_total").increment(count as u64);
}

/// So much is kept back of budgets now, in millionths of a dollar.
pub fn reserved(micro_usd: i64) {
    hot(|hot| hot.reserved.set(float(micro_usd.max(0).unsigned_abs()) / 1e6));
}

/// A question was not asked: whose budget has no room for it, "person", "answer" or "bot".
pub fn refused_by_budget(whose: &'static str) {
    counter!("routergram_budget_refusals_total", "budget" => whose).increment(1);
}

/// A question was not asked: what came with it cannot be read, for one of the reasons in the table.
pub fn files_unread(reason: &'static str) {
    counter!("routergram_files_unread_total", "reason" => reason).increment(1);
}

/// Somebody typed inline.
pub fn inline_typed(outcome: &'static str) {
    counter!("routergram_inline_typed_total", "outcome" => outcome).increment(1);
}

/// So many questions may have been taken by the provider before an earlier process died.
pub fn questions_in_doubt(count: u64) {
    counter!("routergram_questions_in_doubt_total").increment(count);
}

/// The model's server answered a request, or did not: "accepted", or what the failure means.
pub fn model_requested(outcome: &'static str) {
    hot(|_| REQUESTS.count(outcome, 1, |outcome| counter!("routergram_model_requests_total", "outcome" => *outcome)));
}

/// A request to the model's server will be made again.
pub fn model_request_repeated() {
    counter!("routergram_model_requests_repeated_total").increment(1);
}

/// A call to Telegram ended: its method, "ok" or what kind of failure it was, and how long it took. A poll takes as long
/// as nobody writes, so its time says nothing.
pub fn telegram_called(method: &'static str, outcome: &'static str, seconds: f64) {
    hot(|hot| {
        CALLS.count(
            (method, outcome),
            1,
            |(method, outcome)| counter!("routergram_telegram_calls_total", "method" => *method, "outcome" => *outcome),
        );
        if !method.eq_ignore_ascii_case("getUpdates") {
            hot.call_seconds.record(seconds);
        }
    });
}

/// How many calls a second go to Telegram at most, as set or learnt; 0 while no limit is known.
pub fn telegram_pace(per_second: f64) {
    gauge!("routergram_telegram_pace_calls_per_second").set(per_second);
}

/// How long a call to Telegram waited for its turn; those that did not wait are not counted. `urgency` is "final",
/// "reply" or "preview".
pub fn telegram_waited(urgency: &'static str, seconds: f64) {
    histogram!("routergram_telegram_wait_seconds", "urgency" => urgency).record(seconds);
}

/// The store tried to commit so many writes at once. `failed` is "refused" or "fatal".
pub fn committed(jobs: usize, seconds: f64, failed: Option<&'static str>) {
    hot(|hot| {
        hot.commit_seconds.record(seconds);
        hot.commit_jobs.record(float(jobs as u64));
    });
    if let Some(kind) = failed {
        counter!("routergram_store_failures_total", "kind" => kind).increment(1);
    }
}

/// The store's log was copied back into the database.
pub fn checkpointed(seconds: f64) {
    histogram!("routergram_store_checkpoint_seconds").record(seconds);
}

/// An update that the webhook brought is stored and about to be confirmed.
pub fn webhook_acknowledged(seconds: f64) {
    hot(|hot| hot.ack_seconds.record(seconds));
}

/// Updates that wait at Telegram for the webhook, as of the last look.
pub fn webhook_pending(updates: u64) {
    gauge!("routergram_webhook_pending_updates").set(float(updates));
}

/// A look at the webhook showed that a delivery had failed since the look before.
pub fn webhook_failed() {
    counter!("routergram_webhook_failures_total").increment(1);
}

/// The webhook was set again: `found` is what stood there, "none" or "foreign".
pub fn webhook_repaired(found: &'static str) {
    counter!("routergram_webhook_repairs_total", "found" => found).increment(1);
}

/// Whether traffic should come here, as of this scrape.
pub fn ready(ready: bool) {
    gauge!("routergram_ready").set(f64::from(u8::from(ready)));
}

/// What waits in the store, as of this scrape: updates that are not finished, the age of the oldest in seconds, and
/// updates that were put aside.
pub fn waiting(updates: u64, oldest_seconds: f64, set_aside: u64) {
    gauge!("routergram_updates_waiting").set(float(updates));
    gauge!("routergram_updates_oldest_age_seconds").set(oldest_seconds);
    gauge!("routergram_updates_set_aside").set(float(set_aside));
}

/// What the store takes on its disk, in bytes, as of this scrape.
pub fn store_size(database: u64, log: u64) {
    gauge!("routergram_store_size_bytes").set(float(database));
    gauge!("routergram_store_log_size_bytes").set(float(log));
}

/// What the disk of the data folder has, in bytes, as of this scrape.
pub fn disk(free: u64, size: u64) {
    gauge!("routergram_disk_free_bytes").set(float(free));
    gauge!("routergram_disk_size_bytes").set(float(size));
}

#[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers; exact up to 2^53")]
const fn float(number: u64) -> f64 {
    number as f64
}
