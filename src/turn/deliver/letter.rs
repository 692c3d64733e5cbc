//! One part on its way: as a new message, or over one that is there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::made;
use crate::chart;
use crate::storage::{Address, Form, Part};
use crate::telegram::methods::{
    EditInline, EditRich, EditText, NoPreview, ReplyTo, RichMarkdown, SendDocument, SendPhoto, SendRich, SendText,
    SentMessage,
};
use crate::telegram::{Attachment, Kind, Slot, TelegramError};

/// The names under which a long answer and a chart can be saved.
const FILE_NAME: &str = "answer.md";
const PICTURE_NAME: &str = "chart.png";

/// The message that a part is written over.
#[derive(Clone, Copy)]
pub(super) enum Over<'a> {
    /// One in the chat.
    Message(i64),
    /// One that was sent inline, by its handle.
    Inline(&'a str),
}

/// A part with everything around it. Copies are cheap.
#[derive(Clone, Copy)]
pub(super) struct Letter<'a> {
    pub(super) address: Address,
    pub(super) part: &'a Part,
    /// What it is written over.
    pub(super) over: Option<Over<'a>>,
    /// What stands under it.
    pub(super) keyboard: Option<&'a Value>,
    /// With its entities?
    pub(super) formatted: bool,
    /// Of a painted picture: as a file, since it was not taken as a photo (too large, of odd proportions).
    pub(super) as_file: bool,
}

impl<'a> Letter<'a> {
    /// The same in this chat. Where that is another one, it has other messages.
    pub(super) fn at(self, chat: i64) -> Self {
        if chat == self.address.chat {
            return self;
        }
        Self { address: Address { chat, reply_to: None, ..self.address }, over: None, ..self }
    }

    /// Sends it, or changes the message it is written over; says which message carries it (0: one that was sent inline).
    pub(super) async fn post(&self, slot: Slot) -> Result<i64, TelegramError> {
        let (changed, carrier) = match self.over {
            None => return self.send(slot).await.map(|sent| sent.message_id),
            Some(Over::Message(message_id)) => (self.change(slot, message_id).await, message_id),
            Some(Over::Inline(handle)) => (self.change_inline(slot, handle).await, 0),
        };
        match changed {
            // An edit that is repeated: it had arrived.
            Err(error) if error.says_not_modified() => Ok(carrier),
            changed => changed.map(|()| carrier),
        }
    }

    /// What its calls count as at Telegram.
    pub(super) const fn kind(&self) -> Kind {
        if matches!(self.over, Some(Over::Inline(_))) { Kind::Inline } else { Kind::Message }
    }

    /// Is there nobody left to get it?
    pub(super) fn is_in_vain(&self, error: &TelegramError) -> bool {
        let inline = matches!(self.over, Some(Over::Inline(_)));
        error.chat_is_gone() || (inline && error.message_is_gone())
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
            Form::Picture if self.as_file => {
                let file = SendDocument {
                    chat_id: chat,
                    message_thread_id: thread,
                    reply_parameters,
                    reply_markup: self.keyboard,
                };
                let picture = self.picture().await?;
                slot.upload(&file, Attachment { parameter: "document", ..picture }).await
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
        if let Some(painting) = &self.part.painting {
            let content = STANDARD.decode(painting.as_bytes()).map_err(|error| refused(error.to_string()))?;
            let (name, mime) = painted(&content);
            return Ok(Attachment { parameter: "photo", name, mime, content });
        }
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

    async fn change_inline(&self, slot: Slot, handle: &str) -> Result<(), TelegramError> {
        let edit = EditInline {
            inline_message_id: handle,
            text: &self.part.text,
            entities: self.entities(),
            link_preview_options: NoPreview::OFF,
            reply_markup: self.keyboard,
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
        // What was sent inline has no other place.
        let in_chat = matches!(self.over, Some(Over::Message(_)));
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
            () if in_chat && names(&["message to edit", "be edited", "message_id", "no text"]) => elsewhere,
            () if replies && names(&["replied", "reply_message"]) => unaddressed,
            () if in_topic && names(&["thread", "topic"]) => outside,
            () if self.part.painting.is_some() && !self.as_file => Some(Self { as_file: true, ..self }),
            // The same text as entities stands behind it.
            () if matches!(self.part.form, Form::Rich | Form::Picture) => None,
            () if formatted => bare,
            () if in_chat => elsewhere,
            () if replies => unaddressed,
            () if in_topic => outside,
            () => None,
        }
    }
}

/// The name and the kind of a painted picture, by its first bytes.
fn painted(content: &[u8]) -> (&'static str, &'static str) {
    match infer::get(content).map(|kind| kind.mime_type()) {
        Some("image/jpeg") => ("picture.jpg", "image/jpeg"),
        Some("image/webp") => ("picture.webp", "image/webp"),
        _ => ("picture.png", "image/png"),
    }
}
