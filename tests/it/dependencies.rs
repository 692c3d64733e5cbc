//! What comes in from outside says why it is here; which of it may come in at all is `deny.toml`'s matter.

use std::fs;
use std::path::Path;

#[test]
fn every_dependency_says_what_it_is_for() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let (mut section, mut before, mut seen, mut silent) = ("", "", 0, Vec::new());
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && line.contains(" = ") && !line.starts_with('#') {
            seen += 1;
            if !before.starts_with("# ") {
                silent.push(line);
            }
        }
        before = line;
    }
    assert!(seen > 40, "only {seen} dependencies were seen: is the manifest written in another way now?");
    assert!(silent.is_empty(), "a word, in a comment above, on what these are for:\n{}", silent.join("\n"));
}
