//! Telegram's flood limits, as far as anybody knows them; off until a test or the sandbox's owner turns them on.
//!
//! Edits count like messages. Drafts, plain and rich together, have a bucket of their own per chat and count for the bot
//! as a whole like everything that sends. A call that is refused uses nothing up. Nothing sleeps here: a call that comes
//! too early is told how long to wait, by the clock it came at.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::answer::Refusal;
use crate::clock::Timestamp;

/// The numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloodLimits {
    /// Calls that send or edit, in all chats together, in any one second.
    pub per_second: usize,
    /// In one chat in any span of as many seconds: one per second, or all at once.
    pub chat_burst: usize,
    /// In one group in any one minute.
    pub group_per_minute: usize,
}

impl FloodLimits {
    /// What has been reported of the real ones: 30 per second, one per second and chat with short bursts, 20 per minute
    /// and group.
    #[must_use]
    pub const fn reported() -> Self {
        Self { per_second: 30, chat_burst: 3, group_per_minute: 20 }
    }
}

/// What counts together in one chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Bucket {
    Messages(i64),
    Drafts(i64),
    Group(i64),
    Everything,
}

/// Who has sent how much lately.
#[derive(Default)]
pub(super) struct Flood {
    /// Nothing is limited without.
    pub(super) limits: Option<FloodLimits>,
    seen: HashMap<Bucket, VecDeque<Timestamp>>,
    /// How many calls came too early, in all.
    pub(super) refused: usize,
}

/// Calls that count, by the start of their names.
pub(super) fn counts(method: &str) -> bool {
    let sends = method.starts_with("send") && method != "sendChatAction";
    sends || ["editMessage", "copyMessage", "forwardMessage"].iter().any(|start| method.starts_with(start))
}

impl Flood {
    /// Counts a call, or says how long to wait.
    pub(super) fn admit(&mut self, method: &str, chat: Option<i64>, now: Timestamp) -> Result<(), Refusal> {
        let Some(limits) = self.limits.filter(|_| counts(method)) else { return Ok(()) };
        let second = Duration::from_secs(1);
        let mut buckets = vec![(Bucket::Everything, limits.per_second, second)];
        if let Some(chat) = chat {
            // On average one per second: as many as the burst in as many seconds.
            let refill = second * u32::try_from(limits.chat_burst).unwrap_or(u32::MAX);
            let own = if method.ends_with("Draft") { Bucket::Drafts(chat) } else { Bucket::Messages(chat) };
            buckets.push((own, limits.chat_burst, refill));
            if chat < 0 {
                buckets.push((Bucket::Group(chat), limits.group_per_minute, Duration::from_mins(1)));
            }
        }
        for (bucket, limit, span) in &buckets {
            let seen = self.seen.entry(*bucket).or_default();
            while seen.front().is_some_and(|first| now.since(*first) >= *span) {
                seen.pop_front();
            }
            if seen.len() >= *limit
                && let Some(first) = seen.front()
            {
                self.refused += 1;
                let wait = first.plus(*span).since(now).as_millis().div_ceil(1000).max(1);
                return Err(Refusal::too_many_requests(u32::try_from(wait).unwrap_or(u32::MAX)));
            }
        }
        for (bucket, ..) in buckets {
            self.seen.entry(bucket).or_default().push_back(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp(1_700_000_000_000 + millis)
    }

    #[test]
    fn a_chat_takes_a_short_burst_and_then_one_per_second() {
        let mut flood = Flood { limits: Some(FloodLimits::reported()), ..Flood::default() };
        for _ in 0..3 {
            flood.admit("sendMessage", Some(5), at(0)).unwrap();
        }
        let refused = flood.admit("editMessageText", Some(5), at(100)).unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (429, Some(3)));
        flood.admit("sendMessage", Some(6), at(100)).unwrap();
        flood.admit("sendMessageDraft", Some(5), at(100)).unwrap();
        flood.admit("sendMessage", Some(5), at(3000)).unwrap();
    }

    #[test]
    fn a_group_takes_twenty_per_minute_and_everybody_thirty_per_second() {
        let mut flood = Flood { limits: Some(FloodLimits::reported()), ..Flood::default() };
        for n in 0..20 {
            flood.admit("sendMessage", Some(-5), at(n * 1500)).unwrap();
        }
        assert_eq!(flood.admit("sendMessage", Some(-5), at(30_000)).unwrap_err().retry_after, Some(30));
        for chat in 0..30 {
            flood.admit("sendMessage", Some(100 + chat), at(100_000)).unwrap();
        }
        assert_eq!(flood.admit("sendMessage", Some(999), at(100_000)).unwrap_err().retry_after, Some(1));
    }

    #[test]
    fn drafts_of_both_kinds_share_a_bucket_and_count_for_the_whole() {
        let mut flood = Flood { limits: Some(FloodLimits::reported()), ..Flood::default() };
        for method in ["sendMessageDraft", "sendRichMessageDraft", "sendMessageDraft"] {
            flood.admit(method, Some(5), at(0)).unwrap();
        }
        assert_eq!(flood.admit("sendRichMessageDraft", Some(5), at(0)).unwrap_err().retry_after, Some(3));
        for chat in 0..27 {
            flood.admit("sendMessage", Some(100 + chat), at(0)).unwrap();
        }
        assert_eq!(flood.admit("sendRichMessage", Some(5), at(0)).unwrap_err().retry_after, Some(1));
        assert_eq!(flood.refused, 2);
        flood.admit("sendRichMessage", Some(5), at(1000)).unwrap();
    }

    #[test]
    fn edits_use_up_what_a_group_may_take() {
        let mut flood = Flood { limits: Some(FloodLimits::reported()), ..Flood::default() };
        for (n, method) in
            ["sendMessage", "editMessageText", "editMessageReplyMarkup"].iter().cycle().take(20).enumerate()
        {
            flood.admit(method, Some(-5), at(i64::try_from(n).unwrap() * 1500)).unwrap();
        }
        assert!(flood.admit("editMessageText", Some(-5), at(40_000)).is_err());
        flood.admit("sendChatAction", Some(-5), at(40_000)).unwrap();
    }

    #[test]
    fn what_does_not_send_does_not_count() {
        for free in ["getMe", "sendChatAction", "answerCallbackQuery", "deleteMessage"] {
            assert!(!counts(free));
        }
    }
}
