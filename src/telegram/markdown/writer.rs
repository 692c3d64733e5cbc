//! The page that Markdown is written onto: text that grows at its end, and the entities over it.
//!
//! Gaps, indentation and list markers are owed, not written: they appear when the next visible character does. So
//! the text never ends in them, never starts with them, and an entity opened after a paragraph does not cover the
//! gap before it.

use std::borrow::Cow;

use teloxide::types::{MessageEntity, MessageEntityKind};

use super::Formatted;
use crate::telegram::entities::{self, utf16_len};

/// Formatting that may nest. Telegram merges what overlaps, so each kind is open at most once at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Strong emphasis, headings.
    Bold,
    /// Emphasis.
    Italic,
    /// `~~x~~`
    Strike,
    /// `||x||`
    Spoiler,
    /// A quotation. The only style that may lie around code.
    Quote,
}

/// Every style, in the order of [`Page::open`].
const STYLES: [Style; 5] = [Style::Bold, Style::Italic, Style::Strike, Style::Spoiler, Style::Quote];

/// How often a style is open and where it began.
#[derive(Debug, Clone, Copy, Default)]
struct Open {
    depth: usize,
    start: usize,
}

/// Text and entities being written.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    /// Length of `text` in UTF-16 units.
    units: usize,
    entities: Vec<MessageEntity>,
    open: [Open; STYLES.len()],
    /// Newlines owed before the next character.
    gap: usize,
    /// The last thing written is a block with lines of its own, and nothing but a line break came after it.
    after_block: bool,
    /// Columns of indentation for the lines of the current list item.
    indent: usize,
    /// The list marker owed, and its own indentation.
    marker: Option<(usize, String)>,
}

impl Page {
    /// The next character is at least this many newlines away from the last one: 1 a new line, 2 a new paragraph.
    pub(super) fn gap(&mut self, newlines: usize) {
        self.gap = self.gap.max(newlines);
    }

    /// One more line break; never more than an empty line. Right behind a block it is the block's own.
    pub(super) fn line_break(&mut self) {
        if !std::mem::take(&mut self.after_block) {
            self.gap = (self.gap + 1).min(2);
        }
    }

    /// Indents the lines to come.
    pub(super) fn indent(&mut self, columns: usize) {
        self.indent = columns;
    }

    /// Owes a list marker, indented by `columns`.
    pub(super) fn marker(&mut self, columns: usize, marker: String) {
        self.marker = Some((columns, marker));
    }

    /// The list marker that is still owed.
    pub(super) fn pending_marker(&mut self) -> Option<&mut String> {
        self.marker.as_mut().map(|(_, marker)| marker)
    }

    /// Writes the marker that is owed, if one is: an item without content still shows that it is there.
    pub(super) fn settle_marker(&mut self) {
        if let Some((_, marker)) = &mut self.marker {
            marker.truncate(marker.trim_end().len());
            self.flush();
        }
    }

    /// Writes text in the current styles. A newline in it is a line break.
    pub(super) fn write(&mut self, text: &str) {
        if !text.is_empty() && text.bytes().all(|byte| byte != b'\n' && is_plain(byte)) {
            self.flush();
            return self.append(text);
        }
        for (i, line) in text.split('\n').enumerate() {
            if i > 0 {
                self.line_break();
            }
            if !line.is_empty() {
                self.flush();
                self.append(&readable(line, " "));
            }
        }
    }

    /// Writes text as it is under an entity of its own; the open styles are interrupted, because Telegram allows
    /// nothing else over code.
    pub(super) fn monospace(&mut self, kind: MessageEntityKind, text: &str) {
        if entities::is_blank(text) {
            self.write(text);
            return;
        }
        let block = matches!(kind, MessageEntityKind::Pre { .. });
        if block {
            if self.marker.is_some() {
                self.settle_marker();
                self.gap(1);
            }
            self.end_line();
        } else {
            self.flush();
        }
        for style in STYLES.into_iter().filter(|style| *style != Style::Quote) {
            self.interrupt(style);
        }
        let start = self.units;
        // Telegram shows a tab as one space, which would flatten code.
        self.append(&readable(text, "    "));
        self.entity(kind, start);
        for style in STYLES.into_iter().filter(|style| *style != Style::Quote) {
            self.open[style as usize].start = self.units;
        }
        if block {
            self.gap(1);
            self.after_block = true;
        }
    }

    /// Writes text in the current styles as a block: on lines of its own, like code.
    pub(super) fn own_line(&mut self, text: &str) {
        self.gap(1);
        self.write(text);
        self.gap(1);
        self.after_block = true;
    }

    /// From here on in this style.
    pub(super) fn open(&mut self, style: Style) {
        if style == Style::Quote {
            self.end_line();
        } else {
            self.flush();
        }
        let units = self.units;
        let open = &mut self.open[style as usize];
        if open.depth == 0 {
            open.start = units;
        }
        open.depth += 1;
    }

    /// Up to here in this style.
    pub(super) fn close(&mut self, style: Style) {
        let open = &mut self.open[style as usize];
        open.depth = open.depth.saturating_sub(1);
        if open.depth == 0 {
            let start = open.start;
            self.entity(style.kind(), start);
        }
    }

