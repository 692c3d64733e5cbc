//! What recordings say.
//!
//! Kept with its cost in one commit, before the question that it belongs to is asked, under the file's name in its chat: what
//! is heard in one chat is nobody's answer in another.

use rusqlite::{OptionalExtension, named_params};
use sha2::{Digest as _, Sha256};

use crate::storage::{ClaimKey, Heard, StorageError};
use crate::update::Lane;

use super::{Sqlite, claims, ledger, moves};

const KEEP: &str = "
    INSERT INTO heard (bot, chat, file, user_id, text, heard_at)
    VALUES (:bot, :chat, :file, :user, sealed(:text, 'heard.text', :bot, :file), :now)
    ON CONFLICT (bot, chat, file) DO NOTHING";

const SAID: &str = "
    SELECT unsealed(text, 'heard.text', bot, file) FROM heard WHERE bot = :bot AND chat = :chat AND file = :file";

impl Sqlite {
    pub(in crate::storage) async fn heard(&self, lane: Lane, file: String) -> Result<Option<String>, StorageError> {
        self.read(move |db| {
            let chat = moves::current(db, lane.bot, lane.chat)?;
            let which = named_params! { ":bot": lane.bot, ":chat": chat, ":file": name(&file) };
            Ok(db.prepare_cached(SAID)?.query_row(which, |row| row.get(0)).optional()?)
        })
        .await
    }

    pub(in crate::storage) async fn keep_heard(&self, key: ClaimKey, heard: Heard) -> Result<(), StorageError> {
        self.write(move |tx| {
            let lane = claims::held(tx, key)?;
            tx.db.prepare_cached(KEEP)?.execute(named_params! {
                ":bot": lane.bot, ":chat": moves::current(tx.db, lane.bot, lane.chat)?, ":file": name(&heard.file),
                ":user": heard.user, ":text": heard.text, ":now": tx.now.0,
            })?;
            ledger::charge(tx, lane, key.seq, Some(&heard.usage))
        })
        .await
    }
}

/// Enough to tell files apart, and nothing by which one could be fetched.
fn name(file: &str) -> String {
    hex::encode(&Sha256::digest(file)[..16])
}
