//! `/image`: a picture of what is said, or of what the message says that it replies to; one that comes along is what to start
//! from.
//!
//! Without `IMAGE_MODEL` there is no such command: a private chat is told so, and in a group it may be another bot's.

use std::sync::Arc;

use super::question::Asked;
use super::{HandlerError, Job, Outcome, ask};
use crate::replies;
use crate::turn::{Tools, WISH_FOR_A_PICTURE};
use crate::update::Attachment;

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>, words: String) -> Result<Outcome, HandlerError> {
    let Some(message) = job.message() else { return Ok(Outcome::Nothing) };
    if tools.config.image_model.is_none() {
        let says = job.is_private().then(|| job.reply(replies::no_pictures(job.language())));
        return Ok(says.unwrap_or(Outcome::Nothing));
    }
    let asked = wished(&job, &words);
    if asked.text == WISH_FOR_A_PICTURE && !asked.attachments.iter().any(Attachment::is_sound) {
        return Ok(job.reply(replies::picture_of_what(job.language())));
    }
    ask::picture(&tools, &job, (asked, message.id), None).await
}

/// What is wished: the words, and what is said in the message that they reply to; with its files.
pub(super) fn wished(job: &Job, words: &str) -> Asked {
    let message = job.message();
    let replied = message.and_then(|message| message.replied.as_ref());
    let said = replied.map(|replied| replied.quote.as_deref().unwrap_or(&replied.text)).unwrap_or_default();
    let wish = [WISH_FOR_A_PICTURE, words.trim(), said.trim()];
    let text = wish.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    let own = message.map(|message| message.attachments().to_vec()).unwrap_or_default();
    let theirs = replied.map(|replied| replied.attachments.clone()).unwrap_or_default();
    Asked { text, attachments: [own, theirs].concat(), frame: 0, joined: false }
}
