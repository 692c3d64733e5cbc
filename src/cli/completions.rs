//! `routergram completions SHELL`.

use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, print};

/// Prints the script by which this shell completes our words.
#[must_use]
pub fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "routergram", &mut script);
    print(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
