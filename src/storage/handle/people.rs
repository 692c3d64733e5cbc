//! The verbs that are about people.

use crate::clock::Timestamp;
use crate::faults::{self, Step};
use crate::storage::{Backend, Days, Decision, Everybody, Exchange, Person, SomePeople, Storage, StorageError};

impl Storage {
    /// What the owner has decided about people of this bot. Reads all of it: for a start.
    pub async fn decisions(&self, bot: i64) -> Result<Vec<(i64, Decision)>, StorageError> {
        on_backend!(self, decisions(bot))
    }

    /// The owner decides about a person: this takes the place of whatever was decided before, and they have been told
    /// nothing of it.
    pub async fn decide(&self, bot: i64, user: i64, decision: Decision) -> Result<(), StorageError> {
        commit!(Decide, self, decide(bot, user, decision))
    }

    /// Has this person been told that they may not use the bot?
    pub async fn was_told(&self, bot: i64, user: i64) -> Result<bool, StorageError> {
        on_backend!(self, was_told(bot, user))
    }

    /// Somebody; `None` when nothing is known of them.
    pub async fn person(&self, bot: i64, user: i64, days: Days) -> Result<Option<Person>, StorageError> {
        on_backend!(self, person(bot, user, days))
    }

    /// A page of people, those who were here last first: so many of them, behind so many others.
    pub async fn people(
        &self,
        bot: i64,
        (before, limit): (usize, usize),
        days: Days,
    ) -> Result<SomePeople, StorageError> {
        on_backend!(self, people(bot, (before, limit), days))
    }

    /// The same of those whose names hold each of these words, whatever their case. Reads every name.
    pub async fn people_named(
        &self,
        bot: i64,
        words: &str,
        (before, limit): (usize, usize),
        days: Days,
    ) -> Result<SomePeople, StorageError> {
        on_backend!(self, people_named(bot, words.to_owned(), (before, limit), days))
    }

    /// Everything that is stored about a person, as a JSON text: see `docs/privacy.md`.
    pub async fn export(&self, bot: i64, user: i64, now: Timestamp) -> Result<String, StorageError> {
        on_backend!(self, export(bot, user, now))
    }

    /// What a person has asked and was answered: in their private chat first, topic by topic, then in groups.
    pub async fn exchanges(&self, bot: i64, user: i64) -> Result<Vec<Exchange>, StorageError> {
        on_backend!(self, exchanges(bot, user))
    }

    /// Everybody together.
    pub async fn everybody(&self, bot: i64, days: Days) -> Result<Everybody, StorageError> {
        on_backend!(self, everybody(bot, days))
    }
}
