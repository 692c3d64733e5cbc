//! Who is in a chat, and what the bot is there: how it changes, and how the bot hears of it (`my_chat_member`,
//! `new_chat_members`, `left_chat_member`).

use serde_json::{Value, json};

use super::chat::{BotStatus, Chat, ChatKind};
use super::handle::FakeTelegram;
use super::message::{Media, Message};
use super::view::Event;
use super::wire;
use super::world::World;
use crate::clock::Timestamp;

impl FakeTelegram {
    /// A group that the bot is not in. Ids and creator are as in [`add_group`](Self::add_group).
    pub fn add_group_without_bot(&self, id: i64, title: &str, members: &[i64]) {
        self.add_group(id, title, members);
        self.shared.change(|world, _| world.set_bot_status(id, BotStatus::Outside));
    }

    /// Somebody adds the bot to a group.
    pub fn add_bot(&self, chat: i64, by: i64) {
        self.shared.change(|world, now| {
            world.change_bot(chat, (by, BotStatus::Member), now);
            let bot = wire::bot(world);
            world.announce(chat, by, ("new_chat_members", json!([bot])), now);
        });
    }

    /// A person blocks the bot, or takes it back. The bot is told as by Telegram.
    pub fn block_bot(&self, person: i64, blocked: bool) {
        self.shared.change(|world, now| {
            let old = world.bot_in(person);
            if let Some(person) = world.people.get_mut(&person) {
                person.blocked = blocked;
            }
            world.tell_bot((person, person), &old, now);
        });
    }

    /// The bot is thrown out of a group by its creator. The bot is told as by Telegram, which in a basic group lets it
    /// see the message about it, too.
    pub fn kick_bot(&self, chat: i64) {
        self.shared.change(|world, now| {
            let Some(place) = world.chats.get(&chat) else { return };
            let (by, basic) = (place.creator.unwrap_or_default(), place.kind == ChatKind::Group);
            let bot = wire::bot(world);
            if basic {
                world.announce(chat, by, ("left_chat_member", bot), now);
            }
            world.change_bot(chat, (by, BotStatus::Kicked), now);
        });
    }

    /// The bot becomes an administrator, and sees everything, or stops being one. It is told.
    pub fn promote_bot(&self, chat: i64, administrator: bool) {
        let status = if administrator { BotStatus::Administrator } else { BotStatus::Member };
        self.shared.change(|world, now| {
            let by = world.chats.get(&chat).and_then(|place| place.creator).unwrap_or_default();
            world.change_bot(chat, (by, status), now);
        });
    }

    /// Somebody joins a group by themselves.
    pub fn join(&self, chat: i64, user: i64) {
        self.shared.change(|world, now| {
            let joined = world.chats.get_mut(&chat).is_some_and(|place| place.members.insert(user));
            if joined {
                let who = wire::anybody(world, user);
                world.announce(chat, user, ("new_chat_members", json!([who])), now);
                world.emit(Event::ChatChanged { chat });
            }
        });
    }

    /// Somebody leaves a group.
    pub fn leave(&self, chat: i64, user: i64) {
        self.shared.change(|world, now| {
            let Some(place) = world.chats.get_mut(&chat) else { return };
            place.admins.remove(&user);
            if place.members.remove(&user) {
                let who = wire::anybody(world, user);
                world.announce(chat, user, ("left_chat_member", who), now);
                world.emit(Event::ChatChanged { chat });
            }
        });
    }
}

impl World {
    /// Changes what the bot is in a chat, and tells it.
    fn change_bot(&mut self, chat: i64, (by, status): (i64, BotStatus), now: Timestamp) {
        let old = self.bot_in(chat);
        self.set_bot_status(chat, status);
        self.tell_bot((chat, by), &old, now);
    }

    /// The bot goes by itself.
    pub(super) fn bot_leaves(&mut self, chat: i64, now: Timestamp) {
        let (bot, id) = (wire::bot(self), self.bot.id);
        self.change_bot(chat, (id, BotStatus::Outside), now);
        self.announce(chat, id, ("left_chat_member", bot), now);
    }

    /// Changes what the bot is in a chat.
    pub(super) fn set_bot_status(&mut self, chat: i64, status: BotStatus) {
        if let Some(place) = self.chats.get_mut(&chat) {
            place.bot = status;
        }
    }

    /// The bot as `ChatMember` of a chat. Who blocks it has thrown it out.
    fn bot_in(&self, chat: i64) -> Value {
        let blocked = self.people.get(&chat).is_some_and(|person| person.blocked);
        if blocked {
            return json!({"user": wire::bot(self), "status": "kicked", "until_date": 0});
        }
        self.chats.get(&chat).map_or(Value::Null, |place: &Chat| wire::member(self, place, self.bot.id))
    }

    /// Tells the bot what it has become, unless that is what it was.
    fn tell_bot(&mut self, (chat, by): (i64, i64), old: &Value, now: Timestamp) {
        let new = self.bot_in(chat);
        let Some(place) = self.chats.get(&chat).filter(|_| *old != new) else { return };
        let content = json!({
            "chat": wire::chat(self, place),
            "from": wire::anybody(self, by),
            "date": now.as_secs(),
            "old_chat_member": old,
            "new_chat_member": new,
        });
        self.updates.push("my_chat_member", &content, now);
    }

    /// A service message, which a bot sees in every group it is in.
    pub(super) fn announce(&mut self, chat: i64, from: i64, (kind, content): (&'static str, Value), now: Timestamp) {
        let media = Media::bare(kind, content);
        let id = self.post(chat, Message { from, date: now.as_secs(), media: Some(media), ..Message::default() });
        if self.chats.get(&chat).is_some_and(|place| place.bot.is_in()) {
            let content = self.shown(chat, id);
            self.updates.push("message", &content, now);
        }
    }
}
