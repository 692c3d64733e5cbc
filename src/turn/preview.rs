//! Showing the answer while it is written: "typing…", then a draft that grows.
//!
//! A preview never delays or loses the final text. At most one call is under way; what grows meanwhile is shown by the
//! next one, not queued. A refusal drops frames: a flood limit pauses them, a server without drafts ends them. What is
//! still under way at the end is waited for (a moment, not for ever) before the final text goes out.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Question, Tools};
use crate::clock::{Clock, Timestamp};
use crate::telegram::methods::{SendMessageDraft, SendTyping};
use crate::telegram::split::{MESSAGE_UNITS, split};
use crate::telegram::{Kind, Slot, TelegramError, markdown};

/// "typing…" shows for five seconds.
const TYPING: Duration = Duration::from_secs(4);
/// A draft lives for 30 seconds; one whose model pauses is renewed before.
const RENEW: Duration = Duration::from_secs(20);
/// How long the final text waits for a frame under way before it gives that connection up.
const LAST_FRAME: Duration = Duration::from_secs(2);

type Call = Pin<Box<dyn Future<Output = Result<(), TelegramError>> + Send>>;
type Turn = Pin<Box<dyn Future<Output = Slot> + Send>>;

/// The frame that is under way when the answer is complete. The answer is stored first, since it may have been paid for,
/// and sent after this frame, which would otherwise appear below it.
#[derive(Default)]
pub struct LastFrame {
    call: Option<Call>,
    clock: Option<Clock>,
}

impl LastFrame {
    /// There is none.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Returns when it has arrived, but does not wait long: an answer is more than a frame.
    pub async fn over(self) {
        if let (Some(call), Some(clock)) = (self.call, self.clock) {
            tokio::select! {
                _ = call => {}
                () = clock.sleep(LAST_FRAME) => {}
            }
        }
    }
}

impl std::fmt::Debug for LastFrame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.call.is_some() { "LastFrame(under way)" } else { "LastFrame(none)" })
    }
}

/// One answer's preview.
pub(super) struct Preview {
    tools: Arc<Tools>,
    chat: i64,
    thread: i64,
    /// `None`: nothing but "typing…" (groups).
    draft_id: Option<i64>,
    under_way: Option<Call>,
    /// The wait for the next frame's turn.
    turn: Option<Turn>,
    /// When "typing…" is said again.
    next: Timestamp,
    /// How much of the text the last frame showed, in bytes.
    shown: usize,
    shown_at: Timestamp,
}

impl Preview {
    pub(super) fn new(tools: &Arc<Tools>, question: &Question) -> Self {
        let drafts = question.private && tools.drafts.load(Ordering::Relaxed);
        Self {
            tools: Arc::clone(tools),
            chat: question.address.chat,
            thread: question.address.thread,
            // Non-zero, and the same again when the turn goes on after a crash, so that it continues the same draft.
            draft_id: drafts.then_some((question.key.seq.0 & 0x7fff_ffff).max(1)),
            under_way: None,
            turn: None,
            next: Timestamp::default(),
            shown: 0,
            shown_at: Timestamp::default(),
        }
    }

    /// Shows `text` as it is now, as soon as that is allowed; returns after each step, so that the caller comes back with
    /// a longer text. Cancel safe.
    pub(super) async fn keep_showing(&mut self, text: &str) {
        if let Some(call) = &mut self.under_way {
            let result = call.await;
            self.under_way = None;
            self.after(result);
            return;
        }
        if let (Some(draft_id), false) = (self.draft_id, text.is_empty()) {
            return self.show(draft_id, text).await;
        }
        self.tools.clock.sleep_until(self.next).await;
        self.next = self.tools.clock.now().plus(TYPING);
        self.under_way = Some(self.typing());
    }

    /// No more frames; the one that may be under way is handed over.
    pub(super) fn end(&mut self) -> LastFrame {
        self.turn = None;
        LastFrame { call: self.under_way.take(), clock: Some(self.tools.clock.clone()) }
    }

    /// Waits for the turn of the next frame, and sends it. The turn is kept while the text grows.
    async fn show(&mut self, draft_id: i64, text: &str) {
        if text.len() <= self.shown {
            self.tools.clock.sleep_until(self.shown_at.plus(RENEW)).await;
        }
        let (telegram, chat) = (&self.tools.telegram, self.chat);
        let slot = self.turn.get_or_insert_with(|| Box::pin(telegram.slot(chat, Kind::Draft))).await;
        self.turn = None;
        (self.shown, self.shown_at) = (text.len(), self.tools.clock.now());
        self.under_way = Some(self.frame(slot, draft_id, text));
    }

    fn frame(&self, slot: Slot, draft_id: i64, text: &str) -> Call {
        // The last page is the one that grows.
        let page = split(&markdown::format_partial(text), MESSAGE_UNITS).pop();
        let (text, entities) = page.map_or_else(Default::default, |page| (page.text, page.entities));
        let draft = SendMessageDraft {
            chat_id: self.chat,
            message_thread_id: self.thread,
            draft_id,
            text,
            entities,
            can_stop: true,
        };
        Box::pin(async move { slot.call(&draft).await.map(drop) })
    }

    fn typing(&self) -> Call {
        let typing = SendTyping { chat_id: self.chat, message_thread_id: self.thread, action: "typing" };
        let telegram = self.tools.telegram.clone();
        Box::pin(async move { telegram.call(&typing).await.map(drop) })
    }

    fn after(&mut self, result: Result<(), TelegramError>) {
        match result {
            Ok(()) => {}
            Err(TelegramError::RetryAfter(wait)) => self.next = self.tools.clock.now().plus(wait),
            Err(TelegramError::Refused { code: 404, .. }) if self.draft_id.is_some() => {
                tracing::info!("This Bot API server knows no drafts; answers are shown when they are complete");
                self.tools.drafts.store(false, Ordering::Relaxed);
                self.draft_id = None;
            }
            Err(error) => tracing::debug!(reason = %error, "A preview was dropped"),
        }
    }
}
