//! The one door: every update, from webhook and polling alike, is stored here before anybody confirms it; what somebody
//! types inline alone is [passed on](typing), since nobody wants it later.
//!
//! Telegram forgets an update once it was confirmed, by our 200 or by the next polling offset. So [`Acceptor::accept`]
//! returns `Ok` only after the update is on disk; until then, whatever happens, Telegram sends it again, and the copy is
//! recognized by its id.
//!
//! One task stores. It takes whatever was offered meanwhile as one batch, one transaction, one fsync, and then hands the
//! new ones to the inbox in the order of the store. That order is why it is one task: two of them could hand over the
//! second message of a chat before the first.

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::faults::{self, Switch};
use crate::inbox::Inbox;
use crate::metrics;
use crate::storage::{Accepted, NewUpdate, PendingUpdate, Seq, Storage, StorageError};
use crate::telemetry;
use crate::turn::Running;
use crate::update::{Lane, edited_message, envelope};

pub mod body;
pub mod polling;
mod typing;
pub mod webhook;

use typing::Keystroke;
pub use typing::Typing;

/// Offers that wait for the store; more senders wait for a place, which is the back-pressure.
const WAITING: usize = 1024;
/// Offers stored in one transaction. One transaction of this size takes a few milliseconds.
const BATCH: usize = 256;

/// The door. Clones are the same door.
#[derive(Clone)]
pub struct Acceptor {
    bot: i64,
    clock: Clock,
    offers: mpsc::Sender<Offer>,
    keystrokes: mpsc::Sender<Keystroke>,
}

/// An update that is not on disk: Telegram must be made to send it again.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct NotStored {
    /// Telegram's id of it, for the log; `None` when it cannot be read.
    pub update_id: Option<i64>,
    /// What the store said.
    pub error: StorageError,
}

struct Offer {
    updates: Vec<NewUpdate>,
    stored: oneshot::Sender<Result<(), StorageError>>,
}

/// The other side of the door: run it as a vital task.
pub struct Storing {
    storage: Storage,
    inbox: Inbox,
    running: Running,
    clock: Clock,
    offers: mpsc::Receiver<Offer>,
}

/// A door for this bot's updates, and what is behind it: the task that stores, and the one that answers what need not be.
#[must_use]
pub fn door(bot: i64, storage: Storage, inbox: Inbox, running: Running, clock: Clock) -> (Acceptor, Storing, Typing) {
    let (sender, offers) = mpsc::channel(WAITING);
    let (typed, keystrokes) = mpsc::channel(typing::WAITING);
    let acceptor = Acceptor { bot, clock: clock.clone(), offers: sender, keystrokes: typed };
    (acceptor, Storing { storage, inbox, running, clock, offers }, Typing { keystrokes })
}

impl Acceptor {
    /// Stores updates as Telegram sent them. After `Ok` they survive a crash; after an error Telegram must be made to
    /// send them again. Updates that cannot be read are stored as parked, and that is `Ok` too: no repetition would
    /// make them readable.
    pub async fn accept(&self, raws: Vec<String>) -> Result<(), StorageError> {
        let lasting: Vec<NewUpdate> = raws.into_iter().filter_map(|raw| self.outside(raw)).collect();
        if lasting.is_empty() { Ok(()) } else { self.offer(lasting).await }
    }

    /// The same for one update, whose id is known afterwards.
    pub async fn accept_one(&self, raw: String) -> Result<(), NotStored> {
        let Some(update) = self.outside(raw) else { return Ok(()) };
        let update_id = update.update_id;
        self.offer(vec![update]).await.map_err(|error| NotStored { update_id, error })
    }

    async fn offer(&self, updates: Vec<NewUpdate>) -> Result<(), StorageError> {
        let (stored, answer) = oneshot::channel();
        let closed = || StorageError::Refused("the program is stopping".to_owned());
        self.offers.send(Offer { updates, stored }).await.map_err(|_| closed())?;
        if faults::is_on(Switch::AckBeforeCommit) {
            return Ok(());
        }
        answer.await.map_err(|_| closed())?
    }

