//! A webhook that appears while the bot polls: whose it is, and what becomes of it.
//!
//! Telegram then gives polls nothing but 409. For a minute that is normal: a redeploy that changes from polling to a
//! webhook looks like this to the old process, and one that changes from a webhook to polling may look like this to the
//! new one, because the old one has set its webhook once more. After that minute a webhook on one of our own hosts is
//! left over, and removed. Another one is not ours to remove (`WEBHOOK_TAKEOVER` is for the start: two programs that take
//! the updates from each other for ever help nobody); its owner is named to ours.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::updates::{Obstacle, is_ours};
use crate::clock::Clock;
use crate::config::TelegramConfig;
use crate::owner::{Cause, Owner};
use crate::telegram::methods::{DeleteWebhook, GetWebhookInfo};
use crate::telegram::{Telegram, TelegramError};

/// Longer than a redeploy's two processes overlap. Also the pace from then on.
const OVERLAP: Duration = Duration::from_mins(1);

/// Whether polls meet a webhook: what polling tells the [`Rival`]. Clones tell the same one.
#[derive(Debug, Clone)]
pub struct Sighting {
    there: Arc<watch::Sender<bool>>,
}

impl Sighting {
    /// The last poll met a webhook, or it did not.
    pub fn set(&self, there: bool) {
        self.there.send_if_modified(|before| std::mem::replace(before, there) != there);
    }
}

/// Sees to a webhook that appears while the bot polls.
pub struct Rival {
    telegram: Telegram,
    clock: Clock,
    config: TelegramConfig,
    owner: Owner,
    sighting: Sighting,
}

impl Rival {
    /// Knows ours from others by `config`, and tells `owner` of others.
    #[must_use]
    pub fn new(telegram: Telegram, clock: Clock, config: TelegramConfig, owner: Owner) -> Self {
        let sighting = Sighting { there: Arc::new(watch::Sender::new(false)) };
        Self { telegram, clock, config, owner, sighting }
    }

    /// Where to tell that there is one.
    #[must_use]
    pub fn sighting(&self) -> Sighting {
        self.sighting.clone()
    }

    /// Until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let mut seen = self.sighting.there.subscribe();
        let always = async {
            loop {
                // The sender lives in `self`, so waiting does not fail.
                let _ = seen.wait_for(|there| *there).await;
                let mut gone = self.sighting.there.subscribe();
                tokio::select! {
                    () = self.face() => {}
                    _ = gone.wait_for(|there| !*there) => {}
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = always => {}
        }
    }

    /// For as long as it is there.
    async fn face(&self) {
        if let Ok(url) = self.url().await
            && !url.is_empty()
        {
            let url = self.telegram.conceal(&url);
            tracing::info!(
                webhook.url = url,
                "Polling gets nothing: a webhook was set to {url}; normal while a redeploy overlaps"
            );
        }
        let mut told = false;
        loop {
            self.clock.sleep(OVERLAP).await;
            // What cannot be asked now is asked again in a minute; polling says that Telegram is out of reach.
            match self.url().await {
                Ok(url) if url.is_empty() => {}
                Ok(url) if is_ours(&url, &self.config) => self.remove(&url).await,
                Ok(url) if !std::mem::replace(&mut told, true) => {
                    let url = self.telegram.conceal(&url);
                    self.owner.tell(Cause::WebhookTaken, &url);
                    tracing::error!(
                        webhook.url = url,
                        "Polling gets nothing: {}",
                        Obstacle::ForeignWebhook(url.clone())
                    );
                }
                Ok(_) | Err(_) => {}
            }
        }
    }

    async fn remove(&self, url: &str) {
        let url = self.telegram.conceal(url);
        // What waits at Telegram came after the start, so it is not dropped, whatever the settings say about the start.
        match self.telegram.call(&DeleteWebhook { drop_pending_updates: false }).await {
            Ok(_) => tracing::warn!(webhook.url = url, "Removed the webhook {url} to receive updates by polling"),
            Err(error) => {
                let reason = self.telegram.redact(&error.to_string());
                tracing::warn!(reason, "The webhook {url} cannot be removed; trying again in a minute");
            }
        }
    }

    async fn url(&self) -> Result<String, TelegramError> {
        self.telegram.call(&GetWebhookInfo {}).await.map(|info| info.url)
    }
}
