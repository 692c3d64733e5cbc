//! What Telegram demands of entities, in one place for everything that makes or cuts them.
//!
//! Offsets and lengths count UTF-16 units of the text. An entity that starts or ends inside a surrogate pair, or
//! beyond the text, is refused together with its message; one that covers only whitespace, or more than
//! [`MESSAGE_ENTITIES`] of them, are dropped in silence. So entities are brought into the form in which Telegram would
//! store them anyway, and what has to go is chosen here and not by it.

use std::cmp::Reverse;

use teloxide::types::{MessageEntity, MessageEntityKind};

use super::markdown::Formatted;

/// How many entities of one message Telegram looks at; it ignores the rest without a word (Bot API, sendMessage).
pub(super) const MESSAGE_ENTITIES: usize = 100;

/// Length of a text in UTF-16 units. Counted from its bytes, a vector of them at a time: this is asked for every word.
pub(super) fn utf16_len(text: &str) -> usize {
    // Each character begins with one byte that is no continuation; four bytes are a surrogate pair.
    let units = |byte: u8| usize::from(byte & 0xC0 != 0x80) + usize::from(byte >= 0xF0);
    text.bytes().map(units).sum()
}

/// Trims whitespace off the ends of each entity, drops the empty ones, and puts the outer ones before the inner ones.
/// `units` is the text that the entities belong to.
pub(super) fn settle(units: &[u16], mut settled: Vec<MessageEntity>) -> Vec<MessageEntity> {
    settled.retain_mut(|entity| trim(units, entity));
    let place = |entity: &MessageEntity| (entity.offset, Reverse(entity.length), inwardness(&entity.kind));
    // Only formatting inside formatting is written out of order, and sorting asks for the memory of all of it once more.
    if !settled.is_sorted_by_key(place) {
        settled.sort_by_key(place);
    }
    settled
}

/// Without the whitespace at its start, which Telegram would cut off; the indentation of code is not whitespace.
pub(super) fn trim_start(formatted: Formatted) -> Formatted {
    let Formatted { text, entities } = formatted;
    let rest = text.trim_start();
    let cut = utf16_len(&text[..text.len() - rest.len()]);
    if cut == 0 || entities.iter().any(|entity| entity.offset < cut) {
        return Formatted { text, entities };
    }
    let moved = entities.into_iter().map(|entity| MessageEntity { offset: entity.offset - cut, ..entity }).collect();
    Formatted { text: rest.to_owned(), entities: moved }
}

/// Keeps the [`MESSAGE_ENTITIES`] that people would miss most, in their order.
pub(super) fn cap(entities: Vec<MessageEntity>) -> Vec<MessageEntity> {
    if entities.len() <= MESSAGE_ENTITIES {
        return entities;
    }
    let mut by_worth: Vec<(usize, MessageEntity)> = entities.into_iter().enumerate().collect();
    by_worth.sort_by_key(|(place, entity)| (ornament(&entity.kind), *place));
    by_worth.truncate(MESSAGE_ENTITIES);
    by_worth.sort_by_key(|(place, _)| *place);
    by_worth.into_iter().map(|(_, entity)| entity).collect()
}

/// True when there is nothing to see in the text: Telegram refuses such a message as empty.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// Whitespace, and the characters without a shape that Telegram does not count as text.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFFC}')
        || matches!(c, '\u{E0000}'..='\u{E0FFF}')
}

/// Takes the whitespace off the ends of the entity; false when nothing is left. Every whitespace character is a single
/// UTF-16 unit, so this never ends up inside a surrogate pair.
fn trim(units: &[u16], entity: &mut MessageEntity) -> bool {
    let end = entity.offset.saturating_add(entity.length).min(units.len());
    let covered = units.get(entity.offset..end).unwrap_or_default();
    let Some(last) = covered.iter().rposition(|unit| !is_space(*unit)) else { return false };
    let leading = covered.iter().position(|unit| !is_space(*unit)).unwrap_or(last);
    let first = match entity.kind {
        // The indentation of the first line of code is part of the code, also of code that begins a quotation: only the
        // empty lines before it go.
        MessageEntityKind::Pre { .. } | MessageEntityKind::Blockquote | MessageEntityKind::ExpandableBlockquote => {
            covered[..leading].iter().rposition(|unit| *unit == u16::from(b'\n')).map_or(0, |newline| newline + 1)
        }
        _ => leading,
    };
    entity.offset += first;
    entity.length = last + 1 - first;
    true
}

fn is_space(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace)
}

/// Orders entities of the same range: a quote around a link around bold.
fn inwardness(kind: &MessageEntityKind) -> u8 {
    match kind {
        MessageEntityKind::Blockquote | MessageEntityKind::ExpandableBlockquote => 0,
        MessageEntityKind::Pre { .. } => 1,
        MessageEntityKind::Code => 2,
        MessageEntityKind::Bold => 4,
        MessageEntityKind::Italic => 5,
        MessageEntityKind::Underline => 6,
        MessageEntityKind::Strikethrough => 7,
        MessageEntityKind::Spoiler => 8,
        _ => 3,
    }
}

/// How little is lost with it: code must stay copyable and links must stay links, emphasis only decorates.
fn ornament(kind: &MessageEntityKind) -> u8 {
    match kind {
        MessageEntityKind::Pre { .. } => 0,
        MessageEntityKind::TextLink { .. } | MessageEntityKind::TextMention { .. } => 1,
        MessageEntityKind::Spoiler => 2,
        MessageEntityKind::Code => 3,
        MessageEntityKind::Blockquote | MessageEntityKind::ExpandableBlockquote => 4,
        MessageEntityKind::Bold => 5,
        _ => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn a_character_is_as_long_as_telegram_counts_it() {
        for text in ["", "a\u{7F}", "\u{80}ß\u{7FF}", "\u{800}€\u{FFFF}", "\u{10000}😀\u{10FFFF}"] {
            assert_eq!(utf16_len(text), units(text).len(), "{text:?}");
        }
    }

    #[test]
    fn whitespace_at_the_ends_of_an_entity_goes() {
        let settled = settle(&units(" a b \n"), vec![MessageEntity::bold(0, 6)]);
        assert_eq!(settled, [MessageEntity::bold(1, 3)]);
    }

    #[test]
    fn an_entity_over_nothing_but_whitespace_or_beyond_the_text_goes() {
        let entities = vec![MessageEntity::bold(0, 2), MessageEntity::italic(9, 2), MessageEntity::code(2, 0)];
        assert_eq!(settle(&units("  ab"), entities), []);
    }

    #[test]
    fn the_first_line_of_code_keeps_its_indentation() {
        let settled = settle(&units("\n\n  a\n"), vec![MessageEntity::pre(None, 0, 6)]);
        assert_eq!(settled, [MessageEntity::pre(None, 2, 3)]);
    }

    #[test]
    fn what_does_not_fit_into_a_message_is_emphasis_rather_than_code() {
        let many: Vec<_> = (0..150).map(|i| MessageEntity::italic(i, 1)).chain([MessageEntity::code(200, 1)]).collect();
        let capped = cap(many);
        assert_eq!(capped.len(), MESSAGE_ENTITIES);
        assert_eq!(capped.last(), Some(&MessageEntity::code(200, 1)));
        assert!(capped.is_sorted_by_key(|entity| entity.offset));
    }

    #[test]
    fn a_text_of_invisible_characters_is_blank() {
        assert!(is_blank("\u{200B} \n\u{FEFF}\u{2800}"));
        assert!(!is_blank("\u{200B}."));
    }
}
