//! `/privacy`: what is kept of somebody, how long, who processes it, and what they can do about it.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::replies::{self, Stored};
use crate::turn::Tools;

pub(super) async fn privacy(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let privacy = &tools.privacy;
    let stored = Stored {
        days: privacy.history_days,
        processor: &privacy.processor,
        sealed: privacy.sealed,
        policy: privacy.policy.as_ref().map(url::Url::as_str),
    };
    Ok(job.reply(replies::privacy(job.language(), &stored)))
}
