//! One question that came in several updates: a paste that Telegram's apps cut, or an album.
//!
//! The apps cut a text that is longer than a message may be and send the pieces one after the other, without a mark that
//! says so. What gives a piece away is its length: it ends near the limit, and the rest follows at once. An album is a
//! row of messages that bear the same name. Either way the first one is handled with all of them in hand, and its reply
//! [absorbs](crate::storage::NewReply::absorbed) the others: until it is stored they stay pending, so a crash loses none.
//!
//! Whether the bot is meant at all is judged on the first piece alone; what it ignores is not waited for. What follows
//! and does not belong (a command, somebody else, an edit) ends the question and keeps its own turn. No message of
//! ordinary length is held back to see whether it continues: only one near the limit costs its sender a moment.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::handlers::ignores;
use crate::inbox::Claim;
use crate::storage::{PendingUpdate, Seq, StorageError};
use crate::telegram::split::MESSAGE_UNITS;
use crate::turn::Tools;
use crate::update::{Content, Event, Message, event};

/// A text from this length on, in UTF-16 units, may have been cut. Android's app looks for a good place in the last 300
/// units below the limit, iOS's goes back to the last line or sentence, and both trim the white space there.
const MAYBE_CUT: usize = MESSAGE_UNITS - 400;
/// How long after one piece the next one may come: the apps send them in a row, and a person who waits for an answer
/// notices hardly more than this.
const PATIENCE: Duration = Duration::from_millis(1500);
/// The same in Telegram's stamps, whole seconds, of which 1.5 s can span two. Ours are not enough: what was sent while
/// the bot was away comes in all at once.
const SENT_APART: i64 = 2;
/// Pieces of one question: 65,536 units, some thirty pages; the rest of a longer paste is the next question. An album
/// has ten at most.
const MAX_PIECES: usize = 16;

/// The whole of what this update begins, and the other updates that it is made of.
pub(super) async fn gather(tools: &Tools, claim: &Claim, event: Event) -> Result<(Event, Vec<Seq>), StorageError> {
    match event {
        Event::Message(first) if may_continue(&first, claim) && !ignores(&event, tools) => {
            // In a box: few questions come in pieces.
            let pieces = Box::pin(collect(claim, *first, &tools.bot.username)).await?;
            if !pieces.absorbed.is_empty() {
                tracing::info!(pieces = pieces.absorbed.len() + 1, "Several updates are one question");
            }
            Ok((Event::Message(Box::new(pieces.whole)), pieces.absorbed))
        }
        alone => Ok((alone, Vec::new())),
    }
}

/// A control update (a long text behind `/stop`) has a lane of its own: what follows it there is no text.
fn may_continue(first: &Message, claim: &Claim) -> bool {
    !claim.update().lane.control && (first.album.is_some() || units(first) >= MAYBE_CUT)
}

async fn collect(claim: &Claim, first: Message, bot: &str) -> Result<Pieces, StorageError> {
    let followers = claim.followers();
    let mut pieces = Pieces::new(first, claim.update());
    while pieces.may_go_on() {
        let last = &pieces.last;
        match followers.next(last.seq, last.received_at, PATIENCE).await? {
            Some(next) if pieces.take(&next, bot) => {}
            _ => break,
        }
    }
    Ok(pieces)
}

/// What was collected.
struct Pieces {
    /// The first one, with the text of all.
    whole: Message,
    absorbed: Vec<Seq>,
    last: Piece,
}

/// What must be known of a piece to recognize the next.
struct Piece {
    seq: Seq,
    received_at: Timestamp,
    sent_at: i64,
    units: usize,
}

impl Piece {
    fn of(message: &Message, update: &PendingUpdate) -> Self {
        let (seq, received_at) = (update.seq, update.received_at);
        Self { seq, received_at, sent_at: message.sent_at, units: units(message) }
    }
}

impl Pieces {
    fn new(first: Message, update: &PendingUpdate) -> Self {
        Self { last: Piece::of(&first, update), whole: first, absorbed: Vec::new() }
    }

    fn may_go_on(&self) -> bool {
        let unfinished = self.whole.album.is_some() || self.last.units >= MAYBE_CUT;
        unfinished && self.absorbed.len() + 1 < MAX_PIECES
    }

    /// Adds the update that follows in the lane, if it belongs.
    fn take(&mut self, update: &PendingUpdate, bot: &str) -> bool {
        let Ok(Event::Message(next)) = event(&update.raw) else { return false };
        let piece = Piece::of(&next, update);
        let belongs = sender(&next) == sender(&self.whole)
            && next.album == self.whole.album
            && (next.album.is_some() || self.goes_on_with(&next, bot) && self.in_time(&piece));
        if belongs {
            self.append(&next);
            self.absorbed.push(piece.seq);
            self.last = piece;
        }
        belongs
    }

    /// Is it a text that somebody who pastes could have sent? The apps give each piece what the first one has: the
    /// message that it replies to (some to the first alone), and where it was forwarded from.
    fn goes_on_with(&self, next: &Message, bot: &str) -> bool {
        let command = next.command(bot).is_some() || next.commands_another_bot(bot);
        let elsewhere = next.replies_to.is_some() && next.replies_to != self.whole.replies_to;
        next.text().is_some() && !command && !elsewhere && next.forwarded == self.whole.forwarded
    }

    fn in_time(&self, next: &Piece) -> bool {
        let stamped = next.sent_at != 0 && self.last.sent_at != 0;
        let sent_apart = if stamped { next.sent_at.saturating_sub(self.last.sent_at) } else { 0 };
        next.received_at.since(self.last.received_at) <= PATIENCE && sent_apart <= SENT_APART
    }

    /// The text as it was pasted. A piece that had room for the next character was cut at white space, which the apps and
    /// the server trim; it was a line's end or a space, and a line's end harms neither prose nor code. One without room
    /// was cut where it had to be, and nothing is missing.
    fn append(&mut self, next: &Message) {
        let text = match (&mut self.whole.content, &next.content) {
            (Content::Files(files, caption), Content::Files(more, words)) => {
                files.extend(more.iter().cloned());
                // The apps write it below the first one.
                if caption.is_empty() {
                    caption.clone_from(words);
                }
                return;
            }
            (_, Content::Text(text)) => text,
            _ => return,
        };
        let Content::Text(whole) = &mut self.whole.content else { return };
        let first = text.chars().next().map_or(0, char::len_utf16);
        if self.last.units + first <= MESSAGE_UNITS {
            whole.push('\n');
        }
        whole.push_str(text);
    }
}

fn sender(message: &Message) -> Option<i64> {
    message.from.as_ref().map(|user| user.id)
}

fn units(message: &Message) -> usize {
    message.text().map_or(0, |text| text.encode_utf16().count())
}

#[cfg(test)]
mod tests;
