//! `routergram doctor`: exit status 0 when nothing has failed, 1 when something has, 78 when the settings are unusable.

use std::process::ExitCode;

use super::{BAD_CONFIGURATION, print, wait_for};
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::doctor::{Verdict, examine};

/// Looks at everything and prints what it finds.
#[must_use]
pub fn doctor(json: bool) -> ExitCode {
    let sources = Sources::of_this_process();
    let loaded = Config::load(&sources);
    wait_for(async {
        let report = examine(&loaded, &Clock::system()).await;
        print(&if json { report.json() } else { report.text(sources.want_colour()) });
        match report.verdict() {
            Verdict::Well => ExitCode::SUCCESS,
            Verdict::Failing => ExitCode::FAILURE,
            Verdict::Unusable => ExitCode::from(BAD_CONFIGURATION),
        }
    })
}
