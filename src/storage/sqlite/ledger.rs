//! The ledger: one line per generation, opened when it begins, completed once.
//!
//! Whoever completes a line says what they know; what was told first stays. The sums of the lines (`money`) are kept by
//! triggers, so that no statement here can forget them.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::clock::Timestamp;
use crate::storage::{NewCharge, OpenCharge, Price, Seq, StorageError, UsageRecord};
use crate::update::Lane;

use super::{Sqlite, Transaction, moves};

/// From the end of an answer to the first look for its cost: providers know it a moment later, not at once.
const FIRST_LOOK: Duration = Duration::from_secs(1);

const OPEN: &str = "
    INSERT INTO ledger (generation_id, bot, chat, user_id, seq, model, prompt_tokens, completion_tokens,
                        cost_micro_usd, charged_at, settle_at, day, reserved_micro_usd)
    VALUES (:generation_id, :bot, :chat, :payer, :seq, '', 0, 0, NULL, :now, :settle_at, :day, :reserved)
    ON CONFLICT (generation_id) DO UPDATE SET settle_at = min(settle_at, excluded.settle_at) WHERE settle_at IS NOT NULL";

const CHARGE: &str = "
    INSERT INTO ledger (generation_id, bot, chat, user_id, seq, model, prompt_tokens, completion_tokens,
                        cost_micro_usd, charged_at, settle_at, day, reserved_micro_usd)
    VALUES (:generation_id, :bot, :chat, :payer, :seq, :model, :prompt_tokens, :completion_tokens,
            :cost_micro_usd, :now, :settle_at, :day, :reserved)
    ON CONFLICT (generation_id) DO UPDATE SET
        model = iif(model = '', excluded.model, model),
        prompt_tokens = iif(prompt_tokens = 0, excluded.prompt_tokens, prompt_tokens),
        completion_tokens = iif(completion_tokens = 0, excluded.completion_tokens, completion_tokens),
        cost_micro_usd = excluded.cost_micro_usd, settle_at = excluded.settle_at
    WHERE cost_micro_usd IS NULL AND settle_at IS NOT NULL";

/// Of lines that nobody has looked up yet.
const DUE_AT_LAST: &str = "UPDATE ledger SET settle_at = :soon WHERE settle_at > :soon AND settle_tries = 0";

pub(super) const NEXT: &str = "
    SELECT generation_id, charged_at, settle_at, settle_tries, update_id FROM ledger LEFT JOIN inbox USING (seq)
    WHERE ledger.bot = :bot AND settle_at IS NOT NULL ORDER BY settle_at LIMIT 1";

/// What was told with the answer is not overwritten.
const SETTLE: &str = "
    UPDATE ledger SET
        cost_micro_usd = :cost_micro_usd, settle_at = NULL,
        model = iif(model = '', coalesce(:model, ''), model),
        prompt_tokens = iif(prompt_tokens = 0, coalesce(:prompt_tokens, 0), prompt_tokens),
        completion_tokens = iif(completion_tokens = 0, coalesce(:completion_tokens, 0), completion_tokens)
    WHERE generation_id = :generation_id AND cost_micro_usd IS NULL";

const LATER: &str = "
    UPDATE ledger SET settle_at = :settle_at, settle_tries = settle_tries + 1
    WHERE generation_id = :generation_id AND settle_at IS NOT NULL";

const NEVER: &str = "UPDATE ledger SET settle_at = NULL WHERE generation_id = :generation_id";

const NEVER_BEFORE: &str = "
    UPDATE ledger SET settle_at = NULL WHERE bot = :bot AND settle_at IS NOT NULL AND charged_at < :before";

