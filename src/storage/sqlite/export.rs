//! Everything that is stored about a person: as JSON, made from the [`census`](super::census) of columns alone, and their
//! conversations, to be read.

use std::fmt::Write;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, named_params};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::storage::{Exchange, Seq, StorageError};

use super::census::{Column, TABLES, Table};
use super::{Sqlite, forget};

/// The version of the form, for whoever reads it by a program.
const VERSION: u32 = 1;

/// Telegram takes files of up to 50 MB; beyond this the rest is left out, and the file says so. A year of long
/// conversations is a tenth of it.
const MOST_BYTES: usize = 45_000_000;

const EXCHANGES: &str = "
    SELECT chat, thread, unsealed(system_prompt, 'conversations.system_prompt', bot, opened_at),
           unsealed(question, 'turns.question', conversation, user_id, finished_at),
           unsealed(answer, 'turns.answer', conversation, user_id, finished_at), finished_at, replaced
    FROM turns JOIN conversations ON conversations.id = conversation
    WHERE bot = :bot AND user_id = :user
    ORDER BY chat <> :user, chat, thread, turns.id";

impl Sqlite {
    pub(in crate::storage) async fn export(&self, bot: i64, user: i64, now: Timestamp) -> Result<String, StorageError> {
        self.read(move |db| {
            let elsewhere = forget::elsewhere(db, bot, user, Seq(i64::MAX))?;
            let elsewhere = serde_json::to_string(&elsewhere)?;
            let mut out = format!(
                "{{\"format\":\"routergram-export\",\"version\":{VERSION},\"made_at\":{},\"bot\":{bot},\"user\":{user},\
                 \"tables\":{{",
                now.0
            );
            let mut complete = true;
            for (at, table) in TABLES.iter().filter(|table| !table.theirs.is_empty()).enumerate() {
                out.push_str(if at == 0 { "\n" } else { ",\n" });
                complete &= rows(db, table, (bot, user, &elsewhere), &mut out)?;
            }
            let _ = write!(out, "\n}},\"complete\":{complete}}}\n");
            Ok(out)
        })
        .await
    }

    pub(in crate::storage) async fn exchanges(&self, bot: i64, user: i64) -> Result<Vec<Exchange>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(EXCHANGES)?;
            let found = statement.query_map(named_params! { ":bot": bot, ":user": user }, exchange)?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn exchange(row: &Row<'_>) -> rusqlite::Result<Exchange> {
    Ok(Exchange {
        chat: row.get(0)?,
        thread: row.get(1)?,
        system_prompt: row.get(2)?,
        question: row.get(3)?,
        answer: row.get(4)?,
        at: Timestamp(row.get(5)?),
        replaced: row.get(6)?,
    })
}

/// What a table has of them, as an array of objects; says whether that was all.
fn rows(
    db: &Connection,
    table: &Table,
    (bot, user, elsewhere): (i64, i64, &str),
    out: &mut String,
) -> Result<bool, StorageError> {
    let name = table.name;
    let (columns, values): (Vec<&str>, Vec<String>) = table
        .columns
        .iter()
        .filter_map(|(column, what)| match what {
            Column::Ours => None,
            Column::Told => Some((*column, (*column).to_owned())),
            Column::Written(bound) => Some((*column, format!("unsealed({column}, '{name}.{column}', {bound})"))),
        })
        .unzip();
    let sql = format!("SELECT {} FROM {name} WHERE {}", values.join(", "), table.theirs);
    let mut statement = db.prepare(&sql)?;
    for (name, value) in [(":bot", &bot as &dyn rusqlite::ToSql), (":user", &user), (":elsewhere", &elsewhere)] {
        if let Some(at) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(at, value)?;
        }
    }
    let mut rows = statement.raw_query();
    let _ = write!(out, "\"{}\":[", table.name);
    let mut between = "\n";
    while let Some(row) = rows.next()? {
        if out.len() > MOST_BYTES {
            out.push(']');
            return Ok(false);
        }
        let mut object = Map::new();
        for (at, name) in columns.iter().enumerate() {
            object.insert((*name).to_owned(), value(row.get_ref(at)?));
        }
        out.push_str(std::mem::replace(&mut between, ",\n"));
        out.push_str(&Value::Object(object).to_string());
    }
    out.push(']');
    Ok(true)
}

fn value(stored: ValueRef<'_>) -> Value {
    match stored {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::recent::Change;
    use super::*;
    use crate::clock::Clock;

    /// What a row must have to be there at all, and to be this person's.
    const FIXED: &[(&str, &str)] = &[
        ("bot", "1"),
        ("user_id", "5"),
        ("chat", "5"),
        ("seq", "9"),
        ("id", "3"),
        ("conversation", "3"),
        ("head", "0"),
        ("state", "'parked'"),
        ("stage", "'received'"),
        ("form", "'text'"),
        ("closed_at", "NULL"),
    ];

    /// A value that stands nowhere else, by which a column is known.
    fn canary(table: &str, column: &str, kind: &str, number: i64) -> String {
        if kind == "TEXT" { format!("canary of {table}.{column}.") } else { (7_000_000 + number).to_string() }
    }

    #[tokio::test]
    async fn an_export_holds_every_column_that_is_about_its_person_and_nobody_elses() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let told = store.write(|tx| {
            tx.db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            tx.tell(Change::All);
            let (mut told, mut number) = (Vec::new(), 0);
            for table in TABLES.iter().filter(|table| !table.theirs.is_empty()) {
                let mut kinds = tx.db.prepare("SELECT name, type FROM pragma_table_info(?1)")?;
                let kinds: Vec<(String, String)> =
                    kinds.query_map([table.name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
                let mut values = Vec::new();
                for (column, kind) in &kinds {
                    number += 1;
                    if let Some((_, fixed)) = FIXED.iter().find(|(name, _)| name == column) {
                        values.push((*fixed).to_owned());
                        continue;
                    }
                    let canary = canary(table.name, column, kind, number);
                    values.push(if kind == "TEXT" { format!("'{canary}'") } else { canary.clone() });
                    let (_, class) = table.columns.iter().find(|(name, _)| name == column).expect("the census has it");
                    told.push((format!("{}.{column}", table.name), canary, *class));
                }
                tx.db.execute(&format!("INSERT INTO {} VALUES ({})", table.name, values.join(", ")), [])?;
            }
            Ok(told)
        });
        let told = told.await.unwrap();
        let export = store.export(1, 5, Timestamp(1)).await.unwrap();
        for (column, canary, class) in told {
            assert_eq!(export.contains(&canary), class != Column::Ours, "{column} in {export}");
        }
        let read: Value = serde_json::from_str(&export).unwrap();
        assert_eq!((&read["version"], &read["complete"]), (&Value::from(1), &Value::from(true)));
        assert_eq!(read["tables"]["turns"][0]["question"], "canary of turns.question.");
        for (bot, user) in [(1, 6), (2, 5)] {
            let other = store.export(bot, user, Timestamp(1)).await.unwrap();
            assert!(!other.contains("canary") && !other.contains("70000"), "{other}");
        }
    }
}
