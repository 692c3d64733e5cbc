//! A stateful fake of OpenRouter, over HTTP on this machine.
//!
//! It is asked like the original and answers like it: comments before and between the data, the generation id in the
//! headers, usage with its cost in a last chunk, errors as statuses, inside a 200, and in the middle of a stream. Tests
//! set what it *is* (slow, overloaded, without a model, with a small context) rather than script responses, wait for
//! what happened rather than for time, and compare its own book with what the bot believes to have spent. For
//! `routergram sandbox` its defaults talk pleasantly, at a pace that a person can read.
//!
//! What it refuses: requests that OpenRouter would not take (`check`), which it also remembers as unexpected.

mod account;
mod answer;
mod behaviour;
mod beside;
mod catalog;
mod check;
mod journal;
mod media;
mod parts;
mod picture;
mod script;
mod server;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

pub use behaviour::{Fault, Gate, Records, Reporting};
pub use beside::Trade;
pub use catalog::{LISTENER, PAINTER};
pub use journal::{AskedBeside, AskedMessage, AskedRequest, Booking, Outcome};
pub use media::{AskedMedia, MediaKind};

use crate::clock::Clock;
use behaviour::{Behaviour, Hold};
use check::Checked;
use journal::Journal;

/// The fake. Clones are the same one; it stops when the last is dropped.
#[derive(Clone)]
pub struct FakeModel {
    shared: Arc<Shared>,
    base_url: Url,
    _alive: Arc<DropGuard>,
}

/// What the handles and the server share.
struct Shared {
    clock: Clock,
    behaviour: Mutex<Behaviour>,
    journal: Mutex<Journal>,
    counts: watch::Sender<Counts>,
    stopping: CancellationToken,
}

/// Where a response is held back.
#[derive(Default)]
struct Holds {
    before_headers: Option<Hold>,
    /// After so many deltas.
    after: Option<Hold>,
}

/// What has happened so far; whoever waits, waits for a change of this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    requests: usize,
    chunks: usize,
    open: usize,
    lookups: usize,
    lists: usize,
    beside: usize,
}

