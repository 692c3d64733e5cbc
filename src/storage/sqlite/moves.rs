//! Groups that have become supergroups.
//!
//! One commit moves everything that is known by the group's id. No text of it is sealed anew, since none is bound to a
//! chat: turns are bound to their conversation, which stays, and updates and replies to the update's id. Updates that wait
//! keep the lane that they came in, because somebody may be working on them; whatever they lead to is written under the new
//! id ([`current`]).
//!
//! Messages are counted anew in a supergroup, so ids of the old one's would mean other messages there: they are forgotten.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::storage::StorageError;
use crate::update::Lane;

use super::Sqlite;
use super::recent::Change;

const NOTE: &str = "INSERT INTO moved (bot, chat, here) VALUES (:bot, :from, :to) ON CONFLICT DO NOTHING";

const CURRENT: &str = "SELECT here FROM moved WHERE bot = :bot AND chat = :chat";

/// In order: what has begun over there already, before the move was known, is the newer.
const MOVE: [&str; 16] = [
    "UPDATE conversations SET closed_at = :now
     WHERE bot = :bot AND chat = :from AND closed_at IS NULL AND EXISTS (
         SELECT 1 FROM conversations AS newer
         WHERE newer.bot = :bot AND newer.chat = :to AND newer.thread = conversations.thread AND newer.closed_at IS NULL)",
    "UPDATE turns SET messages = '[]', asked_in = 0
     WHERE conversation IN (SELECT id FROM conversations WHERE bot = :bot AND chat = :from)",
    "UPDATE conversations SET chat = :to WHERE bot = :bot AND chat = :from",
    "UPDATE OR IGNORE heard SET chat = :to WHERE bot = :bot AND chat = :from",
    "DELETE FROM heard WHERE bot = :bot AND chat = :from",
    "UPDATE OR IGNORE preferences SET chat = :to WHERE bot = :bot AND chat = :from",
    "DELETE FROM preferences WHERE bot = :bot AND chat = :from",
    "UPDATE OR IGNORE user_preferences SET user_id = :to WHERE bot = :bot AND user_id = :from",
    "DELETE FROM user_preferences WHERE bot = :bot AND user_id = :from",
    "INSERT INTO people (bot, user_id, allowed, banned, budget_micro_usd, first_seen, last_seen)
     SELECT bot, :to, allowed, banned, budget_micro_usd, first_seen, last_seen
     FROM people WHERE bot = :bot AND user_id = :from
     ON CONFLICT DO UPDATE SET
         allowed = max(allowed, excluded.allowed), banned = max(banned, excluded.banned),
         budget_micro_usd = coalesce(budget_micro_usd, excluded.budget_micro_usd),
         first_seen = coalesce(min(first_seen, excluded.first_seen), excluded.first_seen, first_seen),
         last_seen = coalesce(max(last_seen, excluded.last_seen), excluded.last_seen, last_seen)",
    "DELETE FROM people WHERE bot = :bot AND user_id = :from",
    "INSERT INTO spent
     SELECT bot, :to, day, model, answers, unpriced, prompt_tokens, completion_tokens, cost_micro_usd
     FROM spent WHERE bot = :bot AND user_id = :from
     ON CONFLICT DO UPDATE SET
         answers = answers + excluded.answers, unpriced = unpriced + excluded.unpriced,
         prompt_tokens = prompt_tokens + excluded.prompt_tokens,
         completion_tokens = completion_tokens + excluded.completion_tokens,
         cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd",
    "DELETE FROM spent WHERE bot = :bot AND user_id = :from",
    "UPDATE ledger SET user_id = :to, chat = iif(chat = :from, :to, chat) WHERE user_id = :from AND bot = :bot",
    "UPDATE replies SET chat = :to, reply_to = NULL, in_place = '[]'
     WHERE chat = :from AND seq IN (SELECT seq FROM inbox WHERE inbox.seq = replies.seq AND bot = :bot)",
    "UPDATE inbox SET placed = NULL WHERE bot = :bot AND chat = :from AND state = 'pending'",
];

impl Sqlite {
    pub(in crate::storage) async fn moves(&self, bot: i64) -> Result<Vec<(i64, i64)>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached("SELECT chat, here FROM moved WHERE bot = :bot")?;
            let found = statement.query_map(named_params! { ":bot": bot }, |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(in crate::storage) async fn move_group(&self, bot: i64, from: i64, to: i64) -> Result<bool, StorageError> {
        self.write(move |tx| {
            let which = [(":bot", bot), (":from", from), (":to", to), (":now", tx.now.0)];
            if from == to || run(tx.db, NOTE, &which)? == 0 {
                return Ok(false);
            }
            for change in MOVE {
                run(tx.db, change, &which)?;
            }
            tx.tell(Change::All);
            Ok(true)
        })
        .await
    }
}

/// Each statement has some of the four.
fn run(db: &Connection, sql: &str, which: &[(&str, i64)]) -> Result<usize, StorageError> {
    let mut statement = db.prepare(sql)?;
    for (name, value) in which {
        if let Some(at) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(at, value)?;
        }
    }
    Ok(statement.raw_execute()?)
}

/// The id by which a chat is known now. Only groups move, and their ids are negative.
pub(super) fn current(db: &Connection, bot: i64, chat: i64) -> Result<i64, StorageError> {
    if chat >= 0 {
        return Ok(chat);
    }
    let which = named_params! { ":bot": bot, ":chat": chat };
    let moved = db.prepare_cached(CURRENT)?.query_row(which, |row| row.get(0)).optional()?;
    Ok(moved.unwrap_or(chat))
}

/// The place that a lane is now.
pub(super) fn current_lane(db: &Connection, lane: Lane) -> Result<Lane, StorageError> {
    Ok(Lane { chat: current(db, lane.bot, lane.chat)?, ..lane })
}
