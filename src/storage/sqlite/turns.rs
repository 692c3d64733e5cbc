//! Questions with their answers.
//!
//! A turn is never changed once it is stored, but for two marks: which messages carry its answer, and that it was
//! answered again.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::storage::{AskedTurn, FinishedTurn, Seq, StorageError, TurnId};
use crate::update::{Attachment, Lane};

use super::recent::{Change, Turn};
use super::{Sqlite, Transaction, conversations, ledger, moves};

const TURN: &str = "
    INSERT INTO turns
        (conversation, seq, user_id, asked_in, inline_message, question, attachments, answer, annotations, complete,
         generation_id, finished_at)
    VALUES (:conversation, :seq, :user, :asked_in, :inline,
            sealed(:question, 'turns.question', :conversation, :user, :now),
            sealed(:attachments, 'turns.attachments', :conversation, :user, :now),
            sealed(:answer, 'turns.answer', :conversation, :user, :now),
            sealed(:annotations, 'turns.annotations', :conversation, :user, :now), :complete, :generation_id, :now)";

const LAST: &str = "
    SELECT id, seq, unsealed(question, 'turns.question', conversation, user_id, finished_at), asked_in, messages,
           answer <> '', unsealed(attachments, 'turns.attachments', conversation, user_id, finished_at)
    FROM turns
    WHERE conversation = :conversation AND replaced = 0 ORDER BY id DESC LIMIT 1";

/// Walks the conversations of the lane from the newest, and each one's turns: a person edits what they wrote lately.
const ASKED_IN: &str = "
    SELECT turns.id, seq, unsealed(question, 'turns.question', conversation, user_id, finished_at), asked_in,
           messages, answer <> '', unsealed(attachments, 'turns.attachments', conversation, user_id, finished_at)
    FROM turns JOIN conversations ON conversations.id = conversation
    WHERE bot = :bot AND chat = :chat AND thread = :thread AND asked_in = :message AND replaced = 0
    ORDER BY turns.id DESC LIMIT 1";

const KEEP_MESSAGES: &str = "
    UPDATE turns SET messages = :messages
    WHERE seq = :seq AND id = (
        SELECT max(id) FROM turns WHERE conversation = (
            SELECT id FROM conversations WHERE bot = :bot AND chat = :chat AND thread = :thread AND closed_at IS NULL))";

const REPLACE: &str = "
    UPDATE turns SET replaced = 1
    WHERE replaced = 0 AND conversation = (SELECT conversation FROM turns WHERE id = :turn)
      AND (id = :turn OR (asked_in <> 0 AND asked_in = (SELECT asked_in FROM turns WHERE id = :turn)))";

const PLACE: &str = "
    SELECT bot, chat, thread FROM conversations WHERE id = (SELECT conversation FROM turns WHERE id = :turn)";

const ASKED_INLINE: &str = "
    SELECT turns.id, seq, unsealed(question, 'turns.question', conversation, user_id, finished_at), asked_in,
           messages, answer <> '', unsealed(attachments, 'turns.attachments', conversation, user_id, finished_at), user_id
    FROM turns JOIN conversations ON conversations.id = conversation
    WHERE bot = :bot AND inline_message = :inline ORDER BY turns.id DESC LIMIT 1";

const ANSWER: &str = "
    SELECT unsealed(answer, 'turns.answer', conversation, user_id, finished_at)
    FROM turns JOIN conversations ON conversations.id = conversation
    WHERE bot = :bot AND chat = :chat AND thread = :thread AND seq = :seq ORDER BY turns.id DESC LIMIT 1";

impl Sqlite {
    pub(in crate::storage) async fn last_turn(&self, lane: Lane) -> Result<Option<AskedTurn>, StorageError> {
        self.read(move |db| last(db, moves::current_lane(db, lane)?)).await
    }

    pub(in crate::storage) async fn turn_asked_inline(
        &self,
        bot: i64,
        inline: String,
    ) -> Result<Option<(i64, AskedTurn)>, StorageError> {
        self.read(move |db| {
            let which = named_params! { ":bot": bot, ":inline": inline };
            let found = db.prepare_cached(ASKED_INLINE)?.query_row(which, |row| Ok((row.get(7)?, asked(row)?)));
            Ok(found.optional()?)
        })
        .await
    }

    pub(in crate::storage) async fn answer(&self, lane: Lane, seq: Seq) -> Result<Option<String>, StorageError> {
        self.read(move |db| {
            let which = named_params! {
                ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":seq": seq.0,
            };
            Ok(db.prepare_cached(ANSWER)?.query_row(which, |row| row.get(0)).optional()?)
        })
        .await
    }

