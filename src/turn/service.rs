//! The program as an owner asks about it.

use crate::clock::Timestamp;
use crate::inbox::Inbox;

/// What runs, since when, and what it is working on.
pub struct Service {
    /// How updates come in, and why in this way.
    pub mode: String,
    /// When the bot was started.
    pub started_at: Timestamp,
    /// What is being worked on.
    pub inbox: Inbox,
}
