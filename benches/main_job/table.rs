//! One table: what was measured, how much it was, what was wished.

pub(crate) use crate::load::spans::Spans;

/// Above the rows, which are printed as the numbers come.
pub(crate) fn head() {
    row("", "measured", "wished");
}

/// A row that somebody wished something of.
pub(crate) fn row(what: &str, measured: &str, wished: &str) {
    println!("{what:<66} {measured:<42} {wished}");
}

/// A row that explains others.
pub(crate) fn note(what: &str, measured: &str) {
    row(what, measured, "");
}

impl Spans {
    pub(crate) fn quantiles(&self) -> String {
        let at = |quantile| millis(self.0.value_at_quantile(quantile));
        format!("p50 {}, p99 {}, max {} ms", at(0.5), at(0.99), millis(self.0.max()))
    }

    pub(crate) fn median_and_worst(&self) -> String {
        format!("{} ms (worst {})", millis(self.0.value_at_quantile(0.5)), millis(self.0.max()))
    }
}

/// Microseconds as milliseconds, with a digit more where there is little before the point.
fn millis(micros: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
    let millis = micros as f64 / 1000.0;
    if millis < 10.0 { format!("{millis:.2}") } else { format!("{millis:.0}") }
}
