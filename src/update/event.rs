//! The inside of an update: one closed vocabulary.

use serde::Deserialize;
use serde_json::Value;

use super::inline::{self, Chosen, RawChosen, RawTyped, Typed};
use super::membership::{Membership, RawMembership};
use super::message::{Message, RawMessage, User};

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Somebody wrote.
    Message(Box<Message>),
    /// Somebody edited what they wrote.
    Edited(Box<Message>),
    /// Somebody pressed an inline button.
    Callback(Callback),
    /// Somebody types the bot's name and a question, anywhere.
    Typed(Typed),
    /// Somebody sent what the bot offered then.
    Chosen(Chosen),
    /// Somebody pressed Stop on an answer that is being written.
    StoppedGeneration {
        /// The chat.
        chat: i64,
        /// The topic, 0 for none.
        thread: i64,
        /// The draft under which the button stood, when it is told.
        draft: Option<i64>,
    },
    /// The bot has become something else in a chat.
    Membership(Membership),
    /// Somebody else has. Telegram tells that only to bots that have asked for it, so this is a chance to know sooner.
    MemberChanged {
        /// The chat.
        chat: i64,
        /// Who.
        user: i64,
    },
    /// Nothing that the bot reacts to; counted under the kind's name.
    NotForUs(String),
}

/// A pressed button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// To be answered under this id.
    pub id: String,
    /// Who pressed.
    pub from: User,
    /// The chat of the message under which the button stands, when it is known.
    pub chat: Option<i64>,
    /// The topic, 0 for none.
    pub thread: i64,
    /// The message under which the button stands, when it is known.
    pub message: Option<i64>,
    /// The same of a message that was sent inline; then nothing else is known of its place.
    pub inline: Option<String>,
    /// What the button carries.
    pub data: String,
}

/// Reads a stored update. An error says what is wrong without quoting the update.
pub fn event(raw: &str) -> Result<Event, String> {
    let update: RawUpdate = serde_json::from_str(raw).map_err(|error| without_content(&error))?;
    Ok(match update {
        RawUpdate { message: Some(message), .. } => Event::Message(Box::new(Message::from(message))),
        RawUpdate { edited_message: Some(message), .. } => Event::Edited(Box::new(Message::from(message))),
        RawUpdate { callback_query: Some(query), .. } => Event::Callback(Callback::from(query)),
        RawUpdate { inline_query: Some(query), .. } => Event::Typed(Typed::from(query)),
        RawUpdate { chosen_inline_result: Some(result), .. } => Event::Chosen(Chosen::from(result)),
        RawUpdate { stopped_message_generation: Some(stopped), .. } => {
            let RawStopped { chat, message_thread_id, draft_id } = stopped;
            Event::StoppedGeneration { chat: chat.id, thread: message_thread_id.unwrap_or(0), draft: draft_id }
        }
        RawUpdate { my_chat_member, chat_member, .. } => {
            let of_bot = RawMembership::read(my_chat_member).map(|change| Event::Membership(change.into()));
            let of_others = || RawMembership::read(chat_member).map(RawMembership::of_somebody);
            of_bot.or_else(of_others).unwrap_or_else(|| Event::NotForUs(kind_name(raw)))
        }
    })
}

/// The name of an update's kind, for a counter: at most 40 letters and underscores, so that nobody's input becomes a
/// label.
fn kind_name(raw: &str) -> String {
    let update: serde_json::Map<String, Value> = serde_json::from_str(raw).unwrap_or_default();
    let known = |key: &&String| key.len() <= 40 && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    update.keys().filter(|key| *key != "update_id").find(known).cloned().unwrap_or_else(|| "nameless".to_owned())
}

