//! What the model is told of the past.
//!
//! Conversations belong to a chat and topic; whether an update came through the control lane makes no difference.

use rusqlite::{Connection, OptionalExtension, named_params};

use crate::storage::{Conversation, ConversationChange, PastTurn, StorageError, TurnId};
use crate::update::Lane;

use super::{Sqlite, Transaction, moves, preferences, turns};

const OPEN_ONE: &str = "
    SELECT id, unsealed(system_prompt, 'conversations.system_prompt', bot, opened_at) FROM conversations
    WHERE bot = :bot AND chat = :chat AND thread = :thread AND closed_at IS NULL";

const OPEN: &str = "
    INSERT INTO conversations (bot, chat, thread, system_prompt, opened_at)
    VALUES (:bot, :chat, :thread, sealed(:system_prompt, 'conversations.system_prompt', :bot, :now), :now)";

const CLOSE: &str = "
    UPDATE conversations SET closed_at = :now
    WHERE bot = :bot AND chat = :chat AND thread = :thread AND closed_at IS NULL";

const NEWEST_TURNS: &str = "
    SELECT unsealed(question, 'turns.question', conversation, user_id, finished_at),
           unsealed(answer, 'turns.answer', conversation, user_id, finished_at),
           unsealed(attachments, 'turns.attachments', conversation, user_id, finished_at),
           unsealed(annotations, 'turns.annotations', conversation, user_id, finished_at)
    FROM turns
    WHERE conversation = :conversation AND answer <> '' AND replaced = 0 AND id IS NOT :without
      AND (asked_in = 0 OR asked_in IS NOT (SELECT asked_in FROM turns WHERE id = :without))
    ORDER BY id DESC";

impl Sqlite {
    pub(in crate::storage) async fn conversation(
        &self,
        lane: Lane,
        max_tokens: usize,
        without: Option<TurnId>,
    ) -> Result<Conversation, StorageError> {
        self.read(move |db| {
            let lane = moves::current_lane(db, lane)?;
            let preferences = preferences::chosen(db, lane)?;
            let Some((id, system_prompt)) = open_one(db, lane)? else {
                return Ok(Conversation { preferences, ..Conversation::default() });
            };
            Ok(Conversation { system_prompt, turns: newest_turns(db, id, max_tokens, without)?, preferences })
        })
        .await
    }

    pub(in crate::storage) async fn open_conversation_exists(&self, lane: Lane) -> Result<bool, StorageError> {
        self.read(move |db| {
            let Some((id, system_prompt)) = open_one(db, moves::current_lane(db, lane)?)? else {
                return Ok(false);
            };
            let mut turns = db.prepare_cached("SELECT 1 FROM turns WHERE conversation = :conversation LIMIT 1")?;
            Ok(system_prompt.is_some() || turns.exists(named_params! { ":conversation": id })?)
        })
        .await
    }
}

/// Does to the open conversation of a lane what a reply says.
pub(super) fn change(tx: &Transaction<'_>, lane: Lane, change: &ConversationChange) -> Result<(), StorageError> {
    match change {
        ConversationChange::Keep => Ok(()),
        ConversationChange::StartOver { system_prompt } => {
            let close = named_params! {
                ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":now": tx.now.0,
            };
            tx.db.prepare_cached(CLOSE)?.execute(close)?;
            open(tx, lane, system_prompt.as_deref())?;
            Ok(())
        }
        ConversationChange::Replace(turn) => turns::replace(tx, *turn),
    }
}

pub(super) fn open(tx: &Transaction<'_>, lane: Lane, system_prompt: Option<&str>) -> Result<i64, StorageError> {
    tx.db.prepare_cached(OPEN)?.execute(named_params! {
        ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread,
        ":system_prompt": system_prompt, ":now": tx.now.0,
    })?;
    Ok(tx.db.last_insert_rowid())
}

pub(super) fn open_one(db: &Connection, lane: Lane) -> Result<Option<(i64, Option<String>)>, StorageError> {
    let place = named_params! { ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread };
    let found = db.prepare_cached(OPEN_ONE)?.query_row(place, |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// Walks back from the newest turn and stops at the first that does not fit: the model is told an unbroken past.
fn newest_turns(
    db: &Connection,
    conversation: i64,
    max_tokens: usize,
    without: Option<TurnId>,
) -> Result<Vec<PastTurn>, StorageError> {
    let mut statement = db.prepare_cached(NEWEST_TURNS)?;
    let which = named_params! { ":conversation": conversation, ":without": without.map(|turn| turn.0) };
    let mut rows = statement.query(which)?;
    let mut left = max_tokens;
    let mut past = Vec::new();
    while let Some(row) = rows.next()? {
        let (question, answer): (String, String) = (row.get(0)?, row.get(1)?);
        let Some(rest) = left.checked_sub(tokens(&question) + tokens(&answer)) else {
            break;
        };
        left = rest;
        let attachments = turns::attachments(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?);
        past.push(PastTurn { question, attachments, answer, annotations: row.get(3)? });
    }
    past.reverse();
    Ok(past)
}

/// A message's size as it is estimated everywhere: three bytes per token, and four for its frame.
const fn tokens(text: &str) -> usize {
    text.len().div_ceil(3) + 4
}
