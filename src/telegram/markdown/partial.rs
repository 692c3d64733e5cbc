//! Markdown that is still being written → Markdown that can be shown meanwhile.
//!
//! A model writes `**bo`, then `**bold*`, then `**bold**`; shown as it is, the asterisks would come and go. So what is
//! open in the last block is closed, and a marker at the very end that may still change its meaning is left out until
//! more has come. Only the last block is looked at: whatever is open in an earlier one stays open for good.

use std::borrow::Cow;
use std::ops::Range;

use super::formula::between_dollars;

/// Closes what is open at the end.
pub(super) fn close(markdown: &str) -> String {
    let text = markdown.trim_end();
    let (block, in_code) = last_block(text);
    let (done, tail) = text.split_at(block);
    let mut out = done.to_owned();
    if in_code {
        out.push_str(without_partial_fence(tail));
    } else if let Some(heading) = table_begun(done, tail) {
        out.truncate(heading.start);
        let heading = close_block(text[heading].trim_end());
        let columns = heading.trim_end_matches('|').matches('|').count() - heading.matches("\\|").count();
        out.extend([&heading, "\n|", &"-|".repeat(columns)]);
    } else {
        out.push_str(&close_block(without_bare_marker(tail)));
    }
    out
}

/// Where the heading of a table stands whose row of dashes has not come yet, or not in full: a table is one from its first
/// line on.
fn table_begun(done: &str, tail: &str) -> Option<Range<usize>> {
    let dashes = tail.starts_with('|') && tail.chars().all(|c| "|-: ".contains(c));
    let heading = if dashes {
        done.trim_end().rfind('\n').map_or(0, |newline| newline + 1)..done.len()
    } else {
        done.len()..done.len() + tail.len()
    };
    let line = if dashes { done[heading.start..].trim_end() } else { tail };
    let first = !done[..heading.start].trim_end_matches([' ', '\r']).ends_with("|\n");
    (line.starts_with("| ") && line.len() > 2 && !line.contains('\n') && first).then_some(heading)
}

/// Where the last block starts, and whether that is inside a fence.
fn last_block(text: &str) -> (usize, bool) {
    let mut fence: Option<&str> = None;
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        // Most lines are words, which neither open nor end anything.
        if line.as_bytes()[0].is_ascii_alphabetic() {
            at += line.len();
            continue;
        }
        let trimmed = line.trim();
        if let Some(open) = fence {
            if trimmed.starts_with(open) && trimmed.trim_start_matches(&open[..1]).is_empty() {
                fence = None;
                start = at + line.len();
            }
        } else if let Some(opening) = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark)) {
            let length = trimmed.len() - trimmed.trim_start_matches(&opening[..1]).len();
            // "```x```" is code in a line of its own, not a fence.
            if opening == "~~~" || !trimmed[length..].contains('`') {
                fence = Some(&trimmed[..length]);
                start = at;
            }
        } else if trimmed.is_empty() || begins_block(trimmed) {
            start = if trimmed.is_empty() { at + line.len() } else { at };
        }
        at += line.len();
    }
    (start.min(text.len()), fence.is_some())
}

/// Lines that end the paragraph before them.
fn begins_block(line: &str) -> bool {
    match line.as_bytes() {
        [b'#' | b'>' | b'|', ..] | [b'-' | b'*' | b'+', b' ', ..] => true,
        [b'0'..=b'9', ..] => line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['.', ')']),
        _ => false,
    }
}

/// A last line of one or two fence characters is the beginning of the closing fence.
fn without_partial_fence(code: &str) -> &str {
    let (before, last) = code.rsplit_once('\n').unwrap_or(("", code));
    let last = last.trim();
    let partial = matches!(last, "`" | "``" | "~" | "~~") && !before.is_empty();
    if partial { before } else { code }
}

/// A last line of nothing but a marker: `-` may become an item, a rule or make a heading of the line above it, `1` the
/// number of an item, `- [` a task.
fn without_bare_marker(block: &str) -> &str {
    let start = block.rfind('\n').map_or(0, |newline| newline + 1);
    let line = block[start..].trim();
    if !line.is_empty() && line.len() < 6 && is_marker(line) { block[..start].trim_end() } else { block }
}

