//! Answers being written now, so that somebody can stop them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::update::Lane;

/// The answers being written. Clones are the same list.
#[derive(Clone, Default)]
pub struct Running {
    turns: Arc<Mutex<HashMap<Lane, Entry>>>,
}

struct Entry {
    user: i64,
    stop: CancellationToken,
}

/// An answer being written; dropping it takes it off the list.
pub(super) struct Turn {
    running: Running,
    lane: Lane,
    stop: CancellationToken,
}

/// What became of the wish to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    /// The answer is being stopped.
    Stopped,
    /// Somebody else asked for it.
    NotYours,
    /// Nothing is being written there.
    Nothing,
}

impl Running {
    /// Notes that an answer is being written for `user`. A lane works on one update at a time, so there is no other.
    pub(super) fn begin(&self, lane: Lane, user: i64) -> Turn {
        let stop = CancellationToken::new();
        self.turns().insert(lane.conversation(), Entry { user, stop: stop.clone() });
        Turn { running: self.clone(), lane: lane.conversation(), stop }
    }

    /// Stops the answer of this conversation, if `user` asked for it.
    #[must_use]
    pub fn stop(&self, lane: Lane, user: i64) -> Stopping {
        match self.turns().get(&lane.conversation()) {
            Some(entry) if entry.user == user => {
                entry.stop.cancel();
                Stopping::Stopped
            }
            Some(_) => Stopping::NotYours,
            None => Stopping::Nothing,
        }
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<Lane, Entry>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Raised when somebody stops this answer.
    pub(super) const fn stopped(&self) -> &CancellationToken {
        &self.stop
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.turns().remove(&self.lane);
    }
}
