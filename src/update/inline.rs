//! What people ask by the bot's name in any chat: while they type, and what they send of it.
//!
//! The chat in which it is sent is not told, so all that is known of the place is a handle of the message, by which the bot
//! may change it.

use serde::Deserialize;
use serde_json::Value;

use super::message::User;

/// The most of a question that is read, in characters: Telegram's own limit.
const LONGEST: usize = 256;

/// Somebody types `@bot` and this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// To be answered under this id, within half a minute.
    pub id: String,
    /// Who types.
    pub from: User,
    /// What stands there by now, trimmed; may be nothing.
    pub text: String,
}

/// Somebody has sent what the bot had offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Who sent it.
    pub from: User,
    /// What they had typed, trimmed.
    pub text: String,
    /// The message that it became; `None` when the bot cannot change it.
    pub message: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct RawTyped {
    id: Value,
    from: User,
    #[serde(default)]
    query: String,
}

#[derive(Deserialize)]
pub(super) struct RawChosen {
    from: User,
    #[serde(default)]
    query: String,
    #[serde(default)]
    inline_message_id: Option<String>,
}

impl From<RawTyped> for Typed {
    fn from(raw: RawTyped) -> Self {
        Self { id: id(&raw.id), from: raw.from, text: read(&raw.query) }
    }
}

impl From<RawChosen> for Chosen {
    fn from(raw: RawChosen) -> Self {
        Self { from: raw.from, text: read(&raw.query), message: raw.inline_message_id }
    }
}

/// Telegram writes a string; its own guide shows a number.
pub(super) fn id(raw: &Value) -> String {
    raw.as_str().map_or_else(|| raw.to_string(), str::to_owned)
}

fn read(query: &str) -> String {
    query.trim().chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use crate::update::{Event, event};

    #[test]
    fn what_is_typed_is_read_whatever_its_id_looks_like_and_however_long_it_is() {
        for id in ["\"12\"", "12"] {
            let raw = format!(
                r#"{{"update_id":1,"inline_query":{{"id":{id},"from":{{"id":5}},"query":" {} "}}}}"#,
                "ж".repeat(300)
            );
            let Ok(Event::Typed(typed)) = event(&raw) else { panic!("{raw}") };
            assert_eq!((typed.id.as_str(), typed.from.id, typed.text.chars().count()), ("12", 5, 256));
        }
    }

    #[test]
    fn what_was_chosen_without_buttons_is_a_message_that_nobody_can_change() {
        let raw = r#"{"update_id":1,"chosen_inline_result":{"result_id":"a","from":{"id":5},"query":"why?"}}"#;
        let Ok(Event::Chosen(chosen)) = event(raw) else { panic!("{raw}") };
        assert_eq!((chosen.text.as_str(), chosen.message), ("why?", None));
    }
}
