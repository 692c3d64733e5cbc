//! `routergram backup FILE` and `routergram restore FILE`.
//!
//! `-` stands for the standard output and input: a container without a shell has nowhere else to put a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use super::complain;
use crate::clock::Clock;
use crate::config::{self, Sources};
use crate::storage::{BackupError, Storage};

/// The name of standard input and output.
const STREAM: &str = "-";

/// Copies the store of this environment. Exit status 0, or 1 with a sentence that says why not.
#[must_use]
pub fn back_up(target: &Path) -> ExitCode {
    let folder = config::data_dir(&Sources::of_this_process());
    let done = if target == Path::new(STREAM) { to_stream(&folder) } else { Storage::back_up(&folder, target) };
    told(done.map(|bytes| format!("Backed up {} to {} ({bytes} bytes)", folder.display(), target.display())))
}

/// Brings a backup back into the store of this environment. Exit status 0, or 1 with a sentence that says why not.
#[must_use]
pub fn restore(source: &Path) -> ExitCode {
    let folder = config::data_dir(&Sources::of_this_process());
    let mut reader: Box<dyn Read> = if source == Path::new(STREAM) {
        Box::new(io::stdin().lock())
    } else {
        match File::open(source) {
            Ok(file) => Box::new(file),
            Err(error) => {
                complain(&format!("cannot read {}: {error}", source.display()));
                return ExitCode::FAILURE;
            }
        }
    };
    let done = Storage::restore(&folder, &mut reader, Clock::system().now());
    told(done.map(|kept| match kept {
        Some(kept) => format!("Restored {}; what was there is kept as {}", folder.display(), kept.display()),
        None => format!("Restored {}", folder.display()),
    }))
}

/// On standard error, since the backup itself may be on standard output.
fn told(done: Result<String, BackupError>) -> ExitCode {
    match done {
        Ok(sentence) => {
            complain(&sentence);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// By way of a file in the data folder, which may be the only place that can be written.
fn to_stream(folder: &Path) -> Result<u64, BackupError> {
    if !folder.is_dir() {
        return Err(BackupError::NothingThere(folder.display().to_string()));
    }
    // For its owner alone, and gone afterwards.
    let place = tempfile::Builder::new().prefix(".backup-").tempdir_in(folder);
    let place = place.map_err(|source| BackupError::CannotWrite { file: folder.display().to_string(), source })?;
    let file = place.path().join("backup.db");
    Storage::back_up(folder, &file)?;
    let copied = File::open(file).and_then(|mut file| io::copy(&mut file, &mut io::stdout().lock()));
    copied.map_err(|source| BackupError::CannotWrite { file: "the standard output".to_owned(), source })
}
