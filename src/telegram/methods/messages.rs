//! Messages: sent, changed, deleted.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide::requests::Payload;
use teloxide::types::{MessageEntity, True};

use super::skip_zero;

/// `sendMessage`, with computed entities and without link previews. Answers with no more than the new message's id,
/// since a message newer than teloxide would otherwise fail a send that succeeded.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SendText<'a> {
    /// The chat.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "skip_zero")]
    pub message_thread_id: i64,
    /// 1–4096 UTF-16 units.
    pub text: &'a str,
    /// Formatting of the text.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub entities: &'a [MessageEntity],
    /// Never a preview: a link in an answer would fetch an address that somebody else chose.
    pub link_preview_options: NoPreview,
    /// The question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyTo>,
    /// An `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a Value>,
}

impl Payload for SendText<'_> {
    type Output = SentMessage;
    const NAME: &'static str = "sendMessage";
}

/// A new message, by its id.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SentMessage {
    /// Its id in its chat.
    pub message_id: i64,
}

/// `link_preview_options` that switch the preview off.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct NoPreview {
    is_disabled: bool,
}

impl NoPreview {
    /// Off.
    pub const OFF: Self = Self { is_disabled: true };
}

/// `reply_parameters`: the answer goes out even when the question was deleted meanwhile.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ReplyTo {
    /// The question.
    pub message_id: i64,
    allow_sending_without_reply: bool,
}

impl ReplyTo {
    /// Replies to this message, if it is still there.
    #[must_use]
    pub const fn message(message_id: i64) -> Self {
        Self { message_id, allow_sending_without_reply: true }
    }
}

/// `editMessageText`. Without a `reply_markup` the message loses its keyboard.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EditText<'a> {
    /// The chat.
    pub chat_id: i64,
    /// The bot's own message.
    pub message_id: i64,
    /// 1–4096 UTF-16 units.
    pub text: &'a str,
    /// Formatting of the text.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub entities: &'a [MessageEntity],
    /// Never a preview.
    pub link_preview_options: NoPreview,
    /// An `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a Value>,
}

impl Payload for EditText<'_> {
    type Output = Done;
    const NAME: &'static str = "editMessageText";
}

/// An answer that is not looked at: its message is known, and could be newer than teloxide.
#[derive(Debug, Clone, Copy)]
pub struct Done;

impl<'de> Deserialize<'de> for Done {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Markdown that Telegram formats itself: `InputRichMessage`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RichMarkdown<'a> {
    /// GitHub's Markdown with tables and formulas, up to 32,768 characters.
    pub markdown: &'a str,
}

/// `sendRichMessage`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SendRich<'a> {
    /// The chat.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "skip_zero")]
    pub message_thread_id: i64,
    /// What it says.
    pub rich_message: RichMarkdown<'a>,
    /// The question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyTo>,
    /// An `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a Value>,
}

impl Payload for SendRich<'_> {
    type Output = SentMessage;
    const NAME: &'static str = "sendRichMessage";
}

/// `editMessageText` into a rich message.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EditRich<'a> {
    /// The chat.
    pub chat_id: i64,
    /// The bot's own message.
    pub message_id: i64,
    /// What it is to say.
    pub rich_message: RichMarkdown<'a>,
    /// An `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a Value>,
}

impl Payload for EditRich<'_> {
    type Output = Done;
    const NAME: &'static str = "editMessageText";
}

/// `editMessageReplyMarkup`, to take a keyboard away.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EditKeyboard {
    /// The chat.
    pub chat_id: i64,
    /// The bot's own message.
    pub message_id: i64,
}

impl Payload for EditKeyboard {
    type Output = Done;
    const NAME: &'static str = "editMessageReplyMarkup";
}

/// `deleteMessages`: those that are not there are passed over.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DeleteMessages<'a> {
    /// The chat.
    pub chat_id: i64,
    /// 1–100 of them.
    pub message_ids: &'a [i64],
}

impl Payload for DeleteMessages<'_> {
    type Output = True;
    const NAME: &'static str = "deleteMessages";
}

/// `sendPhoto` with a picture of ours: everything but the picture, which goes along in the same form.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SendPhoto<'a> {
    /// The chat.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "skip_zero")]
    pub message_thread_id: i64,
    /// Below the picture, up to 1024 UTF-16 units.
    pub caption: &'a str,
    /// Formatting of the caption, as JSON.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub caption_entities: &'a [MessageEntity],
    /// The question, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyTo>,
    /// An `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a Value>,
}

impl Payload for SendPhoto<'_> {
    type Output = SentMessage;
    const NAME: &'static str = "sendPhoto";
}

/// `sendDocument` with a file of ours: everything but the file, which goes along in the same form.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SendDocument<'a> {
    /// The chat.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "skip_zero")]
    pub message_thread_id: i64,
    /// The question, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyTo>,
    /// An `InlineKeyboardMarkup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<&'a Value>,
}

impl Payload for SendDocument<'_> {
    type Output = SentMessage;
    const NAME: &'static str = "sendDocument";
}
