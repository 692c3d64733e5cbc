//! A pressed inline button. The bot shows none yet that does anything, but one that is pressed must be answered, or
//! it spins for the person until it expires.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::telegram::methods::AnswerCallback;
use crate::turn::Tools;
use crate::update::Callback;
use crate::{metrics, replies};

pub(super) async fn pressed(tools: Arc<Tools>, job: Arc<Job>, callback: Callback) -> Result<Outcome, HandlerError> {
    let sentence = replies::button_expired(job.language());
    let answer = AnswerCallback { callback_query_id: &callback.id, text: Some(&sentence) };
    if let Err(error) = tools.telegram.call(&answer).await {
        // It expires by itself after a few minutes; there is nobody left to tell.
        tracing::debug!(reason = %error, "A pressed button could not be answered");
    }
    metrics::update_ignored("callback_query");
    Ok(Outcome::Nothing)
}
