//! The walk over the parser's events: what each piece of Markdown looks like in a chat.
//!
//! Blocks keep the distance that they have in the source: an empty line stays an empty line, and a list or a code
//! block right under its sentence stays there. That is how models and people group things, and it makes tight and
//! loose lists look as they were meant.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};
use teloxide::types::MessageEntityKind;

use super::held::{Held, Store};
use super::table::{Layout, Table};
use super::writer::{Page, Style};
use super::{Formatted, OPTIONS};
use links::OpenLink;

mod links;

/// Columns by which a nested list is indented; about the width of its marker in a proportional font.
const INDENT: usize = 3;
/// Levels of lists beyond which indentation would leave no room on a telephone.
const DEEPEST_INDENT: usize = 6;
/// Longest name of a language over a code block.
const LONGEST_LANGUAGE: usize = 32;

/// Renders the prepared source.
pub(super) fn render(source: &str, store: &Store) -> Formatted {
    let parser = Parser::new_ext(source, OPTIONS);
    let definitions = links::definitions(&parser);
    let mut render = Render::new(source, store);
    // The parser cuts text at everything that could have been a mark.
    let mut text = String::new();
    for (event, range) in parser.into_offset_iter() {
        if let Event::Text(piece) = event {
            text.push_str(&piece);
            continue;
        }
        if !text.is_empty() {
            render.text(&text);
            text.clear();
        }
        render.event(event, &range);
    }
    render.text(&text);
    render.unused(&definitions);
    render.page.finish()
}

struct Render<'a> {
    source: &'a str,
    store: &'a Store,
    page: Page,
    /// For each open list the next number, if it has numbers.
    lists: Vec<Option<u64>>,
    /// The code block being read: language and text.
    code: Option<(Option<String>, String)>,
    table: Option<Table>,
    /// Links of the table being read, which cannot be inside code: label and address.
    table_links: Vec<(String, Cow<'a, str>)>,
    /// Open links and images, outermost first.
    links: Vec<OpenLink<'a>>,
    /// Labels of definitions that some link used.
    used: HashSet<String>,
    /// The heading being read is a paragraph over a row of dashes, which people mean as a rule.
    heading_is_paragraph: bool,
}

impl<'a> Render<'a> {
    fn new(source: &'a str, store: &'a Store) -> Self {
        Self {
            source,
            store,
            page: Page::default(),
            lists: Vec::new(),
            code: None,
            table: None,
            table_links: Vec::new(),
            links: Vec::new(),
            used: HashSet::new(),
            heading_is_paragraph: false,
        }
    }

