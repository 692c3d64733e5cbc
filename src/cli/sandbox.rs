//! `routergram sandbox`: prints one address, and chats there until it is stopped.

use std::io::IsTerminal;
use std::process::ExitCode;

use super::run::raise;
use super::{SandboxMode, complain, print};
use crate::clock::Clock;
use crate::config::{self, Sources};
use crate::lifecycle::{StopSignals, Terminations};
use crate::sandbox::{Sandbox, Wishes};
use crate::telemetry;

/// Runs the sandbox. Exit status 0 after a signal, 1 after a failure.
#[must_use]
pub fn sandbox(mode: SandboxMode, port: u16) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("the system gives no threads: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let mut passed_on = config::passed_on_to_the_sandbox(&Sources::of_this_process());
    if std::io::stdout().is_terminal() {
        passed_on.push(("LOG_FORMAT".to_owned(), "text".to_owned()));
    }
    let wishes = Wishes { polling: mode == SandboxMode::Polling, port, passed_on };
    match runtime.block_on(until_stopped(wishes)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn until_stopped(wishes: Wishes) -> anyhow::Result<()> {
    let signals = Terminations::listen()?;
    let (clock, stop) = (Clock::system(), StopSignals::default());
    let sandbox = Sandbox::prepare(wishes, &clock).await?;
    // The settings that name a collector are not passed on: what is tried out is not told to anybody.
    let _exporting = telemetry::init(&sandbox.config().log, sandbox.config().redactor())?;
    let model = if sandbox.asks_the_real_model() {
        "the real model answers, and costs what it costs"
    } else {
        "a small fake model answers; with OPENROUTER_API_KEY set the real one does"
    };
    print(&format!("\n  Open {}\n  ({model}; Ctrl-C ends it)\n", sandbox.address()));
    tokio::select! {
        ended = sandbox.run(clock, stop.clone()) => ended,
        never = raise(signals, stop) => match never {},
    }
}
