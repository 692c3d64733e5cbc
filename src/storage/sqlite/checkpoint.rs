//! Copying the write-ahead log back into the file, beside the writer.
//!
//! SQLite would do it inside every thousandth commit, and that commit's callers would wait for it. So the writer does
//! not (`wal_autocheckpoint=0`), and this thread does it twice a second, when there is something to copy.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rusqlite::Connection;

use crate::clock::Stopwatch;
use crate::metrics;
use crate::storage::StorageError;

use super::Alarm;
use super::worker::Worker;

/// Between two looks. At 500 answers per second that is some 16 MiB of log, which is copied within two milliseconds.
const INTERVAL: Duration = Duration::from_millis(500);

/// Pages in the log (4 KiB each, so 16 MiB) from which on the writer is asked to let it start anew.
const LONG_LOG: i64 = 4096;

/// A rest of this many pages (1 MiB) is short enough for the writer to copy itself.
const SHORT_REST: i64 = 256;

/// How often to copy in a row to get there: each time what was written during the time before, which is ever less.
const PASSES: usize = 4;

/// What the writer and this thread tell each other about the log.
#[derive(Default)]
pub(super) struct LogState {
    /// Something was committed since the last look.
    pub(super) written: AtomicBool,
    /// Something was deleted that must leave the log.
    pub(super) wipe: AtomicBool,
    /// The log is long: the writer should copy the rest at its next batch.
    pub(super) long: AtomicBool,
}

/// The thread; it ends when this is dropped.
pub(super) struct Checkpoints {
    _stop: mpsc::Sender<()>,
    _thread: Worker,
}

impl Checkpoints {
    pub(super) fn start(db: Connection, log: Arc<LogState>, alarm: Alarm) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let body = {
            let alarm = alarm.clone();
            move || {
                while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                    look(&db, &log, &alarm);
                }
            }
        };
        Ok(Self { _stop: stop, _thread: Worker::start("store-checkpoint", alarm, body)? })
    }
}

/// One look: copies what there is to copy, and says so when the log is long.
pub(super) fn look(db: &Connection, log: &LogState, alarm: &Alarm) {
    if alarm.check().is_err() {
        return;
    }
    if log.wipe.load(Relaxed) {
        wipe(db, log, alarm);
    }
    if !log.written.swap(false, Relaxed) {
        return;
    }
    if let Err(error) = copy(db, log) {
        // A full disk: the log keeps everything, and the writer will say so to those who write.
        alarm.heed(&error);
        log.written.store(true, Relaxed);
    }
}

/// Empties the log. Somebody who reads or writes just now is in the way: then at the next look.
fn wipe(db: &Connection, log: &LogState, alarm: &Alarm) {
    log.wipe.store(false, Relaxed);
    let busy = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>("busy"));
    match busy.map_err(StorageError::from) {
        Ok(false) => {}
        Ok(true) | Err(StorageError::Refused(_)) => log.wipe.store(true, Relaxed),
        Err(error) => {
            alarm.heed(&error);
            log.wipe.store(true, Relaxed);
        }
    }
}

fn copy(db: &Connection, log: &LogState) -> Result<(), StorageError> {
    let mut after = run(db)?;
    if after.pages > LONG_LOG {
        for _ in 1..PASSES {
            let before = after.pages;
            after = run(db)?;
            if after.pages - before < SHORT_REST {
                break;
            }
        }
        log.long.store(true, Relaxed);
    }
    // A reader on an old snapshot keeps the rest from being copied: look again.
    log.written.fetch_or(after.copied < after.pages, Relaxed);
    Ok(())
}

/// The log after a checkpoint, in pages.
pub(super) struct Copied {
    pages: i64,
    copied: i64,
}

/// Copies what can be copied without waiting for anybody.
pub(super) fn run(db: &Connection) -> Result<Copied, StorageError> {
    let watch = Stopwatch::start();
    let copied = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(Copied { pages: row.get("log")?, copied: row.get("checkpointed")? })
    })?;
    metrics::checkpointed(watch.seconds());
    Ok(copied)
}
