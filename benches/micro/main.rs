//! What the steps of an answer cost, each by itself: `cargo bench --bench micro`, and `benches/micro/count.sh`.
//!
//! One list of subjects, measured in two ways. Their *times* are for whoever makes one faster, and are worth what the
//! machine is worth while it does nothing else. Their *instructions* are the same whatever else it does: they are counted
//! under callgrind, kept in `counts.toml`, and compared with it for every commit (`counts`).
//!
//! A subject is what a caller of the library can ask for; how much it is given is what the program is given by people and
//! models. What only ever matters under load (many at once, a disk) is measured by the other benchmarks.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

mod answers;
mod callgrind;
mod counts;
mod model;
mod money;
mod reply;
mod shapes;
mod store;
mod subject;
mod updates;

use std::process::ExitCode;

use divan::Bencher;

use subject::{Code, Subject};

/// In the order in which an update meets them.
const SUBJECTS: &[Subject] = &[
    Subject { name: "envelope", repeats: 10_000, code: Code::Rust, prepare: updates::envelope },
    Subject { name: "event", repeats: 3_000, code: Code::Rust, prepare: updates::event },
    Subject { name: "accept", repeats: 200, code: Code::Store, prepare: store::accept },
    Subject { name: "money", repeats: 10_000, code: Code::Rust, prepare: money::update },
    Subject { name: "context", repeats: 200, code: Code::Store, prepare: store::context },
    Subject { name: "stream", repeats: 10, code: Code::Rust, prepare: model::stream },
    Subject { name: "preview", repeats: 30, code: Code::Rust, prepare: answers::preview },
    Subject { name: "format", repeats: 30, code: Code::Rust, prepare: answers::format },
    Subject { name: "split", repeats: 30, code: Code::Rust, prepare: answers::split },
    Subject { name: "shapes", repeats: 1, code: Code::Rust, prepare: shapes::all },
    Subject { name: "commits", repeats: 100, code: Code::Store, prepare: store::commits },
];

#[divan::bench(args = SUBJECTS)]
fn subjects(bencher: Bencher, subject: &Subject) {
    bencher.bench_local((subject.prepare)());
}

fn main() -> anyhow::Result<ExitCode> {
    // What cargo says to every benchmark is nothing to go by.
    let given: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let well = match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--repeat", name, times] => counts::repeat(name, times),
        ["--counts"] => counts::compare()?,
        ["--counts", "write"] => counts::write()?,
        _ => {
            divan::main();
            true
        }
    };
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
