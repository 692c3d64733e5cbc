//! Budgets: nobody is answered with money that is not there, however many ask at once.
//!
//! Before the model is asked, the most that the answer may cost ([`Worst`]) is kept back from its person's budget and from
//! the whole bot's, both at once and under one lock; afterwards what it did cost takes its place. A question belongs to the
//! day (UTC) on which the model was asked, and so does what comes of it after midnight.
//!
//! **Where the truth lies.** In the ledger: its lines, and their sums by person and day, which are kept in the same
//! transactions. What is here is those sums in memory, read when the process starts and whenever a day is met for the first
//! time, because a look at the disk before every question would be felt. That works because one process alone holds the
//! embedded store.
//! - A reservation is here alone until the provider has begun to answer. Then a line is opened in the ledger with the
//!   amount, beside the stream (`turn::charge`), and from then on a crash costs nothing: the next process counts the
//!   amount, looks the cost up, and gives the rest back.
//! - What nobody can know: a provider that had taken a question when the process died, before that line was committed (a
//!   few milliseconds after its headers, which is when its name for the generation is told). The question is asked
//!   again, and reserved again; what the lost attempt cost stands in the provider's own list of activity alone. How many
//!   questions that may concern is counted at the next start. The same goes for a question that was stopped or edited
//!   before those headers came.
//!
//! What it refuses: to guess. A price that nobody knows reserves nothing, and is held against a budget only when it has
//! become a cost.

mod accounts;
mod reservation;
#[cfg(test)]
mod tests;
mod worst;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::{Clock, Day, Timestamp};
use crate::config::MoneyConfig;
use crate::metrics;
use crate::storage::{Bill, Storage, StorageError};

use accounts::Days;
pub use reservation::Reservation;
pub use worst::Worst;

/// The budgets of one bot. Clones are the same ones.
#[derive(Clone)]
pub struct Money {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Storage,
    clock: Clock,
    bot: i64,
    config: MoneyConfig,
    books: Mutex<Books>,
    /// Held while somebody's budget is changed, so that what is here is what was committed last.
    changing: tokio::sync::Mutex<()>,
}

/// What is known in memory.
#[derive(Default)]
struct Books {
    days: Days,
    /// Generations whose cost is not known yet, by the provider's id.
    open: HashMap<String, Bill>,
    /// Budgets of people's own, in millionths of a dollar; 0: no limit.
    budgets: HashMap<i64, i64>,
    /// What is kept back now, of every day.
    reserved: i64,
    /// Groups that have another id since this process runs.
    moved: HashMap<i64, i64>,
}

/// What becomes of a question.
#[derive(Debug)]
pub enum Verdict {
    /// There is money for it, and it is kept back.
    Granted(Reservation),
    /// There is none.
    Refused(Refusal),
}

/// Why there is no money for a question. `first`: it is the first one in a row of refusals on this day, so its sender is
/// told; the others are quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person's budget for the day (in millionths of a dollar) is used up, or kept back for other questions.
    Person {
        /// The budget.
        limit: i64,
        /// Is its sender told?
        first: bool,
    },
    /// The answer may cost more than the whole budget of a day.
    TooDear {
        /// The budget.
        limit: i64,
        /// Is its sender told?
        first: bool,
    },
    /// The whole bot's budget is.
    Everybody {
        /// The budget.
        limit: i64,
        /// Is its sender told?
        first: bool,
        /// Nobody was refused for it on this day before: the owner is told.
        news: bool,
    },
}

/// How a person stands today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Today.
    pub today: Day,
    /// Their budget for a day, in millionths of a dollar; `None`: no limit.
    pub limit: Option<i64>,
    /// What today's answers cost, as far as that is known.
    pub spent: i64,
    /// What is kept back for those whose cost is not known yet.
    pub reserved: i64,
}

impl Standing {
    /// What is left for today; `None`: as much as they like.
    #[must_use]
    pub fn left(&self) -> Option<i64> {
        self.limit.map(|limit| limit.saturating_sub(self.spent).saturating_sub(self.reserved).max(0))
    }
}

impl Money {
    /// Reads the books of this bot. Before its first update is worked on: what an earlier process had begun is counted.
    pub async fn open(storage: Storage, clock: Clock, bot: i64, config: MoneyConfig) -> Result<Self, StorageError> {
        let today = clock.now().day();
        let found = storage.books(bot, today).await?;
        metrics::questions_in_doubt(found.in_doubt);
        if found.in_doubt > 0 {
            tracing::info!(
                questions = found.in_doubt,
                "Questions were cut short before anybody could note that the model had begun to answer; they are asked \
                 again, and whether the provider charged for them before shows in its own list of activity alone"
            );
        }
        let mut books = Books {
            open: found.open.into_iter().collect(),
            budgets: found.budgets.into_iter().collect(),
            ..Books::default()
        };
        books.reserved = books.open.values().map(|bill| bill.reserved_micro_usd).sum();
        books.begin(today, &found.spent);
        metrics::reserved(books.reserved);
        let (books, changing) = (Mutex::new(books), tokio::sync::Mutex::default());
        Ok(Self { inner: Arc::new(Inner { storage, clock, bot, config, books, changing }) })
    }

