//! Claiming an update, and the ways to give it back.
//!
//! The fence of every write after [`begin`](Sqlite::begin) is the same condition: the update is pending, in this
//! claim's epoch, and owned by this opening of the store. A claim that was given back, taken over, or made before a
//! restart matches no row.

use std::time::Duration;

use rusqlite::{OptionalExtension, named_params};

use crate::clock::Timestamp;
use crate::storage::{Begun, ClaimKey, MAX_ATTEMPTS, Seq, StorageError};
use crate::update::Lane;

use super::{Sqlite, Transaction, inbox, moves, replies};

/// Telegram repeats an update for up to a day, so its id must be known that long.
const IDS_KEPT: Duration = Duration::from_hours(24);

/// Rows per step of a purge: some milliseconds, which those who write meanwhile do not feel.
const PURGE_STEP: u64 = 500;

const FOUND: &str = "
    SELECT epoch, attempts, tries, placed, stage = 'generated' FROM inbox WHERE seq = :seq AND state = 'pending'";

const BEGIN: &str = "
    UPDATE inbox SET attempts = attempts + :counted, tries = tries + 1, epoch = epoch + 1, owner = :me,
                     stage = CASE stage WHEN 'generated' THEN stage ELSE 'started' END
    WHERE seq = :seq";

const LAST_ATTEMPT: &str = "
    UPDATE inbox SET attempts = :last WHERE seq = :seq AND epoch = :epoch AND owner = :me AND state = 'pending'";

const RETRY: &str = "
    UPDATE inbox SET owner = NULL, not_before = :not_before, reason = :reason,
                     attempts = CASE WHEN :forgive THEN 0 ELSE attempts END,
                     stage = CASE stage WHEN 'generated' THEN stage ELSE 'received' END
    WHERE seq = :seq AND epoch = :epoch AND owner = :me AND state = 'pending'
    RETURNING tries";

const FORGIVE: &str = "
    UPDATE inbox SET attempts = max(attempts - 1, 0) WHERE owner = :me AND state = 'pending'";

const DONE: &str = "
    UPDATE inbox SET state = 'done', head = 0, owner = NULL, raw = NULL, asked = NULL, finished_at = :now, reason = :reason
    WHERE seq = :seq";

const PARK: &str = "
    UPDATE inbox SET state = 'parked', head = 0, owner = NULL, finished_at = :now, reason = :reason WHERE seq = :seq";

const ABSORB: &str = "
    UPDATE inbox SET state = 'done', head = 0, owner = NULL, raw = NULL, finished_at = :now
    WHERE seq = :other AND state = 'pending' AND head = 0 AND (bot, chat, thread, control) =
          (SELECT bot, chat, thread, control FROM inbox WHERE seq = :seq)";

const PLACED: &str = "UPDATE inbox SET placed = :message_id WHERE seq = :seq";

const ASKS: &str = "UPDATE inbox SET asked = sealed(:question, 'inbox.asked', bot, update_id) WHERE seq = :seq";

const ASKED: &str = "SELECT unsealed(asked, 'inbox.asked', bot, update_id) FROM inbox WHERE seq = :seq";

const CLAIMED: &str = "
    SELECT bot, chat, thread, control FROM inbox
    WHERE seq = :seq AND epoch = :epoch AND owner = :me AND state = 'pending'";

pub(super) const PURGE: &str = "
    DELETE FROM inbox WHERE seq IN (
        SELECT seq FROM inbox WHERE state = 'done' AND finished_at < :before ORDER BY finished_at LIMIT :step)";

