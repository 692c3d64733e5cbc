//! `parse_mode=Markdown`, the old one: no nesting, escapes only before what it knows.

use super::Formatted;
use super::entity::{Entity, Style};
use super::html::{link, units_of};

/// Text and entities, or what is wrong.
pub(super) fn parse(source: &str) -> Result<Formatted, String> {
    let bytes = source.as_bytes();
    let (mut out, mut entities, mut units, mut at) = (Vec::new(), Vec::new(), 0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && bytes.get(at + 1).is_some_and(|next| b"_*`[".contains(next)) {
            out.push(bytes[at + 1]);
            units += 1;
            at += 2;
            continue;
        }
        if !b"_*`[".contains(&byte) {
            units += units_of(byte);
            out.push(byte);
            at += 1;
            continue;
        }
        let begin = at;
        let block = bytes[at..].starts_with(b"```");
        at += if block { 3 } else { 1 };
        let language = if block { language(bytes, &mut at) } else { String::new() };
        let close: &[u8] = match byte {
            b'[' => b"]",
            _ if block => b"```",
            _ => &bytes[begin..=begin],
        };
        let length = bytes[at..].windows(close.len()).position(|window| window == close);
        let Some(length) = length else {
            return Err(format!("Can't find end of the entity starting at byte offset {begin}"));
        };
        let inner = &bytes[at..at + length];
        at += length + close.len();
        let offset = units;
        units += inner.iter().map(|byte| units_of(*byte)).sum::<usize>();
        out.extend_from_slice(inner);
        let style = match byte {
            b'_' => Some(Style::Italic),
            b'*' => Some(Style::Bold),
            b'[' => link(&address(bytes, &mut at).unwrap_or_else(|| String::from_utf8_lossy(inner).into_owned())),
            _ if block => Some(Style::Pre(language)),
            _ => Some(Style::Code),
        };
        if let Some(style) = style.filter(|_| units > offset) {
            entities.push(Entity::new(offset, units - offset, style));
        }
    }
    let text = String::from_utf8(out).map_err(|_| "Text contains invalid Unicode characters".to_owned())?;
    Ok(Formatted { text, entities })
}

/// A word directly after the backticks, and one line break.
fn language(bytes: &[u8], at: &mut usize) -> String {
    let rest = &bytes[*at..];
    let length = rest.iter().take_while(|byte| !byte.is_ascii_whitespace() && **byte != b'`').count();
    let mut language = String::new();
    if length > 0 && rest.get(length).is_some_and(|byte| *byte != b'`') {
        language = String::from_utf8_lossy(&rest[..length]).into_owned();
        *at += length;
    }
    if bytes.get(*at) == Some(&b'\n') {
        *at += 1;
    }
    language
}

/// The `(…)` after a `]`.
fn address(bytes: &[u8], at: &mut usize) -> Option<String> {
    let rest = bytes.get(*at..)?.strip_prefix(b"(")?;
    let length = rest.iter().position(|byte| *byte == b')').unwrap_or(rest.len());
    *at += (length + 2).min(rest.len() + 1);
    Some(String::from_utf8_lossy(&rest[..length]).into_owned())
}
