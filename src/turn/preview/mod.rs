//! Showing the answer while it is written: "typing…", then a text that grows.
//!
//! In a private chat it grows in a draft, which Telegram shows with a Stop button of its own. In a group, and where the
//! server knows no drafts, it grows in a message: a placeholder that is edited, and at last edited into the answer. The
//! placeholder's words stay true when a crash leaves it behind, and its id is stored, so that a turn that goes on after a
//! crash goes on in it.
//!
//! What was asked inline grows in the very message that asked, wherever that is.
//!
//! A preview never delays or loses the final text. At most one call is under way, and its text is taken when it may go
//! out: what grows meanwhile is shown by the next one, not queued. A refusal drops frames. What is still under way at the
//! end is waited for (a moment, not for ever) before the final text goes out.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::running::draft_id;
use super::{Question, Tools};
use crate::clock::{Deadline, Stopwatch, Timestamp};
use crate::metrics;
use crate::telegram::split::{MESSAGE_UNITS, split};
use crate::telegram::{Kind, Slot, Telegram, TelegramError, Urgency, markdown};

mod frame;
mod last;

use frame::{Call, Frame, Shown, knows_no_drafts};
use last::LAST_FRAME;
pub use last::{LastFrame, Over};

/// One frame a second: what a person can follow, and what Telegram grants a chat.
const FRAME: Duration = Duration::from_secs(1);
/// An edit counts like a message, of which Telegram grants one per second: half of them are left to everything else.
const EDIT: Duration = Duration::from_secs(2);
/// A group is granted 20 messages in a minute, edits included, whoever is answered there.
const GROUP_EDIT: Duration = Duration::from_secs(4);
/// How long a last change of a message that was sent inline is waited for: as long as any call may take, since the final
/// text has no other place.
const LAST_CHANGE: Duration = Duration::from_secs(20);
/// An answer that is there within so much of its first word is shown at once and whole; nobody notices the wait.
const GLANCE: Duration = Duration::from_millis(25);
/// Until the first "typing…": what is answered sooner needs none, and to people it is at once.
const AT_ONCE: Duration = Duration::from_millis(50);
/// "typing…" shows for five seconds.
const TYPING: Duration = Duration::from_secs(4);
/// A draft lives for 30 seconds; one whose model pauses is renewed before.
const RENEW: Duration = Duration::from_secs(20);

type Leave = Pin<Box<dyn Future<Output = Slot> + Send>>;

/// Where the text grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nowhere any more: "typing…" and the final text.
    Nowhere,
    /// In a draft with this id.
    Draft(i64),
    /// In a message; `None` until it is placed.
    Message(Option<i64>),
    /// In the message that asked, which was sent inline: has it a Stop button by now?
    Inline(bool),
}

/// A call of the preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// "typing…".
    Typing,
    /// A draft, or the message in which the answer will grow.
    Frame,
    /// A change of that message.
    Change,
}

/// One answer's preview.
pub(super) struct Preview {
    tools: Arc<Tools>,
    frame: Frame,
    private: bool,
    /// Is there a chat in which "typing…" can be shown?
    types: bool,
    place: Place,
    /// That is a message of an earlier answer, of which whoever asked again knows.
    over_earlier: bool,
    /// Leave to show the next frame, once it is asked for.
    leave: Option<Leave>,
    under_way: Option<Call>,
    /// What is under way, or was at last.
    doing: Doing,
    /// When "typing…" is said again, as long as nothing grows.
    next_typing: Timestamp,
    /// Waits for that.
    typing_due: Deadline,
    /// When the next frame may be asked for.
    next_frame: Timestamp,
    /// Waits for that.
    frame_due: Deadline,
    /// How much of the text the last frame showed, in bytes.
    shown: usize,
    shown_at: Timestamp,
    /// Runs until somebody sees the first words.
    unseen: Option<Stopwatch>,
}

