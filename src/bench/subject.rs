//! What is measured: this program, or another bot that does the same errand.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::cores::Cores;
use super::machine::{Moment, memory};
use super::process::{DEADLINE, LOOK, Process};
use super::world::World;

/// A program that can be started between the fakes.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its file.
    pub program: PathBuf,
    /// Is it this one? Of others less is known: they have no store, and say in no way of their own that they are ready.
    pub ours: bool,
}

impl Subject {
    /// The program that runs this.
    pub fn ours() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the system does not say where this program is")?;
        Ok(Self { program, ours: true })
    }

    /// Another bot.
    pub fn baseline(program: &Path) -> anyhow::Result<Self> {
        let file = program.canonicalize().ok().filter(|file| file.is_file());
        let program = file.with_context(|| {
            let build = "build the one in benches/baseline with `cargo build --release`, and name its file";
            format!("there is no program {}: {build}", program.display())
        })?;
        Ok(Self { program, ours: false })
    }

    /// Starts it, on its core, and returns when it can be written to.
    pub(super) async fn start(&self, world: &World, settings: &[(String, String)]) -> anyhow::Result<Running> {
        let cores: Cores = world.cores;
        let log = world.folder.path().join("log");
        let process = cores.start_program(|| Process::spawn(&self.program, settings, &log))?;
        let mut running = Running { process, ready_after: Duration::ZERO };
        running.ready_after = if self.ours { running.process.ready().await? } else { running.heard(world).await? };
        Ok(running)
    }
}

/// A program that runs; killed when it goes out of scope.
pub(super) struct Running {
    pub(super) process: Process,
    /// From before the process existed until it could be written to.
    pub(super) ready_after: Duration,
}

impl Running {
    /// Returns when Telegram has heard of it, and when it listens if that is how updates come: how long that took.
    async fn heard(&mut self, world: &World) -> anyhow::Result<Duration> {
        let listens = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        while !(world.telegram.is_polled() || (world.telegram.webhook().is_some() && listens(self.process.port))) {
            if self.process.child.try_wait()?.is_some() || self.process.born.elapsed() > DEADLINE {
                bail!("the baseline neither polls nor sets a webhook; it said:\n{}", self.process.last_words());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(self.process.born.elapsed())
    }

    /// What it has used so far.
    pub(super) fn moment(&self) -> Moment {
        Moment::now(self.process.pid())
    }

    /// Its megabytes: now, and the most it ever had.
    pub(super) fn memory(&self) -> Option<(f64, f64)> {
        memory(self.process.pid())
    }

    /// The most megabytes it ever had.
    pub(super) fn most_memory(&self) -> Option<f64> {
        self.memory().map(|(_, most)| most)
    }

    /// How often its store has synced, by its own count. It has to run with [`METRICS`].
    pub(super) async fn syncs(&self) -> anyhow::Result<f64> {
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build()?;
        let address = format!("http://127.0.0.1:{}/metrics", self.process.port);
        let page = http.get(address).bearer_auth(METRICS.1).send().await?.error_for_status()?.text().await?;
        let counted = page.lines().filter_map(|line| line.strip_prefix("routergram_store_commit_seconds_count"));
        let counts = counted.filter_map(|rest| rest.rsplit(' ').next()?.parse::<f64>().ok());
        Ok(counts.sum())
    }
}

/// Makes the program count.
pub(super) const METRICS: (&str, &str) = ("METRICS_TOKEN", "the-bench-reads-the-counts");
