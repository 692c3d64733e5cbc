//! Sealing: texts of people and models are encrypted on their way into the database and opened on their way out, where
//! there is a `DATA_KEY`.
//!
//! It happens inside SQLite, in two functions that every statement uses where it touches such a text: `sealed(text, place,
//! …)` and `unsealed(text, place, …)`. The place (table and column) and what follows it (what the row is known by when it is
//! written) are authenticated, so a text that somebody moves to another row is not opened. Which columns, and what they are
//! bound to, the [`census`](super::census) says. Without a key both give back what they got.
//!
//! XChaCha20-Poly1305 with a random nonce of 24 bytes for each text: as many as anybody writes, without two of them meeting.
//! Stored as base64 of nonce, ciphertext and tag. An empty text stays empty: statements ask whether there is one.
//!
//! What it does not hide: how long a text is, who wrote when and where, and what was chosen and paid.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, OptionalExtension, named_params};

use crate::config::DataKey;
use crate::storage::OpenError;

use super::census::{Column, TABLES, Table};

const NONCE_BYTES: usize = 24;

/// A known text, by which a key is recognised.
const PROOF: &str = "routergram";
const PROOF_PLACE: &[u8] = b"sealing.proof";

/// Rows per commit, so that what a crash repeats is short.
const STEP: i64 = 1000;

/// Why a text is not opened.
#[derive(Debug, thiserror::Error)]
#[error("a stored text cannot be opened with this DATA_KEY: it was changed, or moved")]
struct Sealed;

/// Gives a connection the two functions: what opens, and what seals.
pub(super) fn install(db: &Connection, opens: Option<&DataKey>, seals: Option<&DataKey>) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    let (opener, sealer) = (opens.map(cipher), seals.map(cipher));
    db.create_scalar_function("unsealed", -1, flags, move |context| {
        let Some(text) = text(context)? else { return Ok(None) };
        match &opener {
            Some(cipher) if !text.is_empty() => open(cipher, text, &bound(context)).map(Some),
            _ => Ok(Some(text.to_owned())),
        }
    })?;
    db.create_scalar_function("sealed", -1, flags, move |context| {
        let Some(text) = text(context)? else { return Ok(None) };
        match &sealer {
            Some(cipher) if !text.is_empty() => seal(cipher, text, &bound(context)).map(Some),
            _ => Ok(Some(text.to_owned())),
        }
    })
}

fn cipher(key: &DataKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.expose().into())
}

fn text<'a>(context: &'a Context<'_>) -> rusqlite::Result<Option<&'a str>> {
    context.get_raw(0).as_str_or_null().map_err(|error| Error::UserFunctionError(error.into()))
}

/// The place, and what the row is known by.
fn bound(context: &Context<'_>) -> Vec<u8> {
    let mut bound = Vec::with_capacity(64);
    for at in 1..context.len() {
        match context.get_raw(at) {
            ValueRef::Integer(number) => bound.extend_from_slice(number.to_string().as_bytes()),
            ValueRef::Text(text) => bound.extend_from_slice(text),
            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => {}
        }
        bound.push(0);
    }
    bound
}

fn seal(cipher: &XChaCha20Poly1305, text: &str, aad: &[u8]) -> rusqlite::Result<String> {
    let mut sealed = vec![0; NONCE_BYTES];
    getrandom::fill(&mut sealed).map_err(|error| Error::UserFunctionError(error.to_string().into()))?;
    let payload = Payload { msg: text.as_bytes(), aad };
    let hidden = cipher.encrypt(XNonce::from_slice(&sealed), payload);
    sealed.extend(hidden.map_err(|_| Error::UserFunctionError("a text is too long to be sealed".into()))?);
    Ok(STANDARD_NO_PAD.encode(sealed))
}

fn open(cipher: &XChaCha20Poly1305, sealed: &str, aad: &[u8]) -> rusqlite::Result<String> {
    let refused = || Error::UserFunctionError(Box::new(Sealed));
    let sealed = STANDARD_NO_PAD.decode(sealed).map_err(|_| refused())?;
    let (nonce, hidden) = sealed.split_at_checked(NONCE_BYTES).ok_or_else(refused)?;
    let text = cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: hidden, aad }).map_err(|_| refused())?;
    String::from_utf8(text).map_err(|_| refused())
}

/// How a store is sealed.
struct State {
    /// Known by this, with the key in force; `None`: nothing was sealed before the change that is under way.
    proof: Option<String>,
    /// The same with the key that takes over.
    next: Option<String>,
}

fn state(db: &Connection) -> rusqlite::Result<Option<State>> {
    let found = db.query_row("SELECT proof, next_proof FROM sealing", [], |row| {
        Ok(State { proof: row.get(0)?, next: row.get(1)? })
    });
    found.optional()
}

fn proves(proof: Option<&String>, key: &DataKey) -> bool {
    proof.is_some_and(|proof| open(&cipher(key), proof, PROOF_PLACE).is_ok_and(|text| text == PROOF))
}

/// What a store and a key are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Nothing is sealed, and there is no key; or it is, with this one.
    Good,
    /// Everything is to be sealed with this key, or the rest of it.
    ToSeal,
    /// A key is needed.
    NoKey,
    /// It is sealed with another one.
    WrongKey,
    /// It is being changed from one key to another.
    Rotating,
}

