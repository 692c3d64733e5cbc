//! The line in the ledger of an answer that is being written.
//!
//! It is opened as soon as the provider has told its name for the generation, so that what is written is found and paid for
//! even if the process dies with the next word. It is written beside the stream, which never waits for it; whoever stores
//! the answer completes it. One that cannot be written is not insisted on: the same store has to take the answer.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::{Question, Tools};
use crate::money::Reservation;
use crate::storage::{NewCharge, Storage};

/// After the longest answer, an answer that nobody stored is over: then its cost is looked up.
const GRACE: Duration = Duration::from_mins(2);

/// Opens lines, one for each generation of a question.
pub(super) struct Charge<'a> {
    storage: &'a Storage,
    question: &'a Question,
    reservation: &'a mut Reservation,
    look_after: Duration,
    writing: Option<BoxFuture<'static, ()>>,
}

impl<'a> Charge<'a> {
    pub(super) fn new(tools: &'a Tools, question: &'a Question, reservation: &'a mut Reservation) -> Self {
        let look_after = tools.config.timeout + GRACE;
        Self { storage: &tools.storage, question, reservation, look_after, writing: None }
    }

    /// The provider calls what it writes this; begins to open a line when the name is a new one.
    pub(super) fn is_for(&mut self, generation_id: Option<&str>) {
        let Some(generation_id) = generation_id else { return };
        if !self.reservation.begins(generation_id) {
            return;
        }
        let charge = NewCharge {
            generation_id: generation_id.to_owned(),
            lane: self.question.lane,
            seq: self.question.key.seq,
            bill: self.reservation.bill(),
            look_after: self.look_after,
        };
        let storage = self.storage.clone();
        // One that is still under way has been handed to the store.
        self.writing = Some(Box::pin(async move {
            if let Err(error) = storage.open_charge(charge).await {
                tracing::warn!(reason = %error, "An answer is being written that is not in the ledger yet");
            }
        }));
    }

    /// Goes on writing; returns when a line is written. May be dropped and called again.
    pub(super) async fn keep_writing(&mut self) {
        let Some(writing) = &mut self.writing else { return std::future::pending().await };
        writing.await;
        self.writing = None;
    }
}
