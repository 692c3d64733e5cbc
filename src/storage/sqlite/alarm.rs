//! The one-way switch from "works" to "cannot be trusted any more".
//!
//! After a failed fsync the kernel may have dropped the pages and forgotten about it, and a second try would succeed
//! without the data being on disk. So the first such failure is the last word: every call is refused from then on,
//! and whoever waits in `raised` ends the process; the next one reads back what the disk really has.

use std::sync::Arc;

use tokio::sync::watch;

use crate::storage::StorageError;

/// Clones are the same alarm.
#[derive(Clone)]
pub(super) struct Alarm {
    reason: Arc<watch::Sender<Option<String>>>,
}

impl Alarm {
    pub(super) fn new() -> Self {
        Self { reason: Arc::new(watch::Sender::new(None)) }
    }

    /// Raises it; the first reason stays.
    pub(super) fn raise(&self, why: &str) {
        let first = self.reason.send_if_modified(|reason| {
            let first = reason.is_none();
            reason.get_or_insert_with(|| why.to_owned());
            first
        });
        if first {
            tracing::error!(store.failure = why, "the store failed; the process must end and start again");
        }
    }

    /// Raises it when this error is one to raise it for.
    pub(super) fn heed(&self, error: &StorageError) {
        if let StorageError::Fatal(why) = error {
            self.raise(why);
        }
    }

    /// `Err` once it was raised.
    pub(super) fn check(&self) -> Result<(), StorageError> {
        if self.reason.borrow().is_some() { Err(self.error()) } else { Ok(()) }
    }

    /// What callers are told when they got no answer.
    pub(super) fn error(&self) -> StorageError {
        let reason = self.reason.borrow().clone();
        StorageError::Fatal(reason.unwrap_or_else(|| "it is closed".to_owned()))
    }

    /// Waits until it is raised and says why.
    pub(super) async fn raised(&self) -> String {
        let mut reason = self.reason.subscribe();
        loop {
            if let Some(why) = reason.borrow_and_update().clone() {
                return why;
            }
            if reason.changed().await.is_err() {
                // The sender lives in `self`, so it cannot be gone; waiting is right if it were.
                std::future::pending::<()>().await;
            }
        }
    }
}
