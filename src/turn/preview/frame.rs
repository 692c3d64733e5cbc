//! What a preview says to Telegram, call by call.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::replies::{self, Language};
use crate::storage::{Address, ClaimKey, Part, insist};
use crate::telegram::methods::{EditInline, EditText, NoPreview, ReplyTo, SendMessageDraft, SendText, SendTyping};
use crate::telegram::{Slot, TelegramError, markdown};
use crate::turn::{Question, Tools, buttons, inline};

/// A call under way.
pub(super) type Call = Pin<Box<dyn Future<Output = Result<Shown, TelegramError>> + Send>>;

/// What a call brought about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// A frame, or "typing…".
    Frame,
    /// There is a message now in which the answer can grow, and the store knows.
    Placed(i64),
}

/// What every frame of an answer shares.
pub(super) struct Frame {
    tools: Arc<Tools>,
    address: Address,
    key: ClaimKey,
    language: Language,
    /// Of a message that was sent inline: its handle, and the question.
    inline: Option<(Arc<str>, String)>,
}

impl Frame {
    pub(super) fn new(tools: &Arc<Tools>, question: &Question) -> Self {
        let Question { address, key, language, .. } = *question;
        let inline = question.inline.as_deref().map(|handle| (Arc::from(handle), question.text.clone()));
        Self { tools: Arc::clone(tools), address, key, language, inline }
    }

    pub(super) const fn chat(&self) -> i64 {
        self.address.chat
    }

    fn stop_button(&self) -> Value {
        buttons::stop(self.key.seq, self.language)
    }

    pub(super) fn typing(&self) -> Call {
        let Address { chat, thread, .. } = self.address;
        let typing = SendTyping::new(chat, thread);
        let telegram = self.tools.telegram.clone();
        Box::pin(async move { telegram.call(&typing).await.map(|_| Shown::Frame) })
    }

    pub(super) fn draft(&self, slot: Slot, draft_id: i64, page: Part) -> Call {
        let draft = SendMessageDraft {
            chat_id: self.address.chat,
            message_thread_id: self.address.thread,
            draft_id,
            text: page.text,
            entities: page.entities,
            can_stop: true,
        };
        let tools = Arc::clone(&self.tools);
        Box::pin(async move {
            let shown = slot.call(&draft).await.map(|_| Shown::Frame);
            // Noted here, since nobody looks at what becomes of an answer's last frame.
            if shown.as_ref().is_err_and(knows_no_drafts) && tools.drafts.swap(false, Ordering::Relaxed) {
                tracing::info!("This Bot API server knows no drafts; answers grow in messages");
            }
            shown
        })
    }

    /// The message in which the answer will grow. The store is told before anything is written over it.
    pub(super) fn placeholder(&self, slot: Slot) -> Call {
        let Self { tools, address, key, .. } = self;
        let (tools, address, key) = (Arc::clone(tools), *address, *key);
        let (text, keyboard) = (replies::placeholder(self.language), self.stop_button());
        Box::pin(async move {
            let message = SendText {
                chat_id: address.chat,
                message_thread_id: address.thread,
                text: &text,
                entities: &[],
                link_preview_options: NoPreview::OFF,
                reply_parameters: address.reply_to.map(ReplyTo::message),
                reply_markup: Some(&keyboard),
            };
            let placed = slot.call(&message).await?.message_id;
            if let Err(error) = insist(&tools.clock, || tools.storage.placed(key, placed)).await {
                // Whoever has the claim now will place its own answer.
                tracing::debug!(reason = %error, "The place of an answer could not be stored");
            }
            Ok(Shown::Placed(placed))
        })
    }

    pub(super) fn edit(&self, slot: Slot, message_id: i64, page: Part) -> Call {
        let (chat_id, keyboard) = (self.address.chat, self.stop_button());
        Box::pin(async move {
            let edit = EditText {
                chat_id,
                message_id,
                text: &page.text,
                entities: &page.entities,
                link_preview_options: NoPreview::OFF,
                reply_markup: Some(&keyboard),
            };
            slot.call(&edit).await.map(|_| Shown::Frame)
        })
    }

    /// The same for a message that was sent inline. An answer that has outgrown it shows its beginning.
    pub(super) fn edit_inline(&self, slot: Slot, text: &str) -> Call {
        let (handle, question) = self.inline.clone().unwrap_or_default();
        let (page, keyboard) = (inline::growing(&question, &markdown::format_partial(text)), self.stop_button());
        Box::pin(async move {
            let edit = EditInline {
                inline_message_id: &handle,
                text: &page.text,
                entities: &page.entities,
                link_preview_options: NoPreview::OFF,
                reply_markup: Some(&keyboard),
            };
            slot.call(&edit).await.map(|_| Shown::Frame)
        })
    }
}

/// A server that is older than drafts, or than their Stop button: an answer that cannot be stopped is not shown there.
pub(super) fn knows_no_drafts(error: &TelegramError) -> bool {
    match error {
        TelegramError::Refused { code: 404, .. } => true,
        TelegramError::Refused { description, .. } => description.contains("can_stop"),
        _ => false,
    }
}
