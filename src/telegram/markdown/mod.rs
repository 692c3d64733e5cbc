//! Markdown as models write it → text and entities as Telegram shows them.
//!
//! Entities are computed here, never `parse_mode`: Telegram's own Markdown and HTML fail on one bad character or one
//! cut tag, and take the whole message with them. What models write is `CommonMark` with tables, tasks, footnotes and
//! LaTeX, more or less; `pulldown-cmark` reads it, and everything that is not Markdown is text. The way of a text:
//! [`held`] cleans it and hides HTML from the parser, [`formula`] hides LaTeX and has [`latex`] put it into Unicode, the
//! parser reads, [`render`] walks its events and writes onto the [`writer`]'s page. Nothing here fails, and nothing takes
//! more than linear time.
//!
//! It refuses to translate HTML, and LaTeX that has no form in a line of text: both are shown as they were written,
//! readable and copyable.

use pulldown_cmark::{Event, Options, Parser, Tag};
use teloxide::types::MessageEntity;

mod formula;
mod held;
mod latex;
mod link;
mod partial;
mod render;
mod rich;
mod table;
#[cfg(test)]
pub(super) mod tests;
mod writer;

pub use rich::{embeds, for_rich_messages};

/// What models use beyond `CommonMark`. Footnotes are read so that their brackets do not become broken links.
const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_GFM);

/// Text with its formatting: offsets and lengths count UTF-16 units of `text`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Formatted {
    /// The visible text.
    pub text: String,
    /// In order of offset; never inside a surrogate pair, never beyond the text. There may be more of them than one
    /// message takes: [`split`](super::split::split) sees to that for each message.
    pub entities: Vec<MessageEntity>,
}

/// Reads Markdown. Never fails: what is not Markdown is text. Blank Markdown gives the empty text.
#[must_use]
pub fn format(markdown: &str) -> Formatted {
    let (source, store) = hold(markdown);
    render::render(&source, &store)
}

/// Reads Markdown that is still being written: what is open at its end is closed, and what may yet become a marker is
/// left out, so that a preview does not flicker from `**bold` to bold. For previews only: the final text goes through
/// [`format()`].
#[must_use]
pub fn format_partial(markdown: &str) -> Formatted {
    format(&partial::close(markdown))
}

/// True when the Markdown holds a table or a formula, in a line or of its own: what Telegram's rich messages show better than
/// text with entities can. As it is read here: not what stands in code, no dollars that are money.
#[must_use]
pub fn wants_rich(markdown: &str) -> bool {
    let (source, store) = hold(markdown);
    let is_table = |event: Event<'_>| matches!(event, Event::Start(Tag::Table(_)));
    // No table is without a bar, and most answers are.
    store.has_formula() || (source.contains('|') && Parser::new_ext(&source, OPTIONS).any(is_table))
}

/// The source for the parser, and what was held back of it.
fn hold(markdown: &str) -> (String, held::Store) {
    let mut store = held::Store::default();
    let clean = held::scrub(markdown, &mut store);
    let source = formula::hold(clean, &mut store);
    (source, store)
}
