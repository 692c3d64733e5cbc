//! The only reader of the environment.
//!
//! It takes the process's variables and those of `.env`, keeps what has one of our names, and cleans the values: trimmed,
//! without the quotes that `docker --env-file` leaves around them, blank the same as not set. A variable that is not
//! UTF-8 is a problem when it is ours and nobody's business otherwise (asking `std` or `envy` for all variables would
//! panic on it). The environment itself is never written: `.env` is a second layer below it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::{later, spelling, vars};
use crate::faults;

/// Where settings come from.
#[derive(Debug, Clone)]
pub struct Sources {
    vars: Vec<(OsString, OsString)>,
    pub(super) dotenv: Option<PathBuf>,
    pub(super) stdout_is_terminal: bool,
}

impl Sources {
    /// This process's environment, and `.env` in the working directory.
    #[must_use]
    pub fn of_this_process() -> Self {
        let vars: Vec<_> = std::env::vars_os().collect();
        faults::arm(&vars);
        Self { vars, dotenv: Some(PathBuf::from(".env")), stdout_is_terminal: std::io::stdout().is_terminal() }
    }

    /// These variables, this `.env`, and no terminal. For tests and for the sandbox, which makes its settings up.
    #[must_use]
    pub fn given<N, V>(vars: impl IntoIterator<Item = (N, V)>, dotenv: Option<PathBuf>) -> Self
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { vars, dotenv, stdout_is_terminal: false }
    }

    /// The same, with a variable that the command line has set over whatever was set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.into(), value.into()));
        self
    }

    /// May what is printed be coloured? On a terminal that can show it, unless `NO_COLOR` (no-color.org) is set.
    #[must_use]
    pub fn want_colour(&self) -> bool {
        let is = |wanted: &str, holds: fn(&OsString) -> bool| {
            self.vars.iter().any(|(name, value)| name.to_str() == Some(wanted) && holds(value))
        };
        self.stdout_is_terminal && !is("NO_COLOR", |value| !value.is_empty()) && !is("TERM", |value| value == "dumb")
    }
}

/// Our variables as they were set, before aliases and files are looked at.
#[derive(Debug, Default)]
pub(super) struct Layers {
    /// What the process was given; it wins.
    pub(super) environment: BTreeMap<String, String>,
    /// What `.env` says.
    pub(super) dotenv: BTreeMap<String, String>,
    /// Canonical names of variables that are set to something unreadable.
    pub(super) broken: BTreeSet<&'static str>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
    /// Whether Railway runs this process.
    pub(super) on_railway: bool,
}

/// Any of these is set by Railway and by nobody else.
const RAILWAY_SETS: [&str; 3] = ["RAILWAY_ENVIRONMENT_NAME", "RAILWAY_DEPLOYMENT_ID", "RAILWAY_PUBLIC_DOMAIN"];

impl Layers {
    /// Reads both layers.
    pub(super) fn read(sources: &Sources) -> Self {
        let mut layers = Self::default();
        for (name, value) in &sources.vars {
            let Some(name) = name.to_str() else { continue };
            layers.on_railway |= RAILWAY_SETS.contains(&name) && !value.is_empty();
            match value.to_str() {
                Some(value) => layers.take_from_environment(name, value),
                None => layers.not_text(name, value.len()),
            }
        }
        if let Some(path) = &sources.dotenv {
            layers.take_dotenv(path);
        }
        layers
    }

    fn take_from_environment(&mut self, name: &str, value: &str) {
        let value = value.trim();
        if vars::recognised(name).is_none() {
            self.stranger(name, value);
            return;
        }
        let value = if let Some(inside) = unquoted(value) {
            self.warnings.push(format!("{name} has quotes around its value; they were taken off"));
            inside.trim()
        } else {
            value
        };
        if !value.is_empty() {
            self.environment.insert(name.to_owned(), value.to_owned());
        }
    }

    fn take_dotenv(&mut self, path: &Path) {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => {
                return self.problems.push(dotenv_problem(
                    path,
                    format!("not readable: {}", error.kind()),
                    "let this process read it, or remove it",
                ));
            }
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return self.problems.push(dotenv_problem(path, "not UTF-8 text".to_owned(), "save it as UTF-8"));
        };
        // dotenvy takes a byte order mark for a part of the first name, and a last line that ends in blanks but not in
        // a newline for an unfinished one.
        let text = format!("{}\n", text.trim_start_matches('\u{feff}'));
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            match line {
                Ok((name, value)) => self.take_from_dotenv(&name, value.trim()),
                Err(error) => self.problems.push(unreadable_line(path, &text, &error)),
            }
        }
    }

    fn take_from_dotenv(&mut self, name: &str, value: &str) {
        if vars::recognised(name).is_none() {
            self.stranger(name, value);
        } else if let Some(first) = self.dotenv.get(name) {
            if first != value {
                self.warnings.push(format!("{name} is set twice in .env; the first value is used"));
            }
        } else if !value.is_empty() {
            self.dotenv.insert(name.to_owned(), value.to_owned());
        }
    }

    /// A variable that is not ours: worth a word when its owner seems to think that it is.
    fn stranger(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let warning = later::warning(name).or_else(|| spelling::warning(name));
        self.warnings.extend(warning.filter(|warning| !self.warnings.contains(warning)));
    }

    fn not_text(&mut self, name: &str, bytes: usize) {
        let Some(var) = vars::recognised(name) else { return };
        self.broken.insert(var.name);
        self.problems.push(Problem {
            variable: name.to_owned(),
            origin: Some("environment".to_owned()),
            found: format!("not UTF-8 text ({bytes} bytes)"),
            expected: "plain text".to_owned(),
            fix: format!("set {name} again, for instance by typing the value instead of pasting it"),
        });
    }
}

/// `value` without one pair of quotes around all of it, when there is one.
fn unquoted(value: &str) -> Option<&str> {
    ['"', '\''].into_iter().find_map(|quote| {
        let inside = value.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inside.contains(quote)).then_some(inside)
    })
}

fn dotenv_problem(path: &Path, found: String, fix: &str) -> Problem {
    Problem {
        variable: path.display().to_string(),
        origin: None,
        found,
        expected: "lines of the form NAME=value".to_owned(),
        fix: fix.to_owned(),
    }
}

/// The parser's own message holds the line, which may be a secret: only its number is told.
fn unreadable_line(path: &Path, text: &str, error: &dotenvy::Error) -> Problem {
    let place = match error {
        dotenvy::Error::LineParse(line, _) => text.find(line.as_str()),
        _ => None,
    };
    let found = place.map_or_else(
        || "not understood".to_owned(),
        |at| format!("not understood at line {}", text[..at].matches('\n').count() + 1),
    );
    dotenv_problem(path, found, "put a value that has spaces, quotes, # or $ in it between quotes: NAME=\"a value\"")
}
