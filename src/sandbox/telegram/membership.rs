//! What becomes of the bot in a chat, and how it hears of it (`my_chat_member`).

use serde_json::{Value, json};

use super::chat::BotStatus;
use super::wire;
use super::world::World;
use crate::clock::Timestamp;

impl World {
    /// Changes what the bot is in a chat.
    pub(super) fn set_bot_status(&mut self, chat: i64, status: BotStatus) {
        if let Some(place) = self.chats.get_mut(&chat) {
            place.bot = status;
        }
    }

    /// Tells the bot that somebody has thrown it out (blocked it) or let it back in.
    pub(super) fn tell_membership(&mut self, chat: i64, by: i64, (out, now): (bool, Timestamp)) {
        let Some(place) = self.chats.get(&chat) else { return };
        let member = |out: bool| -> Value {
            let user = wire::bot(self);
            if out {
                json!({"user": user, "status": "kicked", "until_date": 0})
            } else {
                json!({"user": user, "status": "member"})
            }
        };
        let content = json!({
            "chat": wire::chat(self, place),
            "from": wire::anybody(self, by),
            "date": now.as_secs(),
            "old_chat_member": member(!out),
            "new_chat_member": member(out),
        });
        self.updates.push("my_chat_member", &content, now);
    }
}
