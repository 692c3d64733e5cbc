//! Whether somebody has written too much: then they are told so once, and nothing else is done.

use super::route::Route;
use super::{Job, Outcome};
use crate::limits::Leave;
use crate::turn::Tools;
use crate::{metrics, replies};

/// The sentence for a question that was asked inline and is one too many.
pub(super) fn too_many(tools: &Tools, job: &Job) -> Option<String> {
    match tools.limits.message(job.person()?, job.key.seq, job.written_at) {
        Leave::Granted => None,
        Leave::Notice(most) | Leave::Quiet(most) => Some(replies::too_many_messages(job.language(), most)),
    }
}

/// What becomes of a message too many; `None` when it is not.
pub(super) fn exceeded(tools: &Tools, job: &Job, route: &Route) -> Option<Outcome> {
    job.message()?;
    let person = job.person()?;
    // What is left without a word costs nothing, and whoever wants to stop an answer must be able to.
    if route.is_silent() || matches!(route, Route::Stop(_) | Route::Moved(_)) {
        return None;
    }
    match tools.limits.message(person, job.key.seq, job.written_at) {
        Leave::Granted => None,
        Leave::Notice(most) => {
            tracing::info!(most, "Somebody writes more messages than they may in a minute; they are told once");
            Some(job.reply(replies::too_many_messages(job.language(), most)))
        }
        Leave::Quiet(_) => {
            metrics::update_ignored("too_many_messages");
            Some(Outcome::Nothing)
        }
    }
}
