//! Time, asked and never taken.
//!
//! Everything that waits or stamps asks a [`Clock`]. The program runs on [`Clock::system`]; tests run it on
//! [`Clock::movable`], hold a clone of it and [`advance`](Clock::advance) it, and whoever sleeps on it wakes. That is real
//! time plus an offset rather than a frozen clock, because the sockets, the disk and the other processes of a test run in
//! real time too.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use chrono::{Datelike as _, NaiveDate};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// A moment: milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the Unix epoch, as Telegram counts them.
    #[must_use]
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The day in which it lies.
    #[must_use]
    pub const fn day(self) -> Day {
        Day(self.0.div_euclid(86_400_000))
    }

    /// The moment `span` later; the far future rather than an overflow.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(millis(span)))
    }

    /// The moment `span` earlier; the distant past rather than an overflow.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(millis(span)))
    }

    /// How long after `earlier` this is; zero when it is not after it.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// A day: days since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Day(pub i64);

impl std::fmt::Display for Day {
    /// "2026-11-21".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match i32::try_from(self.0).ok().and_then(NaiveDate::from_epoch_days) {
            Some(date) => write!(f, "{date}"),
            None => write!(f, "day {}", self.0),
        }
    }
}

impl Day {
    /// Its year, and its month from 1 to 12.
    #[must_use]
    pub fn month(self) -> (i32, u32) {
        self.date().map_or((1970, 1), |date| (date.year(), date.month()))
    }

    /// How many days its month has.
    #[must_use]
    pub fn days_of_month(self) -> u8 {
        let has = |day: &u8| self.date().is_some_and(|date| date.with_day(u32::from(*day)).is_some());
        (28..=31).rev().find(has).unwrap_or(31)
    }

    fn date(self) -> Option<NaiveDate> {
        i32::try_from(self.0).ok().and_then(NaiveDate::from_epoch_days)
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        // A day that no calendar has is its own month.
        self.date().map_or(self, |date| Self(self.0 - i64::from(date.day0())))
    }
}

/// How long something took, finer than a [`Timestamp`]: for numbers that are published. Nothing is decided by it, so tests
/// do not move it.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Seconds since the start.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.elapsed().as_secs_f64()
    }

    /// The span since the start.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Where the program gets the time from. Clones tell the same time.
#[derive(Clone)]
pub struct Clock {
    /// How far tests have moved this clock ahead of the real one, in milliseconds. Watched, so that sleepers wake; `None`
    /// where nobody moves it, so that no sleeper pays for that.
    ahead: Option<Arc<watch::Sender<i64>>>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self { ahead: None }
    }

    /// The machine's clock, and from there on as far ahead as it is moved: for tests.
    #[must_use]
    pub fn movable() -> Self {
        Self { ahead: Some(Arc::new(watch::Sender::new(0))) }
    }

    /// Now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn now(&self) -> Timestamp {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(millis(real) + self.ahead.as_ref().map_or(0, |ahead| *ahead.borrow()))
    }

    /// Moves this clock ahead and wakes everybody whose time has come.
    ///
    /// # Panics
    /// When it is not [`movable`](Self::movable).
    pub fn advance(&self, span: Duration) {
        let ahead = self.ahead.as_ref().expect("only a movable clock is advanced");
        ahead.send_modify(|ahead| *ahead += millis(span));
    }

    /// Returns when this clock has moved on by `span`.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now().plus(span)).await;
    }

    /// Returns when this clock shows `moment` or later.
    pub async fn sleep_until(&self, moment: Timestamp) {
        let mut moved = self.ahead.as_ref().map(|ahead| ahead.subscribe());
        loop {
            let left = moment.since(self.now());
            match &mut moved {
                _ if left.is_zero() => return,
                None => tokio::time::sleep(left).await,
                Some(moved) => tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    // The sender lives in `self`, so this only ends because the clock was advanced.
                    _ = moved.changed() => {}
                },
            }
        }
    }
}

/// The wait for a deadline that moves on, such as one that every word of an answer puts off. It sleeps until the moment that
/// was asked for first and only then looks at the one that counts, so to move it costs nothing.
pub struct Deadline {
    clock: Clock,
    asleep: Option<(Timestamp, BoxFuture<'static, ()>)>,
}

impl Deadline {
    /// On this clock.
    #[must_use]
    pub const fn on(clock: Clock) -> Self {
        Self { clock, asleep: None }
    }

    /// Returns at `moment`. May be dropped and called again, with the same moment or another one.
    pub async fn reached(&mut self, moment: Timestamp) {
        while self.clock.now() < moment {
            let asleep = match &mut self.asleep {
                Some((until, asleep)) if *until <= moment => asleep,
                sooner => {
                    let clock = self.clock.clone();
                    &mut sooner.insert((moment, Box::pin(async move { clock.sleep_until(moment).await }))).1
                }
            };
            asleep.await;
            self.asleep = None;
        }
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clock({:?})", self.now())
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_day_ends_at_midnight_and_a_month_begins_with_its_first() {
        assert_eq!((Timestamp(86_399_999).day(), Timestamp(86_400_000).day()), (Day(0), Day(1)));
        assert_eq!(Timestamp(-1).day(), Day(-1));
        // 2026-11-21, 2026-11-01, 2024-02-29, 2024-02-01.
        for (day, first) in [(20_778, 20_758), (20_758, 20_758), (19_782, 19_754), (i64::MAX, i64::MAX)] {
            assert_eq!(Day(day).first_of_month(), Day(first));
        }
        let months = [20_778, 19_782, 0, -1].map(|day| (Day(day).month(), Day(day).days_of_month()));
        assert_eq!(months, [((2026, 11), 30), ((2024, 2), 29), ((1970, 1), 31), ((1969, 12), 31)]);
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_advanced() {
        let clock = Clock::movable();
        let asleep = clock.sleep(Duration::from_hours(1));
        let awake = async { clock.advance(Duration::from_hours(2)) };
        tokio::join!(asleep, awake);
    }

    #[tokio::test]
    async fn a_deadline_that_was_moved_on_or_back_is_reached_when_it_says() {
        let clock = Clock::movable();
        let (mut deadline, start) = (Deadline::on(clock.clone()), clock.now());
        let hours = |hours| start.plus(Duration::from_hours(hours));
        assert!(deadline.reached(hours(2)).now_or_never().is_none());
        assert!(deadline.reached(hours(9)).now_or_never().is_none(), "moved on");
        let moved = async { clock.advance(Duration::from_hours(5)) };
        tokio::join!(deadline.reached(hours(4)), moved);
        assert!(deadline.reached(hours(9)).now_or_never().is_none(), "what it slept until first is over");
        assert!(deadline.reached(hours(3)).now_or_never().is_some());
        let moved = async { clock.advance(Duration::from_hours(5)) };
        tokio::join!(deadline.reached(hours(9)), moved);
    }
}
