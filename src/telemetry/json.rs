//! One JSON object a line: `timestamp`, `level`, `message`, `target`, then every field, those of spans included.
//!
//! The formatter that ships with tracing-subscriber puts span fields into a nested list, where log viewers do not find
//! `update.id`, and keeps the `log.*` fields of libraries that log through the `log` crate. Here all fields are at the
//! top; an inner span's field hides an outer one's of the same name, the event's hides both.

use std::fmt;

use serde_json::{Map, Value};
use tracing::{Event, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Formats an event as one flat JSON object.
pub(super) struct OneLine;

impl<S> FormatEvent<S, JsonFields> for OneLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;

        let mut fields = span_fields(ctx);
        let mut own = String::new();
        ctx.format_fields(Writer::new(&mut own), event)?;
        fields.extend(parsed(&own));
        // What the `log` crate's bridge adds: target, file and line, already in the metadata.
        fields.retain(|name, _| !name.starts_with("log."));

        let message = fields.remove("message").unwrap_or_else(|| Value::from(metadata.name()));
        write!(writer, r#"{{"timestamp":{}"#, Value::from(timestamp))?;
        // Lower case, because hosts that colour by level look for "error", not "ERROR".
        write!(writer, r#","level":"{}""#, metadata.level().as_str().to_ascii_lowercase())?;
        write!(writer, r#","message":{message},"target":{}"#, Value::from(metadata.target()))?;
        for (name, value) in
            fields.iter().filter(|(name, _)| !["timestamp", "level", "target"].contains(&name.as_str()))
        {
            write!(writer, ",{}:{value}", Value::from(name.as_str()))?;
        }
        writeln!(writer, "}}")
    }
}

fn span_fields<S>(ctx: &FmtContext<'_, S, JsonFields>) -> Map<String, Value>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let mut fields = Map::new();
    for span in ctx.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
        if let Some(recorded) = span.extensions().get::<FormattedFields<JsonFields>>() {
            fields.extend(parsed(&recorded.fields));
        }
    }
    fields
}

/// Fields as [`JsonFields`] wrote them: an object, or nothing at all.
fn parsed(fields: &str) -> Map<String, Value> {
    serde_json::from_str(fields).unwrap_or_default()
}
