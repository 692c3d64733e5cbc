//! A message as the fake Telegram keeps it, and how people see it.

use serde_json::{Map, Value};

use super::rich::Rich;
use super::text::Formatted;
use super::view::{DocumentView, MediaView, MessageView};

/// A message in a chat.
#[derive(Debug, Clone, Default)]
pub(super) struct Message {
    /// Its id in its chat.
    pub(super) id: i64,
    /// The topic it is in.
    pub(super) thread: Option<i64>,
    /// Who wrote it.
    pub(super) from: i64,
    /// The chat in whose name it was written.
    pub(super) sender_chat: Option<i64>,
    /// Seconds since the epoch.
    pub(super) date: i64,
    /// Seconds since the epoch.
    pub(super) edit_date: Option<i64>,
    /// Text or caption.
    pub(super) body: Formatted,
    /// Blocks instead of a text.
    pub(super) rich: Option<Rich>,
    /// What it is beside text.
    pub(super) media: Option<Media>,
    /// Who wrote it first: `MessageOrigin`.
    pub(super) forwarded: Option<Value>,
    /// The words it answers: `TextQuote`.
    pub(super) quote: Option<Value>,
    /// Chosen among the bot's inline results?
    pub(super) via_bot: bool,
    /// Its `inline_message_id`.
    pub(super) inline_id: Option<String>,
    /// Copied by Telegram from the linked channel?
    pub(super) automatic: bool,
    /// The album it belongs to: its `media_group_id`.
    pub(super) album: Option<String>,
    /// The id of the message it answers.
    pub(super) reply_to: Option<i64>,
    /// The inline keyboard, as `InlineKeyboardMarkup`.
    pub(super) keyboard: Option<Value>,
}

/// A message that is not only text.
#[derive(Debug, Clone)]
pub(super) struct Media {
    /// `photo`, `document`, …: the field of the Bot API's message that holds it, and the word in brackets for people.
    pub(super) kind: &'static str,
    /// What that field holds.
    pub(super) content: Value,
    /// Does a caption belong to it? Service messages have none.
    pub(super) captioned: bool,
    /// A second field, for clients that do not know the first.
    pub(super) also: Option<(&'static str, Value)>,
}

/// What Telegram says itself.
const SERVICE: [&str; 5] =
    ["forum_topic_created", "migrate_to_chat_id", "migrate_from_chat_id", "new_chat_members", "left_chat_member"];

impl Media {
    /// With room for a caption.
    pub(super) fn with_caption(kind: &'static str, content: Value) -> Self {
        Self { captioned: true, ..Self::bare(kind, content) }
    }

    /// Without.
    pub(super) fn bare(kind: &'static str, content: Value) -> Self {
        Self { kind, content, captioned: false, also: None }
    }

    /// Is it something that Telegram says itself?
    pub(super) fn is_service(&self) -> bool {
        SERVICE.contains(&self.kind)
    }

    fn view(&self) -> Option<MediaView> {
        (!self.is_service()).then(|| MediaView { kind: self.kind.to_owned(), content: self.content.clone() })
    }

    /// The id of the largest size, when it is a photo.
    fn photo(&self) -> Option<String> {
        let largest = self.content.as_array().and_then(|sizes| sizes.last())?;
        largest["file_id"].as_str().filter(|_| self.kind == "photo").map(ToOwned::to_owned)
    }

    fn document(&self) -> Option<DocumentView> {
        let text = |name: &str| self.content[name].as_str().unwrap_or_default().to_owned();
        (self.kind == "document").then(|| DocumentView {
            file_id: text("file_id"),
            name: text("file_name"),
            size: self.content["file_size"].as_u64().unwrap_or_default(),
            mime: text("mime_type"),
        })
    }

    /// What a service message says to people.
    fn sentence(&self) -> Option<String> {
        Some(match self.kind {
            "forum_topic_created" => {
                format!("Topic \u{201c}{}\u{201d} was opened", self.content["name"].as_str().unwrap_or_default())
            }
            "new_chat_members" => format!("{} joined the group", name(&self.content[0])),
            "left_chat_member" => format!("{} left the group", name(&self.content)),
            "migrate_to_chat_id" => "This group has become a supergroup".to_owned(),
            "migrate_from_chat_id" => "This supergroup was a group before".to_owned(),
            _ => return None,
        })
    }
}

impl Message {
    /// As people see it.
    pub(super) fn view(&self) -> MessageView {
        MessageView {
            message_id: self.id,
            thread: self.thread,
            from: self.from,
            date: self.date,
            edit_date: self.edit_date,
            text: match (&self.rich, &self.media) {
                (Some(rich), _) => rich.plain(),
                (None, Some(media)) if !media.captioned => format!("[{}]", media.kind),
                (None, _) => self.body.text.clone(),
            },
            sender_chat: self.sender_chat,
            rich: self.rich.as_ref().map(|rich| rich.markdown.clone()),
            blocks: self.rich.as_ref().map(|rich| rich.blocks.clone()).unwrap_or_default(),
            entities: self.body.entities_json(),
            photo: self.media.as_ref().and_then(Media::photo),
            document: self.media.as_ref().and_then(Media::document),
            media: self.media.as_ref().and_then(Media::view),
            forwarded_from: self.forwarded.as_ref().map(first_author),
            quote: self.quote.as_ref().and_then(|quote| quote["text"].as_str()).map(ToOwned::to_owned),
            via_bot: self.via_bot,
            album: self.album.clone(),
            service: self.media.as_ref().and_then(Media::sentence),
            reply_to: self.reply_to,
            keyboard: self.keyboard.as_ref().map(|markup| markup["inline_keyboard"].clone()),
        }
    }

    /// Text, blocks, or caption and media, as fields of the Bot API's message.
    pub(super) fn content(&self, fields: &mut Map<String, Value>) {
        if let Some(rich) = &self.rich {
            fields.insert("rich_message".to_owned(), rich.json());
        }
        for (name, value) in [("forward_origin", &self.forwarded), ("quote", &self.quote)] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(album) = &self.album {
            fields.insert("media_group_id".to_owned(), Value::from(album.clone()));
        }
        let (text, entities) = match &self.media {
            Some(media) => {
                fields.insert(media.kind.to_owned(), media.content.clone());
                if let Some((kind, content)) = &media.also {
                    fields.insert((*kind).to_owned(), content.clone());
                }
                ("caption", "caption_entities")
            }
            None => ("text", "entities"),
        };
        if !self.body.text.is_empty() {
            fields.insert(text.to_owned(), Value::from(self.body.text.clone()));
        }
        if !self.body.entities.is_empty() {
            fields.insert(entities.to_owned(), Value::from(self.body.entities_json()));
        }
    }
}

/// The name in a `MessageOrigin`.
fn first_author(origin: &Value) -> String {
    let names = ["/sender_user/first_name", "/sender_user_name", "/sender_chat/title", "/chat/title"];
    names.iter().find_map(|name| origin.pointer(name)?.as_str()).unwrap_or("somebody").to_owned()
}

/// The name of a `User`.
fn name(user: &Value) -> &str {
    user["first_name"].as_str().unwrap_or("Somebody")
}
