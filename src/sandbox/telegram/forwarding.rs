//! Forwarding: a message of one chat, written again in another, with who wrote it first (`forward_origin`).

use serde_json::{Value, json};

use super::acts::{ActRefused, Done, Said};
use super::message::Message;
use super::wire;
use super::world::World;
use crate::clock::Timestamp;

impl World {
    /// Forwards a message. Telegram keeps text and media, and neither the buttons nor what it answered.
    pub(super) fn forward(&mut self, said: &Said, (chat, id): (i64, i64), now: Timestamp) -> Done {
        let place = self.chats.get(&chat).ok_or(ActRefused::NoSuchChat)?;
        let message = place.messages.get(&id).ok_or(ActRefused::NoSuchMessage)?;
        if message.media.as_ref().is_some_and(super::message::Media::is_service) {
            return Err(ActRefused::NoSuchMessage);
        }
        let copy = Message {
            body: message.body.clone(),
            rich: message.rich.clone(),
            media: message.media.clone(),
            // Who forwards a forwarded message forwards its first author.
            forwarded: Some(message.forwarded.clone().unwrap_or_else(|| self.origin(message))),
            ..Message::default()
        };
        self.write(said, vec![copy], now)
    }

    /// `MessageOrigin` of a message of this world.
    fn origin(&self, message: &Message) -> Value {
        match message.sender_chat.and_then(|id| self.chats.get(&id)) {
            Some(sender) => json!({"type": "chat", "date": message.date, "sender_chat": wire::chat(self, sender)}),
            None => json!({"type": "user", "date": message.date, "sender_user": wire::anybody(self, message.from)}),
        }
    }
}
