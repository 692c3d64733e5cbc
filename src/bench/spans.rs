//! Durations of which the quantiles are wanted.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Durations, kept in microseconds to three digits.
pub struct Spans(Histogram<u64>);

impl Spans {
    /// None yet.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self(Histogram::new(3)?))
    }

    /// Counts one. Not by `saturating_record`: that never widens the range, and takes what lies beyond for nothing.
    pub fn add(&mut self, span: Duration) -> anyhow::Result<()> {
        Ok(self.0.record(u64::try_from(span.as_micros())?)?)
    }

    /// So many milliseconds were enough for this share of them; `None` when there are none.
    #[must_use]
    pub fn millis(&self, quantile: f64) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
        let millis = |micros: u64| micros as f64 / 1000.0;
        (!self.0.is_empty()).then(|| millis(self.0.value_at_quantile(quantile)))
    }
}
