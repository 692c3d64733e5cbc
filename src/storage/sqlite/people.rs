//! People: what was decided about them, what they were told, and pages of them.
//!
//! What they have spent comes from the ledger's sums, a few rows to each person of a page; nothing here reads the ledger.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::clock::Day;
use crate::storage::{Days, Decision, Everybody, MOST_STRANGERS, Person, PersonChange, SomePeople, StorageError};

use super::{Sqlite, Transaction};

const DECIDED: &str = "
    SELECT user_id, allowed, banned FROM people INDEXED BY people_decided WHERE bot = :bot AND allowed + banned > 0";

/// Whoever is decided about anew has been told nothing of it.
const DECIDE: &str = "
    INSERT INTO people (bot, user_id, allowed, banned) VALUES (:bot, :user, :allowed, :banned)
    ON CONFLICT (bot, user_id) DO UPDATE SET allowed = excluded.allowed, banned = excluded.banned, told = 0";

const TOLD: &str = "SELECT told FROM people WHERE bot = :bot AND user_id = :user";

/// Whoever is answered may use the bot, and would have to be told anew that they may not.
const SEE: &str = "
    INSERT INTO people (bot, user_id, first_seen, last_seen, name)
    VALUES (:bot, :user, :day, :day, sealed(:name, 'people.name', :bot, :user))
    ON CONFLICT (bot, user_id) DO UPDATE SET
        first_seen = coalesce(first_seen, excluded.first_seen), last_seen = excluded.last_seen,
        name = coalesce(excluded.name, name), told = 0";

const TELL: &str = "
    INSERT INTO people (bot, user_id, first_seen, last_seen, told) VALUES (:bot, :user, :day, :day, 1)
    ON CONFLICT (bot, user_id) DO UPDATE SET
        first_seen = coalesce(first_seen, excluded.first_seen), last_seen = excluded.last_seen, told = 1";

const FORGET_STRANGERS: &str = "
    DELETE FROM people WHERE bot = :bot AND user_id IN (
        SELECT user_id FROM people WHERE bot = :bot AND told = 1 AND banned = 0 AND budget_micro_usd IS NULL
        ORDER BY last_seen DESC, user_id DESC LIMIT -1 OFFSET :most)";

/// A macro, because statements are put together at compile time.
macro_rules! of_people {
    ($rest:literal) => {
        concat!(
            "SELECT user_id, unsealed(name, 'people.name', bot, user_id), allowed, banned, first_seen, last_seen FROM people ",
            "WHERE bot = :bot ",
            $rest
        )
    };
}

const PERSON: &str = of_people!("AND user_id = :user");
pub(super) const PAGE: &str = of_people!("ORDER BY last_seen DESC, user_id LIMIT :limit OFFSET :before");
const NAMED: &str = of_people!("AND name IS NOT NULL ORDER BY last_seen DESC, user_id");

const COUNT: &str = "SELECT count(*) FROM people WHERE bot = :bot";
const COUNT_TODAY: &str = "SELECT count(*) FROM people WHERE bot = :bot AND last_seen = :today AND told = 0";

const SPENT: &str = "
    SELECT coalesce(sum(answers), 0), coalesce(sum(cost_micro_usd), 0),
           coalesce(sum(iif(day = :today, cost_micro_usd, 0)), 0)
    FROM spent WHERE bot = :bot AND user_id = :user AND day >= :since";

/// From the index alone.
pub(super) const SPENT_BY_ALL: &str = "
    SELECT coalesce(sum(cost_micro_usd), 0), coalesce(sum(iif(day = :today, cost_micro_usd, 0)), 0)
    FROM spent INDEXED BY spent_of_day WHERE bot = :bot AND day >= :since";

