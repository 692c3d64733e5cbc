//! `parse_mode=MarkdownV2`, by the rules and with the complaints of Telegram's own parser.

use super::Formatted;
use super::entity::{Entity, Style};
use super::html::{link, units_of};

/// Outside of code these must be escaped, unless they mean something.
const RESERVED: &[u8] = b"_*[]()~`>#+-=|{}.!\n";

/// What is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Bold,
    Italic,
    Underline,
    Strikethrough,
    Spoiler,
    Code,
    Pre,
    Link,
    Emoji,
    Quote,
}

struct Open {
    mark: Mark,
    language: String,
    offset: usize,
    source_byte: usize,
    byte: usize,
}

struct Parser<'a> {
    source: &'a [u8],
    at: usize,
    out: Vec<u8>,
    units: usize,
    open: Vec<Open>,
    quoting: bool,
    entities: Vec<Entity>,
}

/// Text and entities, or what is wrong.
pub(super) fn parse(source: &str) -> Result<Formatted, String> {
    let mut parser = Parser {
        source: source.as_bytes(),
        at: 0,
        out: Vec::new(),
        units: 0,
        open: Vec::new(),
        quoting: false,
        entities: Vec::new(),
    };
    while parser.at < parser.source.len() {
        parser.step()?;
    }
    if parser.quoting && parser.open.last().is_some_and(|open| open.mark == Mark::Quote) {
        parser.close_quote();
    }
    if let Some(open) = parser.open.last() {
        return Err(unclosed(open));
    }
    let text = String::from_utf8(parser.out).map_err(|_| "Text contains invalid Unicode characters".to_owned())?;
    Ok(Formatted { text, entities: parser.entities })
}

