//! Markdown into `RichBlock`s, by the parser that everybody uses: headings, paragraphs, lists, quotes, tables, code,
//! formulas, pictures.
//!
//! Blocks nest at most sixteen deep on the server, and what is deeper is refused on the way down, so hostile nesting
//! never gets deep here either.

use std::iter::Peekable;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TextMergeStream};
use serde_json::{Value, json};

use crate::sandbox::telegram::answer::Refusal;

/// Levels of blocks in blocks, and of marks in marks.
const DEEPEST: usize = 16;
/// Of a table.
const MOST_COLUMNS: usize = 20;

/// The blocks, and how many pictures are in them.
pub(super) fn parse(markdown: &str) -> Result<(Vec<Value>, usize), Refusal> {
    let options = Options::ENABLE_GFM
        | Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_MATH;
    let events = TextMergeStream::new(Parser::new_ext(markdown, options)).peekable();
    let mut reader = Reader { events, media: 0, ticked: None };
    let blocks = reader.blocks(1)?;
    Ok((blocks, reader.media))
}

struct Reader<'a, I: Iterator<Item = Event<'a>>> {
    events: Peekable<I>,
    media: usize,
    /// The box of the list item that is being read.
    ticked: Option<bool>,
}

impl<'a, I: Iterator<Item = Event<'a>>> Reader<'a, I> {
    /// Blocks up to the end of what they are in, which stays unread.
    fn blocks(&mut self, depth: usize) -> Result<Vec<Value>, Refusal> {
        if depth > DEEPEST {
            return Err(too_deep());
        }
        let mut blocks = Vec::new();
        loop {
            match self.events.peek() {
                None | Some(Event::End(_)) => return Ok(blocks),
                Some(Event::Rule) => {
                    self.events.next();
                    blocks.push(json!({"type": "divider"}));
                }
                Some(Event::Start(tag)) if is_block(tag) => {
                    if let Some(Event::Start(tag)) = self.events.next() {
                        blocks.extend(self.block(tag, depth)?);
                        self.events.next();
                    }
                }
                // The items of a tight list have no paragraphs.
                Some(_) => blocks.push(self.paragraph()?),
            }
        }
    }

    /// What is inside of a block, up to its end.
    fn block(&mut self, tag: Tag<'a>, depth: usize) -> Result<Option<Value>, Refusal> {
        Ok(Some(match tag {
            Tag::Heading { level, .. } => json!({"type": "heading", "size": level as u8, "text": self.text(1)?}),
            Tag::BlockQuote(_) => json!({"type": "blockquote", "blocks": self.blocks(depth + 1)?}),
            Tag::CodeBlock(kind) => self.code(&kind)?,
            Tag::List(start) => self.list(start, depth)?,
            Tag::Table(alignments) => self.table(&alignments)?,
            Tag::FootnoteDefinition(label) => {
                let note = plain(&self.blocks(depth + 1)?);
                json!({"type": "footer", "text": format!("[{label}] {note}")})
            }
            // Link definitions and metadata have no looks.
            Tag::MetadataBlock(_) => {
                self.text(1)?;
                return Ok(None);
            }
            _ => self.paragraph()?,
        }))
    }

    /// A line of text; alone in it, a formula or a picture is a block of its own.
    fn paragraph(&mut self) -> Result<Value, Refusal> {
        let text = self.text(1)?;
        Ok(match text["type"].as_str() {
            Some("mathematical_expression" | "photo") => text,
            _ => json!({"type": "paragraph", "text": text}),
        })
    }

    fn code(&mut self, kind: &CodeBlockKind<'_>) -> Result<Value, Refusal> {
        let text = self.text(1)?;
        let mut block = json!({"type": "pre", "text": text.as_str().unwrap_or_default().trim_end_matches('\n')});
        if let CodeBlockKind::Fenced(info) = kind
            && let Some(language) = info.split_whitespace().next()
        {
            block["language"] = json!(language);
        }
        Ok(block)
    }

    fn list(&mut self, start: Option<u64>, depth: usize) -> Result<Value, Refusal> {
        let mut items = Vec::new();
        let mut number = start;
        while matches!(self.events.peek(), Some(Event::Start(Tag::Item))) {
            self.events.next();
            let outer = self.ticked.take();
            let mut item = json!({"blocks": self.blocks(depth + 1)?});
            item["label"] = json!(number.map_or("•".to_owned(), |number| format!("{number}.")));
            number = number.map(|number| number + 1);
            if let Some(ticked) = self.ticked.take() {
                item["has_checkbox"] = json!(true);
                if ticked {
                    item["is_checked"] = json!(true);
                }
            }
            self.ticked = outer;
            items.push(item);
            self.events.next();
        }
        Ok(json!({"type": "list", "items": items}))
    }

    fn table(&mut self, alignments: &[Alignment]) -> Result<Value, Refusal> {
        if alignments.len() > MOST_COLUMNS {
            return Err(Refusal::bad_request("RICH_MESSAGE_TABLE_COLS_TOO_MANY"));
        }
        let mut rows = Vec::new();
        while let Some(Event::Start(row)) = self.events.next_if(|event| matches!(event, Event::Start(_))) {
            let head = matches!(row, Tag::TableHead);
            let mut cells = Vec::new();
            while self.events.next_if(|event| matches!(event, Event::Start(Tag::TableCell))).is_some() {
                let align = match alignments.get(cells.len()) {
                    Some(Alignment::Center) => "center",
                    Some(Alignment::Right) => "right",
                    _ => "left",
                };
                let mut cell = json!({"text": self.text(1)?, "align": align, "valign": "middle"});
                if head {
                    cell["is_header"] = json!(true);
                }
                cells.push(cell);
                self.events.next();
            }
            rows.push(cells);
            self.events.next();
        }
        Ok(json!({"type": "table", "cells": rows, "is_bordered": true}))
    }

    /// `RichText` up to the end of what it is in or the next block, which stay unread.
    fn text(&mut self, depth: usize) -> Result<Value, Refusal> {
        if depth > DEEPEST {
            return Err(too_deep());
        }
        let mut parts: Vec<Value> = Vec::new();
        while let Some(event) = self.events.next_if(is_inline) {
            let part = match event {
                Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => json!(*text),
                Event::Code(text) => json!({"type": "code", "text": *text}),
                Event::InlineMath(formula) | Event::DisplayMath(formula) => {
                    json!({"type": "mathematical_expression", "expression": formula.trim()})
                }
                Event::FootnoteReference(label) => json!(format!("[{label}]")),
                Event::SoftBreak => json!(" "),
                Event::HardBreak => json!("\n"),
                Event::TaskListMarker(ticked) => {
                    self.ticked = Some(ticked);
                    continue;
                }
                Event::Start(tag) => {
                    let inner = self.text(depth + 1)?;
                    self.events.next();
                    self.marked(&tag, inner)
                }
                Event::Rule | Event::End(_) => continue,
            };
            match (parts.last_mut(), part) {
                (Some(Value::String(last)), Value::String(more)) => last.push_str(&more),
                (_, part) => parts.push(part),
            }
        }
        Ok(match parts.len() {
            0 => json!(""),
            1 => parts.remove(0),
            _ => parts.into_iter().map(beside_others).collect(),
        })
    }

    fn marked(&mut self, tag: &Tag<'_>, text: Value) -> Value {
        match tag {
            Tag::Emphasis => json!({"type": "italic", "text": text}),
            Tag::Strong => json!({"type": "bold", "text": text}),
            Tag::Strikethrough => json!({"type": "strikethrough", "text": text}),
            Tag::Link { dest_url, .. } => json!({"type": "url", "text": text, "url": **dest_url}),
            Tag::Image { dest_url, .. } => {
                self.media += 1;
                // The server would fetch it; this one goes nowhere, so the picture has an address and no content.
                let size = json!({"file_id": **dest_url, "file_unique_id": **dest_url, "width": 1, "height": 1});
                json!({"type": "photo", "photo": [size], "caption": {"text": text}})
            }
            _ => text,
        }
    }
}

