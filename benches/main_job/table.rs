//! One table: what was measured, how much it was, what was wished.

use routergram::bench::Spans;

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

/// How long most took, nearly all, and the worst.
pub(crate) fn quantiles(spans: &Spans) -> String {
    format!("p50 {}, p99 {}, max {} ms", millis(spans, 0.5), millis(spans, 0.99), millis(spans, 1.0))
}

/// With a digit more where there is little before the point.
fn millis(spans: &Spans, quantile: f64) -> String {
    let millis = spans.millis(quantile).unwrap_or(f64::NAN);
    if millis < 10.0 { format!("{millis:.2}") } else { format!("{millis:.0}") }
}
