//! How many errors were logged within the last hour, for whoever asks the bot rather than its log.
//!
//! An `error!` means that somebody must act, so their number is the shortest answer to "is all well?". Sixty counters of a
//! minute each; what happened is in the log.

use std::sync::{Mutex, PoisonError};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::clock::Clock;

const MINUTES: usize = 60;

/// The minute (since the Unix epoch) that a counter is about, and what it has counted.
static COUNTED: Mutex<[(i64, usize); MINUTES]> = Mutex::new([(0, 0); MINUTES]);

/// Errors that were logged within the last sixty minutes, by the machine's clock.
#[must_use]
pub fn errors_of_the_last_hour() -> usize {
    let oldest = minute() - 60;
    let counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
    counted.iter().filter(|(minute, _)| *minute > oldest).map(|(_, count)| count).sum()
}

/// Counts them.
pub(super) struct Counting;

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if *event.metadata().level() != Level::ERROR {
            return;
        }
        let now = minute();
        let mut counted = COUNTED.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(now).unwrap_or_default() % MINUTES;
        let (about, before) = counted[place];
        counted[place] = (now, if about == now { before + 1 } else { 1 });
    }
}

/// A log has no other clock than the machine's.
fn minute() -> i64 {
    Clock::movable().now().as_secs().div_euclid(60)
}
