//! Small signs in a chat, and who is who in it.

use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;
use teloxide::types::True;

use super::skip_zero;

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

impl SendTyping {
    /// In this chat and topic (0: none).
    #[must_use]
    pub const fn new(chat_id: i64, message_thread_id: i64) -> Self {
        Self { chat_id, message_thread_id, action: "typing" }
    }
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

/// `getChatMember`.
#[derive(Debug, Clone, Serialize)]
pub struct GetChatMember {
    /// The group.
    pub chat_id: i64,
    /// The person.
    pub user_id: i64,
}

impl Payload for GetChatMember {
    type Output = ChatMember;
    const NAME: &'static str = "getChatMember";
}

/// Somebody's place in a group. Read loosely: teloxide's type fails on a status newer than itself.
#[derive(Debug, Clone, Deserialize)]
pub struct ChatMember {
    /// "creator", "administrator", "member", …
    pub status: String,
}

impl ChatMember {
    /// May they decide for others?
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(self.status.as_str(), "creator" | "administrator")
    }
}
