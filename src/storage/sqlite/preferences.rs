//! What people have chosen.
//!
//! A word that this version does not know (a newer one has written it) counts as not chosen: the worst that comes of it
//! is the owner's own setting.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, named_params};

use crate::config::Effort;
use crate::replies::Language;
use crate::storage::{AnswerLength, PreferenceChange, Preferences, StorageError};
use crate::update::Lane;

use super::recent::Change;
use super::{Sqlite, Transaction, moves};

const CHOSEN: &str = "
    SELECT model, persona, effort, length, web_search, transcripts FROM preferences
    WHERE bot = :bot AND chat = :chat AND thread = :thread";

const LANGUAGES: &str = "SELECT user_id, language FROM user_preferences WHERE bot = :bot AND language IS NOT NULL";

const LANGUAGE: &str = "
    INSERT INTO user_preferences (bot, user_id, language) VALUES (:bot, :user, :language)
    ON CONFLICT (bot, user_id) DO UPDATE SET language = excluded.language";

impl Sqlite {
    pub(in crate::storage) async fn preferences(&self, lane: Lane) -> Result<Preferences, StorageError> {
        self.read(move |db| chosen(db, moves::current_lane(db, lane)?)).await
    }

    pub(in crate::storage) async fn languages(&self, bot: i64) -> Result<Vec<(i64, Language)>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(LANGUAGES)?;
            let mut rows = statement.query(named_params! { ":bot": bot })?;
            let mut languages = Vec::new();
            while let Some(row) = rows.next()? {
                let code = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                if let Some(language) = Language::with_code(code) {
                    languages.push((row.get(0)?, language));
                }
            }
            Ok(languages)
        })
        .await
    }
}

/// What was chosen for the conversation of a lane.
pub(super) fn chosen(db: &Connection, lane: Lane) -> Result<Preferences, StorageError> {
    let place = named_params! { ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread };
    let found = db.prepare_cached(CHOSEN)?.query_row(place, preferences).optional()?;
    Ok(found.unwrap_or_default())
}

fn preferences(row: &Row<'_>) -> rusqlite::Result<Preferences> {
    let word = |column: usize| row.get::<_, Option<String>>(column);
    Ok(Preferences {
        model: word(0)?,
        persona: word(1)?,
        effort: word(2)?.and_then(|effort| Effort::named(&effort)),
        length: word(3)?.and_then(|length| AnswerLength::named(&length)).unwrap_or_default(),
        web_search: row.get(4)?,
        transcripts: row.get(5)?,
    })
}

/// Notes what was chosen in the conversation of a lane.
pub(super) fn change(tx: &Transaction<'_>, lane: Lane, change: &PreferenceChange) -> Result<(), StorageError> {
    match change {
        PreferenceChange::Model(model) => set(tx, lane, "model", model),
        PreferenceChange::Persona(persona) => set(tx, lane, "persona", persona),
        PreferenceChange::Effort(effort) => set(tx, lane, "effort", &effort.map(Effort::name)),
        PreferenceChange::Length(length) => set(tx, lane, "length", &length.name()),
        PreferenceChange::WebSearch(on) => set(tx, lane, "web_search", on),
        PreferenceChange::Transcripts(on) => set(tx, lane, "transcripts", on),
        PreferenceChange::Language { user, language } => {
            let code = language.map(Language::code);
            let row = named_params! { ":bot": lane.bot, ":user": user, ":language": code };
            tx.db.prepare_cached(LANGUAGE)?.execute(row)?;
            Ok(())
        }
    }
}

fn set(tx: &Transaction<'_>, lane: Lane, column: &'static str, value: &dyn ToSql) -> Result<(), StorageError> {
    let sql = format!(
        "INSERT INTO preferences (bot, chat, thread, {column}) VALUES (:bot, :chat, :thread, :value)
         ON CONFLICT (bot, chat, thread) DO UPDATE SET {column} = excluded.{column}"
    );
    let row = named_params! { ":bot": lane.bot, ":chat": lane.chat, ":thread": lane.thread, ":value": value };
    tx.db.prepare_cached(&sql)?.execute(row)?;
    tx.tell(Change::Lane(lane));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::clock::Clock;

    const LANE: Lane = Lane { bot: 1, chat: 5, thread: 0, control: false };

    #[tokio::test]
    async fn in_a_store_of_before_nobody_has_chosen_anything() {
        let place = tempfile::tempdir().unwrap();
        drop(open::open(place.path(), Clock::movable(), &open::SCHEMA[..3], None).unwrap());
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        assert_eq!(store.preferences(LANE).await.unwrap(), Preferences::default());
        assert_eq!(store.languages(1).await.unwrap(), []);
    }

    #[tokio::test]
    async fn words_of_a_newer_version_count_as_not_chosen() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let rows = "INSERT INTO preferences (bot, chat, thread, model, effort, length) VALUES (1, 5, 0, 'a/b', 'wild', 'epic');
            INSERT INTO user_preferences (bot, user_id, language) VALUES (1, 5, 'xx'), (1, 6, NULL), (1, 7, 'ru')";
        let write = |tx: &Transaction<'_>| {
            tx.tell(Change::All);
            Ok(tx.db.execute_batch(rows)?)
        };
        store.write(write).await.unwrap();
        let model = Some("a/b".to_owned());
        assert_eq!(store.preferences(LANE).await.unwrap(), Preferences { model, ..Preferences::default() });
        assert_eq!(store.languages(1).await.unwrap(), [(7, Language::Ru)]);
    }
}
