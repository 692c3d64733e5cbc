//! Between "listening" and "ready": who the bot is, how its updates arrive, what its menu shows. And afterwards: that they
//! go on arriving.
//!
//! Telegram may be out of reach when the program starts. That is said once and waited out; only what waiting cannot mend
//! (a wrong token) ends the process. Later nothing does: what another program takes away is taken back ([`watch()`]) or
//! named ([`Rival`]).

use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::telegram::methods::{BotIdentity, GetMe};
use crate::telegram::{Patience, Telegram, TelegramError};

mod age;
mod deliveries;
mod hook;
mod menu;
mod rival;
mod updates;
mod watch;

pub use age::learn_age;
pub use hook::{Hook, HookSet, WishRefused};
pub use menu::show_menu;
pub use rival::{Rival, Sighting};
pub use updates::{Obstacle, clear_way_for_polling};
pub use watch::watch;

/// A machine's clock may be so far from Telegram's. Ordinary ones are off by less than a second; a certificate or a limit
/// that is counted in minutes starts to suffer beyond this.
const CLOCK_MAY_BE_OFF: Duration = Duration::from_mins(5);

/// Telegram does not know the token.
#[derive(Debug, thiserror::Error)]
#[error(
    "Telegram does not know this BOT_TOKEN. Copy it again from @BotFather (it looks like 123456789:AA…), or ask there for a new one"
)]
pub struct WrongToken;

/// Asks Telegram who this token's bot is, until it answers. Says so when the clocks differ.
pub async fn who_am_i(telegram: &Telegram, clock: &Clock) -> Result<BotIdentity, WrongToken> {
    match insist("getMe", telegram, clock, || telegram.call_dated(&GetMe {})).await {
        Ok((identity, date)) => {
            if let Some(difference) = date.and_then(|date| clocks_differ(clock.now(), date)) {
                tracing::warn!(
                    "This machine's clock is {difference} Telegram's. Set it right (timedatectl set-ntp true): times in \
                     the log and limits per day go by it, and far off no certificate is valid"
                );
            }
            Ok(identity)
        }
        Err(_) => Err(WrongToken),
    }
}

/// How far this machine's clock is from Telegram's, as the middle of a sentence; `None` when it is near enough.
fn clocks_differ(here: Timestamp, there: Timestamp) -> Option<String> {
    let (ahead, behind) = (here.since(there), there.since(here));
    let words = if ahead > behind { "ahead of" } else { "behind" };
    let difference = ahead.max(behind);
    // A date has whole seconds, so an hour may look like a little less.
    let minutes = (difference.as_secs() + 30) / 60;
    (difference > CLOCK_MAY_BE_OFF).then(|| format!("{minutes} minutes {words}"))
}

/// Repeats a call until Telegram accepts it; what it refuses for good comes back as the error.
async fn insist<T, F: Future<Output = Result<T, TelegramError>>>(
    what: &'static str,
    telegram: &Telegram,
    clock: &Clock,
    call: impl Fn() -> F,
) -> Result<T, TelegramError> {
    let mut patience = Patience::default();
    let mut told = false;
    loop {
        let error = match call().await {
            // A domain that was made a minute ago is not known everywhere yet.
            Err(TelegramError::Refused { description, .. }) if description.contains("Failed to resolve host") => {
                TelegramError::NotSent(description)
            }
            Err(error @ (TelegramError::Unauthorized | TelegramError::Refused { .. })) => return Err(error),
            Err(error) => error,
            Ok(answer) => {
                if told {
                    tracing::info!(call = what, "Telegram answers again");
                }
                return Ok(answer);
            }
        };
        if !std::mem::replace(&mut told, true) {
            let reason = telegram.redact(&error.to_string());
            tracing::warn!(call = what, reason, "Telegram cannot be reached; trying again until it can");
        }
        let pause = patience.pause();
        clock.sleep(if let TelegramError::RetryAfter(wait) = error { wait } else { pause }).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_off_by_some_minutes_and_not_by_more() {
        let (noon, later) = (Timestamp(1_790_000_000_000), |minutes| Duration::from_mins(minutes));
        assert_eq!(clocks_differ(noon, noon), None);
        assert_eq!(clocks_differ(noon, noon.plus(later(5))), None);
        assert_eq!(clocks_differ(noon, noon.plus(later(60))).as_deref(), Some("60 minutes behind"));
        assert_eq!(clocks_differ(noon.plus(later(6)), noon).as_deref(), Some("6 minutes ahead of"));
    }
}
