//! Stopping is a value, and a task that ends by itself is a crash.
//!
//! Two tokens are handed down as parameters: *soft* means finish what you hold and take nothing new, *hard* means
//! drop it. SIGTERM or SIGINT raises soft; [`StopSignals::hard`] follows when the time to drain is over, or at once
//! on a second signal. Both signals get handlers of our own, because process 1 of a container ignores SIGTERM
//! without one, and teloxide listens to SIGINT only.

use std::future::Future;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The two stages of stopping. Clones are the same signals.
#[derive(Debug, Clone, Default)]
pub struct StopSignals {
    /// Finish what you hold, take nothing new.
    pub soft: CancellationToken,
    /// Drop what you hold.
    pub hard: CancellationToken,
}

/// Where tasks are spawned, so that stopping waits for them and nobody misses a crash. Clones are the same place.
#[derive(Debug, Clone)]
pub struct Tasks {
    stop: StopSignals,
    tracker: TaskTracker,
    /// The first failure of a task that the process cannot live without.
    failure: Arc<watch::Sender<Option<String>>>,
}

impl Tasks {
    /// A place whose tasks heed `stop`.
    #[must_use]
    pub fn new(stop: StopSignals) -> Self {
        Self { stop, tracker: TaskTracker::new(), failure: Arc::new(watch::Sender::new(None)) }
    }

    /// The signals that these tasks heed.
    #[must_use]
    pub const fn stop(&self) -> &StopSignals {
        &self.stop
    }

    /// Runs work that ends by itself, such as one turn.
    #[expect(clippy::disallowed_methods, reason = "the place that stopping waits for")]
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.tracker.track_future(work));
    }

    /// Runs a task that the process cannot live without: an error, a panic, or its end before anybody asked for it,
    /// ends the process.
    #[expect(clippy::disallowed_methods, reason = "the place that stopping waits for")]
    pub fn spawn_vital<E: std::fmt::Display + Send + 'static>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let running = tokio::spawn(self.tracker.track_future(work));
        let tasks = self.clone();
        tokio::spawn(self.tracker.track_future(async move {
            let failure = match running.await {
                Ok(Ok(())) if tasks.stop.soft.is_cancelled() => return,
                Ok(Ok(())) => "ended although nobody asked it to".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "panicked".to_owned(),
            };
            tasks.fail(format!("{name}: {failure}"));
        }));
    }

    /// Ends the process with this sentence.
    pub fn fail(&self, sentence: String) {
        self.failure.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert(sentence);
            is_first
        });
    }

    /// Returns with the sentence of the first failure.
    pub async fn failed(&self) -> String {
        let mut failure = self.failure.subscribe();
        // The sender lives in `self`, so waiting can only end with a failure.
        failure.wait_for(Option::is_some).await.ok().and_then(|first| first.clone()).unwrap_or_default()
    }

    /// Returns when every task has ended. Call it after a stop signal.
    pub async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// The signals of the operating system that ask a process to end.
pub struct Terminations {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Terminations {
    /// Listens from now on; before this call the system's default applies.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    /// Returns with the name of the next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}
