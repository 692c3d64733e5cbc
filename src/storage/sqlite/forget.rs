//! Forgetting a person: what they wrote, what they were answered, what they chose, and what waits for them.
//!
//! One transaction, that of the reply which says so. What stays is nobody's: sums without an id, and what the owner has
//! decided. Work for the person that is under way loses its claim, so nothing of it is written afterwards.
//!
//! What is deleted is overwritten in the file (`secure_delete`); that it leaves the log, too, is seen to right after the
//! commit ([`LogState::wipe`](super::checkpoint::LogState)).

use rusqlite::{Connection, named_params};

use crate::clock::{Day, Timestamp};
use crate::storage::{ClaimKey, Seq, StorageError};
use crate::update::{self, Event, Lane};

use super::recent::Change;
use super::{Transaction, inbox};

/// Lanes of their own chat in which something waits.
pub(super) const LANES: &str = "
    SELECT DISTINCT thread, control FROM inbox WHERE bot = :bot AND chat = :user AND state = 'pending' AND seq < :seq";

/// Answers that are owed there.
pub(super) const OWED: &str = "
    DELETE FROM replies WHERE chat = :user AND seq < :seq
                          AND seq IN (SELECT seq FROM inbox WHERE inbox.seq = replies.seq AND bot = :bot)";

/// What came from there keeps its id alone, so that Telegram cannot bring it again.
const CAME: &str = "
    UPDATE inbox SET state = 'done', head = 0, owner = NULL, raw = NULL, reason = NULL, placed = NULL, asked = NULL,
                     chat = 0, thread = 0, finished_at = coalesce(finished_at, :now)
    WHERE bot = :bot AND chat = :user AND seq < :seq";

/// What may be theirs elsewhere: who wrote it stands in it.
const ELSEWHERE: &str = "
    SELECT seq, unsealed(raw, 'inbox.raw', bot, update_id) FROM inbox
    WHERE bot = :bot AND state <> 'done' AND chat <> :user AND seq < :seq";

const CAME_ELSEWHERE: &str = "
    UPDATE inbox SET state = 'done', head = 0, owner = NULL, raw = NULL, reason = NULL, placed = NULL, asked = NULL,
                     finished_at = coalesce(finished_at, :now)
    WHERE seq = :seq RETURNING bot, chat, thread, control";

/// Everything else that is theirs. Turns go with their conversation, too.
const THEIRS: [&str; 7] = [
    "DELETE FROM heard WHERE bot = :bot AND (user_id = :user OR chat = :user)",
    "DELETE FROM turns WHERE user_id = :user AND conversation IN (SELECT id FROM conversations WHERE bot = :bot)",
    "DELETE FROM conversations WHERE bot = :bot AND chat = :user",
    "DELETE FROM preferences WHERE bot = :bot AND chat = :user",
    "DELETE FROM user_preferences WHERE bot = :bot AND user_id = :user",
    "UPDATE people SET name = NULL, first_seen = NULL, last_seen = NULL, told = 0 WHERE bot = :bot AND user_id = :user",
    "DELETE FROM people WHERE bot = :bot AND user_id = :user AND allowed + banned = 0 AND budget_micro_usd IS NULL",
];

const NOTE: &str = "
    INSERT INTO forgotten (bot, user_id, day) VALUES (:bot, :user, :day)
    ON CONFLICT (bot, user_id) DO UPDATE SET day = excluded.day";

/// What days cost that are over: into the sums of nobody. For a person at a time, so that nobody else's are read.
const COSTS: [&str; 3] = [
    "INSERT INTO spent
     SELECT bot, 0, day, model, answers, unpriced, prompt_tokens, completion_tokens, cost_micro_usd
     FROM spent WHERE bot = :bot AND user_id = :user AND day <= :day AND day < :today
     ON CONFLICT DO UPDATE SET
         answers = answers + excluded.answers, unpriced = unpriced + excluded.unpriced,
         prompt_tokens = prompt_tokens + excluded.prompt_tokens,
         completion_tokens = completion_tokens + excluded.completion_tokens,
         cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd",
    "DELETE FROM spent WHERE bot = :bot AND user_id = :user AND day <= :day AND day < :today",
    "UPDATE ledger SET user_id = 0, chat = 0 WHERE user_id = :user AND bot = :bot AND day <= :day AND day < :today",
];

/// A line may still be opened for an answer that had been begun before; not a day later.
const NO_NOTES: &str = "DELETE FROM forgotten WHERE day < :today - 1";

