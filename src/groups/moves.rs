//! Groups that have become supergroups, by the id that they had.
//!
//! Telegram tells it in a message of each of the two chats, and to whoever still writes to the old one. What is known here
//! is in the store as well: this spares a look there with every update.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// What has moved where.
#[derive(Default)]
pub struct Moves {
    known: RwLock<HashMap<i64, i64>>,
}

impl Moves {
    /// With what was known before: ids before and after.
    #[must_use]
    pub fn new(known: Vec<(i64, i64)>) -> Self {
        Self { known: RwLock::new(known.into_iter().collect()) }
    }

    /// The id by which this chat is known now.
    #[must_use]
    pub fn current(&self, chat: i64) -> i64 {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&chat).copied().unwrap_or(chat)
    }

    /// From now on it is known by that one. Whoever calls has stored it.
    pub fn note(&self, from: i64, to: i64) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(from, to);
    }
}
