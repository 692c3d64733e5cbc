//! What whoever wrote, or pressed, is called.
//!
//! Read by itself, from the raw update: it is wanted once a day, and a name that cannot be read must not cost the message.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The most of a first name that is kept, in characters: Telegram's own limit is 64, and nobody recognizes more.
const MOST: usize = 32;

/// The first name and the @username of whoever caused this update; `None` when it tells neither.
#[must_use]
pub fn name(raw: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Update<'a> {
        #[serde(borrow, default, alias = "edited_message", alias = "callback_query", alias = "chosen_inline_result")]
        message: Option<Caused<'a>>,
    }
    #[derive(Deserialize)]
    struct Caused<'a> {
        #[serde(borrow)]
        from: Named<'a>,
    }
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow, default)]
        first_name: Option<&'a RawValue>,
        #[serde(borrow, default)]
        username: Option<&'a RawValue>,
    }
    let Named { first_name, username } = serde_json::from_str::<Update<'_>>(raw).ok()?.message?.from;
    // As JSON, since a text of half a character cannot be read.
    let text = |raw: Option<&RawValue>| serde_json::from_str::<String>(raw?.get()).ok();
    let plain = |text: String| plain(&text, MOST);
    let (first, user) = (text(first_name).map(plain), text(username).map(|name| format!("@{}", plain(name))));
    let parts: Vec<String> = first.into_iter().chain(user).filter(|part| !matches!(part.as_str(), "" | "@")).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// `text` on one line, of so many characters at most, and none that would turn the rest of the line around.
pub(super) fn plain(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").chars().take(most).collect()
}

/// What would turn the rest of a line around, or take room without being seen.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{3164}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wrote_or_pressed_has_a_name() {
        let from = r#"{"id":5,"first_name":"Anna","last_name":"B","username":"anna"}"#;
        for raw in [
            format!(r#"{{"update_id":1,"message":{{"chat":{{"id":5}},"from":{from},"text":"x"}}}}"#),
            format!(r#"{{"update_id":1,"edited_message":{{"from":{from}}}}}"#),
            format!(r#"{{"update_id":1,"chosen_inline_result":{{"from":{from},"query":"x"}}}}"#),
            format!(r#"{{"update_id":1,"callback_query":{{"id":"1","from":{from},"data":"x"}}}}"#),
        ] {
            assert_eq!(name(&raw).as_deref(), Some("Anna @anna"), "{raw}");
        }
    }

    #[test]
    fn odd_names_are_made_harmless_or_left_out() {
        let named = |from: &str| name(&format!(r#"{{"update_id":1,"message":{{"from":{from}}}}}"#));
        assert_eq!(named(r#"{"first_name":"\u202eann\u0000a\n b"}"#).as_deref(), Some("ann a b"));
        assert_eq!(named(r#"{"first_name":"\ud83d","username":"anna"}"#).as_deref(), Some("@anna"));
        assert_eq!(named(r#"{"first_name":5}"#), None);
        assert_eq!(named(r#"{"first_name":" "}"#), None);
        assert_eq!(named(&format!(r#"{{"first_name":"{}"}}"#, "ж".repeat(64))), Some("ж".repeat(32)));
        assert_eq!(name("{"), None);
    }
}
