//! The program in a process of its own, and what the system knows about it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) use routergram::bench::DEADLINE;
use routergram::bench::{Process, memory};

/// Between two looks into a log.
const LOOK: Duration = Duration::from_millis(5);

/// The running program; killed when it goes out of scope.
pub(crate) struct Bot {
    process: Process,
    log: PathBuf,
}

impl Bot {
    /// Starts it with these settings and returns when it is ready. Its log goes to a file in `folder`.
    pub(crate) async fn start(settings: &[(String, String)], folder: &Path) -> anyhow::Result<Self> {
        let log = folder.join("log");
        let mut process = Process::spawn(Path::new(env!("CARGO_BIN_EXE_routergram")), settings, &log)?;
        process.ready().await?;
        Ok(Self { process, log })
    }

    /// SIGTERM, and the wait for its good end.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.process.stop().await.map(drop)
    }

    /// Returns when its log holds these words.
    pub(crate) async fn says(&self, words: &str) -> anyhow::Result<()> {
        let said = || fs::read_to_string(&self.log).unwrap_or_default().contains(words);
        let waiting = Instant::now();
        while !said() {
            anyhow::ensure!(waiting.elapsed() < DEADLINE, "the program does not say “{words}”");
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// How many lines of the log are warnings or errors.
    pub(crate) fn complaints(&self) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let loud = |line: &&str| ["\"level\":\"error\"", "\"level\":\"warn\""].iter().any(|mark| line.contains(mark));
        log.lines().filter(loud).count()
    }

    /// Resident memory now, and the most there ever was: "31.2 MB (most 33.0)". Linux alone tells.
    pub(crate) fn memory(&self) -> String {
        let Some((now, most)) = memory(self.pid()) else { return "unknown on this system".to_owned() };
        format!("{now:.1} MB (most so far {most:.1})")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }
}
