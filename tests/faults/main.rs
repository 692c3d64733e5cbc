//! The fault plan, carried out: `cargo test --test faults -- [--long] [scenario …]`. docs/faults.md says how to read it.
//!
//! Each scenario runs whole processes of the built program between the sandbox's Telegram and model, treats them as the
//! world does (kill -9, SIGTERM, storms, days), and compares what people see with what they were owed. Nothing here looks
//! into the program: what it says is at the wire, in its log and in its store. At the end there is one table; a red verdict
//! says why, and makes the exit status 1.
//!
//! It is no test of `cargo test`, because it takes minutes and the whole machine. The program is the one that
//! `ROUTERGRAM_PROGRAM` names (a release build, in CI), or else the one that cargo has just built.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what it is for")]
#![expect(clippy::disallowed_methods, reason = "it lives in real time, with tasks and settings of its own")]

mod book;
mod broken_disk;
mod crash;
mod disk;
mod load_of;
mod money;
mod posts;
mod power;
mod report;
mod soak;
mod stopping;
mod store;
mod storms;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use report::Report;

/// In the order in which they run.
const SCENARIOS: [&str; 6] = ["crash", "stopping", "storms", "power", "disk", "soak"];

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    /// For a night instead of a commit.
    pub(crate) long: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let (switches, wanted): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    if let Some(unknown) = wanted.iter().find(|name| !SCENARIOS.contains(&name.as_str())) {
        anyhow::bail!("there is no scenario {unknown}; there are {}", SCENARIOS.join(", "));
    }
    let run = Run { long: switches.iter().any(|switch| switch == "--long") };
    let mut report = Report::default();
    for name in SCENARIOS.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|wish| wish == name)) {
        let start = Instant::now();
        if let Err(error) = scenario(name, run, &mut report).await {
            report.broke(name, &error);
        }
        eprintln!("{name}: {} s", start.elapsed().as_secs());
    }
    Ok(report.print())
}

/// What it finds is in the report, as far as it came.
async fn scenario(name: &str, run: Run, report: &mut Report) -> anyhow::Result<()> {
    match name {
        "crash" => crash::crash(run, report).await,
        "stopping" => stopping::stopping(run, report).await,
        "storms" => storms::storms(run, report).await,
        "power" => power::power(run, report).await,
        "disk" => {
            broken_disk::disk(report).await;
            Ok(())
        }
        "soak" => soak::soak(run, report).await,
        unknown => anyhow::bail!("{unknown} is listed and missing"),
    }
}
