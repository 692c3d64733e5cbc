//! `/forget`: deletes everything about a person, after asking once.
//!
//! The button does not wait behind what it ends: it overtakes the conversation, as a Stop button does. The answer that is
//! being written is stopped here and loses its claim in the commit that forgets, so whatever it has come to by then is
//! written nowhere; only its cost is. The bot still speaks to them in the language that Telegram tells.

use super::panel::{self, Page, Stamp, Wish};
use super::{Job, Outcome};
use crate::replies;
use crate::turn::Tools;

pub(super) fn command(tools: &Tools, job: &Job) -> Outcome {
    let language = job.language();
    let rows = vec![
        vec![(replies::forget_button(language), Wish::Forget)],
        vec![(replies::forget_keep_button(language), Wish::KeepAll)],
    ];
    let page = Page { text: replies::forget_ask(language), rows, ..Page::default() };
    panel::shown(job, page, Stamp::now(tools, job), None)
}

/// They are sure.
pub(super) fn forget(tools: &Tools, job: &Job, user: i64) -> Page {
    tools.running.forget(user, job.key.seq);
    tools.typed.forget(user);
    // Should the commit that follows fail, the press is worked on again.
    tools.languages.choose(user, None);
    tracing::info!("Somebody is forgotten");
    Page { text: replies::forget_done(job.language()), forgets: Some(user), ..Page::default() }
}

/// They are not.
pub(super) fn keep_all(job: &Job) -> Page {
    Page { text: replies::forget_kept(job.language()), ..Page::default() }
}
