//! The table of everything that is published: the scrape's HELP and TYPE, the buckets, the labels and `docs/metrics.md`
//! all come from here, and a test holds the program, the dashboard and the alerts to it.
//!
//! A label whose values are known beforehand lists them, and its series stand at 0 from the start: a counter that appears
//! with its first failure has no increase for an alert to see. A label that cannot list its values says what bounds them.
//! There is none that a person's words or an id could get into.

use super::buckets::{BATCH, DELIVERY, DISK, MODEL};

/// Something that is published.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Its name, with its unit.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// What it is told apart by.
    pub labels: &'static [Label],
    /// What it says, in one sentence.
    pub help: &'static str,
}

/// What kind of number something is, in the words of Prometheus.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Only ever grows, from 0 at the start of the process.
    Counter,
    /// As it is now.
    Gauge,
    /// How many were at most so large, for each of these bounds.
    Histogram(&'static [f64]),
}

/// What a metric is told apart by.
#[derive(Debug, Clone, Copy)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// What it can be.
    pub values: Values,
}

/// What a label can be.
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// One of these.
    These(&'static [&'static str]),
    /// Not listed here, but bounded; in words.
    Bounded(&'static str),
}

impl Kind {
    /// As Prometheus calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

const fn counter(name: &'static str, labels: &'static [Label], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Counter, labels, help }
}

const fn gauge(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, labels: &[], help }
}

const fn histogram(name: &'static str, bounds: &'static [f64], help: &'static str) -> Metric {
    Metric { name, kind: Kind::Histogram(bounds), labels: &[], help }
}

