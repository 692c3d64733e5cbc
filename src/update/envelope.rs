//! The outside of an update: what must be known to store it in the right place.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{FORGET_BUTTON, INLINE, Lane, STOP_BUTTON};

/// What the outside of an update says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Telegram's id; `None` when there is none that makes sense.
    pub update_id: Option<i64>,
    /// The conversation it belongs to; chat 0 when that cannot be told.
    pub lane: Lane,
    /// Is it worth nothing after half a minute, so that nobody loses anything when it is lost? What somebody types inline is.
    pub fleeting: bool,
    /// Why it cannot be worked on. Holds no text of a user.
    pub unreadable: Option<&'static str>,
}

/// Reads the outside of `raw`. Never fails and never recurses into the text, so neither nesting nor odd strings hurt.
#[must_use]
pub fn envelope(bot: i64, raw: &str) -> Envelope {
    let nowhere = Lane { bot, chat: 0, thread: 0, control: false };
    let Ok(outside) = serde_json::from_str::<Outside<'_>>(raw) else {
        let unreadable = Some("not a JSON object");
        return Envelope { update_id: None, lane: nowhere, fleeting: false, unreadable };
    };
    let update_id = outside.update_id.and_then(|id| id.get().parse::<i64>().ok()).filter(|id| *id >= 0);
    let unreadable = update_id.is_none().then_some("update_id is missing or not a number from 0 up");
    let mut lanes = outside.payloads.iter().filter_map(|(kind, payload)| Some((kind, lane(bot, kind, payload)?)));
    let found = lanes.find(|(_, lane)| lane.chat != 0);
    let fleeting = unreadable.is_none() && found.as_ref().is_some_and(|(kind, _)| **kind == "inline_query");
    Envelope { update_id, lane: found.map_or(nowhere, |(_, lane)| lane), fleeting, unreadable }
}

/// The message that this update says was edited, when it is one with a text.
#[must_use]
pub fn edited_message(raw: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Edit<'a> {
        #[serde(borrow)]
        edited_message: Option<Edited<'a>>,
    }
    #[derive(Deserialize)]
    struct Edited<'a> {
        message_id: i64,
        #[serde(borrow)]
        text: Option<&'a RawValue>,
    }
    // Next to no update is one, and this is asked of all of them.
    if !raw.contains("edited_message") {
        return None;
    }
    let edited = serde_json::from_str::<Edit<'_>>(raw).ok()?.edited_message?;
    edited.text.map(|_| edited.message_id)
}

fn lane(bot: i64, kind: &str, payload: &RawValue) -> Option<Lane> {
    let inside: Inside<'_> = serde_json::from_str(payload.get()).ok()?;
    let control = is_control(kind, &inside);
    let from = inside.from.or(inside.user).map_or(0, |user| user.id);
    // Of a message that was sent inline only the person is known.
    if inside.inline_message_id.is_some() || matches!(kind, "inline_query" | "chosen_inline_result") {
        return Some(Lane { bot, chat: from, thread: INLINE, control });
    }
    // A callback query's place is that of the message its button stands under; a deleted one leaves only the person.
    let place = inside.message.unwrap_or(Place {
        chat: inside.chat,
        message_thread_id: inside.message_thread_id,
        is_topic_message: inside.is_topic_message,
    });
    // Replies in groups without topics carry a thread id too; only `is_topic_message` makes it a conversation.
    // `stopped_message_generation` has no such mark: there the thread is always a topic.
    let in_topic = place.is_topic_message || kind == "stopped_message_generation";
    let thread = if in_topic { place.message_thread_id.unwrap_or(0) } else { 0 };
    Some(Lane { bot, chat: place.chat.map_or(from, |chat| chat.id), thread, control })
}

/// Does it stop an answer that holds the conversation's lane?
fn is_control(kind: &str, inside: &Inside<'_>) -> bool {
    match kind {
        // Whoever throws the bot out does not want its answer any more.
        "stopped_message_generation" | "my_chat_member" | "chat_member" => true,
        "message" => inside.text.is_some_and(|text| is_stop_command(text.get())),
        "callback_query" => inside.data.is_some_and(|data| {
            let data = data.get().trim_matches('"');
            data.starts_with(STOP_BUTTON) || data.ends_with(FORGET_BUTTON)
        }),
        _ => false,
    }
}

/// `text` is a JSON string, quotes included, in which the slash and a line break may be written as escapes.
fn is_stop_command(text: &str) -> bool {
    let text = text.strip_prefix('"').unwrap_or(text);
    let Some(word) = text.strip_prefix("\\/").or_else(|| text.strip_prefix('/')) else { return false };
    let named = word.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("stop"));
    named && word[4..].starts_with(['"', '@', ' ', '\\'])
}

/// The top level: an id, and one object under the name of the update's kind. Telegram may one day put something beside
/// it, so the first one that tells a place is taken.
struct Outside<'a> {
    update_id: Option<&'a RawValue>,
    payloads: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// Objects that are looked at; more is nobody's update.
const PAYLOADS: usize = 8;

impl<'de> Deserialize<'de> for Outside<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Top;
        impl<'de> Visitor<'de> for Top {
            type Value = Outside<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an update")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut outside = Outside { update_id: None, payloads: Vec::with_capacity(1) };
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    if key.0 == "update_id" {
                        outside.update_id = Some(value);
                    } else if outside.payloads.len() < PAYLOADS && value.get().starts_with('{') {
                        outside.payloads.push((key.0, value));
                    }
                }
                Ok(outside)
            }
        }
        deserializer.deserialize_map(Top)
    }
}

