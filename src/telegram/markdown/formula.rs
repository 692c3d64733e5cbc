//! Finds what `CommonMark` would damage although it is not code: LaTeX and bare addresses.
//!
//! `\(`, `\[`, `\{` and `\\` are escapes to `CommonMark`, so that a formula arrives without its backslashes; `_` and
//! `*` in it become emphasis, a line of `=` makes a heading of it. So formulas are taken out before parsing, but not
//! from code: where code is, only the parser knows, and it is asked first. What they say in Unicode is [`latex`]'s to know.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::held::{Held, Store};
use super::{OPTIONS, latex};

/// Longest formula, in bytes; an opening delimiter looks no further for its end, so that a text full of them costs
/// no more than this for each.
const LONGEST: usize = 2000;

/// Delimiters of a formula: opening, closing, whether it stands in a line of its own.
const DELIMITERS: [(&str, &str, bool); 3] = [("\\(", "\\)", false), ("\\[", "\\]", true), ("$$", "$$", true)];

/// Holds back the formulas and the addresses of the text.
pub(super) fn hold(text: String, store: &mut Store) -> String {
    let source = text.as_str();
    // Most texts have nothing to hold, and asking the parser first is half of the work.
    if !source.bytes().any(|byte| matches!(byte, b'\\' | b'$')) && !has_marked_address(source) {
        return text;
    }
    let mut out = String::with_capacity(source.len());
    let untouchable = if has_code_or_links(source) { code_and_links(source) } else { Vec::new() };
    let mut untouchable = untouchable.into_iter().peekable();
    let mut at = 0;
    while at < source.len() {
        while untouchable.next_if(|range| range.end <= at).is_some() {}
        let (here, end) = match untouchable.peek() {
            Some(range) if range.start <= at => {
                out.push_str(&source[at..range.end]);
                at = range.end;
                continue;
            }
            Some(range) => (&source[at..range.start], range.start),
            None => (&source[at..], source.len()),
        };
        // Everything that can begin something is ASCII, so the bytes between may be copied in one go.
        let plain = here.bytes().position(|byte| matches!(byte, b'\\' | b'$' | b'h')).unwrap_or(here.len());
        out.push_str(&here[..plain]);
        at += plain;
        if at < end {
            at += hold_at(source, at..end, store, &mut out);
        }
    }
    out
}

/// Takes what begins at the start of the range; returns how many bytes that was.
fn hold_at(source: &str, range: Range<usize>, store: &mut Store, out: &mut String) -> usize {
    let rest = &source[range.clone()];
    let before = source[..range.start].chars().next_back();
    if let Some(Formula { body, length, display }) = formula(rest, before) {
        // What was held back before, a tag say, stands in a formula as it was written.
        let body = store.restore(&unquote(body, source, range.start)).into_owned();
        let source = store.restore(&rest[..length]).into_owned();
        let shown = latex::translate(&body);
        store.hold(out, Held::Formula { source, body, shown, display });
        return length;
    }
    if let Some(address) = address(rest, before) {
        if is_marked(address) {
            let address = store.restore(address).into_owned();
            store.hold(out, Held::Text(address));
        } else {
            out.push_str(address);
        }
        return address.len();
    }
    let escape = rest.starts_with('\\') && rest.len() > 1;
    let length = if escape { 1 + rest[1..].chars().next().map_or(0, char::len_utf8) } else { 1 };
    out.push_str(&rest[..length]);
    length
}

/// The text with dollars around its formulas, in which a rich message wants them; models prefer `\(…\)` and `\[…\]`.
pub(super) fn in_dollars(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    for range in code_and_links(source).into_iter().chain(std::iter::once(source.len()..source.len())) {
        while at < range.start {
            let rest = &source[at..range.start];
            let next = rest.find('\\').unwrap_or(rest.len());
            out.push_str(&rest[..next]);
            at += next;
            at += dollars_at(source, at..range.start, &mut out);
        }
        out.push_str(&source[at..range.end]);
        at = range.end;
    }
    out
}

