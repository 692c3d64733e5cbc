//! Money: the nouns of the ledger, of its sums, and of budgets. Every amount is in millionths of a US dollar.

use std::time::Duration;

use super::Seq;
use crate::clock::{Day, Timestamp};
use crate::update::Lane;

/// Who pays for a generation, out of which day's budget, and how much of that is kept back for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bill {
    /// Telegram's id of who asked; of people who hide behind a group's name, the group's.
    pub payer: i64,
    /// The day on which the model was asked.
    pub day: Day,
    /// The most that it may cost, as far as prices are known.
    pub reserved_micro_usd: i64,
}

/// What a generation used, for its line in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UsageRecord {
    /// The provider's id of this generation; the ledger's key: the same id is charged once.
    pub generation_id: String,
    /// The model that served.
    pub model: String,
    /// Tokens read; 0 when unknown.
    pub prompt_tokens: i64,
    /// Tokens written; 0 when unknown.
    pub completion_tokens: i64,
    /// Millionths of a US dollar; `None` when the provider did not say (it can be looked up by `generation_id`).
    pub cost_micro_usd: Option<i64>,
    /// Who pays.
    pub bill: Bill,
}

/// A generation that has begun, for its line in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCharge {
    /// The provider's id of this generation.
    pub generation_id: String,
    /// The conversation.
    pub lane: Lane,
    /// The update that asked.
    pub seq: Seq,
    /// Who pays.
    pub bill: Bill,
    /// Its cost is to be looked up after this span, if nobody has told it by then.
    pub look_after: Duration,
}

/// A line of the ledger whose cost is still to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCharge {
    /// Whose cost it is.
    pub generation_id: String,
    /// Telegram's id of the update that asked; `None` when it has been forgotten since.
    pub update_id: Option<i64>,
    /// When it was entered.
    pub charged_at: Timestamp,
    /// Not to be looked up before this moment.
    pub look_at: Timestamp,
    /// How often it was looked up in vain.
    pub looks: u32,
}

/// What a generation turned out to have cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Price {
    /// Millionths of a US dollar.
    pub cost_micro_usd: i64,
    /// The model that served.
    pub model: Option<String>,
    /// Tokens read.
    pub prompt_tokens: Option<i64>,
    /// Tokens written.
    pub completion_tokens: Option<i64>,
}

/// The sums of some lines of the ledger: those of one person, day and model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// The day on which the model was asked.
    pub day: Day,
    /// The model that served; empty when it is not known.
    pub model: String,
    /// How many lines.
    pub answers: u64,
    /// Those among them whose cost is not known (yet).
    pub unpriced: u64,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written.
    pub completion_tokens: u64,
    /// What they cost.
    pub cost_micro_usd: i64,
}

/// What budgets are judged by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Books {
    /// What each person has spent on the day that was asked about; some may come more than once.
    pub spent: Vec<(i64, i64)>,
    /// Every generation whose cost is not known yet, of whatever day.
    pub open: Vec<(String, Bill)>,
    /// The budgets of people who were given one; 0 for no limit.
    pub budgets: Vec<(i64, i64)>,
    /// Updates whose work was begun by a process that died, and of which neither an answer nor an open line is known: the
    /// model may have been asked for these.
    pub in_doubt: u64,
}
