//! The message of a question that was asked inline: the question as a quotation, and below it the answer.
//!
//! It stands in somebody's chat, where nobody can answer below it, so it is one message and stays one: the model is told
//! to be brief, and an answer that is longer all the same is cut where a message would end. The rest is not sent anywhere by
//! itself, because the bot may not be allowed to write to whoever asked; a button leads to all of it in the private chat.

use teloxide::types::{MessageEntity, MessageEntityKind};

use crate::storage::Part;
use crate::telegram::markdown::Formatted;
use crate::telegram::split::{MESSAGE_UNITS, split};

/// What the model is told besides: about as much as fits.
pub(super) const BRIEF: &str = "Answer briefly: what you write is shown as one message of at most 3000 characters.";

/// While nothing is written.
const WAITING: &str = "…";

/// The message with this answer, and below it what the bot itself says; and whether that is the whole answer. `cut`: what is
/// said below one that is not.
pub(super) fn message(question: &str, answer: &Formatted, below: Option<&str>, cut: &str) -> (Part, bool) {
    let head = units(question) + 1;
    let room = |sentences: usize| MESSAGE_UNITS.saturating_sub(head + sentences);
    let closing = below.map_or(0, |below| units(below) + 2);
    let mut pages = split(answer, room(closing));
    let whole = pages.len() < 2;
    if !whole {
        pages = split(answer, room(closing + units(cut) + 2));
    }
    let page = pages.into_iter().next().unwrap_or_default();
    let sentences: Vec<&str> = (!whole).then_some(cut).into_iter().chain(below).collect();
    (under(question, page, &sentences), whole)
}

/// The message while the answer is written: its beginning, as far as it fits.
pub(super) fn growing(question: &str, answer: &Formatted) -> Part {
    let room = MESSAGE_UNITS.saturating_sub(units(question) + 1);
    let page = split(answer, room).into_iter().next();
    under(question, page.unwrap_or_else(|| Part::plain(WAITING.to_owned())), &[])
}

/// What the message says before anything is written: a text and its entities.
#[must_use]
pub fn beginning(question: &str) -> Part {
    growing(question, &Formatted::default())
}

/// The message with a sentence of the bot's own in place of an answer.
#[must_use]
pub fn sentence(question: &str, sentence: &str) -> Part {
    under(question, Part::default(), &[sentence])
}

fn under(question: &str, page: Part, sentences: &[&str]) -> Part {
    let length = units(question);
    let quotation = MessageEntity { kind: MessageEntityKind::Blockquote, offset: 0, length };
    let below = page.entities.into_iter().map(|entity| MessageEntity { offset: entity.offset + length + 1, ..entity });
    let mut paragraphs: Vec<&str> = vec![page.text.as_str()];
    paragraphs.extend(sentences);
    paragraphs.retain(|text| !text.is_empty());
    let text = format!("{question}\n{}", paragraphs.join("\n\n"));
    Part::text(text, std::iter::once(quotation).chain(below).collect())
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telegram::markdown;

    #[test]
    fn the_question_is_quoted_above_the_answer_and_the_formatting_is_where_it_was() {
        let (part, whole) = message("why 😀?", &markdown::format("**so**"), Some("That is all."), "More.");
        assert_eq!((part.text.as_str(), whole), ("why 😀?\nso\n\nThat is all.", true));
        let places: Vec<_> = part.entities.iter().map(|entity| (entity.offset, entity.length)).collect();
        assert_eq!(places, [(0, 7), (8, 2)]);
        assert_eq!(beginning("why?").text, "why?\n…");
    }

    #[test]
    fn a_long_answer_is_cut_and_fits_with_everything_below_it() {
        let long = markdown::format(&"many words ".repeat(900));
        let question = "ж".repeat(256);
        let (part, whole) = message(&question, &long, Some("It was cut off."), "There is more.");
        assert!(!whole && part.text.ends_with("words\n\nThere is more.\n\nIt was cut off."), "{}", part.text);
        assert!((4000..=MESSAGE_UNITS).contains(&units(&part.text)), "{}", units(&part.text));
        assert!(units(&growing(&question, &long).text) <= MESSAGE_UNITS);
    }

    #[test]
    fn without_an_answer_the_bots_own_sentence_stands_alone_below_the_question() {
        let (part, whole) = message("why?", &Formatted::default(), Some("The model is busy."), "More.");
        assert_eq!((part.text.as_str(), whole), ("why?\nThe model is busy.", true));
    }
}