/// Takes what begins with the backslash at the start of the range; returns how many bytes that was.
fn dollars_at(source: &str, range: Range<usize>, out: &mut String) -> usize {
    let rest = &source[range.clone()];
    let before = source[..range.start].chars().next_back();
    match formula(rest, before).filter(|formula| !formula.body.contains('$')) {
        Some(Formula { body, length, display: true }) => {
            out.extend(["$$", body, "$$"]);
            length
        }
        Some(Formula { body, length, display: false }) => {
            out.extend(["$", body.trim(), "$"]);
            length
        }
        // An escape, whose second half may be a backslash that would begin something.
        None => {
            let length = rest.char_indices().nth(2).map_or(rest.len(), |(end, _)| end);
            out.push_str(&rest[..length]);
            length
        }
    }
}

/// A formula at the beginning of a text.
struct Formula<'a> {
    body: &'a str,
    /// In bytes, with its delimiters.
    length: usize,
    display: bool,
}

/// The formula that the text starts with.
fn formula(rest: &str, before: Option<char>) -> Option<Formula<'_>> {
    for (opening, closing, display) in DELIMITERS {
        if let Some(inside) = rest.strip_prefix(opening) {
            let body = &inside[..closing_at(inside, opening, closing)?];
            let length = opening.len() + body.len() + closing.len();
            let math = opening == "$$" || looks_like_math(body);
            return math.then_some(Formula { body, length, display });
        }
    }
    let inside = rest.strip_prefix('$')?;
    let body = &inside[..closing_at(inside, "$", "$")?];
    let after = inside[body.len() + 1..].chars().next();
    // Dollars are also money and shell variables: only what can hardly be anything else is a formula.
    let apart = !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric);
    (apart && between_dollars(body)).then_some(Formula { body, length: body.len() + 2, display: false })
}

/// Whether this is mathematics when dollars stand around it.
pub(super) fn between_dollars(body: &str) -> bool {
    let tight = !body.starts_with(char::is_whitespace) && !body.ends_with(char::is_whitespace) && !body.contains('\n');
    let money = body.starts_with(|c: char| c.is_ascii_digit());
    let marked = if money { body.contains(['\\', '^', '=']) } else { body.contains(['\\', '^', '_', '=', '{']) };
    tight && (marked || no_words(body))
}

