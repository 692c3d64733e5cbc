//! Updates that come in, and what waits.
//!
//! `head` marks the first pending update of each lane. It is kept true by the three writes that can change it
//! (accepting, completing, parking) and makes "who is next" one walk over an index with one entry per lane, however
//! much waits in a lane.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Row, named_params};

use crate::clock::Timestamp;
use crate::faults::{self, Switch};
use crate::storage::{Accepted, NewUpdate, ParkedUpdate, PendingUpdate, Seq, StorageError};
use crate::update::Lane;

use super::{Sqlite, Transaction};

const ACCEPT: &str = "
    INSERT INTO inbox (bot, update_id, chat, thread, control, state, head, not_before, received_at, finished_at, raw, reason)
    VALUES (:bot, :update_id, :chat, :thread, :control, :state,
            :state = 'pending' AND NOT EXISTS (
                SELECT 1 FROM inbox WHERE bot = :bot AND chat = :chat AND thread = :thread AND control = :control
                                      AND state = 'pending'),
            0, :now, CASE :state WHEN 'parked' THEN :now END,
            sealed(:raw, 'inbox.raw', :bot, :update_id), :reason)
    ON CONFLICT (bot, update_id) DO NOTHING";

pub(super) const PROMOTE: &str = "
    UPDATE inbox SET head = 1 WHERE head = 0 AND seq = (
        SELECT seq FROM inbox WHERE bot = :bot AND chat = :chat AND thread = :thread AND control = :control
                                AND state = 'pending' ORDER BY seq LIMIT 1)";

pub(super) const HEADS: &str = "
    SELECT seq, bot, update_id, chat, thread, control, received_at, not_before,
           unsealed(raw, 'inbox.raw', bot, update_id) AS raw
    FROM inbox WHERE bot = :bot AND state = 'pending' AND head = 1 ORDER BY seq";

/// Reads every head: for a start.
const BEGUN: &str = "
    SELECT seq, bot, update_id, chat, thread, control, received_at, not_before,
           unsealed(raw, 'inbox.raw', bot, update_id) AS raw
    FROM inbox WHERE bot = :bot AND state = 'pending' AND head = 1 AND owner IS NOT NULL ORDER BY seq LIMIT :limit";

pub(super) const IN_LANE: &str = "
    SELECT seq, bot, update_id, chat, thread, control, received_at, not_before,
           unsealed(raw, 'inbox.raw', bot, update_id) AS raw
    FROM inbox WHERE bot = :bot AND chat = :chat AND thread = :thread AND control = :control
                 AND state = 'pending' AND seq > :after
    ORDER BY seq LIMIT :limit";

const COUNT: &str = "SELECT count(*) FROM inbox WHERE bot = :bot AND state = 'pending'";

const DONE_SINCE: &str = "
    SELECT chat, count(*) FROM inbox WHERE state = 'done' AND finished_at >= :since AND bot = :bot GROUP BY chat";

const OLDEST: &str = "
    SELECT received_at FROM inbox WHERE bot = :bot AND state = 'pending' AND head = 1 ORDER BY seq LIMIT 1";

/// A place that is being worked on is no wait, and neither is one whose time has not come.
const WAITING: &str = "
    SELECT max(received_at, not_before) FROM inbox
    WHERE bot = :bot AND state = 'pending' AND head = 1 AND control = 0 AND owner IS NULL AND not_before <= :now
    ORDER BY seq LIMIT 1";

const PARKED: &str = "
    SELECT seq, update_id, reason, received_at
    FROM inbox WHERE bot = :bot AND state = 'parked' ORDER BY seq DESC LIMIT :limit";

/// Why an update without an id is parked when nobody said it better.
const NO_ID: &str = "it has no readable update_id";

impl Sqlite {
    pub(in crate::storage) async fn accept(&self, updates: Vec<NewUpdate>) -> Result<Vec<Accepted>, StorageError> {
        self.write(move |tx| updates.iter().map(|update| insert(tx, update)).collect()).await
    }

