//! The webhook as Telegram's server keeps it: what is loaded, what is due, what failed and when it is tried again.
//!
//! Only state, no network: the courier asks what is due and tells how it went. One update of a lane is under way at a
//! time, at most `max_connections` in total, and at most twice as many are loaded at once, so a few updates that fail
//! for ever stall the others, as they do in reality.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::updates::{Lane, Updates};
use crate::clock::Timestamp;

/// The longest delay is this, or up to twice this; here always between, at random.
const LONGEST_DELAY: Duration = Duration::from_mins(1);
/// A longer `Retry-After` is not believed.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(1);
/// So long only 410, and the webhook is removed.
const GONE_FOR_GOOD: Duration = Duration::from_hours(23);

/// What `setWebhook` was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// As given.
    pub(super) url: String,
    /// Comes with every update.
    pub(super) secret: Option<String>,
    /// 1 to 100.
    pub(super) max_connections: usize,
    /// Only remembered.
    pub(super) ip_address: Option<String>,
}

/// One delivery to make.
#[derive(Debug, Clone)]
pub(super) struct Shipment {
    /// The webhook it is for.
    pub(super) generation: u64,
    /// The update's place in the queue.
    pub(super) place: u64,
    /// Where to.
    pub(super) url: Url,
    /// The secret header.
    pub(super) secret: Option<String>,
    /// The update.
    pub(super) body: Arc<str>,
}

/// How a delivery failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// For `getWebhookInfo`.
    pub(super) message: String,
    /// When to come again, if the bot said so.
    pub(super) retry_after: Option<Duration>,
    /// Was it 410?
    pub(super) gone: bool,
}

/// An update that is loaded.
struct Attempt {
    lane: Lane,
    delay: Duration,
    failures: u32,
}

/// The webhook.
pub(super) struct Webhook {
    /// What was asked for.
    pub(super) settings: Settings,
    /// Which webhook this is.
    pub(super) generation: u64,
    /// The last failure, for `getWebhookInfo`.
    pub(super) last_error: Option<(Timestamp, String)>,
    url: Url,
    loaded: BTreeMap<u64, Attempt>,
    lanes: HashMap<Lane, VecDeque<u64>>,
    due: BTreeSet<(Timestamp, u64, Lane)>,
    under_way: usize,
    last_loaded: u64,
    gone_since: Option<Timestamp>,
}

impl Webhook {
    /// Fresh: everything that waits is still to be loaded.
    pub(super) fn new(settings: Settings, url: Url, generation: u64) -> Self {
        Self {
            settings,
            generation,
            last_error: None,
            url,
            loaded: BTreeMap::new(),
            lanes: HashMap::new(),
            due: BTreeSet::new(),
            under_way: 0,
            last_loaded: 0,
            gone_since: None,
        }
    }

    /// What is to be delivered now, and when to ask again at the latest.
    pub(super) fn due(&mut self, updates: &mut Updates, now: Timestamp) -> (Vec<Shipment>, Option<Timestamp>) {
        self.load(updates, now);
        let mut shipments = Vec::new();
        while self.under_way < self.settings.max_connections {
            let Some(&(at, place, lane)) = self.due.first().filter(|(at, ..)| *at <= now) else { break };
            self.due.remove(&(at, place, lane));
            let Some(pending) = updates.get(place).filter(|pending| pending.expires > now) else {
                self.drop_head(place, now);
                updates.forget(place);
                self.load(updates, now);
                continue;
            };
            self.under_way += 1;
            shipments.push(Shipment {
                generation: self.generation,
                place,
                url: self.url.clone(),
                secret: self.settings.secret.clone(),
                body: Arc::clone(&pending.body),
            });
        }
        let next = self.due.first().map(|(at, ..)| *at).filter(|_| self.under_way < self.settings.max_connections);
        (shipments, next)
    }

    fn load(&mut self, updates: &Updates, now: Timestamp) {
        let room = (2 * self.settings.max_connections).saturating_sub(self.loaded.len());
        for (place, pending) in updates.after(self.last_loaded).take(room) {
            self.last_loaded = place;
            let lane = pending.lane;
            self.loaded.insert(place, Attempt { lane, delay: Duration::from_secs(1), failures: 0 });
            let queue = self.lanes.entry(lane).or_default();
            queue.push_back(place);
            if queue.len() == 1 {
                self.due.insert((now, place, lane));
            }
        }
    }

    /// The bot took it.
    pub(super) fn delivered(&mut self, place: u64, updates: &mut Updates, now: Timestamp) {
        self.under_way = self.under_way.saturating_sub(1);
        self.gone_since = None;
        self.drop_head(place, now);
        updates.forget(place);
    }

