//! What stands in the way of updates, and how the way is cleared for polling.

use url::Url;

use super::{WrongToken, insist};
use crate::clock::Clock;
use crate::config::TelegramConfig;
use crate::telegram::methods::{DeleteWebhook, GetWebhookInfo, WebhookInfo};
use crate::telegram::{Telegram, TelegramError};

/// Why the updates do not arrive, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// Telegram does not take the webhook's address.
    #[error("Telegram refuses the webhook: {0}. Check WEBHOOK_URL: https, a public host, port 443, 80, 88 or 8443")]
    WebhookRefused(String),
    /// The token was good a moment ago.
    #[error(transparent)]
    WrongToken(#[from] WrongToken),
    /// Telegram does not say or remove what webhook there is.
    #[error("Telegram refuses to look at the bot's webhook: {0}. Check TELEGRAM_API_URL")]
    LookRefused(String),
    /// The bot's updates go to somebody else.
    #[error(
        "this bot's updates go to {0}. Polling would take them away from there. Stop that program, or set \
         WEBHOOK_TAKEOVER=true to remove its webhook"
    )]
    ForeignWebhook(String),
}

/// Removes a webhook that stands in the way of polling, if it is ours or we may take it over.
pub async fn clear_way_for_polling(
    telegram: &Telegram,
    clock: &Clock,
    config: &TelegramConfig,
) -> Result<(), Obstacle> {
    let before = info(telegram, clock).await?;
    if before.url.is_empty() && !config.drop_pending_updates {
        return Ok(());
    }
    let url = telegram.conceal(&before.url);
    if !before.url.is_empty() && !config.webhook_takeover && !is_ours(&before.url, config) {
        return Err(Obstacle::ForeignWebhook(url));
    }
    let removal = DeleteWebhook { drop_pending_updates: config.drop_pending_updates };
    insist("deleteWebhook", telegram, clock, || telegram.call(&removal))
        .await
        .map_err(|error| obstacle(telegram, &error, Obstacle::LookRefused))?;
    if !before.url.is_empty() {
        tracing::warn!(webhook.url = url, "Removed the webhook {url} to receive updates by polling");
    }
    Ok(())
}

/// A webhook on a host that this program's own settings name was set by this deployment.
pub(super) fn is_ours(url: &str, config: &TelegramConfig) -> bool {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.is_some_and(|host| config.own_webhook_hosts.contains(&host))
}

pub(super) async fn info(telegram: &Telegram, clock: &Clock) -> Result<WebhookInfo, Obstacle> {
    let info = insist("getWebhookInfo", telegram, clock, || telegram.call(&GetWebhookInfo {})).await;
    info.map_err(|error| obstacle(telegram, &error, Obstacle::LookRefused))
}

pub(super) fn obstacle(telegram: &Telegram, error: &TelegramError, kind: fn(String) -> Obstacle) -> Obstacle {
    match error {
        TelegramError::Unauthorized => WrongToken.into(),
        error => kind(telegram.redact(&error.to_string())),
    }
}
