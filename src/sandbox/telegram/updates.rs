//! What the bot has not confirmed yet: Telegram's queue of updates, before any way of delivery.
//!
//! Every update has a lane. Deliveries by webhook keep the order within a lane and nothing else: messages queue by
//! chat, callback queries by the person who pressed. Nothing is kept longer than Telegram would.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::table::TABLE;
use crate::clock::Timestamp;

/// How long most updates wait to be taken.
const LIFE: Duration = Duration::from_hours(24);
/// A callback query is of no use later.
const CALLBACK_LIFE: Duration = Duration::from_secs(150);
/// Neither is an inline query.
const INLINE_LIFE: Duration = Duration::from_secs(30);
/// Delivered only to bots that ask for them by name.
const ON_REQUEST: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// What is delivered one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Lane {
    /// Messages of a chat, new and edited.
    Messages(i64),
    /// Other kinds, by kind and by the person or chat they come from.
    Others(&'static str, i64),
    /// Alone.
    Alone(u64),
}

/// An update that waits.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// Its id, or the one it would have had when its text names none.
    pub(super) update_id: i64,
    /// Its lane.
    pub(super) lane: Lane,
    /// The whole update, byte for byte.
    pub(super) body: Arc<str>,
    /// When it is of no use any more.
    pub(super) expires: Timestamp,
}

/// The queue.
pub(super) struct Updates {
    /// The next `update_id`.
    next_id: i64,
    /// The next place in the queue.
    next_place: u64,
    /// By place: the order in which they happened.
    backlog: BTreeMap<u64, Pending>,
    /// Kinds the bot wants.
    allowed: BTreeSet<&'static str>,
}

impl Updates {
    /// An empty queue that counts from `first`.
    pub(super) fn new(first: i64) -> Self {
        Self { next_id: first, next_place: 1, backlog: BTreeMap::new(), allowed: usual() }
    }

    /// Queues an update, unless the bot does not want its kind. Returns its id.
    pub(super) fn push(&mut self, kind: &str, content: &Value, now: Timestamp) -> Option<i64> {
        let known = TABLE.update(kind)?;
        if !self.allowed.contains(known) {
            return None;
        }
        let id = self.next_id;
        // As Telegram writes it: the id first, then the one kind.
        let body = format!("{{\"update_id\":{id},\n\"{kind}\":{content}}}");
        self.queue(body, lane(known, content), now.plus(life(known)), None);
        Some(id)
    }

    /// Queues any text as an update. Without an id of its own it gets the next one; nothing else is looked at, so that
    /// hostile texts stay hostile.
    pub(super) fn inject(&mut self, raw: &str, now: Timestamp) -> i64 {
        let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(raw) else {
            return self.queue(raw.to_owned(), None, now.plus(LIFE), None);
        };
        let found = TABLE.updates.iter().find_map(|kind| fields.get(*kind).map(|content| (*kind, content)));
        let lane = found.and_then(|(kind, content)| lane(kind, content));
        let expires = now.plus(found.map_or(LIFE, |(kind, _)| life(kind)));
        if let Some(id) = fields.get("update_id") {
            return self.queue(raw.to_owned(), lane, expires, id.as_i64());
        }
        let comma = if fields.is_empty() { "" } else { "," };
        let rest = raw.trim_start().trim_start_matches('{');
        let body = format!("{{\"update_id\":{}{comma}{rest}", self.next_id);
        self.queue(body, lane, expires, None)
    }

    fn queue(&mut self, body: String, lane: Option<Lane>, expires: Timestamp, own_id: Option<i64>) -> i64 {
        let update_id = own_id.unwrap_or(self.next_id);
        if own_id.is_none() {
            self.next_id += 1;
        }
        let place = self.next_place;
        self.next_place += 1;
        let lane = lane.unwrap_or(Lane::Alone(place));
        self.backlog.insert(place, Pending { update_id, lane, body: body.into(), expires });
        update_id
    }

    /// Those after a place, oldest first.
    pub(super) fn after(&self, place: u64) -> impl Iterator<Item = (u64, &Pending)> {
        self.backlog.range(place + 1..).map(|(place, pending)| (*place, pending))
    }

    /// One that waits.
    pub(super) fn get(&self, place: u64) -> Option<&Pending> {
        self.backlog.get(&place)
    }

