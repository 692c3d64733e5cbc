//! Replies: nouns of the contract.
//!
//! What somebody is owed: stored whole before the first delivery, together with everything that it changes.

use std::sync::Arc;

use serde_json::Value;
use teloxide::types::MessageEntity;

use super::{FinishedTurn, Made, PersonChange, PreferenceChange, Seq, TurnId};
use crate::chart::Chart;

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
    /// Of a picture alone, in place of a drawing: the picture itself, as base64.
    pub painting: Option<Arc<str>>,
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
        Self { form: Form::Text, fallback: false, text, entities, drawing: None, painting: None, made: None }
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

    /// A picture (as base64) with a caption.
    #[must_use]
    pub fn painting(data: Arc<str>, caption: String) -> Self {
        Self { form: Form::Picture, painting: Some(data), ..Self::plain(caption) }
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
    /// The message that was sent inline, see [`NewReply::inline`].
    pub inline: Option<String>,
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
    /// The handle of a message that was sent inline: the reply, of one part, is written over it. `address` is then the
    /// private chat of whoever sent it.
    pub inline: Option<String>,
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
    /// Forget this person (Telegram's user id) before anything else of this is stored: see [`Storage::store_reply`](super::Storage::store_reply).
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
