//! The data folder: can the store be opened in it?

use std::path::Path;

use super::{Row, in_time};
use crate::clock::Clock;
use crate::storage::{FolderState, OpenError, Storage};

const DATA_FOLDER: &str = "data_folder";

/// The store's log may grow to 64 MiB before it is cut, and a copy of the database is made before its schema changes.
const LITTLE_SPACE: u64 = 256 << 20;

/// Looks at the folder, without changing it.
pub(super) async fn look(folder: &Path, clock: &Clock) -> Row {
    let name = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = name.display();
    match in_time(clock, Storage::look(folder)).await {
        Some(Ok(FolderState::Missing)) => Row::ok(DATA_FOLDER, format!("{name} will be made at the first start")),
        Some(Ok(FolderState::Held { holder })) => {
            Row::ok(DATA_FOLDER, format!("{name} is in use by a running routergram ({holder})"))
        }
        Some(Ok(FolderState::Free { free_bytes })) if free_bytes < LITTLE_SPACE => Row::warning(
            DATA_FOLDER,
            format!("{name} has {} left", size(free_bytes)),
            "Make room there, or point DATA_DIR at a larger disk",
        ),
        Some(Ok(FolderState::Free { free_bytes })) => {
            Row::ok(DATA_FOLDER, format!("{name} can be written, {} left", size(free_bytes)))
        }
        Some(Err(error)) => unusable(error),
        None => Row::failure(
            DATA_FOLDER,
            format!("the file system of {name} does not answer"),
            "Point DATA_DIR at a folder on a disk of this machine",
        ),
    }
}

fn unusable(error: OpenError) -> Row {
    match error {
        OpenError::Unwritable { folder, source, fix } => {
            Row::failure(DATA_FOLDER, format!("cannot write to {folder}: {source}"), fix)
        }
        OpenError::Newer { file } => Row::failure(
            DATA_FOLDER,
            format!("{file} was written by a newer routergram"),
            "Start that version, or restore a backup",
        ),
        OpenError::Corrupt { file, detail } => Row::failure(
            DATA_FOLDER,
            format!("{file} is damaged: {detail}"),
            "Restore a backup, or move the file away to start empty",
        ),
        OpenError::Sealed | OpenError::WrongKey | OpenError::Rotating | OpenError::NotSealed => {
            Row::failure(DATA_FOLDER, error.to_string(), "Set DATA_KEY to the key that they were sealed with")
        }
        OpenError::Held { .. } | OpenError::Other(_) => {
            Row::failure(DATA_FOLDER, error.to_string(), "Point DATA_DIR at a folder on a disk of this machine")
        }
    }
}

/// In the unit that has one to three digits before the point.
fn size(bytes: u64) -> String {
    match bytes {
        0..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}