impl Preview {
    pub(super) fn new(tools: &Arc<Tools>, question: &Question) -> Self {
        let place = match question.place() {
            _ if question.inline.is_some() => Place::Inline(false),
            Some(message_id) => Place::Message(Some(message_id)),
            None if question.private && tools.drafts.load(Ordering::Relaxed) => {
                Place::Draft(draft_id(question.key.seq))
            }
            None => Place::Message(None),
        };
        // A message in which the answer will grow is a sign of life itself, and comes first: an answer that is written over
        // it can be repeated after a crash, one in a message of its own may come twice.
        let next_typing = match place {
            Place::Message(None) => tools.clock.now().plus(FRAME),
            Place::Nowhere | Place::Draft(_) | Place::Message(Some(_)) | Place::Inline(_) => {
                tools.clock.now().plus(AT_ONCE)
            }
        };
        Self {
            tools: Arc::clone(tools),
            frame: Frame::new(tools, question),
            private: question.private,
            types: question.inline.is_none(),
            place,
            over_earlier: question.again.as_ref().is_some_and(|again| !again.in_place.is_empty()),
            leave: None,
            under_way: None,
            doing: Doing::Typing,
            next_typing,
            typing_due: Deadline::on(tools.clock.clone()),
            next_frame: Timestamp::default(),
            frame_due: Deadline::on(tools.clock.clone()),
            shown: 0,
            shown_at: Timestamp::default(),
            unseen: Some(Stopwatch::start()),
        }
    }

    /// Shows `text` as it is now, as soon as that is allowed; returns after each step, so that the caller comes back with
    /// a longer text. Cancel safe.
    pub(super) async fn keep_showing(&mut self, text: &str) {
        if let Some(call) = &mut self.under_way {
            let result = call.await;
            self.under_way = None;
            return self.after(result);
        }
        let clock = self.tools.clock.clone();
        if matches!(self.place, Place::Draft(_)) && self.next_frame == Timestamp::default() && !text.is_empty() {
            self.next_frame = clock.now().plus(GLANCE);
        }
        // "typing…" comes first, and is said until there are words to see, and again while they may not be shown.
        let held_back = clock.now().plus(TYPING) < self.next_frame;
        let typing = self.types && (self.shown == 0 || self.place == Place::Nowhere || held_back);
        let wanted = self.wanted(text);
        tokio::select! {
            biased;
            () = self.typing_due.reached(self.next_typing), if typing => {
                self.next_typing = clock.now().plus(TYPING);
                // Whoever waits in the queue must be polled, since it may be the one that lets the others go.
                self.leave = None;
                (self.under_way, self.doing) = (Some(self.frame.typing()), Doing::Typing);
            }
            slot = Self::leave((&mut self.leave, &mut self.frame_due), &self.tools.telegram, self.frame.chat(), wanted),
                if wanted.is_some() => self.show(text, slot),
            else => std::future::pending().await,
        }
    }

    /// When the next frame may be asked for, and what kind it is; `None` while there is nothing to show.
    fn wanted(&self, text: &str) -> Option<(Timestamp, Urgency, Kind)> {
        let grown = text.len() > self.shown;
        match self.place {
            Place::Nowhere => None,
            Place::Message(None) => Some((self.next_frame, Urgency::Begin, Kind::Message)),
            Place::Message(Some(_)) => grown.then_some((self.next_frame, Urgency::Preview, Kind::Message)),
            Place::Inline(false) => Some((self.next_frame, Urgency::Begin, Kind::Inline)),
            Place::Inline(true) => grown.then_some((self.next_frame, Urgency::Preview, Kind::Inline)),
            Place::Draft(_) if text.is_empty() => None,
            Place::Draft(_) if grown => Some((self.next_frame, Urgency::Preview, Kind::Draft)),
            Place::Draft(_) => Some((self.shown_at.plus(RENEW), Urgency::Preview, Kind::Draft)),
        }
    }

    /// Waits for leave. It is kept while the text grows, so that a frame does not lose its place in the queue.
    async fn leave(
        (leave, frame_due): (&mut Option<Leave>, &mut Deadline),
        telegram: &Telegram,
        chat: i64,
        wanted: Option<(Timestamp, Urgency, Kind)>,
    ) -> Slot {
        let (at, urgency, kind) = wanted.unwrap_or((Timestamp::default(), Urgency::Preview, Kind::Message));
        if leave.is_none() {
            frame_due.reached(at).await;
        }
        let slot = leave.get_or_insert_with(|| Box::pin(telegram.slot(urgency, chat, kind))).await;
        *leave = None;
        slot
    }

