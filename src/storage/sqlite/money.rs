//! Money: the sums of the ledger, and the budgets of people.
//!
//! Nothing here reads the ledger's lines but those that are open: a year of answers is some thousand sums to a person.

use rusqlite::{Connection, Params, Row, named_params};

use crate::clock::Day;
use crate::storage::{Bill, Books, Spent, StorageError};

use super::Sqlite;

/// By its index: by the table's own order SQLite would read every day of everybody.
const SPENT_ON: &str =
    "SELECT user_id, cost_micro_usd FROM spent INDEXED BY spent_of_day WHERE bot = :bot AND day = :day";

const OPEN: &str = "
    SELECT generation_id, user_id, day, reserved_micro_usd FROM ledger WHERE bot = :bot AND settle_at IS NOT NULL";

const BUDGETS: &str = "SELECT user_id, budget_micro_usd FROM people WHERE bot = :bot AND budget_micro_usd IS NOT NULL";

/// What this opening of the store has begun is not in doubt.
const IN_DOUBT: &str = "
    SELECT count(*) FROM inbox
    WHERE bot = :bot AND state = 'pending' AND stage = 'started' AND owner NOT IN (SELECT id FROM instances)
      AND seq NOT IN (SELECT seq FROM ledger WHERE bot = :bot AND settle_at IS NOT NULL)";

pub(super) const SPENT: &str = "
    SELECT day, model, answers, unpriced, prompt_tokens, completion_tokens, cost_micro_usd FROM spent
    WHERE bot = :bot AND user_id = :payer AND day >= :since ORDER BY day, model";

const SET_BUDGET: &str = "
    INSERT INTO people (bot, user_id, budget_micro_usd) VALUES (:bot, :user, :budget)
    ON CONFLICT (bot, user_id) DO UPDATE SET budget_micro_usd = excluded.budget_micro_usd";

impl Sqlite {
    pub(in crate::storage) async fn books(&self, bot: i64, day: Day) -> Result<Books, StorageError> {
        self.read(move |db| {
            let of_bot = named_params! { ":bot": bot };
            let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
            Ok(Books {
                spent: all(db, SPENT_ON, named_params! { ":bot": bot, ":day": day.0 }, pair)?,
                open: all(db, OPEN, of_bot, |row| {
                    let bill = Bill { payer: row.get(1)?, day: Day(row.get(2)?), reserved_micro_usd: row.get(3)? };
                    Ok((row.get(0)?, bill))
                })?,
                budgets: all(db, BUDGETS, of_bot, pair)?,
                in_doubt: db.prepare_cached(IN_DOUBT)?.query_row(of_bot, |row| number(row, 0))?,
            })
        })
        .await
    }

    pub(in crate::storage) async fn spent(&self, bot: i64, payer: i64, since: Day) -> Result<Vec<Spent>, StorageError> {
        self.read(move |db| {
            all(db, SPENT, named_params! { ":bot": bot, ":payer": payer, ":since": since.0 }, |row| {
                Ok(Spent {
                    day: Day(row.get(0)?),
                    model: row.get(1)?,
                    answers: number(row, 2)?,
                    unpriced: number(row, 3)?,
                    prompt_tokens: number(row, 4)?,
                    completion_tokens: number(row, 5)?,
                    cost_micro_usd: row.get(6)?,
                })
            })
        })
        .await
    }

    pub(in crate::storage) async fn set_budget(
        &self,
        bot: i64,
        user: i64,
        budget: Option<i64>,
    ) -> Result<(), StorageError> {
        self.write(move |tx| {
            let change = named_params! { ":bot": bot, ":user": user, ":budget": budget };
            tx.db.prepare_cached(SET_BUDGET)?.execute(change)?;
            Ok(())
        })
        .await
    }
}

/// A count, which is never negative.
fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

fn all<T>(
    db: &Connection,
    sql: &str,
    which: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StorageError> {
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(which, read)?;
    Ok(found.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::clock::Clock;

    /// A line of an older version: one question a minute for a year, by ten people with three models.
    const A_YEAR: &str = "
        WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 99999)
        INSERT INTO ledger (generation_id, bot, chat, user_id, seq, model, prompt_tokens, completion_tokens, cost_micro_usd,
                            charged_at)
        SELECT 'gen-' || n, 1, n % 10, n % 10, n, 'lab/model-' || (n % 3), 10, 20, nullif(n % 7, 0), n * 315360
        FROM n";

    const AGREES: &str = "
        SELECT count(*) FROM (
            SELECT bot, user_id, day, model, count(*), sum(cost_micro_usd IS NULL), sum(prompt_tokens),
                   sum(completion_tokens), coalesce(sum(cost_micro_usd), 0)
            FROM ledger WHERE model <> '' OR cost_micro_usd IS NOT NULL GROUP BY bot, user_id, day, model
            EXCEPT SELECT * FROM spent)";

    #[tokio::test]
    async fn a_year_of_an_older_version_is_summed_up() {
        let place = tempfile::tempdir().unwrap();
        drop(open::open(place.path(), Clock::movable(), &open::SCHEMA[..4], None).unwrap());
        Connection::open(place.path().join("routergram.db")).unwrap().execute_batch(A_YEAR).unwrap();

        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let differing: i64 = store.read(|db| Ok(db.query_row(AGREES, [], |row| row.get(0))?)).await.unwrap();
        assert_eq!(differing, 0);
        let (month, day) = (store.spent(1, 3, Day(330)).await.unwrap(), store.books(1, Day(360)).await.unwrap());
        assert_eq!((month.len(), day.spent.len()), (35 * 3, 10 * 3));
        assert_eq!(month.iter().map(|sum| sum.answers).sum::<u64>(), 959);
    }

    #[tokio::test]
    async fn what_a_person_has_spent_is_found_without_reading_anybody_elses_days() {
        let place = tempfile::tempdir().unwrap();
        let store = Sqlite::open(place.path(), Clock::movable(), None).await.unwrap();
        let plan = format!("EXPLAIN QUERY PLAN {SPENT}");
        let plan: String = store
            .read(move |db| {
                let which = named_params! { ":bot": 1, ":payer": 1, ":since": 1 };
                Ok(db.query_row(&plan, which, |row| row.get(3))?)
            })
            .await
            .unwrap();
        assert!(plan.contains("bot=? AND user_id=? AND day>?"), "{plan}");
    }
}
