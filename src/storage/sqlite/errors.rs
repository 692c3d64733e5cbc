//! What each failure of SQLite means for the caller: may it be tried again, is it a fault of ours, or must the
//! process end?

use rusqlite::ErrorCode;

use crate::storage::StorageError;

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => {
                Self::Refused("the disk with the data folder is full; free some space".to_owned())
            }
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
            ) => Self::Fatal(error.to_string()),
            // A constraint, a statement, a value: SQLite's sentences name columns, never values.
            _ => Self::Invalid(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StorageError {
    fn from(error: serde_json::Error) -> Self {
        // The category alone: the whole sentence may quote what was read.
        Self::Invalid(format!("a stored value cannot be read or written as JSON ({:?})", error.classify()))
    }
}
