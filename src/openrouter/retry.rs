//! Asking again: how often, and after which pause.
//!
//! Only before the first delta: from then on a second request would be billed beside the first. The schedule in words:
//! again after 0.5–1 s, then after 1.5–3 s, then never. Whatever the server itself asks for (`Retry-After`) is obeyed
//! when it is short enough to wait for with a person watching, and otherwise handed to the caller.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Two: three requests in a row that fail mean trouble that outlasts a person's patience.
const TRIES_AGAIN: usize = 2;
/// Long enough for a restarting upstream to be replaced by another, short enough to go unnoticed.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest wait for a server that says when to come back; the person has seen nothing but "typing" so far.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// What another request would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Nothing but cost, or the same refusal.
    Never,
    /// Perhaps succeed.
    AfterAPause,
    /// Perhaps succeed, but twice in a row it means something: an empty answer.
    Once,
}

/// The requests that one question has left.
#[derive(Debug)]
pub(super) struct Retries {
    pauses: ExponentialBackoff,
    repeated_once: bool,
}

impl Retries {
    pub(super) fn new() -> Self {
        let schedule =
            ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_factor(3.0).with_max_times(TRIES_AGAIN);
        Self { pauses: schedule.with_jitter().build(), repeated_once: false }
    }

    /// The pause before the next request, or `None` to give up. `told` is when the server wants us back.
    pub(super) fn pause(&mut self, again: Again, told: Option<Duration>) -> Option<Duration> {
        let allowed = match again {
            Again::Never => false,
            Again::AfterAPause => true,
            Again::Once => !std::mem::replace(&mut self.repeated_once, true),
        };
        if !allowed || told.is_some_and(|told| told > LONGEST_PAUSE) {
            return None;
        }
        let pause = self.pauses.next()?;
        // Those who were told the same moment do not all come back at it.
        Some(told.map_or(pause, |told| pause.max(told + pause / 4)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_more_requests_with_growing_pauses() {
        let mut retries = Retries::new();
        let first = retries.pause(Again::AfterAPause, None).unwrap();
        let second = retries.pause(Again::AfterAPause, None).unwrap();
        assert!(first >= FIRST_PAUSE && first <= FIRST_PAUSE * 2, "{first:?}");
        assert!(second >= FIRST_PAUSE * 3 && second <= FIRST_PAUSE * 6, "{second:?}");
        assert_eq!(retries.pause(Again::AfterAPause, None), None);
    }

    #[test]
    fn a_server_that_says_when_is_obeyed_when_a_person_can_wait_for_it() {
        let obeyed = Retries::new().pause(Again::AfterAPause, Some(LONGEST_PAUSE)).unwrap();
        assert!(obeyed > LONGEST_PAUSE && obeyed < LONGEST_PAUSE + FIRST_PAUSE, "{obeyed:?}");
        assert!(Retries::new().pause(Again::AfterAPause, Some(Duration::ZERO)).unwrap() >= FIRST_PAUSE);
        assert_eq!(Retries::new().pause(Again::AfterAPause, Some(LONGEST_PAUSE + Duration::from_secs(1))), None);
    }

    #[test]
    fn what_may_happen_once_is_repeated_once() {
        let mut retries = Retries::new();
        assert!(retries.pause(Again::Once, None).is_some());
        assert_eq!(retries.pause(Again::Once, None), None);
        assert_eq!(Retries::new().pause(Again::Never, None), None);
    }
}
