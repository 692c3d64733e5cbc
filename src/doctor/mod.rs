//! `doctor`: looks at everything that the bot depends on, and says of each thing that is wrong what to do.
//!
//! It is for the moment in which something does not work and nobody knows what: so it asks each thing itself instead
//! of believing the settings, asks them side by side, and waits for none of them longer than [`PATIENCE`]. One file per
//! thing; each makes its [`Row`]s, and [`report`] prints them.
//!
//! It refuses to mend anything: nothing at Telegram, at the model's server or in the data folder is different after it,
//! also when a bot is running here. And nothing secret is in a row: addresses are concealed where they are made, and
//! every row passes the log's redactor at the end.

use std::time::Duration;

use crate::clock::Clock;
use crate::config::{Config, ConfigProblems, Loaded, Mode};

mod data_folder;
mod model;
mod port;
mod report;
mod skew;
mod telegram;
mod time;
mod webhook;

pub use report::{Report, Row, State, Verdict};

/// A name server that does not answer is given up after five seconds, and the next one asked: somebody whose first one
/// is broken should hear the truth about the rest. Who has not answered by then is not there.
const PATIENCE: Duration = Duration::from_secs(8);

/// Looks at everything that these settings name.
pub async fn examine(loaded: &Result<Loaded, ConfigProblems>, clock: &Clock) -> Report {
    match loaded {
        Ok(loaded) => {
            let mut rows = settings(&loaded.config);
            rows.extend(everything(&loaded.config, clock).await);
            let redactor = loaded.config.redactor();
            Report { rows: rows.into_iter().map(|row| row.redacted(&redactor)).collect() }
        }
        Err(problems) => Report { rows: unusable(problems) },
    }
}

async fn everything(config: &Config, clock: &Clock) -> Vec<Row> {
    let port = port::look(&config.http).await;
    let (telegram, model, folder, time) = tokio::join!(
        telegram::look(config, clock, port.bot_answers),
        model::look(config, clock),
        data_folder::look(&config.storage.data_dir, clock),
        time::look(config, clock),
    );
    let mut rows = vec![telegram.token];
    rows.extend(telegram.webhook);
    rows.extend(model);
    rows.extend([folder, port.row, time, telegram.privacy]);
    rows.push(Row::skipped("desk", "not set up"));
    rows.extend([telegram.inline, telegram.topics]);
    rows
}

/// What the work brings, unless it takes too long.
async fn in_time<T>(clock: &Clock, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = clock.sleep(PATIENCE) => None,
    }
}

/// Is there no bot to look at?
fn is_disabled(config: &Config) -> bool {
    matches!(config.mode.mode, Mode::Disabled)
}

const SETTINGS: &str = "settings";

/// Settings that can be used, and what is suspicious about them.
fn settings(config: &Config) -> Vec<Row> {
    let mut rows = vec![Row::ok(SETTINGS, format!("complete; mode: {}", config.mode_and_why()))];
    rows.extend(config.warnings.iter().map(|warning| {
        Row::warning(SETTINGS, warning, "Change it unless it is meant so; routergram config show tells where it is set")
    }));
    rows
}

/// Settings that cannot be used: a row for each problem, and nothing else can be known.
fn unusable(problems: &ConfigProblems) -> Vec<Row> {
    const ALL: [&str; 14] = [
        "token",
        "webhook",
        "pending_updates",
        "last_error",
        "allowed_updates",
        "key",
        "model",
        "data_folder",
        "port",
        "clock",
        "privacy",
        "desk",
        "inline",
        "topics",
    ];
    let wrong = problems.problems.iter().map(|problem| {
        let found = format!("{} is {}; expected: {}", problem.variable, problem.found, problem.expected);
        Row::failure(SETTINGS, found, &problem.fix)
    });
    let suspicious = problems.warnings.iter().map(|warning| {
        Row::warning(SETTINGS, warning, "This may explain a problem; routergram config show tells where it is set")
    });
    let unknown = ALL.map(|name| Row::skipped(name, "the settings have to be right first"));
    wrong.chain(suspicious).chain(unknown).collect()
}
