//! How many calls may be under way while no limit is known.
//!
//! A refusal is learnt of one round trip late, and every call that left meanwhile is refused as well. So the window opens
//! with what succeeds, as TCP's does: half of what succeeded in the last second. At 30 ms a round trip, the first sixteen
//! already make 500 calls a second.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::book::Call;
use crate::clock::Timestamp;

/// What may be under way before anything succeeded. The first flood costs about as many refusals.
const LEAST: usize = 16;
/// A call that is not answered by then is not counted any more: it is slow, which says nothing about limits, and a
/// Telegram that hangs must not hold back anybody for longer than this.
const YOUNG: Duration = Duration::from_millis(250);

/// The window. Previews may fill half of it, and wait for all that is under way, however old: others must find room, and
/// what is refused first had better be few previews.
#[derive(Default)]
pub(super) struct Window {
    young: BTreeSet<(Timestamp, u64)>,
    under_way: usize,
    /// What succeeded.
    pub(super) recent: Recent,
}

impl Window {
    /// Until when nobody (or no preview) may call, if nothing is over before; `None`: now.
    pub(super) fn closed_until(&mut self, preview: bool, now: Timestamp) -> Option<Timestamp> {
        let old = now.minus(YOUNG);
        while self.young.first().is_some_and(|(started, _)| *started <= old) {
            self.young.pop_first();
        }
        let open = LEAST.max(usize::try_from(self.recent.count(now) / 2).unwrap_or(usize::MAX));
        if preview {
            return (self.under_way >= open / 2).then(|| now.plus(YOUNG));
        }
        self.young.first().filter(|_| self.young.len() >= open).map(|(started, _)| started.plus(YOUNG))
    }

    /// A call leaves.
    pub(super) fn begin(&mut self, call: Call) {
        self.young.insert((call.started, call.number));
        self.under_way += 1;
    }

    /// It is over.
    pub(super) fn over(&mut self, call: Call) {
        self.young.remove(&(call.started, call.number));
        self.under_way = self.under_way.saturating_sub(1);
    }
}

/// How finely is remembered when something succeeded.
const SLOT: Duration = Duration::from_millis(50);
const SECOND: Duration = Duration::from_secs(1);

/// What succeeded in the last second, in slots of it.
#[derive(Default)]
pub(super) struct Recent {
    /// When each began, and how much it holds; oldest first.
    slots: VecDeque<(Timestamp, u32)>,
}

impl Recent {
    /// One more.
    pub(super) fn add(&mut self, now: Timestamp) {
        self.forget(now);
        match self.slots.back_mut() {
            Some((began, count)) if now.since(*began) < SLOT => *count += 1,
            _ => self.slots.push_back((now, 1)),
        }
    }

    /// How many in the last second.
    pub(super) fn count(&mut self, now: Timestamp) -> u32 {
        self.forget(now);
        self.slots.iter().map(|(_, count)| count).sum()
    }

    /// How long to pause before `per_second` goes on evenly, so that in no second there are more than there were in this
    /// one: not at all after an even second, a whole one after a burst.
    pub(super) fn pause_before(&mut self, per_second: f64, now: Timestamp) -> Duration {
        self.forget(now);
        let (mut gone, mut pause) = (0, 0.0_f64);
        for (began, count) in &self.slots {
            let over = began.plus(SLOT + SECOND).since(now).as_secs_f64();
            pause = pause.max(over - f64::from(gone) / per_second);
            gone += count;
        }
        Duration::from_secs_f64(pause)
    }

    fn forget(&mut self, now: Timestamp) {
        while self.slots.front().is_some_and(|(began, _)| now.since(*began) >= SECOND) {
            self.slots.pop_front();
        }
    }
}
