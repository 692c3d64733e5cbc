//! One part on its way: as a new message, or over one that is there.

use serde_json::Value;

use super::made;
use crate::chart;
use crate::storage::{Address, Form, Part};
use crate::telegram::methods::{
    EditRich, EditText, NoPreview, ReplyTo, RichMarkdown, SendDocument, SendPhoto, SendRich, SendText, SentMessage,
};
use crate::telegram::{Attachment, Slot, TelegramError};

/// The names under which a long answer and a chart can be saved.
const FILE_NAME: &str = "answer.md";
const PICTURE_NAME: &str = "chart.png";

/// A part with everything around it. Copies are cheap.
#[derive(Clone, Copy)]
pub(super) struct Letter<'a> {
    pub(super) address: Address,
    pub(super) part: &'a Part,
    /// The message it is written over.
    pub(super) over: Option<i64>,
    /// What stands under it.
    pub(super) keyboard: Option<&'a Value>,
    /// With its entities?
    pub(super) formatted: bool,
}

impl<'a> Letter<'a> {
    /// Sends it, or changes the message it is written over; says which message carries it.
    pub(super) async fn post(&self, slot: Slot) -> Result<i64, TelegramError> {
        let Some(message_id) = self.over else {
            return self.send(slot).await.map(|sent| sent.message_id);
        };
        match self.change(slot, message_id).await {
            // An edit that is repeated: it had arrived.
            Err(error) if error.says_not_modified() => Ok(message_id),
            changed => changed.map(|()| message_id),
        }
    }

    async fn send(&self, slot: Slot) -> Result<SentMessage, TelegramError> {
        let Address { chat, thread, reply_to } = self.address;
        let reply_parameters = reply_to.map(ReplyTo::message);
        match self.part.form {
            Form::Text => {
                let message = SendText {
                    chat_id: chat,
                    message_thread_id: thread,
                    text: &self.part.text,
                    entities: self.entities(),
                    link_preview_options: NoPreview::OFF,
                    reply_parameters,
                    reply_markup: self.keyboard,
                };
                slot.call(&message).await
            }
            Form::Rich => {
                let rich_message = RichMarkdown { markdown: &self.part.text };
                let reply_markup = self.keyboard;
                let message =
                    SendRich { chat_id: chat, message_thread_id: thread, rich_message, reply_parameters, reply_markup };
                slot.call(&message).await
            }
            Form::Document => {
                let file = SendDocument {
                    chat_id: chat,
                    message_thread_id: thread,
                    reply_parameters,
                    reply_markup: self.keyboard,
                };
                slot.upload(&file, self.file()).await
            }
            Form::Picture => {
                let photo = SendPhoto {
                    chat_id: chat,
                    message_thread_id: thread,
                    caption: &self.part.text,
                    caption_entities: self.entities(),
                    reply_parameters,
                    reply_markup: self.keyboard,
                };
                slot.upload(&photo, self.picture().await?).await
            }
        }
    }

    fn file(&self) -> Attachment {
        let content = self.part.text.as_bytes().to_vec();
        let (name, mime) = self.part.made.map_or((FILE_NAME, "text/markdown; charset=utf-8"), made::name);
        Attachment { parameter: "document", name, mime, content }
    }

    /// Drawn anew for each attempt, beside everybody's work, since it takes some milliseconds. What cannot be drawn counts
    /// as refused, so that its words are sent without it.
    async fn picture(&self) -> Result<Attachment, TelegramError> {
        let refused =
            |why: String| TelegramError::Refused { code: 400, description: format!("a picture of ours: {why}") };
        let drawing =
            self.part.drawing.clone().ok_or_else(|| refused("another version of me has stored it".to_owned()))?;
        let drawn = tokio::task::spawn_blocking(move || chart::draw(&drawing)).await;
        let content = drawn.map_err(|error| refused(error.to_string()))?.map_err(|error| refused(error.to_string()))?;
        Ok(Attachment { parameter: "photo", name: PICTURE_NAME, mime: "image/png", content })
    }

    async fn change(&self, slot: Slot, message_id: i64) -> Result<(), TelegramError> {
        let (chat, reply_markup) = (self.address.chat, self.keyboard);
        if self.part.form == Form::Rich {
            let rich_message = RichMarkdown { markdown: &self.part.text };
            let edit = EditRich { chat_id: chat, message_id, rich_message, reply_markup };
            return slot.call(&edit).await.map(drop);
        }
        let edit = EditText {
            chat_id: chat,
            message_id,
            text: &self.part.text,
            entities: self.entities(),
            link_preview_options: NoPreview::OFF,
            reply_markup,
        };
        slot.call(&edit).await.map(drop)
    }

    fn entities(&self) -> &'a [teloxide::types::MessageEntity] {
        if self.formatted { &self.part.entities } else { &[] }
    }

    /// The same with less around it, until nothing is left to leave out. What the refusal names goes first, because the
    /// rest is worth keeping: the question may be deleted, a topic closed while the answer was written, the message that
    /// was to carry it deleted. Then the formatting.
    pub(super) fn plainer(self, refusal: &str) -> Option<Self> {
        let refusal = refusal.to_ascii_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| refusal.contains(word));
        let formatted = self.formatted && !self.part.entities.is_empty();
        let replies = self.over.is_none() && self.address.reply_to.is_some();
        let in_topic = self.over.is_none() && self.address.thread != 0;
        let elsewhere = Some(Self { over: None, ..self });
        let unaddressed = Some(Self { address: Address { reply_to: None, ..self.address }, ..self });
        let outside = Some(Self { address: Address { thread: 0, ..self.address }, ..self });
        let bare = Some(Self { formatted: false, ..self });
        match () {
            () if self.keyboard.is_some() && names(&["button", "keyboard", "reply_markup"]) => {
                Some(Self { keyboard: None, ..self })
            }
            () if self.over.is_some() && names(&["message to edit", "be edited", "message_id", "no text"]) => elsewhere,
            () if replies && names(&["replied", "reply_message"]) => unaddressed,
            () if in_topic && names(&["thread", "topic"]) => outside,
            // The same text as entities stands behind it.
            () if matches!(self.part.form, Form::Rich | Form::Picture) => None,
            () if formatted => bare,
            () if self.over.is_some() => elsewhere,
            () if replies => unaddressed,
            () if in_topic => outside,
            () => None,
        }
    }
}
