//! The configuration from the outside: variables in, sections or problems out.

mod documents;
mod modes;
mod origins;
mod values;
mod views;

use super::*;

const TOKEN: &str = "123456:TEST-TOKEN-not-a-real-one";
const KEY: &str = "sk-or-v1-not-a-real-key";

/// The two required variables and `more`, as the environment.
fn with(more: &[(&str, &str)]) -> Sources {
    let required = [("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY)];
    let kept = required.into_iter().filter(|(name, _)| more.iter().all(|(other, _)| other != name));
    Sources::given(kept.chain(more.iter().copied()), None)
}

/// The configuration that `more` leads to.
fn config(more: &[(&str, &str)]) -> Config {
    Config::load(&with(more)).unwrap_or_else(|problems| panic!("{problems}")).config
}

/// The problems that `more` leads to.
fn problems(more: &[(&str, &str)]) -> Vec<Problem> {
    Config::load(&with(more)).map(|loaded| loaded.config).expect_err("a problem").problems
}

/// The one problem that `more` leads to.
fn problem(more: &[(&str, &str)]) -> Problem {
    let mut all = problems(more);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

/// A `.env` with this text, and the folder that it lives in.
fn dotenv(text: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}