/// Looks, and changes nothing.
pub(super) fn fit(db: &Connection, key: Option<&DataKey>) -> rusqlite::Result<Fit> {
    Ok(match (state(db)?, key) {
        (None, None) => Fit::Good,
        (None, Some(_)) => Fit::ToSeal,
        (Some(_), None) => Fit::NoKey,
        (Some(State { proof: Some(_), next: Some(_) }), Some(_)) => Fit::Rotating,
        (Some(State { proof: None, next }), Some(key)) if proves(next.as_ref(), key) => Fit::ToSeal,
        (Some(State { proof, next: None }), Some(key)) if proves(proof.as_ref(), key) => Fit::Good,
        (Some(_), Some(_)) => Fit::WrongKey,
    })
}

impl Fit {
    /// Why it cannot be opened, if so.
    pub(super) const fn refusal(self) -> Option<OpenError> {
        match self {
            Self::Good | Self::ToSeal => None,
            Self::NoKey => Some(OpenError::Sealed),
            Self::WrongKey => Some(OpenError::WrongKey),
            Self::Rotating => Some(OpenError::Rotating),
        }
    }
}

/// Seals everything that is not sealed yet, in steps; after a crash it goes on where it was.
pub(super) fn seal_all(db: &Connection, key: &DataKey) -> rusqlite::Result<()> {
    begin(db, key)?;
    change(db, None, key)
}

/// Seals everything anew; after a crash it goes on where it was. `false`: the new key is in force already.
pub(super) fn rotate(db: &Connection, old: &DataKey, new: &DataKey) -> Result<bool, OpenError> {
    let other = |error: Error| OpenError::Other(error.to_string());
    let Some(State { proof, next }) = state(db).map_err(other)? else { return Err(OpenError::NotSealed) };
    match (proves(proof.as_ref(), old), &next) {
        (_, None) if proves(proof.as_ref(), new) => return Ok(false),
        (true, None) => begin(db, new).map_err(other)?,
        (true, Some(_)) if proves(next.as_ref(), new) => {}
        _ => return Err(OpenError::WrongKey),
    }
    change(db, Some(old), new).map_err(other)?;
    Ok(true)
}

fn begin(db: &Connection, key: &DataKey) -> rusqlite::Result<()> {
    let proof = seal(&cipher(key), PROOF, PROOF_PLACE)?;
    db.execute(
        "INSERT INTO sealing (id, next_proof, after) VALUES (1, :proof, :first)
         ON CONFLICT DO UPDATE SET next_proof = :proof, place = 0, after = :first WHERE next_proof IS NULL",
        named_params! { ":proof": proof, ":first": i64::MIN },
    )?;
    Ok(())
}

/// Table by table, then the whole file anew, so that nothing of before is left in it.
fn change(db: &Connection, from: Option<&DataKey>, to: &DataKey) -> rusqlite::Result<()> {
    install(db, from, Some(to))?;
    // Nobody waits for a commit now, and the log must not grow to the size of the database.
    db.execute_batch("PRAGMA wal_autocheckpoint = 1000")?;
    let written: Vec<(&Table, Vec<(&str, &str)>)> = TABLES.iter().map(|table| (table, table.written())).collect();
    let tables: Vec<_> = written.iter().filter(|(_, columns)| !columns.is_empty()).collect();
    loop {
        let place: u32 = db.query_row("SELECT place FROM sealing", [], |row| row.get(0))?;
        let Some((table, columns)) = tables.get(place as usize) else { break };
        step(db, table, columns)?;
    }
    db.execute_batch("VACUUM; PRAGMA wal_autocheckpoint = 0")?;
    db.execute("UPDATE sealing SET proof = next_proof, next_proof = NULL, place = 0", [])?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    install(db, Some(to), Some(to))
}

/// The next rows of a table, and the note how far it came, in one commit.
fn step(db: &Connection, table: &Table, columns: &[(&str, &str)]) -> rusqlite::Result<()> {
    let (name, key) = (table.name, table.key);
    let commit = db.unchecked_transaction()?;
    let last = format!(
        "SELECT max({key}) FROM (SELECT {key} FROM {name} WHERE {key} > (SELECT after FROM sealing) ORDER BY {key} LIMIT {STEP})"
    );
    match commit.query_row(&last, [], |row| row.get::<_, Option<i64>>(0))? {
        Some(last) => {
            let anew = |(column, bound): &(&str, &str)| {
                format!("{column} = sealed(unsealed({column}, '{name}.{column}', {bound}), '{name}.{column}', {bound})")
            };
            let anew = columns.iter().map(anew).collect::<Vec<_>>().join(", ");
            let change = format!("UPDATE {name} SET {anew} WHERE {key} > (SELECT after FROM sealing) AND {key} <= ?1");
            commit.execute(&change, [last])?;
            commit.execute("UPDATE sealing SET after = ?1", [last])?;
        }
        None => {
            commit.execute("UPDATE sealing SET place = place + 1, after = ?1", [i64::MIN])?;
        }
    }
    commit.commit()
}

impl Table {
    /// The columns that are sealed, and what each is bound to.
    fn written(&self) -> Vec<(&'static str, &'static str)> {
        let written = |(name, column): &(&'static str, Column)| match column {
            Column::Written(bound) => Some((*name, *bound)),
            Column::Told | Column::Ours => None,
        };
        self.columns.iter().filter_map(written).collect()
    }
}

#[cfg(test)]
mod tests;
