//! Rich messages: what Telegram makes of the Markdown that comes with `sendRichMessage` and its kin.
//!
//! The source is parsed into blocks, as on the server, because blocks are what is limited, what an update shows and
//! what people see; the Markdown itself is kept beside them for who wants to compare. The codes of the refusals are the
//! server's own, and so are the ways of counting where somebody has measured them. Two things it refuses that the server
//! takes: a source given in two ways at once (the server silently drops one), and HTML or blocks, which our bot does not
//! send; both say "sandbox". Of HTML inside of Markdown it knows nothing: tags stay text.

mod blocks;

use serde_json::{Value, json};

use super::answer::Refusal;
use super::params::Params;

/// Characters of the source. Nobody has told whether the marks count; who stays below with them is below in any case.
const LONGEST: usize = 32_768;
/// At the top: what is inside of a list or a quote belongs to it.
const MOST_BLOCKS: usize = 500;
/// Pictures, in all blocks together.
const MOST_MEDIA: usize = 50;

/// A message of blocks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rich {
    /// The source.
    pub(super) markdown: String,
    /// `RichBlock`s of the Bot API.
    pub(super) blocks: Vec<Value>,
    /// Is it written from right to left?
    rtl: bool,
}

impl Rich {
    /// Reads the parameter `rich_message`.
    pub(super) fn read(params: &Params) -> Result<Self, Refusal> {
        let empty = || Refusal::bad_request("Rich message must be non-empty");
        let given = params.get("rich_message").ok_or_else(empty)?;
        let sources = ["markdown", "html", "blocks"].into_iter().filter(|name| !given[*name].is_null());
        match sources.collect::<Vec<_>>()[..] {
            ["markdown"] => {}
            [other] => {
                return Err(Refusal::plain(501, format!("Not Implemented by the sandbox: rich_message as {other}")));
            }
            [] => return Err(empty()),
            [..] => {
                let text = "exactly one of markdown, html and blocks makes a rich message (refused by the sandbox)";
                return Err(Refusal::bad_request(text));
            }
        }
        let markdown = given["markdown"].as_str().filter(|source| !source.is_empty()).ok_or_else(empty)?;
        let attached = given["media"].as_array().map_or(0, Vec::len);
        Self::parse(markdown, attached).map(|rich| Self { rtl: given["is_rtl"] == true, ..rich })
    }

    /// Parses and holds against the limits; `attached` media count like those in the text.
    fn parse(markdown: &str, attached: usize) -> Result<Self, Refusal> {
        let code = |code: &str| Err(Refusal::bad_request(code));
        if markdown.chars().count() > LONGEST {
            return code("RICH_MESSAGE_TEXT_TOO_LONG");
        }
        let (blocks, media) = blocks::parse(markdown)?;
        if blocks.is_empty() {
            return code("RICH_MESSAGE_EMPTY");
        }
        if blocks.len() > MOST_BLOCKS {
            return code("RICH_MESSAGE_BLOCKS_TOO_MANY");
        }
        if media + attached > MOST_MEDIA {
            return code("RICH_MESSAGE_MEDIA_TOO_MANY");
        }
        Ok(Self { markdown: markdown.to_owned(), blocks, rtl: false })
    }

    /// As `RichMessage` of the Bot API.
    pub(super) fn json(&self) -> Value {
        let mut value = json!({"blocks": self.blocks});
        if self.rtl {
            value["is_rtl"] = json!(true);
        }
        value
    }

