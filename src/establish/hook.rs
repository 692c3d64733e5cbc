//! The webhook of this process: where it should lead, and the one hand that sets it.
//!
//! Three set it: the start, an admin, and the [`watch`](super::watch()) that sets it again. They take turns, because of two
//! `setWebhook` at once it would be chance which one counts. Setting what is set already changes nothing at Telegram, so
//! every start does it, and two processes of one deployment agree. It is never deleted when the program stops.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use serde_json::value::RawValue;
use tokio::sync::{Mutex, MutexGuard};
use url::Url;

use super::insist;
use super::updates::{Obstacle, info, obstacle};
use crate::clock::Clock;
use crate::config::{AddressFault, TelegramConfig, WebhookConfig};
use crate::telegram::methods::{GetWebhookInfo, SetWebhook, WebhookInfo};
use crate::telegram::{Telegram, TelegramError};

/// How long Telegram may take to describe it, while a person waits.
const DESCRIBED_WITHIN: Duration = Duration::from_secs(10);

/// The webhook. Clones are the same one.
#[derive(Clone)]
pub struct Hook {
    inner: Arc<Inner>,
}

struct Inner {
    telegram: Telegram,
    clock: Clock,
    config: WebhookConfig,
    /// Which hosts are this deployment's.
    server: TelegramConfig,
    /// Where it should lead: as configured, or as an admin wished since the start. Whoever holds it may set the webhook.
    wanted: Mutex<Url>,
}

/// A webhook that was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSet {
    /// Where it leads, with `TOKEN` for the token.
    pub url: String,
    /// How many updates Telegram may post at once.
    pub max_connections: u8,
}

/// Why a wish was not granted.
#[derive(Debug, thiserror::Error)]
pub enum WishRefused {
    /// It leads to no place where this bot is.
    #[error(transparent)]
    Address(#[from] AddressFault),
    /// The webhook is being set by somebody else at this moment.
    #[error("the webhook is being set at this moment; Telegram may be slow or out of reach")]
    Busy,
    /// Telegram did not do it.
    #[error("{0}")]
    Telegram(TelegramError),
}

impl Hook {
    /// The webhook that `config` describes; nothing is set yet.
    #[must_use]
    pub fn new(telegram: Telegram, clock: Clock, config: WebhookConfig, server: TelegramConfig) -> Self {
        let wanted = Mutex::new(config.url.clone());
        Self { inner: Arc::new(Inner { telegram, clock, config, server, wanted }) }
    }

    /// Sets it for the first time, for as long as that takes, and says what stood there before. Returns what Telegram says
    /// about it then.
    pub async fn establish(&self) -> Result<WebhookInfo, Obstacle> {
        let Inner { telegram, clock, config, server, wanted } = &*self.inner;
        let wanted = wanted.lock().await;
        let before = info(telegram, clock).await?;
        if !before.url.is_empty() && before.url != wanted.as_str() {
            let (url, pending) = (telegram.conceal(&before.url), before.pending_update_count);
            tracing::info!(
                webhook.url = url,
                webhook.pending = pending,
                "Previous webhook: {url}, {pending} updates pending"
            );
        }
        let call = self.call(&wanted, server.drop_pending_updates);
        insist("setWebhook", telegram, clock, || telegram.call(&call))
            .await
            .map_err(|error| obstacle(telegram, &error, Obstacle::WebhookRefused))?;
        let (url, connections) = (telegram.conceal(wanted.as_str()), config.max_connections);
        tracing::info!(
            webhook.url = url,
            webhook.max_connections = connections,
            "Webhook set: {url} (max_connections {connections})"
        );
        let after = info(telegram, clock).await?;
        let (pending, last_error) = (after.pending_update_count, after.last_error_message.as_deref().unwrap_or("none"));
        tracing::info!(
            webhook.pending = pending,
            webhook.last_error = last_error,
            "Webhook info: pending updates {pending}, last error {last_error}"
        );
        Ok(after)
    }

    /// Sets it because an admin asks for it: to the configured address, or to another one of this bot's until the next
    /// start. One at a time; whoever comes meanwhile is told so.
    pub async fn set_by_request(&self, wish: Option<&str>) -> Result<HookSet, WishRefused> {
        let Inner { telegram, config, server, wanted, .. } = &*self.inner;
        let url = wish.map_or_else(|| Ok(config.url.clone()), |text| config.at(text, server))?;
        let mut wanted = wanted.try_lock().map_err(|_| WishRefused::Busy)?;
        self.set(&url).await.map_err(WishRefused::Telegram)?;
        let set = HookSet { url: telegram.conceal(url.as_str()), max_connections: config.max_connections };
        if url == config.url {
            tracing::info!(webhook.url = set.url, "Webhook set by request: {}", set.url);
        } else {
            let configured = telegram.conceal(config.url.as_str());
            tracing::warn!(
                webhook.url = set.url,
                webhook.configured = configured,
                "Webhook set by request: {}. The next start sets {configured} again, as the settings say",
                set.url
            );
        }
        *wanted = url;
        Ok(set)
    }

    /// What Telegram knows about it, as Telegram wrote it, with `TOKEN` for the token.
    pub async fn describe(telegram: &Telegram) -> Result<Box<RawValue>, TelegramError> {
        let written = telegram.call_raw("getWebhookInfo", &GetWebhookInfo {}, DESCRIBED_WITHIN).await?;
        RawValue::from_string(telegram.redact(written.get()))
            .map_err(|_| TelegramError::Unknown("an unreadable answer to getWebhookInfo".to_owned()))
    }

    /// Telegram's client for this bot.
    #[must_use]
    pub fn telegram(&self) -> &Telegram {
        &self.inner.telegram
    }

    /// Waits for the turn to look and to set; holds where it should lead.
    pub(super) async fn turn(&self) -> MutexGuard<'_, Url> {
        self.inner.wanted.lock().await
    }

    /// Sets it, with one attempt.
    pub(super) async fn set(&self, url: &Url) -> Result<(), TelegramError> {
        self.inner.telegram.call(&self.call(url, false)).await.map(drop)
    }

    /// Is it looked at every minute, also when no update comes?
    pub(super) fn is_watched_always(&self) -> bool {
        self.inner.server.webhook_watch
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    fn call<'a>(&'a self, url: &'a Url, drop_pending_updates: bool) -> SetWebhook<'a> {
        SetWebhook {
            url: url.as_str(),
            secret_token: self.inner.config.secret.expose_secret(),
            max_connections: self.inner.config.max_connections,
            allowed_updates: [],
            drop_pending_updates,
        }
    }
}
