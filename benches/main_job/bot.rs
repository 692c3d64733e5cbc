//! The program in a process of its own, and what the system knows about it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

/// Between two looks at `/readyz`: well below what is measured, and far enough apart not to be the load.
const LOOK: Duration = Duration::from_millis(1);
/// Whatever is waited for happens within this.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// The running program; killed when it goes out of scope.
pub(crate) struct Bot {
    child: Child,
    port: u16,
    log: PathBuf,
    /// From before the process existed until `/readyz` answered 200.
    pub(crate) ready_after: Duration,
}

impl Bot {
    /// Starts it with these settings and returns when it is ready. Its log goes to a file in `folder`.
    pub(crate) async fn start(settings: &[(String, String)], port: u16, folder: &Path) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build()?;
        let log = folder.join("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_routergram"));
        command.env_clear().envs(settings.iter().cloned());
        // Away from the repository, whose .env belongs to somebody.
        command.current_dir(folder).stdout(File::create(&log)?).stderr(Stdio::inherit());
        let start = Instant::now();
        let child = command.spawn()?;
        let mut bot = Self { child, port, log, ready_after: Duration::ZERO };
        let address = format!("http://127.0.0.1:{}/readyz", bot.port);
        while !http.get(&address).send().await.is_ok_and(|answer| answer.status() == 200) {
            if bot.child.try_wait()?.is_some() || start.elapsed() > DEADLINE {
                bail!("the program did not get ready; its log ends with:\n{}", bot.last_words());
            }
            tokio::time::sleep(LOOK).await;
        }
        bot.ready_after = start.elapsed();
        Ok(bot)
    }

    /// SIGTERM, and the wait for its good end.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let asked = Instant::now();
        loop {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("it ended with {status}:\n{}", self.last_words()),
                None if asked.elapsed() > DEADLINE => bail!("it does not stop"),
                None => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// How many lines of the log are warnings or errors.
    pub(crate) fn complaints(&self) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let loud = |line: &&str| ["\"level\":\"error\"", "\"level\":\"warn\""].iter().any(|mark| line.contains(mark));
        log.lines().filter(loud).count()
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Resident memory now, and the most there ever was: "31.2 MB (most 33.0)". Linux alone tells.
    pub(crate) fn memory(&self) -> String {
        let path = format!("/proc/{}/status", self.child.id());
        let Ok(status) = fs::read_to_string(path) else { return "unknown on this system".to_owned() };
        let megabytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).unwrap_or(f64::NAN);
            kib * 1024.0 / 1e6
        };
        format!("{:.1} MB (most so far {:.1})", megabytes("VmRSS"), megabytes("VmHWM"))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that was free a moment ago: a webhook's address has to be known before the bot listens.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}
