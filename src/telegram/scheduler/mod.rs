//! One scheduler for every call that Telegram counts: those that send or edit.
//!
//! Telegram publishes no limits, they differ from bot to bot, and whoever exceeds them is told with a 429 how long to
//! wait. So nothing is assumed before it was refused, and what was refused is obeyed where it was: in that chat
//! ([`chats`]), or, when several chats are refused at once, everywhere, by a pace that is learnt ([`pace`]). Until then
//! only the number of calls under way is bounded ([`window`]), so that a first refusal finds few others on the way.
//!
//! Who goes first is a matter of age and urgency ([`queue`]): previews give way to answers, but nothing starves.
//! Previews take a slot first and are written then, so a frame that waits is replaced by a newer one, never queued.
//!
//! All decisions are made by [`book::Book`], which never waits; this file waits. There is no task behind it: of those who
//! wait, one leads, which means it sleeps until somebody may go and lets them; when it goes itself, the next one leads.
//!
//! What it refuses: to hold a final text back because of a limit that nobody has met.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Lead, Notify, oneshot};

use crate::clock::{Clock, Timestamp};
use crate::metrics;
use book::{Answer, Asked, Book, Call};
use queue::Place;

mod book;
mod chats;
mod pace;
mod queue;
#[cfg(test)]
mod tests;
mod window;

pub(super) use book::{Outcome, Wish};

/// How long a preview that finds the queue full waits before it asks again: a frame of its kind is dropped.
const CROWDED: Duration = Duration::from_secs(1);

/// How much somebody waits for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// An answer. It goes before everything that came up to a second earlier.
    Final,
    /// The bot's own sentence, such as what a command is answered with.
    Reply,
    /// A look at an answer that is being written. It goes when nobody else has been waiting for five seconds.
    Preview,
    /// The message in which an answer will grow. It gives way to answers like a look; for the rest it is treated like the
    /// answer that it is the beginning of, since one that is written over it can be repeated without harm.
    Begin,
}

impl Urgency {
    const fn name(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Reply => "reply",
            Self::Preview => "preview",
            Self::Begin => "begin",
        }
    }
}

/// What Telegram counts together in one chat: a refusal of one kind says nothing about the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// New messages and edits.
    Message,
    /// Drafts.
    Draft,
    /// Changes of messages that were sent inline, counted by who sent them: which chats these are in, nobody tells.
    Inline,
}

/// The scheduler. Clones are the same one.
#[derive(Clone)]
pub(super) struct Scheduler(Arc<Shared>);

struct Shared {
    clock: Clock,
    desk: Mutex<Desk>,
    /// Held by the one that leads; handed on, in order of arrival, when it goes or is dropped.
    lead: Lead<()>,
    /// The one that leads should look again.
    changed: Notify,
}

/// The book, and how to reach those who wait in it.
struct Desk {
    book: Book,
    waiting: HashMap<Place, oneshot::Sender<Reply>>,
}

/// Go, or come back after this span.
type Reply = Result<Ticket, Duration>;

/// Where somebody finds themselves who lines up.
enum Line {
    Answered(Reply),
    Joined(Place, oneshot::Receiver<Reply>),
    Full,
}

impl Scheduler {
    /// With `max_per_second` as the owner's own limit, or without one.
    pub(super) fn new(clock: Clock, max_per_second: Option<u32>) -> Self {
        let desk = Desk { book: Book::new(max_per_second), waiting: HashMap::new() };
        Self(Arc::new(Shared { clock, desk: Mutex::new(desk), lead: Lead::new(()), changed: Notify::new() }))
    }

