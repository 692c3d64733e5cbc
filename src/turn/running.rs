//! Answers being written now, so that somebody can end them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::Question;
use super::stream::End;
use crate::storage::Seq;
use crate::update::Lane;

/// The answers being written. Clones are the same list.
#[derive(Clone, Default)]
pub struct Running {
    turns: Arc<Mutex<HashMap<Lane, Entry>>>,
    /// Who has been forgotten, and with which update: what they had asked before is not answered. An entry for each of the
    /// few who ever do it.
    forgotten: Arc<Mutex<HashMap<i64, Seq>>>,
    /// The same of chats that the bot was thrown out of.
    left: Arc<Mutex<HashMap<i64, Seq>>>,
}

struct Entry {
    running: RunningTurn,
    asked_in: i64,
    ends: Ends,
}

/// An answer that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningTurn {
    /// Who asked.
    pub user: i64,
    /// The update that asked.
    pub seq: Seq,
}

/// Ways in which people end an answer.
#[derive(Clone, Default)]
pub(super) struct Ends {
    /// Somebody wants no more of it.
    pub(super) stopped: CancellationToken,
    /// The question was edited, so this is the answer to another one.
    pub(super) edited: CancellationToken,
}

impl Ends {
    /// Returns when somebody has ended it. An edit comes first: whatever else was wanted, it is another question now.
    pub(super) async fn over(&self) -> End {
        tokio::select! {
            biased;
            () = self.edited.cancelled() => End::Edited,
            () = self.stopped.cancelled() => End::Stopped,
        }
    }
}

/// An answer being written; dropping it takes it off the list.
pub(super) struct Turn {
    list: Running,
    running: RunningTurn,
    lane: Lane,
    ends: Ends,
}

impl RunningTurn {
    /// The draft in which it is shown: non-zero, and the same again when the turn goes on after a crash, so that it
    /// continues the same draft.
    #[must_use]
    pub fn draft_id(&self) -> i64 {
        draft_id(self.seq)
    }
}

/// The draft in which the answer to this update is shown.
pub(super) fn draft_id(seq: Seq) -> i64 {
    (seq.0 & 0x7fff_ffff).max(1)
}

impl Running {
    /// Notes that an answer is being written. A lane works on one update at a time, so there is no other.
    pub(super) fn begin(&self, question: &Question) -> Turn {
        let (lane, ends) = (question.lane.conversation(), Ends::default());
        let running = RunningTurn { user: question.user, seq: question.key.seq };
        // What was joined from several messages is not void when one of them changes.
        let asked_in = if question.joined { 0 } else { question.asked_in };
        self.turns().insert(lane, Entry { running, asked_in, ends: ends.clone() });
        // After that: whoever forgets notes it first and then looks for what runs.
        if self.forgotten().get(&running.user).is_some_and(|forgotten| running.seq < *forgotten) {
            ends.stopped.cancel();
        }
        if locked(&self.left).get(&lane.chat).is_some_and(|left| running.seq < *left) {
            ends.stopped.cancel();
        }
        Turn { list: self.clone(), running, lane, ends }
    }

    /// What is being written in this conversation.
    #[must_use]
    pub fn turn(&self, lane: Lane) -> Option<RunningTurn> {
        self.turns().get(&lane.conversation()).map(|entry| entry.running)
    }

    /// Is the answer to this update being written, wherever it was asked?
    #[must_use]
    pub fn is_written(&self, seq: Seq) -> bool {
        self.turns().values().any(|entry| entry.running.seq == seq)
    }

    /// Stops this answer, unless it has ended meanwhile.
    pub fn stop(&self, lane: Lane, turn: RunningTurn) {
        if let Some(entry) = self.turns().get(&lane.conversation()).filter(|entry| entry.running == turn) {
            entry.ends.stopped.cancel();
        }
    }

    /// Stops every answer that is being written for this person, wherever they asked.
    pub fn stop_all_of(&self, user: i64) {
        self.turns().values().filter(|entry| entry.running.user == user).for_each(|entry| entry.ends.stopped.cancel());
    }

    /// Ends every answer that is being written for this person, and those that they had asked for before this update.
    pub fn forget(&self, user: i64, before: Seq) {
        // In this order: what begins in between sees it.
        self.forgotten().insert(user, before);
        self.stop_all_of(user);
    }

    /// Ends every answer that is being written in this chat, and those that were asked for there before this update.
    pub fn leave(&self, chat: i64, before: Seq) {
        // In this order, as above.
        locked(&self.left).insert(chat, before);
        let there = |lane: &Lane, entry: &Entry| lane.chat == chat && entry.running.seq < before;
        let turns = self.turns();
        turns.iter().filter(|(lane, entry)| there(lane, entry)).for_each(|(_, entry)| entry.ends.stopped.cancel());
    }

    /// The update whose answer is being written, if this message asked for it.
    #[must_use]
    pub fn answers(&self, lane: Lane, message_id: i64) -> Option<Seq> {
        let turns = self.turns();
        let entry = turns.get(&lane.conversation()).filter(|entry| entry.asked_in == message_id)?;
        Some(entry.running.seq)
    }

    /// The question in this update was edited: whatever is being written in answer to it is void. Only for an edit that
    /// is the next in the lane, since nothing else will answer it.
    pub fn edited(&self, lane: Lane, seq: Seq) {
        if let Some(entry) = self.turns().get(&lane.conversation()).filter(|entry| entry.running.seq == seq) {
            entry.ends.edited.cancel();
        }
    }

    fn forgotten(&self) -> MutexGuard<'_, HashMap<i64, Seq>> {
        locked(&self.forgotten)
    }

    fn turns(&self) -> MutexGuard<'_, HashMap<Lane, Entry>> {
        locked(&self.turns)
    }
}

fn locked<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Turn {
    /// Raised when somebody ends this answer.
    pub(super) const fn ends(&self) -> &Ends {
        &self.ends
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Where a group has just moved, another one may have begun there.
        let mut turns = self.list.turns();
        if turns.get(&self.lane).is_some_and(|entry| entry.running == self.running) {
            turns.remove(&self.lane);
        }
    }
}
