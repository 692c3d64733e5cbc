//! The getUpdates loop: ask, store, and only then confirm.
//!
//! The next request's offset is what confirms, so it moves only after [`Acceptor::accept`] returned `Ok`. The offset is
//! never stored: after a week of silence Telegram starts its ids anew at random, and an old offset would swallow them.
//! Without one, Telegram sends everything unconfirmed, and the store knows what it has seen.
//!
//! Nothing here ends the process. Another poller or a webhook (409) is normal for about a minute during a redeploy, so
//! it is said at INFO at first and as a warning after a minute; networks come back.

use std::time::Duration;

use serde_json::value::RawValue;

use super::Acceptor;
use crate::clock::{Clock, Timestamp};
use crate::faults::{self, Moment};
use crate::lifecycle::StopSignals;
use crate::storage::StorageError;
use crate::telegram::methods::GetUpdates;
use crate::telegram::{Patience, Telegram, TelegramError};

/// How long Telegram holds a request without updates, in seconds; its server clamps at 50.
const HOLD: u8 = 45;
/// A round that takes this much longer than `HOLD` is stalled: the connection is dead without having said so.
const STALLED: Duration = Duration::from_secs(HOLD as u64 + 10);
/// A conflict that lasts longer than a redeploy's overlap is somebody else's program.
const OVERLAP: Duration = Duration::from_mins(1);

/// What becomes known by polling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Telegram has answered a poll: updates can come.
    Answered,
    /// Telegram gives polls nothing as long as the webhook is there that somebody has set.
    WebhookInTheWay,
}

/// Why a round brought nothing.
enum Trouble {
    Telegram(TelegramError),
    Store(StorageError),
}

/// Asks for updates until the soft stop, and tells `news` after each request. A webhook in the way is told there alone:
/// whose it is, the log says elsewhere.
pub async fn run(
    telegram: Telegram,
    acceptor: Acceptor,
    clock: Clock,
    stop: StopSignals,
    news: impl Fn(News) + Send + Sync,
) -> Result<(), std::convert::Infallible> {
    let mut offset = None;
    // The first request comes back at once, so that it is known whether polling works before anybody writes.
    let mut hold = 0;
    let mut troubles = Troubles::new(clock);
    loop {
        let round = tokio::select! {
            // Dropping a request unanswered confirms nothing: its updates come again.
            () = stop.soft.cancelled() => return Ok(()),
            () = troubles.clock.sleep(STALLED) => Err(Trouble::Telegram(TelegramError::Unknown(
                "a poll has stalled: its connection is dead without having said so".to_owned(),
            ))),
            round = ask(&telegram, &acceptor, offset, hold) => round,
        };
        match round {
            Ok(next) => {
                offset = next.or(offset);
                hold = HOLD;
                troubles.over();
                news(News::Answered);
            }
            Err(trouble) => {
                if trouble.is_a_webhook() {
                    news(News::WebhookInTheWay);
                }
                let pause = troubles.pause_after(&trouble);
                tokio::select! {
                    () = stop.soft.cancelled() => return Ok(()),
                    () = troubles.clock.sleep(pause) => {}
                }
            }
        }
    }
}

impl Trouble {
    fn is_a_webhook(&self) -> bool {
        matches!(self, Self::Telegram(error) if error.says_webhook_is_active())
    }
}

/// One request: its updates are stored when this returns the offset that confirms them.
async fn ask(telegram: &Telegram, acceptor: &Acceptor, offset: Option<i64>, hold: u8) -> Result<Option<i64>, Trouble> {
    let wanted = GetUpdates { offset, limit: 100, timeout: hold, allowed_updates: [] };
    let answer = telegram.call_raw("getUpdates", &wanted, STALLED + STALLED).await.map_err(Trouble::Telegram)?;
    let updates: Vec<Box<RawValue>> = serde_json::from_str(answer.get())
        .map_err(|_| Trouble::Telegram(TelegramError::Unknown("getUpdates brought no list".to_owned())))?;
    if updates.is_empty() {
        return Ok(None);
    }
    let raws: Vec<String> = updates.iter().map(|update| update.get().to_owned()).collect();
    faults::at(Moment::Polled);
    let last = raws.iter().filter_map(|raw| crate::update::envelope(0, raw).update_id).max();
    acceptor.accept(raws).await.map_err(Trouble::Store)?;
    Ok(last.map(|id| id + 1))
}

/// A row of failures: how long to pause, and what to say about it, once.
struct Troubles {
    clock: Clock,
    since: Option<Timestamp>,
    patience: Patience,
    /// A conflict was mentioned that may be a redeploy's overlap.
    mentioned: bool,
    /// A real trouble was told.
    told: bool,
}

impl Troubles {
    fn new(clock: Clock) -> Self {
        Self { clock, since: None, patience: Patience::default(), mentioned: false, told: false }
    }

    fn over(&mut self) {
        if self.told {
            tracing::info!("Polling works again");
        }
        *self = Self::new(self.clock.clone());
    }

    fn pause_after(&mut self, trouble: &Trouble) -> Duration {
        let since = *self.since.get_or_insert(self.clock.now());
        self.tell(trouble, self.clock.now().since(since));
        let pause = self.patience.pause();
        match trouble {
            Trouble::Telegram(TelegramError::RetryAfter(wait)) => pause.max(*wait),
            _ => pause,
        }
    }

    /// Says what is wrong once, and a conflict that does not end a second time, louder.
    fn tell(&mut self, trouble: &Trouble, lasting: Duration) {
        let overlap = matches!(trouble, Trouble::Telegram(TelegramError::Conflict(_))) && lasting < OVERLAP;
        let told = if overlap { &mut self.mentioned } else { &mut self.told };
        if std::mem::replace(told, true) {
            return;
        }
        match trouble {
            _ if trouble.is_a_webhook() => {}
            Trouble::Telegram(error) if overlap => {
                tracing::info!(reason = %error, "Another process receives this bot's updates; normal while a redeploy overlaps");
            }
            Trouble::Telegram(error) => tracing::warn!(reason = %error, "Polling fails; trying again"),
            Trouble::Store(error) => {
                tracing::error!(reason = %error, "Updates could not be stored; Telegram keeps them");
            }
        }
    }
}

#[cfg(test)]
mod tests;
