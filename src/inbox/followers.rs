//! A look at what follows a claimed update in its lane, and a wait for it.
//!
//! For those updates that are one thing in several pieces. Looking takes nothing: what follows stays pending, in its
//! place, until whoever looked has stored a reply that [absorbs](crate::storage::NewReply::absorbed) it. The window may
//! still hold what was absorbed; when that is handed out, the store says that it is done, and it leaves quietly.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::Inbox;
use crate::clock::Timestamp;
use crate::storage::{PendingUpdate, Seq, StorageError};
use crate::update::Lane;

/// Looks at one lane, for whoever works on its head.
pub struct Followers {
    inbox: Inbox,
    lane: Lane,
    came: Arc<Notify>,
}

impl Followers {
    pub(super) fn of(inbox: &Inbox, lane: Lane) -> Self {
        let came = inbox.shared.watchers.watch(lane);
        Self { inbox: inbox.clone(), lane, came }
    }

    /// The update that follows `after` in the lane. When there is none, one is waited for until `patience` after
    /// `since`, and never longer than `patience`, whatever happened to the clock in between.
    pub async fn next(
        &self,
        after: Seq,
        since: Timestamp,
        patience: Duration,
    ) -> Result<Option<PendingUpdate>, StorageError> {
        let (storage, clock) = (&self.inbox.shared.storage, &self.inbox.shared.clock);
        let until = since.min(clock.now()).plus(patience);
        loop {
            if let Some(next) = storage.pending_in_lane(self.lane, after, 1).await?.pop() {
                return Ok(Some(next));
            }
            tokio::select! {
                // In this order: what came in the last moment has come.
                biased;
                () = self.came.notified() => {}
                () = clock.sleep_until(until) => return Ok(None),
            }
        }
    }
}

impl Drop for Followers {
    fn drop(&mut self) {
        self.inbox.shared.watchers.leave(self.lane, &self.came);
    }
}

/// Who waits for something to come into a lane: one at most for each lane, since a lane has one claim.
#[derive(Default)]
pub(super) struct Watchers(Mutex<HashMap<Lane, Arc<Notify>>>);

impl Watchers {
    /// These are stored.
    pub(super) fn tell(&self, updates: &[PendingUpdate]) {
        let watchers = self.lock();
        if watchers.is_empty() {
            return;
        }
        for watcher in updates.iter().filter_map(|update| watchers.get(&update.lane)) {
            // Kept for a watcher that is looking just now, and may have looked too early to see it.
            watcher.notify_one();
        }
    }

    fn watch(&self, lane: Lane) -> Arc<Notify> {
        let came = Arc::new(Notify::new());
        self.lock().insert(lane, Arc::clone(&came));
        came
    }

    fn leave(&self, lane: Lane, came: &Arc<Notify>) {
        let mut watchers = self.lock();
        if watchers.get(&lane).is_some_and(|watcher| Arc::ptr_eq(watcher, came)) {
            watchers.remove(&lane);
        }
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Lane, Arc<Notify>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
