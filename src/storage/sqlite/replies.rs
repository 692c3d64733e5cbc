//! Replies: stored whole before the first delivery, ticked off part by part.

use std::sync::Arc;

use rusqlite::{Row, named_params};

use crate::storage::{Address, ClaimKey, Form, Made, NewReply, Part, Seq, StorageError, StoredReply};

use super::{Sqlite, Transaction, claims, conversations, forget, moves, people, preferences, turns};

const REPLY: &str = "
    INSERT INTO replies (seq, chat, thread, reply_to, in_place, inline_message, keyboard)
    VALUES (:seq, :chat, :thread, :reply_to, :in_place, :inline,
            sealed(:keyboard, 'replies.keyboard', (SELECT bot || ' ' || update_id FROM inbox WHERE seq = :seq)))
    ON CONFLICT (seq) DO NOTHING";

const PART: &str = "
    INSERT INTO parts (seq, part, form, fallback, made, sending, text, entities, drawing, painting)
    SELECT :seq, :part, :form, :fallback, :made, :part = 0, sealed(:text, 'parts.text', bot || ' ' || update_id, :part),
           sealed(:entities, 'parts.entities', bot || ' ' || update_id, :part),
           sealed(:drawing, 'parts.drawing', bot || ' ' || update_id, :part),
           sealed(:painting, 'parts.painting', bot || ' ' || update_id, :part)
    FROM inbox WHERE seq = :seq";

const GENERATED: &str = "UPDATE inbox SET stage = 'generated', attempts = 1 WHERE seq = :seq";

/// Whoever gets on does not die of it.
const GETS_ON: &str = "UPDATE inbox SET attempts = 1 WHERE seq = :seq";

const SENDING: &str = "UPDATE parts SET sending = :sending WHERE seq = :seq AND part = :part";

const DELIVERED: &str = "UPDATE parts SET sending = 1, message_id = :message_id WHERE seq = :seq AND part = :part";

const STORED: &str = "
    SELECT replies.chat, replies.thread, reply_to, in_place,
           unsealed(keyboard, 'replies.keyboard', bot || ' ' || update_id), inline_message
    FROM replies JOIN inbox USING (seq) WHERE seq = :seq";

const PARTS: &str = "
    SELECT unsealed(text, 'parts.text', bot || ' ' || update_id, part),
           unsealed(entities, 'parts.entities', bot || ' ' || update_id, part), message_id, sending, form, fallback,
           unsealed(drawing, 'parts.drawing', bot || ' ' || update_id, part), made,
           unsealed(painting, 'parts.painting', bot || ' ' || update_id, part)
    FROM parts JOIN inbox USING (seq) WHERE seq = :seq ORDER BY part";

const CARRIERS: &str = "SELECT part, message_id FROM parts WHERE seq = :seq ORDER BY part";

