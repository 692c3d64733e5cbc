//! `/stop` and the Stop button of a draft: end the answer that is being written; what was written stays.
//!
//! These updates have a lane of their own, so they arrive while the conversation's lane is held by that very answer.

use std::sync::Arc;

use super::route::Stopper;
use super::{HandlerError, Job, Outcome};
use crate::replies;
use crate::turn::{Stopping, Tools};

pub(super) async fn stop(tools: Arc<Tools>, job: Arc<Job>, who: Stopper) -> Result<Outcome, HandlerError> {
    let stopping = tools.running.stop(job.lane, who.user);
    let language = job.language();
    Ok(match stopping {
        // The answer itself ends where it was stopped, or says that it was.
        Stopping::Stopped => Outcome::Nothing,
        _ if !who.aloud => Outcome::Nothing,
        Stopping::NotYours => job.reply(replies::stop_not_yours(language)),
        Stopping::Nothing => job.reply(replies::nothing_to_stop(language)),
    })
}