/// `n+1`, `2x`, `f(a, b)`, but no `6, now (in US`: without marks of LaTeX, letters that stand together make it prose, or the
/// name of a variable in a shell.
fn no_words(body: &str) -> bool {
    let short = |word: &str| word.len() <= 1 || latex::is_function(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || " +-*/()[],.!<>|:'".contains(c);
    body.chars().all(plain) && body.split(|c: char| !c.is_ascii_alphabetic()).all(short)
}

/// Where the closing delimiter stands. Backslashes go in pairs; a formula goes over no empty line, and formulas do not
/// nest, which also keeps a text of nothing but openings from being searched again and again.
fn closing_at(inside: &str, opening: &str, closing: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    while at < bytes.len().min(LONGEST) {
        let rest = &bytes[at..];
        if rest.starts_with(closing.as_bytes()) {
            return inside[..at].contains(|c: char| !c.is_whitespace()).then_some(at);
        }
        if rest.starts_with(b"\n\n") || rest.starts_with(opening.as_bytes()) {
            return None;
        }
        at += if rest[0] == b'\\' { 2 } else { 1 };
    }
    None
}

/// `\(x\)` and `\[a+b\]`, but not the escaped brackets around words in prose.
fn looks_like_math(body: &str) -> bool {
    body.contains(|c: char| "\\^_={}<>+*/|".contains(c) || c.is_ascii_digit())
        || !body.trim().contains(char::is_whitespace)
}

/// A formula over several lines of a quotation or a list, without what belongs to those.
fn unquote(body: &str, source: &str, start: usize) -> String {
    if !body.contains('\n') {
        return body.trim().to_owned();
    }
    let line = &source[source[..start].rfind('\n').map_or(0, |newline| newline + 1)..start];
    let quoted = line.trim_start().starts_with('>');
    let lines = body.lines().map(|line| if quoted { line.trim_start_matches([' ', '>']) } else { line.trim() });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The address that the text starts with. It may have characters that are emphasis to `CommonMark`.
fn address(rest: &str, before: Option<char>) -> Option<&str> {
    let begins = rest.starts_with("https://") || rest.starts_with("http://");
    if !begins || before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let stops = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '|' | '`' | '[' | ']' | '\\');
    // In one search: addresses that stop at `**` may stand in a word as long as the text.
    let end = rest.char_indices().find(|(at, c)| stops(*c) || rest[*at..].starts_with("**"));
    let end = end.map_or(rest.len(), |(at, _)| at);
    let address = rest[..end].trim_end_matches(['*', '_', '.', ',', ';', ':', '!', '?', ')', '\'']);
    (!address.is_empty()).then_some(address)
}

/// Whether the address has characters that are emphasis to `CommonMark`.
fn is_marked(address: &str) -> bool {
    address.contains(['*', '_'])
}

/// Whether an address stands somewhere that has to be held back if it does not stand in code.
fn has_marked_address(source: &str) -> bool {
    let mut at = 0;
    while let Some(found) = source[at..].find("http") {
        at += found;
        match address(&source[at..], source[..at].chars().next_back()) {
            Some(address) if is_marked(address) => return true,
            Some(address) => at += address.len(),
            None => at += "http".len(),
        }
    }
    false
}

/// Whether there may be code or links: false only where the parser would find none. Code is between backticks or
/// behind a fence or an indentation; a link has an address in brackets, or a definition somewhere.
fn has_code_or_links(source: &str) -> bool {
    source.bytes().any(|byte| matches!(byte, b'`' | b'\t' | b'<'))
        || ["](", "]:", "~~~", "    "].iter().any(|sign| source.contains(sign))
}

/// Where code and links are, in order, without overlap.
fn code_and_links(source: &str) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (event, range) in Parser::new_ext(source, OPTIONS).into_offset_iter() {
        let untouchable =
            matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_) | Tag::Link { .. } | Tag::Image { .. }));
        if untouchable && ranges.last().is_none_or(|last| range.start >= last.end) {
            ranges.push(range);
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formulas of a text, by their bodies; display formulas are marked.
    fn formulas(markdown: &str) -> Vec<String> {
        let mut store = Store::default();
        let out = hold(markdown.to_owned(), &mut store);
        assert_eq!(store.restore(&out), markdown);
        let held = out.chars().filter_map(|c| store.get(c));
        held.map(|held| match held {
            Held::Formula { body, display: true, .. } => format!("[{body}]"),
            held => held.plain().to_owned(),
        })
        .collect()
    }

    #[test]
    fn formulas_in_every_delimiter_are_found() {
        assert_eq!(formulas(r"so \(a_1 + b\) and $x^2$ or $n$"), ["a₁ + b", "x²", "n"]);
        assert_eq!(formulas("$2x + 3$, $f(a, b)$, $sin(x)$, $10$ at $5"), ["2x + 3", "f(a, b)", "sin(x)", "10"]);
        assert_eq!(
            formulas("\\[\n  x \\\\[6pt]\n  = y\n\\]\n$$\\frac{1}{2}$$"),
            ["[x \\\\[6pt]\n= y]", "[\\frac{1}{2}]"]
        );
        assert_eq!(formulas("> \\[\n> a\n> \\]"), ["[a]"]);
    }

    #[test]
    fn a_rich_message_gets_its_formulas_in_dollars() {
        let text = "so \\( a_1 + b \\) and $x^2$:\n\n\\[\nx = \\frac{1}{2}\n\\]\n\n`\\(code\\)`, \\[not a link\\], \\\\(x), \\*";
        let dollars =
            "so $a_1 + b$ and $x^2$:\n\n$$\nx = \\frac{1}{2}\n$$\n\n`\\(code\\)`, \\[not a link\\], \\\\(x), \\*";
        assert_eq!(in_dollars(text), dollars);
        for same in ["", "\\", "no formula", "costs \\(5$\\) and $6", "```\n\\[x\\]\n```\n"] {
            assert_eq!(in_dollars(same), same);
        }
    }

    #[test]
    fn code_money_and_escapes_are_no_formulas() {
        for text in [
            r"`\(x\)` ```\[y\]```",
            "```\n$$x$$\n```",
            "from $5 to $10, or $5-$10",
            r"\[not a link\]",
            r"\\(x)",
            "echo $HOME_DIR:$PATH",
            "$HOME/$USER, $a and $b, set $PATH$",
            "it was $5, is $6, now (in US$) 7, or 5$-10$",
            r"an open \( x",
            "$$",
            r"[a](https://x.y/a_\(b\))",
        ] {
            assert_eq!(formulas(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn an_address_with_underscores_is_kept_whole() {
        assert_eq!(formulas("see https://a.b/__init__.py, and **https://c.d**"), ["https://a.b/__init__.py"]);
    }
}
