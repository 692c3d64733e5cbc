//! The owners' `/allow`, `/ban` and `/unban`: who may use the bot, by their id or by a message of theirs that was passed on.
//!
//! Each answer says what holds now, and for whom. A ban ends the answers that are being written for the person; what waits
//! in their chats then meets the ban when its turn comes.

use std::sync::Arc;

use super::{HandlerError, Job, Outcome};
use crate::access::{Access, Decided, Standing, Verdict, is_stand_in};
use crate::replies::{self, Language};
use crate::storage::{Days, StorageError};
use crate::turn::Tools;
use crate::update::Origin;

/// Telegram promises that ids fit into 52 bits.
const LARGEST_ID: i64 = (1 << 52) - 1;

pub(super) async fn command(
    tools: Arc<Tools>,
    job: Arc<Job>,
    (verdict, text): (Verdict, String),
) -> Result<Outcome, HandlerError> {
    let language = job.language();
    let origin = job.message().and_then(|message| message.replied_origin).filter(|_| text.is_empty());
    let named = text.parse().ok().filter(|user| (1..=LARGEST_ID).contains(user));
    let user = match (named, origin) {
        (Some(user), _) | (None, Some(Origin::Person(user))) => user,
        (None, Some(Origin::Hidden)) => return Ok(job.reply(replies::origin_hidden(language))),
        (None, None) => return Ok(job.reply(replies::decide_usage(language))),
    };
    if is_stand_in(user) {
        return Ok(job.reply(replies::stand_in(language)));
    }
    let decided = decide(&tools, user, verdict).await?;
    let known = tools.storage.person(tools.bot.id, user, days(&tools)).await?;
    let who = replies::who(user, known.and_then(|person| person.name).as_deref());
    Ok(job.reply(sentence(language, &tools.access, &who, decided)))
}

/// Decides, and ends what a ban ends.
pub(super) async fn decide(tools: &Tools, user: i64, verdict: Verdict) -> Result<Decided, StorageError> {
    let decided = tools.access.decide(user, verdict).await?;
    if decided.now == Standing::Banned {
        tools.running.stop_all_of(user);
    }
    tracing::info!(?verdict, before = ?decided.before, now = ?decided.now, "An owner decided who may use the bot");
    Ok(decided)
}

/// This month, up to today.
pub(super) fn days(tools: &Tools) -> Days {
    let today = tools.clock.now().day();
    Days { since: today.first_of_month(), today }
}

fn sentence(language: Language, access: &Access, who: &str, decided: Decided) -> String {
    let holds = match decided.now {
        Standing::Owner => replies::holds_owner(language, who),
        Standing::Banned => replies::holds_banned(language, who),
        Standing::Stranger => replies::holds_stranger(language, who),
        Standing::Allowed if access.is_open() => replies::holds_open(language, who),
        Standing::Allowed => replies::holds_allowed(language, who),
    };
    let before = if decided.before == decided.now {
        replies::as_before(language)
    } else {
        replies::was_before(language, &standing(language, decided.before))
    };
    format!("{holds}\n{before}")
}

/// A standing in a word.
pub(super) fn standing(language: Language, standing: Standing) -> String {
    match standing {
        Standing::Owner => replies::standing_owner(language),
        Standing::Allowed => replies::standing_allowed(language),
        Standing::Banned => replies::standing_banned(language),
        Standing::Stranger => replies::standing_stranger(language),
    }
}
