//! How much one person may ask for: so many messages in a minute, then one notice, then nothing until it is over.
//!
//! A minute begins with the first message in it and is told by Telegram's stamps: what was written while the bot was away
//! is judged as it was written, not as it came in. Whoever is over the limit is told so once in that minute; what they
//! write besides is settled without a word and without the model, so that a flood costs its sender's lane a few writes and
//! nobody else anything.
//!
//! It is kept in memory, for as many people as write in a minute. A process that takes over begins with what the one
//! before it had settled in private chats within the last minute, so that a restart does not grant a flood another
//! portion; it may tell its sender a second time. In groups a restart forgives.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::storage::Seq;

/// What a person's messages are counted in.
pub const MINUTE: Duration = Duration::from_mins(1);
/// The same in seconds, as Telegram's stamps are.
const SECONDS: i64 = MINUTE.as_secs().cast_signed();

/// What people have asked for lately.
pub struct Limits {
    /// `None`: as much as they like.
    per_minute: Option<u32>,
    minutes: Mutex<Minutes>,
}

/// Those who have written lately.
struct Minutes {
    people: HashMap<i64, Minute>,
    /// When those whose minute is over were forgotten, in seconds since the Unix epoch. Once a minute: whoever looked at
    /// each message would look at everybody, as often as there are messages.
    forgot: i64,
}

/// A person's minute.
struct Minute {
    /// In seconds since the Unix epoch.
    began: i64,
    messages: u32,
    /// The last one that was judged, since work on it may be begun again.
    last: Option<(Seq, Leave)>,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    /// It is answered.
    Granted,
    /// It is the first one too many: its sender is told that there are so many in a minute.
    Notice(u32),
    /// It is one of many too many: the same number.
    Quiet(u32),
}

impl Limits {
    /// So many messages in a minute. `before`: how many each person has sent in the minute before `now` (seconds since the
    /// Unix epoch), as far as that is known.
    #[must_use]
    pub fn new(per_minute: Option<u32>, before: &[(i64, u32)], now: i64) -> Self {
        let minute =
            |(person, messages): &(i64, u32)| (*person, Minute { began: now, messages: *messages, last: None });
        let minutes = Minutes { people: before.iter().map(minute).collect(), forgot: now };
        Self { per_minute, minutes: Mutex::new(minutes) }
    }

    /// Counts a message of this person that was sent at `at` (seconds since the Unix epoch). The same answer for the same
    /// message when it is asked for again at once.
    pub fn message(&self, person: i64, seq: Seq, at: i64) -> Leave {
        let Some(most) = self.per_minute else { return Leave::Granted };
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        if at.saturating_sub(minutes.forgot) >= SECONDS {
            minutes.people.retain(|_, minute| !minute.is_over(at));
            minutes.forgot = at;
        }
        let fresh = || Minute { began: at, messages: 0, last: None };
        let minute = minutes.people.entry(person).or_insert_with(fresh);
        if let Some((_, leave)) = minute.last.filter(|(last, _)| *last == seq) {
            return leave;
        }
        if minute.is_over(at) {
            *minute = fresh();
        }
        let told = minute.last.is_some_and(|(_, leave)| leave != Leave::Granted);
        minute.messages = minute.messages.saturating_add(1);
        let leave = match minute.messages {
            messages if messages <= most => Leave::Granted,
            _ if told => Leave::Quiet(most),
            _ => Leave::Notice(most),
        };
        minute.last = Some((seq, leave));
        leave
    }
}

impl Minute {
    const fn is_over(&self, at: i64) -> bool {
        at.saturating_sub(self.began) >= SECONDS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: i64 = 5;
    const BORIS: i64 = 6;
    const NOW: i64 = 1_790_000_000;

    fn judged(limits: &Limits, person: i64, seqs: std::ops::Range<i64>, at: i64) -> Vec<Leave> {
        seqs.map(|seq| limits.message(person, Seq(seq), at)).collect()
    }

    #[test]
    fn one_notice_in_a_minute_and_then_the_next_minute() {
        let limits = Limits::new(Some(2), &[], NOW);
        let [granted, notice, quiet] = [Leave::Granted, Leave::Notice(2), Leave::Quiet(2)];
        assert_eq!(judged(&limits, ANNA, 1..6, NOW), [granted, granted, notice, quiet, quiet]);
        assert_eq!(judged(&limits, BORIS, 6..7, NOW), [granted]);
        assert_eq!(judged(&limits, ANNA, 7..8, NOW + 59), [quiet]);
        assert_eq!(judged(&limits, ANNA, 8..11, NOW + 60), [granted, granted, notice]);
    }

    #[test]
    fn work_that_is_begun_again_is_not_counted_again() {
        let limits = Limits::new(Some(1), &[], NOW);
        for (seq, leave) in [(1, Leave::Granted), (1, Leave::Granted), (2, Leave::Notice(1)), (2, Leave::Notice(1))] {
            assert_eq!(limits.message(ANNA, Seq(seq), NOW), leave);
        }
    }

    #[test]
    fn a_restart_does_not_grant_another_portion() {
        let limits = Limits::new(Some(3), &[(ANNA, 3), (BORIS, 2)], NOW);
        assert_eq!(judged(&limits, ANNA, 1..3, NOW - 1), [Leave::Notice(3), Leave::Quiet(3)]);
        assert_eq!(judged(&limits, BORIS, 3..5, NOW), [Leave::Granted, Leave::Notice(3)]);
    }

    #[test]
    fn without_a_limit_nobody_is_remembered() {
        let limits = Limits::new(None, &[], NOW);
        assert_eq!(judged(&limits, ANNA, 1..100, NOW), [Leave::Granted; 99]);
        assert!(limits.minutes.lock().unwrap().people.is_empty());
    }

    #[test]
    fn those_whose_minute_is_over_are_forgotten() {
        let limits = Limits::new(Some(1), &[], NOW);
        for person in 0..10_000 {
            limits.message(person, Seq(person), NOW + person / 10);
        }
        // Ten a second: those of this minute, and of the one before.
        assert!(limits.minutes.lock().unwrap().people.len() <= 2 * 600);
    }
}
