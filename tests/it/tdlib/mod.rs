//! Formatting, judged by Telegram's own parser: every answer, however broken its Markdown, becomes messages that Telegram
//! takes and changes nothing about.
//!
//! The judge is `TDLib`, the library that the Bot API server is built on, through its synchronous `getMarkdownText`. It is
//! the right one because it runs what a message to be sent runs: `get_message_entities` (which refuses addresses and
//! unknown kinds) and `fix_formatted_text` (which refuses broken offsets, sorts, cuts, merges and drops entities, and
//! strips characters). `parseTextEntities` does neither, and sending needs an account. What it would do besides, write the
//! entities as Markdown, is prevented: it gives the fixed text back as it is when that would be ambiguous, and the
//! [`AMBIGUOUS`] last line makes every text so. One difference is left, and checked here: sending also trims.
//!
//! Installed by `tests/tdlib/install.sh`; without it the tests say so and pass, with `ROUTERGRAM_TEST_ALL=1` that is a
//! failure. Telegram's servers have the last word and may change; what they refuse is sent again without formatting.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use routergram::storage::Part;
use routergram::telegram::markdown::{Formatted, format, format_partial};
use routergram::telegram::split::{MESSAGE_UNITS, plain, split};
use serde_json::{Value, json};
use teloxide::types::{MessageEntity, MessageEntityKind};

use crate::tools;

mod texts;

/// Text that `TDLib` would read as italic: with it in a text, no Markdown can stand for the entities of the rest.
const AMBIGUOUS: &str = "\n__x__";
/// How many entities of a message Telegram reads.
const MOST_ENTITIES: usize = 100;

#[test]
fn telegram_takes_every_example_of_the_commonmark_specification() {
    let Some(tdlib) = installed() else { return };
    let specification = std::fs::read_to_string(tdlib.join("node_modules/commonmark-spec/spec.txt")).unwrap();
    let examples = texts::examples(&specification);
    assert_eq!(examples.len(), 652);
    judge(&tdlib, &examples);
}

#[test]
fn telegram_takes_broken_and_absurd_texts() {
    let Some(tdlib) = installed() else { return };
    let mut texts = texts::absurd();
    texts.extend((0..1_000).map(texts::random));
    judge(&tdlib, &texts);
}

/// Converts, splits and has every message judged; fails with all that Telegram would refuse or change.
fn judge(tdlib: &Path, texts: &[String]) {
    let parts: Vec<Part> = texts.iter().flat_map(|text| messages(text)).collect();
    let asked: Vec<Value> =
        parts.iter().flat_map(|part| [question(part, AMBIGUOUS), question(&plain(part), "")]).collect();
    let answers = ask(tdlib, &asked);
    assert_eq!(answers.len(), asked.len());
    let verdicts = parts.iter().zip(answers.chunks(2)).filter_map(|(part, answers)| {
        let formatted = complaint(part, AMBIGUOUS, &answers[0]);
        formatted.or_else(|| complaint(&plain(part), "", &answers[1]))
    });
    let complaints: Vec<String> = verdicts.collect();
    let some = complaints.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(complaints.is_empty(), "{} of {} messages:\n{some}", complaints.len(), parts.len());
}

/// The messages that an answer becomes, and those of its preview.
fn messages(markdown: &str) -> Vec<Part> {
    let whole = format(markdown);
    let mut parts = split(&whole, MESSAGE_UNITS);
    assert_complete(&whole, &parts);
    let preview = format_partial(markdown);
    let shown = split(&preview, MESSAGE_UNITS);
    assert_complete(&preview, &shown);
    parts.extend(shown);
    parts
}

/// The parts are the text: in order, without anything but blanks lost between them, formatted as it was, in Telegram's limits.
fn assert_complete(whole: &Formatted, parts: &[Part]) {
    let mut rest = whole.text.as_str();
    let mut at = 0;
    for part in parts {
        let units = part.text.encode_utf16().count();
        assert!((1..=MESSAGE_UNITS).contains(&units), "{units} units in {:?}", part.text);
        assert!(part.entities.len() <= MOST_ENTITIES);
        let lost = rest.find(&part.text).unwrap_or_else(|| panic!("{:?} is not in {:?}", part.text, whole.text));
        assert_blank(&rest[..lost]);
        at += rest[..lost].encode_utf16().count();
        for entity in &part.entities {
            let (start, end) = (at + entity.offset, at + entity.offset + entity.length);
            let inside = |of: &&MessageEntity| of.offset <= start && end <= of.offset + of.length;
            let same = whole.entities.iter().find(|of| of.kind == entity.kind && inside(of));
            assert!(same.is_some(), "{entity:?} came from nowhere in {:?}", part.text);
        }
        // Sending trims, fixing does not: nothing may be left to trim but the indentation of code.
        assert_eq!(part.text.trim_end(), part.text);
        assert!(part.text.trim_start() == part.text || part.entities.iter().any(|entity| entity.offset == 0));
        rest = &rest[lost + part.text.len()..];
        at += units;
    }
    assert_blank(rest);
}

