//! A question: the model answers.

use std::sync::Arc;

use super::question::Asked;
use super::{HandlerError, Job, Outcome, budget, refused, unread};
use crate::storage::Address;
use crate::turn::{self, Again, Answer, Question, Tools};

pub(super) async fn ask(tools: Arc<Tools>, job: Arc<Job>, words: String) -> Result<Outcome, HandlerError> {
    let (asked, asked_in) = match job.message() {
        Some(message) => (Asked::of(message, &words, &tools.bot), message.id),
        None => (Asked::again(words, Vec::new()), 0),
    };
    answer(&tools, &job, question(&job, asked, asked_in)).await
}

/// The same for a question that was asked before: what it asks, and the message that asks it.
pub(super) async fn again(
    tools: &Arc<Tools>,
    job: &Job,
    (asked, asked_in): (Asked, i64),
    again: Again,
    model: Option<String>,
) -> Result<Outcome, HandlerError> {
    let question = question(job, asked, asked_in);
    let reply_to = (job.lane.chat < 0 && asked_in > 0).then_some(asked_in);
    let address = Address { reply_to, ..question.address };
    answer(tools, job, Question { address, model, again: Some(again), ..question }).await
}

fn question(job: &Job, asked: Asked, asked_in: i64) -> Question {
    Question {
        lane: job.lane,
        key: job.key,
        address: job.address(),
        asked_in,
        private: job.is_private(),
        user: job.user().map_or(0, |user| user.id),
        payer: job.person().unwrap_or(job.lane.chat),
        language: job.language(),
        text: asked.text,
        joined: asked.joined,
        attachments: asked.attachments,
        model: None,
        placed: job.placed,
        again: None,
    }
}

async fn answer(tools: &Arc<Tools>, job: &Job, question: Question) -> Result<Outcome, HandlerError> {
    Ok(match turn::answer(tools, &question).await? {
        Answer::Written(reply, last_frame) => Outcome::Answer(reply, last_frame),
        Answer::Unread(obstacle, choices, placed) => {
            unread::outcome(tools, job, question, (obstacle, &choices, placed))
        }
        Answer::Unwanted => {
            refused::take_back(tools, job).await;
            Outcome::Nothing
        }
        Answer::Refused(refusal, placed) => budget::refused(tools, job, refusal, placed),
    })
}