const fn these(name: &'static str, values: &'static [&'static str]) -> Label {
    Label { name, values: Values::These(values) }
}

/// How writing an answer ends.
const ENDS: &[&str] = &[
    "complete",
    "stopped",
    "edited",
    "timed_out",
    "busy",
    "stalled",
    "cut_off",
    "account",
    "context_too_long",
    "moderated",
    "only_reasoning",
    "empty",
    "no_such_model",
    "refused",
];
/// What the first answer to a request to the model's server is.
const REQUESTS: &[&str] =
    &["accepted", "busy", "stalled", "account", "context_too_long", "moderated", "no_such_model", "refused"];
/// How work on an update ends.
const WORKED: &[&str] = &["done", "retry", "parked", "undeliverable", "later", "lost", "stopped", "panic"];
const MODELS: Label = Label { name: "model", values: Values::Bounded("the first 50 models that served; then `other`") };
const METHODS: Label = Label { name: "method", values: Values::Bounded("the methods that the program calls") };
const OUTCOMES: Label = Label {
    name: "outcome",
    values: Values::Bounded(
        "`ok`, `retry_after` (429), `not_sent`, `unknown`, `unauthorized`, `conflict`, `migrated`, `refused`",
    ),
};

/// Everything but what the process itself is known by ([`PROCESS`](super::PROCESS)).
pub const METRICS: &[Metric] = &[
    Metric {
        name: "routergram_build_info",
        kind: Kind::Gauge,
        labels: &[Label { name: "version", values: Values::Bounded("the program's own") }],
        help: "Always 1; the label says which program runs.",
    },
    gauge("routergram_ready", "1 when updates are taken and answered, 0 while starting, draining or without a store."),
    // People.
    counter(
        "routergram_updates_total",
        &[these("outcome", &["new", "duplicate", "parked", "refused", "fleeting"])],
        "Updates that came in: stored, known already, unreadable and put aside, not stored (Telegram brings them again), or \
         not to be stored (what somebody types inline).",
    ),
    counter(
        "routergram_updates_ignored_total",
        &[Label { name: "kind", values: Values::Bounded("the kinds that the Bot API knows; then `other`") }],
        "Updates that ask for nothing.",
    ),
    counter(
        "routergram_updates_parked_total",
        &[these("cause", &["unreadable", "deadly", "failing", "refused"])],
        "Updates that were given up and put aside for people to look at.",
    ),
    counter(
        "routergram_updates_worked_total",
        &[these("outcome", WORKED)],
        "Pieces of work on an update, by how they ended; one that is tried again counts each time.",
    ),
    histogram("routergram_updates_work_seconds", MODEL, "How long a piece of work on an update took."),
    gauge("routergram_updates_waiting", "Updates that are stored and not finished."),
    gauge("routergram_updates_oldest_age_seconds", "How long the oldest unfinished update has waited; 0 without one."),
    gauge("routergram_updates_in_flight", "Updates that are being worked on, Stop buttons aside."),
    gauge("routergram_updates_set_aside", "Updates that were put aside and are kept in the store."),
    counter(
        "routergram_inline_typed_total",
        &[these("outcome", &["offered", "hint", "not_allowed", "no_budget", "too_late", "dropped"])],
        "What people typed inline, by what they were offered: their question, a hint, the way to the private chat, or \
         nothing, because it was too late or too much at once.",
    ),
    // Answers.
    counter("routergram_answers_total", &[these("ended", ENDS)], "Answers of the model, by how writing them ended."),
    histogram("routergram_answer_first_token_seconds", MODEL, "From asking the model to its first word."),
    histogram(
        "routergram_answer_first_frame_seconds",
        MODEL,
        "From asking the model to the first words that a person saw growing; answers that came at once are not counted.",
    ),
    histogram("routergram_answer_written_seconds", MODEL, "From asking the model to its last word."),
    histogram(
        "routergram_answer_delivered_seconds",
        MODEL,
        "From the receipt of a question to the delivery of the whole answer.",
    ),
    // Money.
    counter(
        "routergram_tokens_total",
        &[MODELS, these("kind", &["prompt", "completion", "reasoning", "cached"])],
        "Tokens that answers used; reasoning is a part of completion, cached a part of prompt.",
    ),
    counter("routergram_cost_usd_total", &[MODELS], "US dollars that answers cost, as far as the provider told."),
    counter(
        "routergram_cost_lookups_total",
        &[these("outcome", &["known", "not_known", "no_records", "refused", "failed"])],
        "Costs that were not told with the answer and looked up afterwards.",
    ),
    counter("routergram_costs_given_up_total", &[], "Answers whose cost stays unknown."),
    gauge(
        "routergram_reserved_usd",
        "US dollars that are kept back of budgets for answers whose cost is not known yet, as far as prices are known.",
    ),
    counter(
        "routergram_budget_refusals_total",
        &[these("budget", &["person", "answer", "bot"])],
        "Questions that were not asked, because a person's budget for the day was used up, or was less than the answer may \
         cost, or the whole bot's was used up.",
    ),
    counter(
        "routergram_files_unread_total",
        &[these(
            "reason",
            &[
                "model_sees_nothing",
                "model_hears_nothing",
                "cannot_repaint",
                "not_heard",
                "no_words",
                "too_much",
                "too_large",
                "empty",
                "unreadable",
                "odd_picture",
                "gone",
                "unreachable",
            ],
        )],
        "Questions that were not asked, because what came with them could not be read, or not by the model.",
    ),
    counter(
        "routergram_questions_in_doubt_total",
        &[],
        "Questions that a process died over before the ledger knew whether the model had begun to answer.",
    ),
    // The model.
    counter(
        "routergram_model_requests_total",
        &[these("outcome", REQUESTS)],
        "Requests to the model's server, by its first answer.",
    ),
    counter("routergram_model_requests_repeated_total", &[], "Requests that were made again before the first word."),
    // Telegram.
    counter("routergram_telegram_calls_total", &[METHODS, OUTCOMES], "Calls to the Bot API."),
    histogram("routergram_telegram_call_seconds", DELIVERY, "How long calls to the Bot API took, polling aside."),
    Metric {
        name: "routergram_telegram_wait_seconds",
        kind: Kind::Histogram(DELIVERY),
        labels: &[these("urgency", &["final", "reply", "preview"])],
        help: "How long calls waited for their turn under Telegram's limits; those that did not wait are not counted.",
    },
    gauge(
        "routergram_telegram_pace_calls_per_second",
        "Most calls a second, as set or learnt; 0 while no limit is known.",
    ),
    counter(
        "routergram_sends_repeated_total",
        &[these("cause", &["crash", "no_answer"])],
        "Messages that may have arrived twice, because nobody knows whether the first attempt arrived.",
    ),
    gauge("routergram_webhook_pending_updates", "Updates that wait at Telegram for the webhook, as of the last look."),
    counter("routergram_webhook_failures_total", &[], "Looks at the webhook that showed another failed delivery."),
    counter(
        "routergram_webhook_repairs_total",
        &[these("found", &["none", "foreign"])],
        "Times that the webhook was set again, by what stood there.",
    ),
    histogram(
        "routergram_webhook_ack_seconds",
        DISK,
        "From an update's whole request to the 200 that confirms it, with its commit.",
    ),
    // The store.
    histogram(
        "routergram_store_commit_seconds",
        DISK,
        "How long the store's transactions took, each with one fsync: the count is that of the fsyncs.",
    ),
    histogram("routergram_store_commit_jobs", BATCH, "How many writes shared a transaction."),
    counter(
        "routergram_store_failures_total",
        &[these("kind", &["refused", "fatal"])],
        "Transactions that the disk refused, or after which the store is not trusted any more.",
    ),
    histogram("routergram_store_checkpoint_seconds", DISK, "How long it took to copy the log back into the database."),
    gauge("routergram_store_size_bytes", "Size of the database, its log aside."),
    gauge("routergram_store_log_size_bytes", "Size of the write-ahead log."),
    gauge("routergram_disk_free_bytes", "What the program may still write where the data folder is."),
    gauge("routergram_disk_size_bytes", "Size of the file system where the data folder is."),
];
