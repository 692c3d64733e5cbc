//! `getUpdates`: one waiting call at a time, woken by the first update.
//!
//! Two of the real server's brakes are left out because they would only slow tests down: it answers a conflict at most
//! once in three seconds, and holds a poll that repeats its offset for at least three.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::oneshot;

use super::answer::{Answer, Refusal, Success};
use super::courier;
use super::params::Params;
use super::shared::Shared;
use super::world::World;
use crate::clock::Timestamp;

/// Telegram's own number.
const LONGEST_TIMEOUT: i64 = 50;
/// Bytes of a response.
const LARGEST_RESPONSE: usize = 4 * 1024 * 1024;

const WEBHOOK_ACTIVE: &str =
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
const OTHER_POLL: &str = "terminated by other getUpdates request; make sure that only one bot instance is running";
const SET_WEBHOOK: &str = "terminated by setWebhook request";

/// Answers when there is something, when the time is over, or when somebody else takes the updates.
pub(super) async fn get_updates(shared: &Arc<Shared>, params: &Params) -> Answer {
    let offset = params.int("offset").unwrap_or(0);
    let limit = params.int("limit").unwrap_or(100).clamp(1, 100);
    let limit = usize::try_from(limit).unwrap_or(1);
    let timeout = u64::try_from(params.int("timeout").unwrap_or(0).clamp(0, LONGEST_TIMEOUT)).unwrap_or(0);
    let (end, mut ended) = oneshot::channel();
    let deadline = shared.change(|world, now| {
        if world.webhook.is_some() {
            return Err(Refusal::conflict(WEBHOOK_ACTIVE));
        }
        world.end_poll(OTHER_POLL);
        if let Some(allowed) = params.get("allowed_updates").and_then(Value::as_array) {
            world.updates.allow(allowed);
        }
        world.updates.confirm(offset);
        world.poll = Some(end);
        Ok(now.plus(Duration::from_secs(timeout)))
    })?;
    let mut changed = shared.changed.subscribe();
    loop {
        changed.mark_unchanged();
        let now = shared.clock.now();
        let batch = batch(&mut shared.look(), limit, now);
        if !batch.is_empty() || now >= deadline {
            return Ok(Success { result: format!("[{}]", batch.join(",")), description: None });
        }
        tokio::select! {
            biased;
            refusal = &mut ended => {
                return Err(refusal.unwrap_or_else(|_| Refusal::conflict(OTHER_POLL)));
            }
            () = courier::wait(shared, &mut changed, Some(deadline)) => {}
        }
    }
}

/// The updates to answer with. What is not JSON cannot stand in a list and is left out for good.
fn batch(world: &mut World, limit: usize, now: Timestamp) -> Vec<String> {
    world.updates.expire(now);
    let broken: Vec<u64> = world
        .updates
        .after(0)
        .take(limit)
        .filter(|(_, pending)| serde_json::from_str::<&RawValue>(&pending.body).is_err())
        .map(|(place, _)| place)
        .collect();
    for place in broken {
        world.updates.forget(place);
    }
    let mut room = LARGEST_RESPONSE;
    let mut batch = Vec::new();
    for (_, pending) in world.updates.after(0).take(limit) {
        if pending.body.len() > room && !batch.is_empty() {
            break;
        }
        room = room.saturating_sub(pending.body.len());
        for _ in 0..world.switches.copies.max(1) {
            batch.push(pending.body.to_string());
        }
    }
    batch
}

impl World {
    /// Ends the waiting poll, if there is one.
    fn end_poll(&mut self, why: &str) {
        if let Some(poll) = self.poll.take() {
            // A poll whose client has gone is not there to be told.
            let _ = poll.send(Refusal::conflict(why));
        }
    }

    /// A webhook takes over.
    pub(super) fn end_poll_for_webhook(&mut self) {
        self.end_poll(SET_WEBHOOK);
    }
}
