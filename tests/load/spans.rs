//! Durations of which the quantiles are wanted.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Durations, kept in microseconds to three digits.
pub(crate) struct Spans(pub(crate) Histogram<u64>);

impl Spans {
    pub(crate) fn new() -> anyhow::Result<Self> {
        Ok(Self(Histogram::new(3)?))
    }

    /// Counts one. Not by `saturating_record`: that never widens the range, and takes what lies beyond for nothing.
    pub(crate) fn add(&mut self, span: Duration) -> anyhow::Result<()> {
        Ok(self.0.record(u64::try_from(span.as_micros())?)?)
    }
}
