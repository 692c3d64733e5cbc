//! The verbs of the contract: what the store does, and what may be relied on when it said so.
//!
//! Common to all of them: `Ok` means that the change survives a power failure; an error means that nothing of the call
//! was written (after [`StorageError::Fatal`]: that nobody knows, and the process must end). Reads see every change
//! that was acknowledged before they were asked for.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, Day, Timestamp};
use crate::config::DataKey;
use crate::faults::{self, Step};
use crate::replies::Language;
use crate::update::Lane;

use super::sqlite::{self, Sqlite};
use super::{
    Accepted, AskedTurn, Backend, BackupError, Begun, ClaimKey, Conversation, FolderState, Heard, Load, NewReply,
    NewUpdate, OpenError, ParkedUpdate, PendingUpdate, Preferences, PutAside, Seq, Storage, StorageError, TurnId,
    VisitError,
};

/// Runs the same method on whichever backend there is.
macro_rules! on_backend {
    ($storage:expr, $method:ident($($argument:expr),*)) => {
        match &$storage.backend {
            Backend::Sqlite(sqlite) => sqlite.$method($($argument),*).await,
        }
    };
}

/// The same for what changes something: its commit is a step.
macro_rules! commit {
    ($step:ident, $storage:expr, $method:ident($($argument:expr),*)) => {
        faults::around(Step::$step, async { on_backend!($storage, $method($($argument),*)) }).await
    };
}

mod groups;
mod inline;
mod money;
mod people;

impl Storage {
    /// Opens the embedded store in `folder`, which is created when it is missing (for its owner alone).
    ///
    /// The folder is locked until the store is closed; [`OpenError::Held`] says who has it, and a caller may wait and
    /// try again. A schema that is older than the program is brought up to date after a copy was made beside it.
    pub async fn open(folder: &Path, clock: Clock) -> Result<Self, OpenError> {
        Self::open_with(folder, clock, None).await
    }

    /// The same with a key, with which texts are sealed; a store that was not sealed is sealed first.
    /// [`OpenError::Sealed`] and [`OpenError::WrongKey`] when the key does not fit.
    pub async fn open_with(folder: &Path, clock: Clock, key: Option<DataKey>) -> Result<Self, OpenError> {
        Ok(Self { backend: Backend::Sqlite(Sqlite::open(folder, clock, key).await?) })
    }

    /// Seals the texts in `folder`, in which no bot may be at work, with the second key instead of the first; after a crash
    /// it goes on where it was. `false`: the second one is in force already. Blocks.
    pub fn rotate(folder: &Path, keys: (&DataKey, &DataKey), now: Timestamp) -> Result<bool, OpenError> {
        sqlite::rotate(folder, keys, now)
    }

    /// Copies the embedded store in `folder`, also while a bot works in it, to the file `target`, which must not exist yet.
    /// Returns the copy's size in bytes. Blocks.
    pub fn back_up(folder: &Path, target: &Path) -> Result<u64, BackupError> {
        sqlite::back_up(folder, target)
    }

    /// Brings the backup that `source` reads back into `folder`, in which no bot may be at work. The database that was
    /// there is kept; its name is returned. Blocks.
    pub fn restore(folder: &Path, source: &mut dyn Read, now: Timestamp) -> Result<Option<PathBuf>, BackupError> {
        sqlite::restore(folder, source, now)
    }

    /// What was given up in the embedded store in `folder`, whichever bot's, oldest first; also while a bot works in it.
    /// Blocks, as the other visits do.
    pub fn put_aside(folder: &Path, key: Option<&DataKey>) -> Result<Vec<PutAside>, VisitError> {
        sqlite::put_aside(folder, key)
    }

    /// Accepts updates anew that were given up, all or none; says how many. They get new places, and a reply that is
    /// stored goes with them. Also while a bot works in `folder`: see [`visits`](Self::visits).
    pub fn put_back(folder: &Path, which: &[Seq], now: Timestamp) -> Result<usize, VisitError> {
        sqlite::put_back(folder, which, now)
    }

    /// Forgets updates that were given up, and what was written in them, all or none; says how many. Should Telegram bring
    /// one again, it is known.
    pub fn discard(folder: &Path, which: &[Seq], now: Timestamp) -> Result<usize, VisitError> {
        sqlite::discard(folder, which, now)
    }

