//! The bot is added to a group, thrown out, blocked or made an administrator; or its group becomes a supergroup.
//!
//! Whoever adds it is told once how to ask, and what it sees: `my_chat_member` alone is the occasion, since the service
//! message about new members comes beside it, or not at all. Who may not use the bot is told that it is private, so that
//! nobody waits for answers; who is banned gets nothing. Channels, promotions and private chats are left without a word.
//!
//! Where it is not any more, nothing is owed and nothing is said: answers that are being written there end, what waits is
//! done, and nobody is alarmed.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::access::Standing;
use crate::metrics;
use crate::replies;
use crate::turn::{self, Tools};
use crate::update::{Membership, Moved};

/// The bot is in a group now.
pub(super) fn joined(tools: &Tools, job: &Job, change: &Membership) -> Outcome {
    let language = job.language();
    let sees_all = change.sees_all || tools.bot.can_read_all_group_messages == Some(true);
    tracing::info!("The bot was added to a group");
    match tools.access.standing(change.by.id) {
        Standing::Owner | Standing::Allowed => job.reply(replies::group_joined(language, sees_all)),
        Standing::Stranger => job.reply(replies::group_added_by_a_stranger(language)),
        Standing::Banned => Outcome::Nothing,
    }
}

/// The bot is not there any more.
pub(super) async fn gone(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let updates = tools.storage.abandon(job.key).await?;
    // In this order: an answer that comes to its end in between is not stored any more.
    tools.running.leave(job.lane.chat, job.key.seq);
    metrics::update_ignored("my_chat_member");
    tracing::info!(updates, "The bot is not in a chat any more; nothing is owed there");
    Ok(Outcome::Nothing)
}

/// The group is a supergroup now.
pub(super) async fn moved(tools: Arc<Tools>, moved: Moved) -> Result<Outcome, HandlerError> {
    turn::move_group(&tools, moved).await?;
    Ok(Outcome::Nothing)
}

/// Somebody is an admin now, or not any more.
pub(super) fn changed(tools: &Tools, (chat, user): (i64, i64)) -> Outcome {
    metrics::update_ignored("chat_member");
    tools.admins.forget(chat, user);
    Outcome::Nothing
}
