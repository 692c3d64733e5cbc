//! An edited message: when it asked the last question, that is answered again, in place.
//!
//! An answer that was being written when its question was edited has ended by now (the door told it), or had to be
//! finished because others had asked in between; there is nothing left to cancel here.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome, ask};
use crate::telegram::split::MESSAGE_UNITS;
use crate::turn::{Again, Tools};
use crate::{metrics, replies};

pub(super) async fn edited(tools: Arc<Tools>, job: Arc<Job>, text: String) -> Result<Outcome, HandlerError> {
    let message_id = job.message().map_or(0, |message| message.id);
    let found = tools.storage.turn_asked_in(job.lane.conversation(), message_id).await?;
    // Something that was no question: a command, talk in a group, a message from before the bot kept any.
    // Telegram also calls it an edit when something changes that nobody sees, such as a link's preview.
    let Some(turn) = found.filter(|turn| !(turn.answered && turn.question == text)) else {
        metrics::update_ignored("edited_message");
        return Ok(Outcome::Nothing);
    };
    if !turn.last {
        return Ok(job.reply(replies::edit_too_late(job.language())));
    }
    if turn.question.encode_utf16().count() > MESSAGE_UNITS {
        return Ok(job.reply(replies::edit_of_a_part(job.language())));
    }
    let again = Again { turn: turn.id, in_place: turn.messages, void: true, answered: turn.answered };
    ask::again(&tools, &job, (text, message_id), again).await
}
