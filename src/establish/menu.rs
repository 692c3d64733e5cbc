//! What Telegram shows of the bot by itself, in each language: the menus of commands, and what it says it is.
//!
//! Each is set only when it is not there already: setting is limited, starts are many, and every set makes people's
//! programs load it again. It is asked for instead of remembered: whatever else has the token (another version,
//! @BotFather) changes it where it is, and a note in the store would go on believing what it says.

use teloxide::types::{BotCommandScope, ChatId, Recipient};

use crate::replies::{self, Audience, Language};
use crate::telegram::methods::{
    GetMyCommands, GetMyDescription, GetMyShortDescription, SetMyCommands, SetMyDescription, SetMyShortDescription,
};
use crate::telegram::{Telegram, TelegramError};

/// Shows all of it; of a bot that `paints`, that too. A failure costs nothing but that, so it is only noted.
pub async fn show_menu(telegram: Telegram, owners: Vec<i64>, paints: bool) {
    if let Err(error) = show(&telegram, &owners, paints).await {
        tracing::warn!(reason = %error, "The menus of commands and the bot's description could not be set");
    }
}

/// Until something goes wrong that would go wrong with the rest as well.
async fn show(telegram: &Telegram, owners: &[i64], paints: bool) -> Result<(), TelegramError> {
    for language in Language::ALL {
        menu(telegram, language, (Audience::Person, paints), None).await?;
        menu(telegram, language, (Audience::Group, paints), Some(BotCommandScope::AllGroupChats)).await?;
        description(telegram, language).await?;
        short_description(telegram, language).await?;
    }
    for owner in owners {
        for language in Language::ALL {
            let chat_id = Recipient::Id(ChatId(*owner));
            match menu(telegram, language, (Audience::Owner, paints), Some(BotCommandScope::Chat { chat_id })).await {
                // There is no chat with them before they have pressed Start.
                Err(TelegramError::Refused { .. }) => {
                    tracing::info!("An owner has not started the bot yet; their menu follows at the next start");
                    break;
                }
                done => done?,
            }
        }
    }
    Ok(())
}

/// Everybody whose language has nothing of its own gets what is set without a language.
fn code(language: Language) -> &'static str {
    if language == Language::default() { "" } else { language.code() }
}

async fn menu(
    telegram: &Telegram,
    language: Language,
    (audience, paints): (Audience, bool),
    scope: Option<BotCommandScope>,
) -> Result<(), TelegramError> {
    let (commands, language_code) = (replies::menu(language, audience, paints), code(language));
    if telegram.call(&GetMyCommands { scope: scope.clone(), language_code }).await? == commands {
        return Ok(());
    }
    telegram.call(&SetMyCommands { commands, scope, language_code }).await.map(drop)
}

async fn description(telegram: &Telegram, language: Language) -> Result<(), TelegramError> {
    let (description, language_code) = (replies::description(language), code(language));
    if telegram.call(&GetMyDescription { language_code }).await?.description == description {
        return Ok(());
    }
    telegram.call(&SetMyDescription { description, language_code }).await.map(drop)
}

async fn short_description(telegram: &Telegram, language: Language) -> Result<(), TelegramError> {
    let (short_description, language_code) = (replies::short_description(language), code(language));
    if telegram.call(&GetMyShortDescription { language_code }).await?.short_description == short_description {
        return Ok(());
    }
    telegram.call(&SetMyShortDescription { short_description, language_code }).await.map(drop)
}
