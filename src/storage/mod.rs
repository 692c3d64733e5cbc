//! The store: everything the bot owes somebody is a row here until it is paid.
//!
//! One concrete handle; the backend is an enum inside it, so nothing above knows which one runs. Each method's
//! documentation (`handle`) is a promise, and one contract suite (`contract`) checks the promises on every backend.
//! This file, and those named after what they are about (`reply`, `money`, `people`, …), hold the nouns of the contract.
//!
//! What is stored, table by table (every column is explained in `migrations/sqlite/`):
//! - `inbox`: the updates. `pending` until they are `done` or given up (`parked`); a pending one is claimed with
//!   [`Storage::begin`], and every write after that is fenced by the claim. The text of a done update is dropped at
//!   once, its id is kept so that a late repetition is recognised.
//! - `replies`, `parts`: finished answers that are owed. They are written before the first delivery, so a crash costs
//!   a repetition of the delivery at most, never of the answer, and dropped with the last delivery.
//! - `conversations`, `turns`: what the model is told of the past.
//! - `heard`: what recordings say, as it was paid for.
//! - `preferences`, `user_preferences`: what people have chosen, per chat and topic, and per person.
//! - `ledger`: what each generation cost, once. A line is open from the moment the provider has begun to answer until its
//!   cost is known, was looked up, or was given up.
//! - `spent`: the ledger's sums by person, day and model.
//! - `people`: what the owner has decided about them, when they were here, and what they are called.
//! - `forgotten`: who has had themselves forgotten today, or yesterday.
//! - `moved`: groups that have become supergroups, which have other ids.
//! - `instances`: who claims.
//!
//! What it refuses to do: hand out a transaction (each method is one), take the time from a caller (the store's clock
//! stamps), retry a failed fsync (the process must end and read back what the disk really has).

use crate::clock::Timestamp;
use crate::update::{Attachment, Lane};

#[cfg(test)]
mod contract;
mod errors;
mod export;
mod handle;
mod insist;
mod load;
mod preferences;
mod money;
mod people;
mod reply;
mod sqlite;

pub use errors::{BackupError, OpenError, StorageError, VisitError};
pub use export::{Exchange, Made};
pub use insist::insist;
pub use load::Load;
pub use money::{Bill, Books, NewCharge, OpenCharge, Price, Spent, UsageRecord};
pub use people::{Days, Decision, Everybody, MOST_STRANGERS, Person, PersonChange, SomePeople};
pub use preferences::{AnswerLength, PreferenceChange, Preferences};
pub use reply::{Address, ConversationChange, Form, NewReply, Part, StoredReply};

/// Attempts that may die over an update (its process or its task did), or over one part of its reply, before it is to be
/// given up.
pub const MAX_ATTEMPTS: u32 = 3;

/// Position of an update in the order of acceptance; unique in one store, growing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub i64);

/// An update on its way into the store.
#[derive(Debug, Clone)]
pub struct NewUpdate {
    /// Telegram's id; `None` when it could not be read, and such an update is stored as parked.
    pub update_id: Option<i64>,
    /// Which conversation it belongs to.
    pub lane: Lane,
    /// The update as Telegram sent it.
    pub raw: String,
    /// `Some(reason)`: it cannot be worked on; store it as parked.
    pub unreadable: Option<String>,
}

/// What became of an update handed to [`Storage::accept`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored now and waits to be worked on.
    New(Seq),
    /// It was stored before (whatever its content was then); nothing changed.
    Duplicate,
    /// It is stored as parked.
    Parked(Seq),
}

/// A stored update that waits to be worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingUpdate {
    /// Its place in the order.
    pub seq: Seq,
    /// Telegram's id.
    pub update_id: i64,
    /// Which conversation it belongs to.
    pub lane: Lane,
    /// The update as Telegram sent it.
    pub raw: String,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// Not to be worked on before this moment (retry schedule).
    pub not_before: Timestamp,
}

/// The right to work on one update. Every later write names it, and is refused with [`StorageError::LostClaim`]
/// when somebody else has claimed the update since (another process that took over).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimKey {
    /// The update.
    pub seq: Seq,
    /// Grows with each claim of this update: the fence.
    pub epoch: i64,
}

