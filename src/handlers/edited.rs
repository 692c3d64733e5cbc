//! An edited message: when it asked the last question, that is answered again, in place.
//!
//! An answer that was being written when its question was edited has ended by now (the door told it), or had to be
//! finished because others had asked in between; there is nothing left to cancel here.

use std::sync::Arc;

use super::question::{Asked, units};
use super::{HandlerError, Job, Outcome, ask};
use crate::telegram::split::MESSAGE_UNITS;
use crate::turn::{Again, Tools};
use crate::{metrics, replies};

pub(super) async fn edited(tools: Arc<Tools>, job: Arc<Job>, words: String) -> Result<Outcome, HandlerError> {
    let Some(message) = job.message() else { return Ok(Outcome::Nothing) };
    let (message_id, asked) = (message.id, Asked::of(message, &words, &tools.bot));
    let found = tools.storage.turn_asked_in(job.lane.conversation(), message_id).await?;
    // Something that was no question: a command, talk in a group, a message from before the bot kept any.
    // Telegram also calls it an edit when something changes that nobody sees, such as a link's preview.
    let Some(turn) = found.filter(|turn| !(turn.answered && turn.question == asked.text)) else {
        metrics::update_ignored("edited_message");
        return Ok(Outcome::Nothing);
    };
    if !turn.last {
        return Ok(job.reply(replies::edit_too_late(job.language())));
    }
    if units(&turn.question) > MESSAGE_UNITS + asked.frame {
        return Ok(job.reply(replies::edit_of_a_part(job.language())));
    }
    let again = Again { turn: turn.id, in_place: turn.messages, void: true, answered: turn.answered };
    // The one message of an album that was edited does not bring the others' files along.
    let attachments =
        if asked.attachments.len() < turn.attachments.len() { turn.attachments } else { asked.attachments };
    ask::again(&tools, &job, (Asked { attachments, ..asked }, message_id), again, None).await
}
