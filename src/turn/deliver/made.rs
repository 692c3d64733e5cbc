//! Files that are made when they are sent: what `/export` gives. They are stored nowhere a second time, and hold what is stored
//! at that moment.

use std::borrow::Cow;
use std::fmt::Write;

use chrono::DateTime;

use super::super::{Tools, wish};
use crate::clock::Timestamp;
use crate::replies::{self, Language};
use crate::storage::{Exchange, Made, Part, StorageError};
use crate::update::INLINE;

/// Telegram takes files of up to 50 MB; whatever is beyond this is in the other file.
const MOST_BYTES: usize = 45_000_000;

/// The part with what is in its file, if it is one of these. `chat`: the private chat of whoever gets it.
pub(super) async fn filled(tools: &Tools, chat: i64, part: &Part) -> Result<Option<Part>, StorageError> {
    let (Some(made), bot) = (part.made, tools.bot.id) else { return Ok(None) };
    let text = match made {
        Made::Json => tools.storage.export(bot, chat, tools.clock.now()).await?,
        Made::Markdown(language) => markdown(language, chat, &tools.storage.exchanges(bot, chat).await?),
    };
    Ok(Some(Part { text, ..part.clone() }))
}

/// The name of such a file, and its kind.
pub(super) const fn name(made: Made) -> (&'static str, &'static str) {
    match made {
        Made::Json => ("routergram-export.json", "application/json"),
        Made::Markdown(_) => ("routergram-export.md", "text/markdown; charset=utf-8"),
    }
}

fn markdown(language: Language, user: i64, exchanges: &[Exchange]) -> String {
    // Writing into a text cannot fail.
    let mut out = format!("# {}\n", replies::export_title(language));
    let mut place = None;
    for exchange in exchanges {
        if out.len() > MOST_BYTES {
            break;
        }
        let here = (exchange.chat, exchange.thread, &exchange.system_prompt);
        if place != Some(here) {
            place = Some(here);
            let _ = write!(out, "\n## {}\n", heading(language, user, exchange));
            if let Some(prompt) = &exchange.system_prompt {
                let _ = write!(out, "\n{}\n", quoted(prompt));
            }
        }
        let again =
            if exchange.replaced { format!(" ({})", replies::export_replaced(language)) } else { String::new() };
        let _ = write!(out, "\n### {}{again}\n\n{}\n\n", moment(exchange.at), quoted(&exchange.question));
        // Of a picture that was painted only the wish is kept.
        let picture = exchange.answer.is_empty() && wish(&exchange.question).is_some();
        let answer =
            if picture { Cow::Owned(replies::export_picture(language)) } else { exchange.answer.trim_end().into() };
        out.push_str(&answer);
        out.push('\n');
    }
    if exchanges.is_empty() {
        let _ = write!(out, "\n{}\n", replies::export_empty(language));
    }
    out
}

fn heading(language: Language, user: i64, exchange: &Exchange) -> String {
    match (exchange.chat == user, exchange.thread) {
        (true, 0) => replies::export_private(language),
        (true, INLINE) => replies::export_inline(language),
        (true, topic) => replies::export_topic(language, topic),
        (false, _) => replies::export_group(language, exchange.chat),
    }
}

/// What somebody wrote, set apart from the answer.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n")
}

fn moment(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string()
}
