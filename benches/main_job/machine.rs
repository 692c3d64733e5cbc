//! Who used the processors while something was measured.
//!
//! So every row about speed is followed by the shares of the program, of the driver, and of all others.

use routergram::bench::Moment;

use crate::bot::Bot;
use crate::table::note;

/// Used so far.
pub(crate) struct Machine(Moment);

impl Machine {
    /// Before what is measured.
    pub(crate) fn look(bot: &Bot) -> Self {
        Self(Moment::now(bot.pid()))
    }

    /// After it: processor time of the program, for each of `count`, and everybody's share of all cores.
    pub(crate) fn report(self, bot: &Bot, count: u32) {
        let used = self.0.used(bot.pid());
        let Some((program, driver, all, idle)) = (|| Some((used.program?, used.driver?, used.all?, used.idle?)))()
        else {
            return note("  processor time", "unknown on this system");
        };
        let each = program.as_secs_f64() * 1e6 / f64::from(count);
        note("  processor time of the program", &format!("{each:.0} µs each, {:.2} s in all", program.as_secs_f64()));
        let others = all.saturating_sub(program + driver);
        let share = |span: std::time::Duration| 100.0 * span.as_secs_f64() / (all + idle).as_secs_f64().max(0.01);
        let shares = [program, driver, others, idle].map(|span| format!("{:.0}", share(span)));
        note("  % of all cores: program, driver, others, idle", &shares.join(", "));
    }
}