    /// What is read, without its looks: blocks by line, cells between bars.
    pub(super) fn plain(&self) -> String {
        blocks::plain(&self.blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(markdown: &str) -> Vec<Value> {
        Rich::parse(markdown, 0).unwrap().blocks
    }

    fn refused(markdown: &str) -> String {
        Rich::parse(markdown, 0).unwrap_err().description
    }

    #[test]
    fn markdown_becomes_blocks() {
        assert_eq!(
            parsed("# A *b*\n\ntext `c` [d](https://e.org)\n\n---\n\n```rust\nlet x;\n```\n\n> q"),
            [
                json!({"type": "heading", "size": 1, "text": ["A ", {"type": "italic", "text": "b"}]}),
                json!({"type": "paragraph", "text": [
                    "text ", {"type": "code", "text": "c"}, " ",
                    {"type": "url", "text": "d", "url": "https://e.org"}
                ]}),
                json!({"type": "divider"}),
                json!({"type": "pre", "text": "let x;", "language": "rust"}),
                json!({"type": "blockquote", "blocks": [{"type": "paragraph", "text": "q"}]}),
            ]
        );
    }

    #[test]
    fn a_table_is_a_grid_of_cells() {
        let cell = |text: &str, align: &str| json!({"text": text, "align": align, "valign": "middle"});
        let head = |text: &str, align: &str| {
            let mut cell = cell(text, align);
            cell["is_header"] = json!(true);
            cell
        };
        let table = json!({"type": "table", "is_bordered": true, "cells": [
            [head("a", "left"), head("b", "right")],
            [cell("1", "left"), cell("2", "right")],
        ]});
        assert_eq!(parsed("|a|b|\n|-|-:|\n|1|2|"), [table]);
        assert_eq!(Rich::parse("|a|b|\n|-|-:|\n|1|2|", 0).unwrap().plain(), "a | b\n1 | 2");
    }

    #[test]
    fn formulas_stand_in_a_line_or_alone() {
        assert_eq!(
            parsed("so $x^2$\n\n$$\\frac{a}{b}$$"),
            [
                json!({"type": "paragraph", "text": ["so ", {"type": "mathematical_expression", "expression": "x^2"}]}),
                json!({"type": "mathematical_expression", "expression": "\\frac{a}{b}"}),
            ]
        );
    }

    #[test]
    fn lists_nest_and_may_be_ticked() {
        let item = |label: &str, blocks: Value| json!({"label": label, "blocks": blocks});
        let text = |text: &str| json!({"type": "paragraph", "text": text});
        let inner = json!({"type": "list", "items": [item("•", json!([text("b")]))]});
        assert_eq!(
            parsed("3. a\n   - b\n4. c"),
            [json!({"type": "list", "items": [item("3.", json!([text("a"), inner])), item("4.", json!([text("c")]))]})]
        );
        let ticked = parsed("- [x] done\n- [ ] open");
        assert_eq!(ticked[0]["items"][0]["is_checked"], true);
        assert_eq!(ticked[0]["items"][1]["has_checkbox"], true);
        assert_eq!(ticked[0]["items"][1]["is_checked"], Value::Null);
    }

    #[test]
    fn the_limits_are_telegrams() {
        let wide = |columns: usize| format!("{}|\n{}|\n", "|a".repeat(columns), "|-".repeat(columns));
        let quoted = |levels: usize| format!("{} deep", ">".repeat(levels));
        for good in ["a".repeat(32_768), "a\n\n".repeat(500), "- a\n".repeat(501), wide(20), quoted(15)] {
            Rich::parse(&good, 0).unwrap();
        }
        assert_eq!(refused(&"a".repeat(32_769)), "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG");
        assert_eq!(refused(&"a\n\n".repeat(501)), "Bad Request: RICH_MESSAGE_BLOCKS_TOO_MANY");
        assert_eq!(refused(&wide(21)), "Bad Request: RICH_MESSAGE_TABLE_COLS_TOO_MANY");
        assert_eq!(refused(&quoted(16)), "Bad Request: RICH_MESSAGE_DEPTH_INVALID");
        assert_eq!(refused(&quoted(9_000)), "Bad Request: RICH_MESSAGE_DEPTH_INVALID");
        assert_eq!(refused(&"![a](https://b.org/c.png)\n\n".repeat(51)), "Bad Request: RICH_MESSAGE_MEDIA_TOO_MANY");
        assert_eq!(refused(" \n"), "Bad Request: RICH_MESSAGE_EMPTY");
    }
}
