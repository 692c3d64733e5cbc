//! What comes out of the log, written to memory instead of stdout.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use super::*;

const TOKEN: &str = "123456:TEST-TOKEN-not-a-real-one";

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn json(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Memory {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is logged by `events` with this filter and format.
fn logged(filter: &str, format: LogFormat, events: impl FnOnce()) -> Memory {
    let memory = Memory::default();
    let redactor = Redactor::new([(TOKEN.to_owned(), "TOKEN"), ("sk-or-v1-not-a-real-key".to_owned(), "[redacted]")]);
    let log = LogConfig { filter: filter.to_owned(), format, export: None };
    let subscriber = subscriber(&log, None, Redacting::new(memory.clone(), redactor), false).unwrap();
    // The bridge from the `log` crate is for the whole process, and another test may have been first.
    let _ = tracing_log::LogTracer::init();
    tracing::subscriber::with_default(subscriber, events);
    memory
}

#[test]
fn a_json_line_has_level_message_and_all_fields_at_the_top() {
    let lines = logged("info", LogFormat::Json, || {
        let outer = tracing::info_span!("update", update.id = 7, lane = "a");
        let _outer = outer.enter();
        let inner = tracing::info_span!("turn", lane = "b", model = tracing::field::Empty);
        inner.record("model", "openrouter/auto");
        let _inner = inner.enter();
        tracing::warn!(duration_ms = 12, "Answered \"slowly\"");
    })
    .json();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    assert_eq!(line["level"], "warn");
    assert_eq!(line["message"], "Answered \"slowly\"");
    assert_eq!(line["update.id"], 7);
    assert_eq!(line["lane"], "b");
    assert_eq!(line["model"], "openrouter/auto");
    assert_eq!(line["duration_ms"], 12);
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    assert_eq!(line["target"], "routergram::telemetry::tests");
}

#[test]
fn fields_cannot_pretend_to_be_the_level() {
    let lines = logged("info", LogFormat::Json, || tracing::info!(level = "error", target = "x", "Hello")).text();
    assert_eq!(lines.matches("\"level\"").count(), 1);
    assert!(lines.contains(r#""level":"info""#));
}

#[test]
fn an_event_without_a_message_is_still_a_complete_line() {
    let lines = logged("info", LogFormat::Json, || tracing::info!(count = 1)).json();
    assert!(lines[0]["message"].as_str().unwrap().starts_with("event "));
}

#[test]
fn secrets_are_taken_out_of_every_line_of_both_formats() {
    for format in [LogFormat::Json, LogFormat::Text] {
        let text = logged("info", format, || {
            let span = tracing::info_span!("call", url = format!("https://api.telegram.org/bot{TOKEN}/GetMe"));
            let _span = span.enter();
            tracing::error!(error = ?io::Error::other(format!("bot{TOKEN}: refused")), "Sent Bearer sk-or-v1-not-a-real-key");
        })
        .text();
        assert!(!text.contains(TOKEN) && !text.contains("not-a-real"), "{text}");
        assert!(
            text.contains("botTOKEN/GetMe") && text.contains("botTOKEN: refused") && text.contains("[redacted]"),
            "{text}"
        );
    }
}

#[test]
fn a_secret_inside_another_leaves_no_rest() {
    let redactor = Redactor::new([("half-secret".to_owned(), "B"), ("1:half-secret".to_owned(), "A")]);
    assert_eq!(redactor.redact("x1:half-secret half-secret"), "xA B");
}

#[test]
fn what_is_not_text_is_masked_byte_for_byte() {
    let redactor = Redactor::new([("half-secret".to_owned(), "B")]);
    let masked = redactor.masked(b"\x0b\xffhalf-secret\x00half-secre".to_vec());
    assert_eq!(masked, b"\x0b\xff***********\x00half-secre");
}

#[test]
fn a_short_secret_does_not_make_holes_in_ordinary_words() {
    let redactor = Redactor::new([("message".to_owned(), "X"), (String::new(), "X")]);
    assert_eq!(redactor.redact("a message"), "a message");
    assert_eq!(format!("{redactor:?}"), "Redactor(0 secrets)");
}

#[test]
fn records_of_the_log_crate_arrive_with_their_own_target() {
    let lines = logged("info", LogFormat::Json, || {
        log::warn!(target: "some_library", "It is late");
        log::debug!(target: "some_library", "Too fine");
    })
    .json();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["target"], "some_library");
    assert_eq!(lines[0]["message"], "It is late");
    assert!(lines[0].get("log.target").is_none());
}

#[test]
fn teloxide_is_heard_from_warn_on_and_its_updates_never() {
    let lines = logged("trace,teloxide=trace,teloxide_core=trace", LogFormat::Json, || {
        log::warn!(target: "teloxide::dispatching::dispatcher", "Unhandled update: (a person's text)");
        log::error!(target: "teloxide::dispatching::dispatcher", "Cannot parse an update.");
        log::trace!(target: "teloxide_core::adaptors::trace", "Got response: (a person's text)");
        log::info!(target: "teloxide::update_listeners::polling", "retrying");
        log::warn!(target: "teloxide_core::net", "worth knowing");
        log::trace!(target: "teloxidermy", "somebody else");
    })
    .json();
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["worth knowing", "somebody else"]);
}

#[test]
fn a_panic_is_logged_with_its_place_and_only_fixed_words() {
    let lines = logged("info", LogFormat::Json, || {
        log_panic("src/a.rs:1:2", &"a fixed text");
        log_panic("src/b.rs:3:4", &"what Anna wrote".to_owned());
    })
    .json();
    assert_eq!(lines[0]["panic.location"], "src/a.rs:1:2");
    assert_eq!(lines[0]["panic.message"], "a fixed text");
    assert_eq!(lines[1]["panic.location"], "src/b.rs:3:4");
    assert_eq!(lines[1]["panic.message"], "(not shown: it may quote a person)");
}

#[test]
fn a_bad_filter_is_an_error_and_not_a_panic() {
    assert!(check_filter("info,routergram=debug").is_ok());
    assert!(check_filter("routergram=loud").is_err());
    let log = LogConfig { filter: "a=b=c".to_owned(), format: LogFormat::Text, export: None };
    assert!(matches!(subscriber(&log, None, Memory::default(), false), Err(TelemetryError::Filter(_))));
}
