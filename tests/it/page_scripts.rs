//! The page's scripts by themselves, under Node: what needs no browser is tested without one.

use std::process::Command;

use crate::browser::skip_without;

#[test]
fn the_scripts_of_the_page_pass_their_own_tests() {
    if skip_without(&["node"]) {
        return;
    }
    // By name: what Node makes of a directory here differs between its versions.
    let run = Command::new("node")
        .args([
            "--test",
            "tests/page/entities.test.mjs",
            "tests/page/ogg.test.mjs",
            "tests/page/rich.test.mjs",
            "tests/page/world.test.mjs",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("node was found a moment ago");
    assert!(run.status.success(), "{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
}
