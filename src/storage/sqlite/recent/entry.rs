//! One conversation in memory: its newest turns, and what it takes to know that they are all that fits.
//!
//! The rule of the store is to walk back from the newest turn and to stop at the first that does not fit. Of that one,
//! when it is not here, its size is: so what is here answers for every budget in which it would not fit either, to the
//! token, and for every budget at all when there is no such turn.
//!
//! A conversation grows at its end with each answer. What leaves the largest budget that was asked for leaves memory.

use crate::storage::{Conversation, PastTurn, Preferences};

use super::{Found, Turn};

/// Its places in the map and in the order of use, and the handful of words that were chosen.
const ENTRY_BYTES: usize = 320;

pub(super) struct Entry {
    system_prompt: Option<Box<str>>,
    preferences: Preferences,
    /// Oldest first.
    turns: Vec<Turn>,
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
        let Conversation { system_prompt, turns, preferences } = &found.conversation;
        let turns: Vec<Turn> = turns.iter().map(Turn::from).collect();
        let prompt = system_prompt.as_deref().map_or(0, str::len);
        Self {
            system_prompt: system_prompt.as_deref().map(Into::into),
            preferences: preferences.clone(),
            newest: found.newest,
            before: found.before,
            budget,
            weight: ENTRY_BYTES + prompt + turns.iter().map(Turn::weight).sum::<usize>(),
            turns,
        }
    }

    /// Bytes, nearly.
    pub(super) const fn weight(&self) -> usize {
        self.weight
    }

    /// What the store would answer; `None`: it might know of more.
    pub(super) fn within(&mut self, max_tokens: usize) -> Option<Conversation> {
        let (mut left, mut first) = (max_tokens, self.turns.len());
        while first > 0
            && let Some(rest) = left.checked_sub(self.turns[first - 1].size())
        {
            (left, first) = (rest, first - 1);
        }
        if first == 0 && self.before.is_some_and(|size| size <= left) {
            return None;
        }
        self.budget = self.budget.max(max_tokens);
        Some(Conversation {
            system_prompt: self.system_prompt.as_deref().map(Into::into),
            turns: self.turns[first..].iter().map(PastTurn::from).collect(),
            preferences: self.preferences.clone(),
        })
    }

    /// Another turn was stored; this may have been read after it was.
    pub(super) fn append(&mut self, id: i64, turn: Turn) {
        if id <= self.newest {
            return;
        }
        self.newest = id;
        self.weight += turn.weight();
        self.turns.push(turn);
        let (mut fits, mut gone) = (self.turns.iter().map(Turn::size).sum::<usize>(), 0);
        while fits > self.budget {
            let oldest = &self.turns[gone];
            self.weight -= oldest.weight();
            self.before = Some(oldest.size());
            (fits, gone) = (fits - oldest.size(), gone + 1);
        }
        self.turns.drain(..gone);
    }
}
