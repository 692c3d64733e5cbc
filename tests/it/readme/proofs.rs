//! Every command that a document tells somebody to type, and what shows that it works.
//!
//! A command belongs here as it stands in the document, without its comment. One that nothing can run has a reason.

use Proof::{Elsewhere, Gate, Story};

/// What shows that a command works.
pub(super) enum Proof {
    /// A test: its file, and its name or that of what does it.
    Story(&'static str, &'static str),
    /// A line of `.ci/run`.
    Gate(&'static str),
    /// Nothing that can run here, and why not.
    Elsewhere(&'static str),
}

pub(super) const PROOFS: &[(&str, Proof)] = &[
    ("cargo run --release -- sandbox", Gate("python3 tests/first_run.py")),
    ("cargo test", Gate("cargo nextest run --locked")),
    (
        "cp .env.example .env",
        Story("src/config/tests/documents.rs", "the_example_works_once_the_required_is_filled_in"),
    ),
    ("cargo run --release", Story("tests/it/configuration.rs", "the_bot_runs_on_a_dotenv_alone")),
    (".ci/run", Elsewhere("it is what runs this test")),
    ("cargo bench --bench main_job", Elsewhere("it takes ten minutes of a quiet machine")),
    ("cargo bench --bench main_job -- ready acks", Elsewhere("it takes minutes of a quiet machine")),
    ("cargo bench --bench store", Elsewhere("it takes a minute of a quiet machine")),
    ("cargo bench --bench formatting", Elsewhere("it takes a minute of a quiet machine")),
    (
        "gh attestation verify routergram-0.1.0-x86_64-unknown-linux-musl.tar.gz --repo OWNER/routergram",
        Elsewhere("only GitHub attests, and only what it has built"),
    ),
    ("sha256sum --check --ignore-missing SHA256SUMS", Elsewhere("the file is made of a release's own")),
];
