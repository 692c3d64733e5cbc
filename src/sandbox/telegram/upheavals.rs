//! What happens to chats without anybody writing: topics that open and go, administrators, groups that become
//! supergroups. It is state: the refusals follow from it, in every method alike.

use serde_json::json;

use super::chat::{Chat, ChatKind};
use super::handle::FakeTelegram;
use super::message::{Media, Message};
use super::view::Event;
use super::world::World;
use crate::clock::Timestamp;

/// The first supergroup that comes of a group: far from the ids that tests and the sandbox give.
const FIRST_SUPERGROUP: i64 = -1_005_000_000_000;

impl FakeTelegram {
    /// A topic in a supergroup or a private chat; returns its `message_thread_id`, which is the id of the message that
    /// opened it. 0 when there is no such chat.
    #[must_use]
    pub fn add_topic(&self, chat: i64, name: &str) -> i64 {
        self.shared.change(|world, now| {
            let opened = json!({"name": name, "icon_color": 7_322_096});
            let message = Message {
                from: world.chats.get(&chat).and_then(|place| place.members.first().copied()).unwrap_or_default(),
                date: now.as_secs(),
                media: Some(Media::bare("forum_topic_created", opened)),
                ..Message::default()
            };
            let id = world.post(chat, message);
            if let Some(place) = world.chats.get_mut(&chat) {
                place.forum = true;
                place.topics.insert(id, name.to_owned());
                if let Some(message) = place.messages.get_mut(&id) {
                    message.thread = Some(id);
                }
            }
            world.emit(Event::ChatChanged { chat });
            id
        })
    }

    /// Who may administrate a group, beside who created it.
    pub fn set_admins(&self, chat: i64, admins: &[i64]) {
        self.shared.change(|world, _| {
            if let Some(place) = world.chats.get_mut(&chat) {
                place.admins = admins.iter().copied().chain(place.creator).collect();
            }
            world.emit(Event::ChatChanged { chat });
        });
    }

    /// Makes a member of a group an administrator, or takes it back. Who created the group stays what they are.
    pub fn set_admin(&self, group: i64, user: i64, administrator: bool) {
        self.shared.change(|world, _| {
            let Some(place) = world.chats.get_mut(&group) else { return };
            if administrator {
                place.admins.insert(user);
            } else if place.creator != Some(user) {
                place.admins.remove(&user);
            }
            world.emit(Event::ChatChanged { chat: group });
        });
    }

    /// Somebody deletes a topic with everything in it. The bot is not told: it learns from its next call that the
    /// thread is not found.
    pub fn delete_topic(&self, chat: i64, topic: i64) {
        self.shared.change(|world, _| {
            let Some(place) = world.chats.get_mut(&chat) else { return };
            if place.topics.remove(&topic).is_none() {
                return;
            }
            let within = place.messages.values().filter(|message| message.thread == Some(topic));
            let gone: Vec<i64> = within.map(|message| message.id).collect();
            world.end_draft(chat, Some(topic));
            for id in gone {
                world.delete(chat, id);
            }
            world.emit(Event::ChatChanged { chat });
        });
    }

    /// A basic group becomes a supergroup with an id of its own, which is returned; the bot is told in both. From then
    /// on calls that write to the old one are refused with the new id. 0 when there is no such basic group.
    #[must_use]
    pub fn migrate(&self, group: i64) -> i64 {
        self.shared.change(|world, now| world.migrate(group, now))
    }
}

impl World {
    fn migrate(&mut self, group: i64, now: Timestamp) -> i64 {
        let basic = |chat: &&Chat| chat.kind == ChatKind::Group && chat.migrated_to.is_none();
        let Some(old) = self.chats.get(&group).filter(basic) else { return 0 };
        let by = old.creator.unwrap_or_default();
        let new_id = (i64::MIN..=FIRST_SUPERGROUP).rev().find(|id| !self.chats.contains_key(id)).unwrap_or_default();
        let members: Vec<i64> = old.members.iter().copied().collect();
        let mut new = Chat::new(new_id, ChatKind::Supergroup, &old.title, &members);
        (new.creator, new.admins, new.bot) = (old.creator, old.admins.clone(), old.bot);
        self.chats.insert(new_id, new);
        self.announce(group, by, ("migrate_to_chat_id", json!(new_id)), now);
        self.announce(new_id, by, ("migrate_from_chat_id", json!(group)), now);
        if let Some(old) = self.chats.get_mut(&group) {
            old.migrated_to = Some(new_id);
        }
        self.emit(Event::ChatChanged { chat: group });
        self.emit(Event::ChatChanged { chat: new_id });
        new_id
    }
}
