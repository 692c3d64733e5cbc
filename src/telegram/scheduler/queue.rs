//! Who waits, in the order in which they go.
//!
//! A place is a moment: that of arrival, later by a handicap of the urgency. So an answer overtakes the previews of the
//! last five seconds, and yet no preview waits for ever. Those whose chat may not be written to yet sleep aside, so that
//! letting the others go never looks at them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::Urgency;
use super::book::Wish;
use crate::clock::Timestamp;

/// As many as wait before previews are turned away; answers never are. Ten thousand wait for five minutes at Telegram's
/// reported limit, and need about two megabytes.
const MOST: usize = 10_000;

/// A place in the queue: when it would have come if it were an answer, then by arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    from: Timestamp,
    number: u64,
}

/// The queue.
#[derive(Default)]
pub(super) struct Queue {
    waiting: BTreeMap<Place, Waiter>,
    /// Those who could go as far as their chats are concerned, but for previews …
    ready: BTreeSet<Place>,
    /// … which are these.
    previews: BTreeSet<Place>,
    /// The others, by when their chats let them.
    asleep: BTreeSet<(Timestamp, Place)>,
    arrivals: u64,
}

struct Waiter {
    wish: Wish,
    /// `None`: ready.
    asleep_until: Option<Timestamp>,
}

/// How much younger than an answer it counts.
const fn handicap(urgency: Urgency) -> Duration {
    match urgency {
        Urgency::Final => Duration::ZERO,
        Urgency::Reply => Duration::from_secs(1),
        Urgency::Preview | Urgency::Begin => Duration::from_secs(5),
    }
}

impl Queue {
    /// Lines up; `None` when there is no room for a preview.
    pub(super) fn join(&mut self, wish: Wish, now: Timestamp) -> Option<Place> {
        if wish.is_preview() && self.waiting.len() >= MOST {
            return None;
        }
        self.arrivals += 1;
        let place = Place { from: now.plus(handicap(wish.urgency)), number: self.arrivals };
        self.waiting.insert(place, Waiter { wish, asleep_until: None });
        self.ready(wish).insert(place);
        Some(place)
    }

    /// Leaves, whether to go or to give up.
    pub(super) fn leave(&mut self, place: Place) {
        match self.waiting.remove(&place) {
            Some(Waiter { asleep_until: Some(until), .. }) => drop(self.asleep.remove(&(until, place))),
            Some(Waiter { wish, .. }) => drop(self.ready(wish).remove(&place)),
            None => {}
        }
    }

    /// The first who could go.
    pub(super) fn first(&self, with_previews: bool) -> Option<(Place, Wish)> {
        let previews = self.previews.first().filter(|_| with_previews);
        let place = *self.ready.first().into_iter().chain(previews).min()?;
        Some((place, self.waiting.get(&place)?.wish))
    }

    /// Puts somebody aside.
    pub(super) fn sleep(&mut self, place: Place, until: Timestamp) {
        let Some(waiter) = self.waiting.get_mut(&place) else { return };
        if let Some(before) = waiter.asleep_until.replace(until) {
            self.asleep.remove(&(before, place));
        }
        let wish = waiter.wish;
        self.ready(wish).remove(&place);
        self.asleep.insert((until, place));
    }

    /// Those whose time has come are ready again.
    pub(super) fn wake_due(&mut self, now: Timestamp) {
        while let Some(&(until, place)) = self.asleep.first().filter(|(until, _)| *until <= now) {
            self.asleep.remove(&(until, place));
            self.ready_again(place);
        }
    }

    /// Those who wait for this chat are ready again. Looks at everybody asleep: for what happens rarely.
    pub(super) fn wake(&mut self, wish: Wish) {
        let concerned =
            |place: &Place| self.waiting.get(place).is_some_and(|other| other.wish.bucket() == wish.bucket());
        let awake: Vec<_> = self.asleep.iter().filter(|(_, place)| concerned(place)).copied().collect();
        for entry in awake {
            self.asleep.remove(&entry);
            self.ready_again(entry.1);
        }
    }

    /// When the next one wakes.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.asleep.first().map(|(until, _)| *until)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn ready_again(&mut self, place: Place) {
        let Some(waiter) = self.waiting.get_mut(&place) else { return };
        waiter.asleep_until = None;
        let wish = waiter.wish;
        self.ready(wish).insert(place);
    }

    const fn ready(&mut self, wish: Wish) -> &mut BTreeSet<Place> {
        if wish.is_preview() { &mut self.previews } else { &mut self.ready }
    }
}
