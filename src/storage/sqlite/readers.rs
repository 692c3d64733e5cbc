//! The threads that read.
//!
//! Readers never wait for the writer and never hold it up. There are two, so that one long read (an export, a count of
//! a long queue) does not hold up the inbox; more would only cost memory, as the machine has few cores.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::storage::StorageError;

use super::Alarm;
use super::worker::Worker;

/// How many there are, with their threads' names.
const NAMES: [&str; 2] = ["store-reader-1", "store-reader-2"];

/// Reads that may wait before callers have to.
const QUEUE: usize = 256;

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The way to the threads.
pub(super) struct Readers {
    jobs: mpsc::Sender<Job>,
    _threads: Vec<Worker>,
    alarm: Alarm,
}

impl Readers {
    /// Starts them, each with a connection of its own.
    pub(super) fn start(connect: impl Fn() -> rusqlite::Result<Connection>, alarm: &Alarm) -> Result<Self, String> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Vec::new();
        for name in NAMES {
            let db = connect().map_err(|error| error.to_string())?;
            let queue = Arc::clone(&queue);
            let thread = Worker::start(name, alarm.clone(), move || work(&db, &queue));
            threads.push(thread.map_err(|error| error.to_string())?);
        }
        Ok(Self { jobs, _threads: threads, alarm: alarm.clone() })
    }

    /// Queues a read; waits while the queue is full. When the threads are gone, `reply` is dropped.
    pub(super) async fn hand_in<T, F>(&self, work: F, reply: oneshot::Sender<Result<T, StorageError>>)
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        let alarm = self.alarm.clone();
        let job = move |db: &Connection| {
            if reply.is_closed() {
                return; // Nobody waits any more.
            }
            let outcome = snapshot(db, work);
            if let Err(error) = &outcome {
                alarm.heed(error);
            }
            let _ = reply.send(outcome);
        };
        let _ = self.jobs.send(Box::new(job)).await;
    }
}

/// Several statements of one read see the same state.
fn snapshot<T>(db: &Connection, work: impl FnOnce(&Connection) -> Result<T, StorageError>) -> Result<T, StorageError> {
    let snapshot = db.unchecked_transaction()?;
    let found = work(&snapshot)?;
    snapshot.finish()?;
    Ok(found)
}

fn work(db: &Connection, queue: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        // One thread waits in the queue, the other one for the lock: whoever gets a job leaves both to the next.
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        match next {
            Some(job) => job(db),
            None => return,
        }
    }
}
