//! All of an answer that was too long for the message in which it was asked for: told in the private chat, to whoever asked.
//!
//! It is not a part of that chat's conversation. The link under the message is seen by everybody there; it leads others to a
//! sentence.

use std::sync::Arc;

use super::super::{HandlerError, Job, Outcome};
use crate::replies;
use crate::storage::{NewReply, Seq};
use crate::turn::{Tools, retold};
use crate::update::{INLINE, Lane};

pub(in super::super) async fn whole(tools: Arc<Tools>, job: Arc<Job>, seq: Seq) -> Result<Outcome, HandlerError> {
    let lane = Lane { thread: INLINE, ..job.lane.conversation() };
    let answer = tools.storage.answer(lane, seq).await?.filter(|answer| !answer.is_empty());
    let Some(answer) = answer else { return Ok(job.reply(replies::inline_whole_gone(job.language()))) };
    let parts = retold(&tools, job.language(), answer);
    Ok(Outcome::Reply(Box::new(NewReply { address: job.address(), parts, ..NewReply::default() })))
}
