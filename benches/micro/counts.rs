//! The table of instructions, and how it is kept true.
//!
//! It holds for the compiler that it names: another one writes other instructions, and then nothing is compared. A count
//! that is *lower* than the table's fails too. It is no fault, but a table that promises less than there is would let the
//! next change spend the difference without anybody noticing.

use std::collections::BTreeMap;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::SUBJECTS;
use crate::callgrind::{Made, PROFILES, count};
use crate::subject::{Code, Subject};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/micro/counts.toml");

const HEAD: &str = "# Instructions for doing each subject once. Compared by `benches/micro/count.sh`, written by\n\
                    # `benches/micro/count.sh write`; docs/benchmarks.md tells what they are.\n\n";

#[derive(Serialize, Deserialize)]
struct Table {
    made: Made,
    instructions: BTreeMap<String, i64>,
}

/// Does it so often, for whoever counts; false when there is no such subject.
pub(crate) fn repeat(name: &str, times: &str) -> bool {
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    let (Some(subject), Ok(times)) = (subject, times.parse::<u32>()) else { return false };
    let mut work = (subject.prepare)();
    (0..times).for_each(|_| work());
    true
}

/// Writes the table anew.
pub(crate) fn write() -> anyhow::Result<bool> {
    let mut instructions = BTreeMap::new();
    for subject in SUBJECTS {
        let count = count(subject)?;
        println!("{:<12} {count:>12}", subject.name);
        instructions.insert(subject.name.to_owned(), count);
    }
    let table = toml::to_string(&Table { made: Made::here()?, instructions })?;
    fs::write(TABLE, format!("{HEAD}{table}"))?;
    Ok(true)
}

/// Counts; false when a count is not the table's.
pub(crate) fn compare() -> anyhow::Result<bool> {
    let table: Table = toml::from_str(&fs::read_to_string(TABLE)?)?;
    let (there, here) = (&table.made, Made::here()?);
    if (&there.rustc, &there.processor) != (&here.rustc, &here.processor) {
        println!("NOT COMPARED: this is {} on {},", here.rustc, here.processor);
        println!("and the table was made by {} on {}.", there.rustc, there.processor);
        return Ok(!nothing_may_be_skipped());
    }
    println!("{:<12} {:>12} {:>12}", "", "table", "now");
    let mut well = true;
    for subject in SUBJECTS {
        let before = table.instructions.get(subject.name).copied().unwrap_or_default();
        let now = count(subject)?;
        let verdict = judge(before, now, tolerance(subject, here.cc == there.cc));
        println!("{:<12} {before:>12} {now:>12} {}", subject.name, verdict.as_ref().unwrap_or_else(|wrong| wrong));
        well &= verdict.is_ok();
    }
    if !well {
        println!("What a subject spends them on: `callgrind_annotate {PROFILES}/SUBJECT`.");
        println!("When it is meant to be so: `benches/micro/count.sh write`; the table goes into the same commit.");
    }
    Ok(well)
}

/// By how many percent a count may differ. Two runs of the same program differ by some thousandths at most: hash tables have
/// a seed of their own in each, and threads meet sooner or later.
fn tolerance(subject: &Subject, same_cc: bool) -> i64 {
    match subject.code {
        // The same SQLite, as another compiler writes it. What is done twice is seen even so.
        Code::Store if !same_cc => 25,
        Code::Rust | Code::Store => 3,
    }
}

/// The change in words; an error when it is too large.
fn judge(before: i64, now: i64, tolerance: i64) -> Result<String, String> {
    if before == 0 {
        return Err("is not in the table".to_owned());
    }
    let in_1000 = (now - before) * 1000 / before;
    let sign = if in_1000 < 0 { '-' } else { '+' };
    let change = format!("{sign}{}.{} %", in_1000.abs() / 10, in_1000.abs() % 10);
    match in_1000 {
        _ if in_1000.abs() <= tolerance * 10 => Ok(change),
        more if more > 0 => Err(format!("{change}: MORE than the {tolerance} % that are taken for noise")),
        _ => Err(format!("{change}: LESS, so the table has to be written anew")),
    }
}

#[expect(clippy::disallowed_methods, reason = "it is no part of the program, whose settings are read in one place")]
fn nothing_may_be_skipped() -> bool {
    std::env::var_os("ROUTERGRAM_TEST_ALL").is_some()
}
