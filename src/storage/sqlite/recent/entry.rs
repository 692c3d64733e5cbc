//! One conversation in memory: its newest turns, and what it takes to know that they are all that fits.
//!
//! The rule of the store is to walk back from the newest turn and to stop at the first that does not fit. Of that one,
//! when it is not here, its size is: so what is here answers for every budget in which it would not fit either, to the
//! token, and for every budget at all when there is no such turn.
//!
//! A conversation grows at its end with each answer. What leaves the largest budget that was asked for leaves memory.

use crate::storage::{Conversation, PastTurn};
use crate::update::Attachment;

use super::Found;
use crate::storage::sqlite::conversations::size;

/// Of an entry: its places in the map and in the order of use, and the handful of words that were chosen.
const ENTRY_BYTES: usize = 384;

/// Of a turn, or of a file that came with one, besides their texts: four to five texts' headers, and what an allocator adds.
const PIECE_BYTES: usize = 160;

pub(super) struct Entry {
    conversation: Conversation,
    /// The id of the newest turn that it has seen.
    newest: i64,
    /// See [`Found::before`].
    before: Option<usize>,
    /// The largest that was asked for, in tokens.
    budget: usize,
    weight: usize,
}

impl Entry {
    pub(super) fn new(found: &Found, budget: usize) -> Self {
        let Found { conversation, newest, before, .. } = found;
        let prompt = conversation.system_prompt.as_ref().map_or(0, String::len);
        let weight = ENTRY_BYTES + prompt + conversation.turns.iter().map(weight).sum::<usize>();
        Self { conversation: conversation.clone(), newest: *newest, before: *before, budget, weight }
    }

    /// Bytes, nearly.
    pub(super) const fn weight(&self) -> usize {
        self.weight
    }

    /// What the store would answer; `None`: it might know of more.
    pub(super) fn within(&mut self, max_tokens: usize) -> Option<Conversation> {
        let turns = &self.conversation.turns;
        let (mut left, mut first) = (max_tokens, turns.len());
        while first > 0
            && let Some(rest) = left.checked_sub(size(&turns[first - 1].question, &turns[first - 1].answer))
        {
            (left, first) = (rest, first - 1);
        }
        if first == 0 && self.before.is_some_and(|size| size <= left) {
            return None;
        }
        self.budget = self.budget.max(max_tokens);
        let Conversation { system_prompt, preferences, .. } = &self.conversation;
        let (system_prompt, preferences) = (system_prompt.clone(), preferences.clone());
        Some(Conversation { system_prompt, turns: turns[first..].to_vec(), preferences })
    }

    /// Another turn was stored; this may have been read after it was.
    pub(super) fn append(&mut self, id: i64, turn: PastTurn) {
        if id <= self.newest {
            return;
        }
        self.newest = id;
        self.weight += weight(&turn);
        let turns = &mut self.conversation.turns;
        turns.push(turn);
        let (mut fits, mut gone) = (turns.iter().map(|turn| size(&turn.question, &turn.answer)).sum::<usize>(), 0);
        while fits > self.budget {
            let oldest = size(&turns[gone].question, &turns[gone].answer);
            self.weight -= weight(&turns[gone]);
            self.before = Some(oldest);
            (fits, gone) = (fits - oldest, gone + 1);
        }
        turns.drain(..gone);
    }
}

fn weight(turn: &PastTurn) -> usize {
    let annotations = turn.annotations.as_ref().map_or(0, String::len);
    let file = |file: &Attachment| {
        let names = [&file.name, &file.mime].into_iter().flatten().map(String::len).sum::<usize>();
        PIECE_BYTES + file.file.len() + names
    };
    PIECE_BYTES
        + turn.question.len()
        + turn.answer.len()
        + annotations
        + turn.attachments.iter().map(file).sum::<usize>()
}