    /// Grows with each visit that changed something: then there may be updates that this process was not told of.
    pub async fn visits(&self) -> Result<i64, StorageError> {
        on_backend!(self, visits())
    }

    /// What [`open`](Self::open) would come upon in `folder`, without changing anything there or waiting for anybody.
    /// The error is the one that opening would end with.
    pub async fn look(folder: &Path) -> Result<FolderState, OpenError> {
        let folder = folder.to_owned();
        let looking = tokio::task::spawn_blocking(move || sqlite::look(&folder));
        looking.await.map_err(|error| OpenError::Other(error.to_string()))?
    }

    /// Returns when the store can no longer be trusted, with the reason; the process must end then. Until then it waits.
    pub async fn failed(&self) -> String {
        on_backend!(self, failed())
    }

    /// A cheap look whether the store answers.
    pub async fn health(&self) -> Result<(), StorageError> {
        on_backend!(self, health())
    }

    /// How much it holds. Counts what waits: for a scrape, not for every update.
    pub async fn load(&self) -> Result<Load, StorageError> {
        on_backend!(self, load())
    }

    /// Stores updates, all or none, in this order; the answer has one entry for each.
    ///
    /// After `Ok` they survive a crash, and Telegram may be told so. An update whose id is stored already is a
    /// duplicate: the first content stays, whatever became of it.
    pub async fn accept(&self, updates: Vec<NewUpdate>) -> Result<Vec<Accepted>, StorageError> {
        commit!(Accept, self, accept(updates))
    }

    /// The first pending update of each lane that is not excluded, the longest waiting lane first, `limit` at most.
    ///
    /// Includes updates that are claimed (exclude the lanes that are being worked on; what an earlier process had
    /// claimed must be begun again) and those whose `not_before` lies ahead (the caller schedules).
    /// The effort depends on `limit` and on the number of excluded lanes, not on how much waits in a lane.
    pub async fn pending_heads(
        &self,
        bot: i64,
        limit: usize,
        exclude: &HashSet<Lane>,
    ) -> Result<Vec<PendingUpdate>, StorageError> {
        on_backend!(self, pending_heads(bot, limit, exclude.clone()))
    }

    /// Those of the first pending updates that are claimed, the longest waiting first, `limit` at most: at a start, what an
    /// earlier process was working on when it ended. Looks at every lane that has something pending.
    pub async fn begun_heads(&self, bot: i64, limit: usize) -> Result<Vec<PendingUpdate>, StorageError> {
        on_backend!(self, begun_heads(bot, limit))
    }

