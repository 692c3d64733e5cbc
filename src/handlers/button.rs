//! A pressed inline button. Whatever it is, it must be answered, or it spins for the person until it expires.

use std::sync::Arc;

use teloxide::types::UserId;

use super::route::NOT_ALLOWED;
use super::{HandlerError, Job, Outcome, admins, inline, panel, retry, stop, unread};
use crate::access::Standing;
use crate::telegram::methods::AnswerCallback;
use crate::turn::Tools;
use crate::turn::buttons::{self, Press};
use crate::update::Callback;
use crate::{metrics, replies};

pub(super) async fn pressed(tools: Arc<Tools>, job: Arc<Job>, callback: Callback) -> Result<Outcome, HandlerError> {
    if let Some(handle) = &callback.inline {
        return inline::pressed(&tools, &job, &callback, handle).await;
    }
    if job.has_moved() {
        say(&tools, &callback, Some(&replies::button_expired(job.language()))).await;
        return Ok(Outcome::Nothing);
    }
    if let Some((stamp, wish)) = panel::read(&callback.data) {
        return panel::pressed(&tools, &job, &callback, stamp, wish).await;
    }
    if let Some(wanted) = unread::read(&callback.data) {
        return unread::pressed(&tools, &job, &callback, wanted).await;
    }
    match buttons::read(&callback.data) {
        Some(Press::Stop(seq)) => Ok(stop::pressed(&tools, &job, &callback, seq).await),
        Some(Press::Retry(seq)) => retry::pressed(&tools, &job, &callback, seq).await,
        None => {
            say(&tools, &callback, Some(&replies::button_expired(job.language()))).await;
            metrics::update_ignored("callback_query");
            Ok(Outcome::Nothing)
        }
    }
}

/// Is this a group, and whoever pressed none of its admins? Then they are told, and nothing is done.
pub(super) async fn is_for_admins(tools: &Tools, job: &Job, callback: &Callback) -> bool {
    let Some(words) = admins::refusal(tools, job).await else { return false };
    say(tools, callback, Some(&words)).await;
    metrics::update_ignored("callback_query");
    true
}

/// Somebody pressed who may not use the bot.
pub(super) async fn refused(tools: Arc<Tools>, job: Arc<Job>, callback: Callback) -> Result<Outcome, HandlerError> {
    // A press must be answered, or it spins. Nobody but whoever pressed sees it; those who are banned see nothing.
    let words = match tools.access.standing(callback.from.id) {
        Standing::Banned => None,
        _ => Some(replies::private_bot(job.language(), UserId(callback.from.id.unsigned_abs()))),
    };
    say(&tools, &callback, words.as_deref()).await;
    metrics::update_ignored(NOT_ALLOWED);
    Ok(Outcome::Nothing)
}

/// Answers the press, with a few words or none.
pub(super) async fn say(tools: &Tools, callback: &Callback, words: Option<&str>) {
    let answer = AnswerCallback { callback_query_id: &callback.id, text: words };
    if let Err(error) = tools.telegram.call(&answer).await {
        // It expires by itself after a few minutes; there is nobody left to tell.
        tracing::debug!(reason = %error, "A pressed button could not be answered");
    }
}
