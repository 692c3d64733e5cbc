//! A look at the data folder that changes nothing in it: what would opening it come upon?
//!
//! It never creates, locks for writing, or migrates. To know whether something can be written it writes to a file
//! without a name, which is gone when it is closed. Of the database it reads the head alone: whether the rest is sound
//! is looked at when it is opened.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Error, ErrorKind, Read, Write};
use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::folder::{DATABASE, LOCK, holder};
use super::open::SCHEMA;
use super::unwritable::unwritable;
use crate::storage::{FolderState, OpenError};

/// What a database of SQLite begins with.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The length of its head, and where in it the number of the schema stands (four bytes, the largest first).
const HEAD: usize = 100;
const SCHEMA_AT: usize = 60;
/// Four blocks of the usual size: a full disk refuses them.
const PROBE_BYTES: usize = 16 << 10;

/// Looks; blocks.
pub(in crate::storage) fn look(folder: &Path) -> Result<FolderState, OpenError> {
    let unwritable = |source| unwritable(folder, source);
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => {}
        Ok(_) => return Err(unwritable(Error::from(ErrorKind::NotADirectory))),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return can_be_made(folder).map(|()| FolderState::Missing).map_err(unwritable);
        }
        Err(error) => return Err(unwritable(error)),
    }
    if let Some(holder) = held_by(folder).map_err(unwritable)? {
        return Ok(FolderState::Held { holder });
    }
    takes_writing(folder).map_err(unwritable)?;
    read_head(&folder.join(DATABASE))?;
    let space = statvfs(folder).map_err(|error| unwritable(error.into()))?;
    Ok(FolderState::Free { free_bytes: space.f_bavail.saturating_mul(space.f_frsize) })
}

/// Whether the nearest folder above that is there lets another one be made in it.
fn can_be_made(folder: &Path) -> io::Result<()> {
    let absolute = std::path::absolute(folder)?;
    let above = absolute.ancestors().skip(1).find(|path| path.exists()).unwrap_or(Path::new("/"));
    if !above.is_dir() {
        return Err(Error::from(ErrorKind::NotADirectory));
    }
    Ok(access(above, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// Who holds the folder, if anybody does. Asks for a shared lock, and gives it back at once.
fn held_by(folder: &Path) -> io::Result<Option<String>> {
    let mut lock = match File::open(folder.join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder(&mut lock))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether new files can be written, and those that are there.
fn takes_writing(folder: &Path) -> io::Result<()> {
    for file in [LOCK, DATABASE] {
        // Opened for writing, and not written to.
        match OpenOptions::new().write(true).open(folder.join(file)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let mut probe = tempfile::tempfile_in(folder)?;
    probe.write_all(&[0xA5; PROBE_BYTES])?;
    probe.sync_all()
}

/// Whether the file is a database, and one that this program knows.
fn read_head(file: &Path) -> Result<(), OpenError> {
    let name = || file.display().to_string();
    let mut head = Vec::new();
    match File::open(file).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head)) {
        Ok(0) => return Ok(()),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(OpenError::Other(format!("{}: {error}", name()))),
    }
    if head.len() < HEAD || !head.starts_with(MAGIC) {
        return Err(OpenError::Corrupt { file: name(), detail: "it is not a database".to_owned() });
    }
    let version = head[SCHEMA_AT..SCHEMA_AT + 4].iter().fold(0, |version, byte| version << 8 | usize::from(*byte));
    if version > SCHEMA.len() { Err(OpenError::Newer { file: name() }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::storage::Storage;

    #[tokio::test]
    async fn looking_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("not/yet");
        assert_eq!(look(&missing).unwrap(), FolderState::Missing);
        assert!(!folder.path().join("not").exists());
        assert!(matches!(look(folder.path()).unwrap(), FolderState::Free { free_bytes } if free_bytes > 0));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_store_that_is_open_is_told_with_its_holder_and_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(folder.path(), Clock::movable()).await.unwrap();
        let Ok(FolderState::Held { holder }) = look(folder.path()) else { panic!("not held") };
        assert!(holder.starts_with(&format!("process {}", std::process::id())), "{holder}");
        storage.health().await.unwrap();
        drop(storage);
        assert!(matches!(look(folder.path()), Ok(FolderState::Free { .. })));
        // A look from outside is no reason to wait.
        Storage::open(folder.path(), Clock::movable()).await.unwrap();
    }

    #[tokio::test]
    async fn what_is_no_database_of_ours_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(DATABASE);
        fs::write(&file, "my notes").unwrap();
        assert!(matches!(look(folder.path()), Err(OpenError::Corrupt { .. })));
        fs::remove_file(&file).unwrap();
        rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(look(folder.path()), Err(OpenError::Newer { .. })));
        let below = file.join("data");
        assert!(matches!(look(&below), Err(OpenError::Unwritable { .. })));
    }
}
