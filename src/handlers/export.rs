//! `/export`: everything that is stored about somebody, as two files: one for programs, one to be read.
//!
//! The files are made when they are sent, so that nothing is stored twice, and nothing is sent that was deleted meanwhile.

use super::{Job, Outcome};
use crate::replies;
use crate::storage::{Made, NewReply, Part};

pub(super) fn export(job: &Job) -> Outcome {
    let language = job.language();
    let parts = vec![
        Part::plain(replies::export_follows(language)),
        Part::made(Made::Markdown(language)),
        Part::made(Made::Json),
    ];
    Outcome::Reply(Box::new(NewReply { address: job.address(), parts, ..NewReply::default() }))
}
