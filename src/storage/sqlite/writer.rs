//! The one thread that writes: group commit.
//!
//! It takes a job, then whatever else is queued by then, runs all of them in one transaction, commits once (one
//! fsync) and answers all. While it commits, the next batch queues up: under load the batches grow by themselves, and
//! a lone job is not held back. Each job runs in a savepoint, so one that fails undoes its own writes alone.
//!
//! A full or busy disk refuses the whole batch. A failed commit, a damaged file, a failed read, or a disk that stays full
//! raise the alarm, and nothing is written from then on.

use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::clock::{Clock, Stopwatch, Timestamp};
use crate::metrics;
use crate::storage::StorageError;

use super::Alarm;
use super::checkpoint::{self, LogState};
use super::worker::Worker;

/// Jobs that may wait before callers have to; at 10 ms per commit it is more than two batches.
const QUEUE: usize = 1024;

/// Jobs per commit. Measured batches of 100 producers stay below 100; the cap bounds how long the first one waits.
const BATCH: usize = 512;

/// A disk may be full for as long as other programs need to clean up after themselves (logs that are rotated, a copy that
/// fails and is removed). After that somebody has to act, and sees a process that ended sooner than one that waits.
const FULL_FOR: Duration = Duration::from_secs(30);

/// What a job works in: the transaction of its batch.
pub(super) struct Transaction<'a> {
    /// The connection, inside a transaction and a savepoint.
    pub(super) db: &'a Connection,
    /// The moment of the batch.
    pub(super) now: Timestamp,
    /// The instance that claims in our name.
    pub(super) me: i64,
    /// Set by whoever leaves a line of the ledger without its cost.
    pub(super) left_open: &'a Cell<bool>,
    /// Set by whoever deletes what must not stay in the log.
    pub(super) wipes: &'a Cell<bool>,
}

/// The way to the thread.
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
    _thread: Worker,
}

/// What the thread has at hand.
pub(super) struct Desk {
    pub(super) db: Connection,
    pub(super) clock: Clock,
    pub(super) me: i64,
    pub(super) log: Arc<LogState>,
    pub(super) alarm: Alarm,
    pub(super) left_open: Arc<Notify>,
    /// Why the last commit failed, for whoever asks.
    pub(super) trouble: Arc<Mutex<Option<String>>>,
}

impl Writer {
    pub(super) fn start(desk: Desk) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let thread = Worker::start("store-writer", desk.alarm.clone(), move || desk.work(queue))?;
        Ok(Self { jobs, _thread: thread })
    }

    /// Queues a job; waits while the queue is full. When the thread is gone, `reply` is dropped.
    pub(super) async fn hand_in<T, F>(&self, work: F, reply: oneshot::Sender<Result<T, StorageError>>)
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, StorageError> + Send + 'static,
    {
        let outcome = Err(StorageError::Refused("it was not tried".to_owned()));
        let _ = self.jobs.send(Box::new(Task { work: Some(work), outcome, reply })).await;
    }
}

impl Desk {
    fn work(self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        let (mut batch, mut full_since) = (Vec::new(), None);
        while let Some(first) = queue.blocking_recv() {
            batch.push(first);
            while batch.len() < BATCH
                && let Ok(next) = queue.try_recv()
            {
                batch.push(next);
            }
            let watch = Stopwatch::start();
            let committed = self.alarm.check().and_then(|()| self.commit(&mut batch));
            let overruled = self.unless_full_for_long(committed, &mut full_since).err();
            metrics::committed(batch.len(), watch.seconds(), overruled.as_ref().map(failure));
            if let Some(error) = &overruled {
                self.alarm.heed(error);
            }
            *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = overruled.as_ref().map(ToString::to_string);
            for job in batch.drain(..) {
                job.answer(overruled.as_ref());
            }
            self.shorten_log();
        }
    }

    /// All jobs and one commit. An error is an error for all of them, and nothing was written.
    fn commit(&self, batch: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        let outcome = self.run(batch);
        // SQLite ends the transaction itself on some errors and leaves it open on others.
        if outcome.is_err() && !self.db.is_autocommit() {
            self.step("ROLLBACK")?;
        }
        self.log.written.store(true, Relaxed);
        outcome
    }

    /// Says of a disk that has been full for too long that it is the end.
    fn unless_full_for_long(
        &self,
        committed: Result<(), StorageError>,
        full_since: &mut Option<Timestamp>,
    ) -> Result<(), StorageError> {
        if !matches!(committed, Err(StorageError::Full)) {
            *full_since = None;
            return committed;
        }
        let now = self.clock.now();
        if now.since(*full_since.get_or_insert(now)) < FULL_FOR {
            return committed;
        }
        let secs = FULL_FOR.as_secs();
        Err(StorageError::Fatal(format!(
            "its disk has been full for {secs} s. Free some space there, and start the program again; Telegram keeps what \
             could not be stored"
        )))
    }

