//! A message, as far as the bot looks at it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::attachment::Attachment;
use super::media::RawMedia;
use super::replied::{RawReplied, Replied, replied};

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
    /// What whoever wrote it is called: a first name, or the title of a chat that speaks for itself.
    pub author: Option<String>,
    /// What it replies to.
    pub replied: Option<Replied>,
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
    /// What whoever wrote it there is called, when that is told.
    pub forwarded_from: Option<String>,
    /// In whose name it was sent.
    pub voice: Voice,
    /// The bot whose inline result it is.
    pub via: Option<i64>,
    /// The chat that speaks, when one does.
    pub sender_chat: Option<i64>,
    /// A channel's post that Telegram itself has put into the group that the channel is linked to.
    pub automatic: bool,
    /// The group has become a supergroup with another id.
    pub moved: Option<Moved>,
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

/// A group has become a supergroup, which is another chat to Telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The id that nobody can write to any more.
    pub from: i64,
    /// The id from now on.
    pub to: i64,
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
    /// Text, never blank.
    Text(String),
    /// Files, never none, and what is said below them, which may be nothing.
    Files(Vec<Attachment>, String),
    /// Something without words that a sentence tells: a place, a contact, a sticker.
    Told(String),
    /// Something that people send and the bot does not read: "video", "story", … as the Bot API names it.
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
    /// What they call themselves.
    #[serde(default)]
    pub first_name: Option<String>,
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
    reply_to_message: Option<RawReplied>,
    #[serde(default)]
    quote: Value,
    #[serde(default)]
    date: Value,
    #[serde(default)]
    media_group_id: Value,
    #[serde(default)]
    forward_origin: Option<Value>,
    #[serde(default)]
    forward_from: Option<Value>,
    #[serde(default)]
    forward_date: Option<IgnoredAny>,
    #[serde(default)]
    sender_chat: Option<Value>,
    #[serde(default)]
    author_signature: Value,
    #[serde(default)]
    is_automatic_forward: Value,
    #[serde(default)]
    migrate_to_chat_id: Value,
    #[serde(default)]
    migrate_from_chat_id: Value,
    #[serde(default)]
    via_bot: Option<Value>,
    #[serde(default)]
    sender_business_bot: Option<IgnoredAny>,
    #[serde(default)]
    business_connection_id: Option<IgnoredAny>,
    #[serde(flatten)]
    media: RawMedia,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl RawMessage {
    /// Telegram tells of a move in both chats.
    fn moved(&self) -> Option<Moved> {
        let to = self.migrate_to_chat_id.as_i64().map(|to| Moved { from: self.chat.id, to });
        to.or_else(|| self.migrate_from_chat_id.as_i64().map(|from| Moved { from, to: self.chat.id }))
    }
}

