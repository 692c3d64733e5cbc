//! How much the store holds, for whoever watches it.

use crate::clock::Timestamp;

/// What is in the store now, of all its bots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Updates that are not finished.
    pub pending: u64,
    /// When the oldest of them was accepted.
    pub oldest: Option<Timestamp>,
    /// Updates that were given up and are kept.
    pub parked: u64,
    /// Size of the database, its log aside.
    pub database_bytes: u64,
    /// Size of the log.
    pub log_bytes: u64,
    /// What the program may still write where the database is, and the size of that file system; `None` when the system
    /// does not tell.
    pub disk_bytes: Option<(u64, u64)>,
}