/// Forgets whatever came from this person before the update that is claimed here.
pub(super) fn forget(tx: &Transaction<'_>, key: ClaimKey, bot: i64, user: i64) -> Result<(), StorageError> {
    let before = named_params! { ":bot": bot, ":user": user, ":seq": key.seq.0 };
    let lanes: Vec<(i64, bool)> = tx
        .db
        .prepare_cached(LANES)?
        .query_map(before, |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    tx.db.prepare_cached(OWED)?.execute(before)?;
    let came = named_params! { ":bot": bot, ":user": user, ":seq": key.seq.0, ":now": tx.now.0 };
    tx.db.prepare_cached(CAME)?.execute(came)?;
    for (thread, control) in lanes {
        inbox::promote(tx, Lane { bot, chat: user, thread, control })?;
    }
    for seq in elsewhere(tx.db, bot, user, key.seq)? {
        tx.db.prepare_cached("DELETE FROM replies WHERE seq = :seq")?.execute(named_params! { ":seq": seq })?;
        let which = named_params! { ":seq": seq, ":now": tx.now.0 };
        let lane = tx.db.prepare_cached(CAME_ELSEWHERE)?.query_row(which, inbox::lane)?;
        inbox::promote(tx, lane)?;
    }
    for theirs in THEIRS {
        let mut statement = tx.db.prepare_cached(theirs)?;
        statement.execute(named_params! { ":bot": bot, ":user": user })?;
    }
    let today = tx.now.day();
    let note = named_params! { ":bot": bot, ":user": user, ":day": today.0 };
    tx.db.prepare_cached(NOTE)?.execute(note)?;
    tx.wipes.set(true);
    tx.tell(Change::All);
    forget_costs(tx, today)
}

/// What this person has waiting in groups, or what was put aside there.
pub(super) fn elsewhere(db: &Connection, bot: i64, user: i64, before: Seq) -> Result<Vec<i64>, StorageError> {
    let mut statement = db.prepare_cached(ELSEWHERE)?;
    let mut rows = statement.query(named_params! { ":bot": bot, ":user": user, ":seq": before.0 })?;
    let (mut theirs, digits) = (Vec::new(), user.to_string());
    while let Some(row) = rows.next()? {
        let raw = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        if raw.contains(&digits) && author(raw) == Some(user) {
            theirs.push(row.get(0)?);
        }
    }
    Ok(theirs)
}

/// Who wrote this, or pressed.
fn author(raw: &str) -> Option<i64> {
    match update::event(raw).ok()? {
        Event::Message(message) | Event::Edited(message) => message.from.map(|user| user.id),
        Event::Callback(callback) => Some(callback.from.id),
        Event::Typed(typed) => Some(typed.from.id),
        Event::Chosen(chosen) => Some(chosen.from.id),
        Event::Membership(change) => Some(change.by.id),
        Event::StoppedGeneration { .. } | Event::MemberChanged { .. } | Event::NotForUs(_) => None,
    }
}

/// Was somebody forgotten lately?
pub(super) fn anybody(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM forgotten)", [], |row| row.get(0))
}

/// What days that are over have cost people who have been forgotten is nobody's from now on.
pub(super) fn forget_costs(tx: &Transaction<'_>, today: Day) -> Result<(), StorageError> {
    let mut notes = tx.db.prepare_cached("SELECT bot, user_id, day FROM forgotten")?;
    let notes: Vec<(i64, i64, i64)> =
        notes.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    for (bot, user, day) in notes {
        for costs in COSTS {
            let which = named_params! { ":bot": bot, ":user": user, ":day": day, ":today": today.0 };
            tx.db.prepare_cached(costs)?.execute(which)?;
        }
    }
    tx.db.prepare_cached(NO_NOTES)?.execute(named_params! { ":today": today.0 })?;
    Ok(())
}

/// Rows per step: some milliseconds, which those who write meanwhile do not feel.
const STEP: usize = 500;

/// The oldest turns come first: their order is that of their ids.
const OLD_TURNS: &str = "
    DELETE FROM turns WHERE id IN (
        SELECT id FROM (SELECT id, finished_at FROM turns ORDER BY id LIMIT :step) WHERE finished_at < :before)";

const OLD_PARKED: &str = "
    DELETE FROM inbox WHERE seq IN (
        SELECT seq FROM inbox WHERE state = 'parked' AND finished_at < :before LIMIT :step)";

/// Conversations in which nothing is left. One that is open goes with its instructions: they are as old.
const OLD_CONVERSATIONS: &str = "
    DELETE FROM conversations WHERE id IN (
        SELECT id FROM conversations
        WHERE opened_at < :before AND ifnull(closed_at, 0) < :before
          AND NOT EXISTS (SELECT 1 FROM turns WHERE conversation = conversations.id)
        ORDER BY id LIMIT :step)";

const OLD_HEARD: &str = "
    DELETE FROM heard WHERE id IN (
        SELECT id FROM (SELECT id, heard_at FROM heard ORDER BY id LIMIT :step) WHERE heard_at < :before)";

/// One step of forgetting what is older than this; says whether there may be more.
pub(super) fn expire(tx: &Transaction<'_>, before: Timestamp) -> Result<bool, StorageError> {
    for sql in [OLD_TURNS, OLD_HEARD, OLD_PARKED, OLD_CONVERSATIONS] {
        let step = named_params! { ":before": before.0, ":step": i64::try_from(STEP).unwrap_or(i64::MAX) };
        let gone = tx.db.prepare_cached(sql)?.execute(step)?;
        if gone > 0 {
            tx.wipes.set(true);
            tx.tell(Change::All);
        }
        if gone >= STEP {
            return Ok(true);
        }
    }
    Ok(false)
}
