//! What is wrong with Telegram at the moment: described by tests as state of the world, used up call by call.

use std::time::Duration;

use super::answer::Refusal;

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// 429 with this many seconds; the call does nothing.
    TooManyRequests {
        /// Seconds.
        retry_after: u32,
    },
    /// 500 in Telegram's own envelope; the call does nothing.
    InternalServerError,
    /// 502 with a page of HTML, as its front proxies answer; the call does nothing.
    BadGateway,
    /// Any refusal in Telegram's own envelope; the call does nothing.
    Refused {
        /// HTTP status and `error_code`.
        code: u16,
        /// The whole description, such as `Bad Request: chat not found`.
        description: String,
    },
    /// The connection closes before the call was looked at; the call does nothing.
    Reset,
    /// The call **is done**, then the connection closes without an answer.
    DoneThenReset,
    /// The call **is done**, then the connection closes in the middle of the answer.
    DoneThenCut,
    /// The call **is done**, and no answer ever comes.
    DoneThenSilence,
    /// The call **is done**, half of the answer comes, and then nothing any more.
    DoneThenStall,
}

impl Trouble {
    /// The answer instead of doing anything, when there is one.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::TooManyRequests { retry_after } => Some(Refusal::too_many_requests(*retry_after)),
            Self::InternalServerError => Some(Refusal::plain(500, "Internal Server Error")),
            Self::Refused { code, description } => Some(Refusal::plain(*code, description.clone())),
            _ => None,
        }
    }
}

/// What the fetching of a file is called among the methods.
pub(super) const DOWNLOAD: &str = "file";

/// Which calls get into trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The method in any case; `*` is every method but `getUpdates`; `file` is no method but the fetching of a file.
    pub method: String,
    /// Only calls with this `chat_id`.
    pub chat: Option<i64>,
    /// How many calls, from the next one on.
    pub times: u32,
    /// What happens to them.
    pub trouble: Trouble,
}

impl Fault {
    /// The next `times` calls of `method`.
    #[must_use]
    pub fn new(method: &str, times: u32, trouble: Trouble) -> Self {
        Self { method: method.to_owned(), chat: None, times, trouble }
    }

    /// Only in this chat.
    #[must_use]
    pub fn in_chat(mut self, chat: i64) -> Self {
        self.chat = Some(chat);
        self
    }
}

/// All faults, and how slow Telegram is.
#[derive(Default)]
pub(super) struct Faults {
    faults: Vec<Fault>,
    delays: Vec<(String, Duration)>,
}

impl Faults {
    /// Adds a fault after those there are.
    pub(super) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// No more trouble, no more delays.
    pub(super) fn heal(&mut self) {
        *self = Self::default();
    }

    /// From now on every call of this method (or `*`) takes this long before it is looked at.
    pub(super) fn delay(&mut self, method: &str, delay: Duration) {
        self.delays.retain(|(slow, _)| !slow.eq_ignore_ascii_case(method));
        if !delay.is_zero() {
            self.delays.push((method.to_owned(), delay));
        }
    }

    /// How long this call takes.
    pub(super) fn delay_of(&self, method: &str) -> Duration {
        let named = self.delays.iter().find(|(slow, _)| slow.eq_ignore_ascii_case(method));
        named
            .or_else(|| self.delays.iter().find(|(slow, _)| matches(slow, method)))
            .map_or(Duration::ZERO, |(_, delay)| *delay)
    }

    /// The trouble this call gets into. The oldest fault that fits is used up by one.
    pub(super) fn strike(&mut self, method: &str, chat: Option<i64>) -> Option<Trouble> {
        let fits = |fault: &Fault| matches(&fault.method, method) && (fault.chat.is_none() || fault.chat == chat);
        let at = self.faults.iter().position(|fault| fault.times > 0 && fits(fault))?;
        let fault = &mut self.faults[at];
        fault.times -= 1;
        let trouble = fault.trouble.clone();
        self.faults.retain(|fault| fault.times > 0);
        Some(trouble)
    }
}

fn matches(wanted: &str, method: &str) -> bool {
    wanted.eq_ignore_ascii_case(method) || (wanted == "*" && !["getUpdates", DOWNLOAD].contains(&method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_as_often_as_told_and_only_where_told() {
        let mut faults = Faults::default();
        faults.add(Fault::new("sendmessage", 2, Trouble::BadGateway).in_chat(5));
        assert_eq!(faults.strike("sendMessage", Some(6)), None);
        assert_eq!(faults.strike("sendMessage", Some(5)), Some(Trouble::BadGateway));
        assert_eq!(faults.strike("editMessageText", Some(5)), None);
        assert_eq!(faults.strike("sendMessage", Some(5)), Some(Trouble::BadGateway));
        assert_eq!(faults.strike("sendMessage", Some(5)), None);
    }
}