    /// What is to be stored of it; nothing of what is [fleeting](crate::update::Envelope::fleeting), which goes by.
    fn outside(&self, raw: String) -> Option<NewUpdate> {
        let outside = envelope(self.bot, &raw);
        if outside.fleeting {
            metrics::update_received("fleeting");
            if self.keystrokes.try_send((raw, self.clock.now())).is_err() {
                metrics::inline_typed("dropped");
            }
            return None;
        }
        let unreadable = outside.unreadable.map(str::to_owned);
        Some(NewUpdate { update_id: outside.update_id, lane: outside.lane, raw, unreadable })
    }
}

impl Storing {
    /// Stores until `stop`, and then what was offered before it.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), StorageError> {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let offered = tokio::select! {
                biased;
                () = stop.cancelled(), if !self.offers.is_closed() => {
                    self.offers.close();
                    continue;
                }
                offered = self.offers.recv_many(&mut batch, BATCH) => offered,
            };
            if offered == 0 {
                return Ok(());
            }
            self.store(std::mem::take(&mut batch)).await;
        }
    }

    async fn store(&self, batch: Vec<Offer>) {
        let (updates, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|offer| (offer.updates, offer.stored)).unzip();
        let updates: Vec<NewUpdate> = updates.into_iter().flatten().collect();
        let stored = self.storage.accept(updates.clone()).await;
        let outcome = stored.as_ref().map(|_| ()).map_err(Clone::clone);
        match stored {
            Ok(accepted) => self.hand_over(updates, &accepted).await,
            Err(_) => updates.iter().for_each(|_| metrics::update_received("refused")),
        }
        for answer in answers {
            // Whoever asked may have gone; the update is stored all the same, and its repetition is a duplicate.
            let _ = answer.send(outcome.clone());
        }
    }

    async fn hand_over(&self, updates: Vec<NewUpdate>, accepted: &[Accepted]) {
        let received_at = self.clock.now();
        let mut new = Vec::with_capacity(updates.len());
        for (update, accepted) in updates.into_iter().zip(accepted) {
            match (accepted, update.update_id) {
                (Accepted::New(seq), Some(update_id)) => {
                    metrics::update_received("new");
                    let span = tracing::info_span!("receipt", update.id = update_id);
                    telemetry::story_begins(span, update.lane.bot, update_id)
                        .in_scope(|| tracing::debug!("An update was received and stored"));
                    let (lane, raw) = (update.lane, update.raw);
                    if let Some(message_id) = edited_message(&raw) {
                        self.edited(lane, *seq, message_id).await;
                    }
                    let not_before = crate::clock::Timestamp::default();
                    new.push(PendingUpdate { seq: *seq, update_id, lane, raw, received_at, not_before });
                }
                (Accepted::Duplicate, id) => {
                    tracing::debug!(update.id = id, "An update came again and was known already");
                    metrics::update_received("duplicate");
                }
                (Accepted::New(_) | Accepted::Parked(_), _) => {
                    let reason = update.unreadable.unwrap_or_default();
                    tracing::warn!(update.id = update.update_id, reason, "An update could not be read and was parked");
                    metrics::update_received("parked");
                    metrics::update_parked("unreadable");
                }
            }
        }
        self.inbox.stored(new);
    }

    /// What is being written in answer to an edited message is void; the edit itself waits in the lane like any update.
    /// But when something else waits before it, the conversation will have gone on until it is its turn, and it will be
    /// too late: then there had better be an answer to what was asked before.
    async fn edited(&self, lane: Lane, edit: Seq, message_id: i64) {
        let Some(question) = self.running.answers(lane, message_id) else { return };
        let next = self.storage.pending_in_lane(lane, question, 1).await.unwrap_or_default();
        if next.first().is_some_and(|next| next.seq == edit) {
            self.running.edited(lane, question);
        }
    }
}
