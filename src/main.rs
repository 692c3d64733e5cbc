//! Arguments → configuration → logging → app → exit code.

use std::process::ExitCode;

use clap::Parser;
use routergram::cli::{self, Cli, Command};

/// An answer is some thousand small allocations, and musl's allocator takes a lock for each of them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::parse().chosen() {
        Command::Run => cli::run::run(),
        Command::Sandbox { mode, port } => cli::sandbox::sandbox(mode, port),
        Command::Doctor { json } => cli::doctor::doctor(json),
        Command::Bench(wishes) => cli::bench::bench(wishes),
        Command::Config { action } => cli::configuration::look(action),
        Command::Backup { file } => cli::backup::back_up(&file),
        Command::Restore { file } => cli::backup::restore(&file),
        Command::Key { action } => cli::key::key(action),
        Command::Parked { action } => cli::parked::parked(&action),
        Command::Webhook { action } => cli::webhook::webhook(&action),
        Command::Models { query, json } => cli::models::models(&query, json),
        Command::Healthcheck => cli::healthcheck::ask(),
        Command::Completions { shell } => cli::completions::completions(shell),
        Command::Man { command } => cli::man::man(&command),
    }
}
