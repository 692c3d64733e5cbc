//! What a command does to a database in which a bot may be at work.
//!
//! SQLite lets another process write between two commits of the bot. A visitor touches nothing but updates that were given
//! up, on which nobody has a claim. It signs in as an instance and out again within its transaction, by which the bot
//! notices that somebody was here ([`Sqlite::visits`]) and looks for what came back.
//!
//! What is put back is accepted anew: it gets a new place, behind what waits in its lane by now. Its old place lies before
//! what was answered since, and the bot hands out nothing backwards.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, named_params};

use super::Sqlite;
use super::folder::DATABASE;
use super::open::SCHEMA;
use super::seal;
use crate::clock::Timestamp;
use crate::config::DataKey;
use crate::storage::{PutAside, Seq, StorageError, VisitError};

/// As the bot's own writer works; a bot that starts may hold the file for a moment.
const VISITOR: &str = "
    PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
    PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA busy_timeout = 5000;";

const PARKED: &str = "
    SELECT seq, bot, update_id, chat, tries, reason, received_at, finished_at,
           unsealed(raw, 'inbox.raw', bot, update_id) AS raw,
           EXISTS (SELECT 1 FROM replies WHERE replies.seq = inbox.seq) AS answered
    FROM inbox WHERE state = 'parked' ORDER BY seq";

const COPY: &str = "
    INSERT INTO inbox (bot, chat, thread, control, state, stage, head, not_before, received_at, raw, placed)
    SELECT bot, chat, thread, control, 'parked', stage, 0, 0, :now, raw, placed FROM inbox WHERE seq = :seq
    RETURNING seq";

/// Everything that names an update by its place.
const MOVE: &str = "
    UPDATE replies SET seq = :new WHERE seq = :seq;
    UPDATE parts SET seq = :new WHERE seq = :seq;
    UPDATE turns SET seq = :new WHERE seq = :seq;
    UPDATE ledger SET seq = :new WHERE seq = :seq;
    DELETE FROM inbox WHERE seq = :seq;";

const REVIVE: &str = "
    UPDATE inbox SET update_id = :update_id, state = 'pending',
                     stage = CASE stage WHEN 'generated' THEN stage ELSE 'received' END,
                     head = NOT EXISTS (
                         SELECT 1 FROM inbox AS other
                         WHERE other.bot = inbox.bot AND other.chat = inbox.chat AND other.thread = inbox.thread
                           AND other.control = inbox.control AND other.state = 'pending')
    WHERE seq = :seq";

const DISCARD: &str = "
    UPDATE inbox SET state = 'done', raw = NULL, finished_at = :now WHERE seq = :seq AND state = 'parked'";

const VISITS: &str = "SELECT seq FROM sqlite_sequence WHERE name = 'instances'";

impl Sqlite {
    pub(in crate::storage) async fn visits(&self) -> Result<i64, StorageError> {
        self.read(|db| Ok(db.prepare_cached(VISITS)?.query_row([], |row| row.get(0))?)).await
    }
}

/// What was given up, in the order in which it came.
pub(in crate::storage) fn put_aside(folder: &Path, key: Option<&DataKey>) -> Result<Vec<PutAside>, VisitError> {
    let db = connect(folder, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if let Some(refusal) = seal::fit(&db, key)?.refusal() {
        return Err(VisitError::Sealed(refusal.to_string()));
    }
    seal::install(&db, key, None)?;
    let mut statement = db.prepare(PARKED)?;
    let found = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Puts them back to be worked on, all or none; says how many.
pub(in crate::storage) fn put_back(folder: &Path, which: &[Seq], now: Timestamp) -> Result<usize, VisitError> {
    change(folder, which, now, |tx, seq| {
        let Some(update_id) = update_id(tx, seq)? else { return Err(VisitError::Unreadable(seq.0)) };
        let copy = named_params! { ":seq": seq.0, ":now": now.0 };
        let new: i64 = tx.prepare_cached(COPY)?.query_row(copy, |row| row.get(0))?;
        for statement in MOVE.split_terminator(';') {
            let mut statement = tx.prepare_cached(statement)?;
            for (name, value) in [(":new", new), (":seq", seq.0)] {
                if let Some(at) = statement.parameter_index(name)? {
                    statement.raw_bind_parameter(at, value)?;
                }
            }
            statement.raw_execute()?;
        }
        tx.prepare_cached(REVIVE)?.execute(named_params! { ":seq": new, ":update_id": update_id })?;
        Ok(())
    })
}

/// Forgets them and what was written, all or none; says how many. Their ids stay known.
pub(in crate::storage) fn discard(folder: &Path, which: &[Seq], now: Timestamp) -> Result<usize, VisitError> {
    change(folder, which, now, |tx, seq| {
        tx.prepare_cached(DISCARD)?.execute(named_params! { ":seq": seq.0, ":now": now.0 })?;
        tx.prepare_cached("DELETE FROM replies WHERE seq = :seq")?.execute(named_params! { ":seq": seq.0 })?;
        Ok(())
    })
}

/// Does this to each of them, and leaves word that somebody was here.
fn change(
    folder: &Path,
    which: &[Seq],
    now: Timestamp,
    to_each: impl Fn(&Transaction<'_>, Seq) -> Result<(), VisitError>,
) -> Result<usize, VisitError> {
    let mut db = connect(folder, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Between two statements a reply has no update.
    tx.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    for seq in which {
        let parked = tx.prepare_cached("SELECT 1 FROM inbox WHERE seq = :seq AND state = 'parked'")?.exists([seq.0])?;
        if !parked {
            return Err(VisitError::NotThere(seq.0));
        }
        to_each(&tx, *seq)?;
    }
    tx.execute("INSERT INTO instances (heartbeat) VALUES (?1)", [now.0])?;
    tx.execute("DELETE FROM instances WHERE id = ?1", [tx.last_insert_rowid()])?;
    tx.commit()?;
    Ok(which.len())
}

fn update_id(tx: &Transaction<'_>, seq: Seq) -> Result<Option<i64>, VisitError> {
    let found = tx.prepare_cached("SELECT update_id FROM inbox WHERE seq = :seq")?.query_row([seq.0], |row| row.get(0));
    Ok(found.optional()?.flatten())
}

fn connect(folder: &Path, access: OpenFlags) -> Result<Connection, VisitError> {
    let database = folder.join(DATABASE);
    if !database.is_file() {
        return Err(VisitError::NothingThere(folder.display().to_string()));
    }
    let db = Connection::open_with_flags(database, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.execute_batch(VISITOR)?;
    let version: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match usize::try_from(version) {
        Ok(0) => Err(VisitError::NothingThere(folder.display().to_string())),
        Ok(version) if version == SCHEMA.len() => Ok(db),
        _ => Err(VisitError::OtherVersion),
    }
}

impl From<rusqlite::Error> for VisitError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<PutAside> {
    Ok(PutAside {
        seq: Seq(row.get("seq")?),
        bot: row.get("bot")?,
        update_id: row.get("update_id")?,
        chat: row.get("chat")?,
        tries: row.get("tries")?,
        reason: row.get::<_, Option<String>>("reason")?.unwrap_or_default(),
        received_at: Timestamp(row.get("received_at")?),
        parked_at: row.get::<_, Option<i64>>("finished_at")?.map(Timestamp),
        raw: row.get::<_, Option<String>>("raw")?.unwrap_or_default(),
        answered: row.get("answered")?,
    })
}