    fn run(&self, batch: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        self.step("BEGIN IMMEDIATE")?;
        let (left_open, wipes) = (Cell::new(false), Cell::new(false));
        let (now, me) = (self.clock.now(), self.me);
        let transaction = Transaction { db: &self.db, now, me, left_open: &left_open, wipes: &wipes };
        for job in batch {
            self.step("SAVEPOINT job")?;
            match job.run(&transaction) {
                Ok(()) => {}
                Err(StorageError::LostClaim | StorageError::Invalid(_)) => self.step("ROLLBACK TO job")?,
                Err(everybody @ (StorageError::Refused(_) | StorageError::Full | StorageError::Fatal(_))) => {
                    return Err(everybody);
                }
            }
            self.step("RELEASE job")?;
        }
        self.step("COMMIT")?;
        if left_open.get() {
            self.left_open.notify_one();
        }
        if wipes.get() {
            self.log.wipe.store(true, Relaxed);
        }
        Ok(())
    }

    /// A statement of the batch itself. These cannot be wrong, so an error that is not the disk's is the end.
    fn step(&self, sql: &str) -> Result<(), StorageError> {
        let outcome = self.db.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
        match outcome.map_err(StorageError::from) {
            Ok(_) => Ok(()),
            Err(StorageError::Invalid(why)) => Err(StorageError::Fatal(format!("{sql}: {why}"))),
            Err(error) => Err(error),
        }
    }

    /// Under constant load the log is never copied back in full, and would grow for ever. When it is long, the writer
    /// copies the (short) rest itself: nobody writes meanwhile, so that the next commit starts the log anew.
    fn shorten_log(&self) {
        if self.log.long.swap(false, Relaxed)
            && self.alarm.check().is_ok()
            && let Err(error) = checkpoint::run(&self.db)
        {
            self.alarm.heed(&error);
        }
    }
}

/// One word for a counter.
const fn failure(error: &StorageError) -> &'static str {
    if matches!(error, StorageError::Fatal(_)) { "fatal" } else { "refused" }
}

/// A job with its caller.
trait Job: Send {
    /// Does the work; an error undoes it.
    fn run(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError>;

    /// Tells the caller: its outcome, or what became of the whole batch.
    fn answer(self: Box<Self>, overruled: Option<&StorageError>);
}

struct Task<T, F> {
    work: Option<F>,
    outcome: Result<T, StorageError>,
    reply: oneshot::Sender<Result<T, StorageError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Transaction<'_>) -> Result<T, StorageError> + Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        if let Some(work) = self.work.take() {
            self.outcome = work(transaction);
        }
        self.outcome.as_ref().map(|_| ()).map_err(StorageError::clone)
    }

    fn answer(self: Box<Self>, overruled: Option<&StorageError>) {
        let outcome = overruled.map_or(self.outcome, |error| Err(error.clone()));
        // Nobody waits any more: the caller's future was dropped.
        let _ = self.reply.send(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;

    /// The database may grow to so many pages, or to as many as it has when that is more.
    async fn limit(store: &Sqlite, pages: u32) {
        let pragma = format!("PRAGMA max_page_count = {pages}");
        store.write(move |tx| Ok(tx.db.query_row(&pragma, [], |_| Ok(()))?)).await.unwrap();
    }

    /// Takes a megabyte.
    async fn grow(store: &Sqlite) -> Result<(), StorageError> {
        const BALLAST: &str =
            "CREATE TABLE IF NOT EXISTS ballast (bytes); INSERT INTO ballast VALUES (zeroblob(1000000))";
        store.write(|tx| Ok(tx.db.execute_batch(BALLAST)?)).await
    }

    #[tokio::test]
    async fn a_disk_that_stays_full_is_the_end_and_one_that_is_full_for_a_moment_is_not() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::system());
        let store = Sqlite::open(folder.path(), clock.clone(), None).await.unwrap();
        limit(&store, 1).await;
        assert!(matches!(grow(&store).await, Err(StorageError::Full)));
        clock.advance(FULL_FOR / 2);
        assert!(matches!(grow(&store).await, Err(StorageError::Full)));

        limit(&store, 1_000_000).await;
        grow(&store).await.unwrap();
        limit(&store, 1).await;
        clock.advance(FULL_FOR);
        assert!(matches!(grow(&store).await, Err(StorageError::Full)), "it was not full all the time");

        clock.advance(FULL_FOR);
        assert!(matches!(grow(&store).await, Err(StorageError::Fatal(_))));
        assert!(store.failed().await.contains("full for 30 s. Free some space there"));
    }
}
