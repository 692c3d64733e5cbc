//! What the Markdown parser must not touch, held back behind one character each.
//!
//! Models write things that `CommonMark` would damage: HTML that nobody renders here (and that would switch Markdown off
//! around it), formulas whose backslashes are escapes to it, addresses with underscores, a lone `~`. Each is
//! replaced by one character of the private plane 16 before parsing and put back afterwards: as text where it
//! stood in text, as its source where it turns out to stand in code. To the parser the character is a letter.
//!
//! Most of a text is neither cleaned nor held back, so it is copied in runs, from one character that matters to the next.

use std::borrow::Cow;

/// First of the characters that stand for something; plane 16 has no assigned and no visible characters.
const FIRST: u32 = 0x10_0000;
/// Plane 16 without its two noncharacters: how much can be held. Beyond that, things stay as they are.
const ROOM: usize = 0xFFFE;
/// How many quote and list markers one line may open; more than people nest, and few enough that no text makes the
/// parser slow.
const DEEPEST: usize = 16;

/// Something held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Held {
    /// Shown as it is.
    Text(String),
    /// A line break, written as this HTML tag.
    Break(String),
    /// A formula.
    Formula {
        /// With its delimiters.
        source: String,
        /// Without them.
        body: String,
        /// In Unicode, where that can be.
        shown: Option<String>,
        /// It stands in a line of its own.
        display: bool,
    },
}

impl Held {
    /// As it was written.
    pub(super) fn source(&self) -> &str {
        match self {
            Self::Text(source) | Self::Break(source) | Self::Formula { source, .. } => source,
        }
    }

    /// As it is shown where only plain text can be.
    pub(super) fn plain(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Break(_) => " ",
            Self::Formula { body, shown, .. } => shown.as_ref().unwrap_or(body),
        }
    }
}

/// Everything held back of one text.
#[derive(Debug, Default)]
pub(super) struct Store {
    held: Vec<Held>,
}

impl Store {
    /// Holds something back and adds its character to `out`; adds the source itself when there is no room.
    pub(super) fn hold(&mut self, out: &mut String, held: Held) {
        let stand_in = u32::try_from(self.held.len()).ok().and_then(|index| char::from_u32(FIRST + index));
        match stand_in {
            Some(c) if self.held.len() < ROOM => {
                out.push(c);
                self.held.push(held);
            }
            _ => out.push_str(held.source()),
        }
    }

    /// Whether a formula is among it.
    pub(super) fn has_formula(&self) -> bool {
        self.held.iter().any(|held| matches!(held, Held::Formula { .. }))
    }

    /// What this character stands for.
    pub(super) fn get(&self, c: char) -> Option<&Held> {
        let index = u32::from(c).checked_sub(FIRST)?;
        self.held.get(usize::try_from(index).ok()?)
    }

    /// The text with everything put back as it was written.
    pub(super) fn restore<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replace(text, Held::source)
    }

    /// The text with everything put back as it is shown without formatting.
    pub(super) fn plain<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.replace(text, Held::plain)
    }

    fn replace<'t>(&self, text: &'t str, shown: impl Fn(&Held) -> &str) -> Cow<'t, str> {
        // What was held back is never ASCII.
        if self.held.is_empty() || text.is_ascii() {
            return text.into();
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match self.get(c) {
                Some(held) => out.push_str(shown(held)),
                None => out.push(c),
            }
        }
        out.into()
    }
}

/// Cleans the text of what Telegram does not show, and holds back tags, lone tildes and absurd nesting.
pub(super) fn scrub(markdown: &str, store: &mut Store) -> String {
    let clean = clean(markdown);
    let mut out = String::with_capacity(clean.len());
    let mut rest = &*clean;
    while let Some(newline) = rest.bytes().position(|byte| byte == b'\n') {
        scrub_line(&rest[..newline], store, &mut out);
        out.push('\n');
        rest = &rest[newline + 1..];
    }
    scrub_line(rest, store, &mut out);
    out
}

