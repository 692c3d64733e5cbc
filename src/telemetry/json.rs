//! One JSON object a line: `timestamp`, `level`, `message`, `target`, then every field, those of spans included.
//!
//! The formatter that ships with tracing-subscriber puts span fields into a nested list, where log viewers do not find
//! `update.id`, and keeps the `log.*` fields of libraries that log through the `log` crate. Here all fields are at the
//! top; an inner span's field hides an outer one's of the same name, the event's hides both.
//!
//! Every answer writes two of these lines, so what hides nothing is copied as the span has it and never read.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_log::NormalizeEvent;
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// What every line begins with; a field of such a name is hidden by it.
const OWN: [&str; 4] = ["timestamp", "level", "message", "target"];

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
        let mut fields = Fields::default();
        event.record(&mut fields);
        add_spans(&mut fields, ctx);
        if fields.message.is_empty() {
            put(&mut fields.message, metadata.name());
        }

        let mut target = Vec::new();
        put(&mut target, metadata.target());

        // No character of a date or a level has to be escaped.
        writer.write_str(r#"{"timestamp":""#)?;
        SystemTime.format_time(&mut writer)?;
        let (level, message) = (lower(*metadata.level()), text(&fields.message));
        writeln!(
            writer,
            r#"","level":"{level}","message":{message},"target":{}{}}}"#,
            text(&target),
            text(&fields.rest)
        )
    }
}

/// Lower case, because hosts that colour by level look for "error", not "ERROR".
const fn lower(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// Adds the fields of the spans around an event, from the innermost on.
fn add_spans<S>(fields: &mut Fields, ctx: &FmtContext<'_, S, JsonFields>)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    // Of inner spans that had to be read.
    let mut hidden = Vec::<String>::new();
    let mut spans = ctx.event_scope().into_iter().flatten().peekable();
    while let Some(span) = spans.next() {
        let extensions = span.extensions();
        // An object, or nothing at all.
        let Some(recorded) = extensions.get::<FormattedFields<JsonFields>>() else { continue };
        let Some(own) = recorded.fields.strip_prefix('{').and_then(|own| own.strip_suffix('}')) else { continue };
        if own.is_empty() {
            continue;
        }
        let mut hiding = OWN.iter().chain(&fields.names).copied().chain(hidden.iter().map(String::as_str));
        if spans.peek().is_none() && !hiding.any(|name| own.contains(name)) {
            // The name is looked for anywhere, also in values: then it is only slower.
            fields.rest.push(b',');
            fields.rest.extend_from_slice(own.as_bytes());
            continue;
        }
        let read: Map<String, Value> = serde_json::from_str(&recorded.fields).unwrap_or_default();
        for (name, value) in read {
            if !OWN.iter().chain(&fields.names).any(|hides| *hides == name) && !hidden.contains(&name) {
                fields.rest.push(b',');
                put(&mut fields.rest, &name);
                fields.rest.push(b':');
                put(&mut fields.rest, &value);
                hidden.push(name);
            }
        }
    }
}

/// The fields of an event.
#[derive(Default)]
struct Fields {
    names: Vec<&'static str>,
    /// As JSON; empty: there is none.
    message: Vec<u8>,
    /// The others, each as `,"name":value`.
    rest: Vec<u8>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: &(impl Serialize + ?Sized)) {
        match field.name() {
            "message" => put(&mut self.message, value),
            // What the `log` crate's bridge adds: target, file and line, already in the metadata.
            name if name.starts_with("log.") || OWN.contains(&name) => {}
            name => {
                let name = name.trim_start_matches("r#");
                // Rust's own names have nothing that JSON escapes.
                self.rest.extend_from_slice(br#",""#);
                self.rest.extend_from_slice(name.as_bytes());
                self.rest.extend_from_slice(br#"":"#);
                put(&mut self.rest, value);
                self.names.push(name);
            }
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, &format_args!("{value:?}"));
    }
}

/// Appends a value as JSON.
fn put(json: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    // Numbers, truth values and strings are all that there is, and these do not fail; nor does writing to a vector.
    let _ = serde_json::to_writer(json, value);
}

/// What [`put`] has written.
fn text(json: &[u8]) -> &str {
    std::str::from_utf8(json).unwrap_or_default()
}
