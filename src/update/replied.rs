//! What a message replies to, as far as it is a part of the question.

use serde::Deserialize;
use serde_json::Value;

use super::attachment::Attachment;
use super::media::RawMedia;
use super::message::{Origin, User, name_of};

/// What a message replies to, as far as it is a part of the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replied {
    /// What whoever wrote it is called.
    pub author: Option<String>,
    /// What it says; empty for a file without words.
    pub text: String,
    /// The part of it that is meant, when a part was marked.
    pub quote: Option<String>,
    /// Its files.
    pub attachments: Vec<Attachment>,
}

/// A message that is replied to, as Telegram writes it.
#[derive(Deserialize)]
pub(super) struct RawReplied {
    #[serde(default)]
    pub(super) message_id: i64,
    #[serde(default)]
    pub(super) from: Option<User>,
    #[serde(default)]
    sender_chat: Value,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    forward_origin: Value,
    #[serde(default)]
    forward_from: Value,
    #[serde(flatten)]
    media: RawMedia,
}

/// What it replies to. A quote of a message in another chat stands alone.
pub(super) fn replied(message: Option<&RawReplied>, quote: &Value) -> Option<Replied> {
    let quote = quote.get("text").and_then(Value::as_str).filter(|quote| !quote.trim().is_empty()).map(str::to_owned);
    let Some(message) = message else {
        return quote.map(|quote| Replied {
            author: None,
            text: String::new(),
            quote: Some(quote),
            attachments: vec![],
        });
    };
    let words = message.text.clone().filter(|text| !text.trim().is_empty());
    let text = words.or_else(|| message.media.caption().map(str::to_owned)).or_else(|| message.media.in_words());
    let author = name_of(&message.sender_chat, message.from.as_ref());
    let attachments = message.media.attachments();
    Some(Replied { author, text: text.unwrap_or_default(), quote, attachments })
}

impl RawReplied {
    /// Who wrote it, if it was passed on.
    pub(super) fn origin(&self) -> Option<Origin> {
        let told = [self.forward_origin.pointer("/sender_user/id"), self.forward_from.get("id")];
        let person = told.into_iter().flatten().find_map(Value::as_i64).map(Origin::Person);
        let forwarded = !(self.forward_origin.is_null() && self.forward_from.is_null());
        person.or(forwarded.then_some(Origin::Hidden))
    }
}