fn scrub_line(line: &str, store: &mut Store, out: &mut String) {
    let too_deep = marker_too_deep(line).unwrap_or(line.len());
    let mut at = 0;
    while at < line.len() {
        // What may have to be held back begins with one of these.
        let next =
            line[at..].bytes().position(|byte| matches!(byte, b'<' | b'~' | b'*')).map_or(line.len(), |i| at + i);
        let next = if at <= too_deep { next.min(too_deep) } else { next };
        out.push_str(&line[at..next]);
        at = next;
        if at < line.len() {
            at += scrub_mark(line, at, at == too_deep, store, out);
        }
    }
}

/// Takes what stands here, which may have to be held back; returns how many bytes that was.
fn scrub_mark(line: &str, at: usize, too_deep: bool, store: &mut Store, out: &mut String) -> usize {
    let rest = &line[at..];
    let before = line[..at].chars().next_back().unwrap_or('\n');
    match rest.as_bytes()[0] {
        // A marker is one byte, or begins with a digit.
        _ if too_deep => store.hold(out, Held::Text(rest[..1].to_owned())),
        b'<' if opens_a_tag(rest) && !out.ends_with("](") => {
            if let Some(tag) = line_break_tag(rest) {
                store.hold(out, Held::Break(tag.to_owned()));
                return tag.len();
            }
            store.hold(out, Held::Text("<".to_owned()));
        }
        b'~' if before != '~' && !rest[1..].starts_with('~') => store.hold(out, Held::Text("~".to_owned())),
        b'*' if before != '*' && rest.starts_with("**") => {
            // An empty letter on the side of the punctuation.
            let (letter_before, letter_after) = emphasis_needs_letter(before, &rest[2..]);
            if letter_before {
                store.hold(out, Held::Text(String::new()));
            }
            out.push_str("**");
            if letter_after {
                store.hold(out, Held::Text(String::new()));
            }
            return 2;
        }
        _ => out.push_str(&rest[..1]),
    }
    1
}

/// `CommonMark` tells where `**` opens and closes by the spaces around it: `**注意：**请` has none, and would stay as it is.
/// Whether a letter has to stand before or behind the `**`. Not in ASCII, where it may be a power: `2**(n)`.
fn emphasis_needs_letter(before: char, rest: &str) -> (bool, bool) {
    let Some(after) = rest.chars().next() else { return (false, false) };
    let punctuation = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    let plain = (before.is_ascii() && after.is_ascii()) || after == '*';
    let closes = !plain && punctuation(before) && after.is_alphanumeric();
    let opens = !plain && before.is_alphanumeric() && punctuation(after);
    (closes, opens)
}

