//! The sandbox: what stands around the bot on a machine without accounts.

pub mod model;
pub mod telegram;
