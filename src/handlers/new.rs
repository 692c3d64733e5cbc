//! `/new`: forget the conversation, keep the settings; `/new You are a pirate` starts with that system prompt.
//!
//! The old conversation is closed, not deleted: what is kept how long is retention's business.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::replies;
use crate::storage::ConversationChange;
use crate::turn::Tools;

pub(super) async fn start_over(tools: Arc<Tools>, job: Arc<Job>, prompt: String) -> Result<Outcome, HandlerError> {
    let language = job.language();
    if prompt.is_empty() && !tools.storage.open_conversation_exists(job.lane.conversation()).await? {
        return Ok(job.reply(replies::nothing_to_forget(language)));
    }
    let system_prompt = (!prompt.is_empty()).then_some(prompt);
    let sentence = match system_prompt {
        Some(_) => replies::started_over_as(language),
        None => replies::started_over(language),
    };
    Ok(job.reply_and(sentence, ConversationChange::StartOver { system_prompt }))
}