fn is_marker(line: &str) -> bool {
    let task = line.trim_start_matches(['-', '*', '+', ' ']);
    let number = line.strip_suffix(['.', ')']).unwrap_or(line);
    line.chars().all(|c| matches!(c, '-' | '*' | '+' | '=' | '#' | '>' | '`' | '~' | '_'))
        || (number.len() <= 2 && number.chars().all(|c| c.is_ascii_digit()))
        || (task.len() < line.len() && matches!(task, "[" | "[x" | "[X" | "[ ]" | "[x]" | "[X]"))
}

/// How much emphasis inside emphasis is closed; people nest three.
const DEEPEST: usize = 16;

/// Delimiters that are open, outermost first: character and length.
type Stack = Vec<(char, usize)>;

fn close_block(block: &str) -> String {
    // A backslash may yet escape something or begin a formula.
    let escapes = block.len() - block.trim_end_matches('\\').len();
    let block = without_partial_link(&block[..block.len() - escapes % 2]);
    let mut open = Stack::new();
    let mut at = 0;
    while let Some(c) = block[at..].chars().next() {
        match c {
            '\\' | '$' => match formula(&block, at) {
                Formula::None(length) => at += length,
                Formula::Whole(end) => at = end,
                Formula::Open(shown) => return closers(&shown, &open),
            },
            '|' if !block.starts_with('|') => match spoiler(&block, at) {
                Ok(end) => at = end,
                Err(shown) => return closers(&shown, &open),
            },
            '`' => {
                let length = run(&block[at..], '`');
                match code_end(&block[at + length..], length) {
                    Some(end) => at += length + end,
                    None => return open_code(&block, at, length, &open),
                }
            }
            '*' | '_' | '~' => {
                let length = run(&block[at..], c);
                let closed = delimiter(&block, at..at + length, &mut open);
                if at + length == block.len() {
                    // What closes nothing at the very end has no meaning yet.
                    return closers(&block[..at + closed], &open);
                }
                at += length;
            }
            _ => {
                let mark = |byte: u8| matches!(byte, b'\\' | b'$' | b'|' | b'`' | b'*' | b'_' | b'~');
                at += c.len_utf8();
                at += block[at..].bytes().position(mark).unwrap_or(block.len() - at);
            }
        }
    }
    closers(&block, &open)
}

/// What begins at a backslash or a dollar.
enum Formula {
    /// No formula; so many bytes of something else.
    None(usize),
    /// A formula up to here.
    Whole(usize),
    /// A formula whose end has not come: the block with it closed, or without it when it says nothing yet.
    Open(String),
}

fn formula(block: &str, at: usize) -> Formula {
    let rest = &block[at..];
    let pairs = [("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"), ("$", "$")];
    let Some((opening, closing)) = pairs.into_iter().find(|(opening, _)| rest.starts_with(opening)) else {
        return Formula::None(1 + rest[1..].chars().next().map_or(0, char::len_utf8));
    };
    let inside = &rest[opening.len()..];
    let dollar = opening == "$";
    if let Some(end) = inside.find(closing) {
        let math = !dollar || between_dollars(&inside[..end]);
        return if math { Formula::Whole(at + opening.len() + end + closing.len()) } else { Formula::None(1) };
    }
    let body = without_partial_command(inside).trim_end();
    // Half of the closing dollars.
    let body = if opening == "$$" { body.trim_end_matches('$').trim_end() } else { body };
    let amount = dollar && body.starts_with(|c: char| c.is_ascii_digit()) && !body.contains(['\\', '^', '=']);
    if body.is_empty() {
        Formula::Open(block[..at].to_owned())
    } else if dollar && (amount || !between_dollars(body) || block[..at].ends_with(char::is_alphanumeric)) {
        Formula::None(1)
    } else {
        Formula::Open(format!("{}{opening}{body}{closing}", &block[..at]))
    }
}

