//! What a text would do when Telegram itself formatted it.

use pulldown_cmark::{Event, Parser, Tag};

use super::formula;

/// Whether it would make Telegram's servers fetch something: a picture, or HTML that may hold one. An address that the
/// model chose can carry what was said in the chat to a stranger.
#[must_use]
pub fn embeds(markdown: &str) -> bool {
    let fetched = |event| {
        matches!(event, Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::Html(_) | Event::InlineHtml(_))
    };
    events(markdown).any(fetched)
}

/// The text as it goes into a rich message: formulas between dollars, whatever delimiters the model chose. Telegram knows
/// no others (`$math$`, Bot API 10.1).
#[must_use]
pub fn for_rich_messages(markdown: &str) -> String {
    formula::in_dollars(markdown)
}

fn events(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, super::OPTIONS)
}