/// What [`Storage::begin`] found.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Names this claim in later writes.
    pub key: ClaimKey,
    /// How often this update has been begun without an ending that was forgiven (see [`Storage::retry`]), this time
    /// included: 1 at first. More than that and the process died over it, or failed at it unforgivably. Storing its reply
    /// and each delivered part begin the count anew. At [`MAX_ATTEMPTS`], see [`Storage::last_attempt`].
    pub attempt: u32,
    /// How often this update has been begun at all, this time included.
    pub tries: u32,
    /// Deliveries still owed when an earlier attempt had stored its reply: the work is then to deliver, not to answer.
    pub reply: Option<StoredReply>,
    /// The message in which an earlier attempt had begun to show its answer.
    pub placed: Option<i64>,
}

/// Names a stored turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnId(pub i64);

/// A question that was asked before, so that it can be answered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTurn {
    /// Names it.
    pub id: TurnId,
    /// The update that asked.
    pub seq: Seq,
    /// As the model saw it.
    pub question: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// The message that asked; 0 when it is not known.
    pub asked_in: i64,
    /// The messages that carry its answer, in order.
    pub messages: Vec<i64>,
    /// Did the model write anything?
    pub answered: bool,
    /// Is it the last one of the open conversation?
    pub last: bool,
}

/// A question and its answer, as history and ledger keep them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinishedTurn {
    /// Who asked (Telegram's user id).
    pub user: i64,
    /// The message that asked; 0 when there is none.
    pub asked_in: i64,
    /// The message that was sent inline and carries the answer.
    pub inline: Option<String>,
    /// The question, as the model saw it.
    pub question: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// The answer, as the model wrote it; empty when there was none.
    pub answer: String,
    /// What the provider has read in the PDFs that came with the question: a JSON array, in its own form.
    pub annotations: Option<String>,
    /// False when the answer was cut off or stopped.
    pub complete: bool,
    /// What it cost; `None` when the model was not reached.
    pub usage: Option<UsageRecord>,
}

/// What was heard in a recording, and what that cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The recording: Telegram's id of the file.
    pub file: String,
    /// Who asked (Telegram's user id).
    pub user: i64,
    /// What is said in it; may be nothing.
    pub text: String,
    /// What it cost.
    pub usage: UsageRecord,
}

/// The conversation of a lane, as far as it is wanted for a question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conversation {
    /// The system prompt given with `/new`, when there was one.
    pub system_prompt: Option<String>,
    /// Oldest first.
    pub turns: Vec<PastTurn>,
    /// What was chosen for it.
    pub preferences: Preferences,
}

/// A question with its answer, as the model is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastTurn {
    /// As the model saw it.
    pub question: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// As the model wrote it.
    pub answer: String,
    /// See [`FinishedTurn::annotations`].
    pub annotations: Option<String>,
}

/// An update that was given up, for people to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedUpdate {
    /// Its place in the order.
    pub seq: Seq,
    /// Telegram's id, when it could be read.
    pub update_id: Option<i64>,
    /// Why it was parked. Holds no text of a user.
    pub reason: String,
    /// When it was accepted.
    pub received_at: Timestamp,
}

/// An update that was given up, as a visitor finds it (see [`Storage::put_aside`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAside {
    /// Its place in the order.
    pub seq: Seq,
    /// Which bot received it.
    pub bot: i64,
    /// Telegram's id; without one it cannot be put back.
    pub update_id: Option<i64>,
    /// The chat; 0 when it could not be read.
    pub chat: i64,
    /// How often it was worked on.
    pub tries: u32,
    /// Why it was given up. Holds no text of a user.
    pub reason: String,
    /// When it was accepted.
    pub received_at: Timestamp,
    /// When it was given up.
    pub parked_at: Option<Timestamp>,
    /// The update as Telegram sent it: what people wrote is in it.
    pub raw: String,
    /// Its answer is stored: put back, it is delivered, not asked for.
    pub answered: bool,
}

/// What a data folder is like, seen from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderState {
    /// It is not there yet, and can be made.
    Missing,
    /// Another process works in it.
    Held {
        /// Who, as they wrote it there: "process 4711 on host-a since 2026-11-21 10:00 UTC".
        holder: String,
    },
    /// It can be opened: nobody holds it, it takes writing, and what is in it is no newer than this program.
    Free {
        /// What its file system has left for this user, in bytes.
        free_bytes: u64,
    },
}

/// The store. Clones are the same store.
///
/// When the last clone is dropped, the store is closed: work that was handed in is finished, and the drop returns when
/// another process may open it. A future of a method may be dropped; what it had handed in still happens.
#[derive(Clone)]
pub struct Storage {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(sqlite::Sqlite),
}
