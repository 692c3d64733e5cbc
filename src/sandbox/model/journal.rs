//! What the fake remembers: who asked what and how it ended, and what it charged for it.
//!
//! The journal is a ring, since a load test asks hundreds of thousands of times; the counters count everything. The
//! book is the fake's own ledger, to be compared with what a client believes to have spent.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use bytes::Bytes;
use serde_json::Value;

use super::beside::Trade;
use super::media::{AskedMedia, listed};

use crate::clock::Timestamp;

/// Requests that are remembered with their messages.
const REMEMBERED: usize = 512;
/// Generations that are remembered with their cost; some hundred bytes each.
const BOOKED: usize = 100_000;

/// Bytes of pictures, recordings and files that are remembered: three of the largest, and many of the usual.
const MEDIA_BYTES: usize = 64 << 20;
/// A longer text in a body is remembered by its beginning.
const LONGEST_IN_A_BODY: usize = 64 << 10;

/// A message of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedMessage {
    /// "system", "user", "assistant", …
    pub role: String,
    /// Its text; parts that are no text appear as `[image_url]` and the like.
    pub content: String,
}

/// A request that was well formed.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedRequest {
    /// Counts from 1.
    pub number: usize,
    /// When it arrived.
    pub at: Timestamp,
    /// The model that serves it.
    pub model: String,
    /// The context, in order.
    pub messages: Vec<AskedMessage>,
    /// What the messages hold beside text, in order.
    pub media: Vec<AskedMedia>,
    /// The engine that parses PDFs: as asked for, or what follows from nothing being asked for.
    pub engine: Option<String>,
    /// Cap of the answer.
    pub max_tokens: u64,
    /// The conversation.
    pub session_id: Option<String>,
    /// The (hashed) person.
    pub user: Option<String>,
    /// The whole body; texts of more than 64 KiB are cut.
    pub body: Value,
    /// Its generation.
    pub generation_id: String,
    /// How it ended, or that it has not.
    pub outcome: Outcome,
}

impl AskedRequest {
    /// The text of the last message of the person.
    #[must_use]
    pub fn question(&self) -> &str {
        self.said_by("user").last().unwrap_or_default()
    }

    /// The texts of one role, oldest first.
    pub fn said_by(&self, role: &str) -> impl Iterator<Item = &str> {
        self.messages.iter().filter(move |message| message.role == role).map(|message| message.content.as_str())
    }

    /// What the last message of the person shows: `a picture of 640×480 and a file notes.pdf`. Empty for nothing.
    #[must_use]
    pub fn sees(&self) -> String {
        let last = self.messages.iter().rposition(|message| message.role == "user");
        listed(&self.media.iter().filter(|media| Some(media.message) == last).collect::<Vec<_>>())
    }

    /// Tokens of the context, about: four bytes to a token, and four tokens around each message.
    pub(super) fn prompt_tokens(&self) -> u64 {
        let text: u64 = self.messages.iter().map(|message| tokens(&message.content) + 4).sum();
        text + self.media.iter().map(AskedMedia::tokens).sum::<u64>()
    }
}

/// Tokens of a text, about: four bytes to a token.
pub(super) fn tokens(text: &str) -> u64 {
    u64::try_from(text.len().div_ceil(4)).unwrap_or(u64::MAX)
}

/// A call beside the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedBeside {
    /// Which.
    pub trade: Trade,
    /// As in `X-Generation-Id`.
    pub generation_id: String,
    /// The model asked for.
    pub model: String,
    /// What is to be painted; empty for a transcription.
    pub prompt: String,
    /// The recording, or the pictures to make one of.
    pub media: Vec<AskedMedia>,
    /// The language that is said to be spoken.
    pub language: Option<String>,
    /// The (hashed) person.
    pub user: Option<String>,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has not.
    Streaming,
    /// Whole, after this many chunks.
    Finished {
        /// Deltas sent.
        chunks: usize,
    },
    /// The client closed the connection after this many chunks.
    HungUp {
        /// Deltas sent.
        chunks: usize,
    },
    /// A fault ended it after this many chunks.
    Failed {
        /// Deltas sent.
        chunks: usize,
    },
}

/// What a generation used and cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Booking {
    /// As in `X-Generation-Id`.
    pub generation_id: String,
    /// Who served.
    pub model: String,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens written before it ended.
    pub completion_tokens: u64,
    /// Thousand-millionths of a US dollar, exactly.
    pub cost_nano_usd: u64,
    /// Did the client close the connection?
    pub cancelled: bool,
    /// PDFs that were parsed for it.
    pub parsed_files: usize,
}

