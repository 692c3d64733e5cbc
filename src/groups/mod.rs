//! What the bot knows of groups beside what is said in them: who administrates them, and which of them have become
//! supergroups.
//!
//! In memory, since it is asked for with every message: who administrates is asked of Telegram and kept for some minutes;
//! the moves are in the store, too, and read from there at a start.

mod admins;
mod moves;

pub use admins::Admins;
pub use moves::Moves;
