//! What each failure of SQLite means for the caller: may it be tried again, is it a fault of ours, or must the
//! process end?

use rusqlite::ErrorCode;

use crate::storage::StorageError;

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                Self::Refused("another program is writing to the database; close it".to_owned())
            }
            Some(ErrorCode::OutOfMemory) => Self::Refused("the memory is exhausted".to_owned()),
            // The disk, the file, or what SQLite believes about them: nothing that a second try could make good.
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::InternalMalfunction,
            ) => Self::Fatal(format!("{error}. {}", fix(&error))),
            // A constraint, a statement, a value: SQLite's sentences name columns, never values.
            _ => Self::Invalid(error.to_string()),
        }
    }
}

/// What to do about a failure that ends the process.
fn fix(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            // SQLite says so of a disk that cannot be read, too.
            "The file is damaged, or its disk cannot be read. Look at the disk first (what dmesg says of it, the volume at \
             your host); then restore a backup (routergram restore), or move the database away to start empty"
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "See to it that this program may write there, and start it again"
        }
        _ => DISK_FAILS,
    }
}

/// What to do about a disk that does not do what it is told.
pub(super) const DISK_FAILS: &str = "Look at the disk (what dmesg says of it, the volume at your host, whether it is \
    full), put the data on a sound one, and start the program again";

impl From<serde_json::Error> for StorageError {
    fn from(error: serde_json::Error) -> Self {
        // The category alone: the whole sentence may quote what was read.
        Self::Invalid(format!("a stored value cannot be read or written as JSON ({:?})", error.classify()))
    }
}
