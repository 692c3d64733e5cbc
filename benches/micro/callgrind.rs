//! How many instructions a subject takes, and what that depends on.
//!
//! It is repeated N and 2N times, each in a process of its own under callgrind; the difference, divided by N, is what doing
//! it once costs in all threads, and what the process needs to start and to prepare is not in it. So there is nothing to
//! annotate in what is measured, and nothing to install but valgrind.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::subject::Subject;

/// Where the last profile of each subject stays, to be looked into.
pub(crate) const PROFILES: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/counts");

/// All is collected but the copying of the store's log: a thread does that twice a second, so how often it happens depends on
/// how fast the machine is just now. The second option would be undone by the first if it stood before it.
const COLLECTED: [&str; 2] = ["--toggle-collect=sqlite3WalCheckpoint", "--collect-atstart=yes"];

/// What a count depends on beside the code that is counted.
#[derive(Serialize, Deserialize)]
pub(crate) struct Made {
    pub(crate) rustc: String,
    /// What libraries find out about the processor while they run, to choose between instructions.
    pub(crate) processor: String,
    /// What has compiled SQLite.
    pub(crate) cc: String,
}

impl Made {
    /// As it is here and now.
    pub(crate) fn here() -> anyhow::Result<Self> {
        let avx2 = cfg!(target_arch = "x86_64") && fs::read_to_string("/proc/cpuinfo")?.contains(" avx2 ");
        Ok(Self {
            rustc: said_by("rustc", "--version")?,
            processor: format!("{}{}", std::env::consts::ARCH, if avx2 { " with AVX2" } else { "" }),
            cc: format!("gcc {}", said_by("musl-gcc", "-dumpfullversion")?),
        })
    }
}

fn said_by(program: &str, argument: &str) -> anyhow::Result<String> {
    let output = Command::new(program).arg(argument).output().with_context(|| format!("{program} is not there"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Instructions for doing it once.
pub(crate) fn count(subject: &Subject) -> anyhow::Result<i64> {
    let once = total(subject, subject.repeats)?;
    let twice = total(subject, 2 * subject.repeats)?;
    Ok((twice - once) / i64::from(subject.repeats))
}

/// What a process executes that does it so often.
fn total(subject: &Subject, times: u32) -> anyhow::Result<i64> {
    fs::create_dir_all(PROFILES)?;
    let profile = Path::new(PROFILES).join(subject.name);
    let status = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind"])
        .args(COLLECTED)
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(std::env::current_exe()?)
        .args(["--repeat", subject.name, &times.to_string()])
        .status()
        .context("valgrind is not there")?;
    anyhow::ensure!(status.success(), "{} ended with {status}", subject.name);
    let said = fs::read_to_string(&profile)?;
    let total = said.lines().find_map(|line| line.strip_prefix("totals: ")).context("callgrind has said no total")?;
    Ok(total.trim().parse()?)
}
