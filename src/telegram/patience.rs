//! How long to wait before Telegram is asked again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// The longest pause: somebody who mends the network should not wait much longer for the bot.
const LONGEST: Duration = Duration::from_secs(30);

/// Pauses between attempts to reach Telegram, without end: 0.5 s, 1 s, 2 s … 30 s, each stretched at random, so that two
/// programs that disturb each other do not do it in step.
#[derive(Debug)]
pub struct Patience(ExponentialBackoff);

impl Default for Patience {
    fn default() -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(LONGEST)
            .with_jitter()
            .without_max_times();
        Self(pauses.build())
    }
}

impl Patience {
    /// The next pause.
    pub fn pause(&mut self) -> Duration {
        self.0.next().unwrap_or(LONGEST)
    }
}
