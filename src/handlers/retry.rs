//! `/retry` and the button under an answer that failed: the last question is answered again.
//!
//! The new answer replaces the old one in the conversation. The button's answer also replaces it in the chat, because it
//! is right there; a typed command is answered below the command.

use std::sync::Arc;

use super::question::Asked;
use super::{HandlerError, Job, Outcome, ask, button};
use crate::replies;
use crate::storage::Seq;
use crate::turn::{Again, Tools};
use crate::update::Callback;

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let Some(turn) = tools.storage.last_turn(job.lane.conversation()).await? else {
        return Ok(job.reply(replies::nothing_to_retry(job.language())));
    };
    let again = Again { turn: turn.id, in_place: Vec::new(), void: false, answered: turn.answered };
    ask::again(&tools, &job, (Asked::again(turn.question, turn.attachments), turn.asked_in), again, None).await
}

pub(super) async fn pressed(
    tools: &Arc<Tools>,
    job: &Job,
    callback: &Callback,
    seq: Seq,
) -> Result<Outcome, HandlerError> {
    let last = tools.storage.last_turn(job.lane.conversation()).await?;
    let Some(turn) = last.filter(|turn| turn.seq == seq) else {
        button::say(tools, callback, Some(&replies::button_expired(job.language()))).await;
        return Ok(Outcome::Nothing);
    };
    button::say(tools, callback, None).await;
    let again = Again { turn: turn.id, in_place: turn.messages, void: false, answered: turn.answered };
    ask::again(tools, job, (Asked::again(turn.question, turn.attachments), turn.asked_in), again, None).await
}