impl Sqlite {
    pub(in crate::storage) async fn begin(&self, seq: Seq) -> Result<Begun, StorageError> {
        self.write(move |tx| {
            let (mut begun, generated) = begin(tx, seq)?.ok_or(StorageError::LostClaim)?;
            if generated {
                match replies::load(tx, seq) {
                    Ok(mut reply) => {
                        // An answer that had begun to grow in a message goes into it.
                        if reply.in_place.is_empty() {
                            reply.in_place.extend(begun.placed);
                        }
                        begun.reply = Some(reply);
                    }
                    // Rolling the claim back would only bring it here again, with its lane behind it.
                    Err(error @ StorageError::Invalid(_)) => {
                        park(tx, begun.key, "its stored reply cannot be read")?;
                        return Ok(Err(error));
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(Ok(begun))
        })
        .await?
    }

    pub(in crate::storage) async fn last_attempt(&self, key: ClaimKey) -> Result<(), StorageError> {
        self.write(move |tx| {
            let claim = named_params! {
                ":seq": key.seq.0, ":epoch": key.epoch, ":me": tx.me, ":last": MAX_ATTEMPTS,
            };
            match tx.db.prepare_cached(LAST_ATTEMPT)?.execute(claim)? {
                0 => Err(StorageError::LostClaim),
                _ => Ok(()),
            }
        })
        .await
    }

    pub(in crate::storage) async fn forgive_deaths(&self) -> Result<(), StorageError> {
        self.write(move |tx| {
            tx.db.prepare_cached(FORGIVE)?.execute(named_params! { ":me": tx.me })?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn complete(&self, key: ClaimKey) -> Result<(), StorageError> {
        self.write(move |tx| done(tx, key, None)).await
    }

    pub(in crate::storage) async fn undeliverable(&self, key: ClaimKey, reason: String) -> Result<(), StorageError> {
        self.write(move |tx| done(tx, key, Some(&reason))).await
    }

    pub(in crate::storage) async fn placed(&self, key: ClaimKey, message_id: i64) -> Result<(), StorageError> {
        self.write(move |tx| {
            held(tx, key)?;
            let change = named_params! { ":seq": key.seq.0, ":message_id": message_id };
            tx.db.prepare_cached(PLACED)?.execute(change)?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn asks(&self, key: ClaimKey, question: String) -> Result<(), StorageError> {
        self.write(move |tx| {
            held(tx, key)?;
            let change = named_params! { ":seq": key.seq.0, ":question": question };
            tx.db.prepare_cached(ASKS)?.execute(change)?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn asked(&self, seq: Seq) -> Result<Option<String>, StorageError> {
        self.read(move |db| {
            let found = db.prepare_cached(ASKED)?.query_row(named_params! { ":seq": seq.0 }, |row| row.get(0));
            Ok(found.optional()?.flatten())
        })
        .await
    }

    pub(in crate::storage) async fn retry(
        &self,
        key: ClaimKey,
        after: Duration,
        reason: String,
        forgive: bool,
    ) -> Result<u32, StorageError> {
        self.write(move |tx| {
            let change = named_params! {
                ":seq": key.seq.0, ":epoch": key.epoch, ":me": tx.me,
                ":not_before": tx.now.plus(after).0, ":reason": reason, ":forgive": forgive,
            };
            let tries = tx.db.prepare_cached(RETRY)?.query_row(change, |row| row.get(0)).optional()?;
            tries.ok_or(StorageError::LostClaim)
        })
        .await
    }

    pub(in crate::storage) async fn park(&self, key: ClaimKey, reason: String) -> Result<(), StorageError> {
        self.write(move |tx| park(tx, key, &reason)).await
    }

    pub(in crate::storage) async fn purge(&self, done_before: Timestamp) -> Result<u64, StorageError> {
        let mut purged = 0;
        loop {
            let step = self.write(move |tx| purge_step(tx, done_before)).await?;
            purged += step;
            if step < PURGE_STEP {
                return Ok(purged);
            }
        }
    }
}

/// Claims a pending update; says also whether its reply is stored. Two statements, since one that changes and returns
/// (`RETURNING`) costs SQLite a table in between.
fn begin(tx: &Transaction<'_>, seq: Seq) -> Result<Option<(Begun, bool)>, StorageError> {
    let found = tx.db.prepare_cached(FOUND)?.query_row(named_params! { ":seq": seq.0 }, |row| {
        let key = ClaimKey { seq, epoch: row.get::<_, i64>(0)? + 1 };
        let (attempt, tries) = (row.get::<_, u32>(1)? + 1, row.get::<_, u32>(2)? + 1);
        Ok((Begun { key, attempt, tries, reply: None, placed: row.get(3)? }, row.get(4)?))
    });
    let Some((begun, generated)) = found.optional()? else { return Ok(None) };
    let claim = named_params! { ":seq": seq.0, ":me": tx.me, ":counted": begun.attempt != MAX_ATTEMPTS };
    tx.db.prepare_cached(BEGIN)?.execute(claim)?;
    Ok(Some((begun, generated)))
}

/// The lane of a claimed update, or [`StorageError::LostClaim`]: the fence of every write.
pub(super) fn claimed(tx: &Transaction<'_>, key: ClaimKey) -> Result<Lane, StorageError> {
    let claim = named_params! { ":seq": key.seq.0, ":epoch": key.epoch, ":me": tx.me };
    let lane = tx.db.prepare_cached(CLAIMED)?.query_row(claim, inbox::lane).optional()?;
    lane.ok_or(StorageError::LostClaim)
}

/// The place of a claimed update as it is known now: for writes to other tables.
pub(super) fn held(tx: &Transaction<'_>, key: ClaimKey) -> Result<Lane, StorageError> {
    moves::current_lane(tx.db, claimed(tx, key)?)
}

/// Completes an update: what its user said, and what is on its way to them, is not kept twice.
pub(super) fn done(tx: &Transaction<'_>, key: ClaimKey, reason: Option<&str>) -> Result<(), StorageError> {
    done_in(tx, (key, claimed(tx, key)?), reason)
}

/// The same when its lane is at hand, which proves the claim.
pub(super) fn done_in(
    tx: &Transaction<'_>,
    (key, lane): (ClaimKey, Lane),
    reason: Option<&str>,
) -> Result<(), StorageError> {
    leave(tx, DONE, (key.seq, lane), reason)?;
    replies::drop(tx, key.seq)
}

/// Puts a claimed update aside.
fn park(tx: &Transaction<'_>, key: ClaimKey, reason: &str) -> Result<(), StorageError> {
    leave(tx, PARK, (key.seq, claimed(tx, key)?), Some(reason))
}

/// Completes other pending updates of this claim's lane: its reply answers them too. What is not pending any more, or not
/// of this lane, is passed over.
pub(super) fn absorb(tx: &Transaction<'_>, key: ClaimKey, others: &[Seq]) -> Result<(), StorageError> {
    for other in others {
        let which = named_params! { ":seq": key.seq.0, ":other": other.0, ":now": tx.now.0 };
        tx.db.prepare_cached(ABSORB)?.execute(which)?;
    }
    Ok(())
}

/// Takes a claimed update out of its lane, and lets the next one be the head.
fn leave(tx: &Transaction<'_>, sql: &str, (seq, lane): (Seq, Lane), reason: Option<&str>) -> Result<(), StorageError> {
    let change = named_params! { ":seq": seq.0, ":now": tx.now.0, ":reason": reason };
    tx.db.prepare_cached(sql)?.execute(change)?;
    inbox::promote(tx, lane)
}

fn purge_step(tx: &Transaction<'_>, done_before: Timestamp) -> Result<u64, StorageError> {
    let youngest = Timestamp(tx.now.0 - tx.now.0.min(i64::try_from(IDS_KEPT.as_millis()).unwrap_or(i64::MAX)));
    let which = named_params! { ":before": done_before.min(youngest).0, ":step": PURGE_STEP.cast_signed() };
    let deleted = tx.db.prepare_cached(PURGE)?.execute(which)?;
    Ok(deleted as u64)
}
