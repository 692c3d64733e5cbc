//! Channels: what people write in their name, and what comes from the one that a group is linked to.
//!
//! The bot is in no channel here. It meets them as senders in groups: Telegram then names an account of its own as who
//! wrote, and the channel as `sender_chat`.

use serde_json::json;

use super::acts::{ActDone, ActRefused, Done};
use super::chat::{BotStatus, Chat, ChatKind};
use super::handle::FakeTelegram;
use super::message::Message;
use super::text;
use super::wire;
use super::world::World;
use crate::clock::Timestamp;

impl FakeTelegram {
    /// A channel of this person, who can write in groups in its name.
    pub fn add_channel(&self, id: i64, title: &str, owner: i64) {
        let mut channel = Chat::new(id, ChatKind::Channel, title, &[owner]);
        channel.bot = BotStatus::Outside;
        self.shared.change(|world, _| world.chats.insert(id, channel));
    }

    /// Links a channel to a group, where its posts appear by themselves from now on.
    pub fn link_channel(&self, channel: i64, group: i64) {
        self.shared.change(|world, _| {
            if let Some(place) = world.chats.get_mut(&channel) {
                place.linked = Some(group);
            }
        });
    }

    /// A channel's owner posts in it. The message in the linked group is what comes back.
    ///
    /// # Errors
    /// When there is no such channel, or it is not linked to a group.
    pub fn channel_posts(&self, channel: i64, words: &str) -> Result<ActDone, ActRefused> {
        self.shared.change(|world, now| world.post_in_channel(channel, words, now))
    }
}

impl World {
    fn post_in_channel(&mut self, channel: i64, words: &str, now: Timestamp) -> Done {
        let place = self.chats.get(&channel).filter(|place| place.kind == ChatKind::Channel);
        let place = place.ok_or(ActRefused::NoSuchChat)?;
        let (group, shown) = (place.linked.ok_or(ActRefused::NoSuchChat)?, wire::chat(self, place));
        let body = text::typed(words);
        let date = now.as_secs();
        let post =
            Message { from: channel, sender_chat: Some(channel), date, body: body.clone(), ..Message::default() };
        let id = self.post(channel, post);
        let copy = Message {
            from: wire::TELEGRAM,
            sender_chat: Some(channel),
            date,
            forwarded: Some(json!({"type": "channel", "date": date, "message_id": id, "chat": shown})),
            automatic: true,
            body,
            ..Message::default()
        };
        let seen = self.bot_sees((group, None), &copy.body);
        let id = self.post(group, copy);
        let mut done = ActDone { message_ids: vec![id], ..ActDone::default() };
        if seen {
            let content = self.shown(group, id);
            done.update_ids.extend(self.updates.push("message", &content, now));
        }
        Ok(done)
    }
}
