//! Getting one part out: tried again where that helps, plainer where Telegram refuses it, announced where it could arrive
//! twice.

use std::time::Duration;

use super::letter::{Letter, Over};
use super::{Way, delete};
use crate::metrics;
use crate::storage::{ClaimKey, StorageError, insist};
use crate::telegram::TelegramError;
use crate::turn::move_group;
use crate::update::Moved;

/// Pauses before a send that did not arrive is tried again on the spot. When these are used up the claim is given back,
/// so that it does not hold a place while Telegram is away.
const AGAIN: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];
/// The longest flood wait that is sat out on the spot.
const SIT_OUT: Duration = Duration::from_secs(5);
/// One part's way out.
pub(super) struct Errand<'a> {
    pub(super) way: &'a Way<'a>,
    /// Names the claim in the store.
    pub(super) key: ClaimKey,
    /// Which part it is.
    pub(super) k: usize,
    /// The store knows that it is about to be sent.
    pub(super) announced: bool,
    /// An earlier process may have sent it.
    pub(super) maybe_sent: bool,
}

/// Why a part did not go out.
pub(super) enum Unsent {
    /// For now, or for ever: the error says which.
    Telegram(TelegramError),
    /// Nothing was sent, because it could not be announced.
    Store(StorageError),
}

/// What a failed attempt leads to.
enum Next<'a> {
    /// Another letter, at once.
    Now(Letter<'a>),
    /// The same letter, after a pause.
    Again,
    /// Nothing more for now.
    GiveUp,
}

impl Errand<'_> {
    /// Sends the part and returns its message's id.
    pub(super) async fn run(mut self, mut letter: Letter<'_>) -> Result<i64, Unsent> {
        let (clock, stop) = (&self.way.tools.clock, self.way.stop);
        let mut pauses = AGAIN.into_iter();
        let mut in_doubt = false;
        loop {
            if letter.over.is_none() {
                self.before_a_send().await.map_err(Unsent::Store)?;
            }
            let error = match self.attempt(letter).await {
                Ok(message_id) => return Ok(message_id),
                Err(error) => error,
            };
            match self.next(letter, &error, &mut in_doubt).await {
                Next::Now(another) => {
                    letter = another;
                    continue;
                }
                Next::Again => {}
                Next::GiveUp => return Err(Unsent::Telegram(error)),
            }
            let Some(pause) = pauses.next() else { return Err(Unsent::Telegram(error)) };
            let pause = if let TelegramError::RetryAfter(wait) = error { wait } else { pause };
            tokio::select! {
                () = clock.sleep(pause) => {}
                () = stop.cancelled() => return Err(Unsent::Telegram(error)),
            }
        }
    }

    /// A change can be repeated without harm; a send is announced before, and said when it may be a copy.
    async fn before_a_send(&mut self) -> Result<(), StorageError> {
        let tools = self.way.tools;
        if !std::mem::replace(&mut self.announced, true) {
            insist(&tools.clock, || tools.storage.sending(self.key, self.k)).await?;
        }
        if std::mem::take(&mut self.maybe_sent) {
            super::may_be_a_copy("the process ended while it was being sent");
        }
        Ok(())
    }

    async fn attempt(&self, letter: Letter<'_>) -> Result<i64, TelegramError> {
        let Way { tools, urgency, stop } = *self.way;
        let slot = tokio::select! {
            slot = tools.telegram.permit(urgency, letter.address.chat, letter.kind()) => slot,
            () = stop.cancelled() => Err(TelegramError::NotSent("the program stops".to_owned())),
        };
        letter.post(slot?).await
    }

    async fn next<'a>(&self, letter: Letter<'a>, error: &TelegramError, in_doubt: &mut bool) -> Next<'a> {
        match error {
            TelegramError::Migrated(chat) if letter.address.chat != *chat => {
                let moved = Moved { from: letter.address.chat, to: *chat };
                // The answer need not wait for that; Telegram tells of it once more, in both groups.
                if let Err(error) = move_group(self.way.tools, moved).await {
                    tracing::warn!(reason = %error, "What belongs to a group that has moved cannot be moved now");
                }
                Next::Now(letter.at(*chat))
            }
            TelegramError::Refused { description, .. } if !letter.is_in_vain(error) => {
                let Some(plainer) = letter.plainer(description) else { return Next::GiveUp };
                tracing::warn!(reason = %error, "Telegram refused a message; sending it plainer");
                if let (Some(Over::Message(old)), None) = (letter.over, plainer.over) {
                    delete(&self.way.tools.telegram, letter.address.chat, &[old]).await;
                }
                Next::Now(plainer)
            }
            // A change that is repeated changes nothing.
            TelegramError::Unknown(_) if letter.over.is_some() => Next::Again,
            TelegramError::Unknown(_) => {
                tracing::warn!(reason = %error, "A message may arrive twice: Telegram did not say whether it had arrived");
                metrics::send_repeated("no_answer");
                // Once on the spot; whatever comes after that is not in a hurry.
                if std::mem::replace(in_doubt, true) { Next::GiveUp } else { Next::Again }
            }
            TelegramError::RetryAfter(wait) if *wait <= SIT_OUT => Next::Again,
            TelegramError::NotSent(_) => Next::Again,
            _ => Next::GiveUp,
        }
    }
}
