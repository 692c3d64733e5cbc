//! The commands: their [`words`], and what each does in a file of its own.

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use crate::config::{Config, Sources};

pub mod backup;
pub mod bench;
pub mod completions;
pub mod configuration;
pub mod doctor;
pub mod healthcheck;
pub mod key;
pub mod man;
pub mod models;
pub mod parked;
pub mod run;
pub mod sandbox;
pub mod webhook;
mod words;

pub use words::{
    BenchMode, BenchWishes, Cli, Command, ConfigAction, KeyAction, ParkedAction, SandboxMode, WebhookAction,
};

/// Exit status for a configuration that cannot be used (`EX_CONFIG` of sysexits.h).
const BAD_CONFIGURATION: u8 = 78;

/// How long threads may take that nothing can interrupt, such as a name that is being looked up.
const LAST_THREADS: Duration = Duration::from_secs(1);

/// Prints for a person or a script. Whoever closed the other end does not want to know.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", text.trim_end());
}

/// Complains.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
}

/// The configuration; when it cannot be used, every problem is told and the status is 78.
fn configured(sources: &Sources) -> Result<Config, ExitCode> {
    match Config::load(sources) {
        Ok(loaded) => Ok(loaded.config),
        Err(problems) => {
            complain(&problems.to_string());
            Err(ExitCode::from(BAD_CONFIGURATION))
        }
    }
}

/// Runs a command that waits for others, to its end.
fn wait_for(work: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let code = runtime.block_on(work);
            runtime.shutdown_timeout(LAST_THREADS);
            code
        }
        Err(error) => {
            complain(&format!("the system gives no threads: {error}"));
            ExitCode::FAILURE
        }
    }
}
