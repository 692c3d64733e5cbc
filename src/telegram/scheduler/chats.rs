//! What is known of single chats: which are blocked, and how much went there lately.
//!
//! Only what was refused holds back an answer. Previews are also held to what a chat is reported to take, since they may
//! come later or not at all. Nothing is kept for longer than a minute after it stopped to matter.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::book::{Outcome, Wish};
use super::{Kind, Urgency};
use crate::clock::Timestamp;

/// The longest block that an answer waits for in the queue. For a longer one it gives its place back, to whom it is worth
/// more.
const SIT_OUT: Duration = Duration::from_secs(5);
/// Between frames: what a person can follow, and what Telegram is reported to take in one chat.
const PRIVATE_FRAME: Duration = Duration::from_secs(1);
/// Between frames in a group: twenty a minute, shared with everything else.
const GROUP_FRAME: Duration = Duration::from_secs(3);
/// Calls a minute that Telegram is reported to take in a group …
const GROUP_MINUTE: usize = 20;
/// … and how many of them are left to answers: previews end here.
const GROUP_PREVIEWS: usize = 14;
/// From here on a group's refusal is its own: what was counted here may differ by a few from Telegram's count.
const GROUP_FULL: usize = 18;
/// The span in which a private chat is reported to take three calls.
const BURST: Duration = Duration::from_secs(3);
/// What a group was sent matters for this long.
const MINUTE: Duration = Duration::from_mins(1);
/// What a private chat was sent matters for less than this long.
const PRIVATE_MEMORY: Duration = Duration::from_secs(5);
/// How often is forgotten what does not matter any more.
const PURGE_EVERY: Duration = Duration::from_secs(5);
/// How long a question whether a block is over may stay unanswered.
const ASKING: Duration = Duration::from_secs(1);

/// May this call be made, as far as its chat is concerned?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Go,
    /// Not before.
    Later(Timestamp),
    /// Not for so long that it is not worth waiting.
    ComeBack(Duration),
}

/// The chats of the last minute.
#[derive(Default)]
pub(super) struct Chats {
    buckets: HashMap<(i64, Kind), Bucket>,
    purged: Timestamp,
}

/// What is known of one kind of calls in one chat.
#[derive(Default)]
struct Bucket {
    blocked_until: Timestamp,
    /// It was refused lately: from then on one call at a time, so that a block that is not over costs one refusal.
    careful: bool,
    /// One is under way, which the others wait for until then.
    asking_until: Timestamp,
    /// The last calls, newest first.
    last: [Timestamp; 4],
    /// In groups, those of the last minute; at most [`GROUP_MINUTE`] of them.
    minute: VecDeque<Timestamp>,
}

impl Chats {
    /// May this be called now?
    pub(super) fn verdict(&self, wish: Wish, now: Timestamp) -> Verdict {
        let Some(bucket) = self.buckets.get(&wish.bucket()) else { return Verdict::Go };
        let rest = bucket.blocked_until.since(now);
        let until = if rest > SIT_OUT && !wish.sits_out() {
            return Verdict::ComeBack(rest);
        } else if !rest.is_zero() {
            bucket.blocked_until
        } else if bucket.asking_until > now {
            bucket.asking_until
        } else {
            match wish.urgency {
                Urgency::Preview => bucket.next_frame(wish.chat),
                Urgency::Begin => bucket.uncrowded(),
                Urgency::Final | Urgency::Reply => now,
            }
        };
        if until > now { Verdict::Later(until) } else { Verdict::Go }
    }

    /// A call leaves.
    pub(super) fn begin(&mut self, wish: Wish, now: Timestamp) {
        self.purge(now);
        let bucket = self.buckets.entry(wish.bucket()).or_default();
        bucket.last.rotate_right(1);
        bucket.last[0] = now;
        if bucket.careful {
            bucket.asking_until = now.plus(ASKING);
        }
        if wish.chat < 0 {
            if bucket.minute.len() == GROUP_MINUTE {
                bucket.minute.pop_front();
            }
            bucket.minute.push_back(now);
        }
    }

    /// A call was not made after all. True when others may have waited for it.
    pub(super) fn give_back(&mut self, wish: Wish) -> bool {
        let Some(bucket) = self.buckets.get_mut(&wish.bucket()) else { return false };
        bucket.last.rotate_left(1);
        bucket.last[3] = Timestamp::default();
        bucket.minute.pop_back();
        bucket.asking_until = Timestamp::default();
        bucket.careful
    }

    /// A call is over. True when others may have waited for it.
    pub(super) fn over(&mut self, wish: Wish, outcome: Outcome, now: Timestamp) -> bool {
        if let Outcome::TooMany(wait) = outcome {
            let bucket = self.buckets.entry(wish.bucket()).or_default();
            bucket.careful = true;
            bucket.blocked_until = bucket.blocked_until.max(now.plus(wait));
        }
        let Some(bucket) = self.buckets.get_mut(&wish.bucket()) else { return false };
        bucket.asking_until = Timestamp::default();
        bucket.careful
    }

    /// Whether a refusal is explained by what went to this chat alone, so that it says nothing about others.
    pub(super) fn says_nothing_of_others(&self, wish: Wish, wait: Duration, now: Timestamp) -> bool {
        // Drafts have been seen to be refused for minutes while everything else went on.
        if wish.kind == Kind::Draft && wait > SIT_OUT {
            return true;
        }
        let Some(bucket) = self.buckets.get(&wish.bucket()) else { return false };
        let minute = bucket.minute.iter().filter(|sent| now.since(**sent) < MINUTE).count();
        // The newest is the refused one itself.
        minute >= GROUP_FULL || now.since(bucket.last[3]) < BURST
    }

    fn purge(&mut self, now: Timestamp) {
        if now.since(self.purged) < PURGE_EVERY {
            return;
        }
        self.purged = now;
        self.buckets.retain(|(chat, _), bucket| {
            let memory = if *chat < 0 || bucket.careful { MINUTE } else { PRIVATE_MEMORY };
            bucket.blocked_until.max(bucket.last[0]).plus(memory) > now
        });
        self.buckets.shrink_to(2 * self.buckets.len());
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.buckets.len()
    }
}

impl Bucket {
    /// When a preview may come next.
    fn next_frame(&self, chat: i64) -> Timestamp {
        if chat >= 0 {
            return self.last[0].plus(PRIVATE_FRAME);
        }
        self.last[0].plus(GROUP_FRAME).max(self.uncrowded())
    }

    /// When previews have used less of a group's minute than they may.
    fn uncrowded(&self) -> Timestamp {
        // With this one gone, there are fewer.
        let crowding = self.minute.len().checked_sub(GROUP_PREVIEWS).and_then(|place| self.minute.get(place));
        crowding.map_or(Timestamp::default(), |sent| sent.plus(MINUTE))
    }
}
