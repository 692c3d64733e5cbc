//! The menu of commands, in each language, set only when it changed: `setMyCommands` is limited, and starts are many.

use crate::replies::{self, Language};
use crate::telegram::methods::{GetMyCommands, SetMyCommands};
use crate::telegram::{Telegram, TelegramError};

/// Shows the menu. A failure costs nothing but the menu, so it is only noted.
pub async fn show_menu(telegram: Telegram) {
    // Everybody whose language has no menu of its own gets the one without a language.
    for (code, language) in [("", Language::En), ("ru", Language::Ru)] {
        if let Err(error) = show_one(&telegram, code, language).await {
            tracing::warn!(reason = %error, "The menu of commands could not be set");
        }
    }
}

async fn show_one(telegram: &Telegram, language_code: &str, language: Language) -> Result<(), TelegramError> {
    let wanted = replies::menu(language);
    if telegram.call(&GetMyCommands { language_code }).await? == wanted {
        return Ok(());
    }
    telegram.call(&SetMyCommands { commands: wanted, language_code }).await.map(drop)
}
