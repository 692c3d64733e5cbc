//! A long text → messages that Telegram takes.
//!
//! People read the parts one under the other, so a cut should be where a reader would pause: between paragraphs, else
//! between lines, sentences, words; only a text without any of these is cut between characters, and never inside one
//! as people see it. A code block goes into the next message whole when it fits there and this one is not left half
//! empty; one that is longer than a message continues as code of the same language. What is lost at a cut is
//! whitespace, nothing else.

use std::ops::Range;

use teloxide::types::{MessageEntity, MessageEntityKind};
use unicode_segmentation::UnicodeSegmentation;

use crate::storage::Part;

use super::entities::{self, is_blank, utf16_len};
use super::markdown::Formatted;

/// Longest message, in UTF-16 units after parsing (Bot API, sendMessage).
pub const MESSAGE_UNITS: usize = 4096;

/// Shortest limit that can be kept: one character outside the basic plane.
const SHORTEST_LIMIT: usize = 2;

/// Splits at paragraph, then line, then sentence, then word. Never empty unless the text is blank; every part has
/// 1–`limit` units (a limit below 2 counts as 2), something to see, and at most 100 entities.
#[must_use]
pub fn split(formatted: &Formatted, limit: usize) -> Vec<Part> {
    let limit = limit.max(SHORTEST_LIMIT);
    let text = formatted.text.as_str();
    let code = code_blocks(&formatted.entities);
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut parts = Vec::new();
    let mut entities = Sweep::over(&formatted.entities);
    let mut start = Place::default();
    while start.byte < text.len() {
        start = skip_space(text, start, &code);
        let end = end_of_part(text, start, limit, &code);
        if !is_blank(&text[start.byte..end.byte]) {
            parts.push(part(text, &units, &mut entities, start..end));
        }
        start = end;
    }
    parts
}

/// The same message without formatting: what is sent when Telegram refuses the entities.
#[must_use]
pub fn plain(part: &Part) -> Part {
    Part::plain(part.text.clone())
}

/// A place in a text between two characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Place {
    byte: usize,
    /// UTF-16 units before it.
    unit: usize,
}

impl Place {
    /// The place behind this text, which begins here.
    fn after(self, text: &str) -> Self {
        Self { byte: self.byte + text.len(), unit: self.unit + utf16_len(text) }
    }
}

/// The ranges of code blocks, in UTF-16 units and in order.
fn code_blocks(entities: &[MessageEntity]) -> Vec<Range<usize>> {
    let blocks = entities.iter().filter(|entity| matches!(entity.kind, MessageEntityKind::Pre { .. }));
    let mut ranges: Vec<_> = blocks.map(|entity| entity.offset..entity.offset.saturating_add(entity.length)).collect();
    ranges.sort_by_key(|range| range.start);
    ranges
}

/// The code block that a place is inside of, its edges not included.
fn block_around(code: &[Range<usize>], unit: usize) -> Option<&Range<usize>> {
    let before = code.partition_point(|range| range.start < unit);
    code[..before].last().filter(|range| unit < range.end)
}

/// Whether the character that starts at this unit is code.
fn is_code(code: &[Range<usize>], unit: usize) -> bool {
    let begun = code.partition_point(|range| range.start <= unit);
    code[..begun].last().is_some_and(|range| unit < range.end)
}

/// Where the next part starts: behind whitespace, but inside code only behind empty lines.
fn skip_space(text: &str, start: Place, code: &[Range<usize>]) -> Place {
    let mut place = start;
    let mut line = start;
    for c in text[start.byte..].chars().take_while(|c| c.is_whitespace()) {
        let indents_code = c != '\n' && is_code(code, place.unit);
        place = Place { byte: place.byte + c.len_utf8(), unit: place.unit + c.len_utf16() };
        if !indents_code {
            line = place;
        }
    }
    if is_code(code, place.unit) { line } else { place }
}

/// Where the part that starts at `start` ends: at most `limit` units on, at least one character on.
fn end_of_part(text: &str, start: Place, limit: usize, code: &[Range<usize>]) -> Place {
    let Some(window) = window(text, start, limit) else { return start.after(&text[start.byte..]) };
    let half = start.unit + limit / 2;
    if let Some(block) = block_around(code, window.unit)
        && block.start >= half
        && block.len() <= limit
    {
        return start.after(&text[start.byte..byte_of(text, start, block.start)]);
    }
    let cuts = Cuts::find(text, start, window, code);
    cuts.best(half).unwrap_or_else(|| between_characters(text, start, window, half))
}

/// The last place that is at most `limit` units from `start`; `None` when the rest of the text is no longer than that.
fn window(text: &str, start: Place, limit: usize) -> Option<Place> {
    let mut place = start;
    for c in text[start.byte..].chars() {
        if place.unit + c.len_utf16() > start.unit + limit {
            return Some(place);
        }
        place = Place { byte: place.byte + c.len_utf8(), unit: place.unit + c.len_utf16() };
    }
    None
}

