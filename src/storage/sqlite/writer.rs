//! The one thread that writes: group commit.
//!
//! It takes a job, then whatever else is queued by then, runs all of them in one transaction, commits once (one
//! fsync) and answers all. While it commits, the next batch queues up: under load the batches grow by themselves. When
//! several have come at once it waits a moment for more, the longer the more there were, since a commit costs the processor
//! more than a job does; a lone job is not held back. A job that fails undoes its own writes alone.
//!
//! A full or busy disk refuses the whole batch. A failed commit, a damaged file, a failed read, or a disk that stays full
//! raise the alarm, and nothing is written from then on.

use std::cell::{Cell, RefCell};
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
use super::recent::{Change, Recent};
use super::worker::Worker;

/// Jobs that may wait before callers have to; at 10 ms per commit it is more than two batches.
const QUEUE: usize = 1024;

/// Jobs per commit. Measured batches of 100 producers stay below 100; the cap bounds how long the first one waits.
const BATCH: usize = 512;

/// So many jobs in one commit, and it is a busy moment ...
const BUSY: usize = 4;

/// ... in which it waits so long for each of them before the next one (half a millisecond after ten, which are two answers; all
/// of [`GATHER`] after sixty, as when a core has nothing else to do) ...
const GATHER_EACH: Duration = Duration::from_micros(50);

/// ... but no longer than this: an answer passes here five times, and what a person could notice is not used up. With a hundred
/// open at a time and a core that is used up, answers a second are the most at this (2 ms: 4 % fewer; 6 ms: 10 %).
const GATHER: Duration = Duration::from_millis(3);

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
    /// See [`tell`](Self::tell).
    changes: &'a RefCell<Vec<Change>>,
}

impl Transaction<'_> {
    /// To be called by whoever changes turns, conversations or preferences, in the order of the changes.
    pub(super) fn tell(&self, change: Change) {
        self.changes.borrow_mut().push(change);
    }
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
    pub(super) recent: Arc<Recent>,
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
        F: FnMut(&Transaction<'_>) -> Result<T, StorageError> + Send + 'static,
    {
        let outcome = Err(StorageError::Refused("it was not tried".to_owned()));
        let _ = self.jobs.send(Box::new(Task { work, outcome, reply })).await;
    }
}

impl Desk {
    fn work(self, mut queue: mpsc::Receiver<Box<dyn Job>>) {
        let (mut batch, mut full_since, mut last) = (Vec::new(), None, 0);
        while let Some(first) = queue.blocking_recv() {
            batch.push(first);
            if last >= BUSY {
                std::thread::sleep(GATHER_EACH.saturating_mul(u32::try_from(last).unwrap_or(u32::MAX)).min(GATHER));
            }
            while batch.len() < BATCH
                && let Ok(next) = queue.try_recv()
            {
                batch.push(next);
            }
            last = batch.len();
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
        if outcome.is_err() {
            self.recent.heed(vec![Change::All]);
            if !self.db.is_autocommit() {
                self.step("ROLLBACK")?;
            }
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

    /// A savepoint has every page copied before it is changed, and next to none is gone back to: a job looks before it
    /// writes. So they are only set when a job has failed after it had written; then all is undone, and done once more.
    fn run(&self, batch: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        let (left_open, wipes, changes) = (Cell::new(false), Cell::new(false), RefCell::default());
        let (now, me) = (self.clock.now(), self.me);
        let transaction =
            Transaction { db: &self.db, now, me, left_open: &left_open, wipes: &wipes, changes: &changes };
        self.step("BEGIN IMMEDIATE")?;
        if !self.run_all(batch, &transaction)? {
            self.step("ROLLBACK")?;
            self.step("BEGIN IMMEDIATE")?;
            changes.replace(vec![Change::All]);
            self.run_one_by_one(batch, &transaction)?;
        }
        #[cfg(test)]
        super::recent::untold::check(&self.db, !changes.borrow().is_empty());
        self.step("COMMIT")?;
        self.recent.heed(changes.take());
        if left_open.get() {
            self.left_open.notify_one();
        }
        if wipes.get() {
            self.log.wipe.store(true, Relaxed);
        }
        Ok(())
    }

    /// `false`: a job has failed and left something behind.
    fn run_all(&self, batch: &mut [Box<dyn Job>], transaction: &Transaction<'_>) -> Result<bool, StorageError> {
        for job in batch {
            let changes = self.db.total_changes();
            if failed_alone(job.run(transaction))? && self.db.total_changes() != changes {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn run_one_by_one(&self, batch: &mut [Box<dyn Job>], transaction: &Transaction<'_>) -> Result<(), StorageError> {
        for job in batch {
            self.step("SAVEPOINT job")?;
            if failed_alone(job.run(transaction))? {
                self.step("ROLLBACK TO job")?;
            }
            self.step("RELEASE job")?;
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

/// Did a job fail? An error is everybody's.
fn failed_alone(outcome: Result<(), StorageError>) -> Result<bool, StorageError> {
    match outcome {
        Ok(()) => Ok(false),
        Err(StorageError::LostClaim | StorageError::Invalid(_)) => Ok(true),
        Err(everybody @ (StorageError::Refused(_) | StorageError::Full | StorageError::Fatal(_))) => Err(everybody),
    }
}

/// A job with its caller.
trait Job: Send {
    /// Does the work; an error undoes it. It may be undone, and done again.
    fn run(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError>;

    /// Tells the caller: its outcome, or what became of the whole batch.
    fn answer(self: Box<Self>, overruled: Option<&StorageError>);
}

struct Task<T, F> {
    work: F,
    outcome: Result<T, StorageError>,
    reply: oneshot::Sender<Result<T, StorageError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnMut(&Transaction<'_>) -> Result<T, StorageError> + Send,
{
    fn run(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        self.outcome = (self.work)(transaction);
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

    #[tokio::test]
    async fn a_job_that_fails_after_it_has_written_undoes_its_own_writes_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path(), Clock::movable(), None).await.unwrap();
        store.write(|tx| Ok(tx.db.execute_batch("CREATE TABLE marks (mark)")?)).await.unwrap();
        let mark = |mark: i64, fails: bool| {
            store.write(move |tx| {
                tx.db.execute("INSERT INTO marks VALUES (?1)", [mark])?;
                if fails { Err(StorageError::Invalid("it thought better of it".to_owned())) } else { Ok(()) }
            })
        };
        // While this one is at work the others line up, and become one batch.
        let (held, released) = std::sync::mpsc::channel::<()>();
        let first = store.write(move |_| {
            // Ends when the other side is dropped.
            let _ = released.recv();
            Ok(())
        });
        let queued = async { drop(held) };
        let (first, one, two, three, ()) = tokio::join!(first, mark(1, false), mark(2, true), mark(3, false), queued);
        assert!(first.is_ok() && one.is_ok() && matches!(two, Err(StorageError::Invalid(_))) && three.is_ok());
        let marks = "SELECT group_concat(mark) FROM marks";
        let marks: String = store.read(move |db| Ok(db.query_row(marks, [], |row| row.get(0))?)).await.unwrap();
        assert_eq!(marks, "1,3");
    }

    /// Takes a megabyte.
    async fn grow(store: &Sqlite) -> Result<(), StorageError> {
        const BALLAST: &str =
            "CREATE TABLE IF NOT EXISTS ballast (bytes); INSERT INTO ballast VALUES (zeroblob(1000000))";
        store.write(|tx| Ok(tx.db.execute_batch(BALLAST)?)).await
    }

    #[tokio::test]
    async fn a_disk_that_stays_full_is_the_end_and_one_that_is_full_for_a_moment_is_not() {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::movable());
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
