//! What Telegram sends: the only reader of raw updates.
//!
//! An update is read twice, for two purposes. [`envelope()`] takes the few facts that storing needs from the raw bytes
//! (0.3 µs) and never refuses: what it cannot read is stored as parked. [`event()`] then turns the stored text into one
//! closed vocabulary, [`Event`], when somebody works on it.
//!
//! The vocabulary is our own instead of teloxide's, because teloxide loses what it does not know: an entity type newer
//! than the crate empties the whole message, an unknown chat type or a huge date fails it, and new kinds of update
//! vanish. Here every field is optional that Telegram could leave out, and "not for us" is a variant that is counted.

use serde::{Deserialize, Serialize};

mod attachment;
mod envelope;
mod event;
mod inline;
mod media;
mod membership;
mod message;
mod name;
mod replied;

pub use attachment::{Attachment, AttachmentKind};
pub use envelope::{Envelope, edited_message, envelope};
pub use event::{Callback, Event, event};
pub use inline::{Chosen, Typed};
pub use membership::{ChatKind, Membership};
pub use message::{Content, Entity, Message, Moved, Origin, User, Voice};
pub use name::name;
pub use replied::Replied;

/// One conversation: what is in a lane is worked on in order, lanes do not wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lane {
    /// The bot (the number before the colon of its token): two bots may share a store.
    pub bot: i64,
    /// The chat; for updates without one the user, or 0.
    pub chat: i64,
    /// The topic, 0 for none; [`INLINE`] for what `chat` asks inline.
    pub thread: i64,
    /// Control updates (a Stop button) have a lane of their own beside the conversation's, so that they overtake it.
    pub control: bool,
}

impl Lane {
    /// The lane of the conversation itself, whatever this one is.
    #[must_use]
    pub const fn conversation(self) -> Self {
        Self { control: false, ..self }
    }
}

/// The topic in which what a person asks inline is kept, beside their private chat: no topic of Telegram's has it. It is
/// worked on and remembered apart from what they say in private.
pub const INLINE: i64 = -1;

/// The start of `callback_data` of every button that stops an answer.
pub const STOP_BUTTON: &str = "stop";

/// The end of what the button of `/forget` carries. It does not wait for an answer that it is to end.
pub const FORGET_BUTTON: &str = ":forget";
