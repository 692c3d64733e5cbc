//! What people see and do in the fake Telegram: the vocabulary between it, the page and the tests.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use super::item::{Item, Origin, Share};

/// Something a person does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Writes a message.
    Send {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// What. Commands at the start and mentions get their entities, as Telegram's clients do.
        text: String,
        /// In reply to.
        #[serde(default)]
        reply_to: Option<i64>,
        /// In a topic.
        #[serde(default)]
        thread: Option<i64>,
    },
    /// Writes a message as the group: an administrator who hides who they are.
    SendAnonymously {
        /// The group.
        chat: i64,
        /// Who it really is.
        user: i64,
        /// What.
        text: String,
        /// In reply to.
        #[serde(default)]
        reply_to: Option<i64>,
        /// In a topic.
        #[serde(default)]
        thread: Option<i64>,
    },
    /// Sends something that is more than text, or several things at once.
    Share(Share),
    /// Forwards a message of a chat that this person is in.
    Forward {
        /// Where to.
        chat: i64,
        /// Who.
        user: i64,
        /// Where from.
        from_chat: i64,
        /// Which.
        message_id: i64,
        /// Into a topic.
        #[serde(default)]
        thread: Option<i64>,
    },
    /// Types `@bot` and a query, in a chat that need not have the bot in it.
    TypeInline {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// What follows the bot's name.
        query: String,
    },
    /// Sends one of the results that the bot offers.
    ChooseInline {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// The id of the query.
        query: String,
        /// The id of the result.
        result: String,
    },
    /// Sends several photos of the sandbox's own at once.
    Album {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// How many photos: 2 to 10.
        count: usize,
        /// What is said below them; may be empty.
        #[serde(default)]
        caption: String,
        /// In a topic.
        #[serde(default)]
        thread: Option<i64>,
    },
    /// Deletes an own message, or as an administrator anybody's. The bot is not told.
    Delete {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// Which.
        message_id: i64,
    },
    /// Edits an own message.
    Edit {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// Which.
        message_id: i64,
        /// The new text.
        text: String,
    },
    /// Presses an inline button.
    Press {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// On which message.
        message_id: i64,
        /// The button's `callback_data`.
        data: String,
    },
    /// Presses the Stop button of a draft (the bot gets `stopped_message_generation`).
    StopDraft {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
        /// Which draft; without, the one that grew last.
        #[serde(default)]
        draft_id: Option<i64>,
    },
}

/// A message as people see it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    /// Its id in its chat.
    pub message_id: i64,
    /// The topic, when it is in one.
    pub thread: Option<i64>,
    /// Who wrote it; 1087968824 when that is not told.
    pub from: i64,
    /// The chat in whose name it was written: the group itself, for an anonymous administrator.
    #[serde(default)]
    pub sender_chat: Option<i64>,
    /// Seconds since the epoch.
    pub date: i64,
    /// When it was edited.
    pub edit_date: Option<i64>,
    /// The visible text or caption; for what Telegram says itself a bracketed word, such as `[forum_topic_created]`.
    pub text: String,
    /// As in the Bot API: offsets and lengths in UTF-16 units.
    pub entities: Vec<Value>,
    /// The Markdown of a rich message; `text` then holds its words alone.
    #[serde(default)]
    pub rich: Option<String>,
    /// What that became: `RichBlock`s as in the Bot API.
    #[serde(default)]
    pub blocks: Vec<Value>,
    /// The `file_id` of the photo.
    #[serde(default)]
    pub photo: Option<String>,
    /// The file, when it is one.
    #[serde(default)]
    pub document: Option<DocumentView>,
    /// What it is beside text, with everything that the bot is told about it; nothing for what Telegram says itself.
    #[serde(default)]
    pub media: Option<MediaView>,
    /// Who wrote it first, when it was forwarded.
    #[serde(default)]
    pub forwarded_from: Option<String>,
    /// Was it chosen among what the bot offered inline?
    #[serde(default)]
    pub via_bot: bool,
    /// The words that it answers, when it does not answer all of a message.
    #[serde(default)]
    pub quote: Option<String>,
    /// The album it belongs to: the same for all of its messages.
    #[serde(default)]
    pub album: Option<String>,
    /// The sentence of a message that Telegram says itself.
    #[serde(default)]
    pub service: Option<String>,
    /// In reply to.
    pub reply_to: Option<i64>,
    /// `inline_keyboard` as in the Bot API: rows of buttons.
    pub keyboard: Option<Value>,
}

