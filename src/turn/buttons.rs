//! Inline buttons: what they carry, and how that is read again.
//!
//! A button names the update that asked (64 bytes are all that Telegram lets it carry), so that one under an old answer
//! does not act on a new one.

use serde_json::{Value, json};

use crate::replies::{self, Language};
use crate::storage::Seq;
use crate::update::STOP_BUTTON;

/// The start of what a button carries that asks for another answer.
const RETRY_BUTTON: &str = "retry";

/// The start of what a link carries that asks for a whole answer, before the update that asked for it.
pub const WHOLE: &str = "whole-";

/// What a pressed button wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Press {
    /// No more of the answer to this update.
    Stop(Seq),
    /// Another answer to this update.
    Retry(Seq),
}

/// Reads what a button carries; `None` when no button of ours ever carried that.
#[must_use]
pub fn read(data: &str) -> Option<Press> {
    let (name, seq) = data.split_once(':')?;
    let seq = Seq(seq.parse().ok()?);
    match name {
        STOP_BUTTON => Some(Press::Stop(seq)),
        RETRY_BUTTON => Some(Press::Retry(seq)),
        _ => None,
    }
}

/// Under an answer that is being written.
pub(super) fn stop(seq: Seq, language: Language) -> Value {
    keyboard(&replies::stop_button(language), STOP_BUTTON, seq)
}

/// Under an answer that is not what somebody wanted.
#[must_use]
pub fn retry(seq: Seq, language: Language) -> Value {
    keyboard(&replies::retry_button(language), RETRY_BUTTON, seq)
}

/// The row of that button.
pub(super) fn retry_row(seq: Seq, language: Language) -> Value {
    row(&replies::retry_button(language), RETRY_BUTTON, seq)
}

/// The row of a button that leads to the private chat with this bot, where the whole answer is told
/// ([`WHOLE`]).
pub(super) fn whole(bot: &str, seq: Seq, language: Language) -> Value {
    json!([{"text": replies::inline_whole_button(language), "url": format!("https://t.me/{bot}?start={WHOLE}{}", seq.0)}])
}

fn keyboard(text: &str, name: &str, seq: Seq) -> Value {
    json!({ "inline_keyboard": [row(text, name, seq)] })
}

fn row(text: &str, name: &str, seq: Seq) -> Value {
    json!([{"text": text, "callback_data": format!("{name}:{}", seq.0)}])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_read_as_it_was_made() {
        let data = |keyboard: Value| keyboard["inline_keyboard"][0][0]["callback_data"].as_str().map(read);
        assert_eq!(data(stop(Seq(i64::MAX), Language::En)), Some(Some(Press::Stop(Seq(i64::MAX)))));
        assert_eq!(data(retry(Seq(7), Language::Ru)), Some(Some(Press::Retry(Seq(7)))));
    }

    #[test]
    fn what_no_button_of_ours_carries_means_nothing() {
        for data in ["", "stop", "stop:", "stop:x", "retry:9999999999999999999", "delete:1"] {
            assert_eq!(read(data), None, "{data}");
        }
    }
}
