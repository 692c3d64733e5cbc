//! What no story asserts and every story wants.

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
