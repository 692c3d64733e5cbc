//! People: nouns of what the owner has decided about them, and of what an owner sees.
//!
//! A stranger costs one small row without a name, and there are at most [`MOST_STRANGERS`] of those. Days are days: when
//! somebody was here last is noted in the commit of the first answer of a day, not with every message.

use crate::clock::Day;

/// Strangers of whom it is known that they have been told: some 300 KB. Whoever comes back after so many others is told
/// again.
pub const MOST_STRANGERS: usize = 10_000;

/// What the owner has decided about a person. Without a decision the settings alone say who may use the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decision {
    /// They may use the bot, besides those whom the settings allow.
    pub allowed: bool,
    /// They may not, whatever else says so.
    pub banned: bool,
}

/// Something about a person that belongs to a reply, and is noted in its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonChange {
    /// They are answered.
    Seen {
        /// Telegram's user id; of people who hide behind a group's name, the group's.
        user: i64,
        /// The day.
        day: Day,
        /// What they are called; `None`: as before.
        name: Option<String>,
    },
    /// They are told that they may not use the bot.
    Told {
        /// Telegram's user id.
        user: i64,
        /// The day.
        day: Day,
    },
}

/// Somebody, as an owner sees them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Person {
    /// Telegram's user id, or a group's.
    pub user: i64,
    /// Their first name and @username, if they are kept.
    pub name: Option<String>,
    /// What the owner has decided.
    pub decision: Decision,
    /// The day on which they were here first.
    pub first_seen: Option<Day>,
    /// The day on which they were here last.
    pub last_seen: Option<Day>,
    /// Their answers since the first day that was asked about.
    pub answers: u64,
    /// What these cost, in millionths of a dollar.
    pub micro_usd: i64,
    /// What today's cost, in millionths of a dollar.
    pub micro_usd_today: i64,
}

/// Which days an owner's numbers are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first one.
    pub since: Day,
    /// The last one.
    pub today: Day,
}

/// Some people out of many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SomePeople {
    /// These, the latest first.
    pub people: Vec<Person>,
    /// How many there are before them.
    pub before: usize,
    /// How many there are in all.
    pub all: usize,
}

/// Everybody together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Everybody {
    /// How many people are known, strangers who were told among them.
    pub people: u64,
    /// How many of them were answered today.
    pub people_today: u64,
    /// What answers cost since the first day that was asked about, in millionths of a dollar.
    pub micro_usd: i64,
    /// What today's cost, in millionths of a dollar.
    pub micro_usd_today: i64,
}
