//! A question: the model answers.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::turn::{self, Question, Tools};

pub(super) async fn ask(tools: Arc<Tools>, job: Arc<Job>, text: String) -> Result<Outcome, HandlerError> {
    let question = Question {
        lane: job.lane,
        key: job.key,
        address: job.address(),
        private: job.message().is_some_and(|message| message.private),
        user: job.user().map_or(0, |user| user.id),
        language: job.language(),
        text,
    };
    let (reply, last_frame) = turn::answer(&tools, &question).await?;
    Ok(Outcome::Answer(Box::new(reply), last_frame))
}