/// The byte at which a UTF-16 unit stands that is not before `start`.
fn byte_of(text: &str, start: Place, unit: usize) -> usize {
    let mut place = start;
    for c in text[start.byte..].chars() {
        if place.unit >= unit {
            break;
        }
        place = Place { byte: place.byte + c.len_utf8(), unit: place.unit + c.len_utf16() };
    }
    place.byte
}

/// The last places of each kind where a part may end.
#[derive(Debug, Default)]
struct Cuts {
    /// Between paragraphs, lines, sentences, words: from the best pause to the least.
    pauses: [Option<Place>; 4],
}

impl Cuts {
    fn find(text: &str, start: Place, window: Place, code: &[Range<usize>]) -> Self {
        let mut cuts = Self::default();
        let mut place = start;
        let mut before = ' ';
        let mut visible = false;
        // One character beyond the window: a space there ends a word inside it.
        for c in text[start.byte..].chars() {
            if place.byte > window.byte {
                break;
            }
            if visible && place.byte > start.byte {
                let paragraph = c == '\n' && before == '\n' && block_around(code, place.unit).is_none();
                let sentence = matches!(before, '.' | '!' | '?' | '…' | ':' | ';');
                let full_stop = matches!(before, '。' | '！' | '？');
                let kinds = [paragraph, c == '\n', c.is_whitespace() && sentence || full_stop, c.is_whitespace()];
                for (pause, _) in cuts.pauses.iter_mut().zip(kinds).filter(|(_, is_one)| *is_one) {
                    *pause = Some(place);
                }
            }
            visible |= !c.is_whitespace();
            before = c;
            place = Place { byte: place.byte + c.len_utf8(), unit: place.unit + c.len_utf16() };
        }
        cuts
    }

    /// The best pause in the second half of the part; any pause rather than none, the later the better.
    fn best(&self, half: usize) -> Option<Place> {
        let late = self.pauses.iter().flatten().find(|place| place.unit >= half);
        late.or_else(|| self.pauses.iter().flatten().max_by_key(|place| place.unit)).copied()
    }
}

/// A cut in a text without pauses: between two characters as people see them, and not inside an address or a word in
/// Latin letters when it begins late enough.
fn between_characters(text: &str, start: Place, window: Place, half: usize) -> Place {
    let inside = &text[start.byte..window.byte];
    // Up to the end of the character that the window may have cut; no character needs more than this.
    let context = &text[start.byte..text.floor_char_boundary(window.byte + 64)];
    let character = context.grapheme_indices(true).map(|(at, _)| at).take_while(|at| *at <= inside.len()).last();
    let character = character.filter(|at| *at > 0).unwrap_or(inside.len());
    let word = inside[..character].trim_end_matches(|c: char| c.is_ascii_graphic()).len();
    let word_place = start.after(&inside[..word]);
    let cuts_word = word < character && text[start.byte + character..].starts_with(|c: char| c.is_ascii_graphic());
    if cuts_word && word_place.unit >= half { word_place } else { start.after(&inside[..character]) }
}

/// The entities of a text, handed out part by part: each is looked at where it begins and where it goes on, not in every part.
struct Sweep<'a> {
    /// In order of offset.
    ahead: std::iter::Peekable<std::vec::IntoIter<&'a MessageEntity>>,
    /// Begun, and perhaps not over yet.
    open: Vec<&'a MessageEntity>,
}

impl<'a> Sweep<'a> {
    fn over(entities: &'a [MessageEntity]) -> Self {
        let mut sorted: Vec<_> = entities.iter().collect();
        sorted.sort_by_key(|entity| entity.offset);
        Self { ahead: sorted.into_iter().peekable(), open: Vec::new() }
    }

    /// The pieces that lie in the range, counted from its start. Ranges only go on.
    fn clip(&mut self, range: &Range<usize>) -> Vec<MessageEntity> {
        self.open.retain(|entity| entity.offset.saturating_add(entity.length) > range.start);
        self.open.extend(std::iter::from_fn(|| self.ahead.next_if(|entity| entity.offset < range.end)));
        self.open.iter().filter_map(|entity| clip(entity, range)).collect()
    }
}

/// The part between two places, with the entities that reach into it.
fn part(text: &str, units: &[u16], entities: &mut Sweep<'_>, places: Range<Place>) -> Part {
    let body = text[places.start.byte..places.end.byte].trim_end();
    let range = places.start.unit..places.start.after(body).unit;
    let clipped = entities.clip(&range);
    Part::text(body.to_owned(), entities::cap(entities::settle(&units[range.clone()], clipped)))
}

/// The piece of the entity that lies in the range, counted from the range's start.
fn clip(entity: &MessageEntity, range: &Range<usize>) -> Option<MessageEntity> {
    let first = entity.offset.max(range.start);
    let last = entity.offset.saturating_add(entity.length).min(range.end);
    let inside = first < last;
    inside.then(|| MessageEntity { kind: entity.kind.clone(), offset: first - range.start, length: last - first })
}

#[cfg(test)]
mod tests;
