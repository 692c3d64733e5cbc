//! The composition root: the only place that knows every part.
//!
//! The order of a start: listen first (a platform's health check and Telegram's updates find somebody), open the store
//! (waiting for another process that holds it), ask Telegram who the bot is, start the dispatcher, and only then let
//! updates come. The order of a stop is the reverse: nothing new is claimed, what runs is finished or given back within
//! the time to drain, and health says so all the while.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::config::{Config, Mode};
use crate::establish::{Hook, Obstacle, WrongToken};
use crate::http::{Admin, Health, Phase, Reach, Site, serve};
use crate::intake::webhook::Webhook;
use crate::lifecycle::{StopSignals, Tasks};
use crate::metrics::{self, Published};
use crate::storage::OpenError;
use crate::telegram::Telegram;

mod start;
mod upkeep;

use start::{Bot, start};

/// Why the program ended by itself. Each is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}. {}", listen_fix(.source.kind()))]
    Listen {
        /// Host and port.
        address: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The token is wrong.
    #[error(transparent)]
    WrongToken(#[from] WrongToken),
    /// Updates cannot arrive.
    #[error(transparent)]
    Obstacle(#[from] Obstacle),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// Something broke that the process cannot live without.
    #[error("{0}")]
    Broken(String),
}

/// What to do about an address that cannot be had.
#[must_use]
pub fn listen_fix(why: ErrorKind) -> &'static str {
    match why {
        ErrorKind::AddrNotAvailable => {
            "Set HOST to an address of this machine, or leave it out to listen on all of them"
        }
        ErrorKind::PermissionDenied => "Choose a PORT from 1024 up: those below need special rights",
        _ => "Choose another PORT, or stop the program that uses it",
    }
}

/// How often the numbers are folded: a few thousand samples at the highest load.
const UPKEEP: Duration = Duration::from_secs(5);
/// Beyond the time to drain, for writing down what was given back.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// What the parts share while they start and run.
struct Frame {
    config: Config,
    clock: Clock,
    health: Health,
    /// `None`: Telegram is not to be touched.
    telegram: Option<Telegram>,
    /// In webhook mode: where updates come in, and how Telegram is told so.
    webhook: Option<(Arc<Webhook>, Hook)>,
    /// Everything that lives as long as the program.
    tasks: Tasks,
    /// Updates being worked on: what a stop waits for first.
    turns: Tasks,
}

/// Runs the bot until `stop.soft`, then drains. `listening` is told the address as soon as there is one.
pub async fn run(
    config: Config,
    clock: Clock,
    stop: StopSignals,
    listening: oneshot::Sender<SocketAddr>,
) -> Result<(), Failure> {
    tracing::info!(mode = config.mode.mode.name(), why = config.mode.why, "Mode: {}", config.mode_and_why());
    config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    let (listener, address) = listen(&config).await?;
    let telegram = telegram(&config, &clock)?;
    let webhook = telegram.as_ref().and_then(|telegram| webhook(&config, &clock, telegram, &stop));
    let (tasks, turns) = (Tasks::new(stop.clone()), Tasks::new(stop));
    let frame = Frame { config, clock, health: Health::default(), telegram, webhook, tasks, turns };
    let site = site(&frame)?;
    keep_up(&frame, site.metrics.clone());
    frame.tasks.spawn_vital("the HTTP server", serve(listener, site, frame.tasks.clone()));
    // Whoever asked may have lost interest in the address; the log has it too.
    let _ = listening.send(address);

    let mut bot = None;
    let ended = live(&frame, &mut bot).await;
    wind_up(&frame, bot, ended.is_ok()).await;
    ended
}

/// From listening to the wish to stop, or to a failure.
async fn live(frame: &Frame, bot: &mut Option<Bot>) -> Result<(), Failure> {
    let soft = &frame.tasks.stop().soft;
    tokio::select! {
        () = soft.cancelled() => return Ok(()),
        failure = frame.tasks.failed() => return Err(Failure::Broken(failure)),
        started = start(frame, bot) => started?,
    }
    tokio::select! {
        () = soft.cancelled() => Ok(()),
        failure = frame.tasks.failed() => Err(Failure::Broken(failure)),
    }
}

/// Takes nothing new, finishes what runs within the time to drain, then ends everything. After a failure there is
/// nothing to wait for: what was not finished is in the store.
async fn wind_up(frame: &Frame, bot: Option<Bot>, drains: bool) {
    frame.health.set(Phase::Draining);
    let stop = frame.tasks.stop();
    stop.soft.cancel();
    if let Some(bot) = &bot {
        bot.inbox.close();
        // Before anything that takes time: a platform may follow up its SIGTERM with SIGKILL at any moment.
        if let Err(error) = bot.storage.forgive_deaths().await {
            tracing::warn!(reason = %error, "The store does not note the stop");
        }
        let limit = if drains { frame.config.drain } else { Duration::ZERO };
        tracing::info!(
            in_flight = bot.inbox.in_flight(),
            drain_secs = limit.as_secs(),
            "Stopping: finishing what runs"
        );
        tokio::select! {
            () = frame.turns.finished() => {}
            () = frame.clock.sleep(limit) => tracing::info!("The time to drain is over; what runs is given back to the store"),
            () = stop.hard.cancelled() => {}
        }
    }
    stop.hard.cancel();
    drop(bot);
    let all = async { tokio::join!(frame.turns.finished(), frame.tasks.finished()) };
    if tokio::time::timeout(LAST_WRITES, all).await.is_err() {
        tracing::warn!("Some tasks did not end in time; the store knows what they held");
    }
}

async fn listen(config: &Config) -> Result<(TcpListener, SocketAddr), Failure> {
    let address = SocketAddr::new(config.http.host, config.http.port);
    let failed = |source| Failure::Listen { address: address.to_string(), source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    tracing::info!(address = %bound, "Listening on {bound}");
    Ok((listener, bound))
}

fn telegram(config: &Config, clock: &Clock) -> Result<Option<Telegram>, Failure> {
    if matches!(config.mode.mode, Mode::Disabled) {
        return Ok(None);
    }
    let telegram = Telegram::new(config.token.clone(), &config.telegram, clock.clone());
    telegram.map(Some).map_err(|error| Failure::Broken(error.to_string()))
}

fn webhook(config: &Config, clock: &Clock, telegram: &Telegram, stop: &StopSignals) -> Option<(Arc<Webhook>, Hook)> {
    let Mode::Webhook(webhook) = &config.mode.mode else { return None };
    let (paths, secret) = (webhook.paths.clone(), webhook.secret.clone());
    let door = Webhook::new(paths, secret, clock.clone(), stop.soft.clone());
    Some((door, Hook::new(telegram.clone(), clock.clone(), webhook.clone(), config.telegram.clone())))
}

/// What an owner may ask for over HTTP, if there is a token for it.
fn admin(frame: &Frame) -> Option<Arc<Admin>> {
    let token = frame.config.http.admin_token.clone()?;
    let why = || frame.config.mode.why.clone();
    let reach = match (&frame.webhook, &frame.telegram) {
        (Some((_, hook)), _) => Reach::Webhook(hook.clone()),
        (None, Some(telegram)) => Reach::Polling(telegram.clone(), why()),
        (None, None) => Reach::Disabled(why()),
    };
    Some(Arc::new(Admin::new(token, reach, frame.clock.clone())))
}

/// Folds the samples of the histograms, which would otherwise pile up until somebody asks for the metrics.
fn keep_up(frame: &Frame, metrics: Published) {
    let soft = frame.tasks.stop().soft.clone();
    frame.tasks.spawn(async move {
        let mut every = tokio::time::interval(UPKEEP);
        loop {
            tokio::select! {
                () = soft.cancelled() => return,
                _ = every.tick() => metrics.run_upkeep(),
            }
        }
    });
}

fn site(frame: &Frame) -> Result<Site, Failure> {
    Ok(Site {
        health: frame.health.clone(),
        webhook: frame.webhook.as_ref().map(|(door, _)| Arc::clone(door)),
        metrics: metrics::install().map_err(|error| Failure::Broken(error.to_string()))?,
        clock: frame.clock.clone(),
        metrics_token: frame.config.http.metrics_token.clone(),
        admin: admin(frame),
    })
}
