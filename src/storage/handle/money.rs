//! The verbs about money: the ledger, its sums, budgets.

use std::time::Duration;

use crate::clock::{Day, Timestamp};
use crate::faults::{self, Step};
use crate::storage::{Backend, Books, NewCharge, OpenCharge, Price, Spent, Storage, StorageError};

impl Storage {
    /// Opens a line in the ledger for a generation that has begun, so that its cost is found out even if this process
    /// dies now: its first look is due after [`NewCharge::look_after`], or a moment after another process has opened the
    /// store. [`store_reply`](Self::store_reply) completes it. A line that is there already may become due sooner by it.
    pub async fn open_charge(&self, charge: NewCharge) -> Result<(), StorageError> {
        commit!(OpenCharge, self, open_charge(charge))
    }

    /// The line of this bot's ledger whose cost is to be looked up next, perhaps not yet. A line is open from
    /// [`open_charge`](Self::open_charge), or from [`store_reply`](Self::store_reply) without a cost, until its cost is
    /// told, or [looked up](Self::settle), or [given up](Self::settle_never); after a reply its first look is due in a
    /// moment.
    pub async fn next_open_charge(&self, bot: i64) -> Result<Option<OpenCharge>, StorageError> {
        on_backend!(self, next_open_charge(bot))
    }

    /// Returns when a line may have been left open since the last return. For one listener; what was written while
    /// nobody listened is told at once. Also returns when another look at the same lines shows nothing new.
    pub async fn charge_left_open(&self) {
        on_backend!(self, charge_left_open());
    }

    /// Completes a line whose cost was not known, and closes it; says whether it did. A cost that is known already
    /// stays, and so do the model and the tokens that are.
    pub async fn settle(&self, generation_id: &str, price: Price) -> Result<bool, StorageError> {
        commit!(Settle, self, settle(generation_id.to_owned(), price))
    }

    /// Counts a look in vain; the next one is due `after` from now. Changes nothing about a line that is not open.
    pub async fn settle_later(&self, generation_id: &str, after: Duration) -> Result<(), StorageError> {
        commit!(SettleLater, self, settle_later(generation_id.to_owned(), after))
    }

    /// Gives a cost up: the line stays without it, and is closed.
    pub async fn settle_never(&self, generation_id: &str) -> Result<(), StorageError> {
        commit!(SettleNever, self, settle_never(generation_id.to_owned()))
    }

    /// Gives up every open line of this bot that was entered before this moment; says how many.
    pub async fn settle_never_before(&self, bot: i64, charged_before: Timestamp) -> Result<usize, StorageError> {
        commit!(SettleNever, self, settle_never_before(bot, charged_before))
    }

    /// What the budgets of this bot's people are judged by, with what was spent on this day.
    pub async fn books(&self, bot: i64, day: Day) -> Result<Books, StorageError> {
        on_backend!(self, books(bot, day))
    }

    /// What this person has spent from this day on, by day and model.
    pub async fn spent(&self, bot: i64, payer: i64, since: Day) -> Result<Vec<Spent>, StorageError> {
        on_backend!(self, spent(bot, payer, since))
    }

    /// Gives a person a budget for each day of their own, in millionths of a dollar (0: no limit), or takes it away.
    pub async fn set_budget(&self, bot: i64, user: i64, budget: Option<i64>) -> Result<(), StorageError> {
        commit!(SetBudget, self, set_budget(bot, user, budget))
    }
}
