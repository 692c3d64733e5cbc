//! What Telegram does to a text before it becomes a message: parse, clean, trim, check, count.
//!
//! Offsets and lengths are UTF-16 units everywhere. The order of the steps and the words of the refusals are those of
//! Telegram's own library: control characters become spaces, direction overrides vanish, white space at the ends goes,
//! entities that end outside of the text or inside a surrogate pair are refused, and only then the length is counted.

pub(crate) mod entity;
mod found;
mod html;
pub(crate) mod links;
mod markdown;
mod markdown_legacy;
mod order;

#[cfg(test)]
mod tests;

use entity::Entity;
use serde_json::Value;

use super::answer::Refusal;
use super::params::Params;

/// Units of a message.
pub(crate) const LONGEST_TEXT: usize = 4096;
/// Units of a caption.
const LONGEST_CAPTION: usize = 1024;

/// A text with its formatting.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Formatted {
    /// What is seen.
    pub(crate) text: String,
    /// How.
    pub(crate) entities: Vec<Entity>,
}

impl Formatted {
    /// As in the Bot API.
    pub(crate) fn entities_json(&self) -> Vec<Value> {
        self.entities.iter().map(Entity::to_json).collect()
    }
}

/// UTF-16 units.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text of a message: not empty.
pub(crate) fn message(params: &Params) -> Result<Formatted, Refusal> {
    let text = params.text("text").ok_or_else(|| Refusal::bad_request("message text is empty"))?;
    let formatted = read(params, text, "entities")?;
    if formatted.text.is_empty() {
        return Err(Refusal::bad_request("text must be non-empty"));
    }
    within(formatted, LONGEST_TEXT, "message is too long")
}

/// The text of a draft: may be empty, which shows "Thinking…".
pub(crate) fn draft(params: &Params) -> Result<Formatted, Refusal> {
    within(read(params, params.text("text").unwrap_or_default(), "entities")?, LONGEST_TEXT, "message is too long")
}

/// A caption: may be empty.
pub(crate) fn caption(params: &Params) -> Result<Formatted, Refusal> {
    let text = params.text("caption").unwrap_or_default();
    within(read(params, text, "caption_entities")?, LONGEST_CAPTION, "message caption is too long")
}

/// What a person typed: cleaned and trimmed, with what Telegram finds in it.
pub(crate) fn typed(text: &str) -> Formatted {
    fix(text, Vec::new()).unwrap_or_default()
}

fn within(formatted: Formatted, limit: usize, complaint: &str) -> Result<Formatted, Refusal> {
    if units(&formatted.text) > limit { Err(Refusal::bad_request(complaint)) } else { Ok(formatted) }
}

/// Parses by `parse_mode`, or takes the entities given beside the text. Never both: the mode wins, as on the server.
fn read(params: &Params, text: &str, entities: &str) -> Result<Formatted, Refusal> {
    let parsed = match params.text("parse_mode").unwrap_or_default().to_ascii_lowercase().as_str() {
        "" | "none" => {
            let given = params.get(entities).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let mut entities = Vec::new();
            for value in given {
                entities.extend(Entity::from_json(value)?);
            }
            return fix(text, entities);
        }
        "html" => html::parse(text),
        "markdown" => markdown_legacy::parse(text),
        "markdownv2" => markdown::parse(text),
        _ => return Err(Refusal::bad_request("unsupported parse_mode")),
    };
    let Formatted { text, entities } =
        parsed.map_err(|why| Refusal::bad_request(format!("can't parse entities: {why}")))?;
    fix(&text, entities)
}

/// Cleans, checks, trims and orders.
fn fix(text: &str, mut entities: Vec<Entity>) -> Result<Formatted, Refusal> {
    entities.retain(|entity| entity.length > 0);
    entities = order::tidy(entities);
    let mut chars = clean(text, &mut entities)?;
    shrink(&chars, &mut entities);
    trim(&mut chars, &mut entities);
    let text: String = chars.into_iter().collect();
    let entities = order::limit(order::merge(order::tidy(entities), found::find(&text)));
    Ok(Formatted { text, entities })
}

/// Replaces and removes what Telegram does not keep, and moves the entities along.
fn clean(text: &str, entities: &mut [Entity]) -> Result<Vec<char>, Refusal> {
    let mut kept = Vec::with_capacity(text.len());
    // Where each old unit is now; `None` inside a surrogate pair. The byte is only for the words of the refusal.
    let mut places: Vec<(Option<usize>, usize)> = Vec::with_capacity(text.len() + 1);
    let mut new_offset = 0;
    for (byte, c) in text.char_indices() {
        places.push((Some(new_offset), byte));
        if c.len_utf16() == 2 {
            places.push((None, byte + c.len_utf8()));
        }
        if let Some(c) = cleaned(c) {
            kept.push(c);
            new_offset += c.len_utf16();
        }
    }
    places.push((Some(new_offset), text.len()));
    for entity in entities {
        let (old_start, old_end) = (entity.offset, entity.end());
        let (start, byte) = *places.get(old_start).ok_or_else(|| {
            Refusal::bad_request(format!("entity begins after the end of the text at UTF-16 offset {old_start}"))
        })?;
        let start = start.ok_or_else(|| {
            Refusal::bad_request(format!("entity begins in a middle of a UTF-16 symbol at byte offset {byte}"))
        })?;
        let beginning = format!("entity beginning at UTF-16 offset {old_start}");
        let (end, byte) = *places.get(old_end).ok_or_else(|| {
            Refusal::bad_request(format!("{beginning} ends after the end of the text at UTF-16 offset {old_end}"))
        })?;
        let end = end.ok_or_else(|| {
            Refusal::bad_request(format!("{beginning} ends in a middle of a UTF-16 symbol at byte offset {byte}"))
        })?;
        (entity.offset, entity.length) = (start, end - start);
    }
    Ok(kept)
}

/// What remains of a character: nothing of direction overrides and of marks that draw over other lines.
fn cleaned(c: char) -> Option<char> {
    match c {
        '\r' | '\u{2028}'..='\u{202e}' | '\u{333}' | '\u{33f}' | '\u{30a}' => None,
        '\n' => Some('\n'),
        c if c < ' ' => Some(' '),
        c => Some(c),
    }
}

fn blank(c: char) -> bool {
    c == ' ' || c == '\n'
}

/// Moves the beginning of every entity over white space; those that are nothing else disappear.
fn shrink(chars: &[char], entities: &mut Vec<Entity>) {
    let units: Vec<bool> = chars.iter().flat_map(|c| std::iter::repeat_n(blank(*c), c.len_utf16())).collect();
    for entity in entities.iter_mut() {
        let end = entity.end();
        let blanks = units[entity.offset..end].iter().take_while(|blank| **blank).count();
        entity.offset += blanks;
        entity.length -= blanks;
    }
    entities.retain(|entity| entity.length > 0);
}

/// Cuts white space at both ends.
fn trim(chars: &mut Vec<char>, entities: &mut Vec<Entity>) {
    while chars.last().copied().is_some_and(blank) {
        chars.pop();
    }
    let leading = chars.iter().take_while(|c| blank(**c)).count();
    chars.drain(..leading);
    let end: usize = chars.iter().map(|c| c.len_utf16()).sum();
    for entity in entities.iter_mut() {
        let old_end = entity.end();
        entity.offset = entity.offset.saturating_sub(leading);
        entity.length = (old_end - leading.min(old_end)).min(end).saturating_sub(entity.offset);
    }
    entities.retain(|entity| entity.length > 0);
}
