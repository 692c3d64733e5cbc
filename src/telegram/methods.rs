//! Methods that teloxide does not know yet, and `sendMessage` as this bot uses it.
//!
//! teloxide-core 0.13 covers Bot API 9.1; drafts came with 9.3, their Stop button with 10.3.

use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;
use teloxide::types::{BotCommand, MessageEntity, True};

/// `sendMessageDraft`: shows text that is still being written, in a private chat, for 30 seconds.
#[derive(Debug, Clone, Serialize)]
pub struct SendMessageDraft {
    /// The private chat.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "skip_zero")]
    pub message_thread_id: i64,
    /// Non-zero; the same id continues the same draft.
    pub draft_id: i64,
    /// 0–4096 UTF-16 units; empty shows "Thinking…".
    pub text: String,
    /// Formatting of the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<MessageEntity>,
    /// Shows a Stop button, which sends the update `stopped_message_generation`.
    pub can_stop: bool,
}

impl Payload for SendMessageDraft {
    type Output = True;
    const NAME: &'static str = "sendMessageDraft";
}

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

/// `sendChatAction`: "typing…", for five seconds.
#[derive(Debug, Clone, Serialize)]
pub struct SendTyping {
    /// The chat.
    pub chat_id: i64,
    /// The topic.
    #[serde(skip_serializing_if = "skip_zero")]
    pub message_thread_id: i64,
    /// Always "typing".
    pub action: &'static str,
}

impl Payload for SendTyping {
    type Output = True;
    const NAME: &'static str = "sendChatAction";
}

/// `answerCallbackQuery`.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerCallback<'a> {
    /// Which.
    pub callback_query_id: &'a str,
    /// What to say, 0–200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
}

impl Payload for AnswerCallback<'_> {
    type Output = True;
    const NAME: &'static str = "answerCallbackQuery";
}

/// Parameters of `getUpdates`.
#[derive(Debug, Clone, Serialize)]
pub struct GetUpdates {
    /// The first update wanted; earlier ones are forgotten by Telegram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// 1–100.
    pub limit: u8,
    /// Seconds to wait for an update, at most 50.
    pub timeout: u8,
    /// Empty: everything except `chat_member`, `message_reaction` and `message_reaction_count`.
    pub allowed_updates: [&'static str; 0],
}

/// `setWebhook` as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct SetWebhook<'a> {
    /// Where to.
    pub url: &'a str,
    /// Comes back in a header.
    pub secret_token: &'a str,
    /// 1–100.
    pub max_connections: u8,
    /// Empty: everything except `chat_member`, `message_reaction` and `message_reaction_count`. Omitted would keep
    /// whatever an earlier program had set.
    pub allowed_updates: [&'static str; 0],
    /// Forget what Telegram still holds?
    pub drop_pending_updates: bool,
}

impl Payload for SetWebhook<'_> {
    type Output = True;
    const NAME: &'static str = "setWebhook";
}

/// `deleteWebhook`.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteWebhook {
    /// Forget what Telegram still holds?
    pub drop_pending_updates: bool,
}

impl Payload for DeleteWebhook {
    type Output = True;
    const NAME: &'static str = "deleteWebhook";
}

/// `getWebhookInfo`, answered with what this bot looks at.
#[derive(Debug, Clone, Serialize)]
pub struct GetWebhookInfo {}

impl Payload for GetWebhookInfo {
    type Output = WebhookInfo;
    const NAME: &'static str = "getWebhookInfo";
}

/// The webhook as Telegram knows it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct WebhookInfo {
    /// Empty when there is none. May hold a token: redact before printing.
    pub url: String,
    /// Updates that wait at Telegram.
    #[serde(default)]
    pub pending_update_count: u64,
    /// The last failure of a delivery.
    #[serde(default)]
    pub last_error_message: Option<String>,
}

/// `getMe`, answered with what this bot looks at.
#[derive(Debug, Clone, Serialize)]
pub struct GetMe {}

impl Payload for GetMe {
    type Output = BotIdentity;
    const NAME: &'static str = "getMe";
}

/// Who the bot is.
#[derive(Debug, Clone, Deserialize)]
pub struct BotIdentity {
    /// Telegram's id.
    pub id: i64,
    /// Without the @.
    pub username: String,
    /// Shown name.
    pub first_name: String,
}

/// `setMyCommands` for one language.
#[derive(Debug, Clone, Serialize)]
pub struct SetMyCommands<'a> {
    /// The menu.
    pub commands: Vec<BotCommand>,
    /// Two letters; empty for everybody without a menu of their own language.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub language_code: &'a str,
}

impl Payload for SetMyCommands<'_> {
    type Output = True;
    const NAME: &'static str = "setMyCommands";
}

/// `getMyCommands` for one language.
#[derive(Debug, Clone, Serialize)]
pub struct GetMyCommands<'a> {
    /// Two letters, or empty.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub language_code: &'a str,
}

impl Payload for GetMyCommands<'_> {
    type Output = Vec<BotCommand>;
    const NAME: &'static str = "getMyCommands";
}

/// Topic 0 means "no topic", which the Bot API expresses by leaving the field out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn skip_zero(thread: &i64) -> bool {
    *thread == 0
}
