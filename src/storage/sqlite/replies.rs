//! Replies: stored whole before the first delivery, ticked off part by part.

use rusqlite::{OptionalExtension, named_params};

use crate::storage::{Address, ClaimKey, NewReply, Part, Seq, StorageError, StoredReply};

use super::{Sqlite, Transaction, claims, conversations};

const REPLY: &str = "
    INSERT INTO replies (seq, chat, thread, reply_to) VALUES (:seq, :chat, :thread, :reply_to)
    ON CONFLICT (seq) DO NOTHING";

const PART: &str = "
    INSERT INTO parts (seq, part, text, entities, sending) VALUES (:seq, :part, :text, :entities, :part = 0)";

const GENERATED: &str = "UPDATE inbox SET stage = 'generated' WHERE seq = :seq";

const SENDING: &str = "UPDATE parts SET sending = :sending WHERE seq = :seq AND part = :part";

const DELIVERED: &str = "UPDATE parts SET sending = 1, message_id = :message_id WHERE seq = :seq AND part = :part";

const ADDRESS: &str = "SELECT chat, thread, reply_to FROM replies WHERE seq = :seq";

const PARTS: &str = "SELECT text, entities, message_id, sending FROM parts WHERE seq = :seq ORDER BY part";

impl Sqlite {
    pub(in crate::storage) async fn store_reply(&self, key: ClaimKey, reply: NewReply) -> Result<(), StorageError> {
        if reply.parts.is_empty() {
            return Err(StorageError::Invalid("a reply needs at least one part".to_owned()));
        }
        self.write(move |tx| {
            let lane = claims::held(tx, key)?;
            insert(tx, key.seq, &reply)?;
            conversations::change(tx, lane, &reply.conversation)?;
            if let Some(turn) = &reply.turn {
                conversations::append(tx, lane, key.seq, turn)?;
            }
            tx.db.prepare_cached(GENERATED)?.execute(named_params! { ":seq": key.seq.0 })?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn sending(
        &self,
        key: ClaimKey,
        part: usize,
        sending: bool,
    ) -> Result<(), StorageError> {
        self.write(move |tx| {
            claims::held(tx, key)?;
            let change = named_params! { ":seq": key.seq.0, ":part": number(part), ":sending": sending };
            one_part(tx.db.prepare_cached(SENDING)?.execute(change)?)
        })
        .await
    }

    pub(in crate::storage) async fn delivered(
        &self,
        key: ClaimKey,
        part: usize,
        message_id: i64,
        last: bool,
    ) -> Result<(), StorageError> {
        self.write(move |tx| {
            claims::held(tx, key)?;
            let change = named_params! { ":seq": key.seq.0, ":part": number(part), ":message_id": message_id };
            one_part(tx.db.prepare_cached(DELIVERED)?.execute(change)?)?;
            if last { claims::done(tx, key, None) } else { Ok(()) }
        })
        .await
    }
}

fn insert(tx: &Transaction<'_>, seq: Seq, reply: &NewReply) -> Result<(), StorageError> {
    let Address { chat, thread, reply_to } = reply.address;
    let row = named_params! { ":seq": seq.0, ":chat": chat, ":thread": thread, ":reply_to": reply_to };
    if tx.db.prepare_cached(REPLY)?.execute(row)? == 0 {
        return Err(StorageError::Invalid("the update has a reply already".to_owned()));
    }
    for (number, part) in (0_i64..).zip(&reply.parts) {
        let entities = serde_json::to_string(&part.entities)?;
        let row = named_params! { ":seq": seq.0, ":part": number, ":text": part.text, ":entities": entities };
        tx.db.prepare_cached(PART)?.execute(row)?;
    }
    Ok(())
}

/// The reply of an update that was just begun, so that every mark in it is an earlier claim's.
pub(super) fn load(tx: &Transaction<'_>, seq: Seq) -> Result<StoredReply, StorageError> {
    let which = named_params! { ":seq": seq.0 };
    let address = tx
        .db
        .prepare_cached(ADDRESS)?
        .query_row(which, |row| Ok(Address { chat: row.get(0)?, thread: row.get(1)?, reply_to: row.get(2)? }));
    let address = address.optional()?.ok_or_else(|| StorageError::Invalid("its reply is missing".to_owned()))?;
    let mut reply = StoredReply { address, parts: Vec::new(), maybe_sent: false };
    let mut next_found = false;
    let mut statement = tx.db.prepare_cached(PARTS)?;
    let mut rows = statement.query(which)?;
    while let Some(row) = rows.next()? {
        let entities = serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
        let message_id: Option<i64> = row.get(2)?;
        if message_id.is_none() && !next_found {
            next_found = true;
            reply.maybe_sent = row.get(3)?;
        }
        reply.parts.push((Part { text: row.get(0)?, entities }, message_id));
    }
    Ok(reply)
}

/// Drops the reply of an update, when it has one; its parts go with it.
pub(super) fn drop(tx: &Transaction<'_>, seq: Seq) -> Result<(), StorageError> {
    tx.db.prepare_cached("DELETE FROM replies WHERE seq = :seq")?.execute(named_params! { ":seq": seq.0 })?;
    Ok(())
}

fn one_part(changed: usize) -> Result<(), StorageError> {
    if changed == 1 { Ok(()) } else { Err(StorageError::Invalid("the reply has no such part".to_owned())) }
}

fn number(part: usize) -> i64 {
    i64::try_from(part).unwrap_or(i64::MAX)
}
