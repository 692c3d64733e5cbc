//! `routergram bench`: measures this program on this machine. Exit status 0 when it could, whatever came out.

use std::process::ExitCode;

use futures_util::future::LocalBoxFuture;
use tokio::runtime::{Builder, Runtime};

use super::{BenchMode, BenchWishes};
use super::{complain, print};
use crate::bench::{self, Cores, Mode, Report, Scenario, Section, Wishes};

/// Measures, and prints a table or JSON.
#[must_use]
pub fn bench(wanted: BenchWishes) -> ExitCode {
    // Before the runtime starts its threads: they run where this one does.
    let cores = if wanted.share_cores { Cores::shared() } else { Cores::split() };
    let modes = match wanted.mode {
        BenchMode::Both => Mode::BOTH.to_vec(),
        BenchMode::Webhook => vec![Mode::Webhook],
        BenchMode::Polling => vec![Mode::Polling],
    };
    let scenarios = if wanted.scenarios.is_empty() { Scenario::ALL.to_vec() } else { wanted.scenarios };
    let compared = wanted.against.is_some();
    let wishes =
        Wishes { scenarios, modes, against: wanted.against, quick: wanted.quick, cores, folder: wanted.data_dir };
    let told = |report: &Report, section: Option<&Section>| match section {
        _ if wanted.json => {}
        Some(section) => print(&section.text()),
        None => print(&report.head(compared)),
    };
    // Boxed without its type, or all of it would be in the program once for each kind of runtime.
    let measuring: LocalBoxFuture<'_, anyhow::Result<Report>> = Box::pin(bench::measure(&wishes, told));
    let measured = runtime(cores)
        .map_err(|error| anyhow::anyhow!("the system gives no threads: {error}"))
        .and_then(|runtime| runtime.block_on(measuring));
    match measured {
        Ok(report) => {
            if wanted.json {
                print(&report.json());
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// As many threads as the driver has cores; with one, none beside this: nobody has to be woken.
fn runtime(cores: Cores) -> std::io::Result<Runtime> {
    match cores.of_driver() {
        0 | 1 => Builder::new_current_thread().enable_all().build(),
        more => Builder::new_multi_thread().worker_threads(more).enable_all().build(),
    }
}
