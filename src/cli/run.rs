//! `routergram run`: the bot, until SIGTERM or SIGINT.

use std::process::ExitCode;

use tokio::sync::oneshot;

use super::{complain, configured, wait_for};
use crate::app;
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::lifecycle::{StopSignals, Terminations};
use crate::telemetry;

/// Runs the bot. Exit status 0 after a signal, 1 after a failure, 78 when the configuration cannot be used.
#[must_use]
pub fn run() -> ExitCode {
    let config = match configured(&Sources::of_this_process()) {
        Ok(config) => config,
        Err(status) => return status,
    };
    if let Err(error) = telemetry::init(&config.log, config.redactor()) {
        complain(&error.to_string());
        return ExitCode::FAILURE;
    }
    wait_for(until_stopped(config))
}

async fn until_stopped(config: Config) -> ExitCode {
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
        never = raise(signals, stop) => match never {},
    }
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
