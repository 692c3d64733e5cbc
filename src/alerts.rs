//! Looks for what nobody else would tell the owner: people who wait although there is nothing to wait for, and a store that
//! takes nothing.
//!
//! What fails in somebody's hands is told from there (`turn`, `dispatch`, `establish`, `handlers`); these two show only to
//! whoever looks. What is being worked on is no wait, however long a model takes, and neither is what Telegram has put off.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::owner::{Cause, Owner};
use crate::storage::Storage;

/// How often: so that what began a minute ago is told within a minute and a half. One small read each.
const LOOK: Duration = Duration::from_secs(30);
/// Longer than this nobody waits unnoticed.
const TOO_OLD: Duration = Duration::from_mins(1);

/// What is looked after.
pub struct Alerts {
    /// The store.
    pub storage: Storage,
    /// Whose queue.
    pub bot: i64,
    /// Who is told.
    pub owner: Owner,
    /// The time.
    pub clock: Clock,
}

impl Alerts {
    /// Looks until `stop`.
    pub async fn watch(self, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.clock.sleep(LOOK) => self.look().await,
            }
        }
    }

    async fn look(&self) {
        if let Some(trouble) = self.storage.trouble() {
            self.owner.tell(Cause::StoreTrouble, &trouble);
        }
        let now = self.clock.now();
        match self.storage.oldest_waiting(self.bot, now).await {
            Ok(Some(since)) if now.since(since) > TOO_OLD => {
                let (age, waiting) = (now.since(since), self.storage.pending_count(self.bot).await.unwrap_or_default());
                tracing::warn!(
                    age_secs = age.as_secs(),
                    waiting,
                    "People wait: nobody works on the oldest of the updates"
                );
                self.owner
                    .tell(Cause::QueueOld, &format!("{waiting} updates, the oldest waits for {} s", age.as_secs()));
            }
            Ok(_) => {}
            Err(error) => self.owner.tell(Cause::StoreTrouble, &error.to_string()),
        }
    }
}