impl FakeModel {
    /// Listens on a free port of this machine. Its pauses are those of `clock`.
    pub async fn start(clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}/api/v1", listener.local_addr()?);
        let base_url = base_url.parse().map_err(io::Error::other)?;
        let stopping = CancellationToken::new();
        let shared = Arc::new(Shared {
            clock,
            behaviour: Mutex::default(),
            journal: Mutex::default(),
            counts: watch::Sender::default(),
            stopping: stopping.clone(),
        });
        serve(listener, Arc::clone(&shared));
        Ok(Self { shared, base_url, _alive: Arc::new(stopping.drop_guard()) })
    }

    /// What a client is given as its base address.
    #[must_use]
    pub fn base_url(&self) -> Url {
        self.base_url.clone()
    }

    /// Answers every question with this text.
    pub fn answers(&self, text: impl Into<String>) {
        let text = text.into();
        self.answers_with(move |_| text.clone());
    }

    /// Answers every question with what this makes of it.
    pub fn answers_with(&self, answerer: impl Fn(&AskedRequest) -> String + Send + Sync + 'static) {
        self.shared.behaviour().answerer = Arc::new(answerer);
    }

    /// Answers without any pause, as tests like it.
    pub fn in_a_hurry(&self) {
        self.first_delta_after(Duration::ZERO);
        self.chunk_every(Duration::ZERO);
    }

    /// The pause before the first delta.
    pub fn first_delta_after(&self, pause: Duration) {
        self.shared.behaviour().first_delta_after = pause;
    }

    /// The pause before every other delta.
    pub fn chunk_every(&self, pause: Duration) {
        self.shared.behaviour().chunk_every = pause;
    }

    /// So many characters to a delta; `None` for a word to each.
    pub fn chunk_size(&self, chars: Option<usize>) {
        self.shared.behaviour().chunk_chars = chars;
    }

    /// So many deltas of reasoning before the text.
    pub fn thinks_first(&self, deltas: usize) {
        self.shared.behaviour().thoughts = deltas;
    }

    /// Off for load tests: requests are counted and not kept.
    pub fn set_journal(&self, on: bool) {
        self.shared.journal().on = on;
    }

    /// Off: a request that does not stream is answered at once and as a whole, for clients of others.
    pub fn set_strict(&self, strict: bool) {
        self.shared.behaviour().strict = strict;
    }

    /// A comment before every delta, or none at all.
    pub fn comments(&self, on: bool) {
        self.shared.behaviour().comments = on;
    }

    /// From now on every answer comes in one piece, also where a stream was wanted, as from servers that cannot stream; its
    /// headers do not name it.
    pub fn streams_nothing(&self) {
        self.shared.behaviour().streams = false;
    }

    /// How usage and cost are told.
    pub fn reports(&self, reporting: Reporting) {
        self.shared.behaviour().reporting = reporting;
    }

    /// When a generation can be looked up.
    pub fn keeps_records(&self, records: Records) {
        self.shared.behaviour().records = records;
    }

    /// The next `times` lookups of generations are refused with this status.
    pub fn refuses_next_lookups(&self, times: usize, status: u16) {
        self.shared.behaviour().refused_lookups.extend(std::iter::repeat_n(status, times));
    }

    /// More messages than this are too long a context; `None` for no limit.
    pub fn context_limit(&self, messages: Option<usize>) {
        self.shared.behaviour().context_messages = messages;
    }

    /// Takes a model off the list: its fallbacks serve, or nobody.
    pub fn loses_model(&self, id: impl Into<String>) {
        self.shared.behaviour().unavailable_models.insert(id.into());
    }

    /// Lists so many models more, by made-up makers, some of them with prices that nobody can read.
    pub fn lists_more(&self, models: usize) {
        self.shared.behaviour().more_models = models;
    }

    /// The list of models meets this fault (a status alone) until `None`.
    pub fn fails_at_the_list(&self, fault: Option<Fault>) {
        self.shared.behaviour().list_fault = fault;
    }

    /// Returns when the list has been asked for so many times since the start, whatever came of it.
    pub async fn listed(&self, count: usize) {
        self.until(|counts| counts.lists >= count).await;
    }

    /// How often it was asked for its list.
    #[must_use]
    pub fn list_count(&self) -> usize {
        self.shared.counts.borrow().lists
    }

    /// The next `times` requests meet this fault, after those that were announced before.
    pub fn fails_next(&self, times: usize, fault: &Fault) {
        self.shared.behaviour().faults.extend(std::iter::repeat_n(fault.clone(), times));
    }

    /// Every request meets this fault until [`recovers`](Self::recovers).
    pub fn fails_always(&self, fault: Fault) {
        self.shared.behaviour().lasting_fault = Some(fault);
    }

    /// No fault is left, and no model lost.
    pub fn recovers(&self) {
        let mut behaviour = self.shared.behaviour();
        behaviour.faults.clear();
        behaviour.lasting_fault = None;
        behaviour.unavailable_models.clear();
        behaviour.list_fault = None;
        behaviour.refused_lookups.clear();
        for beside in behaviour.beside.values_mut() {
            beside.faults.clear();
            beside.lasting = None;
        }
    }

    /// The next request that is answered with a stream (and is not yet held) waits at this gate after `chunks` deltas,
    /// or before its finish when it has fewer. With 0 its headers are out, and nothing else.
    pub fn hold_after(&self, chunks: usize) -> Gate {
        let (hold, gate) = Hold::new(chunks);
        self.shared.behaviour().holds.push_back(hold);
        gate
    }

    /// The next request that is answered with a stream (and is not yet held so) waits at this gate before its headers.
    pub fn hold_before_headers(&self) -> Gate {
        let (hold, gate) = Hold::new(0);
        self.shared.behaviour().doors.push_back(hold);
        gate
    }

    /// The next request for the list of models (that is not yet held) waits at this gate.
    pub fn hold_the_list(&self) -> Gate {
        let (hold, gate) = Hold::new(0);
        self.shared.behaviour().list_holds.push_back(hold);
        gate
    }

    /// From now on the first delta of an answer waits, behind its headers, until this holds of its request.
    pub fn first_delta_when(&self, holds: impl Fn(&AskedRequest) -> bool + Send + Sync + 'static) {
        self.shared.behaviour().first_delta_when = Some(Arc::new(holds));
    }

    /// The well-formed requests, oldest first: the last few hundred.
    #[must_use]
    pub fn requests(&self) -> Vec<AskedRequest> {
        self.shared.journal().requests()
    }

    /// How many well-formed requests there were.
    #[must_use]
    pub fn request_count(&self) -> usize {
        self.shared.journal().total()
    }

    /// How often generations were looked up, whatever came of it.
    #[must_use]
    pub fn lookups(&self) -> usize {
        self.shared.counts.borrow().lookups
    }

    /// What was refused as wrong: sentences. A test that ends with any has found a fault.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        self.shared.journal().unexpected()
    }

    /// What was charged, oldest first. Requests that brought no token cost nothing and are not in it.
    #[must_use]
    pub fn book(&self) -> Vec<Booking> {
        self.shared.journal().book()
    }

    /// Returns when `count` well-formed requests have arrived since the start.
    pub async fn asked(&self, count: usize) {
        self.until(|counts| counts.requests >= count).await;
    }

    /// Returns when `count` deltas have been handed to the network since the start, over all requests.
    pub async fn sent(&self, count: usize) {
        self.until(|counts| counts.chunks >= count).await;
    }

    /// Returns when generations have been looked up `count` times since the start, whatever came of it.
    pub async fn looked_up(&self, count: usize) {
        self.until(|counts| counts.lookups >= count).await;
    }

    /// Returns when no response is being written: every outcome is known and every cost is in the book.
    pub async fn idle(&self) {
        self.until(|counts| counts.open == 0).await;
    }

    async fn until(&self, happened: impl FnMut(&Counts) -> bool) {
        // The sender lives in `self`, so waiting can only end well.
        let _ = self.shared.counts.subscribe().wait_for(happened).await;
    }
}

