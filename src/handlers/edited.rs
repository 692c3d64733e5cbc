//! An edited message: said honestly that editing changes nothing yet.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::replies;

pub(super) async fn edited(job: Arc<Job>) -> Result<Outcome, HandlerError> {
    Ok(job.reply(replies::edits_not_yet(job.language())))
}
