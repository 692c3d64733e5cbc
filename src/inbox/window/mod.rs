//! The part of the store that is in memory: which update is next, decided without asking anybody.
//!
//! It is pure: it is told what was stored and what was read, and says what to read and what to hand out. What it has no
//! room for stays on disk and is remembered by one bit: `more` for a lane, `spilled` for lanes that are not here at all.
//!
//! Two bounds, because lanes must not wait for each other: a lane that is ready or waiting has its head here, for up to
//! [`WINDOW_LANES`] lanes, and what is behind the heads has its own [`WINDOW_ROWS`]. With one bound for both, some thirty
//! flooding chats would fill the window and keep everybody else on disk.
//!
//! The store is read while updates come in, so both may tell of the same row, in either order. Nothing that is left on
//! disk during a read may be forgotten (the `…_meanwhile` bits), and nothing that the read brought is taken twice
//! (`last`).

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::clock::Timestamp;
use crate::faults::{self, Switch};
use crate::storage::{PendingUpdate, Seq};
use crate::update::Lane;

/// Rows of one lane kept in memory; more would only serve a lane that is flooding.
pub(super) const LANE_ROWS: usize = 16;
/// Rows above which only heads are kept: some 500 KB of ordinary messages.
pub(super) const WINDOW_ROWS: usize = 512;
/// Lanes that wait for a place or for their time and have their head in memory: twice the default of answers written
/// at once, so that there is always one to go on with.
pub(super) const WINDOW_LANES: usize = 512;

/// Lanes whose head waits for a retry time, on top of those: they wait for Telegram, and nobody should wait for them.
const WAITING_LANES: usize = 4096;
/// One chat, with all its topics, is given one in so many places.
const CHAT_SHARE: usize = 4;

/// The rows in memory.
#[derive(Default)]
pub(super) struct Window {
    lanes: HashMap<Lane, LaneRows>,
    /// Free lanes whose head may be claimed at once, first come first served.
    ready: VecDeque<Lane>,
    /// Free lanes whose head waits for its retry time.
    waiting: BTreeMap<(Timestamp, Seq), Lane>,
    rows: usize,
    /// Claims given out and not given back, control lanes aside.
    in_flight: usize,
    /// The same of control lanes.
    control_in_flight: usize,
    /// Lanes of each chat that are being worked on: a chat with many topics has many.
    busy: HashMap<i64, usize>,
    /// Lanes may wait on disk that are not in the window.
    spilled: bool,
    /// One more lane was left on disk while the store was being read: what was read does not tell of it.
    spilled_meanwhile: bool,
    /// Free lanes whose rows in memory ran out while more wait on disk.
    hungry: Vec<Lane>,
}

/// One lane's first rows.
#[derive(Default)]
struct LaneRows {
    rows: VecDeque<PendingUpdate>,
    /// The last row that was ever in memory: what follows on disk has a greater place.
    last: Option<Seq>,
    /// More rows wait on disk.
    more: bool,
    /// One more row was left on disk while the store was being read.
    more_meanwhile: bool,
    busy: bool,
}

/// A read that is wanted: the rows of a lane after a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WantedRows {
    pub(super) lane: Lane,
    pub(super) after: Seq,
    pub(super) limit: usize,
}

/// A read that is wanted: the heads of lanes that are not known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WantedHeads {
    pub(super) known: HashSet<Lane>,
    pub(super) limit: usize,
}

impl Window {
    /// A window over a store of which nothing has been read.
    pub(super) fn unread() -> Self {
        Self { spilled: true, ..Self::default() }
    }

    /// Takes an update that was just stored.
    pub(super) fn push_new(&mut self, update: PendingUpdate) {
        let crowded = self.rows >= WINDOW_ROWS;
        let unknown_stays_out = self.spilled || self.room_for_lanes() == 0;
        match self.lanes.get_mut(&update.lane) {
            // A read of the store was quicker than whoever stored it.
            Some(lane) if lane.last >= Some(update.seq) => {}
            Some(lane) if lane.more || lane.rows.len() >= LANE_ROWS || crowded => {
                (lane.more, lane.more_meanwhile) = (true, true);
            }
            None if unknown_stays_out && update.lane.control => self.push_ahead(update),
            None if unknown_stays_out => (self.spilled, self.spilled_meanwhile) = (true, true),
            _ => self.push(update),
        }
    }

    /// A Stop button does not wait behind what it is to stop. Earlier rows of its lane may be on disk, which matters to
    /// nobody; they are found when it is done.
    fn push_ahead(&mut self, update: PendingUpdate) {
        let key = update.lane;
        self.push(update);
        if let Some(lane) = self.lanes.get_mut(&key) {
            (lane.more, lane.last) = (true, None);
        }
    }

    fn push(&mut self, update: PendingUpdate) {
        let key = update.lane;
        let lane = self.lanes.entry(key).or_default();
        let idle = !lane.busy && lane.rows.is_empty();
        lane.last = lane.last.max(Some(update.seq));
        lane.rows.push_back(update);
        self.rows += 1;
        if idle {
            self.queue(key);
        }
    }

    /// Puts a free lane where its head belongs: ready now, or waiting for a time.
    fn queue(&mut self, key: Lane) {
        let Some(head) = self.lanes.get(&key).and_then(|lane| lane.rows.front()) else { return };
        if head.not_before == Timestamp::default() {
            self.ready.push_back(key);
        } else {
            self.waiting.insert((head.not_before, head.seq), key);
        }
    }

    /// There may be rows on disk of which nobody has told, in any lane.
    pub(super) fn look_again(&mut self) {
        (self.spilled, self.spilled_meanwhile) = (true, true);
        for lane in self.lanes.values_mut() {
            (lane.more, lane.more_meanwhile) = (true, true);
        }
    }

