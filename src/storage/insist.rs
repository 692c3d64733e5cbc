//! Repeating a write that the store refuses for now.
//!
//! A database that somebody else holds, or a disk that is full for a moment, passes. What was about to be written does
//! not: an answer that is not stored would be paid for again, a delivery that is not noted would go out again. So whoever
//! holds such a thing insists.

use std::time::Duration;

use super::StorageError;
use crate::clock::Clock;

/// The pause between two attempts: long enough to be no load, short enough that nobody notices it.
const AGAIN: Duration = Duration::from_secs(1);

/// Repeats `write` until it succeeds, or fails in a way that no repetition mends.
pub async fn insist<T, F>(clock: &Clock, write: impl Fn() -> F) -> Result<T, StorageError>
where
    F: Future<Output = Result<T, StorageError>>,
{
    let mut told = false;
    loop {
        match write().await {
            Err(refusal @ (StorageError::Refused(_) | StorageError::Full)) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::error!(
                        reason = %refusal,
                        "The store refuses to write (is the disk full?); trying again until it does"
                    );
                }
                clock.sleep(AGAIN).await;
            }
            done => return done,
        }
    }
}
