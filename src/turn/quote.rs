//! What was heard in a recording, quoted above the answer to it.

use teloxide::types::{MessageEntity, MessageEntityKind};

use crate::storage::{Form, Part};
use crate::telegram::markdown::Formatted;
use crate::telegram::split::{MESSAGE_UNITS, split};

/// From here on, in UTF-16 units, a quotation is shown folded: some six lines on a phone.
const LONG: usize = 250;

/// The answer with a quotation above it: in its first message where there is room for both.
pub(super) fn before(parts: Vec<Part>, heard: &str) -> Vec<Part> {
    let length = units(heard);
    let kind = if length > LONG { MessageEntityKind::ExpandableBlockquote } else { MessageEntityKind::Blockquote };
    let whole = Formatted { text: heard.to_owned(), entities: vec![MessageEntity::new(kind, 0, length)] };
    let mut quoted = split(&whole, MESSAGE_UNITS);
    let mut answer = parts.into_iter().peekable();
    let first = answer.next_if(|first| first.form == Form::Text && length + units(&first.text) < MESSAGE_UNITS);
    if let (Some(first), [only]) = (first, quoted.as_mut_slice()) {
        let by = length + 1;
        only.text = format!("{heard}\n{}", first.text);
        only.entities
            .extend(first.entities.into_iter().map(|entity| MessageEntity { offset: entity.offset + by, ..entity }));
    }
    quoted.extend(answer);
    quoted
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_stands_in_the_answers_first_message_where_it_fits() {
        let bold = MessageEntity::new(MessageEntityKind::Bold, 0, 3);
        let both = before(vec![Part::text("yes".to_owned(), vec![bold]), Part::plain("more".to_owned())], "why 👋?");
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].text, "why 👋?\nyes");
        let places: Vec<_> = both[0].entities.iter().map(|entity| (entity.offset, entity.length)).collect();
        assert_eq!(places, [(0, 7), (8, 3)]);
    }

    #[test]
    fn a_long_one_is_folded_and_one_without_room_comes_first() {
        let both = before(vec![Part::plain("x".repeat(4000))], &"word ".repeat(60));
        assert_eq!(both.len(), 2);
        assert_eq!(both[0].entities[0].kind, MessageEntityKind::ExpandableBlockquote);
        let endless = before(vec![Part::plain("yes".to_owned())], &"word ".repeat(1700));
        assert_eq!(endless.len(), 4);
        assert_eq!(endless[3].text, "yes");
        let rich = Part { form: Form::Rich, ..Part::plain("|a|".to_owned()) };
        assert_eq!(before(vec![rich.clone()], "why?")[1], rich);
    }
}
