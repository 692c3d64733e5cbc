//! Programs of others that a test runs where they are installed: the system's, and those of `tests/deploy/install.sh`.
//!
//! Where one is missing, the test says so and passes; with `ROUTERGRAM_TEST_ALL=1` that is a failure.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A command that runs `program` without this process's settings; `None`, said aloud, when it is not installed.
pub(crate) fn tool(program: &str) -> Option<Command> {
    let found = places().into_iter().map(|place| place.join(program)).find(|path| path.is_file());
    let Some(path) = found else {
        missing(&format!("{program} is not installed"));
        return None;
    };
    let mut command = Command::new(path);
    command.env("PYTHONPATH", installed().join("python")).env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}

/// Runs it to its end and returns what it said; when it failed, that is the test's last word.
pub(crate) fn succeeds(command: &mut Command) -> String {
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{command:?}:\n{said}");
    said
}

/// Where an `install.sh` below `tests` puts what it installs under this name.
pub(crate) fn packages(name: &str) -> PathBuf {
    setting("ROUTERGRAM_INTEROP_DIR").map_or_else(|| tree("target/interop"), PathBuf::from).join(name)
}

/// Where `tests/deploy/install.sh` puts things.
pub(crate) fn installed() -> PathBuf {
    packages("deploy")
}

/// A file of the repository.
pub(crate) fn tree(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// A text of the repository.
pub(crate) fn text(file: &str) -> String {
    std::fs::read_to_string(tree(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Servers are in `/usr/sbin`, which is on the path of root alone.
fn places() -> Vec<PathBuf> {
    let path = setting("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend([PathBuf::from("/usr/sbin"), installed().join("python/bin"), installed().join("node_modules/.bin")]);
    places
}

#[expect(clippy::disallowed_methods, reason = "a test is told by its environment what is installed")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Something has to be installed first: says so, or fails where every test is wanted.
pub(crate) fn missing(what: &str) {
    assert!(setting("ROUTERGRAM_TEST_ALL").as_deref() != Some("1"), "{what}");
    skip(what);
}

/// Says what was not tested, and why.
pub(crate) fn skip(why: &str) {
    say(&format!("skipped: {why}"));
}

/// A line for whoever reads the tests' output.
#[expect(clippy::print_stderr, reason = "the runner shows it")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}
