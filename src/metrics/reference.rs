//! The table of metrics as a document: a part of `docs/metrics.md`, which a test compares with it. `UPDATE_DOCS=1` writes
//! the file instead.

use std::fmt::Write as _;

use super::table::{Label, Metric, Values};
use super::{METRICS, PROCESS};

/// Everything that is published, as a Markdown table.
#[must_use]
pub fn reference() -> String {
    let mut text = "| Metric | Kind | Labels | Meaning |\n|---|---|---|---|\n".to_owned();
    for Metric { name, kind, labels, help } in METRICS.iter().chain(PROCESS) {
        let labels: Vec<String> = labels.iter().map(label).collect();
        let labels = if labels.is_empty() { "–".to_owned() } else { labels.join("<br>") };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{name}` | {} | {labels} | {help} |", kind.name());
    }
    text
}

fn label(label: &Label) -> String {
    let values = match label.values {
        Values::These(values) => values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", "),
        Values::Bounded(words) => words.to_owned(),
    };
    format!("`{}`: {values}", label.name)
}
