//! Data flows one way: a module uses only what `lib.rs` declares before it.

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn a_module_uses_only_what_stands_before_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let order = modules(&fs::read_to_string(src.join("lib.rs")).unwrap());
    assert!(order.len() > 15, "lib.rs declares its modules as `pub mod name;`");
    let mut upward = Vec::new();
    for (place, module) in order.iter().enumerate() {
        for file in files_of(&src, module) {
            let text = fs::read_to_string(&file).unwrap();
            let used = used_modules(&text);
            upward.extend(used.iter().filter_map(|name| {
                let above = order.iter().position(|other| other == name)? > place;
                above.then(|| format!("{} uses crate::{name}, which stands above it", file.display()))
            }));
        }
    }
    assert!(upward.is_empty(), "{}", upward.join("\n"));
}

fn modules(lib: &str) -> Vec<String> {
    lib.lines().filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())).collect()
}

fn files_of(src: &Path, module: &str) -> Vec<PathBuf> {
    let single = src.join(format!("{module}.rs"));
    let mut files = if single.exists() { vec![single] } else { Vec::new() };
    let mut folders = vec![src.join(module)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    assert!(!files.is_empty(), "no file for module {module}");
    files
}

/// The names that follow `crate::`, also in groups: `use crate::{metrics, replies};`. Comments do not count.
fn used_modules(text: &str) -> Vec<String> {
    let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let after = code.split("crate::").skip(1);
    after
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group.split('}').next().unwrap_or_default().split(',').map(first_name).collect(),
            None => vec![first_name(rest)],
        })
        .collect()
}

fn first_name(path: &str) -> String {
    path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
