//! Opening: hold the folder, look whether the file is sound and ours, migrate it, start the threads.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::{M, Migrations};
use tokio::sync::Notify;

use crate::clock::{Clock, Timestamp};
use crate::config::DataKey;
use crate::faults::{self, Switch};
use crate::storage::OpenError;

use super::checkpoint::{Checkpoints, LogState};
use super::errors::DISK_FAILS;
use super::folder::{self, HeldFolder};
use super::readers::Readers;
use super::recent::Recent;
use super::seal::{self, Fit};
use super::unwritable::unwritable;
use super::writer::{Desk, Writer};
use super::{Alarm, Parts, Sqlite, forget, ledger};

/// The schema's history. A released step is never changed, only followed by another one.
pub(super) const SCHEMA: &[M<'_>] = &[
    M::up(include_str!("../migrations/sqlite/0001-start.sql")),
    M::up(include_str!("../migrations/sqlite/0002-answers.sql")),
    M::up(include_str!("../migrations/sqlite/0003-settle.sql")),
    M::up(include_str!("../migrations/sqlite/0004-preferences.sql")),
    M::up(include_str!("../migrations/sqlite/0005-money.sql")),
    M::up(include_str!("../migrations/sqlite/0006-pictures.sql")),
    M::up(include_str!("../migrations/sqlite/0007-access.sql")),
    M::up(include_str!("../migrations/sqlite/0008-privacy.sql")),
    M::up(include_str!("../migrations/sqlite/0009-attachments.sql")),
    M::up(include_str!("../migrations/sqlite/0010-beside.sql")),
    M::up(include_str!("../migrations/sqlite/0011-moved.sql")),
    M::up(include_str!("../migrations/sqlite/0012-inline.sql")),
];

/// Files up to this size are checked in full at each start: a check takes 3 ms per MiB, and opening must not be felt.
/// Beyond it the header and the schema are read, and damage elsewhere is found (and is fatal) when it is touched.
const CHECKED_IN_FULL: u64 = 4 << 20;

/// How the writer's connection works.
/// - `WAL` with `FULL`: a commit is one fsync, and is on disk after it; with `NORMAL` a power failure would take
///   acknowledged updates. The `fullfsync` pair is what macOS needs for the same promise.
/// - No checkpoint inside a commit (`checkpoint` does it); a log that grew beyond 64 MiB is cut when it starts anew.
///   Cutting takes a commit some 24 ms, so what a busy second writes must fit.
/// - `secure_delete`: what is deleted is overwritten, so a deleted text is gone from the file (and from the log, when
///   that has been written over, or at a clean stop). Rows are small, so it costs next to nothing.
/// - No mmap and a small cache: the page cache of the system serves us, and the process stays small.
pub(super) const WRITER: &str = "
    PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = 67108864;
    PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0; PRAGMA cache_size = -2000; PRAGMA busy_timeout = 2000;";

/// How the others work: no cache to speak of, and never a write (a checkpoint is not one to SQLite).
const READER: &str = "
    PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
    PRAGMA mmap_size = 0; PRAGMA cache_size = -1000; PRAGMA busy_timeout = 2000;";
pub(super) const CHECKPOINTER: &str = "
    PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON;
    PRAGMA mmap_size = 0; PRAGMA cache_size = -100; PRAGMA busy_timeout = 0;";

/// Different statements in the program, with room: each is prepared once per connection.
const STATEMENTS: usize = 64;

impl Sqlite {
    pub(in crate::storage) async fn open(folder: &Path, clock: Clock, key: Option<DataKey>) -> Result<Self, OpenError> {
        let folder = folder.to_owned();
        let opening = tokio::task::spawn_blocking(move || open(&folder, clock, SCHEMA, key.as_ref()));
        opening.await.map_err(|error| OpenError::Other(error.to_string()))?
    }
}

