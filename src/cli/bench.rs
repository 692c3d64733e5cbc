//! `routergram bench`: measures this program on this machine. Exit status 0 when it could, whatever came out.

use std::process::ExitCode;

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
    super::wait_for(async {
        match bench::measure(&wishes, told).await {
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
    })
}