    /// The pending updates of a lane that come after `after`, in order, `limit` at most. `Seq(0)`: from the first.
    pub async fn pending_in_lane(
        &self,
        lane: Lane,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<PendingUpdate>, StorageError> {
        on_backend!(self, pending_in_lane(lane, after, limit))
    }

    /// How many updates of each chat of this bot were done since this moment. Reads each of them: for a start, and for the
    /// last minute.
    pub async fn done_since(&self, bot: i64, since: Timestamp) -> Result<Vec<(i64, u32)>, StorageError> {
        on_backend!(self, done_since(bot, since))
    }

    /// How many updates of this bot are pending. Counts them: for a status page, not for every update.
    pub async fn pending_count(&self, bot: i64) -> Result<u64, StorageError> {
        on_backend!(self, pending_count(bot))
    }

    /// When the longest waiting pending update of this bot was accepted.
    pub async fn oldest_pending(&self, bot: i64) -> Result<Option<Timestamp>, StorageError> {
        on_backend!(self, oldest_pending(bot))
    }

    /// Since when the first update in line could have been begun and was not; `None` when all that could be is being
    /// worked on.
    pub async fn oldest_waiting(&self, bot: i64, now: Timestamp) -> Result<Option<Timestamp>, StorageError> {
        on_backend!(self, oldest_waiting(bot, now))
    }

    /// Why the last commit failed; `None` when it did not.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.trouble(),
        }
    }

    /// Claims a pending update. The attempt is counted on disk **before** the work, so that an update which kills the
    /// process can be told by its count; the last one ([`Begun::attempt`] is [`MAX_ATTEMPTS`](super::MAX_ATTEMPTS)) is
    /// counted by [`last_attempt`](Self::last_attempt).
    ///
    /// Whoever had claimed it before has lost it. [`StorageError::LostClaim`] when it is not pending (any more).
    /// [`StorageError::Invalid`] when its stored reply cannot be read: it has been parked.
    pub async fn begin(&self, seq: Seq) -> Result<Begun, StorageError> {
        commit!(Begin, self, begin(seq))
    }

    /// Counts the last attempt. Whoever has this one waits until no other update is at its last attempt: should one of
    /// them kill the process, it must not cost the others theirs, so it is counted when its turn has come.
    pub async fn last_attempt(&self, key: ClaimKey) -> Result<(), StorageError> {
        commit!(LastAttempt, self, last_attempt(key))
    }

    /// The process was asked to stop: whatever is claimed now and not finished did not die of itself. Takes back the
    /// attempt of every claim that is held, so that a stop that becomes a kill is not held against them.
    pub async fn forgive_deaths(&self) -> Result<(), StorageError> {
        commit!(ForgiveDeaths, self, forgive_deaths())
    }

    /// The work is done and nothing is owed. The text of the update is dropped, its id stays known.
    pub async fn complete(&self, key: ClaimKey) -> Result<(), StorageError> {
        commit!(Complete, self, complete(key))
    }

    /// Gives the update back: it is pending again, not to be begun before `after` has passed. A stored reply stays.
    ///
    /// `forgive`: this failure was not the update's fault, and the deaths counted so far are forgotten
    /// ([`Begun::attempt`] starts at 1 again). The answer is how often it was begun at all, for backoff and giving up.
    /// `reason` must not hold a user's text.
    pub async fn retry(
        &self,
        key: ClaimKey,
        after: Duration,
        reason: &str,
        forgive: bool,
    ) -> Result<u32, StorageError> {
        commit!(Retry, self, retry(key, after, reason.to_owned(), forgive))
    }

    /// Gives the update up: its text, and its reply if there is one, are kept for people to look at, and the lane goes
    /// on. `reason` must not hold a user's text.
    pub async fn park(&self, key: ClaimKey, reason: &str) -> Result<(), StorageError> {
        commit!(Park, self, park(key, reason.to_owned()))
    }

    /// Stores a reply before its first delivery: the parts, the turn in the conversation, the line in the ledger and
    /// the change of the conversation (which comes before the turn), and what somebody has chosen, all or none.
    ///
    /// Also notes that the send of the first part is about to start. A generation that is in the ledger already is not
    /// charged again. A second reply to the same update is [`StorageError::Invalid`] and changes nothing. A reply without
    /// parts completes the update at once. Absorbed updates are done in the same transaction; one that is not pending
    /// any more is passed over.
    ///
    /// [`NewReply::forgets`] somebody first: whatever came from them before this update, what they were answered, what they
    /// chose, what is owed in their private chat, and their name are gone with this commit, also out of the files within a
    /// second. Other claims for them are lost. Nobody's sums take up what their answers cost, those of today when the day
    /// is over; what the owner has decided stays.
    pub async fn store_reply(&self, key: ClaimKey, reply: impl Into<Arc<NewReply>>) -> Result<(), StorageError> {
        let reply = reply.into();
        commit!(StoreReply, self, store_reply(key, reply))
    }

    /// Notes that the send of this part (0 is the first) is about to start: from here on, and until
    /// [`delivered`](Self::delivered), a crash leaves it open whether it arrived.
    pub async fn sending(&self, key: ClaimKey, part: usize) -> Result<(), StorageError> {
        commit!(Sending, self, sending(key, part, true))
    }

    /// Takes [`sending`](Self::sending) back: the send surely did not reach Telegram, and the claim is about to be
    /// given back (a stop, a long wait).
    pub async fn not_sent(&self, key: ClaimKey, part: usize) -> Result<(), StorageError> {
        commit!(NotSent, self, sending(key, part, false))
    }

    /// Telegram has this part, as `message_id` (0: it is not owed any more). With `last` the update is completed by the
    /// same commit, and its turn knows the messages that carry the answer.
    pub async fn delivered(&self, key: ClaimKey, part: usize, message_id: i64, last: bool) -> Result<(), StorageError> {
        commit!(Delivered, self, delivered(key, part, message_id, last))
    }

    /// Completes the update although its reply cannot be delivered, or not in full (the user blocked the bot).
    /// `reason` is kept, and must not hold a user's text.
    pub async fn undeliverable(&self, key: ClaimKey, reason: &str) -> Result<(), StorageError> {
        commit!(Undeliverable, self, undeliverable(key, reason.to_owned()))
    }

    /// The answer is being shown in this message while it is written ([`Begun::placed`] tells it to a later attempt).
    pub async fn placed(&self, key: ClaimKey, message_id: i64) -> Result<(), StorageError> {
        commit!(Placed, self, placed(key, message_id))
    }

    /// The open conversation of this chat and topic (a control lane's is its chat's): the newest turns that fit into
    /// `max_tokens`, oldest first. A turn without an answer is left out. What was chosen for the place comes with it, also
    /// when there is no conversation.
    ///
    /// A text counts ⌈bytes / 3⌉ + 4 tokens: more than tokenizers need for ordinary text, so that the real request fits.
    /// `without`: leave this turn out, and earlier attempts at the question of the same message, because it is to be
    /// answered again.
    pub async fn conversation(
        &self,
        lane: Lane,
        max_tokens: usize,
        without: Option<TurnId>,
    ) -> Result<Conversation, StorageError> {
        on_backend!(self, conversation(lane, max_tokens, without))
    }

    /// What was chosen for this chat and topic.
    pub async fn preferences(&self, lane: Lane) -> Result<Preferences, StorageError> {
        on_backend!(self, preferences(lane))
    }

    /// The languages that people have chosen: user id and language. Reads all of them: for a start.
    pub async fn languages(&self, bot: i64) -> Result<Vec<(i64, Language)>, StorageError> {
        on_backend!(self, languages(bot))
    }

    /// The last question of the open conversation, answered or not.
    pub async fn last_turn(&self, lane: Lane) -> Result<Option<AskedTurn>, StorageError> {
        on_backend!(self, last_turn(lane))
    }

    /// The question that this message asked, in whichever conversation of the chat and topic.
    pub async fn turn_asked_in(&self, lane: Lane, message_id: i64) -> Result<Option<AskedTurn>, StorageError> {
        on_backend!(self, turn_asked_in(lane, message_id))
    }

    /// Whether `/new` has something to forget: a turn (answered or not) or a system prompt of its own.
    pub async fn open_conversation_exists(&self, lane: Lane) -> Result<bool, StorageError> {
        on_backend!(self, open_conversation_exists(lane))
    }

    /// What was heard in this recording (Telegram's id of the file), if it was sent in this chat and written down before.
    pub async fn heard(&self, lane: Lane, file: &str) -> Result<Option<String>, StorageError> {
        on_backend!(self, heard(lane, file.to_owned()))
    }

    /// Keeps what was heard in a recording together with its cost, so that it is not paid for again in this chat. One that
    /// is known already stays as it is; its cost is charged all the same.
    pub async fn keep_heard(&self, key: ClaimKey, heard: Heard) -> Result<(), StorageError> {
        commit!(KeepHeard, self, keep_heard(key, heard))
    }

    /// What was given up, the latest first, `limit` at most.
    pub async fn parked(&self, bot: i64, limit: usize) -> Result<Vec<ParkedUpdate>, StorageError> {
        on_backend!(self, parked(bot, limit))
    }

    /// Forgets turns, parked updates and conversations without turns that are older than this moment (`None`: keeps them),
    /// in small steps between which others may write; and gives to nobody what days before `today` have cost people who
    /// have been forgotten. To be called hourly.
    pub async fn expire(&self, before: Option<Timestamp>, today: Day) -> Result<(), StorageError> {
        commit!(Expire, self, expire(before, today))
    }

    /// Forgets the ids of updates that were done before this moment, in small steps between which others may write;
    /// says how many. Ids younger than a day stay, whatever is asked for: Telegram repeats an update that long. They
    /// must not stay for a week either, after which Telegram may use an id again: call it hourly with "48 h ago".
    pub async fn purge(&self, done_before: Timestamp) -> Result<u64, StorageError> {
        commit!(Purge, self, purge(done_before))
    }
}
