//! The store: everything the bot owes somebody is a row here until it is paid.
//!
//! One concrete handle; the backend is an enum inside it, so nothing above knows which one runs. Each method's
//! documentation (`handle`) is a promise, and one contract suite (`contract`) checks the promises on every backend.
//! This file holds the nouns of the contract.
//!
//! What is stored, table by table (every column is explained in `migrations/sqlite/`):
//! - `inbox`: the updates. `pending` until they are `done` or given up (`parked`); a pending one is claimed with
//!   [`Storage::begin`], and every write after that is fenced by the claim. The text of a done update is dropped at
//!   once, its id is kept so that a late repetition is recognised.
//! - `replies`, `parts`: finished answers that are owed. They are written before the first delivery, so a crash costs
//!   a repetition of the delivery at most, never of the answer, and dropped with the last delivery.
//! - `conversations`, `turns`: what the model is told of the past.
//! - `preferences`, `user_preferences`: what people have chosen, per chat and topic, and per person.
//! - `ledger`: what each generation cost, once. A line is open from the moment the provider has begun to answer until its
//!   cost is known, was looked up, or was given up.
//! - `spent`: the ledger's sums by person, day and model.
//! - `people`: what the owner has decided about them, when they were here, and what they are called.
//! - `forgotten`: who has had themselves forgotten today, or yesterday.
//! - `instances`: who claims.
//!
//! What it refuses to do: hand out a transaction (each method is one), take the time from a caller (the store's clock
//! stamps), retry a failed fsync (the process must end and read back what the disk really has).

use serde_json::Value;
use teloxide::types::MessageEntity;

use crate::chart::Chart;
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
mod sqlite;

pub use errors::{BackupError, OpenError, StorageError, VisitError};
pub use export::{Exchange, Made};
pub use insist::insist;
pub use load::Load;
pub use money::{Bill, Books, NewCharge, OpenCharge, Price, Spent, UsageRecord};
pub use people::{Days, Decision, Everybody, MOST_STRANGERS, Person, PersonChange, SomePeople};
pub use preferences::{AnswerLength, PreferenceChange, Preferences};

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

/// One message of a reply, as it will be sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Part {
    /// How it is sent.
    pub form: Form,
    /// Owed only when the rich part, the file or the picture before it is refused.
    pub fallback: bool,
    /// Text: 1–4096 UTF-16 units. Rich: Markdown of up to 32,768 characters. Document: what is in the file. Picture: what
    /// stands below it, up to 1024 UTF-16 units.
    pub text: String,
    /// Offsets and lengths in UTF-16 units of `text`. Of a text part alone.
    pub entities: Vec<MessageEntity>,
    /// Of a picture alone: what it is drawn from when it is sent ([`Chart`]).
    pub drawing: Option<Box<Chart>>,
    /// Of a document alone: what is in it is made when it is sent, and `text` is empty.
    pub made: Option<Made>,
}

/// How a part is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// As a text with computed entities.
    #[default]
    Text,
    /// As Markdown that Telegram formats itself, with tables and formulas.
    Rich,
    /// As a Markdown file.
    Document,
    /// As a picture with a caption.
    Picture,
}

impl Part {
    /// A text with entities.
    #[must_use]
    pub const fn text(text: String, entities: Vec<MessageEntity>) -> Self {
        Self { form: Form::Text, fallback: false, text, entities, drawing: None, made: None }
    }

    /// A sentence of the bot's own: a text without entities.
    #[must_use]
    pub const fn plain(text: String) -> Self {
        Self::text(text, Vec::new())
    }

    /// A file that is made when it is sent.
    #[must_use]
    pub fn made(made: Made) -> Self {
        Self { form: Form::Document, made: Some(made), ..Self::plain(String::new()) }
    }

    /// A chart with a caption.
    #[must_use]
    pub fn picture(drawing: Chart, caption: String) -> Self {
        Self { form: Form::Picture, drawing: Some(Box::new(drawing)), ..Self::plain(caption) }
    }
}

/// Where a reply goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Address {
    /// The chat.
    pub chat: i64,
    /// The topic, 0 for none.
    pub thread: i64,
    /// The message that is replied to, when the reply should show it.
    pub reply_to: Option<i64>,
}

/// A reply in the store: what is to be delivered and how much of it was.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReply {
    /// Where it goes.
    pub address: Address,
    /// Every part, in order, with the id of the message that carries it once it was delivered.
    pub parts: Vec<(Part, Option<i64>)>,
    /// The next part's send had been started by an earlier attempt that never reported: it may have arrived.
    pub maybe_sent: bool,
    /// Messages to write the parts over, see [`NewReply::in_place`].
    pub in_place: Vec<i64>,
    /// What stands under the last part, see [`NewReply::keyboard`].
    pub keyboard: Option<Value>,
}

/// A reply to store before its first delivery.
#[derive(Debug, Clone, Default)]
pub struct NewReply {
    /// Where it goes.
    pub address: Address,
    /// What is sent. With none there is nothing to deliver, and storing it completes the update.
    pub parts: Vec<Part>,
    /// Messages of the bot that these parts are written over, the first part over the first; what is left of them is
    /// deleted. Parts beyond them are sent.
    pub in_place: Vec<i64>,
    /// What stands under the last part: an `InlineKeyboardMarkup` of the Bot API.
    pub keyboard: Option<Value>,
    /// Pending updates of the same lane that this reply answers too (the rest of a cut paste, of an album): they are
    /// done with it.
    pub absorbed: Vec<Seq>,
    /// What the model was asked and said; `None` for the bot's own sentences.
    pub turn: Option<FinishedTurn>,
    /// What to do to the conversation in the same transaction.
    pub conversation: ConversationChange,
    /// What somebody has chosen, noted in the same transaction.
    pub preferences: Vec<PreferenceChange>,
    /// What is known of people from now on, noted in the same transaction.
    pub people: Vec<PersonChange>,
    /// Forget this person (Telegram's user id) before anything else of this is stored: see [`Storage::store_reply`].
    pub forgets: Option<i64>,
}

/// A change of a lane's conversation that belongs to a reply.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ConversationChange {
    /// Nothing.
    #[default]
    Keep,
    /// `/new`: close the open conversation and open one with this system prompt (`None`: the configured one).
    StartOver {
        /// The system prompt of the new conversation.
        system_prompt: Option<String>,
    },
    /// This turn was answered again: it leaves the conversation, with every earlier attempt at the question of the same
    /// message. They are kept.
    Replace(TurnId),
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
#[derive(Debug, Clone, PartialEq)]
pub struct FinishedTurn {
    /// Who asked (Telegram's user id).
    pub user: i64,
    /// The message that asked; 0 when there is none.
    pub asked_in: i64,
    /// The question, as the model saw it.
    pub question: String,
    /// What came with it.
    pub attachments: Vec<Attachment>,
    /// The answer, as the model wrote it; empty when there was none.
    pub answer: String,
    /// False when the answer was cut off or stopped.
    pub complete: bool,
    /// What it cost; `None` when the model was not reached.
    pub usage: Option<UsageRecord>,
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