/// A key: borrowed unless it is written with escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The fields of any kind of update that tell its place. Strings stay raw: they may hold lone surrogates.
#[derive(Deserialize)]
struct Inside<'a> {
    chat: Option<Id>,
    from: Option<Id>,
    user: Option<Id>,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
    message: Option<Place>,
    inline_message_id: Option<IgnoredAny>,
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Place {
    chat: Option<Id>,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Envelope {
        envelope(7, raw)
    }

    #[test]
    fn a_message_belongs_to_its_chat_and_topic() {
        let raw = r#"{"update_id":5,"message":{"message_id":1,"chat":{"id":-100},"from":{"id":3},"message_thread_id":9,"is_topic_message":true,"text":"x"}}"#;
        assert_eq!(read(raw).lane, Lane { bot: 7, chat: -100, thread: 9, control: false });
        assert_eq!(read(raw).update_id, Some(5));
    }

    #[test]
    fn a_reply_thread_in_a_group_without_topics_is_not_a_conversation_of_its_own() {
        let raw = r#"{"update_id":5,"message":{"message_id":1,"chat":{"id":-100},"message_thread_id":9,"text":"x"}}"#;
        assert_eq!(read(raw).lane.thread, 0);
    }

    #[test]
    fn what_stops_an_answer_has_a_lane_of_its_own() {
        for raw in [
            r#"{"update_id":1,"message":{"chat":{"id":5},"text":"/stop"}}"#,
            r#"{"update_id":1,"message":{"chat":{"id":5},"text":"/stop@a_bot now"}}"#,
            r#"{"update_id":1,"message":{"chat":{"id":5},"text":"\/STOP\nplease"}}"#,
            r#"{"update_id":1,"stopped_message_generation":{"chat":{"id":5},"draft_id":7}}"#,
            r#"{"update_id":1,"callback_query":{"id":"1","from":{"id":5},"message":{"chat":{"id":5}},"data":"stop:9"}}"#,
            r#"{"update_id":1,"my_chat_member":{"chat":{"id":5},"from":{"id":8}}}"#,
        ] {
            assert_eq!(read(raw).lane, Lane { bot: 7, chat: 5, thread: 0, control: true }, "{raw}");
        }
        let forget = r#"{"update_id":1,"callback_query":{"id":"1","from":{"id":5},"message":{"chat":{"id":5}},"data":"p:5:6:forget"}}"#;
        assert!(read(forget).lane.control);
        assert!(!read(r#"{"update_id":1,"message":{"chat":{"id":5},"text":"/stopwatch"}}"#).lane.control);
    }

    #[test]
    fn an_edit_names_its_message() {
        let raw = r#"{"update_id":1,"edited_message":{"message_id":4,"chat":{"id":5},"text":"x"}}"#;
        assert_eq!(edited_message(raw), Some(4));
        for other in [
            r#"{"update_id":1,"edited_message":{"message_id":4,"chat":{"id":5},"photo":[]}}"#,
            r#"{"update_id":1,"message":{"message_id":4,"chat":{"id":5},"text":"edited_message"}}"#,
            r#"{"update_id":1,"edited_message":{"message_id":"4","text":"x"}}"#,
        ] {
            assert_eq!(edited_message(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_asked_inline_belongs_to_its_person_beside_their_own_chat() {
        let raw = r#"{"update_id":1,"inline_query":{"id":"1","from":{"id":44},"query":"x","offset":""}}"#;
        let lane = Lane { bot: 7, chat: 44, thread: INLINE, control: false };
        assert_eq!((read(raw).lane, read(raw).fleeting), (lane, true));
        let chosen = r#"{"update_id":1,"chosen_inline_result":{"result_id":"1","from":{"id":44},"query":"x"}}"#;
        assert_eq!((read(chosen).lane, read(chosen).fleeting), (lane, false));
        let stop =
            r#"{"update_id":1,"callback_query":{"id":"1","from":{"id":44},"inline_message_id":"a","data":"stop:1"}}"#;
        assert_eq!((read(stop).lane, read(stop).fleeting), (Lane { control: true, ..lane }, false));
        let nameless = r#"{"inline_query":{"id":"1","from":{"id":44},"query":"x"}}"#;
        assert!(!read(nameless).fleeting && read(nameless).unreadable.is_some());
    }

    #[test]
    fn an_unknown_kind_under_escaped_keys_still_finds_its_chat() {
        let raw = r#"{"\u0075pdate_id":3,"br\u0061nd_new":{"chat":{"id":6}}}"#;
        assert_eq!((read(raw).update_id, read(raw).lane.chat), (Some(3), 6));
    }

    #[test]
    fn something_unknown_beside_the_message_does_not_hide_its_chat() {
        let raw = r#"{"update_id":3,"brand_new":{"a":{}},"message":{"message_id":1,"chat":{"id":6},"text":"/stop"}}"#;
        assert_eq!(read(raw).lane, Lane { bot: 7, chat: 6, thread: 0, control: true });
    }

    #[test]
    fn nonsense_is_unreadable_and_never_a_panic() {
        let deep = format!("{{\"update_id\":1,\"message\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for raw in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"{"update_id":"1"}"#,
            r#"{"update_id":-1}"#,
            r#"{"update_id":9223372036854775808}"#,
        ] {
            assert!(read(raw).unreadable.is_some(), "{raw}");
        }
        assert_eq!(read(&deep).update_id, Some(1));
    }
}
