//! The program inside the story's own process, on the story's clock: for what takes minutes.
//!
//! The same [`app::run`](routergram::app::run) with the same settings as the built program; only its process is another,
//! because a clock cannot be advanced in a process from outside. It can be stopped, but not killed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use routergram::app;
use routergram::clock::Clock;
use routergram::config::{Config, Sources};
use routergram::lifecycle::{StopSignals, Tasks};
use tokio::sync::oneshot;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

use super::{World, until, within};

/// A running program.
pub(crate) struct Inside {
    clock: Clock,
    stop: StopSignals,
    ended: oneshot::Receiver<Result<(), app::Failure>>,
}

impl World {
    /// Starts the program with the settings of the bot and these, and waits until it is ready.
    pub(crate) async fn runs_inside(&self, settings: &[(&str, &str)]) -> Inside {
        let mut all = self.bot.settings();
        all.retain(|(name, _)| settings.iter().all(|(other, _)| other != name));
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config = Config::load(&Sources::given(all, None)).unwrap().config;
        let (stop, clock) = (StopSignals::default(), self.clock.clone());
        let (tell, ended) = oneshot::channel();
        let (listening, address) = oneshot::channel();
        let running = app::run(config, clock.clone(), stop.clone(), listening);
        Tasks::new(stop.clone()).spawn(async move {
            let _ = tell.send(running.await);
        });
        let address = within("the program listens", address).await.unwrap();
        let ready = async || {
            let asked = self.bot.http.get(format!("http://{address}/readyz")).send().await;
            asked.is_ok_and(|answer| answer.status() == 200)
        };
        until("the program is ready", ready).await;
        Inside { clock, stop, ended }
    }

    /// How often this method was called.
    pub(crate) fn called(&self, method: &str) -> usize {
        self.telegram.calls().iter().filter(|call| call.method == method).count()
    }
}

impl Inside {
    /// Lets time go by until the world is as wanted: five seconds at a time, between which whatever is under way goes on.
    /// Not for answers of the model, which have deadlines on the same clock.
    pub(crate) async fn lives_until(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        until(what, async || {
            if holds().await {
                return true;
            }
            self.clock.advance(Duration::from_secs(5));
            false
        })
        .await;
    }

    /// Lets so much time go by.
    pub(crate) async fn lives(&self, world: &World, span: Duration) {
        let start = world.clock.now();
        self.lives_until("time goes by", async || world.clock.now().since(start) >= span).await;
    }

    /// Lets time go by until the webhook has been looked at so many times more.
    pub(crate) async fn looks(&self, world: &World, times: usize) {
        for _ in 0..times {
            let before = world.called("getWebhookInfo");
            self.lives_until("the webhook is looked at", async || world.called("getWebhookInfo") > before).await;
        }
    }

    /// SIGTERM, and a good end.
    pub(crate) async fn stops(self) {
        self.stop.soft.cancel();
        within("the program ends", self.ended).await.unwrap().unwrap();
    }
}

/// What the programs inside this story log, as long as this lives; not redacted, so that what should have been left out
/// can be seen.
pub(crate) struct Log {
    lines: Lines,
    _listening: DefaultGuard,
}

impl Log {
    /// From now on.
    pub(crate) fn listens() -> Self {
        let lines = Lines::default();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(lines.clone()).finish();
        Self { lines, _listening: tracing::subscriber::set_default(subscriber) }
    }

    /// Everything so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap()
    }

    /// How many lines hold these words.
    pub(crate) fn said(&self, words: &str) -> usize {
        self.text().lines().filter(|line| line.contains(words)).count()
    }

    /// Returns when a line with these words was logged.
    pub(crate) async fn says(&self, words: &str) {
        until(words, async || self.said(words) > 0).await;
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
