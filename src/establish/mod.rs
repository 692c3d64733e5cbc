//! Between "listening" and "ready": who the bot is, how its updates arrive, what its menu shows.
//!
//! Telegram may be out of reach when the program starts. That is said once and waited out; only what waiting cannot mend
//! (a wrong token) ends the process.

use crate::clock::Clock;
use crate::telegram::methods::{BotIdentity, GetMe};
use crate::telegram::{Patience, Telegram, TelegramError};

mod age;
mod menu;
mod updates;

pub use age::learn_age;
pub use menu::show_menu;
pub use updates::{Obstacle, clear_way_for_polling, set_webhook};

/// Telegram does not know the token.
#[derive(Debug, thiserror::Error)]
#[error(
    "Telegram does not know this BOT_TOKEN. Copy it again from @BotFather (it looks like 123456789:AA…), or ask there for a new one"
)]
pub struct WrongToken;

/// Asks Telegram who this token's bot is, until it answers.
pub async fn who_am_i(telegram: &Telegram, clock: &Clock) -> Result<BotIdentity, WrongToken> {
    match insist("getMe", telegram, clock, || telegram.call(&GetMe {})).await {
        Ok(identity) => Ok(identity),
        Err(_) => Err(WrongToken),
    }
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
