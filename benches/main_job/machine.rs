//! Who used the processors while something was measured. Linux alone tells.
//!
//! Without it a latency cannot be read: when the cores are full, what is measured is the wait for one of them, whoever
//! fills them. So every row about speed is followed by the shares of the program, of the driver, and of all others.

use std::fs;

use crate::bot::Bot;
use crate::table::note;

/// The system counts processor time in hundredths of a second.
const TICK_MICROS: f64 = 10_000.0;

/// Ticks so far.
pub(crate) struct Machine(Option<Ticks>);

struct Ticks {
    all: f64,
    idle: f64,
    bot: f64,
    driver: f64,
}

impl Machine {
    /// Before what is measured.
    pub(crate) fn look(bot: &Bot) -> Self {
        Self(ticks(bot))
    }

    /// After it: processor time of the program, for each of `count`, and everybody's share of all cores.
    pub(crate) fn report(self, bot: &Bot, count: u16) {
        let Some((before, after)) = self.0.zip(ticks(bot)) else {
            return note("  processor time", "unknown on this system");
        };
        let (all, idle) = ((after.all - before.all).max(1.0), after.idle - before.idle);
        let (used, driver) = (after.bot - before.bot, after.driver - before.driver);
        let others = (all - idle - used - driver).max(0.0);
        let each = used * TICK_MICROS / f64::from(count);
        note("  processor time of the program", &format!("{each:.0} µs each, {:.2} s in all", used / 100.0));
        let share = |ticks: f64| 100.0 * ticks / all;
        let shares = [share(used), share(driver), share(others), share(idle)].map(|share| format!("{share:.0}"));
        note("  % of all cores: program, driver, others, idle", &shares.join(", "));
    }
}

fn ticks(bot: &Bot) -> Option<Ticks> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    // user nice system idle iowait irq softirq steal; guests are in user already.
    let all: Vec<f64> = stat.lines().next()?.split_whitespace().skip(1).take(8).flat_map(str::parse).collect();
    let idle = all.get(3)? + all.get(4)?;
    Some(Ticks { all: all.iter().sum(), idle, bot: of(&bot.pid().to_string())?, driver: of("self")? })
}

/// Of all threads of a process.
fn of(pid: &str) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold spaces; utime and stime are the 12th and 13th fields after it.
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
}
