//! Watching the program with ordinary tools: the dashboard and the alerts name what is published, and the alerts notice
//! what they should.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use routergram::metrics::{METRICS, PROCESS};
use serde_json::{Value, json};

use crate::metrics::names;
use crate::tools::{installed, missing, succeeds, text, tool, tree};

#[test]
fn the_dashboard_shows_what_is_published_and_nothing_that_is_not() {
    let dashboard: Value = serde_json::from_str(&text("deploy/grafana.json")).unwrap();
    let expressions = expressions(&dashboard);
    assert!(expressions.len() > 30, "{}", expressions.len());
    let shown: BTreeSet<&str> = expressions.iter().flat_map(|expression| names(expression)).collect();
    // Build and threads are for whoever asks by hand.
    let by_hand = ["process_virtual_memory_bytes", "process_threads"];
    let all = METRICS.iter().chain(PROCESS).map(|metric| metric.name);
    assert_eq!(shown, all.filter(|name| !by_hand.contains(name)).collect());
    for expression in &expressions {
        let everywhere = expression.matches('{').count() == expression.matches("instance=~\"$instance\"").count();
        assert!(everywhere && expression.contains("$instance"), "one bot is to be told from another: {expression}");
    }
}

#[test]
fn panels_of_the_dashboard_stand_beside_each_other_and_not_on_each_other() {
    let dashboard: Value = serde_json::from_str(&text("deploy/grafana.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut taken = BTreeSet::new();
    for panel in panels {
        let side = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(side("x") + side("w") <= 24, "{}", panel["title"]);
        for (x, y) in
            (side("x")..side("x") + side("w")).flat_map(|x| (side("y")..side("y") + side("h")).map(move |y| (x, y)))
        {
            assert!(taken.insert((x, y)), "{} covers another panel", panel["title"]);
        }
    }
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len());
}

/// A field that Grafana does not know, or a value that it does not take, it would ignore without a word.
#[test]
fn grafanas_own_types_fit_the_dashboard_and_notice_what_does_not() {
    let types = installed().join("node_modules");
    if !types.join("@grafana/schema").is_dir() {
        return missing("Grafana's types are not installed: run tests/deploy/install.sh");
    }
    let dashboard: Value = serde_json::from_str(&text("deploy/grafana.json")).unwrap();
    let Some(said) = typed(&dashboard, &types) else { return };
    assert_eq!(said, "");
    let mut wrong = dashboard;
    for (place, value) in [
        ("/graphTooltip", json!(7)),
        ("/panels/1/options/colorMode", json!("rainbow")),
        ("/panels/1/gridPos/w", json!("3")),
        ("/panels/1/fieldConfig/defaults/thresholds/mode", json!("relative")),
    ] {
        *wrong.pointer_mut(place).unwrap() = value;
    }
    let graph = wrong["panels"].as_array_mut().unwrap().iter_mut().find(|panel| panel["type"] == "timeseries").unwrap();
    graph["options"]["legned"] = json!({});
    graph["fieldConfig"]["defaults"]["custom"]["lineWitdh"] = json!(1);
    graph["fieldConfig"]["defaults"]["untis"] = json!("s");
    let said = typed(&wrong, &types).unwrap();
    assert_eq!(said.matches("error TS").count(), 7, "{said}");
}

/// What the compiler says of the dashboard, laid out so that each part has a type that is closed.
fn typed(dashboard: &Value, types: &Path) -> Option<String> {
    let mut frame = dashboard.clone();
    let mut source = "import type { Fields, Frame, Options, Other, Row } from \"./dashboard.js\";\n".to_owned();
    let panels = frame.as_object_mut().unwrap().remove("panels").unwrap();
    for (number, mut panel) in panels.as_array().unwrap().iter().cloned().enumerate() {
        let kind = panel["type"].as_str().unwrap().to_owned();
        if kind == "row" {
            writeln!(source, "export const row{number}: Row = {panel};").unwrap();
            continue;
        }
        let options = panel.as_object_mut().unwrap().remove("options").unwrap();
        writeln!(source, "export const options{number}: Options[\"{kind}\"] = {options};").unwrap();
        let defaults = panel["fieldConfig"]["defaults"].as_object_mut().unwrap();
        let fields = defaults.remove("custom").unwrap_or_else(|| json!({}));
        writeln!(source, "export const fields{number}: Fields[\"{kind}\"] = {fields};").unwrap();
        writeln!(source, "export const panel{number}: Other = {panel};").unwrap();
    }
    // Prometheus's own part of an annotation, and what the list of variables shows: not in the types, but read.
    for name in ["expr", "titleFormat"] {
        frame["annotations"]["list"].as_array_mut().unwrap().iter_mut().for_each(|one| drop(without(one, name)));
    }
    frame["templating"]["list"].as_array_mut().unwrap().iter_mut().for_each(|one| drop(without(one, "definition")));
    writeln!(source, "export const frame: Frame = {frame};").unwrap();
    let mut compiler = tool("tsc")?;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("check.ts"), source).unwrap();
    std::fs::copy(tree("tests/deploy/dashboard.ts"), folder.path().join("dashboard.ts")).unwrap();
    std::os::unix::fs::symlink(types, folder.path().join("node_modules")).unwrap();
    let strict = ["--noEmit", "--strict", "--skipLibCheck", "--pretty", "false", "--module", "nodenext", "check.ts"];
    let done = compiler.args(strict).current_dir(folder.path()).output().unwrap();
    Some(String::from_utf8(done.stdout).unwrap())
}

fn without(object: &mut Value, name: &str) -> Option<Value> {
    object.as_object_mut().unwrap().remove(name)
}

#[test]
fn the_alerts_are_made_of_what_is_published_and_say_what_to_do() {
    let rules = text("deploy/alerts.yml");
    assert!(names(&rules).len() > 10);
    let known: BTreeSet<&str> = METRICS.iter().chain(PROCESS).map(|metric| metric.name).collect();
    assert_eq!(names(&rules).difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
    let told = |word: &str| rules.lines().filter(|line| line.trim_start().starts_with(word)).count();
    assert!(told("- alert:") >= 10);
    assert_eq!(
        (told("summary:"), told("action:"), told("labels:")),
        (told("- alert:"), told("- alert:"), told("- alert:"))
    );
}

#[test]
fn the_alerts_notice_what_they_should_and_nothing_else() {
    for arguments in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]] {
        if let Some(mut promtool) = tool("promtool") {
            succeeds(promtool.args(arguments).current_dir(tree("deploy")));
        }
    }
}

/// Everything in a dashboard that is asked of Prometheus.
fn expressions(dashboard: &Value) -> Vec<&str> {
    match dashboard {
        Value::Object(fields) => {
            let own = fields.get("expr").and_then(Value::as_str);
            own.into_iter().chain(fields.values().flat_map(expressions)).collect()
        }
        Value::Array(items) => items.iter().flat_map(expressions).collect(),
        _ => Vec::new(),
    }
}
