//! `/privacy`: what is kept of somebody, how long, who processes it, and what they can do about it.

use super::{Job, Outcome};
use crate::replies::{self, Stored};
use crate::turn::Tools;

pub(super) fn privacy(tools: &Tools, job: &Job) -> Outcome {
    let privacy = &tools.privacy;
    let stored = Stored {
        days: privacy.history_days,
        processor: &privacy.processor,
        sealed: privacy.sealed,
        policy: privacy.policy.as_ref().map(url::Url::as_str),
    };
    job.reply(replies::privacy(job.language(), &stored))
}