impl Parser<'_> {
    fn ahead(&self, distance: usize) -> u8 {
        self.source.get(self.at + distance).copied().unwrap_or(0)
    }

    fn copy(&mut self) {
        let byte = self.source[self.at];
        self.units += units_of(byte);
        self.out.push(byte);
        self.at += 1;
    }

    fn step(&mut self) -> Result<(), String> {
        let byte = self.ahead(0);
        if byte == b'\\' && (1..=126).contains(&self.ahead(1)) {
            self.at += 1;
            self.copy();
            return Ok(());
        }
        let verbatim = self.open.last().is_some_and(|open| matches!(open.mark, Mark::Code | Mark::Pre));
        let reserved: &[u8] = if verbatim { b"`" } else { RESERVED };
        if !reserved.contains(&byte) {
            self.copy();
            return Ok(());
        }
        if self.closes(byte) { self.end() } else { self.begin(byte) }
    }

    fn closes(&self, byte: u8) -> bool {
        let Some(open) = self.open.last() else { return false };
        let next = self.ahead(1);
        // A quotation ends with a line that is not followed by another `>`.
        if self.quoting && byte == b'\n' && next != b'>' {
            return true;
        }
        match open.mark {
            Mark::Bold => byte == b'*',
            Mark::Italic => byte == b'_' && next != b'_',
            Mark::Underline => byte == b'_' && next == b'_',
            Mark::Strikethrough => byte == b'~',
            // In a quotation that ends with `||`, which collapses it, nothing was opened by it.
            Mark::Spoiler => byte == b'|' && next == b'|',
            Mark::Code => byte == b'`',
            Mark::Pre => byte == b'`' && next == b'`' && self.ahead(2) == b'`',
            Mark::Link | Mark::Emoji => byte == b']',
            Mark::Quote => false,
        }
    }

    fn begin(&mut self, byte: u8) -> Result<(), String> {
        let source_byte = self.at;
        let mut language = String::new();
        let (mark, length) = match (byte, self.ahead(1)) {
            (b'_', b'_') => (Mark::Underline, 2),
            (b'_', _) => (Mark::Italic, 1),
            (b'*', b'*') if self.at == 0 && self.ahead(2) == b'>' => {
                // An empty bold before a quotation keeps it apart from the one above: nothing at all at the start.
                self.at += 2;
                return Ok(());
            }
            (b'*', _) => (Mark::Bold, 1),
            (b'~', _) => (Mark::Strikethrough, 1),
            (b'|', b'|') => (Mark::Spoiler, 2),
            (b'[', _) => (Mark::Link, 1),
            (b'!', b'[') => (Mark::Emoji, 2),
            (b'`', b'`') if self.ahead(2) == b'`' => {
                self.at += 3;
                language = self.language();
                (Mark::Pre, 0)
            }
            (b'`', _) => (Mark::Code, 1),
            (b'\n', next) => {
                self.copy();
                if next != b'>' {
                    return Ok(());
                }
                if self.quoting {
                    self.at += 1;
                    return Ok(());
                }
                (Mark::Quote, 1)
            }
            (b'>', _) if self.out.is_empty() => (Mark::Quote, 1),
            _ => {
                let c = char::from(byte);
                return Err(format!("Character '{c}' is reserved and must be escaped with the preceding '\\'"));
            }
        };
        self.at += length;
        self.quoting |= mark == Mark::Quote;
        self.open.push(Open { mark, language, offset: self.units, source_byte, byte: self.out.len() });
        Ok(())
    }

    /// The word after the three backticks, when a line ends after it; then one line break is skipped.
    fn language(&mut self) -> String {
        let rest = &self.source[self.at..];
        let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'`').count();
        let mut language = String::new();
        if length > 0 && rest.get(length).is_some_and(|byte| *byte != b'`') {
            language = String::from_utf8_lossy(&rest[..length]).into_owned();
            self.at += length;
        }
        let breaks = [b'\n', b'\r'];
        if breaks.contains(&self.ahead(0)) {
            let double = breaks.contains(&self.ahead(1)) && self.ahead(0) != self.ahead(1);
            self.at += if double { 2 } else { 1 };
        }
        language
    }

    fn end(&mut self) -> Result<(), String> {
        if self.quoting && self.ahead(0) == b'\n' {
            return match self.open.last() {
                Some(open) if open.mark == Mark::Quote => {
                    self.copy();
                    self.close_quote();
                    Ok(())
                }
                Some(open) => Err(unclosed(open)),
                None => Ok(()),
            };
        }
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.at += match open.mark {
            Mark::Pre => 3,
            Mark::Underline | Mark::Spoiler => 2,
            _ => 1,
        };
        let style = match open.mark {
            Mark::Bold => Some(Style::Bold),
            Mark::Italic => Some(Style::Italic),
            Mark::Underline => Some(Style::Underline),
            Mark::Strikethrough => Some(Style::Strikethrough),
            Mark::Spoiler => Some(Style::Spoiler),
            Mark::Code => Some(Style::Code),
            Mark::Pre => Some(Style::Pre(open.language.clone())),
            Mark::Link => {
                let url = match self.address("a URL")? {
                    Some(url) => url,
                    None => String::from_utf8_lossy(&self.out[open.byte..]).into_owned(),
                };
                link(&url)
            }
            Mark::Emoji => Some(self.emoji()?),
            Mark::Quote => None,
        };
        if let Some(style) = style.filter(|_| self.units > open.offset) {
            self.entities.push(Entity::new(open.offset, self.units - open.offset, style));
        }
        Ok(())
    }

    fn close_quote(&mut self) {
        self.quoting = false;
        if let Some(open) = self.open.pop()
            && self.units > open.offset
        {
            let style = Style::Blockquote { expandable: false };
            self.entities.push(Entity::new(open.offset, self.units - open.offset, style));
        }
    }

    /// The `(…)` after a `]`, when there is one.
    fn address(&mut self, what: &str) -> Result<Option<String>, String> {
        if self.ahead(0) != b'(' {
            return Ok(None);
        }
        self.at += 1;
        let begin = self.at;
        let mut url = Vec::new();
        while self.at < self.source.len() && self.ahead(0) != b')' {
            if self.ahead(0) == b'\\' && (1..=126).contains(&self.ahead(1)) {
                self.at += 1;
            }
            url.push(self.ahead(0));
            self.at += 1;
        }
        if self.ahead(0) != b')' {
            return Err(format!("Can't find end of {what} at byte offset {begin}"));
        }
        self.at += 1;
        Ok(Some(String::from_utf8_lossy(&url).into_owned()))
    }

    fn emoji(&mut self) -> Result<Style, String> {
        let wrong = || "Custom emoji entity must contain a tg://emoji URL".to_owned();
        let url = self.address("a custom emoji URL")?.ok_or_else(wrong)?;
        let id = url.strip_prefix("tg://emoji?id=").and_then(|id| id.parse::<i64>().ok()).ok_or_else(wrong)?;
        Ok(Style::CustomEmoji(id.to_string()))
    }
}

fn unclosed(open: &Open) -> String {
    let name = match open.mark {
        Mark::Bold => "Bold",
        Mark::Italic => "Italic",
        Mark::Underline => "Underline",
        Mark::Strikethrough => "Strikethrough",
        Mark::Spoiler => "Spoiler",
        Mark::Code => "Code",
        Mark::Pre if open.language.is_empty() => "Pre",
        Mark::Pre => "PreCode",
        Mark::Link => "TextUrl",
        Mark::Emoji => "CustomEmoji",
        Mark::Quote => "BlockQuote",
    };
    format!("Can't find end of {name} entity at byte offset {}", open.source_byte)
}
