//! What people ask inline: what they are offered while they type, and the message that is made of it.

use serde::Serialize;
use serde_json::Value;
use teloxide::requests::Payload;
use teloxide::types::{MessageEntity, True};

use super::{Done, NoPreview};

/// `answerInlineQuery`.
#[derive(Debug, Clone, Serialize)]
pub struct AnswerInline<'a> {
    /// Which.
    pub inline_query_id: &'a str,
    /// `InlineQueryResult`s of the Bot API.
    pub results: &'a [Value],
    /// For how many seconds Telegram gives the same answer without asking.
    pub cache_time: u32,
    /// Only to whoever typed it.
    pub is_personal: bool,
    /// Shown above the results: the way to the private chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub button: Option<StartButton<'a>>,
}

impl Payload for AnswerInline<'_> {
    type Output = True;
    const NAME: &'static str = "answerInlineQuery";
}

/// `InlineQueryResultsButton` that opens the private chat.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct StartButton<'a> {
    /// Its words.
    pub text: &'a str,
    /// What follows `/start` there: 1–64 of `A-Z a-z 0-9 _ -`.
    pub start_parameter: &'a str,
}

/// `editMessageText` of a message that was sent inline. Without a `reply_markup` it loses its keyboard, and with that the
/// way to change it again stays all the same.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct EditInline<'a> {
    /// The message.
    pub inline_message_id: &'a str,
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

impl Payload for EditInline<'_> {
    type Output = Done;
    const NAME: &'static str = "editMessageText";
}
