//! Who the bot, or somebody else, is in a chat, when that changes.
//!
//! Telegram writes both as a `ChatMemberUpdated`. A status that is newer than this program counts as being there: the
//! worst that comes of it is a message that Telegram refuses.

use serde::Deserialize;
use serde_json::Value;

use super::event::Event;
use super::message::User;

/// The bot was added, thrown out, blocked, made an administrator …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub chat: i64,
    /// What that is.
    pub kind: ChatKind,
    /// Who did it.
    pub by: User,
    /// Was the bot there before?
    pub was_in: bool,
    /// Is it there now?
    pub is_in: bool,
    /// As an administrator, to whom Telegram shows everything?
    pub sees_all: bool,
}

/// What a chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatKind {
    /// A conversation between one person and the bot: they have blocked it, or taken that back.
    Private,
    /// A group, or a supergroup.
    Group,
    /// A channel.
    Channel,
}

/// As Telegram writes it.
#[derive(Deserialize)]
pub(super) struct RawMembership {
    chat: RawPlace,
    from: User,
    old_chat_member: RawMember,
    new_chat_member: RawMember,
}

#[derive(Deserialize)]
struct RawPlace {
    id: i64,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct RawMember {
    #[serde(default)]
    status: String,
    /// Of somebody who is restricted: are they there?
    #[serde(default)]
    is_member: Option<bool>,
    #[serde(default)]
    user: Option<User>,
}

impl RawMembership {
    /// An odd one costs nothing but itself.
    pub(super) fn read(change: Value) -> Option<Self> {
        Self::deserialize(change).ok()
    }

    /// The change of anybody but the bot.
    pub(super) fn of_somebody(self) -> Event {
        let user = self.new_chat_member.user.map_or(0, |user| user.id);
        Event::MemberChanged { chat: self.chat.id, user }
    }
}

impl RawMember {
    fn is_in(&self) -> bool {
        !matches!(self.status.as_str(), "left" | "kicked") && self.is_member != Some(false)
    }
}

impl From<RawMembership> for Membership {
    fn from(raw: RawMembership) -> Self {
        let kind = match raw.chat.kind.as_deref() {
            Some("channel") => ChatKind::Channel,
            Some("private") => ChatKind::Private,
            _ if raw.chat.id > 0 => ChatKind::Private,
            _ => ChatKind::Group,
        };
        Self {
            chat: raw.chat.id,
            kind,
            by: raw.from,
            was_in: raw.old_chat_member.is_in(),
            is_in: raw.new_chat_member.is_in(),
            sees_all: raw.new_chat_member.status == "administrator",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(kind: &str, old: &serde_json::Value, new: &serde_json::Value) -> Membership {
        let raw = json!({"chat": {"id": -5, "type": kind}, "from": {"id": 5}, "date": 1,
            "old_chat_member": old, "new_chat_member": new});
        serde_json::from_value::<RawMembership>(raw).unwrap().into()
    }

    #[test]
    fn being_there_is_told_from_being_gone() {
        let status = |status: &str| json!({"user": {"id": 7}, "status": status});
        let restricted = |is_member: bool| json!({"status": "restricted", "is_member": is_member});
        let seen = |old, new| {
            let read = read("supergroup", &old, &new);
            (read.was_in, read.is_in, read.sees_all)
        };
        assert_eq!(seen(status("left"), status("member")), (false, true, false));
        assert_eq!(seen(status("kicked"), status("administrator")), (false, true, true));
        assert_eq!(seen(status("member"), status("kicked")), (true, false, false));
        assert_eq!(seen(restricted(false), restricted(true)), (false, true, false));
        assert_eq!(seen(status("member"), status("unheard_of")), (true, true, false));
        assert_eq!(read("channel", &status("left"), &status("administrator")).kind, ChatKind::Channel);
    }
}