impl From<RawMessage> for Message {
    fn from(raw: RawMessage) -> Self {
        // A person's own chat has the person's id, which is positive; the type may be missing or newer than we are.
        let private = raw.chat.kind.as_deref() == Some("private") || raw.chat.id > 0;
        let thread = if raw.is_topic_message { raw.message_thread_id.unwrap_or(0) } else { 0 };
        // Servers of before 2024 tell of a forward by fields of its own.
        let forwarded = raw.forward_origin.is_some() || raw.forward_from.is_some() || raw.forward_date.is_some();
        let sender_chat = raw.sender_chat.as_ref().and_then(|chat| chat.get("id")).and_then(Value::as_i64);
        // An admin who hides behind the group may have a title, by which the others tell them apart.
        let signature =
            raw.author_signature.as_str().filter(|name| sender_chat == Some(raw.chat.id) && !name.is_empty());
        let titled = || name_of(raw.sender_chat.as_ref().unwrap_or(&Value::Null), raw.from.as_ref());
        let author = signature.map(str::to_owned).or_else(titled);
        let moved = raw.moved();
        let by_way_of = [&raw.sender_business_bot, &raw.business_connection_id];
        let voice = match &raw.sender_chat {
            Some(_) => Voice::Chat,
            None if raw.via_bot.is_some() || by_way_of.iter().any(|mark| mark.is_some()) => Voice::ByWayOf,
            None => Voice::Own,
        };
        let chat_itself =
            private.then_some(User { id: raw.chat.id, is_bot: false, first_name: None, language_code: None });
        let origin = raw.forward_origin.unwrap_or(Value::Null);
        Self {
            id: raw.message_id,
            chat: raw.chat.id,
            private,
            thread,
            author,
            sender_chat,
            automatic: raw.is_automatic_forward == Value::Bool(true),
            moved,
            from: raw.from.or(chat_itself),
            entities: readable(if raw.text.is_some() { &raw.entities } else { &raw.media.caption_entities }),
            content: content(raw.text, &raw.media),
            replied_origin: raw.reply_to_message.as_ref().and_then(RawReplied::origin),
            replies_to: raw.reply_to_message.as_ref().map(|replied| replied.message_id).filter(|id| *id != thread),
            replied: replied(raw.reply_to_message.as_ref().filter(|replied| replied.message_id != thread), &raw.quote),
            // Everything in a topic replies to whoever opened it.
            reply_to: raw
                .reply_to_message
                .filter(|replied| thread == 0 || replied.message_id != thread)
                .and_then(|replied| replied.from),
            sent_at: raw.date.as_i64().unwrap_or(0),
            album: raw.media_group_id.as_str().map(str::to_owned),
            forwarded,
            forwarded_from: origin_name(&origin).or_else(|| first_name(raw.forward_from.as_ref()?)),
            voice,
            via: raw.via_bot.and_then(|bot| bot.get("id")?.as_i64()),
        }
    }
}

fn content(text: Option<String>, media: &RawMedia) -> Content {
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        return Content::Text(text);
    }
    let files = media.attachments();
    if !files.is_empty() {
        return Content::Files(files, media.caption().unwrap_or_default().to_owned());
    }
    match (media.in_words(), media.name()) {
        (Some(words), _) => Content::Told(words),
        (None, Some(media)) => Content::Media(media),
        (None, None) => Content::Service,
    }
}

/// What whoever wrote something is called: the chat in whose name they did, or themselves.
pub(super) fn name_of(chat: &Value, user: Option<&User>) -> Option<String> {
    let title = chat.get("title").and_then(Value::as_str).map(str::to_owned);
    title.or_else(|| user?.first_name.clone()).filter(|name| !name.trim().is_empty())
}

/// Who wrote what was passed on, when that is told.
fn origin_name(origin: &Value) -> Option<String> {
    let chat = origin.get("chat").or_else(|| origin.get("sender_chat"));
    let hidden = origin.get("sender_user_name").and_then(Value::as_str).map(str::to_owned);
    let title = chat.and_then(|chat| chat.get("title")).and_then(Value::as_str).map(str::to_owned);
    origin.get("sender_user").and_then(first_name).or(hidden).or(title)
}

fn first_name(user: &Value) -> Option<String> {
    user.get("first_name").and_then(Value::as_str).map(str::to_owned)
}

fn readable(entities: &Value) -> Vec<Entity> {
    let each = entities.as_array().into_iter().flatten();
    each.filter_map(|entity| Entity::deserialize(entity).ok()).collect()
}

impl Message {
    /// The text, or what is said below its files.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Files(_, caption) => {
                Some(caption).filter(|caption| !caption.trim().is_empty()).map(String::as_str)
            }
            Content::Told(_) | Content::Media(_) | Content::Service => None,
        }
    }

    /// The files that it brings.
    #[must_use]
    pub fn attachments(&self) -> &[Attachment] {
        match &self.content {
            Content::Files(files, _) => files,
            Content::Text(_) | Content::Told(_) | Content::Media(_) | Content::Service => &[],
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
