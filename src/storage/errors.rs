//! What the store could not do, each with what to do about it.

/// Why the store could not be opened. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process holds the data folder.
    #[error("the data folder {folder} is in use by {holder}")]
    Held {
        /// The folder.
        folder: String,
        /// Who holds it, as they wrote it there: "process 4711 on host-a since 2026-11-21 10:00 UTC".
        holder: String,
    },
    /// The folder cannot be created or written.
    #[error("cannot write to the data folder {folder}: {source}. {fix}")]
    Unwritable {
        /// The folder.
        folder: String,
        /// What the system said.
        source: std::io::Error,
        /// What to do about it.
        fix: String,
    },
    /// The database is newer than this program.
    #[error("the database {file} was written by a newer routergram; start that version, or restore a backup")]
    Newer {
        /// The file.
        file: String,
    },
    /// The database is damaged.
    #[error(
        "the database {file} is damaged, or its disk cannot be read ({detail}). Look at the disk first (what dmesg says of \
         it); then restore a backup, or move the file away to start empty"
    )]
    Corrupt {
        /// The file.
        file: String,
        /// What the check said.
        detail: String,
    },
    /// Its texts are sealed.
    #[error("the texts in the database are sealed: set DATA_KEY to the key that they were sealed with")]
    Sealed,
    /// Its texts are sealed with another key.
    #[error("DATA_KEY is not the key that the texts in the database are sealed with: set it to that one")]
    WrongKey,
    /// It is being changed to another key.
    #[error("the change to another DATA_KEY was cut short: run `routergram key rotate` again, with both keys")]
    Rotating,
    /// There is nothing to change from.
    #[error("the texts in the database are not sealed: set DATA_KEY and start the bot, which seals them")]
    NotSealed,
    /// Anything else.
    #[error("cannot open the database: {0}")]
    Other(String),
}

/// Why a backup was not made, or not brought back. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is no database.
    #[error("there is no database in {0}. Set DATA_DIR to the folder that the bot uses")]
    NothingThere(String),
    /// Backups are never written over.
    #[error("{0} exists already. Choose another name, or remove it")]
    Exists(String),
    /// The copy cannot be written.
    #[error("cannot write {file}: {source}")]
    CannotWrite {
        /// The file.
        file: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database could not be copied.
    #[error("the copy failed: {0}")]
    Failed(String),
    /// What should be brought back is damaged, or none of ours.
    #[error("this is no backup that can be brought back: {0}")]
    Unusable(String),
    /// The folder is in use, or cannot be written.
    #[error("{0}. A backup is brought back while the bot is stopped")]
    Folder(#[from] OpenError),
}

/// Why a visitor could not do something. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// There is no database.
    #[error("there is no database in {0}. Set DATA_DIR to the folder that the bot uses")]
    NothingThere(String),
    /// The database is not of this program's schema.
    #[error("the database is of another version of routergram; use the same one as the bot, after it has started")]
    OtherVersion,
    /// No update is parked in this place.
    #[error("nothing is parked under {0}: `routergram parked list` shows what is. Nothing was changed")]
    NotThere(i64),
    /// It could never be read.
    #[error("{0} cannot be tried again: it has no update_id that could be read. Nothing was changed")]
    Unreadable(i64),
    /// Somebody should say that they mean it.
    #[error("{0} would be forgotten for good, with what people wrote. Say --yes if that is meant")]
    NotMeant(usize),
    /// The key does not fit.
    #[error("{0}. Nothing was changed")]
    Sealed(String),
    /// The database refuses.
    #[error("the database refuses: {0}. Nothing was changed")]
    Refused(String),
}

/// Why the store did not do what it was asked to.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StorageError {
    /// The claim is not ours any more. Stop working on that update; nothing was written.
    #[error("the claim was taken over")]
    LostClaim,
    /// Nothing was written, it may work later (busy).
    #[error("the store refused: {0}")]
    Refused(String),
    /// Nothing was written, for want of space. When that lasts, [`Fatal`](Self::Fatal) follows.
    #[error("the disk with the data folder is full; free some space")]
    Full,
    /// Nothing was written, and the same call would fail again: a fault of the caller or of the stored row. Do not
    /// repeat it; park the update.
    #[error("the store cannot do that: {0}")]
    Invalid(String),
    /// The store cannot be trusted any more (a failed fsync, a damaged file): the process must end.
    #[error("the store failed: {0}")]
    Fatal(String),
}