/// One kind of newline, and no character that Telegram strips (seen in its own parser): control characters,
/// directional overrides, three combining marks; nor the private plane, which stands for what is held.
fn clean(markdown: &str) -> Cow<'_, str> {
    // The first bytes of everything below; some of them begin harmless characters too.
    let suspect = |byte: u8| matches!(byte, 0..=0x08 | 0x0B..=0x1F | 0x7F | 0xC2 | 0xCC | 0xE2 | 0xEF | 0xF4);
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(run) = rest.bytes().position(suspect) {
        // Once: nothing becomes longer.
        out.reserve(rest.len());
        out.push_str(&rest[..run]);
        let mut chars = rest[run..].chars();
        let Some(c) = chars.next() else { break };
        rest = chars.as_str();
        match c {
            '\r' if rest.starts_with('\n') => {}
            '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\u{30A}' => ring(&mut out),
            '\u{333}'
            | '\u{33F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{FEFF}'
            | '\u{FFFE}'
            | '\u{FFFF}'
            | '\u{10_0000}'..='\u{10_FFFF}' => {}
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    if rest.len() == markdown.len() {
        return markdown.into();
    }
    out.push_str(rest);
    out.into()
}

/// Telegram strips the combining ring, with which some models write the letters that have one.
fn ring(out: &mut String) {
    let composed = match out.chars().next_back() {
        Some('a') => 'å',
        Some('A') => 'Å',
        Some('u') => 'ů',
        Some('U') => 'Ů',
        _ => return,
    };
    out.pop();
    out.push(composed);
}

/// `<` that `CommonMark` would take for HTML; addresses in angle brackets are left to it.
fn opens_a_tag(rest: &str) -> bool {
    let mut inside = rest[1..].chars();
    inside.next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
        && !["http://", "https://", "mailto:", "tg://"].iter().any(|scheme| rest[1..].starts_with(scheme))
}

/// The `<br>` that the text starts with, in any of its spellings.
fn line_break_tag(rest: &str) -> Option<&str> {
    let end = rest.bytes().take("<br   />".len()).position(|b| b == b'>')? + 1;
    let tag = &rest[..end];
    let name = tag.trim_start_matches("</").trim_start_matches('<').trim_end_matches('>').trim_end_matches('/').trim();
    name.eq_ignore_ascii_case("br").then_some(tag)
}

/// Where the line opens one container more than [`DEEPEST`].
fn marker_too_deep(line: &str) -> Option<usize> {
    // Most lines are words.
    if line.as_bytes().first().is_none_or(u8::is_ascii_alphabetic) {
        return None;
    }
    let rule = |mark: char| line.chars().all(|c| c == mark || c == ' ');
    if rule('-') || rule('*') {
        return None;
    }
    let mut at = 0;
    for depth in 0.. {
        at += line[at..].len() - line[at..].trim_start_matches([' ', '\t']).len();
        let length = marker_length(&line[at..])?;
        if depth == DEEPEST {
            return Some(at);
        }
        at += length;
    }
    None
}

/// Length in bytes of the quote or list marker that the text starts with.
fn marker_length(text: &str) -> Option<usize> {
    let spaced = |length: usize| {
        text.get(length..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(length)
    };
    match text.as_bytes().first()? {
        b'>' => Some(1),
        b'-' | b'*' | b'+' => spaced(1),
        b'0'..=b'9' => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            text[digits..].starts_with(['.', ')']).then(|| spaced(digits + 1)).flatten()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrubbed(markdown: &str) -> (String, Store) {
        let mut store = Store::default();
        let text = scrub(markdown, &mut store);
        (text, store)
    }

    #[test]
    fn what_is_held_comes_back_as_it_was() {
        let (text, store) = scrubbed("a<br/>b <b>c</b> ~5 ~~x~~ 1 < 2 <https://x.y>");
        assert!(!text.contains("<b"), "{text}");
        assert!(text.contains("~~x~~ 1 < 2 <https://x.y>"));
        assert_eq!(store.restore(&text), "a<br/>b <b>c</b> ~5 ~~x~~ 1 < 2 <https://x.y>");
        assert_eq!(store.plain(&text), "a b <b>c</b> ~5 ~~x~~ 1 < 2 <https://x.y>");
    }

    #[test]
    fn control_characters_and_odd_newlines_go() {
        assert_eq!(scrubbed("a\r\nb\rc\u{0}\u{7}\u{2028}d\u{202E}\u{10_0001}").0, "a\nb\nc\nd");
    }

    #[test]
    fn a_letter_with_a_combining_ring_keeps_it() {
        assert_eq!(scrubbed("a\u{30A}u\u{30A}x\u{30A}").0, "åůx");
    }

    #[test]
    fn nesting_beyond_what_people_write_is_text() {
        let (text, _) = scrubbed(&">".repeat(1000));
        assert!(text.starts_with(&">".repeat(DEEPEST)));
        assert!(!text.starts_with(&">".repeat(DEEPEST + 1)));
        let rule = "- ".repeat(40);
        assert_eq!(scrubbed(&rule).0, rule);
    }
}
