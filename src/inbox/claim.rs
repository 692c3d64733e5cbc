//! Claims: work that was taken, as a value that must be given back.
//!
//! Taking is two steps. The row leaves the window ([`Taken`]), and the store counts the attempt before the work starts
//! ([`Claim`]). They are two values so that the attempts of many lanes are counted in one commit instead of one after
//! the other. Whatever is dropped in between or afterwards (a panic, a cancelled task) returns its row to the head of its
//! lane, so no path loses an update, and none leaves its lane blocked. Its attempt stays counted on disk.

use std::time::Duration;

use super::{Followers, Inbox, Shared};
use crate::storage::{Begun, ClaimKey, PendingUpdate, StorageError, StoredReply, insist};

/// An update taken out of the window: to be begun, or dropped, which gives it back.
#[must_use = "it blocks its lane until it is given back"]
pub struct Taken {
    inbox: Inbox,
    update: Option<PendingUpdate>,
}

impl Taken {
    pub(super) const fn new(inbox: Inbox, update: PendingUpdate) -> Self {
        Self { inbox, update: Some(update) }
    }

    /// The update.
    ///
    /// # Panics
    /// Never: the update leaves this value only together with the value itself.
    #[must_use]
    pub fn update(&self) -> &PendingUpdate {
        self.update.as_ref().expect("present until it is begun")
    }

    /// Commits the attempt before the work starts. `None` when the store says that there is nothing to work on.
    pub async fn begin(mut self) -> Option<Claim> {
        loop {
            let update = self.update.as_ref()?;
            match self.inbox.shared.storage.begin(update.seq).await {
                Ok(begun) => {
                    let update = self.update.take()?;
                    return Some(Claim { inbox: self.inbox.clone(), update: Some(update), begun });
                }
                Err(error @ (StorageError::LostClaim | StorageError::Invalid(_))) => {
                    // Lost: a read was quicker than whoever stored it, and it is done already.
                    if !matches!(error, StorageError::LostClaim) {
                        tracing::warn!(
                            update.id = update.update_id,
                            reason = %error,
                            "An update cannot be worked on and left the queue"
                        );
                    }
                    let lane = self.update.take()?.lane;
                    self.inbox.give_back(lane, None);
                    return None;
                }
                Err(error) => self.inbox.store_refused(&error).await,
            }
        }
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let Some(update) = self.update.take() {
            self.inbox.give_back(update.lane, Some(update));
        }
    }
}

/// An update that somebody works on. Give it back with one of the methods that take `self`.
#[must_use = "a claim blocks its lane until it is given back"]
pub struct Claim {
    inbox: Inbox,
    /// `None` once it was given back.
    update: Option<PendingUpdate>,
    begun: Begun,
}

impl Claim {
    /// The update.
    ///
    /// # Panics
    /// Never: the update leaves the claim only together with the claim itself.
    #[must_use]
    pub fn update(&self) -> &PendingUpdate {
        self.update.as_ref().expect("present until the claim is consumed")
    }

    /// Names this claim in the store.
    #[must_use]
    pub const fn key(&self) -> ClaimKey {
        self.begun.key
    }

    /// Which attempt this is, counting only those that died: 1 at first.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.begun.attempt
    }

    /// Counts this attempt, which is the last. To be called when no other update is at its last one.
    pub async fn begins_last_attempt(&self) -> Result<(), StorageError> {
        let Shared { storage, clock, .. } = &*self.inbox.shared;
        insist(clock, || storage.last_attempt(self.key())).await
    }

    /// How often this update was worked on before, for whatever reason it was given back.
    #[must_use]
    pub const fn tries(&self) -> u32 {
        self.begun.tries.saturating_sub(1)
    }

    /// The reply of an earlier attempt that got as far as storing one.
    #[must_use]
    pub const fn stored_reply(&self) -> Option<&StoredReply> {
        self.begun.reply.as_ref()
    }

    /// The message in which an earlier attempt had begun to show its answer.
    #[must_use]
    pub const fn placed(&self) -> Option<i64> {
        self.begun.placed
    }

    /// Looks at what waits behind it in its lane.
    #[must_use]
    pub fn followers(&self) -> Followers {
        Followers::of(&self.inbox, self.update().lane)
    }

    /// Done.
    pub async fn complete(mut self) {
        self.insist(Ending::Complete).await;
        self.release(None);
    }

    /// Done, and the store knows already (the last part's delivery completed it).
    pub fn completed(mut self) {
        self.release(None);
    }

    /// Done as far as it can be: the rest can never be delivered.
    pub async fn undeliverable(mut self, reason: &str) {
        self.insist(Ending::Undeliverable(reason)).await;
        self.release(None);
    }

    /// Given up; kept for people to look at. `reason` holds no text of a user.
    pub async fn park(mut self, reason: &str) {
        self.insist(Ending::Park(reason)).await;
        self.release(None);
    }

    /// To be tried again `after` this span; until then its lane waits, since a chat is answered in order.
    pub async fn retry(mut self, after: Duration, reason: &str) {
        let not_before = self.inbox.shared.clock.now().plus(after);
        self.insist(Ending::Retry(after, reason)).await;
        let back = self.update.as_ref().map(|update| PendingUpdate { not_before, ..update.clone() });
        self.release(back);
    }

    /// Repeats a write that the store refused for now. A store that failed for good ends the process, and a claim that
    /// was lost is not ours to settle.
    async fn insist(&self, ending: Ending<'_>) {
        match insist(&self.inbox.shared.clock, || self.write(ending)).await {
            Ok(()) => {}
            Err(StorageError::LostClaim) => tracing::debug!("Somebody else has settled this update"),
            Err(error) => tracing::warn!(reason = %error, "The store does not take this update's ending"),
        }
    }

    async fn write(&self, ending: Ending<'_>) -> Result<(), StorageError> {
        let (storage, key) = (&self.inbox.shared.storage, self.key());
        match ending {
            Ending::Complete => storage.complete(key).await,
            Ending::Undeliverable(reason) => storage.undeliverable(key, reason).await,
            Ending::Park(reason) => storage.park(key, reason).await,
            Ending::Retry(after, reason) => storage.retry(key, after, reason, true).await.map(drop),
        }
    }

    fn release(&mut self, back: Option<PendingUpdate>) {
        if let Some(update) = self.update.take() {
            self.inbox.give_back(update.lane, back);
        }
    }
}

/// How a claim ends in the store.
#[derive(Clone, Copy)]
enum Ending<'a> {
    Complete,
    Undeliverable(&'a str),
    Park(&'a str),
    Retry(Duration, &'a str),
}

impl Drop for Claim {
    fn drop(&mut self) {
        let back = self.update.clone();
        self.release(back);
    }
}
