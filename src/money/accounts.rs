//! What the days have cost so far, and what is kept back of their budgets.

use std::collections::{BTreeMap, HashMap};

use super::{Refusal, Worst};
use crate::clock::Day;

/// Days that are known at once: today, yesterday whose answers are still being written, and one that a wrong clock shows.
const KNOWN: usize = 3;

/// The days that are known.
#[derive(Default)]
pub(super) struct Days {
    known: BTreeMap<Day, Accounts>,
    /// What is done to a day that is not known is done to nobody: it is in the ledger, and read when the day is met.
    nobody: Accounts,
}

/// A day.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    people: HashMap<i64, Account>,
    everybody: Account,
}

/// What was spent and is kept back of one budget, in millionths of a dollar.
#[derive(Debug, Default, Clone, Copy)]
struct Account {
    spent: i64,
    reserved: i64,
    /// Somebody was refused, and nothing was granted since.
    refused: bool,
}

impl Days {
    pub(super) fn knows(&self, day: Day) -> bool {
        self.known.contains_key(&day)
    }

    /// A day from its beginning. The one that is farthest away from it is forgotten when there are too many.
    pub(super) fn begin(&mut self, day: Day) -> &mut Accounts {
        if self.known.len() >= KNOWN
            && let Some(farthest) = self.known.keys().copied().max_by_key(|known| known.0.abs_diff(day.0))
        {
            self.known.remove(&farthest);
        }
        self.known.entry(day).or_default()
    }

    pub(super) fn of(&mut self, day: Day) -> &mut Accounts {
        if let Some(accounts) = self.known.get_mut(&day) {
            accounts
        } else {
            self.nobody = Accounts::default();
            &mut self.nobody
        }
    }
}

impl Days {
    /// Somebody has another id now.
    pub(super) fn moved(&mut self, from: i64, to: i64) {
        for accounts in self.known.values_mut() {
            let Some(before) = accounts.people.remove(&from) else { continue };
            let account = accounts.people.entry(to).or_default();
            account.spent = account.spent.saturating_add(before.spent);
            account.reserved = account.reserved.saturating_add(before.reserved);
            account.refused |= before.refused;
        }
    }
}

impl Accounts {
    /// Why there is no room for this in the budgets of a person and of everybody; `None` when there is, which ends a row
    /// of refusals.
    pub(super) fn refusal(
        &mut self,
        payer: i64,
        worst: Worst,
        limit: Option<i64>,
        everybody: Option<i64>,
    ) -> Option<Refusal> {
        let person = self.people.entry(payer).or_default();
        if let Some(limit) = limit.filter(|limit| !person.has_room(worst, *limit)) {
            let first = !std::mem::replace(&mut person.refused, true);
            let too_dear = worst.reserved() > limit;
            return Some(if too_dear { Refusal::TooDear { limit, first } } else { Refusal::Person { limit, first } });
        }
        if let Some(limit) = everybody.filter(|limit| !self.everybody.has_room(worst, *limit)) {
            let first = !std::mem::replace(&mut person.refused, true);
            let news = !std::mem::replace(&mut self.everybody.refused, true);
            return Some(Refusal::Everybody { limit, first, news });
        }
        person.refused = false;
        None
    }

    pub(super) fn spend(&mut self, payer: i64, cost: i64) {
        self.change(payer, |account| account.spent = account.spent.saturating_add(cost));
    }

    /// Below nothing: gives it back.
    pub(super) fn keep_back(&mut self, payer: i64, amount: i64) {
        self.change(payer, |account| account.reserved = account.reserved.saturating_add(amount));
    }

    /// What a person has spent, and what is kept back for them.
    pub(super) fn person(&self, payer: i64) -> (i64, i64) {
        self.people.get(&payer).map_or((0, 0), |account| (account.spent, account.reserved))
    }

    /// What all of them have spent.
    pub(super) const fn everybody(&self) -> i64 {
        self.everybody.spent
    }

    fn change(&mut self, payer: i64, change: impl Fn(&mut Account)) {
        change(self.people.entry(payer).or_default());
        change(&mut self.everybody);
    }
}

impl Account {
    fn has_room(&self, worst: Worst, limit: i64) -> bool {
        let taken = self.spent.saturating_add(self.reserved);
        match worst {
            Worst::Free => true,
            Worst::AtMost(most) => taken.saturating_add(most) <= limit,
            Worst::Unknown => taken < limit,
        }
    }
}
