//! A question: the model answers.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome, budget, refused};
use crate::storage::Address;
use crate::turn::{self, Again, Answer, Question, Tools};

pub(super) async fn ask(tools: Arc<Tools>, job: Arc<Job>, text: String) -> Result<Outcome, HandlerError> {
    let asked_in = job.message().map_or(0, |message| message.id);
    answer(&tools, &job, question(&job, text, asked_in)).await
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
    answer(tools, job, Question { address, again: Some(again), ..question }).await
}

fn question(job: &Job, text: String, asked_in: i64) -> Question {
    Question {
        lane: job.lane,
        key: job.key,
        address: job.address(),
        asked_in,
        private: job.is_private(),
        user: job.user().map_or(0, |user| user.id),
        payer: job.person().unwrap_or(job.lane.chat),
        language: job.language(),
        text,
        placed: job.placed,
        again: None,
    }
}

async fn answer(tools: &Arc<Tools>, job: &Job, question: Question) -> Result<Outcome, HandlerError> {
    Ok(match turn::answer(tools, &question).await? {
        Answer::Written(reply, last_frame) => Outcome::Answer(reply, last_frame),
        Answer::Unwanted => {
            refused::take_back(tools, job).await;
            Outcome::Nothing
        }
        Answer::Refused(refusal, placed) => budget::refused(tools, job, refusal, placed),
    })
}
