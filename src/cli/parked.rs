//! `routergram parked list|retry|discard`: what was put aside, and what becomes of it.
//!
//! Works on the data folder, whether or not the bot runs; a running one takes up what is put back within a second or two.
//! What people wrote is shown only to somebody who asks for it.

use std::process::ExitCode;

use chrono::DateTime;
use serde_json::{Value, json};

use super::{ParkedAction, complain, print};
use crate::clock::{Clock, Timestamp};
use crate::config::{self, Sources};
use crate::storage::{PutAside, Seq, Storage, VisitError};

/// Shown of what somebody wrote, in characters, where one line must do.
const SHOWN: usize = 60;

/// Does it. Exit status 1 when that is not possible, with a sentence that says why.
#[must_use]
pub fn parked(action: &ParkedAction) -> ExitCode {
    let sources = Sources::of_this_process();
    let (folder, now) = (config::data_dir(&sources), Clock::system().now());
    let key = match config::data_keys(&sources) {
        Ok((key, _)) => key,
        Err(why) => {
            complain(&why);
            return ExitCode::FAILURE;
        }
    };
    let done = Storage::put_aside(&folder, key.as_ref()).and_then(|aside| match action {
        ParkedAction::List { text, json: true } => Ok(as_json(&aside, *text)),
        ParkedAction::List { text, json: false } => Ok(as_table(&aside, *text)),
        ParkedAction::Retry { ids, all } => {
            let which = chosen(&aside, ids, *all, |one| one.update_id.is_some());
            Storage::put_back(&folder, &which, now).map(|count| match count {
                0 => NOTHING.to_owned(),
                count => format!("{count} put back; the bot takes them up at once, or at its next start"),
            })
        }
        ParkedAction::Discard { ids, all, yes } => {
            let which = chosen(&aside, ids, *all, |_| true);
            if !yes && !which.is_empty() {
                return Err(VisitError::NotMeant(which.len()));
            }
            Storage::discard(&folder, &which, now).map(|count| match count {
                0 => NOTHING.to_owned(),
                count => format!("{count} discarded, with what was written in them"),
            })
        }
    });
    match done {
        Ok(said) => {
            print(&said);
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

const NOTHING: &str = "Nothing is parked.";

/// Those that were named, each once, or all that can be meant.
fn chosen(aside: &[PutAside], ids: &[i64], all: bool, can: impl Fn(&PutAside) -> bool) -> Vec<Seq> {
    if all {
        return aside.iter().filter(|one| can(one)).map(|one| one.seq).collect();
    }
    let mut which: Vec<Seq> = ids.iter().copied().map(Seq).collect();
    which.sort_unstable();
    which.dedup();
    which
}

fn as_json(aside: &[PutAside], with_text: bool) -> String {
    let rows = aside.iter().map(|one| {
        let mut row = json!({
            "id": one.seq.0, "bot": one.bot, "update_id": one.update_id, "chat": one.chat, "kind": kind(one),
            "attempts": one.tries, "answered": one.answered, "reason": one.reason,
            "received_at": moment(one.received_at), "parked_at": one.parked_at.map(moment),
        });
        if with_text {
            row["text"] = text(one).into();
        }
        row
    });
    json!({ "parked": rows.collect::<Vec<_>>() }).to_string()
}

fn as_table(aside: &[PutAside], with_text: bool) -> String {
    if aside.is_empty() {
        return NOTHING.to_owned();
    }
    let head = ["ID", "RECEIVED", "CHAT", "KIND", "ATTEMPTS", "REASON"].map(str::to_owned);
    let rows = aside.iter().map(|one| {
        let reason = if one.answered { format!("{} (answered)", one.reason) } else { one.reason.clone() };
        let received = moment(one.received_at);
        [one.seq.0.to_string(), received, one.chat.to_string(), kind(one), one.tries.to_string(), printable(&reason)]
    });
    let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
    let mut lines = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        lines.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_owned());
        if let Some(one) = at.checked_sub(1).and_then(|at| aside.get(at)).filter(|_| with_text) {
            let words: String = printable(&text(one)).chars().take(SHOWN).collect();
            lines.push(format!("    {words}"));
        }
    }
    lines.join("\n")
}

/// What it is to Telegram: `message`, `callback_query`, …
fn kind(one: &PutAside) -> String {
    let named = match serde_json::from_str(&one.raw) {
        Ok(Value::Object(update)) => update.keys().find(|key| *key != "update_id").cloned(),
        _ => None,
    };
    named.map_or_else(|| "unreadable".to_owned(), |name| printable(&name).chars().take(SHOWN).collect())
}

/// What somebody wrote, or pressed; all of the update when that cannot be told.
fn text(one: &PutAside) -> String {
    let update = serde_json::from_str::<Value>(&one.raw).unwrap_or_default();
    let payloads = update.as_object().into_iter().flat_map(|update| update.values());
    let words =
        payloads.filter_map(|payload| ["text", "caption", "data"].iter().find_map(|field| payload[*field].as_str()));
    words.map(str::to_owned).next().unwrap_or_else(|| one.raw.clone())
}

/// On one line, and nothing that moves a terminal's cursor.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn moment(at: Timestamp) -> String {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default().format("%Y-%m-%d %H:%M UTC").to_string()
}