    /// Writes what is owed and says where the next character will stand: (bytes, UTF-16 units).
    pub(super) fn here(&mut self) -> (usize, usize) {
        self.flush();
        (self.text.len(), self.units)
    }

    /// What was written since a byte that [`here`](Self::here) named.
    pub(super) fn since(&self, byte: usize) -> &str {
        self.text.get(byte..).unwrap_or_default()
    }

    /// An entity from `start` (UTF-16 units) to the end of what is written.
    pub(super) fn entity(&mut self, kind: MessageEntityKind, start: usize) {
        if start < self.units {
            self.entities.push(MessageEntity::new(kind, start, self.units - start));
        }
    }

    /// The page, trimmed as Telegram would trim it.
    pub(super) fn finish(mut self) -> Formatted {
        for style in STYLES {
            if self.open[style as usize].depth > 0 {
                self.interrupt(style);
            }
        }
        if entities::is_blank(&self.text) {
            return Formatted::default();
        }
        self.text.truncate(self.text.trim_end().len());
        let mut units: Vec<u16> = Vec::new();
        if !self.entities.is_empty() {
            units.reserve_exact(self.units);
            units.extend(self.text.encode_utf16());
        }
        entities::trim_start(Formatted { text: self.text, entities: entities::settle(&units, self.entities) })
    }

    /// Ends the entity of an open style here, without closing the style.
    fn interrupt(&mut self, style: Style) {
        let Open { depth, start } = self.open[style as usize];
        if depth > 0 {
            self.entity(style.kind(), start);
        }
    }

    /// Writes the newlines owed, and nothing else.
    fn end_line(&mut self) {
        let owed = std::mem::take(&mut self.gap);
        if owed > 0 && !self.text.is_empty() {
            let there = self.text.bytes().rev().take_while(|byte| *byte == b'\n').count();
            for _ in there..owed {
                self.after_block = false;
                self.text.push('\n');
                self.units += 1;
            }
        }
    }

    /// Writes everything owed: newlines, indentation, the list marker.
    fn flush(&mut self) {
        self.end_line();
        let marker = self.marker.take();
        // Telegram cuts whitespace off the beginning of a message: there is nothing to indent against.
        if self.text.as_bytes().last() == Some(&b'\n') {
            let columns = marker.as_ref().map_or(self.indent, |(columns, _)| *columns);
            self.after_block = false;
            self.text.extend(std::iter::repeat_n(' ', columns));
            self.units += columns;
        }
        if let Some((_, marker)) = marker {
            self.append(&marker);
        }
    }

    fn append(&mut self, text: &str) {
        self.after_block = false;
        self.text.push_str(text);
        self.units += utf16_len(text);
    }
}

/// Without tabs, and without what HTML references like `&#7;` may still name: control characters, the private plane.
fn readable<'a>(text: &'a str, tab: &str) -> Cow<'a, str> {
    if text.bytes().all(is_plain) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push_str(tab),
            '\n' => out.push('\n'),
            '\u{10_0000}'.. => {}
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    out.into()
}

/// Whether no character that begins with this byte is changed by [`readable`].
fn is_plain(byte: u8) -> bool {
    // Control characters but the newline, the two bytes that begin further ones, and the one that begins the private plane.
    !matches!(byte, 0..=0x09 | 0x0B..=0x1F | 0x7F | 0xC2 | 0xF4)
}

impl Style {
    fn kind(self) -> MessageEntityKind {
        match self {
            Self::Bold => MessageEntityKind::Bold,
            Self::Italic => MessageEntityKind::Italic,
            Self::Strike => MessageEntityKind::Strikethrough,
            Self::Spoiler => MessageEntityKind::Spoiler,
            Self::Quote => MessageEntityKind::Blockquote,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_neither_at_the_start_nor_at_the_end() {
        let mut page = Page::default();
        page.gap(2);
        page.write("a");
        page.gap(2);
        assert_eq!(page.finish().text, "a");
    }

    #[test]
    fn bold_is_split_around_code() {
        let mut page = Page::default();
        page.open(Style::Bold);
        page.write("a ");
        page.monospace(MessageEntityKind::Code, "b");
        page.write(" c");
        page.close(Style::Bold);
        let bold = MessageEntity::bold;
        assert_eq!(page.finish().entities, [bold(0, 1), MessageEntity::code(2, 1), bold(4, 1)]);
    }

    #[test]
    fn the_same_style_inside_itself_is_one_entity() {
        let mut page = Page::default();
        page.open(Style::Bold);
        page.write("a");
        page.open(Style::Bold);
        page.write("😀");
        page.close(Style::Bold);
        page.close(Style::Bold);
        assert_eq!(page.finish().entities, [MessageEntity::bold(0, 3)]);
    }

    #[test]
    fn a_list_marker_comes_with_its_item_and_later_lines_are_indented() {
        let mut page = Page::default();
        page.write("x");
        page.gap(1);
        page.marker(3, "• ".to_owned());
        page.indent(6);
        page.write("a\nb");
        assert_eq!(page.finish().text, "x\n   • a\n      b");
    }
}
