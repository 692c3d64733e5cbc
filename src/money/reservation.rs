//! What is kept back for one question, until it is known what its answer cost.
//!
//! It is a value that is given back however the question ends: dropped before the provider has begun to answer, nothing is
//! kept; dropped afterwards (the process stops, the work hung), the amount stays kept back until the cost was looked up,
//! because there is a line in the ledger by then.

use std::fmt;

use super::Money;
use crate::storage::Bill;

/// Money that is kept back for a question.
#[must_use = "dropped, it is given back"]
pub struct Reservation {
    money: Money,
    bill: Bill,
    state: State,
}

enum State {
    /// The model is being asked.
    Asking,
    /// It has begun to answer, under this name.
    Generating(String),
}

impl Reservation {
    pub(super) const fn new(money: Money, bill: Bill) -> Self {
        Self { money, bill, state: State::Asking }
    }

    /// Who pays, for the ledger.
    #[must_use]
    pub const fn bill(&self) -> Bill {
        self.bill
    }

    /// The provider has begun to answer, and calls it this. When the same question has to be asked once more, the amount
    /// is kept back again for that: both may be charged. Says whether the name is a new one.
    pub fn begins(&mut self, generation_id: &str) -> bool {
        let known = matches!(&self.state, State::Generating(known) if known == generation_id);
        if known {
            return false;
        }
        let mut books = self.money.books();
        if matches!(self.state, State::Generating(_)) {
            books.keep_back(self.bill);
        }
        // The server names two generations alike: one of them is charged.
        if let Some(twin) = books.open.insert(generation_id.to_owned(), self.bill) {
            books.give_back(twin);
        }
        drop(books);
        self.state = State::Generating(generation_id.to_owned());
        true
    }

    /// The answer is over and cost this; `None`: nobody said so, and it will be looked up if there is something to look up.
    pub fn ends(self, cost_micro_usd: Option<i64>) {
        if let (State::Generating(generation_id), Some(cost)) = (&self.state, cost_micro_usd) {
            self.money.settled(generation_id, cost);
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if matches!(self.state, State::Asking) {
            self.money.books().give_back(self.bill);
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("bill", &self.bill).finish_non_exhaustive()
    }
}
