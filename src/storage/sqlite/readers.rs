//! The threads that read.
//!
//! Readers never wait for the writer and never hold it up. There are two, so that one long read (an export, a count of
//! a long queue) does not hold up the inbox; more would only cost memory, as the machine has few cores.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::storage::StorageError;

use super::Alarm;
use super::worker::Worker;

/// How many there are, with their threads' names.
const NAMES: [&str; 2] = ["store-reader-1", "store-reader-2"];

/// Reads that may wait for each of them before callers have to.
const QUEUE: usize = 128;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the threads.
pub(super) struct Readers {
    readers: Vec<Reader>,
    alarm: Alarm,
}

/// One thread with its queue. A common queue would wake them both for every read.
struct Reader {
    jobs: mpsc::Sender<Job>,
    /// Reads that wait for it, and the one it is at.
    open: Arc<AtomicUsize>,
    _thread: Worker,
}

impl Readers {
    /// Starts them, each with a connection of its own.
    pub(super) fn start(connect: impl Fn() -> rusqlite::Result<Connection>, alarm: &Alarm) -> Result<Self, String> {
        let mut readers = Vec::new();
        for name in NAMES {
            let db = connect().map_err(|error| error.to_string())?;
            let (jobs, queue) = mpsc::channel(QUEUE);
            let thread = Worker::start(name, alarm.clone(), move || work(&db, queue));
            let thread = thread.map_err(|error| error.to_string())?;
            readers.push(Reader { jobs, open: Arc::default(), _thread: thread });
        }
        Ok(Self { readers, alarm: alarm.clone() })
    }

    /// Queues a read where least is to be done; waits while that queue is full. When the threads are gone, `reply` is
    /// dropped.
    pub(super) async fn hand_in<T, F>(&self, work: F, reply: oneshot::Sender<Result<T, StorageError>>)
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        let Some(reader) = self.readers.iter().min_by_key(|reader| reader.open.load(Relaxed)) else { return };
        let (alarm, open) = (self.alarm.clone(), Open::one_more(&reader.open));
        let job = move |db: &Connection| {
            let _open = open;
            if reply.is_closed() {
                return; // Nobody waits any more.
            }
            let outcome = snapshot(db, work);
            if let Err(error) = &outcome {
                alarm.heed(error);
            }
            let _ = reply.send(outcome);
        };
        let _ = reader.jobs.send(Box::new(job)).await;
    }
}

/// A read that is not done yet.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn one_more(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Several statements of one read see the same state.
fn snapshot<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T, StorageError>) -> Result<T, StorageError> {
    db.prepare_cached("BEGIN")?.execute([])?;
    let found = work(db);
    // On some errors SQLite ends the transaction itself.
    let ended =
        if db.is_autocommit() { Ok(0) } else { db.prepare_cached("COMMIT").and_then(|mut end| end.execute([])) };
    let found = found?;
    ended?;
    Ok(found)
}

fn work(db: &Connection, mut queue: mpsc::Receiver<Job>) {
    while let Some(job) = queue.blocking_recv() {
        job(db);
    }
}