/// Where the spoiler or the bar that stands here ends; else the block with the open spoiler closed, or without it while it
/// is empty.
fn spoiler(block: &str, at: usize) -> Result<usize, String> {
    let bars = run(&block[at..], '|');
    let inside = &block[at + bars..];
    if inside.is_empty() {
        return Err(block[..at].to_owned());
    }
    if bars < 2 || inside.starts_with(char::is_whitespace) {
        return Ok(at + bars);
    }
    match inside.find("||") {
        Some(end) => Ok(at + bars + end + 2),
        None => Err(format!("{}||{}||", &block[..at], inside.trim_end_matches('|').trim_end())),
    }
}

/// Without a backslash and a name at the end: `\al` says nothing before it is `\alpha`.
fn without_partial_command(formula: &str) -> &str {
    let before = formula.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let slashes = before.len() - before.trim_end_matches('\\').len();
    if slashes % 2 == 1 { &before[..before.len() - 1] } else { formula }
}

fn run(text: &str, c: char) -> usize {
    text.len() - text.trim_start_matches(c).len()
}

/// Where the code behind `length` backticks ends, its closing backticks included.
fn code_end(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(next) = text[at..].find('`') {
        let found = run(&text[at + next..], '`');
        at += next + found;
        if found == length {
            return Some(at);
        }
    }
    None
}

/// The block with its open code closed; without the backticks when there is no code behind them yet.
fn open_code(block: &str, at: usize, length: usize, open: &Stack) -> String {
    let code = block[at + length..].trim_end_matches('`').trim_end();
    if code.is_empty() {
        return closers(&block[..at], open);
    }
    let closed = format!("{}{code}{}", &block[..at + length], "`".repeat(length));
    closers(&closed, open)
}

/// One run of emphasis characters: closes what it can, else opens. Returns how much of it closed something.
fn delimiter(block: &str, range: Range<usize>, open: &mut Stack) -> usize {
    let length = range.len();
    let before = block[..range.start].chars().next_back();
    let after = block[range.end..].chars().next();
    let Some(c) = block[range.start..].chars().next() else { return 0 };
    let spaced = |neighbour: Option<char>| neighbour.is_none_or(char::is_whitespace);
    let inside_word = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
    if (c == '_' && inside_word) || (c == '~' && length != 2 && after.is_some()) {
        return length;
    }
    let mut left = length;
    while let Some((mark, size)) = open.last_mut()
        && *mark == c
        && left > 0
        && !spaced(before)
    {
        if left >= *size {
            left -= *size;
            open.pop();
        } else if after.is_none() {
            // The rest of the closing run has not come yet.
            return length - left;
        } else {
            *size -= left;
            left = 0;
        }
    }
    // A single `*` inside a word is a product more often than it is emphasis.
    if left > 0 && !spaced(after) && !(inside_word && length == 1) && open.len() < DEEPEST {
        open.push((c, left.min(3)));
    }
    length - left
}

fn closers(text: &str, open: &Stack) -> String {
    let mut text = text.trim_end().to_owned();
    for (mark, length) in open.iter().rev() {
        text.extend(std::iter::repeat_n(*mark, *length));
    }
    text
}

/// `[label` and `[label](addr` are shown as the label until the address is complete. `[1]` is more often a note.
fn without_partial_link(block: &str) -> Cow<'_, str> {
    let whole = Cow::Borrowed(block);
    let label_end = match block.rfind("](") {
        Some(middle) if !block[middle..].contains([')', '\n', ' ']) => middle,
        _ => block.strip_suffix(']').unwrap_or(block).len(),
    };
    let Some(start) = block[..label_end].rfind('[') else { return whole };
    let label = &block[start + 1..label_end];
    let begun = label.is_empty() && label_end == block.len();
    let open = begun || !label.contains(['[', ']', '\n', '`', '\\']) && label.starts_with(char::is_alphabetic);
    let escaped = block[..start].ends_with('\\');
    if !open || escaped {
        return whole;
    }
    let before = block[..start].strip_suffix('!').unwrap_or(&block[..start]);
    format!("{before}{label}").into()
}
