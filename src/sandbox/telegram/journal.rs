//! What the bot called, for tests that look at it afterwards, and what it should never have called.

use std::collections::VecDeque;

use serde_json::Value;

use crate::clock::Timestamp;

/// Enough for the longest test; the oldest go first.
const MOST_CALLS: usize = 10_000;

/// One call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// In Telegram's spelling, or as it came when Telegram has no such method.
    pub method: String,
    /// As they came, files named instead of shown.
    pub params: Value,
    /// Its `chat_id`, when it has one.
    pub chat: Option<i64>,
    /// The HTTP status of the answer; 0 when there was none.
    pub status: u16,
    /// What a refusal said.
    pub description: Option<String>,
    /// When it arrived.
    pub at: Timestamp,
}

/// The calls.
pub(super) struct Journal {
    /// Off for load tests.
    pub(super) on: bool,
    calls: VecDeque<Call>,
    unexpected: Vec<String>,
    extras: usize,
}

impl Journal {
    /// Empty, and on.
    pub(super) fn new() -> Self {
        Self { on: true, calls: VecDeque::new(), unexpected: Vec::new(), extras: 0 }
    }

    /// Keeps a call.
    pub(super) fn record(&mut self, call: Call) {
        if !self.on {
            return;
        }
        if self.calls.len() == MOST_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    /// Keeps a complaint about nonsense, whether or not calls are kept.
    pub(super) fn complain(&mut self, complaint: String) {
        if self.unexpected.len() < MOST_CALLS {
            self.unexpected.push(complaint);
        }
    }

    /// Counts unknown parameters that were let through.
    pub(super) fn count_extras(&mut self, extras: usize) {
        self.extras += extras;
    }

    /// The calls kept, oldest first.
    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.iter().cloned().collect()
    }

    /// The complaints.
    pub(super) fn unexpected(&self) -> Vec<String> {
        self.unexpected.clone()
    }

    /// The unknown parameters that were let through.
    pub(super) fn extras(&self) -> usize {
        self.extras
    }
}
