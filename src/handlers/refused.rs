//! Somebody wrote who may not use the bot: they are told so once, with what to do, and from then on there is silence.
//!
//! That they have been told is noted in the commit of the sentence, so it is said once whatever dies when, and costs one
//! small row. Nothing of what they write is kept or goes to a model.

use std::sync::Arc;

use teloxide::types::UserId;

use super::route::NOT_ALLOWED;
use super::{HandlerError, Job, Outcome};
use crate::access::Standing;
use crate::storage::PersonChange;
use crate::turn::{Tools, deliver};
use crate::{metrics, replies};

pub(super) async fn told(
    tools: Arc<Tools>,
    job: Arc<Job>,
    (user, standing): (i64, Standing),
) -> Result<Outcome, HandlerError> {
    metrics::update_ignored(NOT_ALLOWED);
    if tools.storage.was_told(tools.bot.id, user).await? {
        return Ok(Outcome::Nothing);
    }
    let sentence = match standing {
        Standing::Banned => replies::excluded(job.language()),
        _ => replies::private_bot(job.language(), UserId(user.unsigned_abs())),
    };
    let told = PersonChange::Told { user, day: tools.clock.now().day() };
    Ok(job.reply(sentence).noting(Some(told)))
}

/// Takes away the message in which an answer had begun to grow before a crash, now that there will be none.
pub(super) async fn take_back(tools: &Tools, job: &Job) {
    deliver::delete(&tools.telegram, job.lane.chat, job.placed.as_slice()).await;
}