impl Shared {
    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records a well-formed request.
    fn arrived(&self, checked: Checked, model: Option<String>) -> AskedRequest {
        let mut journal = self.journal();
        let asked = server::recorded(journal.next_number(), self, checked, model);
        journal.record(&asked);
        drop(journal);
        self.counts.send_modify(|counts| {
            counts.requests += 1;
            counts.open += 1;
        });
        asked
    }

    /// What befalls this request: what follows from the state comes before what was announced.
    fn next_fault_and_holds(&self, asked: &AskedRequest, nobody: Option<&str>) -> (Option<Fault>, Holds) {
        let mut behaviour = self.behaviour();
        let too_long = behaviour.context_messages.is_some_and(|limit| asked.messages.len() > limit);
        let fault = if let Some(why) = nobody {
            Some(Fault::status(404, why, "not_found"))
        } else if too_long {
            Some(Fault::context_too_long())
        } else {
            behaviour.faults.pop_front().or_else(|| behaviour.lasting_fault.clone())
        };
        let streams = !matches!(fault, Some(Fault::Status { .. } | Fault::ErrorIn200 { .. } | Fault::NoResponse));
        let holds = if streams {
            Holds { before_headers: behaviour.doors.pop_front(), after: behaviour.holds.pop_front() }
        } else {
            Holds::default()
        };
        (fault, holds)
    }

    fn sent_a_chunk(&self) {
        self.counts.send_modify(|counts| counts.chunks += 1);
    }

    /// A response has ended; what it cost goes into the book.
    fn closed(&self, number: usize, outcome: Outcome, costs: Option<Booking>) {
        let mut journal = self.journal();
        journal.end(number, outcome);
        if let Some(costs) = costs {
            journal.book_in(costs);
        }
        drop(journal);
        self.counts.send_modify(|counts| counts.open -= 1);
    }

    /// A response that is an error from its first byte.
    fn closed_at_once(&self, number: usize) {
        self.closed(number, Outcome::Failed { chunks: 0 }, None);
    }
}

#[expect(clippy::disallowed_methods, reason = "the server ends with its handle, not with the bot's shutdown")]
fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let stopping = shared.stopping.clone().cancelled_owned();
    let router = server::router(shared);
    // A word at a time is what it writes: each must leave at once, as real providers' do.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopping).await });
}
