//! What is in the store, without disturbing whoever works in it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use rusqlite::{Connection, OpenFlags};

pub(crate) const DATABASE: &str = "routergram.db";

/// How many updates wait, those that are being worked on included; a store that is not there yet holds none.
pub(crate) fn pending(folder: &Path) -> anyhow::Result<u64> {
    let file = folder.join(DATABASE);
    if !file.exists() {
        return Ok(0);
    }
    let store = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    store.busy_timeout(std::time::Duration::from_secs(5))?;
    let count: i64 = store.query_row("SELECT count(*) FROM inbox WHERE state = 'pending'", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// How many updates are being worked on for the third time or more.
pub(crate) fn third_attempts(folder: &Path) -> anyhow::Result<u64> {
    let store = Connection::open_with_flags(folder.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    store.busy_timeout(std::time::Duration::from_secs(5))?;
    let count = "SELECT count(*) FROM inbox WHERE state = 'pending' AND tries > 2";
    let count: i64 = store.query_row(count, [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// What a dead process has left: a copy, so that the next process finds it as it is.
pub(crate) struct Left(Option<(Connection, tempfile::TempDir)>);

impl Left {
    /// In this folder, in which nobody works.
    pub(crate) fn by(folder: &Path) -> anyhow::Result<Self> {
        if !folder.join(DATABASE).exists() {
            return Ok(Self(None));
        }
        let copy = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        for name in [DATABASE.to_owned(), format!("{DATABASE}-wal")] {
            let file = folder.join(&name);
            if file.exists() {
                fs::copy(file, copy.path().join(name))?;
            }
        }
        let store = Connection::open(copy.path().join(DATABASE))?;
        Ok(Self(Some((store, copy))))
    }

    /// Fails when the database does not pass its own check.
    pub(crate) fn is_sound(&self) -> anyhow::Result<()> {
        let Some((store, _)) = &self.0 else { return Ok(()) };
        let verdict: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if verdict != "ok" {
            bail!("the database is damaged: {verdict}");
        }
        Ok(())
    }

    /// The ids of all updates that it knows.
    pub(crate) fn update_ids(&self) -> anyhow::Result<HashSet<i64>> {
        let Some((store, _)) = &self.0 else { return Ok(HashSet::new()) };
        let mut statement = store.prepare("SELECT update_id FROM inbox WHERE update_id IS NOT NULL")?;
        let ids = statement.query_map([], |row| row.get(0))?;
        ids.collect::<Result<_, _>>().context("the updates")
    }

    /// The questions whose answers are stored, from the turn after `after` on, and the last turn.
    pub(crate) fn answered(&self, after: i64) -> anyhow::Result<(Vec<String>, i64)> {
        let Some((store, _)) = &self.0 else { return Ok((Vec::new(), after)) };
        let mut statement = store.prepare("SELECT id, question FROM turns WHERE id > ?1 ORDER BY id");
        // Killed before the first start had made its tables.
        let Ok(statement) = &mut statement else { return Ok((Vec::new(), after)) };
        let rows = statement.query_map([after], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
        let rows: Vec<(i64, String)> = rows.collect::<Result<_, _>>().context("the turns")?;
        let last = rows.last().map_or(after, |(id, _)| *id);
        Ok((rows.into_iter().map(|(_, question)| question).collect(), last))
    }
}

/// The size of the database in bytes, its log aside.
pub(crate) fn size(folder: &Path) -> anyhow::Result<u64> {
    Ok(fs::metadata(folder.join(DATABASE))?.len())
}

/// How many texts there are that nobody needs any more: of updates that are done, and of answers that were delivered.
pub(crate) fn texts_of_done_updates(folder: &Path) -> anyhow::Result<i64> {
    let store = Connection::open_with_flags(folder.join(DATABASE), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let texts = "SELECT (SELECT count(raw) FROM inbox WHERE state = 'done') + (SELECT count(*) FROM parts)";
    Ok(store.query_row(texts, [], |row| row.get(0))?)
}
