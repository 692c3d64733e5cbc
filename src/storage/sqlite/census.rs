//! Every column of the database, and whose it is: the one place that says what `/export` gives, and which texts are sealed at
//! rest. A test compares it with the schema, so that a column cannot be added without an answer to both.

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// About somebody: they get it.
    Told,
    /// The same, and people or models wrote it, or it names somebody: it is sealed, bound to what these expressions give,
    /// which is known when the row is written and stays.
    Written(&'static str),
    /// How the store works; nothing in it is about anybody.
    Ours,
}

use Column::{Ours, Told, Written};

const OF_PERSON: &str = "bot, user_id";
const OF_CONVERSATION: &str = "bot, opened_at";
const OF_TURN: &str = "conversation, user_id, finished_at";
const OF_RECORDING: &str = "bot, file";
const OF_UPDATE: &str = "bot, update_id";
const OF_REPLY: &str = "(SELECT bot || ' ' || update_id FROM inbox WHERE inbox.seq = replies.seq)";
const OF_PART: &str = "(SELECT bot || ' ' || update_id FROM inbox WHERE inbox.seq = parts.seq), part";

/// A table.
pub(super) struct Table {
    /// Its name.
    pub(super) name: &'static str,
    /// Which rows are somebody's (`:bot`, `:user`, and `:elsewhere`, a JSON array of places in the inbox); empty: none.
    pub(super) theirs: &'static str,
    /// The number by which its rows are walked through, where texts of it are sealed.
    pub(super) key: &'static str,
    /// Its columns.
    pub(super) columns: &'static [(&'static str, Column)],
}

