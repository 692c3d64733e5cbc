//! What people do, and the updates that come of it.
//!
//! People use Telegram's apps, so what the apps do for them is done here: a paste that is too long becomes several
//! messages, commands and mentions get their entities. Nobody does what an app would not let them.

use serde_json::{Value, json};
use thiserror::Error;

use super::albums;
use super::chat::{BotStatus, Chat, ChatKind};
use super::drafts::Draft;
use super::message::Message;
use super::text::entity::Style;
use super::text::{self, Formatted};
use super::view::{Act, Share};
use super::wire;
use super::world::World;
use crate::clock::Timestamp;

/// What came of an act.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActDone {
    /// The messages written, edited or pressed on: more than one when a long text was cut.
    pub message_ids: Vec<i64>,
    /// The updates queued for the bot: none when it is not to know.
    pub update_ids: Vec<i64>,
    /// The callback query, when a button was pressed.
    pub callback_query_id: Option<String>,
    /// The inline query, when the bot's name was typed.
    pub inline_query_id: Option<String>,
}

impl ActDone {
    /// The (last) message; 0 when there is none.
    #[must_use]
    pub fn message_id(&self) -> i64 {
        self.message_ids.last().copied().unwrap_or(0)
    }
}

/// Why somebody could not do that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ActRefused {
    /// There is no such person.
    #[error("there is no such person")]
    NoSuchPerson,
    /// There is no such chat, or this person is not in it.
    #[error("this person is in no such chat")]
    NoSuchChat,
    /// There is no such topic.
    #[error("there is no such topic in the chat")]
    NoSuchTopic,
    /// There is no such message.
    #[error("there is no such message in the chat")]
    NoSuchMessage,
    /// Only own messages can be edited.
    #[error("this message is somebody else's")]
    NotYours,
    /// An album has two to ten things of a kind.
    #[error("an album has two to ten photos, or documents, or audio files")]
    NoSuchAlbum,
    /// The quoted words are not in the message that is answered.
    #[error("these words are not in the message that is answered")]
    NoSuchQuote,
    /// The bot has no inline mode.
    #[error("this bot has no inline mode")]
    NoInline,
    /// The bot does not offer that.
    #[error("the bot offers no such result")]
    NoSuchResult,
    /// Only administrators can do that.
    #[error("only an administrator of the group can do that")]
    NotAdmin,
    /// There is no button with such data.
    #[error("the message has no such button")]
    NoSuchButton,
    /// Nothing that could be stopped is being written.
    #[error("there is no draft with a Stop button")]
    NoDraft,
    /// Nothing but white space.
    #[error("there is nothing in this text")]
    Empty,
}

pub(super) type Done = Result<ActDone, ActRefused>;

impl World {
    /// Does it.
    pub(super) fn act(&mut self, act: Act, now: Timestamp) -> Done {
        match act {
            Act::Send { chat, user, text, reply_to, thread } => {
                self.presence(chat, user)?;
                self.say(&Said { reply_to, thread, ..Said::plainly(chat, user) }, &text, now)
            }
            Act::SendAnonymously { chat, user, text, reply_to, thread } => {
                if !self.presence(chat, user)?.admins.contains(&user) {
                    return Err(ActRefused::NotAdmin);
                }
                self.say(&Said { reply_to, thread, name: Name::Group, ..Said::plainly(chat, user) }, &text, now)
            }
            Act::Album { chat, user, count, caption, thread } => {
                self.presence(chat, user)?;
                let items = albums::photos(count);
                if count < 2 {
                    return Err(ActRefused::NoSuchAlbum);
                }
                self.share(Share { chat, user, items, caption, thread, ..Share::default() }, now)
            }
            Act::Share(share) => {
                let place = self.presence(share.chat, share.user)?;
                let owns = |channel| self.presence(channel, share.user).is_ok();
                if (share.anonymous && !place.admins.contains(&share.user))
                    || share.as_channel.is_some_and(|channel| !owns(channel))
                {
                    return Err(ActRefused::NotAdmin);
                }
                self.share(share, now)
            }
            Act::Forward { chat, user, from_chat, message_id, thread } => {
                self.presence(chat, user)?;
                self.presence(from_chat, user)?;
                self.forward(&Said { thread, ..Said::plainly(chat, user) }, (from_chat, message_id), now)
            }
            Act::TypeInline { chat, user, query } => {
                self.presence(chat, user)?;
                self.type_inline((chat, user), &query, now)
            }
            Act::ChooseInline { chat, user, query, result } => {
                self.presence(chat, user)?;
                self.choose_inline((chat, user), (&query, &result), now)
            }
            Act::Delete { chat, user, message_id } => {
                self.presence(chat, user)?;
                self.take_back((chat, message_id), user)
            }
            Act::Edit { chat, user, message_id, text } => {
                self.presence(chat, user)?;
                self.rewrite((chat, message_id), user, &text, now)
            }
            Act::Press { chat, user, message_id, data } => {
                self.presence(chat, user)?;
                self.push_button((chat, message_id), user, &data, now)
            }
            Act::StopDraft { chat, user, draft_id } => {
                self.presence(chat, user)?;
                self.stop_draft(chat, draft_id, now)
            }
        }
    }

