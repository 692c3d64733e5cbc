//! What the fake does: its pace, its answers, its faults, as state that is set and stays set until it is changed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::account::Account;
use super::answer::pleasant_answer;
use super::beside::Trade;
use super::journal::AskedRequest;

/// How the tokens and the cost of an answer are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reporting {
    /// In a last chunk with empty `choices`, as OpenRouter does.
    #[default]
    LastChunk,
    /// On the chunk with the finish reason, as some other servers do.
    WithFinish,
    /// In a last chunk, but the tokens alone, as servers that do not bill do.
    TokensOnly,
    /// Not at all.
    Never,
}

/// When a generation that has ended can be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Records {
    /// As soon as it has ended.
    #[default]
    AtOnce,
    /// Not yet.
    Late,
    /// Never: there is no such address, as at servers that do not bill.
    Nowhere,
}

/// Something that goes wrong. "After `chunks`" counts the deltas with reasoning or text that were sent before.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// A response with this status, these headers and this body.
    Status {
        /// HTTP status.
        status: u16,
        /// Name and value.
        headers: Vec<(String, String)>,
        /// As it is sent; with a content type that fits it.
        body: String,
    },
    /// Status 200 with a JSON body that is an error.
    ErrorIn200 {
        /// The value of `error`.
        error: Value,
    },
    /// An error chunk inside the stream, which then ends.
    ErrorAfter {
        /// Deltas sent before.
        chunks: usize,
        /// The value of `error`.
        error: Value,
    },
    /// The connection breaks.
    CutAfter {
        /// Deltas sent before.
        chunks: usize,
    },
    /// The body ends properly, but without a finish reason and without `[DONE]`.
    EndAfter {
        /// Deltas sent before.
        chunks: usize,
    },
    /// Nothing but `: OPENROUTER PROCESSING` comments from then on, a second apart, for ever.
    SilenceAfter {
        /// Deltas sent before.
        chunks: usize,
    },
    /// A `data:` line that is no JSON; the stream then ends.
    GarbageAfter {
        /// Deltas sent before.
        chunks: usize,
    },
    /// A stream without a delta, with a blank finish reason.
    Empty,
    /// Reasoning alone, ended by `finish_reason: length`.
    OnlyReasoning,
    /// Not even a response: the connection stays open.
    NoResponse,
}

impl Fault {
    /// An error response as OpenRouter writes it.
    #[must_use]
    pub fn status(status: u16, message: &str, error_type: &str) -> Self {
        let error = json!({"code": status, "message": message, "metadata": {"error_type": error_type}});
        Self::Status { status, headers: Vec::new(), body: json!({"error": error}).to_string() }
    }

    /// 402: the account has no credit.
    #[must_use]
    pub fn no_credit() -> Self {
        Self::status(402, "Insufficient credits. Add more using https://openrouter.ai/credits", "payment_required")
    }

    /// 429, with `Retry-After` when it is given.
    #[must_use]
    pub fn rate_limited(retry_after: Option<Duration>) -> Self {
        let mut fault = Self::status(429, "Rate limit exceeded", "rate_limit_exceeded");
        if let (Self::Status { headers, .. }, Some(after)) = (&mut fault, retry_after) {
            headers.push(("retry-after".into(), after.as_secs().to_string()));
        }
        fault
    }

    /// 502 with a proxy's HTML page.
    #[must_use]
    pub fn bad_gateway() -> Self {
        let body = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>".into();
        Self::Status { status: 502, headers: Vec::new(), body }
    }

    /// 529: the provider is overloaded.
    #[must_use]
    pub fn overloaded() -> Self {
        Self::status(529, "Provider returned error", "provider_overloaded")
    }

    /// 403: the content was flagged. The metadata quotes the question, as OpenRouter's does.
    #[must_use]
    pub fn moderated(flagged_input: &str) -> Self {
        let metadata = json!({"reasons": ["violence"], "flagged_input": flagged_input, "provider_name": "Sandbox"});
        let error = json!({"code": 403, "message": "Your chosen model requires moderation and your input was flagged",
            "metadata": metadata});
        Self::Status { status: 403, headers: Vec::new(), body: json!({"error": error}).to_string() }
    }

    /// 400: the question with its context does not fit.
    #[must_use]
    pub fn context_too_long() -> Self {
        let message = "This endpoint's maximum context length is 8192 tokens. However, you requested about 9000 tokens. \
            Please reduce the length of either one.";
        Self::status(400, message, "context_length_exceeded")
    }

