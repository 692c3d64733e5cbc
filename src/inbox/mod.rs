//! What waits to be worked on, handed out one update per lane at a time.
//!
//! The store holds everything; the inbox holds a window of it: some rows of some lanes. A lane is *busy* while one of
//! its updates is claimed, and its next one is not handed out before, which is the whole of the order guarantee.
//! Lanes do not wait for each other; up to `max_concurrent` are worked on at once, and control lanes (a Stop button)
//! beyond that, because what they stop may be what holds the places.
//!
//! Memory is bounded: the window keeps the first rows of some hundred lanes, and what does not fit stays on disk until
//! there is room. One chat with a hundred thousand messages takes sixteen rows, and nobody else waits for it.
//!
//! A [`Claim`] must be given back. Dropping one (a panic, a cancelled task) returns its update to the head of its lane;
//! its attempt stays counted, so that an update that kills whoever works on it is given up after
//! [`MAX_ATTEMPTS`](crate::storage::MAX_ATTEMPTS).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::{Clock, Timestamp};
use crate::metrics;
use crate::storage::{PendingUpdate, Storage, StorageError};
use crate::update::Lane;

mod claim;
mod followers;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
mod window;

pub use claim::{Claim, Taken};
pub use followers::Followers;
use followers::Watchers;
use window::Window;

/// How long to wait before asking a store again that refused (a full disk, say): it is not ours to give up.
const STORE_AGAIN: Duration = Duration::from_secs(1);

/// The updates that wait. Clones are the same inbox.
#[derive(Clone)]
pub struct Inbox {
    shared: Arc<Shared>,
}

struct Shared {
    storage: Storage,
    clock: Clock,
    bot: i64,
    max_concurrent: usize,
    window: Mutex<Window>,
    closed: AtomicBool,
    /// What an earlier process was working on has been read.
    resumed: AtomicBool,
    /// Something may be ready now.
    changed: Notify,
    watchers: Watchers,
}

impl Inbox {
    /// An inbox over what `storage` holds for this bot. Nothing is read before the first [`next`](Self::next).
    #[must_use]
    pub fn new(storage: Storage, clock: Clock, bot: i64, max_concurrent: usize) -> Self {
        let (window, closed, changed) = (Mutex::new(Window::unread()), AtomicBool::new(false), Notify::new());
        let (resumed, watchers) = (AtomicBool::new(false), Watchers::default());
        let shared = Shared { storage, clock, bot, max_concurrent, window, closed, resumed, changed, watchers };
        Self { shared: Arc::new(shared) }
    }

    /// Tells of updates that were just stored, in the order of their places.
    pub fn stored(&self, updates: Vec<PendingUpdate>) {
        self.shared.watchers.tell(&updates);
        let mut window = self.window();
        for update in updates {
            window.push_new(update);
        }
        drop(window);
        self.shared.changed.notify_one();
    }

    /// The next update to work on; `None` after [`close`](Self::close). Waits for one, for a free place, or for a
    /// retry time. Cancel safe.
    pub async fn next(&self) -> Option<Taken> {
        loop {
            if self.shared.closed.load(Ordering::Acquire) {
                return None;
            }
            self.refill().await;
            if let Some(update) = self.take() {
                return Some(Taken::new(self.clone(), update));
            }
            self.wait().await;
        }
    }

    /// Looks at what the store holds as if nothing of it were known: somebody else has written there.
    pub fn look_again(&self) {
        self.window().look_again();
        self.shared.changed.notify_one();
    }

    /// Hands out nothing more. Claims in flight can still be given back.
    pub fn close(&self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.changed.notify_one();
    }

    /// How many updates are being worked on, control updates aside.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.window().in_flight()
    }

    /// The head of the first lane that may go, if there is a place for it.
    fn take(&self) -> Option<PendingUpdate> {
        let mut window = self.window();
        let update = window.take(self.shared.clock.now(), self.shared.max_concurrent)?;
        metrics::in_flight(window.in_flight());
        Some(update)
    }

    /// Returns when something changed, or when the first retry time has come.
    async fn wait(&self) {
        let first_retry = self.window().first_retry();
        tokio::select! {
            () = self.shared.changed.notified() => {}
            () = self.sleep_until(first_retry) => {}
        }
    }

    async fn sleep_until(&self, moment: Option<Timestamp>) {
        match moment {
            Some(moment) => self.shared.clock.sleep_until(moment).await,
            None => std::future::pending().await,
        }
    }

    /// Reads from the store what the window has room for.
    async fn refill(&self) {
        let storage = &self.shared.storage;
        if !self.shared.resumed.load(Ordering::Acquire)
            && let Err(error) = self.resume().await
        {
            return self.store_refused(&error).await;
        }
        loop {
            let Some(wanted) = self.window().wanted_rows() else { break };
            match storage.pending_in_lane(wanted.lane, wanted.after, wanted.limit).await {
                Ok(rows) => self.window().add_rows(wanted, rows),
                Err(error) => return self.store_refused(&error).await,
            }
        }
        let Some(wanted) = self.window().wanted_heads() else { return };
        match storage.pending_heads(self.shared.bot, wanted.limit, &wanted.known).await {
            Ok(found) => self.window().add_heads(wanted.limit, found),
            Err(error) => self.store_refused(&error).await,
        }
    }

    /// What an earlier process was working on goes first: people have seen that they are being answered, and whoever is
    /// still waited for when the next process dies as well is soon suspected of being the cause.
    async fn resume(&self) -> Result<(), StorageError> {
        let found = self.shared.storage.begun_heads(self.shared.bot, window::WINDOW_LANES).await?;
        self.window().add_first(found);
        self.shared.resumed.store(true, Ordering::Release);
        Ok(())
    }

    async fn store_refused(&self, error: &StorageError) {
        tracing::warn!(error = %error, "The store cannot be read; trying again");
        self.shared.clock.sleep(STORE_AGAIN).await;
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        // No code that holds the lock can leave the window half changed, so a poisoned lock is as good as any.
        self.shared.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Frees the lane of an update that was taken: it is done (`None`), or back at the head of its lane.
    fn give_back(&self, lane: Lane, back: Option<PendingUpdate>) {
        let mut window = self.window();
        window.release(lane, back);
        metrics::in_flight(window.in_flight());
        drop(window);
        self.shared.changed.notify_one();
    }
}