    /// The chat, when the person is in it.
    fn presence(&self, chat: i64, user: i64) -> Result<&Chat, ActRefused> {
        if !self.people.contains_key(&user) {
            return Err(ActRefused::NoSuchPerson);
        }
        let here = |chat: &&Chat| chat.members.contains(&user) && chat.migrated_to.is_none();
        self.chats.get(&chat).filter(here).ok_or(ActRefused::NoSuchChat)
    }

    fn say(&mut self, said: &Said, text: &str, now: Timestamp) -> Done {
        let content: Vec<Message> = bodies(text).map(|body| Message { body, ..Message::default() }).collect();
        self.write(said, content, now)
    }

    /// Puts messages into the chat, with who wrote them, and tells the bot of those it may see.
    pub(super) fn write(&mut self, said: &Said, content: Vec<Message>, now: Timestamp) -> Done {
        let chat = self.chats.get(&said.chat).ok_or(ActRefused::NoSuchChat)?;
        if !chat.has_thread(said.thread) {
            return Err(ActRefused::NoSuchTopic);
        }
        if said.reply_to.is_some_and(|id| !chat.messages.contains_key(&id)) {
            return Err(ActRefused::NoSuchMessage);
        }
        // Writing to a bot is how a person unblocks it.
        if chat.kind == ChatKind::Private
            && let Some(person) = self.people.get_mut(&said.user)
        {
            person.blocked = false;
        }
        let mut done = ActDone::default();
        for content in content {
            // What was chosen of the bot's own is meant for it.
            let told = self.chats.get(&said.chat).is_some_and(|chat| chat.bot.is_in());
            let seen = self.bot_sees((said.chat, said.reply_to), &content.body) || (content.via_bot && told);
            let (from, sender_chat) = match said.name {
                Name::Own => (said.user, None),
                Name::Group => (wire::GROUP_ANONYMOUS_BOT, Some(said.chat)),
                Name::Channel(channel) => (wire::CHANNEL_BOT, Some(channel)),
            };
            let message = Message {
                thread: said.thread,
                from,
                sender_chat,
                date: now.as_secs(),
                reply_to: said.reply_to,
                ..content
            };
            let id = self.post(said.chat, message);
            done.message_ids.push(id);
            if seen {
                let content = self.shown(said.chat, id);
                done.update_ids.extend(self.updates.push("message", &content, now));
            }
        }
        if done.message_ids.is_empty() { Err(ActRefused::Empty) } else { Ok(done) }
    }

    /// Privacy mode: in a group the bot sees what is meant for it, unless it administrates or privacy is off.
    pub(super) fn bot_sees(&self, (chat, reply_to): (i64, Option<i64>), body: &Formatted) -> bool {
        let Some(chat) = self.chats.get(&chat) else { return false };
        match chat.bot {
            BotStatus::Kicked | BotStatus::Outside => return false,
            BotStatus::Administrator => return true,
            BotStatus::Member if chat.kind == ChatKind::Private || !self.bot.privacy => return true,
            BotStatus::Member => {}
        }
        let answered = reply_to.and_then(|id| chat.messages.get(&id));
        answered.is_some_and(|message| message.from == self.bot.id) || self.addressed(body)
    }

    /// Mentioned, or commanded with a command that names no other bot.
    fn addressed(&self, body: &Formatted) -> bool {
        let units: Vec<u16> = body.text.encode_utf16().collect();
        body.entities.iter().any(|entity| {
            let word = String::from_utf16_lossy(&units[entity.offset..entity.end()]);
            let named = word.split_once('@').map(|(_, name)| name.eq_ignore_ascii_case(&self.bot.username));
            match entity.style {
                Style::Mention => named == Some(true),
                Style::BotCommand => named != Some(false),
                _ => false,
            }
        })
    }

