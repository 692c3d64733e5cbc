//! Settling: the costs that were not told with an answer are looked up afterwards.
//!
//! An answer that was stopped, cut off or timed out has no last chunk, and with it no usage, and one whose process died was
//! never stored; their lines in the ledger are open. The provider knows what they cost a moment later, by the
//! generation's id, and what was kept back of budgets for them is given back then. So one task looks up open lines, one
//! at a time and the longest due first, until none is left; then it sleeps until the store tells of another one. What
//! is open and when it is due is in the store, so a crash costs nothing but the request that was under way; a line is
//! completed only while it is open, so nothing is charged twice.
//!
//! What a failed look means:
//! - not known (yet), or the server is in trouble: the line's own schedule goes on ([`PAUSES`]), and after a day its
//!   cost is given up, with a warning;
//! - the key or so many questions are refused (401, 402, 429): nobody is asked for a while, and no line is blamed;
//! - the server keeps no such records at all, as those that do not bill: noticed, and asked again once an hour at most.
//!
//! It refuses to guess a cost from tokens and prices: a sum of guesses would not be what the provider charges.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::clock::{Clock, Timestamp};
use crate::metrics;
use crate::money::Money;
use crate::openrouter::{GenerationRecord, Lookup, ModelError, OpenRouter};
use crate::storage::{OpenCharge, Price, Storage, StorageError};
use crate::telemetry;

/// Pauses after looks in vain. The first look comes a second after the answer's end, so the looks are 1 s, 3 s, 7 s and
/// 37 s after it, then after about 3 min, 13 min, 1¼ h, 7 h and 24 h.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(17),
];
/// How long a cost is worth looking for: after a day the provider will not tell any more, and the books are closed.
const WORTH: Duration = Duration::from_hours(24);
/// After a refusal: 30 s, 1 min, 2 min … 1 h. A wrong key is mended by a person, a rate limit passes within a minute.
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_hours(1);
/// So many answers in a row that know of no such address, and none that does: it is not there. One alone may be a
/// proxy's page.
const STRANGE_ANSWERS: u32 = 3;
/// The store is in trouble, which is told where it matters more.
const STORE_AGAIN: Duration = Duration::from_mins(1);
/// How often it is looked for a line that nobody told of: that of an answer whose work died while its process lived.
const NOW_AND_THEN: Duration = Duration::from_mins(5);

/// The task. There must be one alone for each store and bot: it is the one listener of
/// [`Storage::charge_left_open`].
pub struct Settler {
    storage: Storage,
    model: OpenRouter,
    money: Money,
    clock: Clock,
    bot: i64,
    /// Nobody is asked before this moment.
    rest_until: Timestamp,
    /// Refusals in a row.
    refusals: u32,
    records: Records,
}

/// Does the server keep records of generations?
enum Records {
    /// Not known: so many answers in a row looked as if not.
    Unsure(u32),
    /// Yes.
    Kept,
    /// It does not seem so.
    Missing,
}

impl Settler {
    /// Settles the open lines of `bot` in `storage`, with what `model`'s server tells, and tells `money`.
    #[must_use]
    pub fn new(storage: Storage, model: OpenRouter, money: Money, clock: Clock, bot: i64) -> Self {
        let (rest_until, records) = (Timestamp::default(), Records::Unsure(0));
        Self { storage, model, money, clock, bot, rest_until, refusals: 0, records }
    }

