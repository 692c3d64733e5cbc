//! Leave to show one frame.

use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::requests::Payload;

use super::{Telegram, TelegramError};

/// Which frames share a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// Drafts.
    Draft,
    /// Messages and edits.
    Message,
}

/// Leave to make one call.
pub struct Slot(Telegram);

impl Telegram {
    /// Waits for leave to show a frame.
    pub async fn slot(&self, _chat: i64, _kind: SlotKind) -> Slot {
        Slot(self.clone())
    }
}

impl Slot {
    /// Makes the call.
    pub async fn call<P>(self, payload: &P) -> Result<P::Output, TelegramError>
    where
        P: Payload + Serialize + Sync,
        P::Output: DeserializeOwned,
    {
        self.0.call(payload).await
    }
}