    fn rewrite(&mut self, (chat, id): (i64, i64), user: i64, text: &str, now: Timestamp) -> Done {
        let message =
            self.chats.get(&chat).and_then(|place| place.messages.get(&id)).ok_or(ActRefused::NoSuchMessage)?;
        if message.from != user {
            return Err(ActRefused::NotYours);
        }
        let reply_to = message.reply_to;
        let body = text::typed(text);
        if body.text.is_empty() {
            return Err(ActRefused::Empty);
        }
        let seen = self.bot_sees((chat, reply_to), &body);
        self.edit(chat, id, |message| {
            message.body = body;
            message.edit_date = Some(now.as_secs());
        });
        let mut done = ActDone { message_ids: vec![id], ..ActDone::default() };
        if seen {
            let content = self.shown(chat, id);
            done.update_ids.extend(self.updates.push("edited_message", &content, now));
        }
        Ok(done)
    }

    fn take_back(&mut self, (chat, id): (i64, i64), user: i64) -> Done {
        let place = self.chats.get(&chat).ok_or(ActRefused::NoSuchChat)?;
        let message = place.messages.get(&id).ok_or(ActRefused::NoSuchMessage)?;
        // In a private chat everybody may delete everything.
        if message.from != user && place.kind != ChatKind::Private && !place.admins.contains(&user) {
            return Err(ActRefused::NotYours);
        }
        self.delete(chat, id);
        Ok(ActDone { message_ids: vec![id], ..ActDone::default() })
    }

    fn push_button(&mut self, (chat, id): (i64, i64), user: i64, data: &str, now: Timestamp) -> Done {
        let place = self.chats.get(&chat).ok_or(ActRefused::NoSuchChat)?;
        let message = place.messages.get(&id).ok_or(ActRefused::NoSuchMessage)?;
        let rows = message.keyboard.as_ref().and_then(|markup| markup["inline_keyboard"].as_array());
        let mut buttons = rows.into_iter().flatten().filter_map(Value::as_array).flatten();
        if !buttons.any(|button| button["callback_data"].as_str() == Some(data)) {
            return Err(ActRefused::NoSuchButton);
        }
        let inline = message.inline_id.clone();
        let query = self.press(user, now);
        let mut content = json!({
            "id": query,
            "from": wire::anybody(self, user),
            // The same for the same chat, and nothing else about it.
            "chat_instance": format!("{}", chat.wrapping_mul(-7_046_029_254_386_353_131)),
            "data": data,
        });
        match inline {
            Some(inline) => content["inline_message_id"] = json!(inline),
            None => content["message"] = self.shown(chat, id),
        }
        let update_ids = self.updates.push("callback_query", &content, now).into_iter().collect();
        Ok(ActDone { message_ids: vec![id], update_ids, callback_query_id: Some(query), ..ActDone::default() })
    }

    fn stop_draft(&mut self, chat: i64, wanted: Option<i64>, now: Timestamp) -> Done {
        let place = self.chats.get(&chat).ok_or(ActRefused::NoSuchChat)?;
        let stoppable = |draft: &Draft| draft.can_stop && wanted.is_none_or(|id| id == draft.id);
        let running = place.drafts.iter().filter(|(_, draft)| stoppable(draft)).max_by_key(|(_, draft)| draft.expires);
        let (thread, draft) = running.map(|(thread, draft)| (*thread, draft.clone())).ok_or(ActRefused::NoDraft)?;
        let mut content = json!({"chat": wire::chat(self, place), "draft_id": draft.id});
        if let Some(thread) = thread {
            content["message_thread_id"] = json!(thread);
        }
        if !draft.keep_on_stop {
            self.end_draft(chat, thread);
        }
        let update_ids = self.updates.push("stopped_message_generation", &content, now).into_iter().collect();
        Ok(ActDone { update_ids, ..ActDone::default() })
    }
}

/// Who writes where, to whom.
pub(super) struct Said {
    pub(super) chat: i64,
    pub(super) user: i64,
    pub(super) reply_to: Option<i64>,
    pub(super) thread: Option<i64>,
    pub(super) name: Name,
}

/// In whose name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// The person's own.
    Own,
    /// The group's.
    Group,
    /// A channel's.
    Channel(i64),
}

impl Said {
    /// In one's own name, to nobody, in no topic.
    pub(super) const fn plainly(chat: i64, user: i64) -> Self {
        Self { chat, user, reply_to: None, thread: None, name: Name::Own }
    }
}

/// The messages that a text becomes.
pub(super) fn bodies(text: &str) -> impl Iterator<Item = Formatted> {
    pieces(text).into_iter().map(|piece| text::typed(&piece)).filter(|body| !body.text.is_empty())
}

/// Cuts as Telegram's apps do, by UTF-16 units; never inside a character.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut room = text::LONGEST_TEXT;
    for c in text.chars() {
        if room < c.len_utf16() {
            pieces.push(String::new());
            room = text::LONGEST_TEXT;
        }
        room -= c.len_utf16();
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}