/// serde quotes what it found; the category and the place are enough to find the fault in the stored update.
fn without_content(error: &serde_json::Error) -> String {
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

#[derive(Deserialize)]
struct RawUpdate {
    #[serde(default)]
    message: Option<RawMessage>,
    #[serde(default)]
    edited_message: Option<RawMessage>,
    #[serde(default)]
    callback_query: Option<RawCallback>,
    #[serde(default)]
    inline_query: Option<RawTyped>,
    #[serde(default)]
    chosen_inline_result: Option<RawChosen>,
    #[serde(default)]
    stopped_message_generation: Option<RawStopped>,
    #[serde(default)]
    my_chat_member: Value,
    #[serde(default)]
    chat_member: Value,
}

#[derive(Deserialize)]
struct RawStopped {
    chat: RawChat,
    #[serde(default)]
    message_thread_id: Option<i64>,
    #[serde(default)]
    draft_id: Option<i64>,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
}

#[derive(Deserialize)]
struct RawCallback {
    id: Value,
    from: User,
    #[serde(default)]
    message: Option<RawPlace>,
    #[serde(default)]
    inline_message_id: Option<String>,
    #[serde(default)]
    data: String,
}

#[derive(Deserialize)]
struct RawPlace {
    chat: RawChat,
    #[serde(default)]
    message_id: Option<i64>,
    #[serde(default)]
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
}

impl From<RawCallback> for Callback {
    fn from(raw: RawCallback) -> Self {
        Self {
            id: inline::id(&raw.id),
            from: raw.from,
            chat: raw.message.as_ref().map(|place| place.chat.id),
            message: raw.message.as_ref().and_then(|place| place.message_id).filter(|id| *id > 0),
            thread: raw
                .message
                .filter(|place| place.is_topic_message)
                .and_then(|place| place.message_thread_id)
                .unwrap_or(0),
            inline: raw.inline_message_id,
            data: raw.data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::update::{Content, Origin};

    fn message(raw: &str) -> Message {
        match event(raw).unwrap() {
            Event::Message(message) => *message,
            other => panic!("not a message: {other:?}"),
        }
    }

    #[test]
    fn an_unknown_entity_does_not_swallow_the_text() {
        let read = message(
            r#"{"update_id":1,"message":{"message_id":1,"date":1,"chat":{"id":5,"type":"private"},"from":{"id":5},"text":"at noon","entities":[{"type":"date_time","offset":0,"length":2,"unix_time":1}]}}"#,
        );
        assert_eq!(read.content, Content::Text("at noon".into()));
    }

    #[test]
    fn a_chat_without_type_and_a_message_without_sender_is_a_private_one() {
        let read = message(r#"{"update_id":1,"message":{"chat":{"id":5},"text":"x","date":99999999999999}}"#);
        assert!(read.private);
        assert_eq!(read.from.map(|user| user.id), Some(5));
    }

    #[test]
    fn a_live_photo_is_named_as_what_it_is() {
        let read = message(
            r#"{"update_id":1,"message":{"chat":{"id":5},"live_photo":{"file_id":"a"},"photo":[],"caption":"c"}}"#,
        );
        assert_eq!(read.content, Content::Media("live_photo"));
    }

    #[test]
    fn what_binds_messages_together_is_read_and_never_a_reason_to_refuse_one() {
        let read = message(
            r#"{"update_id":1,"message":{"chat":{"id":5},"date":9,"text":"a","media_group_id":"7","forward_origin":{},"reply_to_message":{"message_id":4}}}"#,
        );
        let bonds = (read.sent_at, read.album.as_deref(), read.forwarded, read.replies_to);
        assert_eq!(bonds, (9, Some("7"), true, Some(4)));
        let odd = message(
            r#"{"update_id":1,"message":{"chat":{"id":5},"date":"now","text":"a","media_group_id":7,"forward_origin":null}}"#,
        );
        assert_eq!((odd.sent_at, odd.album, odd.forwarded, odd.replies_to), (0, None, false, None));
        let in_topic = message(
            r#"{"update_id":1,"message":{"chat":{"id":-5},"text":"a","message_thread_id":3,"is_topic_message":true,"reply_to_message":{"message_id":3}}}"#,
        );
        assert_eq!((in_topic.replies_to, in_topic.reply_to), (None, None));
    }

    #[test]
    fn a_group_that_becomes_a_supergroup_is_told_in_both() {
        let moved = |chat: i64, fields: &str| {
            message(&format!(r#"{{"update_id":1,"message":{{"chat":{{"id":{chat}}},{fields}}}}}"#)).moved
        };
        let expected = Some(crate::update::Moved { from: -5, to: -1005 });
        assert_eq!(moved(-5, r#""migrate_to_chat_id":-1005"#), expected);
        assert_eq!(moved(-1005, r#""migrate_from_chat_id":-5"#), expected);
        assert_eq!(moved(-5, r#""migrate_to_chat_id":"-1005""#), None);
    }

    #[test]
    fn whoever_speaks_as_a_chat_is_named_by_it_or_by_their_title_in_it() {
        let author = |fields: &str| {
            message(&format!(
                r#"{{"update_id":1,"message":{{"chat":{{"id":-5}},"from":{{"id":1087968824,"first_name":"Group"}},"text":"a",{fields}}}}}"#
            ))
            .author
        };
        let named = |name: &str| Some(name.to_owned());
        assert_eq!(author(r#""sender_chat":{"id":-5,"title":"Trip"}"#), named("Trip"));
        assert_eq!(
            author(r#""sender_chat":{"id":-5,"title":"Trip"},"author_signature":"the boss""#),
            named("the boss")
        );
        assert_eq!(author(r#""sender_chat":{"id":-7,"title":"News"},"author_signature":"Ann""#), named("News"));
    }

    #[test]
    fn in_whose_name_a_message_was_sent_is_told_from_who_is_named_as_its_sender() {
        let read = |fields: &str| {
            message(&format!(
                r#"{{"update_id":1,"message":{{"chat":{{"id":5}},"from":{{"id":5}},"text":"a"{fields}}}}}"#
            ))
        };
        assert!(read("").is_in_person());
        for fields in [
            r#","forward_origin":{"type":"hidden_user"}"#,
            r#","forward_from":{"id":7}"#,
            r#","forward_date":1"#,
            r#","via_bot":{"id":7}"#,
            r#","sender_chat":{"id":-7}"#,
            r#","sender_business_bot":{"id":7}"#,
            r#","business_connection_id":"x""#,
        ] {
            assert!(!read(fields).is_in_person(), "{fields}");
        }
        let origin =
            |replied: &str| read(&format!(r#","reply_to_message":{{"message_id":4,{replied}}}"#)).replied_origin;
        assert_eq!(origin(r#""forward_origin":{"type":"user","sender_user":{"id":7}}"#), Some(Origin::Person(7)));
        assert_eq!(origin(r#""forward_from":{"id":7}"#), Some(Origin::Person(7)));
        assert_eq!(origin(r#""forward_origin":{"type":"hidden_user","sender_user_name":"x"}"#), Some(Origin::Hidden));
        assert_eq!(origin(r#""from":{"id":7}"#), None);
    }

    #[test]
    fn what_is_not_for_us_is_named_for_a_counter() {
        assert_eq!(
            event(r#"{"update_id":1,"guest_message":{"text":"hi"}}"#),
            Ok(Event::NotForUs("guest_message".into()))
        );
        assert_eq!(event(r#"{"update_id":1,"<b>":{}}"#), Ok(Event::NotForUs("nameless".into())));
    }

    #[test]
    fn a_command_is_ours_unless_it_names_another_bot() {
        let read = |text: &str| {
            message(&serde_json::json!({"update_id":1,"message":{"chat":{"id":5},"text":text}}).to_string())
        };
        let ours = |text: &str| read(text).command("a_bot").map(|(name, rest)| (name, rest.to_owned()));
        assert_eq!(ours("/New You are a pirate"), Some(("new".into(), "You are a pirate".into())));
        assert_eq!(ours("/new@A_Bot"), Some(("new".into(), String::new())));
        assert_eq!(ours("/new@other_bot"), None);
        assert_eq!(ours("/ hello"), None);
        assert_eq!(ours("/usr/bin is a folder"), None);
    }

    #[test]
    fn a_mention_is_found_behind_letters_outside_the_basic_plane() {
        let read = message(
            r#"{"update_id":1,"message":{"chat":{"id":-5},"text":"😀 @A_bot hi","entities":[{"type":"mention","offset":3,"length":6}]}}"#,
        );
        assert!(read.mentions("a_bot") && !read.mentions("b_bot"));
    }

    #[test]
    fn an_error_does_not_quote_the_update() {
        let error = event(r#"{"update_id":1,"message":{"chat":"my secret"}}"#).unwrap_err();
        assert!(!error.contains("secret"), "{error}");
    }
}