    pub(in crate::storage) async fn turn_asked_in(
        &self,
        lane: Lane,
        message_id: i64,
    ) -> Result<Option<AskedTurn>, StorageError> {
        self.read(move |db| {
            let lane = moves::current_lane(db, lane)?;
            let which = named_params! {
                ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":message": message_id,
            };
            let Some(found) = one(db, ASKED_IN, which)? else { return Ok(None) };
            let last = last(db, lane)?.is_some_and(|last| last.id == found.id);
            Ok(Some(AskedTurn { last, ..found }))
        })
        .await
    }
}

fn last(db: &Connection, lane: Lane) -> Result<Option<AskedTurn>, StorageError> {
    let Some((conversation, _)) = conversations::open_one(db, lane)? else { return Ok(None) };
    one(db, LAST, named_params! { ":conversation": conversation })
}

fn one(db: &Connection, sql: &str, which: &[(&str, &dyn rusqlite::ToSql)]) -> Result<Option<AskedTurn>, StorageError> {
    Ok(db.prepare_cached(sql)?.query_row(which, asked).optional()?)
}

fn asked(row: &Row<'_>) -> rusqlite::Result<AskedTurn> {
    let messages = row.get_ref(4)?.as_str()?;
    Ok(AskedTurn {
        id: TurnId(row.get(0)?),
        seq: Seq(row.get(1)?),
        question: row.get(2)?,
        asked_in: row.get(3)?,
        // Written by us; whoever changed it by hand loses the editing in place, not the answer.
        messages: serde_json::from_str(messages).unwrap_or_default(),
        answered: row.get(5)?,
        attachments: attachments(row.get_ref(6)?.as_str()?),
        last: true,
    })
}

/// Written by us; whoever changed it by hand loses the files, not the turn.
pub(super) fn attachments(json: &str) -> Vec<Attachment> {
    if json == "[]" { Vec::new() } else { serde_json::from_str(json).unwrap_or_default() }
}

/// Adds a turn to the open conversation of a lane (opening one when there is none), and its cost to the ledger.
pub(super) fn append(tx: &Transaction<'_>, lane: Lane, seq: Seq, turn: &FinishedTurn) -> Result<(), StorageError> {
    let conversation = match conversations::open_one(tx.db, lane)? {
        Some((id, _)) => id,
        None => conversations::open(tx, lane, None)?,
    };
    let generation_id = turn.usage.as_ref().map(|usage| &usage.generation_id);
    let attachments = serde_json::to_string(&turn.attachments)?;
    tx.db.prepare_cached(TURN)?.execute(named_params! {
        ":attachments": attachments, ":inline": turn.inline,
        ":conversation": conversation, ":seq": seq.0, ":user": turn.user, ":asked_in": turn.asked_in, ":question": turn.question,
        ":answer": turn.answer, ":annotations": turn.annotations, ":complete": turn.complete, ":generation_id": generation_id, ":now": tx.now.0,
    })?;
    // The model is told of no other.
    if !turn.answer.is_empty() {
        let files = self::attachments(&attachments);
        let turn = Turn::new((&turn.question, &turn.answer), files, turn.annotations.clone());
        tx.tell(Change::Appended { lane, id: tx.db.last_insert_rowid(), turn });
    }
    ledger::charge(tx, lane, seq, turn.usage.as_ref())
}

/// Notes which messages carry the answer of the turn that this update has just asked.
pub(super) fn keep_messages(tx: &Transaction<'_>, lane: Lane, seq: Seq, messages: &[i64]) -> Result<(), StorageError> {
    let messages = serde_json::to_string(messages)?;
    let change = named_params! {
        ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":seq": seq.0, ":messages": messages,
    };
    tx.db.prepare_cached(KEEP_MESSAGES)?.execute(change)?;
    Ok(())
}

/// Takes a turn out of its conversation, and with it every earlier attempt at the same question; they are kept.
pub(super) fn replace(tx: &Transaction<'_>, turn: TurnId) -> Result<(), StorageError> {
    let which = named_params! { ":turn": turn.0 };
    tx.db.prepare_cached(REPLACE)?.execute(which)?;
    let place = |row: &Row<'_>| Ok(Lane { bot: row.get(0)?, chat: row.get(1)?, thread: row.get(2)?, control: false });
    if let Some(lane) = tx.db.prepare_cached(PLACE)?.query_row(which, place).optional()? {
        tx.tell(Change::Lane(lane));
    }
    Ok(())
}