/// Opens with this schema; blocks.
pub(super) fn open(folder: &Path, clock: Clock, schema: &[M<'_>], key: Option<&DataKey>) -> Result<Sqlite, OpenError> {
    let folder = HeldFolder::hold(folder, clock.now())?;
    let file = folder.database();
    let mut db = connect(&file, WRITER).map_err(|error| explain(&file, &error))?;
    prepare(&mut db, &folder, schema)?;
    // Tests open with the schemas of older versions, which know no keys.
    if schema.len() == SCHEMA.len() {
        unlock(&db, &folder, key)?;
        #[cfg(test)]
        super::recent::untold::watch(&db).map_err(|error| explain(&file, &error))?;
    }
    if faults::is_on(Switch::SynchronousNormal) {
        db.execute_batch("PRAGMA synchronous = NORMAL").map_err(|error| explain(&file, &error))?;
    }
    let me = sign_in(&db, &clock, schema.len() == SCHEMA.len()).map_err(|error| explain(&file, &error))?;

    let alarm = Alarm::new();
    let log = Arc::new(LogState::default());
    // Whoever forgot somebody may have died before the log was emptied.
    log.wipe.store(schema.len() == SCHEMA.len() && forget::anybody(&db).unwrap_or(true), Relaxed);
    let other = |error: std::io::Error| OpenError::Other(error.to_string());
    seal::install(&db, key, key).map_err(|error| explain(&file, &error))?;
    let reader = || {
        let db = connect_to_read(&file)?;
        seal::install(&db, key, None)?;
        Ok(db)
    };
    let readers = Readers::start(reader, &alarm).map_err(OpenError::Other)?;
    let behind = connect(&file, CHECKPOINTER).map_err(|error| explain(&file, &error))?;
    let checkpoints = Checkpoints::start(behind, Arc::clone(&log), alarm.clone()).map_err(other)?;
    let left_open = Arc::new(Notify::new());
    let trouble = Arc::new(Mutex::default());
    let recent = Arc::new(Recent::new());
    let (ring, note, known) = (Arc::clone(&left_open), Arc::clone(&trouble), Arc::clone(&recent));
    let desk = Desk { db, clock, me, log, alarm: alarm.clone(), recent: known, left_open: ring, trouble: note };
    let writer = Writer::start(desk).map_err(other)?;
    let parts = Parts { readers, _checkpoints: checkpoints, writer, alarm, recent, left_open, trouble, folder };
    Ok(Sqlite { parts: Arc::new(parts) })
}

/// Seals everything with another key, in a folder in which no bot is at work; `false`: it is in force already. Blocks.
pub(in crate::storage) fn rotate(folder: &Path, keys: (&DataKey, &DataKey), now: Timestamp) -> Result<bool, OpenError> {
    let folder = HeldFolder::hold(folder, now)?;
    let file = folder.database();
    let db = connect(&file, WRITER).map_err(|error| explain(&file, &error))?;
    if version(&db).map_err(|error| explain(&file, &error))? != SCHEMA.len() {
        let why = "the database is of another version of routergram, or empty: start the bot once, and stop it";
        return Err(OpenError::Other(why.to_owned()));
    }
    seal::rotate(&db, keys.0, keys.1)
}

/// A connection that is used by one thread alone (`NO_MUTEX`) and opens what is there, never a new file.
pub(super) fn connect(file: &Path, settings: &str) -> rusqlite::Result<Connection> {
    connect_with(file, OpenFlags::SQLITE_OPEN_READ_WRITE, settings)
}

fn connect_to_read(file: &Path) -> rusqlite::Result<Connection> {
    connect_with(file, OpenFlags::SQLITE_OPEN_READ_ONLY, READER)
}

fn connect_with(file: &Path, access: OpenFlags, settings: &str) -> rusqlite::Result<Connection> {
    let db = Connection::open_with_flags(file, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.execute_batch(settings)?;
    Ok(db)
}

/// From a file that is there to a database of this program's schema.
fn prepare(db: &mut Connection, folder: &HeldFolder, schema: &[M<'_>]) -> Result<(), OpenError> {
    let file = folder.database();
    let version = version(db).map_err(|error| explain(&file, &error))?;
    if version > schema.len() {
        return Err(OpenError::Newer { file: file.display().to_string() });
    }
    check(db, &file)?;
    let mode: String =
        db.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(|error| explain(&file, &error))?;
    if mode != "wal" {
        return Err(OpenError::Other(format!(
            "the file system of {} cannot share memory between processes (a network drive?)",
            file.display()
        )));
    }
    if version > 0 && version < schema.len() {
        copy(db, folder, schema.len()).map_err(|error| OpenError::Other(copy_failed(&error)))?;
    }
    Migrations::from_slice(schema).to_latest(db).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => explain(&file, &err),
        other => OpenError::Other(other.to_string()),
    })
}

/// Does the key fit? A store that was not sealed is, from now on; copies of what it was are removed.
fn unlock(db: &Connection, folder: &HeldFolder, key: Option<&DataKey>) -> Result<(), OpenError> {
    let file = folder.database();
    let fit = seal::fit(db, key).map_err(|error| explain(&file, &error))?;
    if let Some(refusal) = fit.refusal() {
        return Err(refusal);
    }
    if let (Fit::ToSeal, Some(key)) = (fit, key) {
        // First, so that none is left whenever this is cut short.
        for copy in folder.remove_copies(|_| true).map_err(|error| OpenError::Other(error.to_string()))? {
            tracing::info!(store.copy = %copy.display(), "removed a copy of the database, since its texts are not sealed");
        }
        tracing::info!("DATA_KEY is set: sealing the texts that are stored");
        seal::seal_all(db, key).map_err(|error| explain(&file, &error))?;
    }
    Ok(())
}

fn copy_failed(error: &std::io::Error) -> String {
    format!("the copy that is made before a migration failed ({error}); nothing was changed")
}

/// How many steps of the schema's history this database has taken; 0 for a new one.
fn version(db: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

fn check(db: &Connection, file: &Path) -> Result<(), OpenError> {
    let small = fs::metadata(file).is_ok_and(|found| found.len() <= CHECKED_IN_FULL);
    let look = if small { "PRAGMA quick_check(1)" } else { "SELECT 'ok' FROM (SELECT count(*) FROM sqlite_schema)" };
    let detail: String = db.query_row(look, [], |row| row.get(0)).map_err(|error| explain(file, &error))?;
    if detail == "ok" { Ok(()) } else { Err(OpenError::Corrupt { file: file.display().to_string(), detail }) }
}

/// Copies the database before a migration: to a name of its own first, so that a copy with the final name is whole.
fn copy(db: &Connection, folder: &HeldFolder, version: usize) -> std::io::Result<()> {
    let copy = folder.copy_before(version);
    let draft = copy.with_extension("draft");
    fs::remove_file(&draft).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    // An empty file with our rights; SQLite accepts it as target and keeps them.
    let file = folder::private_file().open(&draft)?;
    db.execute("VACUUM INTO ?1", [draft.to_string_lossy()]).map_err(std::io::Error::other)?;
    file.sync_all()?;
    fs::rename(&draft, &copy)?;
    tracing::info!(store.copy = %copy.display(), "copied the database before bringing its schema up to date");
    copy.parent().map_or(Ok(()), folder::sync)
}

/// Enters this opening as the one instance; the held folder proves that there is no other, and that whoever was at work here
/// is dead. Tests open with the schemas of older versions, which are not the `latest`.
fn sign_in(db: &Connection, clock: &Clock, latest: bool) -> rusqlite::Result<i64> {
    let entry = db.unchecked_transaction()?;
    entry.execute("DELETE FROM instances", [])?;
    entry.execute("INSERT INTO instances (heartbeat) VALUES (?1)", [clock.now().0])?;
    let me = entry.last_insert_rowid();
    if latest {
        ledger::ended_with_their_process(&entry, clock.now())?;
    }
    entry.commit()?;
    Ok(me)
}

/// What a failure of SQLite means while opening.
fn explain(file: &Path, error: &rusqlite::Error) -> OpenError {
    let name = file.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            OpenError::Corrupt { file: name, detail: error.to_string() }
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            let source = std::io::Error::new(ErrorKind::PermissionDenied, error.to_string());
            unwritable(file.parent().unwrap_or(file), source)
        }
        Some(ErrorCode::DiskFull) => unwritable(file.parent().unwrap_or(file), ErrorKind::StorageFull.into()),
        Some(ErrorCode::SystemIoFailure) => OpenError::Other(format!("{name}: {error}. {DISK_FAILS}")),
        _ => OpenError::Other(format!("{name}: {error}")),
    }
}