impl Sqlite {
    pub(in crate::storage) async fn decisions(&self, bot: i64) -> Result<Vec<(i64, Decision)>, StorageError> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(DECIDED)?;
            let found = statement.query_map(named_params! { ":bot": bot }, |row| {
                Ok((row.get(0)?, Decision { allowed: row.get(1)?, banned: row.get(2)? }))
            })?;
            Ok(found.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(in crate::storage) async fn decide(&self, bot: i64, user: i64, decision: Decision) -> Result<(), StorageError> {
        self.write(move |tx| {
            let Decision { allowed, banned } = decision;
            let row = named_params! { ":bot": bot, ":user": user, ":allowed": allowed, ":banned": banned };
            tx.db.prepare_cached(DECIDE)?.execute(row)?;
            Ok(())
        })
        .await
    }

    pub(in crate::storage) async fn was_told(&self, bot: i64, user: i64) -> Result<bool, StorageError> {
        self.read(move |db| {
            let told =
                db.prepare_cached(TOLD)?.query_row(named_params! { ":bot": bot, ":user": user }, |row| row.get(0));
            Ok(told.optional()?.unwrap_or(false))
        })
        .await
    }

    pub(in crate::storage) async fn person(
        &self,
        bot: i64,
        user: i64,
        days: Days,
    ) -> Result<Option<Person>, StorageError> {
        self.read(move |db| {
            let which = named_params! { ":bot": bot, ":user": user };
            let found = db.prepare_cached(PERSON)?.query_row(which, person).optional()?;
            found.map(|person| with_sums(db, bot, person, days)).transpose()
        })
        .await
    }

    pub(in crate::storage) async fn people(
        &self,
        bot: i64,
        (before, limit): (usize, usize),
        days: Days,
    ) -> Result<SomePeople, StorageError> {
        self.read(move |db| {
            let all = number(db.prepare_cached(COUNT)?.query_row(named_params! { ":bot": bot }, |row| row.get(0))?);
            let page = named_params! { ":bot": bot, ":before": signed(before), ":limit": signed(limit) };
            let mut statement = db.prepare_cached(PAGE)?;
            let people = statement.query_map(page, person)?.map(|person| with_sums(db, bot, person?, days));
            Ok(SomePeople { people: people.collect::<Result<_, _>>()?, before, all })
        })
        .await
    }

    pub(in crate::storage) async fn people_named(
        &self,
        bot: i64,
        words: String,
        (before, limit): (usize, usize),
        days: Days,
    ) -> Result<SomePeople, StorageError> {
        // SQLite knows upper and lower case of Latin letters alone, so names are compared here.
        let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
        self.read(move |db| {
            let mut statement = db.prepare_cached(NAMED)?;
            let mut rows = statement.query(named_params! { ":bot": bot })?;
            let mut found = SomePeople { before, ..SomePeople::default() };
            while let Some(row) = rows.next()? {
                let name = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?.to_lowercase();
                if !words.iter().all(|word| name.contains(word)) {
                    continue;
                }
                if (before..before.saturating_add(limit)).contains(&found.all) {
                    found.people.push(with_sums(db, bot, person(row)?, days)?);
                }
                found.all += 1;
            }
            Ok(found)
        })
        .await
    }

    pub(in crate::storage) async fn everybody(&self, bot: i64, days: Days) -> Result<Everybody, StorageError> {
        self.read(move |db| {
            let today = named_params! { ":bot": bot, ":today": days.today.0 };
            let since = named_params! { ":bot": bot, ":today": days.today.0, ":since": days.since.0 };
            let (micro_usd, micro_usd_today) =
                db.prepare_cached(SPENT_BY_ALL)?.query_row(since, |row| Ok((row.get(0)?, row.get(1)?)))?;
            let people: i64 = db.prepare_cached(COUNT)?.query_row(named_params! { ":bot": bot }, |row| row.get(0))?;
            let people_today: i64 = db.prepare_cached(COUNT_TODAY)?.query_row(today, |row| row.get(0))?;
            let (people, people_today) = (people.unsigned_abs(), people_today.unsigned_abs());
            Ok(Everybody { people, people_today, micro_usd, micro_usd_today })
        })
        .await
    }
}

/// Notes something about a person.
pub(super) fn change(tx: &Transaction<'_>, bot: i64, change: &PersonChange) -> Result<(), StorageError> {
    match change {
        PersonChange::Seen { user, day, name } => {
            let row = named_params! { ":bot": bot, ":user": user, ":day": day.0, ":name": name };
            tx.db.prepare_cached(SEE)?.execute(row)?;
        }
        PersonChange::Told { user, day } => {
            tx.db.prepare_cached(TELL)?.execute(named_params! { ":bot": bot, ":user": user, ":day": day.0 })?;
            let most = named_params! { ":bot": bot, ":most": signed(MOST_STRANGERS) };
            tx.db.prepare_cached(FORGET_STRANGERS)?.execute(most)?;
        }
    }
    Ok(())
}

fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    let day = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(column)?.map(Day));
    Ok(Person {
        user: row.get(0)?,
        name: row.get(1)?,
        decision: Decision { allowed: row.get(2)?, banned: row.get(3)? },
        first_seen: day(4)?,
        last_seen: day(5)?,
        ..Person::default()
    })
}

