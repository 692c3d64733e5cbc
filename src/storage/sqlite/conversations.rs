//! What the model is told of the past.
//!
//! Conversations belong to a chat and topic; whether an update came through the control lane makes no difference.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, ToSql, named_params};

use crate::storage::{Conversation, ConversationChange, PastTurn, StorageError, TurnId};
use crate::update::Lane;

use super::recent::{Change, Found};
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
           unsealed(annotations, 'turns.annotations', conversation, user_id, finished_at), id
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
        let (known, moment) = self.parts.recent.conversation(lane, max_tokens);
        // Few leave a turn out, and once each: the store does it.
        if let Some(known) = known.filter(|_| without.is_none()) {
            #[cfg(debug_assertions)]
            self.compare((lane, moment), max_tokens, &known).await;
            return Ok(known);
        }
        let recent = Arc::clone(&self.parts.recent);
        self.read(move |db| {
            let found = find(db, lane, max_tokens, without)?;
            if without.is_none() {
                recent.keep((lane, moment), &found, max_tokens);
            }
            Ok(found.conversation)
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
            tx.tell(Change::Lane(lane));
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

/// See [`Storage::conversation`](crate::storage::Storage::conversation).
pub(super) fn find(
    db: &Connection,
    lane: Lane,
    max_tokens: usize,
    without: Option<TurnId>,
) -> Result<Found, StorageError> {
    let lane = moves::current_lane(db, lane)?;
    let conversation = Conversation { preferences: preferences::chosen(db, lane)?, ..Conversation::default() };
    let mut found = Found { lane, conversation, newest: 0, before: None };
    if let Some((id, system_prompt)) = open_one(db, lane)? {
        found.conversation.system_prompt = system_prompt;
        let which = named_params! { ":conversation": id, ":without": without.map(|turn| turn.0) };
        newest_turns(db, which, max_tokens, &mut found)?;
    }
    Ok(found)
}

/// Walks back from the newest turn and stops at the first that does not fit: the model is told an unbroken past.
fn newest_turns(
    db: &Connection,
    which: &[(&str, &dyn ToSql)],
    max_tokens: usize,
    found: &mut Found,
) -> Result<(), StorageError> {
    let mut statement = db.prepare_cached(NEWEST_TURNS)?;
    let mut rows = statement.query(which)?;
    let mut left = max_tokens;
    let past = &mut found.conversation.turns;
    while let Some(row) = rows.next()? {
        if found.newest == 0 {
            found.newest = row.get(4)?;
        }
        let (question, answer): (String, String) = (row.get(0)?, row.get(1)?);
        let size = size(&question, &answer);
        let Some(rest) = left.checked_sub(size) else {
            found.before = Some(size);
            break;
        };
        left = rest;
        let attachments = turns::attachments(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?);
        past.push(PastTurn { question, attachments, answer, annotations: row.get(3)? });
    }
    past.reverse();
    Ok(())
}

/// What a turn takes of the tokens that a question has for the past.
pub(super) const fn size(question: &str, answer: &str) -> usize {
    tokens(question) + tokens(answer)
}

/// A message's size as it is estimated everywhere: three bytes per token, and four for its frame.
const fn tokens(text: &str) -> usize {
    text.len().div_ceil(3) + 4
}