    pub(in crate::storage) async fn pending_heads(
        &self,
        bot: i64,
        limit: usize,
        exclude: HashSet<Lane>,
    ) -> Result<Vec<PendingUpdate>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(HEADS)?;
            let mut rows = statement.query(named_params! { ":bot": bot })?;
            let mut heads = Vec::new();
            while heads.len() < limit
                && let Some(row) = rows.next()?
            {
                if !exclude.contains(&lane(row)?) {
                    heads.push(pending(row)?);
                }
            }
            Ok(heads)
        })
        .await
    }

    pub(in crate::storage) async fn begun_heads(
        &self,
        bot: i64,
        limit: usize,
    ) -> Result<Vec<PendingUpdate>, StorageError> {
        self.read(move |db| {
            let which = named_params! { ":bot": bot, ":limit": row_limit(limit) };
            let found = db.prepare_cached(BEGUN)?.query_map(which, pending)?.collect::<Result<_, _>>()?;
            Ok(found)
        })
        .await
    }

    pub(in crate::storage) async fn pending_in_lane(
        &self,
        lane: Lane,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<PendingUpdate>, StorageError> {
        self.read(move |db| {
            let place = named_params! {
                ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":control": lane.control,
                ":after": after.0, ":limit": row_limit(limit),
            };
            let mut statement = db.prepare_cached(IN_LANE)?;
            let found = statement.query_map(place, pending)?.collect::<Result<_, _>>()?;
            Ok(found)
        })
        .await
    }

    pub(in crate::storage) async fn pending_count(&self, bot: i64) -> Result<u64, StorageError> {
        self.read(move |db| {
            let count: i64 = db.prepare_cached(COUNT)?.query_row(named_params! { ":bot": bot }, |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
        .await
    }

    pub(in crate::storage) async fn done_since(
        &self,
        bot: i64,
        since: Timestamp,
    ) -> Result<Vec<(i64, u32)>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(DONE_SINCE)?;
            let which = named_params! { ":bot": bot, ":since": since.0 };
            let found = statement.query_map(which, |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            Ok(found)
        })
        .await
    }

    pub(in crate::storage) async fn oldest_waiting(
        &self,
        bot: i64,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StorageError> {
        self.read(move |db| {
            let which = named_params! { ":bot": bot, ":now": now.0 };
            Ok(db.prepare_cached(WAITING)?.query_row(which, |row| row.get(0)).optional()?.map(Timestamp))
        })
        .await
    }

    pub(in crate::storage) async fn oldest_pending(&self, bot: i64) -> Result<Option<Timestamp>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(OLDEST)?;
            Ok(statement.query_row(named_params! { ":bot": bot }, |row| row.get(0).map(Timestamp)).optional()?)
        })
        .await
    }

    pub(in crate::storage) async fn parked(&self, bot: i64, limit: usize) -> Result<Vec<ParkedUpdate>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(PARKED)?;
            let which = named_params! { ":bot": bot, ":limit": row_limit(limit) };
            let found = statement.query_map(which, |row| {
                Ok(ParkedUpdate {
                    seq: Seq(row.get("seq")?),
                    update_id: row.get("update_id")?,
                    reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default(),
                    received_at: Timestamp(row.get("received_at")?),
                })
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn insert(tx: &Transaction<'_>, update: &NewUpdate) -> Result<Accepted, StorageError> {
    let Lane { bot, chat, thread, control } = update.lane;
    let update_id = if faults::is_on(Switch::NoDedup) { unheard_of(tx)? } else { update.update_id };
    let reason = update.unreadable.as_deref().or_else(|| update.update_id.is_none().then_some(NO_ID));
    let row = named_params! {
        ":bot": bot, ":update_id": update_id, ":chat": chat, ":thread": thread, ":control": control,
        ":state": if reason.is_some() { "parked" } else { "pending" },
        ":now": tx.now.0, ":raw": update.raw, ":reason": reason,
    };
    let stored = tx.db.prepare_cached(ACCEPT)?.execute(row)? == 1;
    let seq = stored.then(|| Seq(tx.db.last_insert_rowid()));
    Ok(match (seq, reason) {
        (None, _) => Accepted::Duplicate,
        (Some(seq), None) => Accepted::New(seq),
        (Some(seq), Some(_)) => Accepted::Parked(seq),
    })
}

/// An id that no update has: what comes again looks new.
fn unheard_of(tx: &Transaction<'_>) -> Result<Option<i64>, StorageError> {
    Ok(tx.db.query_row("SELECT ifnull(max(update_id), 0) + 1 FROM inbox", [], |row| row.get(0))?)
}

/// Makes the first pending update of the lane its head; to be called when one has left.
pub(super) fn promote(tx: &Transaction<'_>, lane: Lane) -> Result<(), StorageError> {
    let lane = named_params! {
        ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":control": lane.control,
    };
    tx.db.prepare_cached(PROMOTE)?.execute(lane)?;
    Ok(())
}

pub(super) fn lane(row: &Row<'_>) -> rusqlite::Result<Lane> {
    Ok(Lane { bot: row.get("bot")?, chat: row.get("chat")?, thread: row.get("thread")?, control: row.get("control")? })
}

fn pending(row: &Row<'_>) -> rusqlite::Result<PendingUpdate> {
    Ok(PendingUpdate {
        seq: Seq(row.get("seq")?),
        update_id: row.get("update_id")?,
        lane: lane(row)?,
        raw: row.get("raw")?,
        received_at: Timestamp(row.get("received_at")?),
        not_before: Timestamp(row.get("not_before")?),
    })
}

/// SQLite counts with signs.
fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
