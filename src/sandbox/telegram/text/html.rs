//! `parse_mode=HTML`, by the rules and with the complaints of Telegram's own parser.

use super::Formatted;
use super::entity::{Entity, Style};
use super::links;

const TAGS: [&str; 18] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "tg-time",
    "span",
    "pre",
    "code",
    "blockquote",
    "expandable_blockquote",
];

/// An open tag.
struct Open {
    name: String,
    /// Link, language, emoji id, or `expandable`.
    argument: String,
    offset: usize,
    byte: usize,
}

/// The state of the parser.
struct Parser<'a> {
    source: &'a [u8],
    at: usize,
    out: Vec<u8>,
    units: usize,
    open: Vec<Open>,
    entities: Vec<(Entity, String)>,
}

/// Text and entities, or what is wrong.
pub(super) fn parse(source: &str) -> Result<Formatted, String> {
    let mut parser =
        Parser { source: source.as_bytes(), at: 0, out: Vec::new(), units: 0, open: Vec::new(), entities: Vec::new() };
    while let Some(byte) = parser.peek() {
        match byte {
            b'<' if parser.source.get(parser.at + 1) == Some(&b'/') => parser.end_tag()?,
            b'<' => parser.start_tag()?,
            b'&' => match decode(parser.source, parser.at) {
                Some((c, next)) => {
                    parser.push(c);
                    parser.at = next;
                }
                None => parser.copy(),
            },
            _ => parser.copy(),
        }
    }
    if let Some(open) = parser.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.name));
    }
    let text = String::from_utf8(parser.out).map_err(|_| "Text contains invalid Unicode characters".to_owned())?;
    Ok(Formatted { text, entities: parser.entities.into_iter().map(|(entity, _)| entity).collect() })
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn push(&mut self, c: char) {
        let mut buffer = [0; 4];
        self.out.extend(c.encode_utf8(&mut buffer).bytes());
        self.units += c.len_utf16();
    }

    /// Takes one byte as it is.
    fn copy(&mut self) {
        let byte = self.source[self.at];
        self.units += units_of(byte);
        self.out.push(byte);
        self.at += 1;
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn word(&mut self, ends: impl Fn(u8) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.source[start..self.at]).into_owned()
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        let name = self.word(|byte| byte.is_ascii_whitespace() || byte == b'>').to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {begin}"));
        }
        let mut argument = String::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(b'>') => break,
                None => return Err(format!("Unclosed start tag \"{name}\" at byte offset {begin}")),
                Some(_) => {
                    let (attribute, value) = self.attribute(&name, begin)?;
                    match (name.as_str(), attribute.as_str()) {
                        ("a", "href") | ("tg-emoji", "emoji-id") | ("tg-time", "unix") => argument = value,
                        ("code", "class") => {
                            value.strip_prefix("language-").unwrap_or_default().clone_into(&mut argument);
                        }
                        ("span", "class") => {
                            value.strip_prefix("tg-").unwrap_or_default().clone_into(&mut argument);
                        }
                        ("blockquote", "expandable") => "expandable".clone_into(&mut argument),
                        _ => {}
                    }
                }
            }
        }
        self.at += 1;
        if name == "span" && argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.open.push(Open { name, argument, offset: self.units, byte: self.out.len() });
        Ok(())
    }

    /// `name=value`, `name="value"`, or `name` alone, which stands for an empty value.
    fn attribute(&mut self, tag: &str, begin: usize) -> Result<(String, String), String> {
        let name = self.word(|byte| byte.is_ascii_whitespace() || byte == b'=' || byte == b'>');
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        self.skip_space();
        if self.peek() != Some(b'=') {
            return Ok((name, String::new()));
        }
        self.at += 1;
        self.skip_space();
        let Some(quote) = self.peek() else {
            return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}"));
        };
        if quote != b'"' && quote != b'\'' {
            let token = self.at;
            let value = self.word(|byte| !byte.is_ascii_alphanumeric() && byte != b'.' && byte != b'-');
            return match self.peek() {
                Some(byte) if byte.is_ascii_whitespace() || byte == b'>' => Ok((name, value.to_ascii_lowercase())),
                None => Err(format!("Unclosed start tag at byte offset {begin}")),
                Some(_) => Err(format!("Unexpected end of name token at byte offset {token}")),
            };
        }
        self.at += 1;
        let mut value = Vec::new();
        loop {
            match self.peek() {
                None => return Err(format!("Unclosed start tag at byte offset {begin}")),
                Some(byte) if byte == quote => break,
                Some(byte) => {
                    let decoded = if byte == b'&' { decode(self.source, self.at) } else { None };
                    if let Some((c, next)) = decoded {
                        value.extend(c.to_string().bytes());
                        self.at = next;
                    } else {
                        value.push(byte);
                        self.at += 1;
                    }
                }
            }
        }
        self.at += 1;
        Ok((name, String::from_utf8_lossy(&value).into_owned()))
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.at += 2;
        let name = self.word(|byte| byte.is_ascii_whitespace() || byte == b'>').to_ascii_lowercase();
        self.skip_space();
        if self.peek() != Some(b'>') {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        self.at += 1;
        if !name.is_empty() && name != open.name {
            let expected = &open.name;
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        if self.units > open.offset { self.close(open) } else { Ok(()) }
    }

    fn close(&mut self, open: Open) -> Result<(), String> {
        let length = self.units - open.offset;
        let last = self.entities.last_mut().filter(|(last, _)| last.offset == open.offset && last.length == length);
        let style = match (open.name.as_str(), last) {
            ("b" | "strong", _) => Style::Bold,
            ("i" | "em", _) => Style::Italic,
            ("u" | "ins", _) => Style::Underline,
            ("s" | "strike" | "del", _) => Style::Strikethrough,
            ("tg-spoiler" | "span", _) => Style::Spoiler,
            ("blockquote", _) => Style::Blockquote { expandable: !open.argument.is_empty() },
            ("expandable_blockquote", _) => Style::Blockquote { expandable: true },
            ("tg-time", _) => match open.argument.parse() {
                Ok(unix_time) => Style::DateTime { unix_time, format: None },
                Err(_) => return Err("Invalid date specified".to_owned()),
            },
            ("tg-emoji", _) => match open.argument.parse::<i64>() {
                Ok(id) if id != 0 => Style::CustomEmoji(id.to_string()),
                _ => return Err("Invalid custom emoji identifier specified".to_owned()),
            },
            ("a", _) => {
                let shown = || String::from_utf8_lossy(&self.out[open.byte..]).into_owned();
                match link(&if open.argument.is_empty() { shown() } else { open.argument }) {
                    Some(style) => style,
                    // A link that Telegram does not take is only text.
                    None => return Ok(()),
                }
            }
            // A code with a language inside a pre, or around it, is one block with that language.
            ("pre", Some((code, language))) if code.style == Style::Code && !language.is_empty() => {
                code.style = Style::Pre(std::mem::take(language));
                return Ok(());
            }
            ("code", Some((pre, _))) if pre.style == Style::Pre(String::new()) && !open.argument.is_empty() => {
                pre.style = Style::Pre(open.argument);
                return Ok(());
            }
            ("pre", _) => Style::Pre(String::new()),
            _ => {
                self.entities.push((Entity::new(open.offset, length, Style::Code), open.argument));
                return Ok(());
            }
        };
        self.entities.push((Entity::new(open.offset, length, style), String::new()));
        Ok(())
    }
}