/// Whitespace and the characters without a shape that fill a message which nobody would see.
fn assert_blank(lost: &str) {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FE0F}' | '\u{AD}');
    assert!(lost.chars().all(blank), "{lost:?} is lost");
}

/// What `TDLib` is asked about a message.
fn question(part: &Part, suffix: &str) -> Value {
    let text = format!("{}{suffix}", part.text);
    let entities: Vec<Value> = part.entities.iter().map(to_tdlib).collect();
    json!({"@type": "getMarkdownText", "text": {"@type": "formattedText", "text": text, "entities": entities}})
}

fn to_tdlib(entity: &MessageEntity) -> Value {
    let kind = match &entity.kind {
        MessageEntityKind::Bold => json!({"@type": "textEntityTypeBold"}),
        MessageEntityKind::Italic => json!({"@type": "textEntityTypeItalic"}),
        MessageEntityKind::Strikethrough => json!({"@type": "textEntityTypeStrikethrough"}),
        MessageEntityKind::Spoiler => json!({"@type": "textEntityTypeSpoiler"}),
        MessageEntityKind::Blockquote => json!({"@type": "textEntityTypeBlockQuote"}),
        MessageEntityKind::Code => json!({"@type": "textEntityTypeCode"}),
        MessageEntityKind::Pre { language: None } => json!({"@type": "textEntityTypePre"}),
        MessageEntityKind::Pre { language: Some(language) } => {
            json!({"@type": "textEntityTypePreCode", "language": language})
        }
        MessageEntityKind::TextLink { url } => json!({"@type": "textEntityTypeTextUrl", "url": url}),
        kind => panic!("{kind:?} is never made"),
    };
    json!({"@type": "textEntity", "offset": entity.offset, "length": entity.length, "type": kind})
}

/// What `TDLib` refused or changed.
fn complaint(part: &Part, suffix: &str, answer: &Value) -> Option<String> {
    let text = format!("{}{suffix}", part.text);
    let sent: Vec<Value> = part.entities.iter().map(to_tdlib).collect();
    let kept = answer["entities"].as_array().cloned().unwrap_or_default();
    let (sent, kept) = (joined(&sent), joined(&kept));
    if answer["text"] == text.as_str() && sent == kept {
        return None;
    }
    let shown: String = part.text.chars().take(600).collect();
    let read = answer["text"].as_str().unwrap_or_default();
    let at = text.bytes().zip(read.bytes()).take_while(|(a, b)| a == b).count();
    let gone: Vec<_> = sent.iter().filter(|entity| !kept.contains(entity)).take(3).collect();
    let new: Vec<_> = kept.iter().filter(|entity| !sent.contains(entity)).take(3).collect();
    Some(format!(
        "{shown:?}\nrefused: {}\ntext: the same for {at} of {} bytes\ngone: {gone:?}\nnew: {new:?}",
        answer["message"],
        text.len()
    ))
}

/// Entities as kind, start and end, in the order of their kind. **The one thing that `TDLib` may change**: where styles overlap
/// it cuts a style at the ends of the others, bold over "a *b* c" into three, and shows the same; so neighbours of one
/// such style are joined here. Code, links and quotations are never joined: cut in two they would look it.
fn joined(entities: &[Value]) -> Vec<(String, u64, u64)> {
    let span = |entity: &Value| Some((entity["offset"].as_u64()?, entity["length"].as_u64()?));
    let ranges = entities.iter().filter_map(|entity| Some((entity["type"].to_string(), span(entity)?)));
    let mut ranges: Vec<_> = ranges.map(|(kind, (offset, length))| (kind, offset, offset + length)).collect();
    ranges.sort();
    let style = |kind: &str| ["Bold", "Italic", "Strikethrough", "Spoiler"].iter().any(|style| kind.contains(style));
    ranges.dedup_by(|next, last| {
        let joins = next.0 == last.0 && style(&next.0) && next.1 <= last.2;
        if joins {
            last.2 = last.2.max(next.2);
        }
        joins
    });
    ranges
}

/// `TDLib`'s answers, in order.
fn ask(tdlib: &Path, questions: &[Value]) -> Vec<Value> {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut lines = BufWriter::new(file.reopen().unwrap());
    for question in questions {
        writeln!(lines, "{question}").unwrap();
    }
    lines.flush().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tdlib/judge.py");
    let output = Command::new("python3")
        .arg(script)
        .env("PYTHONPATH", tdlib)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(File::open(file.path()).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the judge ended with {}", output.status);
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// Where the judge is; says so when it is not there.
fn installed() -> Option<PathBuf> {
    let tdlib = tools::packages("tdlib");
    if ["tdjson", "node_modules/commonmark-spec/spec.txt"].iter().all(|part| tdlib.join(part).exists()) {
        return Some(tdlib);
    }
    tools::missing(&format!("TDLib is not installed in {}: run tests/tdlib/install.sh", tdlib.display()));
    None
}
