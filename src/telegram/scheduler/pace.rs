//! How many calls a second Telegram takes of this bot: set by its owner, or learnt from refusals.
//!
//! Nothing is assumed. Refusals in three chats within a second are no matter of those chats: the pace becomes nine tenths
//! of what succeeded in the last second, handed out evenly. A second in which it was the limit and nothing was refused
//! raises it, slowly at first and then faster, so that it finds a limit that was lifted and comes close to one that was
//! not; a single refusal takes a step back. Minutes in which nobody had to wait for it, and it is forgotten.

use std::time::Duration;

use super::book::Call;
use super::window::Recent;
use crate::clock::Timestamp;
use crate::metrics;

/// So many chats refused within [`SECOND`] are a limit for all of them; fewer may be a coincidence.
const CHATS: usize = 3;
const SECOND: Duration = Duration::from_secs(1);
/// What is left of the pace at which it was refused.
const CUT: f64 = 0.9;
/// What is left of it after a single refusal: as much as the last raises have added.
const STEP_BACK: f64 = 0.95;
/// Never slower: a sixth of what is reported. A bot that is granted less learns it chat by chat.
const SLOWEST: f64 = 5.0;
/// Good seconds in a row raise it by 1 %, 2 %, 3 % … up to so many. After a step back, four of them find the same limit
/// again, at the price of one refusal in a hundred calls.
const STEEPEST: u32 = 20;
/// Without anybody waiting for it, the pace is forgotten: Telegram's limits change, and refusals would teach it again.
const QUIET: Duration = Duration::from_mins(5);
/// A refusal for a span that began before the pace was lowered is of the same flood; but not for longer than this.
const LONGEST: Duration = Duration::from_mins(1);
/// How early a call may be, to make up for those that were late: timers are by a millisecond, machines under load by
/// more. At Telegram's reported pace it is less than one call, at a thousand a second it is twenty.
const LATENESS_MICROS: i64 = 20_000;
/// A cut is said once in this span.
const SAY_EVERY: Duration = Duration::from_mins(1);

/// The pace.
pub(super) struct Pace {
    /// The owner's.
    max: Option<f64>,
    learnt: Option<Learnt>,
    /// When the next call may leave, in microseconds since the epoch.
    next: i64,
    /// Refusals of the last second, one for each chat, until there are enough.
    refusals: Vec<(Timestamp, i64)>,
    said: Timestamp,
}

struct Learnt {
    per_second: f64,
    /// When it was lowered last. Refusals of what left before are of the faster pace, and so are those for a span that
    /// began before.
    lowered: Timestamp,
    /// The second that is being judged began then.
    second: Timestamp,
    /// Somebody had to wait for it in this second.
    waited_for: bool,
    /// Seconds without a refusal in which somebody had to.
    good: u32,
    /// When somebody had to wait for it last.
    mattered: Timestamp,
}

impl Pace {
    /// Unknown, or the owner's.
    pub(super) fn new(max_per_second: Option<u32>) -> Self {
        let max = max_per_second.map(f64::from);
        Self { max, learnt: None, next: 0, refusals: Vec::new(), said: Timestamp::default() }
    }

    /// Calls a second; `None` while no limit is known.
    pub(super) fn per_second(&self) -> Option<f64> {
        let learnt = self.learnt.as_ref().map(|learnt| learnt.per_second);
        [self.max, learnt].into_iter().flatten().reduce(f64::min)
    }

    /// Whether there is one, after it was raised or forgotten as time passed.
    pub(super) fn is_known(&mut self, now: Timestamp) -> bool {
        self.raise(now);
        self.per_second().is_some()
    }

    /// Until when nobody may call; `None`: now.
    pub(super) fn closed_until(&mut self, now: Timestamp) -> Option<Timestamp> {
        self.per_second()?;
        if micros(now) >= self.next {
            return None;
        }
        if let Some(learnt) = &mut self.learnt {
            learnt.waited_for = true;
            learnt.mattered = now;
        }
        Some(Timestamp(self.next.div_euclid(1000) + i64::from(self.next.rem_euclid(1000) > 0)))
    }

    /// A call leaves.
    pub(super) fn take(&mut self, now: Timestamp) {
        self.next = self.next.max(micros(now) - LATENESS_MICROS) + self.interval();
    }

    /// It did not leave after all.
    pub(super) fn give_back(&mut self) {
        self.next -= self.interval();
    }

    /// A call was refused, and its chat does not explain it.
    pub(super) fn refused(&mut self, call: Call, wait: Duration, recent: &mut Recent, now: Timestamp) {
        let known = |learnt: &Learnt| call.started <= learnt.lowered || now.since(learnt.lowered) < wait.min(LONGEST);
        if self.learnt.as_ref().is_some_and(known) {
            return;
        }
        self.refusals.retain(|(at, chat)| now.since(*at) < SECOND && *chat != call.wish.chat);
        self.refusals.push((now, call.wish.chat));
        if self.refusals.len() >= CHATS {
            self.refusals.clear();
            self.cut(recent, now);
        } else if let Some(learnt) = &mut self.learnt {
            learnt.good = 0;
            learnt.per_second = (learnt.per_second * STEP_BACK).max(SLOWEST);
            learnt.lowered = now;
            metrics::telegram_pace(learnt.per_second);
        }
    }

    fn cut(&mut self, recent: &mut Recent, now: Timestamp) {
        let taken = f64::from(recent.count(now));
        let known = self.per_second().unwrap_or(f64::INFINITY);
        let per_second = (taken * CUT).min(known).max(SLOWEST);
        let pause = recent.pause_before(per_second, now);
        self.next = self.next.max(micros(now.plus(pause)));
        self.learnt = Some(Learnt { per_second, lowered: now, second: now, waited_for: false, good: 0, mattered: now });
        metrics::telegram_pace(per_second);
        if now.since(self.said) >= SAY_EVERY {
            self.said = now;
            tracing::info!(
                per_second,
                "Telegram refuses many chats at once: sending at most {per_second:.0} messages a second from now on, and \
                 more again while that goes well"
            );
        }
    }

    /// Judges the second that is over.
    fn raise(&mut self, now: Timestamp) {
        let Some(learnt) = &mut self.learnt else { return };
        if now.since(learnt.second) < SECOND {
            return;
        }
        learnt.second = now;
        // A pace that has come back to the owner's has nothing to say any more either.
        if now.since(learnt.mattered) >= QUIET || self.max.is_some_and(|max| learnt.per_second > max) {
            self.learnt = None;
            metrics::telegram_pace(self.max.unwrap_or_default());
            return;
        }
        if std::mem::take(&mut learnt.waited_for) {
            learnt.good += 1;
            let percent = learnt.good.min(STEEPEST);
            learnt.per_second *= 1.0 + f64::from(percent) / 100.0;
            metrics::telegram_pace(learnt.per_second);
        }
    }

    fn interval(&self) -> i64 {
        #[expect(clippy::cast_possible_truncation, reason = "at most 200,000 microseconds")]
        self.per_second().map_or(0, |per_second| (1e6 / per_second) as i64)
    }
}

fn micros(moment: Timestamp) -> i64 {
    moment.0.saturating_mul(1000)
}
