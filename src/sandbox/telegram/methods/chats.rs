//! Chats and who is in them.

use serde_json::{Value, json};

use super::{Ask, yes};
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::chat::{BotStatus, ChatKind};
use crate::sandbox::telegram::view::Event;
use crate::sandbox::telegram::wire;

/// What `sendChatAction` takes.
const ACTIONS: [&str; 14] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "record_audio",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
    "cancel",
];

/// `sendChatAction`.
pub(super) fn action(ask: &mut Ask<'_>) -> Answer {
    let action = ask.params.text("action").unwrap_or_default().to_ascii_lowercase();
    if !ACTIONS.contains(&action.as_str()) {
        return Err(Refusal::bad_request("wrong parameter action in request"));
    }
    let chat = ask.writable_chat()?;
    if !ask.world.chats[&chat].has_thread(ask.params.int("message_thread_id")) {
        return Err(Refusal::bad_request("message thread not found"));
    }
    ask.world.emit(Event::ChatAction { chat, action });
    Ok(yes())
}

/// `getChat`.
pub(super) fn chat(ask: &mut Ask<'_>) -> Answer {
    let id = ask.chat()?;
    let place = &ask.world.chats[&id];
    let mut full = wire::chat(ask.world, place);
    full["accent_color_id"] = json!(0);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({
        "unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false, "premium_subscription": false,
        "gifts_from_channels": false,
    });
    let linked = ask.world.chats.values().find(|channel| channel.linked == Some(id));
    if let Some(channel) = linked {
        full["linked_chat_id"] = json!(channel.id);
    }
    if place.kind != ChatKind::Private {
        full["permissions"] = json!({"can_send_messages": true, "can_invite_users": true});
    }
    Ok(full.into())
}

/// `leaveChat`. Nobody leaves a private chat.
pub(super) fn leave(ask: &mut Ask<'_>) -> Answer {
    let chat = ask.writable_chat()?;
    if ask.world.chats[&chat].kind == ChatKind::Private {
        return Err(Refusal::bad_request("chat member status can't be changed in private chats"));
    }
    ask.world.bot_leaves(chat, ask.now);
    Ok(yes())
}

/// `getChatMember`. In a private chat both are members, and nobody else is.
pub(super) fn member(ask: &mut Ask<'_>) -> Answer {
    let chat = ask.chat()?;
    let user = ask.params.int("user_id").unwrap_or(0);
    let known = [ask.world.bot.id, wire::GROUP_ANONYMOUS_BOT].contains(&user) || ask.world.people.contains_key(&user);
    if !known {
        return Err(Refusal::bad_request("user not found"));
    }
    if ask.world.chats[&chat].kind == ChatKind::Private && ![ask.world.bot.id, chat].contains(&user) {
        return Err(Refusal::bad_request("member not found"));
    }
    Ok(wire::member(ask.world, &ask.world.chats[&chat], user).into())
}

/// `getChatMemberCount`: people and the bot.
pub(super) fn member_count(ask: &mut Ask<'_>) -> Answer {
    let place = &ask.world.chats[&ask.chat()?];
    Ok(json!(place.members.len() + usize::from(place.bot.is_in())).into())
}

/// `getChatAdministrators`.
pub(super) fn administrators(ask: &mut Ask<'_>) -> Answer {
    let place = &ask.world.chats[&ask.chat()?];
    if place.kind == ChatKind::Private {
        return Err(Refusal::bad_request("there are no administrators in the private chat"));
    }
    let mut ids: Vec<i64> = place.admins.iter().copied().collect();
    if place.bot == BotStatus::Administrator {
        ids.push(ask.world.bot.id);
    }
    let members: Vec<Value> = ids.into_iter().map(|id| wire::member(ask.world, place, id)).collect();
    Ok(Value::from(members).into())
}