    /// The bot did not take it: again at once, then after 2, 4, 8 … up to 60–120 s, or when the bot said, unless the
    /// update is of no use by then. True when the webhook is to be removed.
    pub(super) fn failed(&mut self, place: u64, failure: &Failure, updates: &mut Updates, now: Timestamp) -> bool {
        self.under_way = self.under_way.saturating_sub(1);
        self.last_error = Some((now, failure.message.clone()));
        let Some(attempt) = self.loaded.get_mut(&place) else { return false };
        let wait = match failure.retry_after {
            Some(wait) if !wait.is_zero() => wait.min(LONGEST_RETRY_AFTER),
            _ if attempt.failures == 0 => Duration::ZERO,
            _ => {
                let ceiling = LONGEST_DELAY.mul_f64(1.0 + fastrand::f64());
                attempt.delay = (attempt.delay * 2).min(ceiling);
                attempt.delay
            }
        };
        attempt.failures += 1;
        let (lane, again) = (attempt.lane, now.plus(wait));
        if updates.get(place).is_none_or(|pending| again > pending.expires) {
            self.drop_head(place, now);
            updates.forget(place);
        } else {
            self.due.insert((again, place, lane));
        }
        if !failure.gone {
            self.gone_since = None;
            return false;
        }
        now.since(*self.gone_since.get_or_insert(now)) > GONE_FOR_GOOD
    }

    /// Takes an update off the head of its lane and lets the next one go.
    fn drop_head(&mut self, place: u64, now: Timestamp) {
        let Some(Attempt { lane, .. }) = self.loaded.remove(&place) else { return };
        let Some(queue) = self.lanes.get_mut(&lane) else { return };
        queue.retain(|waiting| *waiting != place);
        match queue.front() {
            Some(next) => {
                self.due.insert((now, *next, lane));
            }
            None => {
                self.lanes.remove(&lane);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn hook(max_connections: usize) -> Webhook {
        let url = "http://127.0.0.1:1/hook".to_owned();
        let parsed = Url::parse(&url).unwrap();
        Webhook::new(Settings { url, secret: None, max_connections, ip_address: None }, parsed, 1)
    }

    fn queue(chats: &[i64]) -> Updates {
        let mut updates = Updates::new(1);
        for chat in chats {
            updates.push("message", &json!({"chat": {"id": chat}}), NOW);
        }
        updates
    }

    fn places(shipments: &[Shipment]) -> Vec<u64> {
        shipments.iter().map(|shipment| shipment.place).collect()
    }

    fn refused(retry_after: Option<u64>) -> Failure {
        let message = "Wrong response from the webhook: 503 Service Unavailable".to_owned();
        Failure { message, retry_after: retry_after.map(Duration::from_secs), gone: false }
    }

    #[test]
    fn one_chat_is_delivered_in_order_and_chats_in_parallel() {
        let (mut hook, mut updates) = (hook(40), queue(&[5, 5, 6]));
        assert_eq!(places(&hook.due(&mut updates, NOW).0), [1, 3]);
        assert!(hook.due(&mut updates, NOW).0.is_empty());
        hook.delivered(1, &mut updates, NOW);
        assert_eq!(places(&hook.due(&mut updates, NOW).0), [2]);
    }

    #[test]
    fn connections_are_limited_and_so_is_what_is_loaded() {
        let (mut hook, mut updates) = (hook(1), queue(&[5, 6, 7]));
        assert_eq!(places(&hook.due(&mut updates, NOW).0), [1]);
        assert_eq!(hook.loaded.len(), 2);
    }

    #[test]
    fn a_failed_update_comes_again_at_once_then_after_2_4_8_seconds() {
        let (mut hook, mut updates) = (hook(40), queue(&[5]));
        let mut now = NOW;
        let mut waits = Vec::new();
        for _ in 0..8 {
            assert_eq!(places(&hook.due(&mut updates, now).0), [1]);
            hook.failed(1, &refused(None), &mut updates, now);
            let next = hook.due.first().unwrap().0;
            waits.push(next.since(now).as_secs());
            now = next;
        }
        assert_eq!(waits[..6], [0, 2, 4, 8, 16, 32]);
        assert!(waits[6..].iter().all(|wait| (60..=120).contains(wait)), "{waits:?}");
    }

    #[test]
    fn retry_after_is_honoured_and_expiry_ends_it() {
        let (mut hook, mut updates) = (hook(40), queue(&[5]));
        hook.due(&mut updates, NOW);
        hook.failed(1, &refused(Some(7)), &mut updates, NOW);
        assert_eq!(hook.due(&mut updates, NOW).1, Some(NOW.plus(Duration::from_secs(7))));
        let late = NOW.plus(Duration::from_hours(24));
        assert!(hook.due(&mut updates, late).0.is_empty());
        assert_eq!(updates.len(), 0);
    }

    #[test]
    fn a_day_of_410_removes_the_webhook() {
        let (mut hook, mut updates) = (hook(40), queue(&[5]));
        let gone = Failure { gone: true, ..refused(None) };
        hook.due(&mut updates, NOW);
        assert!(!hook.failed(1, &gone, &mut updates, NOW));
        hook.due(&mut updates, NOW);
        assert!(hook.failed(1, &gone, &mut updates, NOW.plus(Duration::from_hours(23) + Duration::from_secs(1))));
    }
}
