//! A message, as far as the bot looks at it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

/// A message of a person (or of a chat speaking for itself).
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id in its chat; 0 for ephemeral ones.
    pub id: i64,
    /// The chat.
    pub chat: i64,
    /// Is it a conversation between one person and the bot?
    pub private: bool,
    /// The topic, 0 for none.
    pub thread: i64,
    /// Who wrote it. In private chats always known, since the chat is the person.
    pub from: Option<User>,
    /// What it is.
    pub content: Content,
    /// Formatting, commands and mentions in the text.
    pub entities: Vec<Entity>,
    /// Who wrote the message that this one replies to.
    pub reply_to: Option<User>,
    /// The id of that message; `None` also for the opening of the topic, which everything in a topic replies to.
    pub replies_to: Option<i64>,
    /// When it was sent, in seconds since the Unix epoch; 0 when that is not known.
    pub sent_at: i64,
    /// The album it belongs to: photos sent at once are messages with the same name here.
    pub album: Option<String>,
    /// Was it written elsewhere and passed on?
    pub forwarded: bool,
    /// In whose name it was sent.
    pub voice: Voice,
    /// Of a reply to something that was passed on: who had written that.
    pub replied_origin: Option<Origin>,
}

/// In whose name a message was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Whoever `from` names sent it by themselves.
    Own,
    /// They sent it by way of a bot, or somebody did in the name of a business.
    ByWayOf,
    /// A chat speaks (a channel, a group without a face): `from` is nobody in particular.
    Chat,
}

/// Who wrote what was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This person.
    Person(i64),
    /// Somebody whom Telegram does not tell, since they do not want it to, or a chat.
    Hidden,
}

/// What a message is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, never empty.
    Text(String),
    /// Something that people send and the bot does not read yet: "photo", "voice", … as the Bot API names it.
    Media(&'static str),
    /// Something that happened in the chat (a member came, a title changed): nobody expects an answer.
    Service,
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Telegram's id.
    pub id: i64,
    /// Another bot?
    #[serde(default)]
    pub is_bot: bool,
    /// IETF tag of their client's language.
    #[serde(default)]
    pub language_code: Option<String>,
}

/// A marked range of the text, in UTF-16 units. The type stays a string: new ones come faster than releases.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Entity {
    /// "`bot_command`", "mention", …
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins.
    pub offset: usize,
    /// How long it is.
    pub length: usize,
}