/// All of them, in the order in which they are exported.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "people",
        theirs: "bot = :bot AND user_id = :user",
        key: "user_id",
        columns: &[
            ("bot", Ours),
            ("user_id", Told),
            ("allowed", Told),
            ("banned", Told),
            ("budget_micro_usd", Told),
            ("first_seen", Told),
            ("last_seen", Told),
            ("name", Written(OF_PERSON)),
            ("told", Told),
        ],
    },
    Table {
        name: "user_preferences",
        theirs: "bot = :bot AND user_id = :user",
        key: "",
        columns: &[("bot", Ours), ("user_id", Told), ("language", Told)],
    },
    Table {
        name: "preferences",
        theirs: "bot = :bot AND chat = :user",
        key: "",
        columns: &[
            ("bot", Ours),
            ("chat", Told),
            ("thread", Told),
            ("model", Told),
            ("persona", Told),
            ("effort", Told),
            ("length", Told),
            ("web_search", Told),
            ("transcripts", Told),
        ],
    },
    Table {
        name: "conversations",
        theirs: "bot = :bot AND chat = :user",
        key: "id",
        columns: &[
            ("id", Told),
            ("bot", Ours),
            ("chat", Told),
            ("thread", Told),
            ("system_prompt", Written(OF_CONVERSATION)),
            ("opened_at", Told),
            ("closed_at", Told),
        ],
    },
    Table {
        name: "turns",
        theirs: "user_id = :user AND conversation IN (SELECT id FROM conversations WHERE bot = :bot)",
        key: "id",
        columns: &[
            ("id", Told),
            ("conversation", Told),
            ("seq", Ours),
            ("user_id", Told),
            ("question", Written(OF_TURN)),
            ("attachments", Written(OF_TURN)),
            ("answer", Written(OF_TURN)),
            ("annotations", Written(OF_TURN)),
            ("complete", Told),
            ("generation_id", Told),
            ("finished_at", Told),
            ("asked_in", Told),
            ("messages", Told),
            ("replaced", Told),
            ("inline_message", Told),
        ],
    },
    Table {
        name: "heard",
        theirs: "bot = :bot AND (user_id = :user OR chat = :user)",
        key: "id",
        columns: &[
            ("id", Told),
            ("bot", Ours),
            ("chat", Told),
            ("file", Told),
            ("user_id", Told),
            ("text", Written(OF_RECORDING)),
            ("heard_at", Told),
        ],
    },
    Table {
        name: "inbox",
        theirs: "bot = :bot AND (chat = :user OR seq IN (SELECT value FROM json_each(:elsewhere)))",
        key: "seq",
        columns: &[
            ("seq", Told),
            ("bot", Ours),
            ("update_id", Told),
            ("chat", Told),
            ("thread", Told),
            ("control", Ours),
            ("state", Told),
            ("stage", Ours),
            ("head", Ours),
            ("attempts", Ours),
            ("tries", Ours),
            ("owner", Ours),
            ("epoch", Ours),
            ("not_before", Ours),
            ("received_at", Told),
            ("finished_at", Told),
            ("raw", Written(OF_UPDATE)),
            ("reason", Told),
            ("placed", Ours),
            ("asked", Written(OF_UPDATE)),
        ],
    },
    Table {
        name: "replies",
        theirs: "seq IN (SELECT seq FROM inbox WHERE bot = :bot \
                 AND (chat = :user OR seq IN (SELECT value FROM json_each(:elsewhere))))",
        key: "seq",
        columns: &[
            ("seq", Told),
            ("chat", Told),
            ("thread", Told),
            ("reply_to", Told),
            ("in_place", Ours),
            ("keyboard", Written(OF_REPLY)),
            ("inline_message", Told),
        ],
    },
    Table {
        name: "parts",
        theirs: "seq IN (SELECT seq FROM inbox WHERE bot = :bot \
                 AND (chat = :user OR seq IN (SELECT value FROM json_each(:elsewhere))))",
        key: "seq",
        columns: &[
            ("seq", Told),
            ("part", Told),
            ("text", Written(OF_PART)),
            ("entities", Written(OF_PART)),
            ("sending", Ours),
            ("message_id", Told),
            ("form", Told),
            ("fallback", Ours),
            ("drawing", Written(OF_PART)),
            ("painting", Written(OF_PART)),
            ("made", Ours),
        ],
    },
    Table {
        name: "ledger",
        theirs: "bot = :bot AND user_id = :user",
        key: "",
        columns: &[
            ("generation_id", Told),
            ("bot", Ours),
            ("chat", Told),
            ("user_id", Told),
            ("seq", Ours),
            ("model", Told),
            ("prompt_tokens", Told),
            ("completion_tokens", Told),
            ("cost_micro_usd", Told),
            ("charged_at", Told),
            ("settle_at", Ours),
            ("settle_tries", Ours),
            ("day", Told),
            ("reserved_micro_usd", Told),
        ],
    },
    Table {
        name: "spent",
        theirs: "bot = :bot AND user_id = :user",
        key: "",
        columns: &[
            ("bot", Ours),
            ("user_id", Told),
            ("day", Told),
            ("model", Told),
            ("answers", Told),
            ("unpriced", Told),
            ("prompt_tokens", Told),
            ("completion_tokens", Told),
            ("cost_micro_usd", Told),
        ],
    },
    Table {
        name: "forgotten",
        theirs: "bot = :bot AND user_id = :user",
        key: "",
        columns: &[("bot", Ours), ("user_id", Told), ("day", Told)],
    },
    Table {
        name: "sealing",
        theirs: "",
        key: "",
        columns: &[("id", Ours), ("proof", Ours), ("next_proof", Ours), ("place", Ours), ("after", Ours)],
    },
    Table { name: "moved", theirs: "", key: "", columns: &[("bot", Ours), ("chat", Ours), ("here", Ours)] },
    Table { name: "instances", theirs: "", key: "", columns: &[("id", Ours), ("heartbeat", Ours)] },
];

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;
    use crate::clock::Clock;

    const COLUMNS: &str = "
        SELECT m.name || '.' || c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY 1";

    #[tokio::test]
    async fn every_column_of_the_database_is_accounted_for() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let there: Vec<String> = store
            .read(|db| {
                let mut statement = db.prepare(COLUMNS)?;
                let names = statement.query_map([], |row| row.get(0))?;
                Ok(names.collect::<Result<_, _>>()?)
            })
            .await
            .unwrap();
        let named = |table: &Table| {
            let name = table.name;
            table.columns.iter().map(move |(column, _)| format!("{name}.{column}")).collect::<Vec<_>>()
        };
        let mut known: Vec<String> = TABLES.iter().flat_map(named).collect();
        known.sort();
        assert_eq!(there, known);
        let mute = TABLES.iter().filter(|table| table.theirs.is_empty());
        assert!(mute.flat_map(|table| table.columns).all(|(_, column)| *column == Ours), "somebody's, and of nobody");
    }
}
