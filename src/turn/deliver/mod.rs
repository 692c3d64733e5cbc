//! Delivering a stored reply, part by part.
//!
//! Telegram offers no key that would make a repeated send harmless, so each part's send is announced in the store before
//! and its message id recorded after. A part that surely did not arrive is sent again. When that cannot be known (the
//! answer to a send was lost, or the process died in between), it is sent again too, because a doubled answer is better
//! than none; each such case is counted and said, and the pauses between them grow to minutes.
//!
//! A part that is written over a message that is there (a placeholder, an answer that is given again) is safer: such a
//! change can be repeated without harm.
//!
//! A call under way is never dropped, not even by a stop: what became of it would not be known.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Tools;
use crate::faults;
use crate::inbox::Claim;
use crate::metrics;
use crate::storage::{Form, StorageError, StoredReply, insist};
use crate::telegram::methods::DeleteMessages;
use crate::telegram::{Telegram, TelegramError, Urgency};

mod errand;
mod letter;
mod made;
mod progress;

use errand::{Errand, Unsent};
use letter::Letter;
use progress::Progress;

/// The longest pause after a send of which nothing is known; every repetition may be a copy.
const UNKNOWN_PAUSE: Duration = Duration::from_mins(10);

/// How far a delivery came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Every part arrived, and the store knows.
    Done,
    /// Not now. `after`: how long to wait, when that is known better here.
    Later {
        /// What is in the way.
        reason: String,
        /// Telegram's own wish, or that of caution.
        after: Option<Duration>,
    },
    /// The chat cannot be reached, now or ever.
    Gone(String),
    /// Telegram takes this text in no form.
    Refused(String),
}

/// How the parts of a reply get to Telegram.
pub struct Way<'a> {
    /// What turns work with.
    pub tools: &'a Tools,
    /// How badly it is waited for.
    pub urgency: Urgency,
    /// Ends the waiting between two calls.
    pub stop: &'a CancellationToken,
}

/// Sends what is still owed of `reply`. After a crash in between, the next attempt goes on where the store says.
pub async fn deliver(way: &Way<'_>, claim: &Claim, reply: &StoredReply) -> Result<Delivery, StorageError> {
    let Tools { storage, clock, .. } = way.tools;
    let (key, count) = (claim.key(), reply.parts.len());
    let mut progress = Progress::of(reply);
    for k in 0..count {
        if progress.is_settled(k) {
            continue;
        }
        let errand = Errand {
            way,
            key,
            k,
            // Storing a reply announces its first send.
            announced: k == 0 && claim.stored_reply().is_none(),
            maybe_sent: reply.maybe_sent && progress.is_next(k),
        };
        faults::pass_poison(&reply.parts[k].0.text);
        let made = made::filled(way.tools, reply.address.chat, &reply.parts[k].0).await?;
        let letter = progress.letter(k).at(way.tools.moves.current(reply.address.chat));
        let letter = made.as_ref().map_or(letter, |part| Letter { part, ..letter });
        let message_id = match errand.run(letter).await {
            Ok(message_id) => message_id,
            Err(Unsent::Store(error)) => return Err(error),
            Err(Unsent::Telegram(error)) if progress.can_do_without(k, &error) => {
                note_refusal(way.tools, reply.parts[k].0.form, &error);
                0
            }
            Err(Unsent::Telegram(error)) => {
                // Whatever became of this call is known or has been said: the next attempt is not a doubt of its own.
                insist(clock, || storage.not_sent(key, k)).await?;
                return Ok(match undelivered(&error, claim.tries(), way.stop) {
                    _ if letter.is_in_vain(&error) => Delivery::Gone(error.to_string()),
                    other => other,
                });
            }
        };
        tracing::debug!(part = k + 1, parts = count, "A part of the answer arrived");
        progress.arrived(k, message_id);
        let last = k + 1 == count || progress.rest_is_settled(k);
        if last {
            delete(&way.tools.telegram, reply.address.chat, progress.superfluous()).await;
        }
        insist(clock, || storage.delivered(key, k, message_id, last)).await?;
        if last {
            break;
        }
    }
    Ok(Delivery::Done)
}

/// Says, and counts, that a message is sent of which nobody knows whether it was sent before the process died.
pub fn may_be_a_copy(why: &'static str) {
    tracing::warn!("A message may arrive twice: {why}");
    metrics::send_repeated("crash");
}

/// A server that does not take rich messages is not asked again; one that did not take this one is.
fn note_refusal(tools: &Tools, form: Form, error: &TelegramError) {
    if form == Form::Document {
        tracing::warn!(reason = %error, "Telegram refused a file; sending the rest of the answer as text");
    } else if form == Form::Picture {
        tracing::warn!(reason = %error, "Telegram refused a picture; sending its words alone");
    } else if matches!(error, TelegramError::Refused { code: 404, .. }) {
        tools.rich.store(false, Ordering::Relaxed);
        tracing::info!("This Bot API server knows no rich messages; tables and formulas are sent as text");
    } else {
        tracing::warn!(reason = %error, "Telegram refused a rich message; sending it as text");
    }
}

/// Messages that carried an earlier answer, or its beginning, and are not written over. One that cannot be deleted (it is
/// older than two days) stays: nothing is wrong with the answer.
pub async fn delete(telegram: &Telegram, chat: i64, messages: &[i64]) {
    if messages.is_empty() {
        return;
    }
    if let Err(error) = telegram.call(&DeleteMessages { chat_id: chat, message_ids: messages }).await {
        tracing::debug!(reason = %error, "Messages of an earlier answer could not be deleted");
    }
}

/// What a part that did not go out means for the whole.
fn undelivered(error: &TelegramError, tries: u32, stop: &CancellationToken) -> Delivery {
    let reason = error.to_string();
    match error {
        TelegramError::Refused { .. } if error.chat_is_gone() => Delivery::Gone(reason),
        // Of every method, so it is the server's address or the bot's token, not this text.
        TelegramError::Refused { code: 404, .. } => Delivery::Later { reason, after: None },
        TelegramError::Refused { .. } => Delivery::Refused(reason),
        _ if stop.is_cancelled() => Delivery::Later { reason, after: Some(Duration::ZERO) },
        TelegramError::RetryAfter(wait) => Delivery::Later { reason, after: Some(*wait) },
        TelegramError::Unknown(_) => {
            let pause = Duration::from_secs(5).saturating_mul(1 << tries.min(16)).min(UNKNOWN_PAUSE);
            Delivery::Later { reason, after: Some(pause) }
        }
        _ => Delivery::Later { reason, after: None },
    }
}