    /// Works until `stop`. May be dropped at any moment: what is not settled stays open.
    pub async fn run(mut self, stop: CancellationToken) {
        let working = async {
            loop {
                if let Err(error) = self.step().await {
                    tracing::warn!(reason = %error, "Costs cannot be settled now; trying again in a minute");
                    self.rest(STORE_AGAIN);
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = working => {}
        }
    }

    /// One wait, or one look.
    async fn step(&mut self) -> Result<(), StorageError> {
        if self.rest_until > self.clock.now() {
            self.clock.sleep_until(self.rest_until).await;
        }
        let open = self.storage.next_open_charge(self.bot).await?;
        let now = self.clock.now();
        match open {
            Some(open) if open.look_at <= now => {
                let span = tracing::info_span!("settlement", update.id = open.update_id);
                let span = match open.update_id {
                    Some(update_id) => telemetry::story_goes_on(span, self.bot, update_id),
                    None => span,
                };
                self.look(&open).instrument(span).await
            }
            later => {
                // Until then its answer may have been told, or another line may be due earlier.
                let due = later.map_or_else(|| now.plus(NOW_AND_THEN), |open| open.look_at);
                tokio::select! {
                    () = self.clock.sleep_until(due) => {}
                    () = self.storage.charge_left_open() => {}
                }
                Ok(())
            }
        }
    }

    async fn look(&mut self, open: &OpenCharge) -> Result<(), StorageError> {
        let lookup = self.model.look_up(&open.generation_id).await;
        metrics::cost_looked_up(name(&lookup));
        if !matches!(lookup, Lookup::Refused(_)) {
            self.refusals = 0;
        }
        match lookup {
            Lookup::Known(record) => {
                self.records = Records::Kept;
                self.settle(open, record).await
            }
            Lookup::NotKnown => {
                self.records = Records::Kept;
                self.in_vain(open, "the provider has no record of it").await
            }
            Lookup::NoRecords => self.no_records(open).await,
            Lookup::Failed(reason) => self.in_vain(open, &reason).await,
            Lookup::Refused(error) => {
                self.refused(&error);
                Ok(())
            }
        }
    }

    async fn settle(&self, open: &OpenCharge, record: GenerationRecord) -> Result<(), StorageError> {
        let GenerationRecord { cost_micro_usd, model, prompt_tokens, completion_tokens } = record;
        let price = Price { cost_micro_usd, model, prompt_tokens, completion_tokens };
        let label = price.model.clone();
        let settled = self.storage.settle(&open.generation_id, price).await?;
        self.money.settled(&open.generation_id, cost_micro_usd);
        if settled {
            metrics::cost(label.as_deref().unwrap_or("unknown"), cost_micro_usd);
            let looks = open.looks + 1;
            tracing::info!(
                cost_micro_usd,
                looks,
                generation.id = open.generation_id,
                "The cost of an answer was looked up"
            );
        }
        Ok(())
    }

    /// The line waits for its next look, or is given up.
    async fn in_vain(&self, open: &OpenCharge, reason: &str) -> Result<(), StorageError> {
        let pause = usize::try_from(open.looks).ok().and_then(|looks| PAUSES.get(looks));
        if let Some(pause) = pause {
            return self.storage.settle_later(&open.generation_id, *pause).await;
        }
        metrics::costs_given_up(1);
        if !matches!(self.records, Records::Missing) {
            tracing::warn!(
                generation.id = open.generation_id,
                reason,
                "What an answer cost cannot be found out; the ledger stays without it (the provider's own list of \
                 activity has it)"
            );
        }
        self.storage.settle_never(&open.generation_id).await?;
        self.money.given_up(&open.generation_id);
        Ok(())
    }

    /// Nothing tells that there is such an address. Where there is none, lines are closed by their age, unasked.
    async fn no_records(&mut self, open: &OpenCharge) -> Result<(), StorageError> {
        match &mut self.records {
            Records::Kept => {}
            Records::Unsure(strange) => {
                *strange += 1;
                if *strange >= STRANGE_ANSWERS {
                    tracing::info!(
                        "The model's server keeps no records of costs: what it does not tell with an answer stays unknown"
                    );
                    self.records = Records::Missing;
                    self.rest(LONGEST_REST);
                }
            }
            Records::Missing => {
                self.rest(LONGEST_REST);
                let too_old = self.clock.now().minus(WORTH);
                let closed = self.storage.settle_never_before(self.bot, too_old).await?;
                self.money.given_up_before(too_old);
                metrics::costs_given_up(closed);
            }
        }
        self.in_vain(open, "the server has no such address").await
    }

    fn refused(&mut self, error: &ModelError) {
        let pause = FIRST_REST.saturating_mul(1 << self.refusals.min(16));
        let pause = pause.max(error.retry_after.unwrap_or_default()).min(LONGEST_REST);
        if self.refusals == 0 {
            tracing::warn!(
                detail = %error,
                pause_secs = pause.as_secs(),
                "The model's provider does not tell costs now; they stay open until it does"
            );
        }
        self.refusals += 1;
        self.rest(pause);
    }

    fn rest(&mut self, span: Duration) {
        self.rest_until = self.clock.now().plus(span);
    }
}

/// One word for a counter.
const fn name(lookup: &Lookup) -> &'static str {
    match lookup {
        Lookup::Known(_) => "known",
        Lookup::NotKnown => "not_known",
        Lookup::NoRecords => "no_records",
        Lookup::Refused(_) => "refused",
        Lookup::Failed(_) => "failed",
    }
}
