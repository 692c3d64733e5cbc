//! The frame that is under way when the answer is complete.

use std::time::Duration;

use super::frame::{Call, Shown};
use crate::clock::Clock;

/// How long the final text waits for a frame under way before it gives that connection up.
pub(super) const LAST_FRAME: Duration = Duration::from_secs(2);

/// The frame that is under way when the answer is complete. The answer is stored first, since it may have been paid for,
/// and sent after this frame, which would otherwise appear below it, or over it.
#[derive(Default)]
pub struct LastFrame {
    call: Option<Call>,
    message: Option<i64>,
    /// The call changes that message.
    changes: bool,
    /// By which, and for how long, it is waited for.
    wait: Option<(Clock, Duration)>,
}

/// How the preview ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Over {
    /// The message in which the answer grew.
    pub placed: Option<i64>,
    /// A change of that message may still arrive, and would hide what is written over it.
    pub hangs: bool,
}

impl LastFrame {
    /// There is none.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    pub(super) const fn new(call: Option<Call>, message: Option<i64>, changes: bool, wait: (Clock, Duration)) -> Self {
        Self { call, message, changes, wait: Some(wait) }
    }

    /// Returns when it has arrived, but does not wait long: an answer is more than a frame.
    pub async fn over(self) -> Over {
        let placed = self.message;
        let (Some(call), Some((clock, patience))) = (self.call, self.wait) else {
            return Over { placed, hangs: false };
        };
        tokio::select! {
            result = call => match result {
                Ok(Shown::Placed(message_id)) => Over { placed: Some(message_id), hangs: false },
                // Nobody knows whether it arrived; if it did, it was before this.
                _ => Over { placed, hangs: false },
            },
            () = clock.sleep(patience) => Over { placed, hangs: self.changes },
        }
    }
}

impl std::fmt::Debug for LastFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.call.is_some() { "LastFrame(under way)" } else { "LastFrame(none)" })
    }
}
