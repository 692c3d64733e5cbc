//! Delivering a stored reply, part by part.
//!
//! Telegram offers no key that would make a repeated send harmless, so each part's send is announced in the store before
//! and its message id recorded after. A part that surely did not arrive is sent again. When that cannot be known (the
//! answer to a send was lost, or the process died in between), it is sent again too, because a doubled answer is better
//! than none; each such case is counted and said, and the pauses between them grow to minutes.
//!
//! A call under way is never dropped, not even by a stop: what became of it would not be known.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Tools;
use crate::inbox::Claim;
use crate::metrics;
use crate::storage::{Address, Part, StorageError, StoredReply, insist};
use crate::telegram::methods::{NoPreview, ReplyTo, SendText};
use crate::telegram::{TelegramError, Urgency};

/// Pauses before a send that did not arrive is tried again on the spot. When these are used up the claim is given back,
/// so that it does not hold a place while Telegram is away.
const AGAIN: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// The longest flood wait that is sat out on the spot.
const SIT_OUT: Duration = Duration::from_secs(5);
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

/// Sends what is still owed of `reply`. After a crash in between, the next attempt goes on where the store says. `stop`
/// ends the waiting between two calls.
pub async fn deliver(
    tools: &Tools,
    claim: &Claim,
    reply: &StoredReply,
    stop: &CancellationToken,
) -> Result<Delivery, StorageError> {
    if reply.maybe_sent {
        tracing::warn!("A message may arrive twice: the process ended while it was being sent");
        metrics::send_repeated("crash");
    }
    let (storage, clock, key, count) = (&tools.storage, &tools.clock, claim.key(), reply.parts.len());
    for (k, (part, arrived)) in reply.parts.iter().enumerate() {
        if arrived.is_some() {
            continue;
        }
        // Storing a reply announces its first send.
        if k > 0 || claim.stored_reply().is_some() {
            insist(clock, || storage.sending(key, k)).await?;
        }
        // Only the first part replies to the question; the rest follows it.
        let address = Address { reply_to: reply.address.reply_to.filter(|_| k == 0), ..reply.address };
        let error = match send(tools, address, part, stop).await {
            Ok(message_id) => {
                insist(clock, || storage.delivered(key, k, message_id, k + 1 == count)).await?;
                continue;
            }
            Err(error) => error,
        };
        // Whatever became of this call is known or has been said: the next attempt is not a doubt of its own.
        insist(clock, || storage.not_sent(key, k)).await?;
        return Ok(undelivered(&error, claim.tries(), stop));
    }
    Ok(Delivery::Done)
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

/// Sends one part and returns its message id, or the error with which it was given up for now.
async fn send(tools: &Tools, address: Address, part: &Part, stop: &CancellationToken) -> Result<i64, TelegramError> {
    let mut message = message(address, part);
    let mut pauses = AGAIN.into_iter();
    let mut in_doubt = false;
    loop {
        let slot = tokio::select! {
            slot = tools.telegram.permit(Urgency::Final, message.chat_id) => slot,
            () = stop.cancelled() => Err(TelegramError::NotSent("the program stops".to_owned())),
        };
        let sent = match slot {
            Ok(slot) => slot.call(&message).await,
            Err(error) => Err(error),
        };
        let error = match sent {
            Ok(sent) => return Ok(sent.message_id),
            Err(error) => error,
        };
        match &error {
            TelegramError::Migrated(chat) if message.chat_id != *chat => {
                message.chat_id = *chat;
                continue;
            }
            TelegramError::Refused { description, .. } if !error.chat_is_gone() => {
                let Some(plainer) = plainer(message, description) else { return Err(error) };
                tracing::warn!(reason = %error, "Telegram refused a message; sending it plainer");
                message = plainer;
                continue;
            }
            TelegramError::Unknown(_) => {
                tracing::warn!(reason = %error, "A message may arrive twice: Telegram did not say whether it had arrived");
                metrics::send_repeated("no_answer");
                // Once on the spot; whatever comes after that is not in a hurry.
                if std::mem::replace(&mut in_doubt, true) {
                    return Err(error);
                }
            }
            TelegramError::RetryAfter(wait) if *wait <= SIT_OUT => {}
            TelegramError::NotSent(_) => {}
            _ => return Err(error),
        }
        let Some(pause) = pauses.next() else { return Err(error) };
        let pause = if let TelegramError::RetryAfter(wait) = error { wait } else { pause };
        tokio::select! {
            () = tools.clock.sleep(pause) => {}
            () = stop.cancelled() => return Err(error),
        }
    }
}

fn message(address: Address, part: &Part) -> SendText<'_> {
    SendText {
        chat_id: address.chat,
        message_thread_id: address.thread,
        text: &part.text,
        entities: &part.entities,
        link_preview_options: NoPreview::OFF,
        reply_parameters: address.reply_to.map(ReplyTo::message),
    }
}

/// The same text with less around it, until nothing is left to leave out. What the refusal names goes first, because the
/// rest is worth keeping: the question may be deleted, a topic closed while the answer was written. Then the formatting.
fn plainer<'a>(message: SendText<'a>, refusal: &str) -> Option<SendText<'a>> {
    let refusal = refusal.to_ascii_lowercase();
    let names = |words: [&str; 2]| words.iter().any(|word| refusal.contains(word));
    let (replies, in_topic) = (message.reply_parameters.is_some(), message.message_thread_id != 0);
    if replies && names(["replied", "reply_message"]) {
        Some(SendText { reply_parameters: None, ..message })
    } else if in_topic && names(["thread", "topic"]) {
        Some(SendText { message_thread_id: 0, ..message })
    } else if !message.entities.is_empty() {
        Some(SendText { entities: &[], ..message })
    } else if replies {
        Some(SendText { reply_parameters: None, ..message })
    } else if in_topic {
        Some(SendText { message_thread_id: 0, ..message })
    } else {
        None
    }
}