/// What a link becomes: a mention, a link, or nothing.
pub(super) fn link(url: &str) -> Option<Style> {
    match links::user_behind(url) {
        Some(user) => Some(Style::TextMention(serde_json::json!({"id": user, "is_bot": false, "first_name": ""}))),
        None => links::check(url).ok().map(Style::TextLink),
    }
}

/// Units that a byte begins: two for what UTF-16 writes as a pair, none inside of a character.
pub(super) fn units_of(byte: u8) -> usize {
    match byte {
        0x80..=0xbf => 0,
        0xf0.. => 2,
        _ => 1,
    }
}

/// The character behind `&…;`, and where it ends. The semicolon may be missing.
fn decode(source: &[u8], at: usize) -> Option<(char, usize)> {
    let rest = &source[at + 1..];
    let digits = |from: usize, ok: fn(&u8) -> bool| from + rest[from..].iter().take_while(|byte| ok(byte)).count();
    let (code, end) = if rest.first() == Some(&b'#') {
        let (start, radix, end) = if rest.get(1) == Some(&b'x') {
            (2, 16, digits(2, u8::is_ascii_hexdigit))
        } else {
            (1, 10, digits(1, u8::is_ascii_digit))
        };
        // Ten characters with the ampersand are the server's limit.
        if end >= 9 {
            return None;
        }
        (u32::from_str_radix(std::str::from_utf8(&rest[start..end]).ok()?, radix).ok()?, end)
    } else {
        let end = digits(0, u8::is_ascii_alphabetic);
        let c = match &rest[..end] {
            b"lt" => '<',
            b"gt" => '>',
            b"amp" => '&',
            b"quot" => '"',
            _ => return None,
        };
        (u32::from(c), end)
    };
    let c = char::from_u32(code).filter(|c| *c != '\0')?;
    let semicolon = usize::from(rest.get(end) == Some(&b';'));
    Some((c, at + 1 + end + semicolon))
}
