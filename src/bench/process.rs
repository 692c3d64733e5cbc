//! The program in a process of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal};

/// Between two looks: well below what is measured, and far enough apart not to be the load.
pub(super) const LOOK: Duration = Duration::from_millis(1);
/// Whatever is waited for happens within this.
pub const DEADLINE: Duration = Duration::from_mins(1);

/// The running program; killed when it goes out of scope.
pub struct Process {
    /// For whoever treats it badly.
    pub child: Child,
    pub(super) port: u16,
    log: PathBuf,
    /// Just before it existed.
    pub born: Instant,
}

impl Process {
    /// Starts it with these settings and waits for nothing. What it prints is appended to `log`.
    pub fn spawn(program: &Path, settings: &[(String, String)], log: &Path) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.env_clear().envs(settings.iter().cloned());
        let out = File::options().create(true).append(true).open(log)?;
        // Away from the repository, whose .env belongs to somebody.
        command.current_dir(log.parent().context("a log in a folder")?).stdout(out).stderr(Stdio::inherit());
        let port = settings.iter().find(|(name, _)| name == "PORT").context("a PORT")?.1.parse()?;
        let born = Instant::now();
        let child = command.spawn().with_context(|| format!("{} does not start", program.display()))?;
        Ok(Self { child, port, log: log.to_owned(), born })
    }

    /// Returns when `/readyz` answers 200: how long after the start that was.
    pub async fn ready(&mut self) -> anyhow::Result<Duration> {
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build()?;
        let address = format!("http://127.0.0.1:{}/readyz", self.port);
        while !http.get(&address).send().await.is_ok_and(|answer| answer.status() == 200) {
            if self.child.try_wait()?.is_some() || self.born.elapsed() > DEADLINE {
                bail!("the program did not get ready; its log ends with:\n{}", self.last_words());
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(self.born.elapsed())
    }

    /// SIGTERM, and the wait for its good end: how long that took.
    pub async fn stop(mut self) -> anyhow::Result<Duration> {
        rustix::process::kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        let asked = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(asked.elapsed()),
                Some(status) => bail!("it ended with {status}:\n{}", self.last_words()),
                None if asked.elapsed() > DEADLINE => bail!("it does not stop"),
                None => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Its number.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago: a webhook's address has to be known before the bot listens.
pub fn free_port() -> anyhow::Result<u16> {
    // Below those that systems give to outgoing connections (from 32,768 on), which would take it while nobody listens.
    let mut ports = std::iter::repeat_with(|| fastrand::u16(10_000..32_000)).take(1000);
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).context("no port is free")
}
