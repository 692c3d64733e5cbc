//! Showing the answer while it is written: "typing…", then a text that grows.
//!
//! In a private chat it grows in a draft, which Telegram shows with a Stop button of its own. In a group, and where the
//! server knows no drafts, it grows in a message: a placeholder that is edited, and at last edited into the answer. The
//! placeholder's words stay true when a crash leaves it behind, and its id is stored, so that a turn that goes on after a
//! crash goes on in it.
//!
//! A preview never delays or loses the final text. At most one call is under way, and its text is taken when it may go
//! out: what grows meanwhile is shown by the next one, not queued. A refusal drops frames. What is still under way at the
//! end is waited for (a moment, not for ever) before the final text goes out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Question, Tools, buttons};
use crate::clock::Timestamp;
use crate::telegram::TelegramError;
use crate::telegram::split::{MESSAGE_UNITS, split};
use crate::telegram::{Kind, Slot, markdown};

mod frame;
mod last;

use frame::{Call, Frame, Shown};
pub use last::{LastFrame, Over};

/// One frame a second: what a person can follow, and what Telegram grants a chat.
const FRAME: Duration = Duration::from_secs(1);
/// An edit counts like a message, of which Telegram grants one per second: half of them are left to everything else.
const EDIT: Duration = Duration::from_secs(2);
/// A group is granted 20 messages in a minute, edits included, whoever is answered there.
const GROUP_EDIT: Duration = Duration::from_secs(4);
/// "typing…" shows for five seconds.
const TYPING: Duration = Duration::from_secs(4);
/// A draft lives for 30 seconds; one whose model pauses is renewed before.
const RENEW: Duration = Duration::from_secs(20);

/// Where the text grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere any more: "typing…" and the final text.
    Nowhere,
    /// In a draft with this id.
    Draft(i64),
    /// In a message; `None` until it is placed.
    Message(Option<i64>),
}

/// What is being waited for.
enum Step {
    /// Nothing: the next step comes at `next`.
    Idle,
    /// Leave to show a frame.
    Waiting(std::pin::Pin<Box<dyn Future<Output = Slot> + Send>>),
    /// A call to Telegram.
    UnderWay(Call),
}

/// One answer's preview.
pub(super) struct Preview {
    tools: Arc<Tools>,
    frame: Frame,
    private: bool,
    place: Place,
    step: Step,
    /// When the next step may come.
    next: Timestamp,
    /// How much of the text the last frame showed, in bytes.
    shown: usize,
    shown_at: Timestamp,
}

impl Preview {
    pub(super) fn new(tools: &Arc<Tools>, question: &Question) -> Self {
        let place = match question.place() {
            Some(message_id) => Place::Message(Some(message_id)),
            None if question.private && tools.drafts.load(Ordering::Relaxed) => Place::Draft(draft_id(question)),
            None => Place::Message(None),
        };
        Self {
            tools: Arc::clone(tools),
            frame: Frame::new(tools, question, buttons::stop(question.key.seq, question.language)),
            private: question.private,
            place,
            step: Step::Idle,
            next: Timestamp::default(),
            shown: 0,
            shown_at: Timestamp::default(),
        }
    }

    /// Shows `text` as it is now, as soon as that is allowed; returns after each step, so that the caller comes back with
    /// a longer text. Cancel safe.
    pub(super) async fn keep_showing(&mut self, text: &str) {
        match &mut self.step {
            Step::UnderWay(call) => {
                let result = call.await;
                self.step = Step::Idle;
                self.after(result);
            }
            Step::Waiting(slot) => {
                let slot = slot.await;
                self.step = Step::Idle;
                self.show(text, slot);
            }
            Step::Idle => {
                if self.shown == 0 && !text.is_empty() && self.place != Place::Nowhere {
                    // The first words appear at once, whenever "typing…" was last said.
                    self.next = Timestamp::default();
                }
                self.tools.clock.sleep_until(self.next).await;
                self.begin(text);
            }
        }
    }