    /// The bot has it, or nobody wants it any more.
    pub(super) fn forget(&mut self, place: u64) {
        self.backlog.remove(&place);
    }

    /// Everything.
    pub(super) fn forget_all(&mut self) {
        self.backlog.clear();
    }

    /// Confirms by `offset`, as `getUpdates` does: a positive one forgets everything with a smaller id, a negative one
    /// everything but that many.
    pub(super) fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            while self.backlog.len() > kept {
                self.backlog.pop_first();
            }
        } else if offset > 0 {
            self.backlog.retain(|_, pending| pending.update_id >= offset);
        }
    }

    /// Drops what is too old.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.backlog.retain(|_, pending| pending.expires > now);
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.backlog.len()
    }

    /// Takes `allowed_updates`: an empty list is the usual set, unknown names are ignored. True when it changed.
    pub(super) fn allow(&mut self, names: &[Value]) -> bool {
        let mut wanted: BTreeSet<_> = names.iter().filter_map(|name| TABLE.update(name.as_str()?)).collect();
        if names.is_empty() {
            wanted = usual();
        }
        let changed = !wanted.is_empty() && wanted != self.allowed;
        if changed {
            self.allowed = wanted;
        }
        changed
    }

    /// What `getWebhookInfo` says: nothing when it is the usual set.
    pub(super) fn allowed(&self) -> Option<Vec<&'static str>> {
        (self.allowed != usual()).then(|| self.allowed.iter().copied().collect())
    }
}

fn usual() -> BTreeSet<&'static str> {
    TABLE.updates.iter().copied().filter(|kind| !ON_REQUEST.contains(kind)).collect()
}

fn life(kind: &str) -> Duration {
    match kind {
        "callback_query" => CALLBACK_LIFE,
        "inline_query" => INLINE_LIFE,
        _ => LIFE,
    }
}

fn lane(kind: &'static str, content: &Value) -> Option<Lane> {
    let chat = content["chat"]["id"].as_i64();
    match kind {
        "message" | "edited_message" | "channel_post" | "edited_channel_post" => chat.map(Lane::Messages),
        _ => content["from"]["id"].as_i64().or(chat).map(|id| Lane::Others(kind, id)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn bodies(updates: &Updates) -> Vec<String> {
        updates.after(0).map(|(_, pending)| pending.body.to_string()).collect()
    }

    #[test]
    fn an_offset_forgets_the_earlier_ones_and_a_negative_one_keeps_the_last() {
        let mut updates = Updates::new(10);
        for n in 0..5 {
            updates.push("message", &json!({"n": n}), NOW);
        }
        updates.confirm(12);
        assert_eq!(updates.len(), 3);
        updates.confirm(-1);
        assert_eq!(bodies(&updates), ["{\"update_id\":14,\n\"message\":{\"n\":4}}"]);
    }

    #[test]
    fn a_raw_update_keeps_its_id_or_gets_the_next() {
        let mut updates = Updates::new(10);
        assert_eq!(updates.inject(r#"{"update_id":3,"message":{}}"#, NOW), 3);
        assert_eq!(updates.inject(r#" {"message":{}}"#, NOW), 10);
        assert_eq!(updates.inject("not json", NOW), 11);
        assert_eq!(
            bodies(&updates),
            [r#"{"update_id":3,"message":{}}"#, r#"{"update_id":10,"message":{}}"#, "not json"]
        );
    }

    #[test]
    fn kinds_on_request_are_not_queued_until_asked_for() {
        let mut updates = Updates::new(1);
        assert_eq!(updates.push("message_reaction", &json!({}), NOW), None);
        assert!(updates.allow(&[json!("message_reaction"), json!("nonsense")]));
        assert!(updates.push("message_reaction", &json!({}), NOW).is_some());
        assert_eq!(updates.push("message", &json!({}), NOW), None);
        assert!(updates.allow(&[]));
        assert_eq!(updates.allowed(), None);
    }

    #[test]
    fn old_updates_expire_by_their_kind() {
        let mut updates = Updates::new(1);
        updates.push("message", &json!({}), NOW);
        updates.push("callback_query", &json!({}), NOW);
        updates.expire(NOW.plus(Duration::from_secs(151)));
        assert_eq!(updates.len(), 1);
    }
}
