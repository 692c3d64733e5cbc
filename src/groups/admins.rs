//! Who administrates a group, as Telegram says, kept for a few minutes.
//!
//! Telegram tells changes only to bots that administrate the group themselves and have asked to be told, which costs an
//! update for each member of each group who comes or goes; asking when somebody wants to change something costs one call.
//! Whoever is an admin no longer can go on changing settings for [`YES`] at most; whoever has just become one waits for
//! [`NO`]. Where a change is told all the same, it holds at once.
//!
//! What it refuses: to guess. Where Telegram does not answer, nobody is an admin, and nothing is kept.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::telegram::methods::GetChatMember;
use crate::telegram::{Telegram, TelegramError};

/// How long an admin is one without asking again: a picker's worth of presses, and not long enough to be a nuisance when
/// they are dismissed.
const YES: Duration = Duration::from_mins(5);
/// How long nobody asks again whether somebody is one: who is made an admin because the bot says so tries again at once.
const NO: Duration = Duration::from_secs(10);
/// People of whom it is known at once: some 100 KB. Beyond it those are forgotten whose time is over, or else all.
const KNOWN: usize = 2000;

/// Who administrates groups.
pub struct Admins {
    telegram: Telegram,
    clock: Clock,
    known: Mutex<HashMap<(i64, i64), Known>>,
}

/// What is known of somebody in a group.
#[derive(Debug, Clone, Copy)]
struct Known {
    is_admin: bool,
    until: Timestamp,
}

impl Admins {
    /// Of nobody it is known yet.
    #[must_use]
    pub fn new(telegram: Telegram, clock: Clock) -> Self {
        Self { telegram, clock, known: Mutex::default() }
    }

    /// Does this person administrate this group?
    pub async fn includes(&self, chat: i64, user: i64) -> Result<bool, TelegramError> {
        let now = self.clock.now();
        if let Some(known) = self.known().get(&(chat, user)).filter(|known| known.until > now) {
            return Ok(known.is_admin);
        }
        let is_admin = match self.telegram.call(&GetChatMember { chat_id: chat, user_id: user }).await {
            Ok(member) => member.is_admin(),
            // Of somebody whom it does not know there, Telegram says so.
            Err(error) if error.knows_nobody_such() => false,
            Err(error) => return Err(error),
        };
        self.note((chat, user), is_admin);
        Ok(is_admin)
    }

    /// Something about this person has changed in this group: the next one who wants to know asks.
    pub fn forget(&self, chat: i64, user: i64) {
        self.known().remove(&(chat, user));
    }

    fn note(&self, who: (i64, i64), is_admin: bool) {
        let now = self.clock.now();
        let mut known = self.known();
        if known.len() >= KNOWN {
            known.retain(|_, known| known.until > now);
            if known.len() >= KNOWN {
                known.clear();
            }
        }
        known.insert(who, Known { is_admin, until: now.plus(if is_admin { YES } else { NO }) });
    }

    fn known(&self) -> MutexGuard<'_, HashMap<(i64, i64), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