/// A message as Telegram writes it.
#[derive(Deserialize)]
pub(super) struct RawMessage {
    #[serde(default)]
    message_id: i64,
    chat: RawChat,
    #[serde(default)]
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
    #[serde(default)]
    from: Option<User>,
    #[serde(default)]
    text: Option<String>,
    /// Read one by one: an odd one costs a mention, not the message.
    #[serde(default)]
    entities: Value,
    #[serde(default)]
    reply_to_message: Option<Replied>,
    #[serde(default)]
    date: Value,
    #[serde(default)]
    media_group_id: Value,
    #[serde(default)]
    forward_origin: Option<IgnoredAny>,
    #[serde(default)]
    forward_from: Option<IgnoredAny>,
    #[serde(default)]
    forward_date: Option<IgnoredAny>,
    #[serde(default)]
    sender_chat: Option<IgnoredAny>,
    #[serde(default)]
    via_bot: Option<IgnoredAny>,
    #[serde(default)]
    sender_business_bot: Option<IgnoredAny>,
    #[serde(default)]
    business_connection_id: Option<IgnoredAny>,
    #[serde(flatten)]
    media: Media,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Replied {
    #[serde(default)]
    message_id: i64,
    #[serde(default)]
    from: Option<User>,
    #[serde(default)]
    forward_origin: Value,
    #[serde(default)]
    forward_from: Value,
}

/// Declares which fields are media; the first one present names the message.
macro_rules! media {
    ($($field:ident),*) => {
        /// Each field's presence is all that counts.
        #[derive(Deserialize)]
        struct Media { $(#[serde(default)] $field: Option<IgnoredAny>),* }

        impl Media {
            fn name(&self) -> Option<&'static str> {
                $(if self.$field.is_some() { return Some(stringify!($field)); })*
                None
            }
        }
    };
}

// In this order: an animation also carries a document, a venue a location, a live photo a photo.
media!(
    animation,
    audio,
    live_photo,
    photo,
    voice,
    video_note,
    video,
    document,
    sticker,
    venue,
    location,
    contact,
    poll,
    dice,
    game,
    story,
    paid_media,
    checklist,
    invoice,
    rich_message
);

impl From<RawMessage> for Message {
    fn from(raw: RawMessage) -> Self {
        // A person's own chat has the person's id, which is positive; the type may be missing or newer than we are.
        let private = raw.chat.kind.as_deref() == Some("private") || raw.chat.id > 0;
        let thread = if raw.is_topic_message { raw.message_thread_id.unwrap_or(0) } else { 0 };
        // Servers of before 2024 tell of a forward by fields of its own.
        let forwarded = [&raw.forward_origin, &raw.forward_from, &raw.forward_date].iter().any(|mark| mark.is_some());
        let by_way_of = [&raw.via_bot, &raw.sender_business_bot, &raw.business_connection_id];
        let voice = match raw.sender_chat {
            Some(_) => Voice::Chat,
            None if by_way_of.iter().any(|mark| mark.is_some()) => Voice::ByWayOf,
            None => Voice::Own,
        };
        let chat_itself = private.then_some(User { id: raw.chat.id, is_bot: false, language_code: None });
        Self {
            id: raw.message_id,
            chat: raw.chat.id,
            private,
            thread,
            from: raw.from.or(chat_itself),
            content: match (raw.text.filter(|text| !text.trim().is_empty()), raw.media.name()) {
                (Some(text), _) => Content::Text(text),
                (None, Some(media)) => Content::Media(media),
                (None, None) => Content::Service,
            },
            entities: readable(&raw.entities),
            replied_origin: raw.reply_to_message.as_ref().and_then(Replied::origin),
            replies_to: raw.reply_to_message.as_ref().map(|replied| replied.message_id).filter(|id| *id != thread),
            reply_to: raw.reply_to_message.and_then(|replied| replied.from),
            sent_at: raw.date.as_i64().unwrap_or(0),
            album: raw.media_group_id.as_str().map(str::to_owned),
            forwarded,
            voice,
        }
    }
}

impl Replied {
    /// Who wrote it, if it was passed on.
    fn origin(&self) -> Option<Origin> {
        let told = [self.forward_origin.pointer("/sender_user/id"), self.forward_from.get("id")];
        let person = told.into_iter().flatten().find_map(Value::as_i64).map(Origin::Person);
        let forwarded = !(self.forward_origin.is_null() && self.forward_from.is_null());
        person.or(forwarded.then_some(Origin::Hidden))
    }
}

fn readable(entities: &Value) -> Vec<Entity> {
    let each = entities.as_array().into_iter().flatten();
    each.filter_map(|entity| Entity::deserialize(entity).ok()).collect()
}

impl Message {
    /// The text, when it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Media(_) | Content::Service => None,
        }
    }

    /// Did whoever `from` names write it, here and by themselves?
    #[must_use]
    pub fn is_in_person(&self) -> bool {
        self.voice == Voice::Own && !self.forwarded
    }

    /// The language of whoever wrote it.
    #[must_use]
    pub fn language_code(&self) -> Option<&str> {
        self.from.as_ref().and_then(|user| user.language_code.as_deref())
    }

    /// The command at the start of the text and what follows it: `/new You are a pirate` → `("new", "You are a pirate")`.
    /// `None` when it is no command, or one for another bot (`/new@other_bot`).
    #[must_use]
    pub fn command(&self, bot_username: &str) -> Option<(String, &str)> {
        let text = self.text()?;
        let word = text.split_whitespace().next()?;
        let named = text.strip_prefix('/').map(|_| &word[1..])?;
        let (name, addressee) = named.split_once('@').unwrap_or((named, bot_username));
        let well_formed = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (well_formed && addressee.eq_ignore_ascii_case(bot_username))
            .then(|| (name.to_ascii_lowercase(), text[word.len()..].trim()))
    }

    /// Is it a command that names another bot (`/stop@other_bot`)?
    #[must_use]
    pub fn commands_another_bot(&self, bot_username: &str) -> bool {
        let word = self.text().and_then(|text| text.split_whitespace().next()).unwrap_or_default();
        let addressee = word.strip_prefix('/').and_then(|command| command.split_once('@'));
        addressee.is_some_and(|(_, name)| !name.eq_ignore_ascii_case(bot_username))
    }

    /// Is the bot mentioned by its name?
    #[must_use]
    pub fn mentions(&self, bot_username: &str) -> bool {
        let Some(text) = self.text() else { return false };
        self.entities.iter().filter(|entity| entity.kind == "mention").any(|entity| {
            let name: Vec<u16> = text
                .encode_utf16()
                .skip(entity.offset.saturating_add(1))
                .take(entity.length.saturating_sub(1))
                .collect();
            String::from_utf16_lossy(&name).eq_ignore_ascii_case(bot_username)
        })
    }
}