    /// Keeps the most that an answer may cost back from the budgets of whoever pays, or says which of them has no room
    /// for it.
    pub async fn reserve(&self, payer: i64, worst: Worst) -> Result<Verdict, StorageError> {
        let today = self.inner.clock.now().day();
        if !self.books().days.knows(today) {
            let found = self.inner.storage.books(self.inner.bot, today).await?;
            self.books().begin(today, &found.spent);
        }
        let mut books = self.books();
        let payer = books.current(payer);
        let limit = self.inner.limit(&books, payer);
        let everybody = self.inner.config.daily_micro_usd;
        if let Some(refusal) = books.days.of(today).refusal(payer, worst, limit, everybody) {
            return Ok(Verdict::Refused(refusal));
        }
        let bill = Bill { payer, day: today, reserved_micro_usd: worst.reserved() };
        books.keep_back(bill);
        drop(books);
        Ok(Verdict::Granted(Reservation::new(self.clone(), bill)))
    }

    /// The cost of a generation was looked up: it takes the place of what was kept back.
    pub fn settled(&self, generation_id: &str, cost_micro_usd: i64) {
        let mut books = self.books();
        if let Some(bill) = books.close(generation_id) {
            let payer = books.current(bill.payer);
            books.days.of(bill.day).spend(payer, cost_micro_usd);
        }
    }

    /// A group that pays has another id now.
    pub fn moved(&self, from: i64, to: i64) {
        let mut books = self.books();
        if let Some(budget) = books.budgets.remove(&from) {
            books.budgets.entry(to).or_insert(budget);
        }
        books.days.moved(from, to);
        books.moved.insert(from, to);
    }

    /// The cost of a generation will not be known: nothing is kept back for it any more.
    pub fn given_up(&self, generation_id: &str) {
        self.books().close(generation_id);
    }

    /// The same for everything that was asked on the days before this moment's.
    pub fn given_up_before(&self, moment: Timestamp) {
        let mut books = self.books();
        let old: Vec<Bill> = books.open.extract_if(|_, bill| bill.day < moment.day()).map(|(_, bill)| bill).collect();
        for bill in old {
            books.give_back(bill);
        }
    }

    /// Gives a person a budget of their own (0: no limit), or takes it away. Returns their budget before and the one that
    /// is in force now (`None`: no limit), which may be the one that somebody else gave them in the same moment.
    pub async fn set_budget(&self, user: i64, budget: Option<i64>) -> Result<(Option<i64>, Option<i64>), StorageError> {
        let changing = self.inner.changing.lock().await;
        let before = self.limit(user);
        self.inner.storage.set_budget(self.inner.bot, user, budget).await?;
        let mut books = self.books();
        match budget {
            Some(budget) => books.budgets.insert(user, budget),
            None => books.budgets.remove(&user),
        };
        drop((books, changing));
        Ok((before, self.limit(user)))
    }

    /// A person's budget for a day; `None`: no limit.
    #[must_use]
    pub fn limit(&self, user: i64) -> Option<i64> {
        self.inner.limit(&self.books(), user)
    }

    /// How a person stands now.
    #[must_use]
    pub fn standing(&self, payer: i64) -> Standing {
        let today = self.inner.clock.now().day();
        let mut books = self.books();
        let limit = self.inner.limit(&books, payer);
        // A day that nobody has asked on yet.
        let (spent, reserved) = if books.days.knows(today) { books.days.of(today).person(payer) } else { (0, 0) };
        Standing { today, limit, spent, reserved }
    }

    /// How everybody together stands now: the whole bot's budget, and all that is kept back, whatever day it was asked on.
    #[must_use]
    pub fn everybody(&self) -> Standing {
        let today = self.inner.clock.now().day();
        let mut books = self.books();
        let reserved = books.reserved;
        let spent = if books.days.knows(today) { books.days.of(today).everybody() } else { 0 };
        Standing { today, limit: self.inner.config.daily_micro_usd, spent, reserved }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.inner.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn limit(&self, books: &Books, user: i64) -> Option<i64> {
        let own = books.budgets.get(&user).copied();
        own.or(self.config.user_daily_micro_usd).filter(|limit| *limit > 0)
    }
}

impl Books {
    /// Who pays, by the id of now.
    fn current(&self, payer: i64) -> i64 {
        self.moved.get(&payer).copied().unwrap_or(payer)
    }

    /// Begins to know a day: what was spent on it, and what is kept back for it. Not again when it is known.
    fn begin(&mut self, day: Day, spent: &[(i64, i64)]) {
        if self.days.knows(day) {
            return;
        }
        let accounts = self.days.begin(day);
        for (payer, cost) in spent {
            accounts.spend(*payer, *cost);
        }
        for bill in self.open.values().filter(|bill| bill.day == day) {
            accounts.keep_back(bill.payer, bill.reserved_micro_usd);
        }
    }

    fn keep_back(&mut self, bill: Bill) {
        let payer = self.current(bill.payer);
        self.days.of(bill.day).keep_back(payer, bill.reserved_micro_usd);
        self.reserved = self.reserved.saturating_add(bill.reserved_micro_usd);
        metrics::reserved(self.reserved);
    }

    fn give_back(&mut self, bill: Bill) {
        let payer = self.current(bill.payer);
        self.days.of(bill.day).keep_back(payer, -bill.reserved_micro_usd);
        self.reserved = self.reserved.saturating_sub(bill.reserved_micro_usd);
        metrics::reserved(self.reserved);
    }

    /// Gives back what was kept for a generation, if its cost was not known.
    fn close(&mut self, generation_id: &str) -> Option<Bill> {
        let bill = self.open.remove(generation_id)?;
        self.give_back(bill);
        Some(bill)
    }
}
