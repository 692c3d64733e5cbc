//! Telling the owner what needs them, in a private message of the bot.
//!
//! The log says everything; this is for whoever does not read it. One message per cause and hour, with what to do. It is
//! fire and forget: whoever tells neither waits nor fails, and a message that cannot be sent is one line in the log. When
//! something was last told is kept in memory, so a restart may repeat it; that harms less than a table for it.
//!
//! What it refuses: to repeat what people write. Its details are the providers' words about accounts, models and
//! requests, as the log has them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::config::OwnerConfig;
use crate::faults::{self, Step};
use crate::lifecycle::Tasks;
use crate::replies::{self, Language};
use crate::telegram::methods::{NoPreview, SendText};
use crate::telegram::{Patience, Telegram, TelegramError, Urgency};

/// How long one message about a cause is enough.
const ENOUGH_FOR: Duration = Duration::from_hours(1);
/// How often a message is tried that surely did not arrive: for about half a minute. The cause comes again if it lasts.
const TRIES: usize = 6;
/// How long a process that cannot go on stays for a message: nobody is answered meanwhile anyway.
const AT_LAST: Duration = Duration::from_secs(3);
/// The most of the details that is repeated, in characters: enough for a provider's sentence.
const DETAIL_CHARS: usize = 500;

/// What needs the owner. Each has a sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The model's provider refuses the key, or the credit is used up: nobody is answered.
    Account,
    /// The model does not exist (any more): nobody is answered.
    NoSuchModel,
    /// What the bot may cost in a day is used up: nobody is answered.
    BudgetUsedUp,
    /// An update was given up and put aside.
    Parked,
    /// Telegram takes an answer in no form; it was put aside.
    Undeliverable,
    /// Another program takes the updates away, and does not stop doing so.
    WebhookTaken,
    /// Telegram cannot bring updates, and some wait.
    WebhookFailing,
    /// More and more updates wait at Telegram.
    Backlog,
    /// Updates are stored and nobody works on them.
    QueueOld,
    /// The store takes or gives nothing.
    StoreTrouble,
}

/// The owner, as far as they can be told. Clones are the same one.
#[derive(Clone)]
pub struct Owner {
    inner: Arc<Inner>,
}

struct Inner {
    /// Who owns the bot. The first one is told; without any, the log alone tells.
    admins: Vec<i64>,
    telegram: Telegram,
    clock: Clock,
    tasks: Tasks,
    /// What language they last wrote in; English before they did.
    russian: AtomicBool,
    told: Mutex<HashMap<Cause, Timestamp>>,
}

impl Owner {
    /// The first of the configured admins. Messages are sent as tasks of `tasks`, until its hard stop.
    #[must_use]
    pub fn new(config: &OwnerConfig, telegram: Telegram, clock: Clock, tasks: Tasks) -> Self {
        let admins = config.admins.clone();
        let inner = Inner { admins, telegram, clock, tasks, russian: AtomicBool::default(), told: Mutex::default() };
        Self { inner: Arc::new(inner) }
    }

    /// Does this person own the bot?
    #[must_use]
    pub fn is(&self, user: i64) -> bool {
        self.inner.admins.contains(&user)
    }

    /// Somebody wrote, in this language: the owner is told in theirs.
    pub fn heard(&self, user: i64, language: Language) {
        if self.inner.admins.first() == Some(&user) {
            self.inner.russian.store(language == Language::Ru, Ordering::Relaxed);
        }
    }

    /// Tells the owner, unless the same cause was told within the last hour. Returns at once. `detail` must not hold what
    /// a person wrote.
    pub fn tell(&self, cause: Cause, detail: &str) {
        let Some(chat) = self.inner.admins.first().copied() else { return };
        if !self.is_news(cause) {
            return;
        }
        let text = self.inner.sentence(cause, detail);
        let inner = Arc::clone(&self.inner);
        self.inner.tasks.spawn(async move {
            let hard = inner.tasks.stop().hard.clone();
            tokio::select! {
                () = hard.cancelled() => {}
                sent = faults::around(Step::TellOwner, inner.send(chat, &text)) => log(cause, sent),
            }
        });
    }

    /// The same from a process that is about to end: returns when the owner was told, or soon.
    pub async fn tell_at_last(&self, cause: Cause, detail: &str) {
        let Some(chat) = self.inner.admins.first().copied() else { return };
        if !self.is_news(cause) {
            return;
        }
        let text = self.inner.sentence(cause, detail);
        tokio::select! {
            () = self.inner.clock.sleep(AT_LAST) => tracing::warn!(?cause, "The owner could not be told in time"),
            sent = faults::around(Step::TellOwner, self.inner.send(chat, &text)) => log(cause, sent),
        }
    }

    /// Notes that it is told now, if it is to be.
    fn is_news(&self, cause: Cause) -> bool {
        let now = self.inner.clock.now();
        let mut told = self.inner.told.lock().unwrap_or_else(PoisonError::into_inner);
        let news = told.get(&cause).is_none_or(|at| now.since(*at) >= ENOUGH_FOR);
        if news {
            told.insert(cause, now);
        }
        news
    }
}

impl Inner {
    fn sentence(&self, cause: Cause, detail: &str) -> String {
        let language = if self.russian.load(Ordering::Relaxed) { Language::Ru } else { Language::En };
        let detail: String = self.telegram.redact(detail).chars().take(DETAIL_CHARS).collect();
        match cause {
            Cause::Account => replies::owner_account(language, &detail),
            Cause::NoSuchModel => replies::owner_no_such_model(language, &detail),
            Cause::BudgetUsedUp => replies::owner_budget_used_up(language, &detail),
            Cause::Parked => replies::owner_parked(language, &detail),
            Cause::Undeliverable => replies::owner_undeliverable(language, &detail),
            Cause::WebhookTaken => replies::owner_webhook_taken(language, &detail),
            Cause::WebhookFailing => replies::owner_webhook_failing(language, &detail),
            Cause::Backlog => replies::owner_backlog(language, &detail),
            Cause::QueueOld => replies::owner_queue_old(language, &detail),
            Cause::StoreTrouble => replies::owner_store_trouble(language, &detail),
        }
    }

    /// Sends it; again only when it surely did not arrive.
    async fn send(&self, chat: i64, text: &str) -> Result<(), TelegramError> {
        let message = SendText {
            chat_id: chat,
            message_thread_id: 0,
            text,
            entities: &[],
            link_preview_options: NoPreview::OFF,
            reply_parameters: None,
            reply_markup: None,
        };
        let mut patience = Patience::default();
        let mut tries = 1;
        loop {
            let sent = self.telegram.send(Urgency::Reply, chat, &message).await;
            let Err(error) = sent else { return Ok(()) };
            let pause = match &error {
                TelegramError::RetryAfter(wait) => (*wait).max(patience.pause()),
                TelegramError::NotSent(_) => patience.pause(),
                _ => return Err(error),
            };
            if tries == TRIES {
                return Err(error);
            }
            tries += 1;
            self.clock.sleep(pause).await;
        }
    }
}

fn log(cause: Cause, sent: Result<(), TelegramError>) {
    match sent {
        Ok(()) => tracing::info!(?cause, "The owner has been told in Telegram"),
        Err(error) if error.chat_is_gone() => tracing::warn!(
            ?cause,
            reason = %error,
            "The owner cannot be told in Telegram: the first of ADMIN_USER_IDS has to open the bot there and press Start"
        ),
        Err(error) => tracing::warn!(?cause, reason = %error, "The owner could not be told in Telegram"),
    }
}
