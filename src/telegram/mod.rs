//! Telegram's side: the calls, the text, and what each failure means.
//!
//! teloxide's payload types are sent by a transport of our own. teloxide's own one hides what a durable bot decides on:
//! it drops `error_code`, sleeps ten seconds inside any 5xx, cannot tell "never sent" from "maybe arrived", and its
//! errors print addresses with the token.

mod client;
mod download;
mod entities;
mod error;
pub mod markdown;
pub mod methods;
mod patience;
mod scheduler;
pub mod split;
mod upload;

pub use client::{Slot, Telegram};
pub use download::Download;
pub use error::TelegramError;
pub use patience::Patience;
pub use scheduler::{Kind, Urgency};
pub use upload::Attachment;
