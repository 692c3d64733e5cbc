//! An edited message: when it asked the last question, that is answered again, in place.
//!
//! An answer that was being written when its question was edited has ended by now (the door told it), or had to be
//! finished because others had asked in between; there is nothing left to cancel here.

use std::sync::Arc;

use super::question::{Asked, units};
use super::{HandlerError, Job, Outcome, ask, image};
use crate::storage::AskedTurn;
use crate::telegram::split::MESSAGE_UNITS;
use crate::turn::{self, Again, Tools, is_heard};
use crate::{metrics, replies};

pub(super) async fn edited(tools: Arc<Tools>, job: Arc<Job>, words: String) -> Result<Outcome, HandlerError> {
    let Some(message) = job.message().filter(|_| !job.has_moved()) else { return Ok(Outcome::Nothing) };
    let (message_id, asked) = (message.id, Asked::of(message, &words, &tools.bot));
    let found = tools.storage.turn_asked_in(job.lane.conversation(), message_id).await?;
    // Something that was no question: a command, talk in a group, a message from before the bot kept any.
    // Telegram also calls it an edit when something changes that nobody sees, such as a link's preview.
    let is_picture = found.as_ref().is_some_and(|turn| turn::wish(&turn.question).is_some());
    let asked = if is_picture { image::wished(&job, &words) } else { asked };
    let is_same = |question: &str| question == asked.text || is_heard(question, &asked.text);
    // The model says nothing to a wish for a picture; what was sent for it says that it was dealt with.
    let is_done = |turn: &AskedTurn| turn.answered || is_picture && !turn.messages.is_empty();
    let Some(turn) = found.filter(|turn| !(is_done(turn) && is_same(&turn.question))) else {
        metrics::update_ignored("edited_message");
        return Ok(Outcome::Nothing);
    };
    if !turn.last {
        return Ok(job.reply(replies::edit_too_late(job.language())));
    }
    let again = Again { turn: turn.id, in_place: turn.messages, void: true, answered: turn.answered };
    if is_picture {
        return ask::picture(&tools, &job, (asked, message_id), Some(again)).await;
    }
    // A caption is no part of a text, however much was heard in what it belongs to.
    if asked.attachments.is_empty() && units(&turn.question) > MESSAGE_UNITS + asked.frame {
        return Ok(job.reply(replies::edit_of_a_part(job.language())));
    }
    // The one message of an album that was edited does not bring the others' files along.
    let attachments =
        if asked.attachments.len() < turn.attachments.len() { turn.attachments } else { asked.attachments };
    ask::again(&tools, &job, (Asked { attachments, ..asked }, message_id), again, None).await
}
