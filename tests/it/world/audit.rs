//! What no story asserts and every story wants.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use routergram::sandbox::telegram::FakeTelegram;
use rusqlite::{Connection, OpenFlags};

use super::{KEY, World, until, within};

impl World {
    /// Returns when everything that people have sent is stored and worked on.
    pub(crate) async fn drains(&self) {
        within("Telegram has delivered everything", self.telegram.all_delivered()).await;
        let database = self.folder.path().to_owned();
        until("the bot has worked on everything", async || pending(&database) == 0).await;
    }

    /// From now on the model's first words wait until the ledger knows of them, so that whoever dies over them leaves an
    /// open line.
    pub(crate) fn words_wait_for_the_ledger(&self) {
        let folder = self.folder.path().to_owned();
        self.model.first_delta_when(move |asked| is_entered(&folder, &asked.generation_id));
    }

    /// Returns when the cost of everything that was asked is known, or given up.
    pub(crate) async fn settles(&self) {
        within("the model has closed its book", self.model.idle()).await;
        let open = "SELECT count(*) FROM ledger WHERE settle_at IS NOT NULL";
        until("the ledger is settled", async || stored::<i64>(self.folder.path(), open) == 0).await;
    }

    /// Everything that the model has charged and the ledger has not, or has otherwise; and what the ledger has beyond that.
    pub(crate) fn misbooked(&self) -> Vec<String> {
        let database = open(self.folder.path());
        let mut statement = database.prepare("SELECT generation_id, ifnull(cost_micro_usd, 0) FROM ledger").unwrap();
        let lines = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let mut lines: HashMap<String, i64> = lines.collect::<Result<_, _>>().unwrap();
        let mut wrong = Vec::new();
        for booking in self.model.book() {
            let (charged, entered) = (booking.cost_micro_usd(), lines.remove(&booking.generation_id));
            if entered != Some(charged) {
                wrong.push(format!("{}: charged {charged}, entered {entered:?}", booking.generation_id));
            }
        }
        wrong.extend(lines.iter().filter(|(_, cost)| **cost != 0).map(|(id, cost)| format!("{id}: invented {cost}")));
        let sums =
            "SELECT (SELECT ifnull(sum(cost_micro_usd), 0) FROM ledger) - ifnull(sum(cost_micro_usd), 0) FROM spent";
        let difference: i64 = database.query_row(sums, [], |row| row.get(0)).unwrap();
        if difference != 0 {
            wrong.push(format!("the sums lack {difference}"));
        }
        wrong
    }

    /// Returns when an answer is stored and not delivered yet.
    pub(crate) async fn an_answer_is_stored(&self) {
        let generated = "SELECT count(*) FROM inbox WHERE stage = 'generated'";
        until("an answer is stored", async || stored::<i64>(self.folder.path(), generated) == 1).await;
    }

    /// Returns when Telegram has read what was on its way to it: a call that a dead process had sent off is read before
    /// one that comes later.
    pub(crate) async fn telegram_has_read_everything(&self) {
        let nothing = format!("{}/", self.telegram.api_url());
        within("Telegram answers", self.bot.http.get(nothing).send()).await.unwrap();
    }

    /// The end of a story: drains, stops the bot, and looks for what went wrong unnoticed.
    pub(crate) async fn ends(mut self) {
        if self.bot.is_running() {
            self.drains().await;
            let ended = self.bot.stops().await;
            assert_eq!(ended.status, Some(0), "it does not stop in good order:\n{}", self.bot.log());
        }
        assert_eq!(self.telegram.unexpected(), Vec::<String>::new(), "Telegram did not understand");
        assert_eq!(self.model.unexpected(), Vec::<String>::new(), "the model did not understand");
        let complaints = complaints(&self.bot.log(), &self.expected);
        assert!(complaints.is_empty(), "in the log:\n{}", complaints.join("\n"));
        keeps_secrets(&self.bot.log(), &self.telegram);
        // A bot that was never started has made none.
        if database(self.folder.path()).is_some() {
            is_sound(self.folder.path());
        }
    }
}

/// Errors and warnings in the log that no story expects.
fn complaints(log: &str, expected: &[&str]) -> Vec<String> {
    let loud = |line: &&str| {
        ["\"level\":\"error\"", "\"level\":\"warn\"", "panicked at"].iter().any(|mark| line.contains(mark))
    };
    let surprising = |line: &&str| !expected.iter().any(|words| line.contains(words));
    log.lines().filter(loud).filter(surprising).map(str::to_owned).collect()
}

/// No line holds the token, the key, or the derived webhook secret.
pub(crate) fn keeps_secrets(log: &str, telegram: &FakeTelegram) {
    let secret = telegram.webhook().and_then(|webhook| webhook.secret);
    for secret in [Some(telegram.token().to_owned()), Some(KEY.to_owned()), secret].into_iter().flatten() {
        assert!(!log.contains(&secret), "the log holds a secret:\n{log}");
    }
}

/// Is this generation in the ledger?
fn is_entered(folder: &Path, generation_id: &str) -> bool {
    let entered = "SELECT count(*) FROM ledger WHERE generation_id = ?1";
    let count = open(folder).query_row(entered, [generation_id], |row| row.get::<_, i64>(0));
    count.is_ok_and(|count| count > 0)
}

/// How many updates wait in the store, claimed ones included.
fn pending(folder: &Path) -> i64 {
    let count = open(folder).query_row("SELECT count(*) FROM inbox WHERE state = 'pending'", [], |row| row.get(0));
    count.unwrap_or(i64::MAX)
}

/// The database passes its own check.
pub(crate) fn is_sound(folder: &Path) {
    let verdict: String = open(folder).query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
}

/// One value of the store.
pub(crate) fn stored<T: rusqlite::types::FromSql>(folder: &Path, query: &str) -> T {
    open(folder).query_row(query, [], |row| row.get(0)).unwrap()
}

fn database(folder: &Path) -> Option<PathBuf> {
    let mut files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.find(|path| path.extension().is_some_and(|extension| extension == "db" || extension == "sqlite"))
}

pub(crate) fn open(folder: &Path) -> Connection {
    let file = database(folder).expect("the bot has made its database");
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    database.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    database
}
