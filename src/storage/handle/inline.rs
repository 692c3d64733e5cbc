//! The verbs that are about what people ask inline.

use crate::faults::{self, Step};
use crate::storage::{AskedTurn, Backend, ClaimKey, Seq, Storage, StorageError};
use crate::update::Lane;

impl Storage {
    /// The last question that was answered over this message, and who asked it.
    pub async fn turn_asked_inline(&self, bot: i64, inline: &str) -> Result<Option<(i64, AskedTurn)>, StorageError> {
        on_backend!(self, turn_asked_inline(bot, inline.to_owned()))
    }

    /// The question that a press stands for ([`asked`](Self::asked) tells it to a later attempt).
    pub async fn asks(&self, key: ClaimKey, question: &str) -> Result<(), StorageError> {
        commit!(Placed, self, asks(key, question.to_owned()))
    }

    /// The question that an earlier attempt at this update has noted.
    pub async fn asked(&self, seq: Seq) -> Result<Option<String>, StorageError> {
        on_backend!(self, asked(seq))
    }

    /// What the model answered to this update of a chat and topic; empty when it wrote nothing.
    pub async fn answer(&self, lane: Lane, seq: Seq) -> Result<Option<String>, StorageError> {
        on_backend!(self, answer(lane, seq))
    }
}