    fn event(&mut self, event: Event<'a>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Code(code) => self.inline_code(&self.store.restore(&code)),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text) => self.text(&text),
            Event::FootnoteReference(label) => ["[", &label, "]"].into_iter().for_each(|piece| self.text(piece)),
            Event::SoftBreak | Event::HardBreak => self.line_break(),
            Event::Rule => self.rule(),
            Event::TaskListMarker(done) => self.task(done),
        }
    }

    fn start(&mut self, tag: Tag<'a>, range: &Range<usize>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.distance(range),
            Tag::Heading { level, .. } => self.heading(level, range),
            Tag::BlockQuote(kind) => self.quote(kind, range),
            Tag::CodeBlock(kind) => {
                self.distance(range);
                self.code = Some((language(&kind), String::new()));
            }
            Tag::List(first) => {
                self.distance(range);
                self.lists.push(first);
            }
            Tag::Item => self.item(range),
            Tag::FootnoteDefinition(label) => {
                self.distance(range);
                self.page.marker(0, format!("[{label}] "));
            }
            Tag::Table(alignments) => {
                self.distance(range);
                self.table = Some(Table::new(alignments));
            }
            Tag::TableHead | Tag::TableRow => self.in_table(Table::start_row),
            Tag::TableCell => self.in_table(Table::start_cell),
            Tag::Emphasis => self.style(Style::Italic),
            Tag::Strong => self.style(Style::Bold),
            Tag::Strikethrough => self.style(Style::Strike),
            Tag::Link { link_type, dest_url, id, .. } | Tag::Image { link_type, dest_url, id, .. } => {
                self.link(link_type, dest_url, &id);
            }
            // Not asked for in OPTIONS; their text arrives as text.
            Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.page.gap(1),
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::BlockQuote(_) => {
                self.page.close(Style::Quote);
                self.page.gap(1);
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.page.indent(self.item_indent());
                self.page.gap(1);
            }
            TagEnd::Item | TagEnd::FootnoteDefinition => {
                self.page.settle_marker();
                self.page.gap(1);
            }
            TagEnd::Table => self.end_table(),
            TagEnd::Emphasis => self.end_style(Style::Italic),
            TagEnd::Strong => self.end_style(Style::Bold),
            TagEnd::Strikethrough => self.end_style(Style::Strike),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => {}
        }
    }

    /// Keeps the distance to the block before as it is in the source.
    fn distance(&mut self, range: &Range<usize>) {
        let line = self.source[..range.start].rfind('\n').unwrap_or(0);
        let before = self.source[..line].rsplit('\n').next().unwrap_or_default();
        let blank = before.chars().all(|c| c == '>' || c.is_whitespace());
        self.page.gap(if blank { 2 } else { 1 });
    }

    fn heading(&mut self, level: HeadingLevel, range: &Range<usize>) {
        let heading = self.source[range.clone()].trim();
        // Only these two levels can be underlined.
        let underlined = matches!(level, HeadingLevel::H1 | HeadingLevel::H2) && !heading.starts_with('#');
        self.heading_is_paragraph = underlined && heading.ends_with('-');
        self.page.gap(2);
        if !self.heading_is_paragraph {
            self.page.open(Style::Bold);
        }
    }

    fn end_heading(&mut self) {
        if std::mem::take(&mut self.heading_is_paragraph) {
            self.rule();
        } else {
            self.page.close(Style::Bold);
        }
        self.page.gap(2);
    }

    fn quote(&mut self, kind: Option<BlockQuoteKind>, range: &Range<usize>) {
        self.distance(range);
        self.page.open(Style::Quote);
        let title = match kind {
            None => return,
            Some(BlockQuoteKind::Note) => "Note",
            Some(BlockQuoteKind::Tip) => "Tip",
            Some(BlockQuoteKind::Important) => "Important",
            Some(BlockQuoteKind::Warning) => "Warning",
            Some(BlockQuoteKind::Caution) => "Caution",
        };
        self.page.open(Style::Bold);
        self.page.write(title);
        self.page.close(Style::Bold);
        self.page.gap(1);
    }

    fn rule(&mut self) {
        self.page.gap(2);
        self.page.write("———");
        self.page.gap(2);
    }

    /// Columns of indentation of the text of the current item.
    fn item_indent(&self) -> usize {
        INDENT * self.lists.len().min(DEEPEST_INDENT)
    }

    fn item(&mut self, range: &Range<usize>) {
        self.page.settle_marker();
        self.distance(range);
        let marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "• ".to_owned(),
        };
        let indent = self.item_indent();
        self.page.indent(indent);
        self.page.marker(indent.saturating_sub(INDENT), marker);
    }

    fn task(&mut self, done: bool) {
        let mark = if done { "☑ " } else { "☐ " };
        match self.page.pending_marker() {
            Some(marker) if marker == "• " => mark.clone_into(marker),
            Some(marker) => marker.push_str(mark),
            None => self.page.write(mark),
        }
    }

    fn in_table(&mut self, change: impl FnOnce(&mut Table)) {
        if let Some(table) = &mut self.table {
            change(table);
        }
    }

    fn style(&mut self, style: Style) {
        if self.table.is_none() {
            self.page.open(style);
        }
    }

    fn end_style(&mut self, style: Style) {
        if self.table.is_none() {
            self.page.close(style);
        }
    }

    fn line_break(&mut self) {
        match self.table.as_mut().and_then(Table::cell) {
            Some(cell) => cell.push(' '),
            None => self.page.line_break(),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(&self.store.restore(text));
        } else if let Some(cell) = self.table.as_mut().and_then(Table::cell) {
            cell.push_str(&self.store.plain(text));
        } else {
            let mut rest = text;
            while let Some((before, inside, after)) = spoiler(rest) {
                self.prose(before);
                self.page.open(Style::Spoiler);
                self.prose(inside);
                self.page.close(Style::Spoiler);
                rest = after;
            }
            self.prose(rest);
        }
    }

    /// Text in the current styles, with what was held back in its place.
    fn prose(&mut self, text: &str) {
        // What was held back is never ASCII.
        if text.is_ascii() {
            return self.page.write(text);
        }
        let mut written = 0;
        for (at, c) in text.char_indices() {
            let Some(held) = self.store.get(c) else { continue };
            self.page.write(&text[written..at]);
            written = at + c.len_utf8();
            match held {
                Held::Text(text) => self.page.write(text),
                Held::Break(_) => self.page.line_break(),
                Held::Formula { shown: Some(shown), display: true, .. } if self.links.is_empty() => {
                    self.page.own_line(shown);
                }
                Held::Formula { shown: Some(shown), .. } => self.page.write(shown),
                Held::Formula { body, display: true, .. } if self.links.is_empty() => {
                    self.page.gap(1);
                    self.page.monospace(MessageEntityKind::Pre { language: Some("latex".to_owned()) }, body);
                }
                Held::Formula { body, .. } => self.inline_code(body),
            }
        }
        self.page.write(&text[written..]);
    }

    fn inline_code(&mut self, code: &str) {
        if let Some(cell) = self.table.as_mut().and_then(Table::cell) {
            cell.push_str(code);
        } else if self.links.is_empty() {
            self.page.monospace(MessageEntityKind::Code, code);
        } else {
            // Telegram allows one of both only, and an address is harder to do without.
            self.page.write(code);
        }
    }

    fn end_code(&mut self) {
        if let Some((language, code)) = self.code.take() {
            let code = code.trim_end();
            let first = code.split_inclusive('\n').take_while(|line| line.trim().is_empty()).map(str::len).sum();
            self.page.monospace(MessageEntityKind::Pre { language }, &code[first..]);
        }
        self.page.gap(1);
    }

    fn end_table(&mut self) {
        match self.table.take().map(Table::layout) {
            Some(Layout::Columns(text)) => self.page.monospace(MessageEntityKind::Pre { language: None }, &text),
            Some(Layout::Headings(headings)) => self.record(&headings, std::iter::empty()),
            Some(Layout::Records(table)) => table.records().for_each(|(title, lines)| self.record(title, lines)),
            None => {}
        }
        self.page.gap(1);
        for (label, address) in std::mem::take(&mut self.table_links) {
            self.links.push(OpenLink::at(&mut self.page, address));
            self.page.write(&label);
            self.end_link();
            self.page.gap(1);
        }
    }

    /// One row of a table that is shown row by row.
    fn record<'t>(&mut self, title: &str, lines: impl Iterator<Item = (&'t str, &'t str)>) {
        self.page.open(Style::Bold);
        self.page.write(title);
        self.page.close(Style::Bold);
        for (heading, cell) in lines {
            self.page.gap(1);
            if !heading.is_empty() {
                self.page.write(heading);
                self.page.write(": ");
            }
            self.page.write(cell);
        }
        self.page.gap(2);
    }
}

/// The word over a code block: `rust,ignore` and `python {3}` name their language first.
fn language(kind: &CodeBlockKind<'_>) -> Option<String> {
    let CodeBlockKind::Fenced(info) = kind else { return None };
    let word = info.split(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | ':')).next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '#' | '_' | '.');
    let fits = !word.is_empty() && word.len() <= LONGEST_LANGUAGE && word.chars().all(plain);
    fits.then(|| word.to_owned())
}

/// The first `||x||`: what is before it, in it, after it. `a || b || c` is none.
fn spoiler(text: &str) -> Option<(&str, &str, &str)> {
    // Looking for one byte is cheap; most texts are words.
    if !text.contains('|') {
        return None;
    }
    let mut start = text.find("||")?;
    loop {
        let inside_at = start + 2;
        let end = inside_at + text[inside_at..].find("||")?;
        let inside = &text[inside_at..end];
        let spaced = inside.starts_with(char::is_whitespace) || inside.ends_with(char::is_whitespace);
        if !inside.is_empty() && !spaced {
            return Some((&text[..start], inside, &text[end + 2..]));
        }
        start = end;
    }
}
