//! A question: the model answers.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::storage::Address;
use crate::turn::{self, Again, Question, Tools};

pub(super) async fn ask(tools: Arc<Tools>, job: Arc<Job>, text: String) -> Result<Outcome, HandlerError> {
    let asked_in = job.message().map_or(0, |message| message.id);
    answer(&tools, question(&job, text, asked_in)).await
}

/// The same for a question that was asked before: its text, and the message that asks it.
pub(super) async fn again(
    tools: &Arc<Tools>,
    job: &Job,
    (text, asked_in): (String, i64),
    again: Again,
) -> Result<Outcome, HandlerError> {
    let question = question(job, text, asked_in);
    let reply_to = (job.lane.chat < 0 && asked_in > 0).then_some(asked_in);
    let address = Address { reply_to, ..question.address };
    answer(tools, Question { address, again: Some(again), ..question }).await
}

fn question(job: &Job, text: String, asked_in: i64) -> Question {
    Question {
        lane: job.lane,
        key: job.key,
        address: job.address(),
        asked_in,
        private: job.is_private(),
        user: job.user().map_or(0, |user| user.id),
        language: job.language(),
        text,
        placed: job.placed,
        again: None,
    }
}

async fn answer(tools: &Arc<Tools>, question: Question) -> Result<Outcome, HandlerError> {
    let (reply, last_frame) = turn::answer(tools, &question).await?;
    Ok(Outcome::Answer(Box::new(reply), last_frame))
}