fn with_sums(db: &Connection, bot: i64, person: Person, days: Days) -> Result<Person, StorageError> {
    let which = named_params! {
        ":bot": bot, ":user": person.user, ":today": days.today.0, ":since": days.since.0,
    };
    Ok(db.prepare_cached(SPENT)?.query_row(which, |row| {
        let answers = row.get::<_, i64>(0)?.unsigned_abs();
        Ok(Person { answers, micro_usd: row.get(1)?, micro_usd_today: row.get(2)?, ..person })
    })?)
}

fn number(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

/// SQLite counts with signs.
fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::clock::Clock;

    const DAYS: Days = Days { since: Day(20_000), today: Day(20_010) };

    /// Ten thousand people, each with three models on each of ten days.
    const MANY: &str = "
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000)
        INSERT INTO people (bot, user_id, first_seen, last_seen, told) SELECT 1, n, 20000, 20000 + n % 10, 1 FROM n;
        WITH RECURSIVE d(d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM d WHERE d < 29)
        INSERT INTO spent SELECT 1, user_id, 20000 + d / 3, 'lab/model-' || (d % 3), 1, 0, 1, 1, user_id FROM people, d;";

    async fn plan(store: &Sqlite, sql: &str) -> String {
        let sql = format!("EXPLAIN QUERY PLAN {sql}");
        let rows = store.read(move |db| {
            let mut statement = db.prepare(&sql)?;
            let lines = statement.raw_query().mapped(|row| row.get::<_, String>(3)).collect::<Result<Vec<_>, _>>()?;
            Ok(lines.join("; "))
        });
        rows.await.unwrap()
    }

    #[tokio::test]
    async fn a_page_and_the_sums_of_everybody_come_from_indexes() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let page = plan(&store, PAGE).await;
        assert!(page.contains("people_by_day") && !page.contains("TEMP B-TREE"), "{page}");
        let sums = plan(&store, SPENT).await;
        assert!(sums.contains("bot=? AND user_id=? AND day>?"), "{sums}");
        let all = plan(&store, SPENT_BY_ALL).await;
        assert!(all.contains("COVERING INDEX spent_of_day"), "{all}");
        let strangers = plan(&store, FORGET_STRANGERS).await;
        assert!(strangers.contains("people_told"), "{strangers}");
        assert!(plan(&store, DECIDED).await.contains("people_decided"));
    }

    #[tokio::test]
    async fn a_page_of_ten_thousand_people_has_their_sums_and_the_oldest_stranger_goes_for_a_new_one() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        store.write(|tx| Ok(tx.db.execute_batch(MANY)?)).await.unwrap();
        let page = store.people(1, (9_992, 8), DAYS).await.unwrap();
        let last = page.people.last().unwrap();
        assert_eq!((page.all, page.people.len(), last.user), (10_000, 8, 10_000));
        assert_eq!((last.answers, last.micro_usd, last.micro_usd_today), (30, 300_000, 0));
        let everybody = store.everybody(1, DAYS).await.unwrap();
        assert_eq!((everybody.people, everybody.micro_usd), (10_000, 30 * 50_005_000));

        let told = PersonChange::Told { user: 20_000, day: Day(20_010) };
        store.write(move |tx| change(tx, 1, &told)).await.unwrap();
        assert_eq!(store.people(1, (0, 1), DAYS).await.unwrap().all, MOST_STRANGERS);
        assert!(store.was_told(1, 20_000).await.unwrap());
        let oldest = 10; // of the first day, the smallest id
        assert!(!store.was_told(1, oldest).await.unwrap());
    }

    #[tokio::test]
    async fn whoever_had_been_answered_before_people_were_kept_is_known() {
        let place = tempfile::tempdir().unwrap();
        drop(open::open(place.path(), Clock::movable(), &open::SCHEMA[..5], None).unwrap());
        let rows = "INSERT INTO people (bot, user_id, budget_micro_usd) VALUES (1, 5, 7);
            INSERT INTO spent VALUES (1, 5, 20001, 'm', 1, 0, 1, 1, 3), (1, 5, 20004, 'm', 1, 0, 1, 1, 4),
                                     (1, -6, 20002, 'm', 1, 0, 1, 1, 5)";
        Connection::open(place.path().join("routergram.db")).unwrap().execute_batch(rows).unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let seen: Vec<_> = store.people(1, (0, 9), DAYS).await.unwrap().people;
        let seen: Vec<_> = seen.iter().map(|person| (person.user, person.first_seen, person.last_seen)).collect();
        let day = |day| Some(Day(day));
        assert_eq!(seen, [(5, day(20_001), day(20_004)), (-6, day(20_002), day(20_002))]);
        assert_eq!(store.books(1, Day(20_004)).await.unwrap().budgets, [(5, 7)]);
    }
}
