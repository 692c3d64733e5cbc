//! What a process took of the machine: processor time and memory, as Linux tells them. Elsewhere nothing is known.
//!
//! Without it a latency cannot be read: when the cores are full, what is measured is the wait for one of them, whoever
//! fills them.

use std::fs;
use std::time::{Duration, Instant};

/// The system counts processor time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// What two processes had used of the processors at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    at: Instant,
    program: Option<Duration>,
    driver: Option<Duration>,
    all: Option<[Duration; 2]>,
}

/// What was used between two moments.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    /// How long it was.
    pub wall: Duration,
    /// By the program.
    pub program: Option<Duration>,
    /// By this process.
    pub driver: Option<Duration>,
    /// By everybody on this machine.
    pub all: Option<Duration>,
    /// By nobody.
    pub idle: Option<Duration>,
}

impl Moment {
    /// Now.
    #[must_use]
    pub fn now(program: u32) -> Self {
        Self { at: Instant::now(), program: of(&program.to_string()), driver: of("self"), all: machine() }
    }

    /// Until now.
    #[must_use]
    pub fn used(self, program: u32) -> Used {
        let now = Self::now(program);
        let span = |before: Option<Duration>, after: Option<Duration>| Some(after?.saturating_sub(before?));
        let part = |at: usize| span(self.all.map(|all| all[at]), now.all.map(|all| all[at]));
        Used {
            wall: now.at - self.at,
            program: span(self.program, now.program),
            driver: span(self.driver, now.driver),
            all: part(0),
            idle: part(1),
        }
    }
}

/// Used so far by all threads of a process.
fn of(pid: &str) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; utime and stime are the 12th and 13th fields after it.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    Some(TICK * (fields.get(11)?.parse::<u32>().ok()? + fields.get(12)?.parse::<u32>().ok()?))
}

/// Used, and idle, since the machine started.
fn machine() -> Option<[Duration; 2]> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    // user nice system idle iowait irq softirq steal; guests are in user already.
    let all: Vec<u32> = stat.lines().next()?.split_whitespace().skip(1).take(8).flat_map(str::parse).collect();
    let idle = all.get(3)? + all.get(4)?;
    Some([TICK * (all.iter().sum::<u32>() - idle), TICK * idle])
}

/// Resident megabytes of a process: now, and the most there ever were.
#[must_use]
pub fn memory(pid: u32) -> Option<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let megabytes = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0 / 1e6)
    };
    Some((megabytes("VmRSS")?, megabytes("VmHWM")?))
}

/// The file system that a folder is on, as the system calls it.
#[must_use]
pub fn file_system(folder: &std::path::Path) -> Option<String> {
    let (folder, mounts) = (folder.canonicalize().ok()?, fs::read_to_string("/proc/self/mounts").ok()?);
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let around = mounts.filter(|(place, _)| folder.starts_with(place));
    // The longest one, and of several at one place the one that was put there last.
    around.max_by_key(|(place, _)| place.len()).map(|(_, kind)| kind.to_owned())
}
