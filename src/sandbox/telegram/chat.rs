//! People, chats, topics and who is where.

use std::collections::{BTreeMap, BTreeSet};

use super::drafts::Draft;
use super::message::Message;

/// A person.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Telegram's id, which is also that of the private chat with the bot.
    pub(super) id: i64,
    /// First name.
    pub(super) name: String,
    /// Without the @.
    pub(super) username: Option<String>,
    /// IETF tag of the person's app.
    pub(super) language_code: Option<String>,
    /// Has this person blocked the bot?
    pub(super) blocked: bool,
}

/// What kind of chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChatKind {
    /// With one person.
    Private,
    /// A basic group.
    Group,
    /// A supergroup, perhaps with topics.
    Supergroup,
    /// A channel, which only its owner writes in.
    Channel,
}

impl ChatKind {
    /// As in the Bot API.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup => "supergroup",
            Self::Channel => "channel",
        }
    }
}

/// What the bot is in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BotStatus {
    /// One of many.
    Member,
    /// Sees every message.
    Administrator,
    /// Was thrown out.
    Kicked,
    /// Never was in it, or has left.
    Outside,
}

impl BotStatus {
    /// Does it get what happens there?
    pub(super) const fn is_in(self) -> bool {
        matches!(self, Self::Member | Self::Administrator)
    }
}

/// A chat.
#[derive(Debug, Clone)]
pub(super) struct Chat {
    /// Telegram's id.
    pub(super) id: i64,
    /// What kind.
    pub(super) kind: ChatKind,
    /// Title of a group, name of a person.
    pub(super) title: String,
    /// People in it.
    pub(super) members: BTreeSet<i64>,
    /// Who made the group.
    pub(super) creator: Option<i64>,
    /// Who may administrate, the creator among them.
    pub(super) admins: BTreeSet<i64>,
    /// What the bot is here.
    pub(super) bot: BotStatus,
    /// Has it topics? It stays so when the last one is deleted.
    pub(super) forum: bool,
    /// Names by id.
    pub(super) topics: BTreeMap<i64, String>,
    /// The group where a channel's posts appear.
    pub(super) linked: Option<i64>,
    /// The supergroup that this group has become.
    pub(super) migrated_to: Option<i64>,
    /// By id, which is also the order.
    pub(super) messages: BTreeMap<i64, Message>,
    /// What the bot is writing, by topic.
    pub(super) drafts: BTreeMap<Option<i64>, Draft>,
    /// The id of the last message of a supergroup, which counts for itself.
    pub(super) last_message: i64,
}

impl Chat {
    /// An empty chat. A group is made by the member with the smallest id.
    pub(super) fn new(id: i64, kind: ChatKind, title: &str, members: &[i64]) -> Self {
        let creator = members.iter().min().copied().filter(|_| kind != ChatKind::Private);
        Self {
            id,
            kind,
            title: title.to_owned(),
            members: members.iter().copied().collect(),
            creator,
            admins: creator.into_iter().collect(),
            bot: BotStatus::Member,
            forum: false,
            topics: BTreeMap::new(),
            linked: None,
            migrated_to: None,
            messages: BTreeMap::new(),
            drafts: BTreeMap::new(),
            last_message: 0,
        }
    }

    /// Do people see it in their list? A group that has become a supergroup is there once; channels are nobody's matter.
    pub(super) fn is_shown(&self) -> bool {
        self.migrated_to.is_none() && self.kind != ChatKind::Channel
    }

    /// Is there such a topic, or is none asked for?
    pub(super) fn has_thread(&self, thread: Option<i64>) -> bool {
        thread.is_none_or(|thread| self.topics.contains_key(&thread))
    }
}
