//! `SECURITY.md` names a test for everything that it promises; here they are looked for.

use std::collections::BTreeSet;

use crate::tools::{text, tree};

/// The tests that a line names: `` `attacks::door::a_story` ``.
fn named(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).filter(|code| code.contains("::") && !code.contains(' ')).collect()
}

/// Is there such a test, outside (`tests/it`) or beside the code (`src`)? A story of a table stands there with a colon.
fn exists(name: &str) -> bool {
    let (module, story) = name.rsplit_once("::").expect("it was chosen by that");
    let place = module.replace("::", "/");
    let files = ["tests/it", "src"].map(|root| [format!("{root}/{place}.rs"), format!("{root}/{place}/mod.rs")]);
    files.as_flattened().iter().any(|file| {
        let source = std::fs::read_to_string(tree(file)).unwrap_or_default();
        source.contains(&format!("fn {story}(")) || source.contains(&format!("\n    {story}: "))
    })
}

#[test]
fn every_promise_of_security_md_names_tests_that_exist() {
    let document = text("SECURITY.md");
    let rows: Vec<&str> = document.lines().filter(|line| line.starts_with("| ")).collect();
    let promises = rows.iter().filter(|row| !["| What", "| # ", "| ---"].iter().any(|head| row.starts_with(head)));
    let untested: Vec<_> = promises.filter(|row| named(row).is_empty()).collect();
    assert!(untested.is_empty(), "rows without a test: {untested:#?}");
    let missing: Vec<_> = document.lines().flat_map(named).filter(|name| !exists(name)).collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
}

#[test]
fn every_scenario_of_security_md_is_one_of_the_fault_plan() {
    let (document, plan) = (text("SECURITY.md"), text("tests/faults/main.rs"));
    let rows = document.lines().filter(|line| line.starts_with("| "));
    let scenarios: BTreeSet<_> = rows.flat_map(|row| row.split('*').skip(1).step_by(2)).collect();
    let there: BTreeSet<_> =
        scenarios.iter().copied().filter(|name| plan.contains(&format!("\"{name}\" => "))).collect();
    assert_eq!((there.len(), &there), (6, &scenarios));
}

#[test]
fn security_md_has_all_the_attacks() {
    let document = text("SECURITY.md");
    let numbers = document.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next()?.parse().ok());
    assert_eq!(numbers.collect::<BTreeSet<u8>>(), (1..=25).collect());
}