/// A photo, a voice message, a poll, …
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MediaView {
    /// The field of the Bot API's `Message` that holds it.
    pub kind: String,
    /// What that field holds.
    pub content: Value,
}

/// A file in a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// For [`FakeTelegram::file`](super::FakeTelegram::file).
    pub file_id: String,
    /// As its sender named it.
    pub name: String,
    /// In bytes.
    pub size: u64,
    /// Its MIME type.
    pub mime: String,
}

/// A person, the bot, or a chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonView {
    /// Telegram's id.
    pub id: i64,
    /// Shown name.
    pub name: String,
    /// Without the @.
    pub username: Option<String>,
    /// IETF tag.
    pub language_code: Option<String>,
    /// Is it the bot?
    pub is_bot: bool,
}

/// A chat with its messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChatView {
    /// Telegram's id: a person's for a private chat, negative for groups.
    pub id: i64,
    /// "private", "group", "supergroup".
    pub kind: String,
    /// Shown title.
    pub title: String,
    /// Ids of the people in it, without the bot.
    pub members: Vec<i64>,
    /// Ids of those who may administrate it.
    #[serde(default)]
    pub admins: Vec<i64>,
    /// Its topics, oldest first.
    #[serde(default)]
    pub topics: Vec<TopicView>,
    /// Oldest first.
    pub messages: Vec<MessageView>,
}

/// A topic of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicView {
    /// Its `message_thread_id`.
    pub id: i64,
    /// Shown name.
    pub name: String,
}

/// Everything, for a page that has just been opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorldView {
    /// People and the bot.
    pub people: Vec<PersonView>,
    /// Chats.
    pub chats: Vec<ChatView>,
}

/// Something that people see happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A new message.
    Message {
        /// The chat.
        chat: i64,
        /// The message.
        message: MessageView,
    },
    /// A chat is not what it was: its topics, its people, or whether it is there at all.
    ChatChanged {
        /// The chat.
        chat: i64,
    },
    /// A message was edited (text, formatting or buttons).
    Edited {
        /// The chat.
        chat: i64,
        /// The message as it is now.
        message: MessageView,
    },
    /// A message was deleted.
    Deleted {
        /// The chat.
        chat: i64,
        /// Which.
        message_id: i64,
    },
    /// A draft appeared or grew.
    Draft {
        /// The chat.
        chat: i64,
        /// The topic, when it is in one.
        thread: Option<i64>,
        /// Non-zero; the same id is the same draft, animated.
        draft_id: i64,
        /// Empty shows "Thinking…".
        text: String,
        /// As in the Bot API.
        entities: Vec<Value>,
        /// The blocks of a rich draft; `text` then holds its words alone.
        #[serde(default)]
        blocks: Vec<Value>,
        /// Does it have a Stop button?
        can_stop: bool,
    },
    /// A draft is not shown any more (final message, expiry, or Stop).
    DraftGone {
        /// The chat.
        chat: i64,
        /// Which.
        draft_id: i64,
    },
    /// "typing…" and the like; clients show it for five seconds.
    ChatAction {
        /// The chat.
        chat: i64,
        /// "typing", …
        action: String,
    },
    /// What the bot offers somebody who typed its name.
    InlineResults {
        /// Who typed.
        user: i64,
        /// The id of the query.
        query: String,
        /// `InlineQueryResult`s as in the Bot API.
        results: Vec<Value>,
        /// The button above them: an `InlineQueryResultsButton`.
        button: Option<Value>,
    },
    /// The answer to a pressed button.
    CallbackAnswer {
        /// Who pressed.
        user: i64,
        /// What it says, when it says something.
        text: Option<String>,
        /// As a dialog instead of a toast?
        alert: bool,
    },
}
