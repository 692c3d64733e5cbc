//! `routergram webhook info|set|delete`: the webhook at Telegram, by hand.
//!
//! For the moments in which the bot cannot do it itself: before its first start, or when another program has it. What
//! is set goes through the same checks as the settings. The token is never printed.

use std::process::ExitCode;

use chrono::DateTime;
use secrecy::ExposeSecret as _;

use super::{WebhookAction, complain, configured, print, wait_for};
use crate::clock::Clock;
use crate::config::{Config, Mode, Sources, WebhookConfig};
use crate::telegram::methods::{DeleteWebhook, GetWebhookInfo, SetWebhook, WebhookInfo};
use crate::telegram::{Telegram, TelegramError};

/// Does it. Exit status 1 when Telegram does not, 78 when the settings cannot be used.
#[must_use]
pub fn webhook(action: &WebhookAction) -> ExitCode {
    let mut sources = Sources::of_this_process();
    if let WebhookAction::Set { url: Some(url) } = action {
        sources = sources.with("WEBHOOK_URL", url).with("USE_WEBHOOK", "true");
    }
    let config = match configured(&sources) {
        Ok(config) => config,
        Err(status) => return status,
    };
    if config.token.bot_id() == 0 {
        return failed("BOT_TOKEN is not set: there is no bot to look at");
    }
    wait_for(async {
        let telegram = match Telegram::new(config.token.clone(), &config.telegram, Clock::system()) {
            Ok(telegram) => telegram,
            Err(error) => return failed(&error.to_string()),
        };
        let done = match action {
            WebhookAction::Info => info(&config, &telegram).await,
            WebhookAction::Set { .. } => match &config.mode.mode {
                Mode::Webhook(wanted) => set(&config, &telegram, wanted).await,
                Mode::Polling | Mode::Disabled => {
                    return failed(&format!(
                        "these settings want no webhook: {}. Name one (routergram webhook set https://your-host), or set \
                         WEBHOOK_URL",
                        config.mode_and_why()
                    ));
                }
            },
            WebhookAction::Delete { drop_pending } => delete(&config, &telegram, *drop_pending).await,
        };
        match done {
            Ok(said) => {
                print(&said);
                ExitCode::SUCCESS
            }
            Err(error) => failed(&config.redactor().redact(&refusal(&error))),
        }
    })
}

fn failed(why: &str) -> ExitCode {
    complain(why);
    ExitCode::FAILURE
}

fn refusal(error: &TelegramError) -> String {
    match error {
        TelegramError::Unauthorized | TelegramError::Refused { code: 404, .. } => {
            "Telegram does not know this BOT_TOKEN. Copy it again from @BotFather, or ask there for a new one"
                .to_owned()
        }
        TelegramError::Refused { .. } => {
            format!("{error}. Check the address: https, a public host, port 443, 80, 88 or 8443")
        }
        TelegramError::NotSent(_) | TelegramError::Unknown(_) => {
            format!("{error}. Check the network and TELEGRAM_API_URL")
        }
        error => error.to_string(),
    }
}

async fn info(config: &Config, telegram: &Telegram) -> Result<String, TelegramError> {
    let info = telegram.call(&GetWebhookInfo {}).await?;
    let wanted = match &config.mode.mode {
        Mode::Webhook(wanted) if wanted.url.as_str() == info.url => "as these settings want it".to_owned(),
        Mode::Webhook(wanted) => format!("these settings want {}", config.token.conceal(wanted.url.as_str())),
        Mode::Polling if info.url.is_empty() => "as polling needs it".to_owned(),
        Mode::Polling => "these settings want polling, which it prevents".to_owned(),
        Mode::Disabled => "these settings want no bot".to_owned(),
    };
    let mut rows = vec![
        ("Webhook", format!("{} ({wanted})", address(config, &info))),
        ("Pending updates", info.pending_update_count.to_string()),
    ];
    if !info.url.is_empty() {
        rows.push(("Last error", last_error(&info)));
        rows.extend(info.max_connections.map(|most| ("Connections", format!("{most} at most"))));
    }
    let usual = || "all but chat_member, message_reaction and message_reaction_count".to_owned();
    rows.push(("Updates", info.allowed_updates.map_or_else(usual, |kinds| kinds.join(", "))));
    let lines = rows.iter().map(|(name, value)| format!("{:17}{value}", format!("{name}:")));
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn address(config: &Config, info: &WebhookInfo) -> String {
    if info.url.is_empty() { "none".to_owned() } else { config.token.conceal(&info.url) }
}

fn last_error(info: &WebhookInfo) -> String {
    let Some(message) = &info.last_error_message else { return "none".to_owned() };
    let when = info.last_error_date.and_then(|date| DateTime::from_timestamp(date, 0));
    let when = when.map_or(String::new(), |when| when.format(" (%Y-%m-%d %H:%M UTC)").to_string());
    format!("{message}{when}")
}

async fn set(config: &Config, telegram: &Telegram, wanted: &WebhookConfig) -> Result<String, TelegramError> {
    let before = telegram.call(&GetWebhookInfo {}).await?;
    let wish = SetWebhook {
        url: wanted.url.as_str(),
        secret_token: wanted.secret.expose_secret(),
        max_connections: wanted.max_connections,
        allowed_updates: [],
        drop_pending_updates: false,
    };
    telegram.call(&wish).await?;
    let mut said = String::new();
    if !before.url.is_empty() && before.url != wanted.url.as_str() {
        said = format!("Previous webhook: {}\n", address(config, &before));
    }
    let (url, connections) = (config.token.conceal(wanted.url.as_str()), wanted.max_connections);
    Ok(format!(
        "{said}Webhook set: {url} (max_connections {connections})\n{} updates wait; a bot that polls gets none from now on",
        before.pending_update_count
    ))
}

async fn delete(config: &Config, telegram: &Telegram, drop_pending: bool) -> Result<String, TelegramError> {
    let before = telegram.call(&GetWebhookInfo {}).await?;
    telegram.call(&DeleteWebhook { drop_pending_updates: drop_pending }).await?;
    let removed = if before.url.is_empty() {
        "There was no webhook".to_owned()
    } else {
        format!("Webhook deleted: {}", address(config, &before))
    };
    let pending = before.pending_update_count;
    let waiting = if drop_pending {
        format!("{pending} waiting updates were forgotten: nobody will answer them")
    } else {
        format!("{pending} updates wait; Telegram keeps each for a day")
    };
    Ok(format!(
        "{removed}\n{waiting}\nNothing arrives until the bot polls, or sets its webhook again (a running one may, at any time)"
    ))
}
