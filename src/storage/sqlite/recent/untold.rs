//! The net for those who write a new statement, in the store's own tests: each verb of the contract is called there, and none
//! may change what is kept in memory and tell nothing.
//!
//! Triggers note what changes, in the transaction itself, so that what is undone was not noted. They are the writer's
//! alone (`TEMP`) and in no file. Hooks of SQLite would not do: they pass over tables without a rowid, and over what goes with
//! a conversation that is deleted.

use rusqlite::Connection;

/// What a conversation is read from, and no more: see `conversations` for the rows and columns.
const TRIGGERS: &str = "
    CREATE TEMP TABLE untold (what TEXT);
    CREATE TEMP TRIGGER turn_comes AFTER INSERT ON main.turns WHEN new.answer <> ''
        BEGIN INSERT INTO untold VALUES ('a turn that is new'); END;
    CREATE TEMP TRIGGER turn_goes AFTER DELETE ON main.turns WHEN old.answer <> '' AND old.replaced = 0
        BEGIN INSERT INTO untold VALUES ('a turn that is gone'); END;
    CREATE TEMP TRIGGER turn_changes
        AFTER UPDATE OF id, conversation, question, attachments, answer, annotations, replaced ON main.turns
        BEGIN INSERT INTO untold VALUES ('a turn'); END;
    CREATE TEMP TRIGGER conversation_comes AFTER INSERT ON main.conversations WHEN new.system_prompt IS NOT NULL
        BEGIN INSERT INTO untold VALUES ('a conversation that is new'); END;
    CREATE TEMP TRIGGER conversation_goes AFTER DELETE ON main.conversations
        BEGIN INSERT INTO untold VALUES ('a conversation that is gone'); END;
    CREATE TEMP TRIGGER conversation_changes
        AFTER UPDATE OF id, bot, chat, thread, system_prompt, closed_at ON main.conversations
        BEGIN INSERT INTO untold VALUES ('a conversation'); END;
    CREATE TEMP TRIGGER preference_comes AFTER INSERT ON main.preferences
        BEGIN INSERT INTO untold VALUES ('a preference that is new'); END;
    CREATE TEMP TRIGGER preference_goes AFTER DELETE ON main.preferences
        BEGIN INSERT INTO untold VALUES ('a preference that is gone'); END;
    CREATE TEMP TRIGGER preference_changes AFTER UPDATE ON main.preferences
        BEGIN INSERT INTO untold VALUES ('a preference'); END;";

/// Begins to note.
pub(in crate::storage::sqlite) fn watch(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(TRIGGERS)
}

/// Panics when the transaction has changed something of it, and `told` of nothing.
pub(in crate::storage::sqlite) fn check(db: &Connection, told: bool) {
    // Some tests write through a connection of their own, which nobody watches.
    let Ok(mut noted) = db.prepare_cached("SELECT what FROM temp.untold LIMIT 1") else { return };
    let what: Option<String> = noted.query_row([], |row| row.get(0)).ok();
    assert!(told || what.is_none(), "{what:?} has changed, and nothing was told (storage::sqlite::recent)");
    db.execute("DELETE FROM temp.untold", []).expect("a table in memory");
}
