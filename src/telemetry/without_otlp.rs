//! What stands in for exporting in a build that cannot: without the feature `otlp` nothing of it is compiled.

use std::time::Duration;

use tracing::Span;

use super::{ExportConfig, Exported, Redactor, TelemetryError};

/// Can this build export?
pub const CAN_EXPORT: bool = false;

/// Nothing is exported.
#[derive(Debug)]
#[must_use = "the last spans and lines leave when it is flushed"]
pub struct Exporting(());

impl Exporting {
    /// Nothing has to leave.
    pub fn flush(self, _within: Duration) {}
}

/// The configuration has warned already.
#[expect(clippy::unnecessary_wraps, reason = "the same as in a build that exports")]
pub(super) fn begin(
    _config: Option<&ExportConfig>,
    _redactor: &Redactor,
) -> Result<(Exporting, Option<Exported>), TelemetryError> {
    Ok((Exporting(()), None))
}

/// The span as it is.
#[must_use]
pub fn story_begins(span: Span, _bot: i64, _update_id: i64) -> Span {
    span
}

/// The span as it is.
#[must_use]
pub fn story_goes_on(span: Span, _bot: i64, _update_id: i64) -> Span {
    span
}