    /// No more frames; the one that may be under way is handed over.
    pub(super) fn end(&mut self) -> LastFrame {
        self.leave = None;
        let message = match self.place {
            Place::Message(message) if !self.over_earlier => message,
            Place::Message(_) | Place::Nowhere | Place::Draft(_) | Place::Inline(_) => None,
        };
        let changes = self.doing == Doing::Change;
        let patience = if self.types { LAST_FRAME } else { LAST_CHANGE };
        LastFrame::new(self.under_way.take(), message, changes, (self.tools.clock.clone(), patience))
    }

    /// Shows the text as it is now that a frame may go out.
    fn show(&mut self, text: &str, slot: Slot) {
        let now = self.tools.clock.now();
        self.next_frame = now.plus(self.pace());
        let changes = matches!(self.place, Place::Message(Some(_)) | Place::Inline(_));
        self.doing = if changes { Doing::Change } else { Doing::Frame };
        if self.place == Place::Message(None) {
            self.under_way = Some(self.frame.placeholder(slot));
            return;
        }
        if matches!(self.place, Place::Inline(_)) {
            (self.place, self.shown, self.shown_at) = (Place::Inline(true), text.len(), now);
            self.under_way = Some(self.frame.edit_inline(slot, text));
            return;
        }
        let page = page(text);
        (self.shown, self.shown_at) = (text.len(), now);
        self.under_way = match self.place {
            Place::Draft(id) => Some(self.frame.draft(slot, id, page)),
            // A message cannot be empty.
            Place::Message(Some(id)) if !page.text.is_empty() => Some(self.frame.edit(slot, id, page)),
            Place::Message(_) | Place::Nowhere | Place::Inline(_) => None,
        };
    }

    const fn pace(&self) -> Duration {
        match (self.place, self.private) {
            (Place::Draft(_) | Place::Message(None) | Place::Inline(false), _) => FRAME,
            // Nobody tells what kind of chat it is.
            (Place::Inline(_), _) | (_, false) => GROUP_EDIT,
            (_, true) => EDIT,
        }
    }

    fn after(&mut self, result: Result<Shown, TelegramError>) {
        match result {
            Ok(Shown::Placed(message_id)) => self.place = Place::Message(Some(message_id)),
            Ok(Shown::Frame) if self.doing != Doing::Typing && self.shown > 0 => {
                if let Some(unseen) = self.unseen.take() {
                    metrics::first_frame(unseen.seconds());
                }
            }
            Ok(Shown::Frame) => {}
            Err(TelegramError::RetryAfter(wait)) if self.doing == Doing::Typing => {
                self.next_typing = self.tools.clock.now().plus(wait);
            }
            Err(TelegramError::RetryAfter(wait)) => self.next_frame = self.tools.clock.now().plus(wait),
            // Whoever refuses "typing…" may take the text.
            Err(error) if self.doing == Doing::Typing => tracing::debug!(reason = %error, "A sign of life was dropped"),
            Err(error) if matches!(self.place, Place::Draft(_)) && knows_no_drafts(&error) => {
                (self.place, self.shown, self.next_frame) = (Place::Message(None), 0, Timestamp::default());
            }
            Err(error) if error.says_not_modified() => {}
            Err(error @ TelegramError::Refused { .. })
                if matches!(self.place, Place::Message(_) | Place::Inline(_)) =>
            {
                // It was deleted, or nobody may write here: the final text finds its own way.
                tracing::debug!(reason = %error, "An answer is not shown while it is written");
                self.place = Place::Nowhere;
            }
            Err(error) => tracing::debug!(reason = %error, "A preview was dropped"),
        }
    }
}

/// The last page of a text that is being written: the one that grows.
fn page(text: &str) -> crate::storage::Part {
    split(&markdown::format_partial(text), MESSAGE_UNITS).pop().unwrap_or_default()
}