impl Booking {
    /// The cost as it is told to clients: in US dollars.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "exact up to nine million dollars")]
    pub fn cost_usd(&self) -> f64 {
        self.cost_nano_usd as f64 / 1e9
    }

    /// The cost in millionths of a US dollar, rounded to the nearest.
    #[must_use]
    pub fn cost_micro_usd(&self) -> i64 {
        i64::try_from((self.cost_nano_usd + 500) / 1000).unwrap_or(i64::MAX)
    }
}

/// Everything remembered.
pub(super) struct Journal {
    /// Off for load tests: requests are only counted.
    pub(super) on: bool,
    requests: VecDeque<AskedRequest>,
    beside: Vec<AskedBeside>,
    book: BTreeMap<String, Booking>,
    order: VecDeque<String>,
    unexpected: Vec<String>,
    total: usize,
}

impl Default for Journal {
    /// Empty, and on.
    fn default() -> Self {
        Self {
            on: true,
            requests: VecDeque::new(),
            beside: Vec::new(),
            book: BTreeMap::new(),
            order: VecDeque::new(),
            unexpected: Vec::new(),
            total: 0,
        }
    }
}

impl Journal {
    /// The number of the request that is about to be recorded.
    pub(super) fn next_number(&self) -> usize {
        self.total + 1
    }

    pub(super) fn record(&mut self, asked: &AskedRequest) {
        self.total += 1;
        if !self.on {
            return;
        }
        if self.requests.len() == REMEMBERED {
            self.requests.pop_front();
        }
        let carries = !asked.media.is_empty();
        self.requests.push_back(asked.clone());
        if carries {
            self.forget_media();
        }
    }

    /// Drops the bytes of the oldest things when there is too much.
    fn forget_media(&mut self) {
        let mut room = MEDIA_BYTES;
        for media in self.requests.iter_mut().rev().flat_map(|asked| &mut asked.media) {
            match room.checked_sub(media.bytes.len()) {
                Some(left) => room = left,
                None => media.bytes = Bytes::new(),
            }
        }
    }

    /// Keeps a call beside the conversation; of the last ones with everything.
    pub(super) fn record_beside(&mut self, asked: AskedBeside) {
        self.beside.push(asked);
        let mut room = MEDIA_BYTES;
        for media in self.beside.iter_mut().rev().take(REMEMBERED).flat_map(|asked| &mut asked.media) {
            match room.checked_sub(media.bytes.len()) {
                Some(left) => room = left,
                None => media.bytes = Bytes::new(),
            }
        }
    }

    pub(super) fn beside(&self) -> &[AskedBeside] {
        &self.beside
    }

    pub(super) fn end(&mut self, number: usize, outcome: Outcome) {
        if let Some(asked) = self.requests.iter_mut().rev().find(|asked| asked.number == number) {
            asked.outcome = outcome;
        }
    }

    pub(super) fn book_in(&mut self, booking: Booking) {
        if self.order.len() == BOOKED
            && let Some(oldest) = self.order.pop_front()
        {
            self.book.remove(&oldest);
        }
        self.order.push_back(booking.generation_id.clone());
        self.book.insert(booking.generation_id.clone(), booking);
    }

    pub(super) fn note_unexpected(&mut self, what: String) {
        if self.unexpected.len() < REMEMBERED {
            self.unexpected.push(what);
        }
    }

    pub(super) fn requests(&self) -> Vec<AskedRequest> {
        self.requests.iter().cloned().collect()
    }

    pub(super) fn total(&self) -> usize {
        self.total
    }

    pub(super) fn book(&self) -> Vec<Booking> {
        let known = self.order.iter().filter_map(|id| self.book.get(id));
        known.filter(|booking| booking.completion_tokens > 0).cloned().collect()
    }

    pub(super) fn booking(&self, generation_id: &str) -> Option<&Booking> {
        self.book.get(generation_id)
    }

    pub(super) fn unexpected(&self) -> Vec<String> {
        self.unexpected.clone()
    }
}

/// Cuts the long texts in a body: pictures and files, which are remembered beside it.
pub(super) fn abridged(body: &mut Value) {
    match body {
        Value::String(text) if text.len() > LONGEST_IN_A_BODY => {
            let size = text.len();
            text.truncate(text.floor_char_boundary(64));
            // Writing to a string does not fail.
            let _ = write!(text, "\u{2026}[{size} bytes]");
        }
        Value::Array(values) => values.iter_mut().for_each(abridged),
        Value::Object(fields) => fields.values_mut().for_each(abridged),
        _ => {}
    }
}
