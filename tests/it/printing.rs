//! What is printed where: text on a terminal, one JSON object a line in a pipe, whatever happens.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Command, Output};

use routergram::lifecycle::{StopSignals, Tasks};
use routergram::telemetry::{self, LogConfig, LogFormat, Redactor};
use serde_json::Value;

use crate::browser::skip_without;

const PROGRAM: &str = env!("CARGO_BIN_EXE_routergram");

/// Its port is taken, so it says how it starts, what is wrong, and ends.
fn ends_soon(mut command: Command, settings: &[(&str, &str)]) -> Output {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = tempfile::tempdir().unwrap();
    command.env_clear().current_dir(folder.path());
    command.envs([("DISABLE_TELEGRAM_BOT", "true"), ("HOST", "127.0.0.1"), ("PORT", &port)]);
    command.envs(settings.iter().copied()).output().unwrap()
}

fn objects(text: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(text).unwrap();
    let object = |line| serde_json::from_str::<Value>(line).ok().filter(Value::is_object);
    text.lines().map(|line| object(line).unwrap_or_else(|| panic!("no JSON object: {line}"))).collect()
}

#[test]
fn in_a_pipe_every_line_on_stdout_is_an_object_and_stderr_stays_empty() {
    let ended = ends_soon(Command::new(PROGRAM), &[]);
    let lines = objects(&ended.stdout);
    assert!(lines.first().unwrap()["message"].as_str().unwrap().starts_with("Mode: "), "{lines:?}");
    assert_eq!(lines.last().unwrap()["level"], "error", "{lines:?}");
    assert!(ended.stderr.is_empty(), "{ended:?}");
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn on_a_terminal_lines_are_text() {
    if skip_without(&["script"]) {
        return;
    }
    let mut script = Command::new("script");
    // Its own output, and the program's, go to a terminal that it makes; -e passes the exit status on.
    script.args(["-qec", PROGRAM, "/dev/null"]);
    let ended = ends_soon(script, &[("TERM", "xterm"), ("PATH", "/usr/bin:/bin")]);
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(text.contains("Mode: disabled") && text.contains("ERROR"), "{text:?}");
    assert!(!text.lines().any(|line| line.starts_with('{')), "{text:?}");
    assert!(text.contains('\u{1b}'), "a terminal is shown colours: {text:?}");
    assert_eq!(ended.status.code(), Some(1));
}

#[test]
fn no_color_is_heeded_on_a_terminal() {
    if skip_without(&["script"]) {
        return;
    }
    let mut script = Command::new("script");
    script.args(["-qec", PROGRAM, "/dev/null"]);
    let ended = ends_soon(script, &[("TERM", "xterm"), ("PATH", "/usr/bin:/bin"), ("NO_COLOR", "1")]);
    let text = String::from_utf8(ended.stdout).unwrap();
    assert!(text.contains("Mode: disabled") && !text.contains('\u{1b}'), "{text:?}");
}

#[test]
fn settings_that_cannot_be_used_are_told_on_stderr_and_stdout_stays_empty() {
    let ended = ends_soon(Command::new(PROGRAM), &[("DRAIN_SECS", "soon"), ("LOG_FORMAT", "json")]);
    assert!(ended.stdout.is_empty(), "{ended:?}");
    assert!(String::from_utf8(ended.stderr).unwrap().contains("DRAIN_SECS"));
    assert_eq!(ended.status.code(), Some(78));
}

/// Set in the process that panics, by the test that looks at it.
const PANICS: &str = "ROUTERGRAM_TEST_PANICS";
const BEGIN: &str = "<<<";
const END: &str = ">>>";

#[test]
fn a_panic_in_a_task_is_one_object_and_nothing_on_stderr() {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "printing::panics_in_a_task", "--nocapture", "--ignored"]).env(PANICS, "1");
    let ended = child.output().unwrap();
    let printed = String::from_utf8(ended.stdout).unwrap();
    let between = printed.split_once(BEGIN).unwrap().1.split_once(END).unwrap().0.trim();
    let lines = objects(between.as_bytes());
    assert_eq!(lines.len(), 2, "{between}");
    assert_eq!(lines[0]["message"], "Something panicked");
    assert_eq!(lines[0]["panic.message"], "a fixed text\nof two lines");
    assert_eq!(lines[1]["message"], "an error\nof two lines");
    assert!(!String::from_utf8(ended.stderr).unwrap().contains("panicked at"));
}

#[tokio::test]
#[ignore = "not a test: the process that another one looks at"]
#[expect(clippy::print_stdout, reason = "marks where the lines of the log begin and end")]
async fn panics_in_a_task() {
    println!("\n{BEGIN}");
    let log = LogConfig { filter: "info".to_owned(), format: LogFormat::Json, export: None };
    let _exporting = telemetry::init(&log, Redactor::default()).unwrap();
    let tasks = Tasks::new(StopSignals::default());
    tasks.spawn(async { panic!("a fixed text\nof two lines") });
    tasks.finished().await;
    tracing::error!("an error\nof two lines");
    println!("{END}");
}