    /// An error chunk as a provider that goes away causes it.
    #[must_use]
    pub fn upstream_error_after(chunks: usize) -> Self {
        let error = json!({"code": "server_error", "message": "Provider disconnected unexpectedly",
            "metadata": {"error_type": "provider_unavailable"}});
        Self::ErrorAfter { chunks, error }
    }
}

/// Holds one stream back until it is released; dropping it releases, too.
#[must_use = "a gate that is dropped is open"]
#[derive(Debug)]
pub struct Gate {
    reached: watch::Receiver<bool>,
    _closed: watch::Sender<()>,
}

impl Gate {
    /// Returns when the stream has come to the gate (or has ended before it).
    pub async fn reached(&mut self) {
        // An error means that the other side is gone, and with it the stream.
        let _ = self.reached.wait_for(|reached| *reached).await;
    }

    /// Lets the stream go on.
    pub fn release(self) {}
}

/// The stream's side of a [`Gate`].
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) after: usize,
    reached: watch::Sender<bool>,
    closed: watch::Receiver<()>,
}

impl Hold {
    pub(super) fn new(after: usize) -> (Self, Gate) {
        let (reached, seen) = watch::channel(false);
        let (keeper, closed) = watch::channel(());
        (Self { after, reached, closed }, Gate { reached: seen, _closed: keeper })
    }

    /// Returns when the gate was dropped.
    pub(super) async fn pass(&mut self) {
        self.reached.send_replace(true);
        while self.closed.changed().await.is_ok() {}
    }
}

/// Says of a request whether its answer may begin.
pub(super) type Condition = Arc<dyn Fn(&AskedRequest) -> bool + Send + Sync>;

/// Makes an answer from a request.
pub(super) type Answerer = Arc<dyn Fn(&AskedRequest) -> String + Send + Sync>;

/// What befalls calls beside the conversation.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) faults: VecDeque<Fault>,
    pub(super) lasting: Option<Fault>,
    pub(super) holds: VecDeque<Hold>,
}

/// All that can be set.
pub(super) struct Behaviour {
    /// Is a request refused that does not stream?
    pub(super) strict: bool,
    pub(super) answerer: Answerer,
    pub(super) first_delta_after: Duration,
    pub(super) chunk_every: Duration,
    /// Characters to a chunk; word by word without.
    pub(super) chunk_chars: Option<usize>,
    /// Reasoning deltas before the text.
    pub(super) thoughts: usize,
    /// A comment before every chunk.
    pub(super) comments: bool,
    /// Are answers streamed to those who want that?
    pub(super) streams: bool,
    pub(super) reporting: Reporting,
    pub(super) records: Records,
    /// The statuses with which the next lookups are refused.
    pub(super) refused_lookups: VecDeque<u16>,
    /// More messages than this are `context_length_exceeded`.
    pub(super) context_messages: Option<usize>,
    pub(super) unavailable_models: BTreeSet<String>,
    /// So many models more are on the list.
    pub(super) more_models: usize,
    /// How the list is answered instead.
    pub(super) list_fault: Option<Fault>,
    /// What the next requests for the list wait for.
    pub(super) list_holds: VecDeque<Hold>,
    pub(super) faults: VecDeque<Fault>,
    pub(super) lasting_fault: Option<Fault>,
    pub(super) holds: VecDeque<Hold>,
    /// Those that hold a response back before its headers.
    pub(super) doors: VecDeque<Hold>,
    /// What the first delta of every answer waits for.
    pub(super) first_delta_when: Option<Condition>,
    pub(super) account: Account,
    pub(super) beside: BTreeMap<Trade, Beside>,
    /// What recordings are heard as.
    pub(super) hears: Option<String>,
}

impl Default for Behaviour {
    /// A person can follow it: half a second of thinking, then about twenty words a second.
    fn default() -> Self {
        Self {
            strict: true,
            answerer: Arc::new(pleasant_answer),
            first_delta_after: Duration::from_millis(500),
            chunk_every: Duration::from_millis(50),
            chunk_chars: None,
            thoughts: 0,
            comments: true,
            streams: true,
            reporting: Reporting::default(),
            records: Records::default(),
            refused_lookups: VecDeque::new(),
            context_messages: None,
            unavailable_models: BTreeSet::new(),
            more_models: 0,
            list_fault: None,
            list_holds: VecDeque::new(),
            faults: VecDeque::new(),
            lasting_fault: None,
            holds: VecDeque::new(),
            doors: VecDeque::new(),
            first_delta_when: None,
            account: Account::default(),
            beside: BTreeMap::new(),
            hears: None,
        }
    }
}
