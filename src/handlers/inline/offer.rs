//! What is offered while somebody types: their question, to be sent as it is.
//!
//! Typing costs nothing. No model is asked, nothing is stored, counted or kept back; whoever may not use the bot, or has
//! spent what they may, is offered the way to the private chat instead. An answer that Telegram does not take any more is
//! nobody's loss: there is a later one on its way, or nobody who waits.

use serde_json::{Value, json};

use super::keyboard;
use crate::metrics;
use crate::replies::{self, Language};
use crate::telegram::methods::{AnswerInline, StartButton};
use crate::turn::{Tools, inline};
use crate::update::Typed;

/// For how many seconds Telegram repeats an answer by itself: whoever deletes a letter and types it again asks nothing new,
/// and what has changed about them (a ban, a budget) holds soon.
const CACHED_SECS: u32 = 10;
/// What follows `/start` in the private chat.
const START: &str = "inline";

/// Answers what somebody types.
pub async fn offer(tools: &Tools, typed: &Typed) {
    let language = tools.languages.of(Some(typed.from.id), typed.from.language_code.as_deref());
    let (outcome, results, words) = offered(tools, typed, language);
    let answer = AnswerInline {
        inline_query_id: &typed.id,
        results: &results,
        cache_time: CACHED_SECS,
        is_personal: true,
        button: words.as_deref().map(|text| StartButton { text, start_parameter: START }),
    };
    match tools.telegram.call(&answer).await {
        Ok(_) => metrics::inline_typed(outcome),
        Err(error) => {
            tracing::debug!(reason = %error, "What somebody types inline could not be answered");
            metrics::inline_typed("too_late");
        }
    }
}

/// What it is counted as, the results, and the words on the button to the private chat.
fn offered(tools: &Tools, typed: &Typed, language: Language) -> (&'static str, Vec<Value>, Option<String>) {
    let user = typed.from.id;
    match () {
        () if !tools.access.standing(user).may_use() => {
            ("not_allowed", vec![], Some(replies::inline_private(language)))
        }
        () if has_no_money(tools, user) => ("no_budget", vec![], Some(replies::inline_no_budget(language))),
        () if typed.text.is_empty() => ("hint", vec![], Some(replies::inline_hint(language))),
        () => ("offered", vec![article(&tools.typed.keep(user, &typed.text), &typed.text, language)], None),
    }
}

/// Is nothing left of this person's budget for the day, or of the whole bot's?
pub(super) fn has_no_money(tools: &Tools, user: i64) -> bool {
    [tools.money.standing(user), tools.money.everybody()].iter().any(|standing| standing.left() == Some(0))
}

/// The question as a message, with a button, without which the bot could not change it.
fn article(key: &str, question: &str, language: Language) -> Value {
    let message = inline::beginning(question);
    json!({
        "type": "article",
        "id": key,
        "title": replies::inline_title(language, question),
        "description": replies::inline_description(language),
        "input_message_content": {
            "message_text": message.text,
            "entities": message.entities,
            "link_preview_options": {"is_disabled": true},
        },
        "reply_markup": keyboard(key, language),
    })
}
