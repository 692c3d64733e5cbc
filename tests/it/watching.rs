//! Watching the program with ordinary tools: the dashboard and the alerts name what is published, and the alerts notice
//! what they should.

use std::collections::BTreeSet;

use routergram::metrics::{METRICS, PROCESS};
use serde_json::Value;

use crate::metrics::names;
use crate::tools::{succeeds, text, tool, tree};

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