    /// No more frames; the one that may be under way is handed over.
    pub(super) fn end(&mut self) -> LastFrame {
        let call = match std::mem::replace(&mut self.step, Step::Idle) {
            Step::UnderWay(call) => Some(call),
            Step::Idle | Step::Waiting(_) => None,
        };
        let message = match self.place {
            Place::Message(message) => message,
            Place::Nowhere | Place::Draft(_) => None,
        };
        LastFrame::new(call, message, self.tools.clock.clone())
    }

    /// Begins the next step: a frame when there is something new to show, "typing…" as long as there is no text.
    fn begin(&mut self, text: &str) {
        let now = self.tools.clock.now();
        if text.is_empty() || self.place == Place::Nowhere {
            self.next = now.plus(TYPING);
            self.step = Step::UnderWay(self.frame.typing());
            return;
        }
        let renew = matches!(self.place, Place::Draft(_)) && now.since(self.shown_at) >= RENEW;
        if text.len() > self.shown || renew {
            let kind = if matches!(self.place, Place::Draft(_)) { Kind::Draft } else { Kind::Message };
            self.step = Step::Waiting(Box::pin(self.tools.telegram.slot(self.frame.chat(), kind)));
        } else {
            self.next = now.plus(FRAME);
        }
    }

    /// Shows the text as it is now that a frame may go out.
    fn show(&mut self, text: &str, slot: Slot) {
        let now = self.tools.clock.now();
        self.next = now.plus(self.pace());
        let call = match self.place {
            Place::Nowhere => return,
            Place::Message(None) => self.frame.placeholder(slot),
            Place::Draft(id) => self.frame.draft(slot, id, page(text)),
            Place::Message(Some(id)) => {
                let page = page(text);
                if page.text.is_empty() {
                    return;
                }
                self.frame.edit(slot, id, page)
            }
        };
        if self.place != Place::Message(None) {
            (self.shown, self.shown_at) = (text.len(), now);
        }
        self.step = Step::UnderWay(call);
    }

    const fn pace(&self) -> Duration {
        match (self.place, self.private) {
            (Place::Draft(_) | Place::Message(None), _) => FRAME,
            (_, true) => EDIT,
            (_, false) => GROUP_EDIT,
        }
    }

    fn after(&mut self, result: Result<Shown, TelegramError>) {
        match result {
            Ok(Shown::Placed(message_id)) => self.place = Place::Message(Some(message_id)),
            Ok(Shown::Frame) => {}
            Err(TelegramError::RetryAfter(wait)) => self.next = self.tools.clock.now().plus(wait),
            Err(error) if matches!(self.place, Place::Draft(_)) && knows_no_drafts(&error) => {
                tracing::info!("This Bot API server knows no drafts; answers grow in messages");
                self.tools.drafts.store(false, Ordering::Relaxed);
                (self.place, self.shown) = (Place::Message(None), 0);
            }
            Err(error) if error.says_not_modified() => {}
            Err(error @ TelegramError::Refused { .. }) if matches!(self.place, Place::Message(_)) => {
                // It was deleted, or nobody may write here: the final text finds its own way.
                tracing::debug!(reason = %error, "An answer is not shown while it is written");
                self.place = Place::Nowhere;
            }
            Err(error) => tracing::debug!(reason = %error, "A preview was dropped"),
        }
    }
}

/// Non-zero, and the same again when the turn goes on after a crash, so that it continues the same draft.
fn draft_id(question: &Question) -> i64 {
    (question.key.seq.0 & 0x7fff_ffff).max(1)
}

/// A server that is older than drafts, or than their Stop button: an answer that cannot be stopped is not shown there.
fn knows_no_drafts(error: &TelegramError) -> bool {
    match error {
        TelegramError::Refused { code: 404, .. } => true,
        TelegramError::Refused { description, .. } => description.contains("can_stop"),
        _ => false,
    }
}

/// The last page of a text that is being written: the one that grows.
fn page(text: &str) -> crate::storage::Part {
    split(&markdown::format_partial(text), MESSAGE_UNITS).pop().unwrap_or_default()
}
