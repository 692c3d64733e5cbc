//! `routergram run`: the bot, until SIGTERM or SIGINT.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::oneshot;

use super::{complain, configured, wait_for};
use crate::app;
use crate::clock::{Clock, Stopwatch};
use crate::config::{Config, Sources};
use crate::lifecycle::{StopSignals, Terminations};
use crate::telemetry;

/// What the last spans and log lines may take to their collector, out of the time to drain: two requests to somebody
/// nearby.
const LAST_EXPORT: Duration = Duration::from_secs(2);

/// Runs the bot. Exit status 0 after a signal, 1 after a failure, 78 when the configuration cannot be used.
#[must_use]
pub fn run() -> ExitCode {
    let config = match configured(&Sources::of_this_process()) {
        Ok(config) => config,
        Err(status) => return status,
    };
    let exporting = match telemetry::init(&config.log, config.redactor()) {
        Ok(exporting) => exporting,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    let (drain, asked) = (config.drain, Arc::new(OnceLock::new()));
    let status = wait_for(until_stopped(config, Arc::clone(&asked)));
    let passed = asked.get().copied().map(Stopwatch::elapsed).unwrap_or_default();
    exporting.flush(LAST_EXPORT.min(drain.saturating_sub(passed)));
    status
}

/// `asked` is set when the program begins to stop.
async fn until_stopped(config: Config, asked: Arc<OnceLock<Stopwatch>>) -> ExitCode {
    let stop = StopSignals::default();
    let signals = match Terminations::listen() {
        Ok(signals) => signals,
        Err(error) => {
            tracing::error!(reason = %error, "The signals that would stop this program cannot be heard");
            return ExitCode::FAILURE;
        }
    };
    let (listening, _) = oneshot::channel();
    let running = app::run(config, Clock::system(), stop.clone(), listening);
    tokio::select! {
        ended = running => match ended {
            Ok(()) => {
                tracing::info!("Stopped");
                ExitCode::SUCCESS
            }
            Err(failure) => {
                tracing::error!("{failure}");
                ExitCode::FAILURE
            }
        },
        never = async { tokio::join!(raise(signals, stop.clone()), note(&stop, &asked)).0 } => match never {},
    }
}

async fn note(stop: &StopSignals, asked: &OnceLock<Stopwatch>) {
    stop.soft.cancelled().await;
    asked.get_or_init(Stopwatch::start);
}

/// The first signal asks to stop, the second does not wait for what is running.
pub(super) async fn raise(mut signals: Terminations, stop: StopSignals) -> std::convert::Infallible {
    loop {
        let signal = signals.next().await;
        if stop.soft.is_cancelled() {
            tracing::warn!(signal, "Asked to stop a second time: giving back what runs");
            stop.hard.cancel();
        } else {
            tracing::info!(signal, "Asked to stop");
            stop.soft.cancel();
        }
    }
}
