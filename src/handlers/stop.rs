//! `/stop`, the Stop button of a draft and the one under a message: end the answer that is being written; what was
//! written stays.
//!
//! These updates have a lane of their own, so they arrive while the conversation's lane is held by that very answer. In a
//! group, only who asked may stop it, or an admin.

use std::sync::Arc;

use super::route::Stopper;
use super::{HandlerError, Job, Outcome, button};
use crate::access::ANONYMOUS_ADMIN;
use crate::replies;
use crate::storage::Seq;
use crate::turn::{RunningTurn, Tools};
use crate::update::Callback;

/// `/stop`, or a draft's own button.
pub(super) async fn stop(tools: Arc<Tools>, job: Arc<Job>, who: Stopper) -> Result<Outcome, HandlerError> {
    // A draft's button may have been pressed in the last moment of an answer, and the next one is being written.
    let meant = |turn: &RunningTurn| who.draft.is_none_or(|draft| draft == turn.draft_id());
    let refusal = end(&tools, &job, who.user, meant).await;
    // The answer itself ends where it was stopped, or says that it was.
    Ok(refusal.filter(|_| who.aloud).map_or(Outcome::Nothing, |sentence| job.reply(sentence)))
}

/// The button under a message.
pub(super) async fn pressed(tools: &Tools, job: &Job, callback: &Callback, seq: Seq) -> Outcome {
    let refusal = end(tools, job, callback.from.id, |turn| turn.seq == seq).await;
    // What somebody asks inline is in their own lane, wherever the button stands.
    let others = refusal.is_some() && callback.inline.is_some() && tools.running.is_written(seq);
    let refusal = if others { Some(replies::inline_not_yours(job.language())) } else { refusal };
    button::say(tools, callback, refusal.as_deref()).await;
    Outcome::Nothing
}

/// Ends what is being written in this conversation, if it is what was meant, or says why not.
async fn end(tools: &Tools, job: &Job, user: i64, meant: impl Fn(&RunningTurn) -> bool) -> Option<String> {
    let turn = tools.running.turn(job.lane).filter(meant);
    let Some(turn) = turn else { return Some(replies::nothing_to_stop(job.language())) };
    if !may_stop(tools, job, turn, user).await {
        return Some(replies::stop_not_yours(job.language()));
    }
    tools.running.stop(job.lane, turn);
    None
}

async fn may_stop(tools: &Tools, job: &Job, turn: RunningTurn, user: i64) -> bool {
    // In a private chat there is nobody else; Telegram speaks for an anonymous admin of this very group.
    if turn.user == user || job.lane.chat > 0 || user == ANONYMOUS_ADMIN {
        return true;
    }
    tools.admins.includes(job.lane.chat, user).await.unwrap_or(false)
}
