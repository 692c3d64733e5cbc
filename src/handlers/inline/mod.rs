//! What somebody asks by the bot's name in another chat: sent, it is a question like any other, answered in that message.
//!
//! Telegram tells of what was sent where the owner has switched that on (`/setinlinefeedback` at @BotFather); otherwise a
//! button under the message does. Both come through the lane of whoever asked, one after the other, and the answer of the
//! first keeps the message: so one of both starts it, and nobody else can, since they would not be the one who pays.
//!
//! The chat is somebody else's: what is said there is the question, the answer, and a sentence when there is none.

use std::sync::Arc;

use serde_json::json;

use super::{HandlerError, Job, Outcome, ask, button, limit, stop};
use crate::metrics;
use crate::replies::{self, Language};
use crate::storage::NewReply;
use crate::turn::buttons::{self, Press};
use crate::turn::{Again, Question, Tools, inline};
use crate::update::{Callback, Chosen};

mod offer;
mod whole;

pub use offer::offer;
pub(super) use whole::whole;

/// The start of what the button under an unanswered question carries.
const PREFIX: &str = "ask:";

/// It was sent, and Telegram says so.
pub(super) async fn chosen(tools: Arc<Tools>, job: Arc<Job>, chosen: Chosen) -> Result<Outcome, HandlerError> {
    let Some(handle) = chosen.message.filter(|_| !chosen.text.is_empty()) else {
        metrics::update_ignored("chosen_inline_result");
        return Ok(Outcome::Nothing);
    };
    // A press was quicker.
    if tools.storage.turn_asked_inline(tools.bot.id, &handle).await?.is_some() {
        return Ok(Outcome::Nothing);
    }
    match limit::too_many(&tools, &job) {
        Some(sentence) => {
            let key = tools.typed.keep(chosen.from.id, &chosen.text);
            let keyboard = keyboard(&key, job.language());
            Ok(Outcome::Reply(Box::new(NewReply {
                keyboard: Some(keyboard),
                ..said(&job, handle, &chosen.text, &sentence)
            })))
        }
        None => ask::inline(&tools, &job, (handle, chosen.text), None).await,
    }
}

/// Whoever sent it may not use the bot any more.
pub(super) fn refused(job: &Job, chosen: Chosen) -> Outcome {
    metrics::update_ignored(super::route::NOT_ALLOWED);
    let sentence = replies::inline_not_allowed(job.language());
    let said = |handle| Outcome::Reply(Box::new(said(job, handle, &chosen.text, &sentence)));
    chosen.message.map_or(Outcome::Nothing, said)
}

/// A button under such a message.
pub(super) async fn pressed(
    tools: &Arc<Tools>,
    job: &Job,
    callback: &Callback,
    handle: &str,
) -> Result<Outcome, HandlerError> {
    let asked = tools.storage.turn_asked_inline(tools.bot.id, handle).await?;
    if let Some(key) = callback.data.strip_prefix(PREFIX) {
        // An earlier process may have begun with it.
        let noted = tools.storage.asked(job.key.seq).await?.map(|words| (callback.from.id, words));
        return match (asked, noted.or_else(|| tools.typed.find(key))) {
            (Some(_), _) => decline(tools, callback, replies::inline_answered(job.language())).await,
            (None, None) => decline(tools, callback, replies::inline_forgotten(job.language())).await,
            (None, Some((user, words))) => start(tools, job, callback, (user, handle, words, None)).await,
        };
    }
    match (buttons::read(&callback.data), asked) {
        (Some(Press::Stop(seq)), _) => Ok(stop::pressed(tools, job, callback, seq).await),
        (Some(Press::Retry(_)), Some((user, turn))) => {
            let again = Again { turn: turn.id, in_place: Vec::new(), void: false, answered: turn.answered };
            start(tools, job, callback, (user, handle, turn.question, Some(again))).await
        }
        _ => decline(tools, callback, replies::button_expired(job.language())).await,
    }
}

/// Asks, if it is `user`, who asked, that pressed, and if they may now; what stands there stays if not.
async fn start(
    tools: &Arc<Tools>,
    job: &Job,
    callback: &Callback,
    (user, handle, words, again): (i64, &str, String, Option<Again>),
) -> Result<Outcome, HandlerError> {
    let language = job.language();
    let refusal = match () {
        () if user != callback.from.id => Some(replies::inline_not_yours(language)),
        () if offer::has_no_money(tools, user) => Some(replies::inline_no_budget(language)),
        () => limit::too_many(tools, job),
    };
    if let Some(refusal) = refusal {
        return decline(tools, callback, refusal).await;
    }
    if again.is_none() {
        tools.storage.asks(job.key, &words).await?;
    }
    button::say(tools, callback, None).await;
    ask::inline(tools, job, (handle.to_owned(), words), again).await
}

async fn decline(tools: &Tools, callback: &Callback, words: String) -> Result<Outcome, HandlerError> {
    button::say(tools, callback, Some(&words)).await;
    metrics::update_ignored("callback_query");
    Ok(Outcome::Nothing)
}

/// Why there is no answer, in its place, and the way to ask again.
pub(super) fn told(tools: &Tools, question: Question, sentence: &str) -> Outcome {
    let Question { address, inline: handle, text, user, language, again, key, .. } = question;
    let keyboard = if again.is_some() {
        buttons::retry(key.seq, language)
    } else {
        keyboard(&tools.typed.keep(user, &text), language)
    };
    let part = inline::sentence(&text, sentence);
    Outcome::Reply(Box::new(NewReply {
        address,
        parts: vec![part],
        inline: handle,
        keyboard: Some(keyboard),
        ..NewReply::default()
    }))
}

/// An owner has banned whoever asked since.
pub(super) fn unwanted(job: &Job, question: Question) -> Outcome {
    let sentence = replies::inline_not_allowed(job.language());
    let handle = question.inline.unwrap_or_default();
    Outcome::Reply(Box::new(said(job, handle, &question.text, &sentence)))
}

fn said(job: &Job, handle: String, question: &str, sentence: &str) -> NewReply {
    let part = inline::sentence(question, sentence);
    NewReply { address: job.address(), parts: vec![part], inline: Some(handle), ..NewReply::default() }
}

/// Under a question that has no answer yet.
fn keyboard(key: &str, language: Language) -> serde_json::Value {
    let button = json!({"text": replies::inline_answer_button(language), "callback_data": format!("{PREFIX}{key}")});
    json!({ "inline_keyboard": [[button]] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::turn::Typed;

    #[test]
    fn what_the_button_carries_fits() {
        let key = Typed::new("a".to_owned().into()).keep(i64::MAX, &"ж".repeat(256));
        let carried = keyboard(&key, Language::En)["inline_keyboard"][0][0]["callback_data"].clone();
        assert!(carried.as_str().is_some_and(|data| data.len() <= 64), "{carried}");
    }
}
