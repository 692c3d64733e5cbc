//! Who may call now. Decides by what it is told and by the time it is given; never waits, never asks.

use std::time::Duration;

use super::chats::{Chats, Verdict};
use super::pace::Pace;
use super::queue::{Place, Queue};
use super::window::Window;
use super::{Kind, Urgency};
use crate::clock::Timestamp;

/// A call that somebody wants to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::telegram) struct Wish {
    /// How much it is waited for.
    pub(in crate::telegram) urgency: Urgency,
    /// Where to; negative for groups.
    pub(in crate::telegram) chat: i64,
    /// What it counts as.
    pub(in crate::telegram) kind: Kind,
}

impl Wish {
    pub(super) const fn is_preview(self) -> bool {
        matches!(self.urgency, Urgency::Preview)
    }

    /// Does it wait for as long as a block lasts? Whoever has an answer to deliver comes back instead.
    pub(super) const fn sits_out(self) -> bool {
        matches!(self.urgency, Urgency::Preview | Urgency::Begin)
    }

    /// What Telegram counts it with.
    pub(super) const fn bucket(self) -> (i64, Kind) {
        (self.chat, self.kind)
    }
}

/// A call under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) number: u64,
    pub(super) wish: Wish,
    pub(super) started: Timestamp,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::telegram) enum Outcome {
    /// Telegram took it.
    Taken,
    /// 429: come back after this span.
    TooMany(Duration),
    /// Anything else; it says nothing about limits.
    Unclear,
}

/// The answer to a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Call.
    Go(Call),
    /// Not here for so long that it makes no sense to wait.
    ComeBack(Duration),
}

/// What becomes of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The answer is known at once.
    Now(Answer),
    /// It will come.
    Wait(Place),
    /// Too many wait for previews to join them.
    Full,
}

/// The book.
pub(super) struct Book {
    queue: Queue,
    chats: Chats,
    pace: Pace,
    window: Window,
    calls: u64,
}

impl Book {
    pub(super) fn new(max_per_second: Option<u32>) -> Self {
        Self {
            queue: Queue::default(),
            chats: Chats::default(),
            pace: Pace::new(max_per_second),
            window: Window::default(),
            calls: 0,
        }
    }

    /// Somebody wants to call.
    pub(super) fn ask(&mut self, wish: Wish, now: Timestamp) -> Asked {
        self.queue.wake_due(now);
        let verdict = self.chats.verdict(wish, now);
        match verdict {
            Verdict::ComeBack(rest) => return Asked::Now(Answer::ComeBack(rest)),
            // Whoever is before has been let go already, if that was possible; previews are before nobody but previews.
            Verdict::Go
                if self.queue.first(wish.is_preview()).is_none()
                    && self.closed_until(wish.is_preview(), now).is_none() =>
            {
                return Asked::Now(Answer::Go(self.start(wish, now)));
            }
            _ => {}
        }
        let Some(place) = self.queue.join(wish, now) else { return Asked::Full };
        if let Verdict::Later(until) = verdict {
            self.queue.sleep(place, until);
        }
        Asked::Wait(place)
    }

    /// Lets go who may, and says when somebody else may at the latest, if nothing happens before.
    pub(super) fn pass(&mut self, now: Timestamp) -> (Vec<(Place, Answer)>, Option<Timestamp>) {
        let mut answers = Vec::new();
        self.queue.wake_due(now);
        let closed_until = loop {
            if self.queue.first(true).is_none() {
                break None;
            }
            if let Some(until) = self.closed_until(false, now) {
                break Some(until);
            }
            let previews_until = self.closed_until(true, now);
            let Some((place, wish)) = self.queue.first(previews_until.is_none()) else { break previews_until };
            let answer = match self.chats.verdict(wish, now) {
                Verdict::Later(until) => {
                    self.queue.sleep(place, until);
                    continue;
                }
                Verdict::Go => Answer::Go(self.start(wish, now)),
                Verdict::ComeBack(rest) => Answer::ComeBack(rest),
            };
            self.queue.leave(place);
            answers.push((place, answer));
        };
        (answers, closed_until.into_iter().chain(self.queue.next_due()).min())
    }

    /// Somebody does not wait any more.
    pub(super) fn leave(&mut self, place: Place) {
        self.queue.leave(place);
    }

    /// A call is over.
    pub(super) fn end(&mut self, call: Call, outcome: Outcome, now: Timestamp) {
        self.window.over(call);
        match outcome {
            Outcome::Taken => self.window.recent.add(now),
            Outcome::TooMany(wait) if !self.chats.says_nothing_of_others(call.wish, wait, now) => {
                self.pace.refused(call, wait, &mut self.window.recent, now);
            }
            Outcome::TooMany(_) | Outcome::Unclear => {}
        }
        if self.chats.over(call.wish, outcome, now) {
            self.queue.wake(call.wish);
        }
    }

    /// A call was not made after all.
    pub(super) fn give_back(&mut self, call: Call) {
        self.window.over(call);
        self.pace.give_back();
        if self.chats.give_back(call.wish) {
            self.queue.wake(call.wish);
        }
    }

    /// Until when nobody (or no preview) may call, whatever the chat; `None`: now.
    fn closed_until(&mut self, preview: bool, now: Timestamp) -> Option<Timestamp> {
        // Where a pace is known, there is nothing left to feel one's way to.
        if self.pace.is_known(now) { self.pace.closed_until(now) } else { self.window.closed_until(preview, now) }
    }

    fn start(&mut self, wish: Wish, now: Timestamp) -> Call {
        self.calls += 1;
        let call = Call { number: self.calls, wish, started: now };
        self.pace.take(now);
        self.window.begin(call);
        self.chats.begin(wish, now);
        call
    }

    #[cfg(test)]
    pub(super) fn pace(&self) -> Option<f64> {
        self.pace.per_second()
    }

    /// Who waits, how many chats are remembered.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.queue.len(), self.chats.len())
    }
}
