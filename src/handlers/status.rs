//! The owners' `/status`: how the bot is, in one message.
//!
//! What is outside (Telegram, the model's provider) is asked with little patience: what does not answer within
//! [`PATIENCE`] is said to be out of reach, which is a part of how the bot is.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use super::{HandlerError, Job, Outcome, decide};
use crate::openrouter::KeyInfo;
use crate::replies::{self, Credit, Outside, Queue, Status, Waiting};
use crate::telegram::methods::{GetWebhookInfo, WebhookInfo};
use crate::telemetry;
use crate::turn::Tools;

/// How long an owner waits for what is outside: both are asked at once.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn status(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let (storage, now) = (&tools.storage, tools.clock.now());
    let (load, everybody) = (storage.load().await?, storage.everybody(tools.bot.id, decide::days(&tools)).await?);
    let oldest = storage.oldest_waiting(tools.bot.id, now).await?;
    let standing = tools.money.everybody();
    let (webhook, key) = tokio::join!(
        in_time(&tools, tools.telegram.call(&GetWebhookInfo {})),
        in_time(&tools, tools.model.check_key()),
    );
    // This very question is one of them.
    let in_flight = tools.service.inbox.in_flight().saturating_sub(1) as u64;
    let status = Status {
        version: env!("CARGO_PKG_VERSION"),
        mode: &tools.service.mode,
        uptime: now.since(tools.service.started_at),
        queue: Queue {
            waiting: load.pending.saturating_sub(in_flight + 1),
            oldest: oldest.map(|since| now.since(since)),
            in_flight,
            put_aside: load.parked,
        },
        telegram: webhook.map(|info| waiting(&tools, info)),
        errors: telemetry::errors_of_the_last_hour(),
        people: (everybody.people_today, everybody.people),
        is_open: tools.access.is_open(),
        micro_usd: (everybody.micro_usd_today, everybody.micro_usd),
        reserved: standing.reserved,
        budget: standing.left().zip(standing.limit),
        credit: key.map(credit),
        model: &tools.model_name,
    };
    Ok(job.reply(replies::status(job.language(), &status)))
}

/// What was told in time.
async fn in_time<T, E: Display>(tools: &Tools, asked: impl Future<Output = Result<T, E>>) -> Outside<T> {
    tokio::select! {
        biased;
        told = asked => told.map_err(|error| tools.telegram.redact(&error.to_string())),
        () = tools.clock.sleep(PATIENCE) => Err(format!("{} s", PATIENCE.as_secs())),
    }
}

fn waiting(tools: &Tools, info: WebhookInfo) -> Waiting {
    let error = info.last_error_message.map(|error| tools.telegram.redact(&error));
    let now = tools.clock.now().as_secs();
    let ago = info.last_error_date.map_or(0, |at| now.saturating_sub(at));
    Waiting { updates: info.pending_update_count, error: error.map(|error| (error, secs(ago))) }
}

fn secs(count: i64) -> Duration {
    Duration::from_secs(u64::try_from(count).unwrap_or_default())
}

fn credit(key: Option<KeyInfo>) -> Credit {
    match key {
        Some(KeyInfo { limit_micro_usd: Some(limit), remaining_micro_usd: Some(left), .. }) => {
            Credit::Left(left, limit)
        }
        Some(KeyInfo { used_micro_usd: Some(used), .. }) => Credit::Unlimited(used),
        Some(_) | None => Credit::NotTold,
    }
}
