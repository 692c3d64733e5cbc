//! The data folder: made for its owner alone, and held by one process at a time.
//!
//! The lock is the operating system's, so it ends with the process however that dies; the lock file stays and says who
//! held it last. Two processes that overlap during a redeploy are the ordinary case: the second one waits.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::DateTime;

use super::unwritable::unwritable;
use crate::clock::Timestamp;
use crate::storage::OpenError;

/// The database's file; SQLite puts `-wal` and `-shm` beside it, with the same rights.
pub(super) const DATABASE: &str = "routergram.db";

/// Locked while the folder is held. Not the database itself: SQLite has locks of its own there.
pub(super) const LOCK: &str = "routergram.lock";

/// A folder that is ours until this is dropped.
pub(super) struct HeldFolder {
    path: PathBuf,
    /// Closing it frees the folder.
    _lock: File,
}

impl HeldFolder {
    /// Makes the folder when it is missing, locks it, and makes the database's file when it is missing.
    pub(super) fn hold(path: &Path, now: Timestamp) -> Result<Self, OpenError> {
        let unwritable = |source| unwritable(path, source);
        make_folder(path).map_err(unwritable)?;
        let mut lock = private_file().open(path.join(LOCK)).map_err(unwritable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::Held { folder: path.display().to_string(), holder: holder(&mut lock) });
            }
            Err(TryLockError::Error(source)) => return Err(unwritable(source)),
        }
        sign(&mut lock, now).map_err(unwritable)?;
        private_file().open(path.join(DATABASE)).map_err(unwritable)?;
        sync(path).map_err(unwritable)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// What root puts into somebody's folder is made theirs, the lock included: they would not be let into it otherwise.
    pub(super) fn give_to_its_owner(&self, file: &Path) -> io::Result<()> {
        #[cfg(unix)]
        if rustix::process::geteuid().is_root() {
            use std::os::unix::fs::{MetadataExt, chown};
            let folder = fs::metadata(&self.path)?;
            chown(file, Some(folder.uid()), Some(folder.gid()))?;
            chown(self.path.join(LOCK), Some(folder.uid()), Some(folder.gid()))?;
        }
        Ok(())
    }

    /// Removes copies of the database that this program has made (before a migration, before a restoration), as far as they are meant by their age; says which.
    pub(super) fn remove_copies(&self, meant: impl Fn(Option<SystemTime>) -> bool) -> io::Result<Vec<PathBuf>> {
        remove_copies(&self.path, meant)
    }

    /// Where a copy is kept of the database as it was before it was brought to schema `version`.
    pub(super) fn copy_before(&self, version: usize) -> PathBuf {
        self.path.join(format!("routergram.before-schema-{version}.db"))
    }
}

/// See [`HeldFolder::remove_copies`].
pub(super) fn remove_copies(folder: &Path, meant: impl Fn(Option<SystemTime>) -> bool) -> io::Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_copy =
            ["routergram.before-", "routergram.db.draft"].iter().any(|start| name.to_string_lossy().starts_with(start));
        if is_copy && meant(entry.metadata().and_then(|about| about.modified()).ok()) {
            let path = entry.path();
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }?;
            removed.push(path);
        }
    }
    Ok(removed)
}

fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)?;
    path.parent().filter(|parent| parent.is_dir()).map_or(Ok(()), sync)
}

/// Created when missing, for its owner alone; kept as it is otherwise.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The names in a folder are durable only when the folder itself was synced.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Says who we are, for the one who finds the folder held.
fn sign(lock: &mut File, now: Timestamp) -> io::Result<()> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| fs::read_to_string("/etc/hostname"));
    let host = host.unwrap_or_else(|_| "an unnamed host".to_owned());
    let since = DateTime::from_timestamp_millis(now.0).unwrap_or_default();
    lock.set_len(0)?;
    write!(lock, "process {} on {} since {}", std::process::id(), host.trim(), since.format("%Y-%m-%d %H:%M UTC"))
}

/// Who has signed the lock file.
pub(super) fn holder(lock: &mut File) -> String {
    let mut signed = String::new();
    let read = lock.rewind().and_then(|()| lock.take(200).read_to_string(&mut signed));
    match read {
        Ok(_) if !signed.trim().is_empty() => signed.trim().to_owned(),
        // Locked a moment ago and not signed yet, or a file system that denies reading what is locked.
        _ => "another process".to_owned(),
    }
}
