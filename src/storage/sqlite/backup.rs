//! Copies of the database: out of a folder that may be in use, and back into one that is not.
//!
//! A backup is one file, whole and compact, as the database was in one moment; the bot goes on meanwhile. Bringing one
//! back never destroys what was there: that is kept beside it. Both write under a name of their own first, so that a
//! file with the final name is complete.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use rusqlite::{Connection, OpenFlags};

use super::folder::{self, DATABASE, HeldFolder};
use super::open::{self, CHECKPOINTER, SCHEMA};
use crate::clock::Timestamp;
use crate::storage::BackupError;

/// Reading alone. A writer may hold the file for a moment when it starts.
const COPIED_WITH: &str = "PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000;";
/// What every version of the schema has, and no other program's.
const OURS: &str = "SELECT count(*) = 2 FROM sqlite_schema WHERE type = 'table' AND name IN ('inbox', 'instances')";

/// Copies the database in `folder` to `target`, which must not exist yet; returns the copy's size in bytes.
pub(in crate::storage) fn back_up(folder: &Path, target: &Path) -> Result<u64, BackupError> {
    let database = folder.join(DATABASE);
    if !database.is_file() {
        return Err(BackupError::NothingThere(folder.display().to_string()));
    }
    if target.exists() {
        return Err(BackupError::Exists(target.display().to_string()));
    }
    let cannot = |source| BackupError::CannotWrite { file: target.display().to_string(), source };
    let draft = Draft::beside(target).map_err(cannot)?;
    copy(&database, &draft.path).map_err(|error| BackupError::Failed(error.to_string()))?;
    look(&draft.path)?;
    draft.file.sync_all().map_err(cannot)?;
    draft.becomes(target).map_err(cannot)
}

/// Brings the backup that `source` reads back into `folder`, which nobody may be using. Returns where the database that
/// was there is kept, if there was one.
pub(in crate::storage) fn restore(
    folder: &Path,
    source: &mut dyn Read,
    now: Timestamp,
) -> Result<Option<PathBuf>, BackupError> {
    let held = HeldFolder::hold(folder, now)?;
    let database = held.database();
    let cannot = |source| BackupError::CannotWrite { file: database.display().to_string(), source };
    let mut draft = Draft::beside(&database).map_err(cannot)?;
    io::copy(source, &mut draft.file).and_then(|_| draft.file.sync_all()).map_err(cannot)?;
    look(&draft.path)?;
    held.give_to_its_owner(&draft.path).map_err(cannot)?;
    let kept = set_aside(folder, now).map_err(cannot)?;
    draft.becomes(&database).map_err(cannot)?;
    Ok(kept)
}

fn copy(database: &Path, draft: &Path) -> rusqlite::Result<()> {
    let db = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    db.execute_batch(COPIED_WITH)?;
    db.execute("VACUUM INTO ?1", [draft.to_string_lossy()]).map(drop)
}

/// Is this a sound database of ours that this program can open?
fn look(file: &Path) -> Result<(), BackupError> {
    let unsound = |error: rusqlite::Error| BackupError::Unusable(error.to_string());
    // A file that nobody else has: without a log beside it, and without making one.
    let address = format!("file:{}?immutable=1", encoded(file));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let db = Connection::open_with_flags(address, flags).map_err(unsound)?;
    let ours: bool = db.query_row(OURS, [], |row| row.get(0)).map_err(unsound)?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(unsound)?;
    let found: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(unsound)?;
    if !ours {
        return Err(BackupError::Unusable("no routergram wrote it".to_owned()));
    }
    if usize::try_from(version).is_ok_and(|version| version > SCHEMA.len()) {
        return Err(BackupError::Unusable("a newer routergram wrote it; use that version".to_owned()));
    }
    if found == "ok" { Ok(()) } else { Err(BackupError::Unusable(format!("it is damaged: {found}"))) }
}

/// In an address, these have a meaning of their own (<https://www.sqlite.org/uri.html>).
fn encoded(file: &Path) -> String {
    file.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// Keeps the database of a held folder under another name. Its log goes first, since it would be taken for the log of
/// the file that comes.
fn set_aside(folder: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
    let database = folder.join(DATABASE);
    if fs::metadata(&database)?.len() == 0 {
        return Ok(None);
    }
    let at = DateTime::from_timestamp_millis(now.0).unwrap_or_default().format("%Y%m%d-%H%M%S");
    let aside = folder.join(format!("routergram.before-restore-{at}.db"));
    // The last connection that closes copies the log into the file and removes it; a damaged file may refuse.
    drop(open::connect(&database, CHECKPOINTER).and_then(|db| db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")));
    for log in ["-wal", "-shm"] {
        let from = with_suffix(&database, log);
        if from.exists() {
            fs::rename(from, with_suffix(&aside, log))?;
        }
    }
    // Both names until the new file takes one of them: there is a database at any moment.
    fs::hard_link(&database, &aside).or_else(|_| fs::copy(&database, &aside).map(drop))?;
    folder::sync(folder)?;
    Ok(Some(aside))
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A file that is being written; removed unless it becomes the real one.
struct Draft {
    path: PathBuf,
    file: File,
    /// It has its final name.
    kept: bool,
}

impl Draft {
    /// Made anew, for its owner alone.
    fn beside(target: &Path) -> io::Result<Self> {
        let path = with_suffix(target, ".draft");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = folder::private_file().open(&path)?;
        Ok(Self { path, file, kept: false })
    }

    /// Gives it its name; returns its size in bytes.
    fn becomes(mut self, target: &Path) -> io::Result<u64> {
        fs::rename(&self.path, target)?;
        self.kept = true;
        // `parent` of a bare name is empty, which means here.
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        folder::sync(folder)?;
        Ok(self.file.metadata()?.len())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // Whatever is in the way of this has been told already.
            let _ = fs::remove_file(&self.path);
        }
    }
}
