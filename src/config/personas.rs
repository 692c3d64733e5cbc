//! `PERSONAS_FILE`: read once, at the start, so that a mistake in it is told to its owner and not to whoever chooses a
//! persona a week later.

use std::path::Path;

use super::AllowedModels;
use super::fold::Raw;
use super::read::Reader;
use crate::personas::{self, Fault, Personas};

const NAME: &str = "PERSONAS_FILE";

/// More than a hundred personas with the longest prompts need; somebody who names a database by mistake is told so.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The owner's personas, or the built-in ones.
pub(super) fn read(reader: &mut Reader<'_>, raw: &Raw, allowed: &AllowedModels) -> Personas {
    let Some(path) = raw.personas_file.as_deref() else { return Personas::built_in() };
    let read = text(path).map_err(|why| {
        let fix = "check the path and that this process may read it, or remove it to have the built-in personas";
        (format!("the path of a text file that can be read; this one is {why}"), fix)
    });
    let read = read.and_then(|text| {
        let mend = "mend each of these lines, or remove it to have the built-in personas";
        personas::read(&text, |model| allowed.permits(model)).map_err(|faults| (mistakes(path, &faults), mend))
    });
    read.unwrap_or_else(|(expected, fix)| {
        reader.refuse(NAME, expected, fix);
        Personas::default()
    })
}

fn text(path: &str) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("not readable ({})", error.kind());
    let about = std::fs::metadata(path).map_err(unreadable)?;
    if about.is_dir() {
        return Err("a folder".to_owned());
    }
    if about.len() > MOST_BYTES {
        return Err(format!("of {} bytes, and at most {MOST_BYTES} are read", about.len()));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}

/// The mistakes, as lines that editors and people find their way by.
fn mistakes(path: &str, faults: &[Fault]) -> String {
    let file = Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
    let lines: Vec<_> = faults.iter().map(|Fault { line, what }| format!("\n   {file}:{line}: {what}")).collect();
    format!("a file of personas, as docs/personas.md describes it; in this one:{}", lines.join(";"))
}
