//! `routergram bench`, in seconds instead of minutes: it measures everything it lists, and nobody's answer is amiss.

use std::process::{Command, Output};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_routergram");

fn bench(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let done = Command::new(PROGRAM).arg("bench").args(arguments).env_clear().current_dir(folder.path()).output();
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "{arguments:?} leaves something behind");
    done.unwrap()
}

fn printed(arguments: &[&str]) -> String {
    let done = bench(arguments);
    assert!(done.status.success() && done.stderr.is_empty(), "{arguments:?}: {done:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// The rows, each with its scenario.
fn rows(report: &Value) -> Vec<(String, Value)> {
    let sections = report["sections"].as_array().unwrap().iter();
    let rows = sections.flat_map(|section| {
        let scenario = section["scenario"].as_str().unwrap();
        section["rows"].as_array().unwrap().iter().map(move |row| (scenario.to_owned(), row.clone()))
    });
    rows.collect()
}

#[test]
fn every_scenario_is_measured_by_webhook_and_no_answer_is_amiss() {
    let rows = every_scenario("webhook");
    assert!(rows.iter().any(|(at, row)| at == "sustained" && row["name"] == "ack_p99"), "{rows:?}");
}

#[test]
fn every_scenario_is_measured_by_polling_and_no_answer_is_amiss() {
    let rows = every_scenario("polling");
    assert!(!rows.iter().any(|(_, row)| row["name"] == "ack_p99"), "nothing is posted: {rows:?}");
}

fn every_scenario(mode: &str) -> Vec<(String, Value)> {
    let report: Value =
        serde_json::from_str(&printed(&["--quick", "--share-cores", "--json", "--mode", mode])).unwrap();
    let rows = rows(&report);
    for (scenario, row) in &rows {
        let name = row["name"].as_str().unwrap();
        assert!(row["us"].is_f64(), "{scenario}: {row}");
        if ["lost", "doubled", "out_of_order", "amiss"].iter().any(|fault| name.starts_with(fault)) {
            assert_eq!(row["us"], 0.0, "{scenario}: {row}");
        }
    }
    for scenario in ["starts", "sustained", "long", "steady", "burst", "streams", "idle", "chats", "backlog", "history"]
    {
        assert!(rows.iter().any(|(at, _)| at == scenario), "{scenario}: {report}");
    }
    for name in ["answers_per_second", "cpu_per_update", "answer_p99", "lost", "peak_memory", "syncs_per_update"] {
        assert!(rows.iter().any(|(at, row)| at == "sustained" && row["name"] == name), "{name}: {report}");
    }
    rows
}

#[test]
fn another_bot_is_put_beside_as_a_ratio() {
    let table = printed(&["sustained", "--mode", "webhook", "--quick", "--against", PROGRAM]);
    let line = table.lines().find(|line| line.contains("processor time an update")).unwrap();
    assert_eq!(line.matches("µs").count(), 2, "{table}");
    assert!(line.contains("ratio ≤ 1"), "{table}");
}

#[test]
fn what_cannot_be_measured_is_a_sentence_that_says_what_to_do() {
    for (arguments, status, sentence) in [
        (&["sustaind"][..], 2, "sustained"),
        (&["--mode", "poling"], 2, "polling"),
        (&["--quick", "--against", "nothing/here"], 1, "there is no program nothing/here: build"),
        (&["--quick", "--against", "/bin/true"], 1, "the baseline neither polls nor sets a webhook"),
        (&["--quick", "--data-dir", "nowhere"], 1, "cannot write to nowhere"),
    ] {
        let done = bench(arguments);
        let complaint = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(status), "{arguments:?}: {complaint}");
        assert!(complaint.contains(sentence), "{arguments:?}: {complaint}");
    }
}