impl Sqlite {
    pub(in crate::storage) async fn store_reply(
        &self,
        key: ClaimKey,
        reply: impl Into<Arc<NewReply>>,
    ) -> Result<(), StorageError> {
        let reply = reply.into();
        self.write(move |tx| {
            let lane = claims::held(tx, key)?;
            if let Some(user) = reply.forgets {
                forget::forget(tx, key, lane.bot, user)?;
            }
            insert(tx, (lane.bot, key.seq), &reply)?;
            conversations::change(tx, lane, &reply.conversation)?;
            for choice in &reply.preferences {
                preferences::change(tx, lane, choice)?;
            }
            for person in &reply.people {
                people::change(tx, lane.bot, person)?;
            }
            if let Some(turn) = &reply.turn {
                turns::append(tx, lane, key.seq, turn)?;
            }
            claims::absorb(tx, key, &reply.absorbed)?;
            if reply.parts.is_empty() {
                turns::keep_messages(tx, lane, key.seq, &reply.in_place)?;
                return claims::done(tx, key, None);
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
            let part = number(part);
            if last {
                return delivered_whole(tx, key, (part, message_id));
            }
            claims::held(tx, key)?;
            let change = named_params! { ":seq": key.seq.0, ":part": part, ":message_id": message_id };
            one_part(tx.db.prepare_cached(DELIVERED)?.execute(change)?)?;
            tx.db.prepare_cached(GETS_ON)?.execute(named_params! { ":seq": key.seq.0 })?;
            Ok(())
        })
        .await
    }
}

fn insert(tx: &Transaction<'_>, (bot, seq): (i64, Seq), reply: &NewReply) -> Result<(), StorageError> {
    let Address { chat, thread, reply_to } = reply.address;
    let here = moves::current(tx.db, bot, chat)?;
    // Of a group that has moved since, the old one's messages.
    let (reply_to, in_place) = if here == chat { (reply_to, &*reply.in_place) } else { (None, &[][..]) };
    let in_place = serde_json::to_string(in_place)?;
    let keyboard = reply.keyboard.as_ref().map(ToString::to_string);
    let row = named_params! {
        ":seq": seq.0, ":chat": here, ":thread": thread, ":reply_to": reply_to,
        ":in_place": in_place, ":inline": reply.inline, ":keyboard": keyboard,
    };
    if tx.db.prepare_cached(REPLY)?.execute(row)? == 0 {
        return Err(StorageError::Invalid("the update has a reply already".to_owned()));
    }
    for (number, part) in (0_i64..).zip(&reply.parts) {
        let entities = serde_json::to_string(&part.entities)?;
        let drawing = part.drawing.as_ref().map(serde_json::to_string).transpose()?;
        let row = named_params! {
            ":seq": seq.0, ":part": number, ":form": name(part.form), ":fallback": part.fallback,
            ":text": part.text, ":entities": entities, ":drawing": drawing, ":painting": part.painting,
            ":made": part.made.map(Made::name),
        };
        tx.db.prepare_cached(PART)?.execute(row)?;
    }
    Ok(())
}

/// The reply of an update that was just begun, so that every mark in it is an earlier claim's.
pub(super) fn load(tx: &Transaction<'_>, seq: Seq) -> Result<StoredReply, StorageError> {
    let mut reply = load_outside(tx, seq)?;
    let (mut next_found, mut arrived_otherwise) = (false, false);
    let mut statement = tx.db.prepare_cached(PARTS)?;
    let mut rows = statement.query(named_params! { ":seq": seq.0 })?;
    while let Some(row) = rows.next()? {
        let (part, message_id): (Part, Option<i64>) = (part(row)?, row.get(2)?);
        arrived_otherwise |= part.form != Form::Text && message_id.is_some_and(|id| id > 0);
        // A fallback is not owed when what it stands for has arrived.
        if message_id.is_none() && !next_found && !(part.fallback && arrived_otherwise) {
            next_found = true;
            reply.maybe_sent = row.get(3)?;
        }
        reply.parts.push((part, message_id));
    }
    Ok(reply)
}

/// Everything but the parts.
fn load_outside(tx: &Transaction<'_>, seq: Seq) -> Result<StoredReply, StorageError> {
    let mut statement = tx.db.prepare_cached(STORED)?;
    let mut rows = statement.query(named_params! { ":seq": seq.0 })?;
    let row = rows.next()?.ok_or_else(|| StorageError::Invalid("its reply is missing".to_owned()))?;
    let keyboard: Option<String> = row.get(4)?;
    Ok(StoredReply {
        address: Address { chat: row.get(0)?, thread: row.get(1)?, reply_to: row.get(2)? },
        parts: Vec::new(),
        maybe_sent: false,
        in_place: serde_json::from_str(text(row, 3)?)?,
        keyboard: keyboard.map(|keyboard| serde_json::from_str(&keyboard)).transpose()?,
        inline: row.get(5)?,
    })
}

fn part(row: &Row<'_>) -> Result<Part, StorageError> {
    let form = match text(row, 4)? {
        "rich" => Form::Rich,
        "document" => Form::Document,
        "picture" => Form::Picture,
        _ => Form::Text,
    };
    // One that another version of this program has stored and this one cannot draw: its fallback is sent.
    let drawing: Option<String> = row.get(6)?;
    let drawing = drawing.and_then(|drawing| serde_json::from_str(&drawing).ok());
    let made: Option<String> = row.get(7)?;
    let made = made.and_then(|made| Made::named(&made));
    let (text, entities) = (row.get(0)?, serde_json::from_str(text(row, 1)?)?);
    Ok(Part { form, fallback: row.get(5)?, text, entities, drawing, painting: row.get(8)?, made })
}

const fn name(form: Form) -> &'static str {
    match form {
        Form::Text => "text",
        Form::Rich => "rich",
        Form::Document => "document",
        Form::Picture => "picture",
    }
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, StorageError> {
    Ok(row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?)
}

/// The messages in which the parts of a reply arrived, in order, when the last one has just arrived in this message.
fn carriers(tx: &Transaction<'_>, seq: Seq, (last, message_id): (i64, i64)) -> Result<Vec<i64>, StorageError> {
    let mut statement = tx.db.prepare_cached(CARRIERS)?;
    let mut rows = statement.query(named_params! { ":seq": seq.0 })?;
    let (mut carriers, mut found) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let is_last = row.get::<_, i64>(0)? == last;
        found += usize::from(is_last);
        let carrier = if is_last { Some(message_id) } else { row.get(1)? };
        carriers.extend(carrier.filter(|id| *id > 0));
    }
    one_part(found)?;
    Ok(carriers)
}

/// The last part has arrived in this message: that is kept with the turn, and the update is done. The parts go with the
/// reply, so this one is not ticked off before.
fn delivered_whole(tx: &Transaction<'_>, key: ClaimKey, last: (i64, i64)) -> Result<(), StorageError> {
    let lane = claims::claimed(tx, key)?;
    let carriers = carriers(tx, key.seq, last)?;
    turns::keep_messages(tx, moves::current_lane(tx.db, lane)?, key.seq, &carriers)?;
    claims::done_in(tx, (key, lane), None)
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
