//! Is a text better shown by Telegram itself?

use pulldown_cmark::{Event, Options, Parser, Tag};

/// Whether it holds a table or a formula, which entities can only imitate.
#[must_use]
pub fn wants_rich(markdown: &str) -> bool {
    events(markdown)
        .any(|event| matches!(event, Event::Start(Tag::Table(_)) | Event::InlineMath(_) | Event::DisplayMath(_)))
}

/// Whether it would make Telegram's servers fetch something: a picture, or HTML that may hold one. An address that the
/// model chose can carry what was said in the chat to a stranger.
#[must_use]
pub fn embeds(markdown: &str) -> bool {
    let fetched = |event| {
        matches!(event, Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::Html(_) | Event::InlineHtml(_))
    };
    events(markdown).any(fetched)
}

fn events(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, super::OPTIONS | Options::ENABLE_MATH)
}
