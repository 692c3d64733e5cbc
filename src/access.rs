//! Who may use the bot.
//!
//! Owners (`ADMIN_USER_IDS`) always. Whoever an owner has banned, never. Of the others everybody, or those whom
//! `ALLOWED_USER_IDS` names and those whom an owner has let in. A person is the id that Telegram says wrote or pressed, in
//! groups as in private: being in a group with somebody who is allowed lets nobody in, nor does what somebody else had
//! written and they pass on. Ids behind which many people hide ([`is_stand_in`]) are nobody's, so that no list lets them in.
//!
//! What owners have decided is kept in memory, read from the store at the start and changed through it, so that an update
//! costs a look into a table of a few entries. Two owners who decide about the same person at once are served one after the
//! other: the last one holds, in memory as in the store, and each is told what holds.
//!
//! What it refuses: to decide about an owner.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::clock::Day;
use crate::owner::Owner;
use crate::storage::{Decision, Storage, StorageError};

/// Telegram's stand-in for admins of a group who write anonymously.
pub const ANONYMOUS_ADMIN: i64 = 1_087_968_824;
/// The same for people who write as a channel, and for the posts of a channel in its group.
const CHANNEL_BOT: i64 = 136_817_688;
const TELEGRAM: i64 = 777_000;

/// Is this the id of nobody in particular?
#[must_use]
pub const fn is_stand_in(user: i64) -> bool {
    matches!(user, ANONYMOUS_ADMIN | CHANNEL_BOT | TELEGRAM)
}

/// Who may use one bot. Clones are the same list.
#[derive(Clone)]
pub struct Access {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Storage,
    bot: i64,
    owner: Owner,
    /// Whom the settings name; `None`: everybody.
    listed: Option<HashSet<i64>>,
    decided: RwLock<HashMap<i64, Decision>>,
    /// Held while something is decided, so that what is here is what was committed last.
    deciding: tokio::sync::Mutex<()>,
    /// Who has been noted as being here on this day.
    seen: Mutex<(Day, HashSet<i64>)>,
}

/// What somebody is to the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They own it.
    Owner,
    /// They may use it.
    Allowed,
    /// They may not: an owner has excluded them.
    Banned,
    /// They may not: it is private, and nobody has let them in.
    Stranger,
}

impl Standing {
    /// May they use the bot?
    #[must_use]
    pub const fn may_use(self) -> bool {
        matches!(self, Self::Owner | Self::Allowed)
    }
}

/// What an owner wants for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They may use the bot; a ban is lifted.
    Allow,
    /// They may not.
    Ban,
    /// They are what they were before they were banned.
    Unban,
}

/// What became of it: how they stood, and how they stand now, which may be what another owner decided in the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// Before.
    pub before: Standing,
    /// From now on.
    pub now: Standing,
}

impl Access {
    /// Reads what was decided. `listed`: whom the settings name; `None`: everybody.
    pub async fn open(
        storage: Storage,
        bot: i64,
        owner: Owner,
        listed: Option<Vec<i64>>,
    ) -> Result<Self, StorageError> {
        let decided = storage.decisions(bot).await?.into_iter().collect();
        let inner = Inner {
            storage,
            bot,
            owner,
            listed: listed.map(|listed| listed.into_iter().collect()),
            decided: RwLock::new(decided),
            deciding: tokio::sync::Mutex::default(),
            seen: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What this person is to the bot.
    #[must_use]
    pub fn standing(&self, user: i64) -> Standing {
        let Inner { owner, listed, .. } = &*self.inner;
        if is_stand_in(user) {
            return if listed.is_none() { Standing::Allowed } else { Standing::Stranger };
        }
        let decision = self.decision(user);
        match listed {
            _ if owner.is(user) => Standing::Owner,
            _ if decision.banned => Standing::Banned,
            Some(listed) if !decision.allowed && !listed.contains(&user) => Standing::Stranger,
            _ => Standing::Allowed,
        }
    }

    /// May everybody use the bot who is not banned?
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.listed.is_none()
    }

    /// An owner decides about somebody. Nothing is changed about owners, and about stand-ins.
    pub async fn decide(&self, user: i64, verdict: Verdict) -> Result<Decided, StorageError> {
        let deciding = self.inner.deciding.lock().await;
        let before = self.standing(user);
        if before == Standing::Owner || is_stand_in(user) {
            return Ok(Decided { before, now: before });
        }
        let known = self.decision(user);
        let decision = match verdict {
            Verdict::Allow => Decision { allowed: true, banned: false },
            Verdict::Ban => Decision { banned: true, ..known },
            Verdict::Unban => Decision { banned: false, ..known },
        };
        if decision != known {
            self.inner.storage.decide(self.inner.bot, user, decision).await?;
            self.inner.decided.write().unwrap_or_else(PoisonError::into_inner).insert(user, decision);
        }
        drop(deciding);
        Ok(Decided { before, now: self.standing(user) })
    }

    /// Is this person here for the first time on this day, as far as this process knows? Not again when it is asked again:
    /// a commit that fails costs no more than the note of a day.
    #[must_use]
    pub fn is_first_today(&self, user: i64, day: Day) -> bool {
        let mut seen = self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.0 != day {
            *seen = (day, HashSet::new());
        }
        seen.1.insert(user)
    }

    fn decision(&self, user: i64) -> Decision {
        let decided = self.inner.decided.read().unwrap_or_else(PoisonError::into_inner);
        decided.get(&user).copied().unwrap_or_default()
    }
}