/// A picture among words is no block, and shown as its address.
fn beside_others(part: Value) -> Value {
    match part["type"].as_str() {
        Some("photo") => {
            json!({"type": "url", "text": part["caption"]["text"], "url": part["photo"][0]["file_id"]})
        }
        _ => part,
    }
}

fn too_deep() -> Refusal {
    Refusal::bad_request("RICH_MESSAGE_DEPTH_INVALID")
}

fn is_block(tag: &Tag<'_>) -> bool {
    !matches!(
        tag,
        Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::Superscript
            | Tag::Subscript
    )
}

fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => !is_block(tag),
        Event::End(_) | Event::Rule => false,
        _ => true,
    }
}

/// The words alone: blocks by line, cells between bars.
pub(super) fn plain(blocks: &[Value]) -> String {
    let lines: Vec<String> = blocks.iter().map(block_words).collect();
    lines.join("\n")
}

fn block_words(block: &Value) -> String {
    let nested = |value: &Value| plain(value["blocks"].as_array().map(Vec::as_slice).unwrap_or_default());
    if let Some(rows) = block["cells"].as_array() {
        let row = |row: &Value| {
            let cells = row.as_array().into_iter().flatten();
            cells.map(|cell| words(&cell["text"])).collect::<Vec<_>>().join(" | ")
        };
        return rows.iter().map(row).collect::<Vec<_>>().join("\n");
    }
    if let Some(items) = block["items"].as_array() {
        let item = |item: &Value| format!("{} {}", item["label"].as_str().unwrap_or_default(), nested(item));
        return items.iter().map(item).collect::<Vec<_>>().join("\n");
    }
    match block["type"].as_str() {
        Some("blockquote") => nested(block),
        Some("divider") => "---".to_owned(),
        Some("photo" | "mathematical_expression") => words(block),
        _ => words(&block["text"]),
    }
}

fn words(text: &Value) -> String {
    match text {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(words).collect(),
        Value::Object(part) => match part.get("type").and_then(Value::as_str) {
            Some("mathematical_expression") => words(&part["expression"]),
            Some("photo") => words(&part["caption"]["text"]),
            _ => part.get("text").map(words).unwrap_or_default(),
        },
        _ => String::new(),
    }
}
