//! A question: the model answers.

use std::sync::Arc;

use super::question::Asked;
use super::{HandlerError, Job, Outcome, budget, inline, refused, unread};
use crate::replies;
use crate::storage::Address;
use crate::turn::{self, Again, Answer, Question, Tools};

pub(super) async fn ask(tools: Arc<Tools>, job: Arc<Job>, words: String) -> Result<Outcome, HandlerError> {
    let (asked, asked_in) = match job.message() {
        Some(message) if job.has_moved() => (Asked::of(message, &words, &tools.bot), 0),
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
    if turn::wish(&asked.text).is_some() {
        return picture(tools, job, (asked, asked_in), Some(again)).await;
    }
    let question = question(job, asked, asked_in);
    let reply_to = (job.lane.chat < 0 && asked_in > 0).then_some(asked_in);
    let address = Address { reply_to, ..question.address };
    answer(tools, job, Question { address, model, again: Some(again), ..question }).await
}

/// A picture, for the first time or again.
pub(super) async fn picture(
    tools: &Arc<Tools>,
    job: &Job,
    (asked, asked_in): (Asked, i64),
    again: Option<Again>,
) -> Result<Outcome, HandlerError> {
    let Some(model) = tools.config.image_model.as_deref() else {
        return Ok(job.reply(replies::no_pictures(job.language())));
    };
    let question = question(job, asked, asked_in);
    let reply_to = (job.lane.chat < 0 && question.asked_in > 0).then_some(question.asked_in);
    let address = Address { reply_to, ..question.address };
    // A picture cannot be written over one: the one before stays, and the new one follows.
    let again = again.map(|again| Again { in_place: Vec::new(), ..again });
    let question = Question { address, again, ..question };
    let answer = turn::paint(tools, &question, model).await?;
    answered(tools, job, answer, question).await
}

/// A question that was asked inline, in the message with this handle.
pub(super) async fn inline(
    tools: &Arc<Tools>,
    job: &Job,
    (handle, words): (String, String),
    again: Option<Again>,
) -> Result<Outcome, HandlerError> {
    let question = question(job, Asked::again(words, Vec::new()), 0);
    answer(tools, job, Question { inline: Some(handle), private: false, again, ..question }).await
}

fn question(job: &Job, asked: Asked, asked_in: i64) -> Question {
    Question {
        lane: job.lane,
        key: job.key,
        address: job.address(),
        // Messages are counted anew where the group has moved to.
        asked_in: if job.has_moved() { 0 } else { asked_in },
        inline: None,
        private: job.is_private(),
        user: job.user().map_or(0, |user| user.id),
        payer: job.person().unwrap_or(job.lane.chat),
        language: job.language(),
        text: asked.text,
        joined: asked.joined,
        attachments: asked.attachments,
        transcript: None,
        model: None,
        placed: job.placed,
        again: None,
    }
}

async fn answer(tools: &Arc<Tools>, job: &Job, question: Question) -> Result<Outcome, HandlerError> {
    let answer = turn::answer(tools, &question).await?;
    answered(tools, job, answer, question).await
}

async fn answered(tools: &Arc<Tools>, job: &Job, answer: Answer, question: Question) -> Result<Outcome, HandlerError> {
    Ok(match answer {
        Answer::Written(reply, last_frame) => Outcome::Answer(reply, last_frame),
        Answer::Unread(obstacle, choices, placed) => {
            unread::outcome(tools, job, question, (obstacle, &choices, placed))
        }
        Answer::Unwanted if question.inline.is_some() => inline::unwanted(job, question),
        Answer::Refused(refusal, _) if question.inline.is_some() => {
            let (_, sentence, _) = budget::counted(tools, job.language(), refusal);
            inline::told(tools, question, &sentence)
        }
        Answer::Unwanted => {
            refused::take_back(tools, job).await;
            Outcome::Nothing
        }
        Answer::Refused(refusal, placed) => budget::refused(tools, job, refusal, placed),
    })
}