    /// Waits until this call may be made. An error is a span after which to come back: the chat is blocked for longer
    /// than it makes sense to wait here; previews never get one. Dropping the future leaves the queue.
    pub(super) async fn ticket(&self, wish: Wish) -> Result<Ticket, Duration> {
        let shared = &self.0;
        let (place, answer) = loop {
            match shared.ask(wish) {
                Line::Answered(reply) => return reply,
                Line::Full => shared.clock.sleep(CROWDED).await,
                Line::Joined(place, answer) => break (place, answer),
            }
        };
        let since = shared.clock.now();
        let waiting = Waiting { shared, place };
        let replied = tokio::select! {
            biased;
            replied = answer => replied,
            never = shared.lead() => match never {},
        };
        drop(waiting);
        metrics::telegram_waited(wish.urgency.name(), shared.clock.now().since(since).as_secs_f64());
        // The sender is dropped unused only by those who leave.
        replied.unwrap_or(Err(Duration::ZERO))
    }
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(self: &Arc<Self>, wish: Wish) -> Line {
        let mut desk = self.desk();
        let place = match desk.book.ask(wish, self.clock.now()) {
            Asked::Now(answer) => return Line::Answered(self.reply(answer)),
            Asked::Full => return Line::Full,
            Asked::Wait(place) => place,
        };
        let (sender, receiver) = oneshot::channel();
        desk.waiting.insert(place, sender);
        drop(desk);
        self.changed.notify_one();
        Line::Joined(place, receiver)
    }

    fn reply(self: &Arc<Self>, answer: Answer) -> Reply {
        match answer {
            Answer::Go(call) => Ok(Ticket { shared: Arc::clone(self), call, phase: Phase::Unused }),
            Answer::ComeBack(rest) => Err(rest),
        }
    }

    /// Writes something into the book and lets go who may go now. Returns when somebody else may, as far as that is
    /// known by now.
    fn change(self: &Arc<Self>, change: impl FnOnce(&mut Book, Timestamp)) -> Option<Timestamp> {
        let mut desk = self.desk();
        let now = self.clock.now();
        change(&mut desk.book, now);
        let (answers, next) = desk.book.pass(now);
        let gone: Vec<_> =
            answers.into_iter().filter_map(|(place, answer)| Some((desk.waiting.remove(&place)?, answer))).collect();
        drop(desk);
        for (sender, answer) in gone {
            // A ticket that nobody takes any more gives itself back, which needs the desk: so not while it is locked.
            let _ = sender.send(self.reply(answer));
        }
        next
    }

    /// Lets the others go when their time has come, for as long as it is polled.
    async fn lead(self: &Arc<Self>) -> std::convert::Infallible {
        let _lead = self.lead.lock().await;
        loop {
            match self.change(|_, _| {}) {
                Some(next) => tokio::select! {
                    () = self.clock.sleep_until(next) => {}
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    /// The same as [`change`](Self::change), by one who does not lead.
    fn note(self: &Arc<Self>, change: impl FnOnce(&mut Book, Timestamp)) {
        if self.change(change).is_some() {
            self.changed.notify_one();
        }
    }
}

/// A place in the queue; it is left when this is dropped.
struct Waiting<'a> {
    shared: &'a Arc<Shared>,
    place: Place,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut desk = self.shared.desk();
        // Whoever was answered is not in the queue any more.
        if desk.waiting.remove(&self.place).is_some() {
            desk.book.leave(self.place);
        }
    }
}

/// The permission for one call. Given back when it is dropped unused.
#[must_use]
pub(super) struct Ticket {
    shared: Arc<Shared>,
    call: Call,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Unused,
    UnderWay,
    Over,
}

impl Ticket {
    /// From here on the call counts, whatever becomes of it.
    pub(super) fn used(&mut self) {
        self.phase = Phase::UnderWay;
    }

    /// What became of the call.
    pub(super) fn ends(mut self, outcome: Outcome) {
        self.phase = Phase::Over;
        self.shared.note(|book, now| book.end(self.call, outcome, now));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let call = self.call;
        match self.phase {
            Phase::Unused => self.shared.note(|book, _| book.give_back(call)),
            Phase::UnderWay => self.shared.note(|book, now| book.end(call, Outcome::Unclear, now)),
            Phase::Over => {}
        }
    }
}
