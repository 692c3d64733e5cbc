//! Who may change what holds for a group: its admins, and the bot's owners.
//!
//! Model, persona, settings and language are the group's (in a forum, the topic's), and so is the conversation that `/new`
//! sets aside: what one member likes is not for them to decide for all. Asking, stopping one's own answer and `/retry` are
//! for everybody.
//!
//! What it refuses: to take a chance. Where Telegram does not tell, nobody is an admin.

use super::route::Route;
use super::{Job, Outcome};
use crate::access::ANONYMOUS_ADMIN;
use crate::replies;
use crate::turn::Tools;
use crate::update::Voice;

/// What becomes of a command that is for admins; `None` when whoever wrote it may.
pub(super) async fn refused(tools: &Tools, job: &Job, route: &Route) -> Option<Outcome> {
    if !route.is_for_admins() {
        return None;
    }
    refusal(tools, job).await.map(|sentence| job.reply(sentence))
}

/// What is said to whoever may not; `None` in a private chat, and to those who may.
pub(super) async fn refusal(tools: &Tools, job: &Job) -> Option<String> {
    let user = job.user()?.id;
    if job.is_private() || is_the_group_itself(job) || is_an_owner(tools, job, user) {
        return None;
    }
    match tools.admins.includes(job.lane.chat, user).await {
        Ok(true) => None,
        Ok(false) => Some(replies::for_admins(job.language())),
        Err(error) => {
            tracing::warn!(reason = %error, "Telegram does not tell who is an admin of a group; a change was refused");
            Some(replies::admins_unknown(job.language()))
        }
    }
}

/// Only its admins can write in the name of a group. Not so in the name of a channel.
fn is_the_group_itself(job: &Job) -> bool {
    let Some(message) = job.message() else { return false };
    let nobody = message.from.as_ref().is_some_and(|user| user.id == ANONYMOUS_ADMIN);
    nobody && message.sender_chat == Some(message.chat)
}

fn is_an_owner(tools: &Tools, job: &Job, user: i64) -> bool {
    tools.owner.is(user) && job.message().is_none_or(|message| message.voice == Voice::Own)
}
