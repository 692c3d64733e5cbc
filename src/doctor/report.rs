//! What was found, for people and for scripts.
//!
//! For people: one line for each thing, aligned, and below a line that is not well what to do. For scripts: one JSON
//! object whose names do not change. A name may come more than once: each problem of the settings is a row.

use std::fmt::Write as _;

use serde::Serialize;

use crate::telemetry::Redactor;

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// In the order of looking.
    pub rows: Vec<Row>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What was looked at, in small letters and `_`.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was found, in words; for something skipped, why.
    pub found: String,
    /// What to do, as one sentence; `None` when there is nothing to do.
    pub fix: Option<String>,
}

/// How a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// The bot works, or will; somebody should look at it all the same.
    Warning,
    /// The bot does not work, or not in full.
    Failure,
    /// Not looked at.
    Skipped,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing has failed; there may be warnings.
    Well,
    /// Something has failed.
    Failing,
    /// The settings cannot be used.
    Unusable,
}

impl Row {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: found.into(), fix: None }
    }

    pub(super) fn skipped(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, state: State::Skipped, found: why.into(), fix: None }
    }

    pub(super) fn warning(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Warning, found: found.into(), fix: Some(fix.into()) }
    }

    pub(super) fn failure(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Failure, found: found.into(), fix: Some(fix.into()) }
    }

    /// A failure, or a warning where the failure `is_certain` no more than possible.
    pub(super) fn wrong(
        name: &'static str,
        is_certain: bool,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        let row = Self::failure(name, found, fix);
        if is_certain { row } else { Self { state: State::Warning, ..row } }
    }

    pub(super) fn redacted(self, redactor: &Redactor) -> Self {
        let clean = |text: String| redactor.redact(&text).into_owned();
        Self { found: clean(self.found), fix: self.fix.map(clean), ..self }
    }

    /// On one line: others' words may have several.
    fn line(text: &str) -> String {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failure => "FAILURE",
            Self::Skipped => "skipped",
        }
    }

    /// ANSI's green, yellow, bold red, and faint.
    const fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\x1b[32m",
            Self::Warning => "\x1b[33m",
            Self::Failure => "\x1b[1;31m",
            Self::Skipped => "\x1b[2m",
        }
    }
}

/// The widest word of a state.
const STATE_WIDTH: usize = "FAILURE".len();

impl Report {
    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let failing = |row: &&Row| row.state == State::Failure;
        match self.rows.iter().find(failing) {
            None => Verdict::Well,
            // The first row of all, when there is one, is that of the settings.
            Some(row) if row.name == super::SETTINGS => Verdict::Unusable,
            Some(_) => Verdict::Failing,
        }
    }

    /// For people.
    #[must_use]
    pub fn text(&self, colour: bool) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
        let indent = STATE_WIDTH + 2 + width + 2;
        let mut text = String::new();
        for row in &self.rows {
            let (on, off) = if colour { (row.state.colour(), "\x1b[0m") } else { ("", "") };
            let (state, name, found) = (row.state.word(), row.name.replace('_', " "), Row::line(&row.found));
            // Writing to a String cannot fail, here and below.
            let _ = writeln!(text, "{on}{state:STATE_WIDTH$}{off}  {name:width$}  {found}");
            if let Some(fix) = &row.fix {
                let _ = writeln!(text, "{:indent$}fix: {}", "", Row::line(fix));
            }
        }
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    fn summary(&self) -> String {
        let count = |state| self.rows.iter().filter(|row| row.state == state).count();
        let some = |count: usize, word: &str| match count {
            0 => None,
            1 => Some(format!("1 {word}")),
            several => Some(format!("{several} {word}s")),
        };
        let bad = [some(count(State::Failure), "failure"), some(count(State::Warning), "warning")];
        let bad = bad.into_iter().flatten().collect::<Vec<_>>().join(", ");
        if bad.is_empty() { "All is well.".to_owned() } else { format!("{bad}.") }
    }

    /// For scripts: `{"ok": bool, "rows": [{"name", "state", "found", "fix"}]}`.
    #[must_use]
    pub fn json(&self) -> String {
        let body = serde_json::json!({"ok": self.verdict() == Verdict::Well, "rows": self.rows});
        format!("{body:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(rows: impl Into<Vec<Row>>) -> Report {
        Report { rows: rows.into() }
    }

    #[test]
    fn rows_are_aligned_and_each_fix_stands_below_its_row() {
        let rows = [
            Row::ok("settings", "complete"),
            Row::failure("data_folder", "cannot\nwrite", "Do this"),
            Row::skipped("desk", "not set up"),
        ];
        insta::assert_snapshot!(report(rows.clone()).text(false), @r"
        ok       settings     complete
        FAILURE  data folder  cannot write
                              fix: Do this
        skipped  desk         not set up

        1 failure.
        ");
        assert!(report(rows).text(true).starts_with("\x1b[32mok     \x1b[0m  settings     complete\n"));
    }

    #[test]
    fn a_script_finds_every_name() {
        let json = report([Row::warning("clock", "slow", "Set it"), Row::ok("port", "free")]).json();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let clock = serde_json::json!({"name": "clock", "state": "warning", "found": "slow", "fix": "Set it"});
        assert_eq!((&json["ok"], &json["rows"][0]), (&serde_json::json!(true), &clock));
        assert!(json["rows"][1]["fix"].is_null());
    }

    #[test]
    fn warnings_are_well_and_settings_come_first() {
        let (bad, odd) = (Row::failure("key", "", ""), Row::warning("key", "", ""));
        assert_eq!(report([odd]).verdict(), Verdict::Well);
        assert_eq!(report([Row::ok("settings", ""), bad.clone()]).verdict(), Verdict::Failing);
        assert_eq!(report([Row::failure("settings", "", ""), bad]).verdict(), Verdict::Unusable);
    }
}
