//! The embedded backend: one file of SQLite in one folder, for one process.
//!
//! - One thread writes (`writer`): it takes whatever jobs are queued, commits them together and then answers, so one
//!   fsync pays for many updates and nobody waits for a timer. Two threads read (`readers`), on snapshots of their own.
//! - The write-ahead log is copied back into the file by a fourth thread (`checkpoint`), so that no update pays for it.
//! - One process at a time: `folder` locks the data folder and says who holds it. `open` checks and migrates.
//! - `backup` copies the database out of a folder and back.
//! - `recent` keeps in memory what those who are talking now will be asked about next.
//! - `visit` is what a command may do while a bot is at work.
//! - `errors` decides for each failure of SQLite whether it may be tried again or ends the process (`alarm`).
//!
//! The methods of the contract are in `inbox`, `claims`, `replies`, `conversations`, `turns`, `preferences`, `people`, `money`
//! and `ledger`; each is one job.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::{Notify, oneshot};

use super::StorageError;
use crate::clock::{Day, Timestamp};

mod abandon;
mod alarm;
mod backup;
mod census;
mod checkpoint;
mod claims;
mod conversations;
mod errors;
mod export;
mod folder;
mod forget;
mod heard;
mod inbox;
mod ledger;
mod load;
mod look;
mod money;
mod moves;
mod open;
mod people;
mod preferences;
mod readers;
mod recent;
mod replies;
mod seal;
#[cfg(test)]
mod tests;
mod turns;
mod unwritable;
mod visit;
mod worker;
mod writer;

use alarm::Alarm;
pub(super) use backup::{back_up, restore};
pub(super) use look::look;
pub(super) use open::rotate;
pub(super) use visit::{discard, put_aside, put_back};
use writer::Transaction;

/// The open database. Clones are the same one.
#[derive(Clone)]
pub(super) struct Sqlite {
    parts: Arc<Parts>,
}

/// What an open database consists of. Dropped from top to bottom, each waiting for its threads: SQLite copies the log
/// back and removes it when the last connection that may write closes, and only then the folder is free for others.
struct Parts {
    readers: readers::Readers,
    _checkpoints: checkpoint::Checkpoints,
    writer: writer::Writer,
    alarm: Alarm,
    /// What those who are talking now have said.
    recent: Arc<recent::Recent>,
    /// Rung after a commit with a line of the ledger whose cost is not known.
    left_open: Arc<Notify>,
    /// Why the last commit failed.
    trouble: Arc<Mutex<Option<String>>>,
    folder: folder::HeldFolder,
}

impl Sqlite {
    /// Does `work` in the next commit and returns its outcome after that commit.
    ///
    /// An `Err` of `work` undoes what it had written, and nothing else.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&Transaction<'_>) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, outcome) = oneshot::channel();
        self.parts.writer.hand_in(work, reply).await;
        // No reply: the thread is gone, and the alarm says why.
        outcome.await.unwrap_or_else(|_| Err(self.parts.alarm.error()))
    }

    /// Runs `work` on a snapshot that holds every change acknowledged so far.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let (reply, outcome) = oneshot::channel();
        self.parts.readers.hand_in(work, reply).await;
        outcome.await.unwrap_or_else(|_| Err(self.parts.alarm.error()))
    }

    /// Forgets what is older than this, in small steps, and what days before `today` have cost those who were forgotten.
    pub(super) async fn expire(&self, before: Option<Timestamp>, today: Day) -> Result<(), StorageError> {
        self.write(move |tx| forget::forget_costs(tx, today)).await?;
        let Some(before) = before else { return Ok(()) };
        // What a copy holds is as old, at least.
        let is_old = |modified: Option<SystemTime>| {
            let age = modified.and_then(|modified| modified.duration_since(SystemTime::UNIX_EPOCH).ok());
            age.is_some_and(|age| age.as_millis() < before.0.unsigned_abs().into())
        };
        if let Err(error) = self.parts.folder.remove_copies(is_old) {
            tracing::warn!(reason = %error, "Old copies of the database could not be removed");
        }
        while self.write(move |tx| forget::expire(tx, before)).await? {}
        Ok(())
    }

    pub(super) async fn failed(&self) -> String {
        self.parts.alarm.raised().await
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.parts.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn health(&self) -> Result<(), StorageError> {
        self.parts.alarm.check()?;
        self.read(|db| Ok(db.prepare_cached("SELECT id FROM instances")?.query_row([], |_| Ok(()))?)).await
    }
}