impl Sqlite {
    pub(in crate::storage) async fn open_charge(&self, charge: NewCharge) -> Result<(), StorageError> {
        self.write(move |tx| {
            let NewCharge { generation_id, lane, seq, bill, look_after } = &charge;
            let (chat, payer) =
                (moves::current(tx.db, lane.bot, lane.chat)?, moves::current(tx.db, lane.bot, bill.payer)?);
            tx.db.prepare_cached(OPEN)?.execute(named_params! {
                ":generation_id": generation_id, ":bot": lane.bot, ":chat": chat, ":payer": payer,
                ":seq": seq.0, ":now": tx.now.0, ":settle_at": tx.now.plus(*look_after).0, ":day": bill.day.0,
                ":reserved": bill.reserved_micro_usd,
            })?;
            // Mostly it is completed by its answer before it is due, and nobody is told.
            if look_after.is_zero() {
                tx.left_open.set(true);
            }
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn next_open_charge(&self, bot: i64) -> Result<Option<OpenCharge>, StorageError> {
        self.read(move |db| {
            let next = db.prepare_cached(NEXT)?.query_row(named_params! { ":bot": bot }, |row| {
                Ok(OpenCharge {
                    generation_id: row.get(0)?,
                    charged_at: Timestamp(row.get(1)?),
                    look_at: Timestamp(row.get(2)?),
                    looks: row.get(3)?,
                    update_id: row.get(4)?,
                })
            });
            Ok(next.optional()?)
        })
        .await
    }

    pub(in crate::storage) async fn settle(&self, generation_id: String, price: Price) -> Result<bool, StorageError> {
        self.write(move |tx| {
            let change = named_params! {
                ":generation_id": generation_id, ":cost_micro_usd": price.cost_micro_usd, ":model": price.model,
                ":prompt_tokens": price.prompt_tokens, ":completion_tokens": price.completion_tokens,
            };
            Ok(tx.db.prepare_cached(SETTLE)?.execute(change)? == 1)
        })
        .await
    }

    pub(in crate::storage) async fn settle_later(
        &self,
        generation_id: String,
        after: Duration,
    ) -> Result<(), StorageError> {
        self.write(move |tx| {
            let change = named_params! { ":generation_id": generation_id, ":settle_at": tx.now.plus(after).0 };
            tx.db.prepare_cached(LATER)?.execute(change)?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn settle_never(&self, generation_id: String) -> Result<(), StorageError> {
        self.write(move |tx| {
            tx.db.prepare_cached(NEVER)?.execute(named_params! { ":generation_id": generation_id })?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn settle_never_before(
        &self,
        bot: i64,
        charged_before: Timestamp,
    ) -> Result<usize, StorageError> {
        self.write(move |tx| {
            let which = named_params! { ":bot": bot, ":before": charged_before.0 };
            Ok(tx.db.prepare_cached(NEVER_BEFORE)?.execute(which)?)
        })
        .await
    }

    pub(in crate::storage) async fn charge_left_open(&self) {
        self.parts.left_open.notified().await;
    }
}

/// Writes down what something cost, once for each generation.
pub(super) fn charge(
    tx: &Transaction<'_>,
    lane: Lane,
    seq: Seq,
    usage: Option<&UsageRecord>,
) -> Result<(), StorageError> {
    let Some(usage) = usage else { return Ok(()) };
    let open = usage.cost_micro_usd.is_none();
    let settle_at = open.then(|| tx.now.plus(FIRST_LOOK).0);
    let payer = moves::current(tx.db, lane.bot, usage.bill.payer)?;
    tx.db.prepare_cached(CHARGE)?.execute(named_params! {
        ":generation_id": usage.generation_id, ":bot": lane.bot, ":chat": lane.chat, ":payer": payer,
        ":seq": seq.0, ":model": usage.model, ":prompt_tokens": usage.prompt_tokens,
        ":completion_tokens": usage.completion_tokens, ":cost_micro_usd": usage.cost_micro_usd, ":now": tx.now.0,
        ":settle_at": settle_at, ":day": usage.bill.day.0, ":reserved": usage.bill.reserved_micro_usd,
    })?;
    if open {
        tx.left_open.set(true);
    }
    Ok(())
}

/// Whoever was writing an answer is dead: what it cost is looked up a moment from now, not when it would have been late.
pub(super) fn ended_with_their_process(db: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(DUE_AT_LAST)?.execute(named_params! { ":soon": now.plus(FIRST_LOOK).0 })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::clock::Clock;

    const LEFT_OPEN: &str = "INSERT INTO ledger (generation_id, bot, chat, user_id, seq, model, prompt_tokens,
        completion_tokens, cost_micro_usd, charged_at) VALUES ('gen-1', 1, 1, 1, 1, '', 0, 5, NULL, 1000)";

    #[tokio::test]
    async fn what_an_older_version_left_open_is_looked_up_and_filled_in() {
        let place = tempfile::tempdir().unwrap();
        drop(open::open(place.path(), Clock::movable(), &open::SCHEMA[..2], None).unwrap());
        let file = place.path().join("routergram.db");
        Connection::open(&file).unwrap().execute_batch(LEFT_OPEN).unwrap();

        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let open = store.next_open_charge(1).await.unwrap().unwrap();
        assert_eq!((open.look_at, open.looks), (Timestamp(1000), 0));
        let price = Price {
            cost_micro_usd: 3,
            model: Some("a/b".to_owned()),
            prompt_tokens: Some(7),
            completion_tokens: Some(8),
        };
        assert!(store.settle(open.generation_id, price).await.unwrap());
        let line =
            "SELECT model || ' ' || prompt_tokens || ' ' || completion_tokens || ' ' || cost_micro_usd FROM ledger";
        let line: String = store.read(move |db| Ok(db.query_row(line, [], |row| row.get(0))?)).await.unwrap();
        assert_eq!(line, "a/b 7 5 3", "what was told with the answer stays");
    }

    #[tokio::test]
    async fn the_next_open_line_is_found_without_reading_the_ledger() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let plan = format!("EXPLAIN QUERY PLAN {NEXT}");
        let plan: String =
            store.read(move |db| Ok(db.query_row(&plan, &[(":bot", &1)], |row| row.get(3))?)).await.unwrap();
        assert!(plan.contains("ledger_open") && !plan.contains("TEMP B-TREE"), "{plan}");
    }
}
