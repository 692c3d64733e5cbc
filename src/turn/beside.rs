//! A call beside the conversation, with the money for it: kept back before, written down after.
//!
//! Such a call is done once it was taken, so nobody's stop ends it: who has it made waits for its end, and what it brings
//! is charged whether or not somebody still wants it. As soon as the provider has named it there is a line in the ledger: of a
//! call that failed after that, or whose process died, the cost is looked up.

use std::time::Duration;

use super::{Question, Tools, typing};
use crate::metrics;
use crate::money::{Refusal, Reservation, Verdict, Worst};
use crate::openrouter::{ModelError, ModelErrorKind, Receipt, Unanswered};
use crate::owner::Cause;
use crate::storage::{NewCharge, StorageError, UsageRecord};

/// From a call that was lost to the first look for its cost: it is over by then.
const LOOK_AFTER: Duration = Duration::from_mins(2);

/// A call to be made.
pub(super) struct Call<F> {
    /// Who is asked.
    pub(super) model: String,
    /// The most that it may cost.
    pub(super) worst: Worst,
    /// What people see meanwhile, in Telegram's words.
    pub(super) action: &'static str,
    /// The call itself.
    pub(super) making: F,
}

/// Why nothing came of it.
pub(super) enum NotDone {
    /// There is no money for it; it was not made.
    Refused(Refusal),
    /// It failed.
    Failed(ModelError),
}

impl<F> Call<F> {
    /// Makes it, if there is money for it; what it brought comes with its line for the ledger.
    pub(super) async fn make<T>(
        self,
        tools: &Tools,
        question: &Question,
    ) -> Result<Result<(T, UsageRecord), NotDone>, StorageError>
    where
        F: Future<Output = Result<(T, Receipt), Unanswered>>,
    {
        let mut reservation = match tools.money.reserve(question.payer, self.worst).await? {
            Verdict::Granted(reservation) => reservation,
            Verdict::Refused(refusal) => return Ok(Err(NotDone::Refused(refusal))),
        };
        let made = tokio::select! {
            biased;
            made = self.making => made,
            never = typing::keep_up(tools, question, self.action) => match never {},
        };
        let (made, receipt) = match made {
            Ok(made) => made,
            Err(Unanswered { error, generation_id }) => {
                log(tools, &self.model, &error);
                if let Some(name) = &generation_id {
                    enter(tools, question, name, &mut reservation).await;
                }
                return Ok(Err(NotDone::Failed(error)));
            }
        };
        let generation_id = match receipt.generation_id {
            Some(name) => {
                enter(tools, question, &name, &mut reservation).await;
                name
            }
            None => unnamed(tools, question),
        };
        reservation.begins(&generation_id);
        let (usage, bill) = (receipt.usage, reservation.bill());
        reservation.ends(usage.cost_micro_usd);
        if let Some(micro_usd) = usage.cost_micro_usd {
            metrics::cost(&self.model, micro_usd);
        }
        let record = UsageRecord {
            generation_id,
            model: self.model,
            prompt_tokens: usage.prompt_tokens.unwrap_or(0),
            completion_tokens: usage.completion_tokens.unwrap_or(0),
            cost_micro_usd: usage.cost_micro_usd,
            bill,
        };
        Ok(Ok((made, record)))
    }
}

/// Enters it in the ledger under the provider's name for it: what it cost is found out whatever becomes of what it brought.
/// Like a stream's line (`charge`) it is not insisted on: the same store has to take what it brought.
async fn enter(tools: &Tools, question: &Question, name: &str, reservation: &mut Reservation) {
    reservation.begins(name);
    let (lane, seq, bill) = (question.lane, question.key.seq, reservation.bill());
    let charge = NewCharge { generation_id: name.to_owned(), lane, seq, bill, look_after: LOOK_AFTER };
    if let Err(error) = tools.storage.open_charge(charge).await {
        tracing::warn!(reason = %error, "Something was done beside a conversation that is not in the ledger yet");
    }
}

/// The ledger knows a generation by its name; one that has none gets one from its question and the moment.
fn unnamed(tools: &Tools, question: &Question) -> String {
    format!("unnamed-{}-{}-{}", question.lane.bot, question.key.seq.0, tools.clock.now().0)
}

fn log(tools: &Tools, model: &str, error: &ModelError) {
    match error.kind {
        ModelErrorKind::Account => {
            tracing::error!(model, detail = %error, "The provider refuses this account: check OPENROUTER_API_KEY and its credit");
            tools.owner.tell(Cause::Account, &error.detail);
        }
        ModelErrorKind::NoSuchModel => {
            tracing::error!(model, detail = %error, "The provider does not have this model, or not for this: check IMAGE_MODEL and TRANSCRIPTION_MODEL");
            tools.owner.tell(Cause::NoSuchModel, &error.detail);
        }
        _ => tracing::warn!(model, detail = %error, "A model failed beside the conversation"),
    }
}
