//! What every program is watched by, under the names that Prometheus's own clients gave it.
//!
//! Read from `/proc` when somebody asks; where there is none (macOS), the lines are missing. The crates for this bring
//! code for three other systems along, for seven numbers from three files.

use std::fs;

use super::table::{Kind, Metric};

/// Ticks a second in `/proc/self/stat`: `USER_HZ`, which is 100 on every architecture that we are built for, whatever the
/// kernel's own tick is.
const TICKS: f64 = 100.0;

/// What is published of the process.
pub const PROCESS: &[Metric] = &[
    Metric { name: CPU, kind: Kind::Counter, labels: &[], help: "Processor time used, in seconds." },
    gauge(RESIDENT, "Memory that is really held."),
    gauge(VIRTUAL, "Memory that is addressed."),
    gauge(OPEN, "Files and connections that are open."),
    gauge(MOST, "Files and connections that may be open."),
    gauge(THREADS, "Threads."),
    gauge(START, "When the process started, in seconds since 1970; a change is a restart."),
];

const CPU: &str = "process_cpu_seconds_total";
const RESIDENT: &str = "process_resident_memory_bytes";
const VIRTUAL: &str = "process_virtual_memory_bytes";
const OPEN: &str = "process_open_fds";
const MOST: &str = "process_max_fds";
const THREADS: &str = "process_threads";
const START: &str = "process_start_time_seconds";

const fn gauge(name: &'static str, help: &'static str) -> Metric {
    Metric { name, kind: Kind::Gauge, labels: &[], help }
}

/// The value of one of [`PROCESS`] now, as it is written; `None` when the system does not tell.
pub(super) fn value(name: &str) -> Option<String> {
    match name {
        CPU => Some(((field(13)? + field(14)?) / TICKS).to_string()),
        RESIDENT => kib("VmRSS:"),
        VIRTUAL => kib("VmSize:"),
        OPEN => Some(fs::read_dir("/proc/self/fd").ok()?.count().to_string()),
        MOST => Some(rustix::process::getrlimit(rustix::process::Resource::Nofile).current?.to_string()),
        THREADS => Some(field(19)?.to_string()),
        START => Some((boot()? + field(21)? / TICKS).to_string()),
        _ => None,
    }
}

/// A field of `/proc/self/stat`, counted from 0. The second one is the program's name, which may hold blanks.
fn field(place: usize) -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(") ")?;
    after_name.split_ascii_whitespace().nth(place.checked_sub(2)?)?.parse().ok()
}

fn kib(name: &str) -> Option<String> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some((kib * 1024).to_string())
}

/// When the machine was started, in seconds since 1970.
fn boot() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_numbers_are_those_of_this_process() {
        let value = |name: &str| value(name).unwrap().parse::<f64>().unwrap();
        assert!(value(RESIDENT) > 1e6 && value(RESIDENT) < value(VIRTUAL));
        assert!(value(OPEN) >= 3.0 && value(OPEN) < value(MOST));
        let now = crate::clock::Clock::system().now().as_secs();
        // A test runner does not run for a day; the boot time is whole seconds.
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970")]
        let age = now as f64 - value(START);
        assert!((-2.0..86_400.0).contains(&age), "{age}");
        assert!(value(CPU) >= 0.0 && value(THREADS) >= 1.0);
    }
}
