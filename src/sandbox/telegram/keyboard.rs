//! Which keyboards Telegram takes, beyond what the table says about their types.

use serde_json::Value;

use super::answer::Refusal;
use super::text::links;

/// Bytes, not characters.
const LONGEST_CALLBACK_DATA: usize = 64;
/// More make the markup too long.
const MOST_BUTTONS: usize = 100;
/// What a button can do. One of them it must.
const ACTIONS: [&str; 12] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
    "disabled",
    "user_id",
];

/// The inline keyboard of a `reply_markup`, checked. `None` for the other kinds, which the fake does not show, and for
/// an empty one, which is none.
pub(super) fn inline(markup: Option<&Value>) -> Result<Option<Value>, Refusal> {
    let Some(rows) = markup.and_then(|markup| markup["inline_keyboard"].as_array()) else { return Ok(None) };
    let mut buttons = 0;
    for button in rows.iter().filter_map(Value::as_array).flatten() {
        check(button)?;
        buttons += 1;
    }
    if buttons > MOST_BUTTONS {
        return Err(Refusal::bad_request("reply markup is too long"));
    }
    Ok(markup.filter(|_| buttons > 0).cloned())
}

fn check(button: &Value) -> Result<(), Refusal> {
    let unparsable = |why: &str| Err(Refusal::bad_request(format!("can't parse inline keyboard button: {why}")));
    if button["text"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::bad_request("BUTTON_TEXT_INVALID"));
    }
    let told = |action: &str| !matches!(&button[action], Value::Null) && button[action].as_str() != Some("");
    // An empty switch_inline_query is a real one.
    let switches =
        ["switch_inline_query", "switch_inline_query_current_chat"].iter().any(|name| button[*name].is_string());
    if !switches && !ACTIONS.iter().any(|action| told(action)) {
        return unparsable("Text buttons are unallowed in the inline keyboard");
    }
    if button["callback_data"].as_str().is_some_and(|data| data.len() > LONGEST_CALLBACK_DATA) {
        return Err(Refusal::bad_request("BUTTON_DATA_INVALID"));
    }
    if let Some(url) = button["url"].as_str() {
        links::check(url).map_err(|why| Refusal::bad_request(format!("inline keyboard button {why}")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(button: &Value) -> String {
        inline(Some(&json!({"inline_keyboard": [[button]]}))).unwrap_err().description
    }

    #[test]
    fn buttons_are_refused_in_telegrams_words() {
        assert_eq!(
            said(&json!({"text": "a"})),
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        );
        assert_eq!(said(&json!({"text": "a", "callback_data": "ж".repeat(33)})), "Bad Request: BUTTON_DATA_INVALID");
        assert_eq!(
            said(&json!({"text": "a", "url": "localhost"})),
            "Bad Request: inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL"
        );
    }

    #[test]
    fn an_empty_keyboard_is_none() {
        assert_eq!(inline(Some(&json!({"inline_keyboard": []}))).unwrap(), None);
        assert!(
            inline(Some(&json!({"inline_keyboard": [[{"text": "a", "callback_data": "ж".repeat(32)}]]})))
                .unwrap()
                .is_some()
        );
    }
}
