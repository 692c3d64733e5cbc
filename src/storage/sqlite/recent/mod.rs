//! Conversations of those who are talking now, in memory, so that their next question does not read the store.
//!
//! A question costs the store a hop to a thread that reads, three statements, and every turn that fits; whoever talks
//! asks the same of it again and again, with one turn more. What is read is kept here therefore, as far as there is room,
//! and whoever has talked least lately leaves first. An answer to [`Sqlite::conversation`](super::Sqlite) may come from here
//! because this process alone writes (the folder is held by one), through one thread, which tells of everything that it
//! changes, as a [`Change`], after the commit and before anybody hears of it. So whoever was told that something is stored
//! finds it here, and nobody finds what they were told is forgotten.
//!
//! What keeps it right:
//! - Whatever writes to `turns`, `conversations` or `preferences` tells so in its transaction. Two columns are no part of
//!   what is kept: the messages that carry an answer, and a turn's `seq`, which is all that a visitor of another process
//!   changes in these tables (`visit`).
//! - A read may be older than the change that is told while it runs. Each lane has a counter (256 for all of them: a lane
//!   that shares one costs the other a read), noted before the read is queued; what was read then is not kept when the
//!   counter has moved.
//! - A read may be newer as well: it sees a commit that is told of only afterwards. Turns are told with their id, so one
//!   that is there already is not added again; every other change removes the conversation.
//! - A budget is in tokens, and no two questions need have the same. An entry knows how large the turn before its first
//!   is, and so whether the store would have found more.
//! - A batch that failed, or had to be begun anew, is told as [`Change::All`].
//! - What is read for a group under the id that it had before it moved is not kept.
//!
//! Two nets are below it, neither of them in what is released. Where assertions are on (`debug_assertions`), each answer from
//! here is read as well and compared, so that every story of the tests checks it; and where the store's own tests run,
//! triggers find out a job that changes one of those tables and tells nothing (`untold`).
//!
//! Texts are here as they are read, also where they are sealed on the disk. Nothing of this can be printed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use hashlink::LruCache;

use crate::storage::Conversation;
use crate::update::Lane;

mod entry;
#[cfg(debug_assertions)]
mod compared;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
mod turn;
#[cfg(test)]
pub(super) mod untold;

use entry::Entry;
pub(super) use turn::Turn;

/// Bytes in all: eighty conversations as long as the program ever sends, or ten short turns of each of two thousand people.
const ROOM: usize = 4 << 20;

/// One that is larger would put too many others out.
const LARGEST: usize = ROOM / 4;

/// Many more than reads that are under way at once; as many as a byte has values.
const COUNTERS: usize = 256;

/// See the module.
pub(super) struct Recent {
    kept: Mutex<Kept>,
}

struct Kept {
    entries: LruCache<Lane, Entry>,
    /// What all of them weigh.
    weight: usize,
    /// Changes of single lanes, by what [`counter`] says.
    changed: [u64; COUNTERS],
    /// Changes of all lanes.
    all_changed: u64,
}

/// What had become of a lane when somebody looked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(u64);

/// What was committed.
pub(super) enum Change {
    /// An answered question is the newest turn of the lane's open conversation now.
    Appended {
        /// Where.
        lane: Lane,
        /// The turn's, in the store.
        id: i64,
        /// As it would be read.
        turn: Turn,
    },
    /// Something else about the conversation of this lane, or about what was chosen for it.
    Lane(Lane),
    /// Anything about any of them.
    All,
}

/// What a read has found.
pub(super) struct Found {
    /// Where: the place that the lane is now.
    pub(super) lane: Lane,
    /// The newest turns that fit, and the rest.
    pub(super) conversation: Conversation,
    /// The newest turn's id; 0: there is none.
    pub(super) newest: i64,
    /// What the turn before the first of these takes, in tokens; `None`: there is none.
    pub(super) before: Option<usize>,
}

impl Recent {
    pub(super) fn new() -> Self {
        let entries = LruCache::new_unbounded();
        Self { kept: Mutex::new(Kept { entries, weight: 0, changed: [0; COUNTERS], all_changed: 0 }) }
    }

    /// What the store would answer, if it is known here; and the moment, for whoever reads it otherwise.
    pub(super) fn conversation(&self, lane: Lane, max_tokens: usize) -> (Option<Conversation>, Moment) {
        let lane = lane.conversation();
        let mut kept = self.kept();
        let known = kept.entries.get_mut(&lane).and_then(|entry| entry.within(max_tokens));
        (known, kept.moment(lane))
    }

    /// Keeps what was found for this many tokens, if nothing was told since that moment. What is told of a group is told
    /// under the name that it has now, so nothing is kept under an earlier one.
    pub(super) fn keep(&self, (lane, moment): (Lane, Moment), found: &Found, max_tokens: usize) {
        let (asked, lane, mut kept) = (lane.conversation(), found.lane.conversation(), self.kept());
        if asked == lane && kept.moment(lane) == moment {
            kept.remove(lane);
            kept.insert(lane, Entry::new(found, max_tokens));
        }
    }

    /// What a commit has changed, in order. To be called before anybody is told of that commit.
    pub(super) fn heed(&self, changes: Vec<Change>) {
        let mut kept = self.kept();
        for change in changes {
            match change {
                Change::Appended { lane, id, turn } => kept.append(lane.conversation(), id, turn),
                Change::Lane(lane) => kept.forget(lane.conversation()),
                Change::All => kept.clear(),
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    /// Both only grow, so that a sum that is the same is of the same two.
    fn moment(&self, lane: Lane) -> Moment {
        Moment(self.changed[counter(lane)] + self.all_changed)
    }

    fn forget(&mut self, lane: Lane) {
        self.changed[counter(lane)] += 1;
        self.remove(lane);
    }

    fn append(&mut self, lane: Lane, id: i64, turn: Turn) {
        self.changed[counter(lane)] += 1;
        if let Some(mut entry) = self.remove(lane) {
            entry.append(id, turn);
            self.insert(lane, entry);
        }
    }

    fn remove(&mut self, lane: Lane) -> Option<Entry> {
        let entry = self.entries.remove(&lane)?;
        self.weight -= entry.weight();
        Some(entry)
    }

    /// As the one that was used last.
    fn insert(&mut self, lane: Lane, entry: Entry) {
        if entry.weight() > LARGEST {
            return;
        }
        self.weight += entry.weight();
        self.entries.insert(lane, entry);
        while self.weight > ROOM
            && let Some((_, oldest)) = self.entries.remove_lru()
        {
            self.weight -= oldest.weight();
        }
    }

    fn clear(&mut self) {
        self.all_changed += 1;
        self.entries.clear();
        self.weight = 0;
    }
}

/// Ids of chats are as good as drawn by lot in their lowest digits; topics of one chat count up.
fn counter(lane: Lane) -> usize {
    usize::from(lane.chat.wrapping_add(lane.thread).to_le_bytes()[0])
}