    /// Takes the head of the first lane that may go, if one of the `places` is free. Control lanes need none.
    pub(super) fn take(&mut self, now: Timestamp, places: usize) -> Option<PendingUpdate> {
        self.wake_waiting(now);
        let at = self.ready.iter().position(|lane| self.may_go(*lane, places))?;
        let key = self.ready.remove(at)?;
        let keeps_order = !faults::is_on(Switch::NoLaneOrder);
        let lane = self.lanes.get_mut(&key)?;
        let update = lane.rows.pop_front()?;
        lane.busy = keeps_order;
        self.rows -= 1;
        *self.count_of(key) += 1;
        if !key.control {
            *self.busy.entry(key.chat).or_default() += 1;
        }
        if !keeps_order {
            self.queue(key);
        }
        Some(update)
    }

    /// Is there a place for this lane? Control lanes have their own places, because what they stop may hold the others; and
    /// no chat takes more than its share, because one with many topics could take them all.
    fn may_go(&self, lane: Lane, places: usize) -> bool {
        if lane.control {
            return self.control_in_flight < places;
        }
        let share = (places / CHAT_SHARE).max(1);
        self.in_flight < places && self.busy.get(&lane.chat).is_none_or(|busy| *busy < share)
    }

    const fn count_of(&mut self, lane: Lane) -> &mut usize {
        if lane.control { &mut self.control_in_flight } else { &mut self.in_flight }
    }

    fn wake_waiting(&mut self, now: Timestamp) {
        while let Some(entry) = self.waiting.first_entry() {
            if entry.key().0 > now {
                return;
            }
            let lane = entry.remove();
            self.ready.push_back(lane);
        }
    }

    /// Frees the lane of an update that was taken: it is done (`None`), or back at the head of its lane.
    pub(super) fn release(&mut self, key: Lane, back: Option<PendingUpdate>) {
        let count = self.count_of(key);
        *count = count.saturating_sub(1);
        if !key.control
            && let Entry::Occupied(mut busy) = self.busy.entry(key.chat)
        {
            *busy.get_mut() -= 1;
            if *busy.get() == 0 {
                busy.remove();
            }
        }
        let Some(lane) = self.lanes.get_mut(&key) else { return };
        if faults::is_on(Switch::NoLaneOrder) && back.is_none() {
            return;
        }
        lane.busy = false;
        if let Some(update) = back {
            lane.rows.push_front(update);
            self.rows += 1;
        }
        if !lane.rows.is_empty() {
            self.queue(key);
        } else if lane.more {
            self.hungry.push(key);
        } else {
            self.lanes.remove(&key);
        }
    }

    /// The next lane whose rows ran out, and what to read of it.
    pub(super) fn wanted_rows(&mut self) -> Option<WantedRows> {
        let key = *self.hungry.last()?;
        let limit = LANE_ROWS.min(WINDOW_ROWS.saturating_sub(self.rows)).max(1);
        let lane = self.lanes.get_mut(&key)?;
        lane.more_meanwhile = false;
        Some(WantedRows { lane: key, after: lane.last.unwrap_or(Seq(0)), limit })
    }

    /// Takes what was read.
    pub(super) fn add_rows(&mut self, wanted: WantedRows, rows: Vec<PendingUpdate>) {
        let key = wanted.lane;
        self.hungry.retain(|lane| *lane != key);
        let Some(lane) = self.lanes.get_mut(&key) else { return };
        lane.more = lane.more_meanwhile || rows.len() >= wanted.limit;
        if rows.is_empty() && lane.more {
            self.hungry.push(key);
        } else if rows.is_empty() {
            self.lanes.remove(&key);
        }
        for row in rows {
            self.push(row);
        }
    }

    /// The lanes that there is room for; `None` when nothing is to be read.
    pub(super) fn wanted_heads(&mut self) -> Option<WantedHeads> {
        let limit = self.room_for_lanes();
        // Half empty before it is filled again: one read of the store for hundreds of updates, not one for each. But
        // when nobody here can go on, whoever waits on disk must not wait for them.
        let now = limit >= WINDOW_LANES / 2 || (self.ready.is_empty() && limit > 0);
        (self.spilled && now).then(|| {
            self.spilled_meanwhile = false;
            WantedHeads { known: self.lanes.keys().copied().collect(), limit }
        })
    }

    fn room_for_lanes(&self) -> usize {
        let patient = WAITING_LANES.saturating_sub(self.waiting.len());
        WINDOW_LANES.saturating_sub(self.ready.len()).min(patient)
    }

    /// Takes what was read.
    pub(super) fn add_heads(&mut self, limit: usize, found: Vec<PendingUpdate>) {
        self.spilled = self.spilled_meanwhile || found.len() >= limit;
        self.add_first(found);
    }

    /// Takes heads that were read although others had waited longer, which are still on disk.
    pub(super) fn add_first(&mut self, found: Vec<PendingUpdate>) {
        for head in found {
            let key = head.lane;
            // A control lane that was let in during the read: it looks for the rest of its rows itself.
            if self.lanes.contains_key(&key) {
                continue;
            }
            self.push(head);
            // Only the head was read; whether others follow is found out when it is done.
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.more = true;
            }
        }
    }

    /// When the first lane that waits for its time may go.
    pub(super) fn first_retry(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(time, _)| *time)
    }

    /// Claims given out and not given back, control lanes aside.
    pub(super) const fn in_flight(&self) -> usize {
        self.in_flight
    }
}

#[cfg(test)]
mod tests;
