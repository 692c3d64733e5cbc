//! Looks after the webhook while the bot runs: sets it again when somebody took it, and says when deliveries fail.
//!
//! One look a minute, so a webhook is set again at most once a minute, whatever another program does. Who looks only
//! compares addresses: two processes of one deployment have the same one, and never set it against each other. During a
//! redeploy that changes the address the old process may set its own once more; the new one has it back a minute later,
//! and Telegram keeps the updates meanwhile.
//!
//! A host that puts a silent service to sleep never finds this one silent. Where that is wanted (`WEBHOOK_WATCH=false`)
//! it looks only after a minute in which updates came: then the service is awake anyway, and what it finds are the
//! troubles of deliveries. A webhook that was taken is set again when the service starts, as it does after each sleep.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use url::Url;

use super::WrongToken;
use super::deliveries::{Deliveries, News};
use super::hook::Hook;
use crate::clock::Timestamp;
use crate::intake::webhook::Webhook;
use crate::metrics;
use crate::owner::{Cause, Owner};
use crate::telegram::TelegramError;
use crate::telegram::methods::{GetWebhookInfo, WebhookInfo};

/// How often. One small call a minute costs nothing, and nobody minds a minute more than they mind the bot being away.
const LOOK: Duration = Duration::from_mins(1);
/// Taken this often within that span is no accident (a laptop that was started once), but another program that runs.
const AGAIN_AND_AGAIN: usize = 3;
const WITHIN: Duration = Duration::from_mins(10);
/// So many looks that fail in a row are worth a word: three minutes without Telegram are no hiccup.
const BLIND: u32 = 3;
/// How long one complaint about the same thing is enough.
const ENOUGH_FOR: Duration = Duration::from_hours(1);

/// Looks until `stop`. `start` is what Telegram said when the webhook was set, `door` is where updates come in.
pub async fn watch(hook: Hook, start: WebhookInfo, door: Arc<Webhook>, owner: Owner, stop: CancellationToken) {
    let mut watch = Watch {
        deliveries: Deliveries::since(&start),
        taken: door.taken(),
        takings: VecDeque::new(),
        complained: None,
        refusal: None,
        blind: 0,
        always: hook.is_watched_always(),
        hook,
        door,
        owner,
    };
    let looks = async {
        loop {
            watch.hook.clock().sleep(LOOK).await;
            if watch.always || watch.door.taken() != watch.taken {
                watch.look().await;
            }
        }
    };
    tokio::select! {
        // In the middle of a look, too: what is set while stopping may be against the next process.
        () = stop.cancelled() => {}
        () = looks => {}
    }
}

struct Watch {
    hook: Hook,
    door: Arc<Webhook>,
    owner: Owner,
    deliveries: Deliveries,
    /// Also after a minute without updates.
    always: bool,
    /// Updates taken by the last look.
    taken: u64,
    /// When the webhook was found taken, within the last minutes.
    takings: VecDeque<Timestamp>,
    /// When it was last said that this goes on and on.
    complained: Option<Timestamp>,
    /// Why it could not be set again, as far as that was said.
    refusal: Option<String>,
    /// Looks in a row that have failed.
    blind: u32,
}

impl Watch {
    async fn look(&mut self) {
        let hook = self.hook.clone();
        let wanted = hook.turn().await;
        match hook.telegram().call(&GetWebhookInfo {}).await {
            Ok(found) => {
                if std::mem::take(&mut self.blind) >= BLIND {
                    tracing::info!("The webhook can be looked at again");
                }
                let taken = self.door.taken();
                let since = taken.saturating_sub(std::mem::replace(&mut self.taken, taken));
                if leads_to(&found.url, &wanted) {
                    self.refusal = None;
                    self.tell(&found, since);
                } else {
                    self.set_again(&found, &wanted).await;
                }
            }
            Err(error) => self.cannot_look(&error),
        }
    }

    fn cannot_look(&mut self, error: &TelegramError) {
        self.blind += 1;
        if self.blind != BLIND {
            return;
        }
        if matches!(error, TelegramError::Unauthorized) {
            tracing::error!("Nobody is answered any more: {WrongToken}");
        } else {
            let reason = self.hook.telegram().redact(&error.to_string());
            tracing::warn!(reason, "The webhook cannot be looked at; trying again every minute");
        }
    }

    /// Somebody has removed the webhook or led it elsewhere.
    async fn set_again(&mut self, found: &WebhookInfo, wanted: &Url) {
        let telegram = self.hook.telegram();
        let ours = telegram.conceal(wanted.as_str());
        let (kind, what) = if found.url.is_empty() {
            ("none", "removed (a program that polls does that)".to_owned())
        } else {
            ("foreign", format!("led to {}", telegram.conceal(&found.url)))
        };
        if let Err(error) = self.hook.set(wanted).await {
            self.cannot_set(&what, &error);
            return;
        }
        self.refusal = None;
        metrics::webhook_repaired(kind);
        tracing::warn!(
            webhook.found = kind,
            webhook.url = ours,
            webhook.pending = found.pending_update_count,
            "Another program with this bot's token took its webhook: it was {what}. Set again: {ours}"
        );
        self.count(&what);
    }

    fn cannot_set(&mut self, what: &str, error: &TelegramError) {
        let reason = self.hook.telegram().redact(&error.to_string());
        if self.refusal.as_ref() != Some(&reason) {
            tracing::error!(reason, "The webhook was {what}, and cannot be set again; trying every minute");
            self.owner.tell(Cause::WebhookFailing, &reason);
            self.refusal = Some(reason);
        }
    }

    /// Once is an accident; again and again is a program that somebody has to stop.
    fn count(&mut self, what: &str) {
        let now = self.hook.clock().now();
        self.takings.push_back(now);
        self.takings.retain(|at| now.since(*at) <= WITHIN);
        if self.takings.len() < AGAIN_AND_AGAIN {
            return;
        }
        self.owner.tell(Cause::WebhookTaken, what);
        if self.complained.is_none_or(|at| now.since(at) >= ENOUGH_FOR) {
            self.complained = Some(now);
            tracing::error!(
                "The webhook is taken again and again, last it was {what}: stop the other program that has this bot's \
                 token, or have @BotFather revoke the token"
            );
        }
    }

    fn tell(&mut self, info: &WebhookInfo, taken: u64) {
        let pending = info.pending_update_count;
        for news in self.deliveries.look(info, taken) {
            match news {
                News::Failing(reason) => {
                    let reason = self.hook.telegram().redact(&reason);
                    tracing::warn!(
                        webhook.last_error = reason,
                        webhook.pending = pending,
                        "Telegram fails to deliver updates: {reason}; {pending} updates pending"
                    );
                    // When nothing waits, Telegram has delivered at the second attempt, and nobody has felt it.
                    if pending > 0 {
                        self.owner.tell(Cause::WebhookFailing, &format!("{reason}; {pending} updates wait"));
                    }
                }
                News::PilingUp => {
                    tracing::warn!(
                        webhook.pending = pending,
                        "Updates pile up at Telegram: {pending} updates pending, more with every minute"
                    );
                    self.owner.tell(Cause::Backlog, &format!("{pending} updates wait"));
                }
                News::Recovered => {
                    tracing::info!(
                        webhook.pending = pending,
                        "Telegram delivers updates again: {pending} updates pending"
                    );
                }
            }
        }
    }
}

/// Telegram repeats an address as it was given; should it ever write it in another way, that is the same address too.
fn leads_to(found: &str, wanted: &Url) -> bool {
    found == wanted.as_str() || Url::parse(found).is_ok_and(|found| found == *wanted)
}
