//! A chat that nobody can be reached in any more: the bot was thrown out, or is blocked.
//!
//! What waits there is done without an answer, and what is owed there is not: keeping it would only knock at a closed door.
//! Work that is under way loses its claim, as when somebody is forgotten; what it has cost is written all the same.

use rusqlite::named_params;

use crate::storage::{ClaimKey, StorageError};
use crate::update::Lane;

use super::{Sqlite, claims, forget, inbox};

/// Kept with the updates, for whoever wonders why they have no answer.
const REASON: &str = "the bot was blocked by the user, was kicked, or has left: it is not in the chat any more";

const DONE: &str = "
    UPDATE inbox SET state = 'done', head = 0, owner = NULL, raw = NULL, placed = NULL, finished_at = :now, reason = :reason
    WHERE bot = :bot AND chat = :chat AND state = 'pending' AND seq < :seq";

impl Sqlite {
    pub(in crate::storage) async fn abandon(&self, key: ClaimKey) -> Result<usize, StorageError> {
        self.write(move |tx| {
            let Lane { bot, chat, .. } = claims::held(tx, key)?;
            let before = named_params! { ":bot": bot, ":user": chat, ":seq": key.seq.0 };
            let mut lanes = tx.db.prepare_cached(forget::LANES)?;
            let lanes = lanes.query_map(before, |row| Ok((row.get(0)?, row.get(1)?)))?;
            let lanes: Vec<(i64, bool)> = lanes.collect::<Result<_, _>>()?;
            tx.db.prepare_cached(forget::OWED)?.execute(before)?;
            let done = named_params! {
                ":bot": bot, ":chat": chat, ":seq": key.seq.0, ":now": tx.now.0, ":reason": REASON,
            };
            let done = tx.db.prepare_cached(DONE)?.execute(done)?;
            for (thread, control) in lanes {
                inbox::promote(tx, Lane { bot, chat, thread, control })?;
            }
            Ok(done)
        })
        .await
    }
}
