//! The world's things as the Bot API writes them.

use serde_json::{Map, Value, json};

use super::chat::{BotStatus, Chat, ChatKind, Person};
use super::message::Message;
use super::world::World;

/// Telegram's own name for what it copies from a linked channel.
pub(super) const TELEGRAM: i64 = 777_000;
/// Telegram's own name for whoever writes as a channel.
pub(super) const CHANNEL_BOT: i64 = 136_817_688;
/// Telegram's own name for whoever writes as the group.
pub(super) const GROUP_ANONYMOUS_BOT: i64 = 1_087_968_824;

/// A person as `User`.
pub(super) fn user(person: &Person) -> Value {
    let mut value = json!({"id": person.id, "is_bot": false, "first_name": person.name});
    if let Some(username) = &person.username {
        value["username"] = json!(username);
    }
    if let Some(language) = &person.language_code {
        value["language_code"] = json!(language);
    }
    value
}

/// The bot as `User`, as others see it.
pub(super) fn bot(world: &World) -> Value {
    json!({"id": world.bot.id, "is_bot": true, "first_name": world.bot.name, "username": world.bot.username})
}

/// Anybody, even somebody nobody knows any more.
pub(super) fn anybody(world: &World, id: i64) -> Value {
    match world.people.get(&id) {
        _ if id == world.bot.id => bot(world),
        _ if id == GROUP_ANONYMOUS_BOT => {
            json!({"id": id, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"})
        }
        _ if id == CHANNEL_BOT => {
            json!({"id": id, "is_bot": true, "first_name": "Channel", "username": "Channel_Bot"})
        }
        _ if id == TELEGRAM => json!({"id": id, "is_bot": false, "first_name": "Telegram"}),
        Some(person) => user(person),
        None => json!({"id": id, "is_bot": false, "first_name": "Deleted Account"}),
    }
}

/// A `Chat`.
pub(super) fn chat(world: &World, chat: &Chat) -> Value {
    let mut value = json!({"id": chat.id, "type": chat.kind.name()});
    if chat.kind == ChatKind::Private {
        value["first_name"] = json!(chat.title);
        if let Some(username) = world.people.get(&chat.id).and_then(|person| person.username.as_ref()) {
            value["username"] = json!(username);
        }
    } else {
        value["title"] = json!(chat.title);
    }
    if chat.forum {
        value["is_forum"] = json!(true);
    }
    value
}

/// A `Message`, with the one it answers but not the one that one answers.
pub(super) fn message(world: &World, place: &Chat, message: &Message) -> Value {
    let mut fields = bare(world, place, message);
    if let Some(answered) = answered(place, message) {
        fields.insert("reply_to_message".to_owned(), Value::Object(bare(world, place, answered)));
    }
    Value::Object(fields)
}

/// In a supergroup's topic a message that answers nothing answers the message that opened the topic.
fn answered<'a>(place: &'a Chat, message: &Message) -> Option<&'a Message> {
    let opening = message.thread.filter(|_| place.kind == ChatKind::Supergroup);
    place.messages.get(&message.reply_to.or(opening)?).filter(|answered| answered.id != message.id)
}

fn bare(world: &World, place: &Chat, message: &Message) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("message_id".to_owned(), json!(message.id));
    fields.insert("from".to_owned(), anybody(world, message.from));
    if let Some(sender) = message.sender_chat.and_then(|id| world.chats.get(&id)) {
        fields.insert("sender_chat".to_owned(), chat(world, sender));
    }
    fields.insert("chat".to_owned(), chat(world, place));
    fields.insert("date".to_owned(), json!(message.date));
    if let Some(date) = message.edit_date {
        fields.insert("edit_date".to_owned(), json!(date));
    }
    if let Some(thread) = message.thread {
        fields.insert("message_thread_id".to_owned(), json!(thread));
        fields.insert("is_topic_message".to_owned(), json!(true));
    }
    if message.via_bot {
        fields.insert("via_bot".to_owned(), bot(world));
    }
    if message.automatic {
        fields.insert("is_automatic_forward".to_owned(), json!(true));
    }
    message.content(&mut fields);
    if let Some(keyboard) = &message.keyboard {
        fields.insert("reply_markup".to_owned(), keyboard.clone());
    }
    fields
}

/// A `ChatMember`.
pub(super) fn member(world: &World, place: &Chat, id: i64) -> Value {
    let is_bot = id == world.bot.id;
    let status = match place.bot {
        BotStatus::Kicked if is_bot => "kicked",
        BotStatus::Administrator if is_bot => "administrator",
        BotStatus::Member if is_bot => "member",
        BotStatus::Outside if is_bot => "left",
        _ if place.creator == Some(id) => "creator",
        _ if place.admins.contains(&id) => "administrator",
        _ if place.members.contains(&id) => "member",
        _ => "left",
    };
    let mut value = json!({"user": anybody(world, id), "status": status});
    match status {
        "creator" => value["is_anonymous"] = json!(false),
        "kicked" => value["until_date"] = json!(0),
        "administrator" => {
            value["can_be_edited"] = json!(false);
            value["is_anonymous"] = json!(false);
            for right in ADMIN_RIGHTS {
                value[right] = json!(true);
            }
        }
        _ => {}
    }
    value
}

/// What every `ChatMemberAdministrator` says about itself.
const ADMIN_RIGHTS: [&str; 12] = [
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
];
