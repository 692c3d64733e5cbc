//! What is being written, shown in private chats.

use serde::Serialize;
use teloxide::requests::Payload;
use teloxide::types::{MessageEntity, True};

use super::skip_zero;

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
