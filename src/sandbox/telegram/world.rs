//! Everything that exists in the fake Telegram. Methods and people change it; answers are derived from it.
//!
//! One lock holds all of it: a call sees the world either before or after another, as if there were no others.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{broadcast, oneshot};

use super::answer::Refusal;
use super::chat::{BotStatus, Chat, ChatKind, Person};
use super::faults::Faults;
use super::files::Files;
use super::flood::Flood;
use super::inline::{InlineMode, InlineQuery};
use super::journal::Journal;
use super::message::Message;
use super::updates::Updates;
use super::view::Event;
use super::webhook::Webhook;
use super::wire;
use crate::clock::Timestamp;

/// The bot.
pub(super) struct Bot {
    /// The number before the colon of its token.
    pub(super) id: i64,
    /// Shown name.
    pub(super) name: String,
    /// Without the @.
    pub(super) username: String,
    /// In groups it sees only what is meant for it.
    pub(super) privacy: bool,
    /// May it be added to groups?
    pub(super) joinable: bool,
    /// `setMyCommands`, by scope and language.
    pub(super) commands: BTreeMap<(String, String), Value>,
    /// `setMyName`, `setMyDescription` and so on, by what is set, chat or language.
    pub(super) profile: BTreeMap<(String, String), Value>,
}

/// A pressed button that waits for its answer.
pub(super) struct Callback {
    /// Who pressed.
    pub(super) user: i64,
    /// When.
    pub(super) at: Timestamp,
}

/// What this Telegram is like, apart from what is in it.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent switch of a server")]
pub(super) struct Switches {
    /// Nonsense is refused instead of counted.
    pub(super) strict: bool,
    /// The server knows `sendMessageDraft`.
    pub(super) drafts: bool,
    /// It knows the Stop button of drafts.
    pub(super) draft_stop: DraftStop,
    /// It knows rich messages.
    pub(super) rich: bool,
    /// `setWebhook` more than once per second gets 429.
    pub(super) webhook_pace: bool,
    /// Can people ask inline?
    pub(super) inline: InlineMode,
    /// The token has been revoked.
    pub(super) token_revoked: bool,
    /// How often every update is delivered.
    pub(super) copies: usize,
    /// How far the `Date` on its answers is ahead.
    pub(super) date_ahead: Duration,
    /// How long a call is on its way, there and back.
    pub(super) distance: Duration,
}

/// What the server makes of `can_stop`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftStop {
    /// A Stop button.
    Known,
    /// A refusal.
    Refused,
    /// Nothing, as Telegram's servers before Bot API 10.3.
    Ignored,
}

/// Everything.
pub(super) struct World {
    /// The bot.
    pub(super) bot: Bot,
    /// By id.
    pub(super) people: BTreeMap<i64, Person>,
    /// By id.
    pub(super) chats: BTreeMap<i64, Chat>,
    /// What the bot has not confirmed.
    pub(super) updates: Updates,
    /// Where updates are posted.
    pub(super) webhook: Option<Webhook>,
    /// Counts webhooks, so that an answer to an old one is known as such.
    pub(super) webhook_generation: u64,
    /// The last `setWebhook`, for its pace.
    pub(super) webhook_set_at: Option<Timestamp>,
    /// The waiting `getUpdates`, to be ended with a refusal.
    pub(super) poll: Option<oneshot::Sender<Refusal>>,
    /// What was sent beside texts.
    pub(super) files: Files,
    /// By id.
    pub(super) callbacks: HashMap<String, Callback>,
    /// Inline queries by id.
    pub(super) inline_queries: HashMap<String, InlineQuery>,
    /// Where the messages are that came of them, by `inline_message_id`.
    pub(super) inline_messages: HashMap<String, (i64, i64)>,
    /// Local addresses that stand for public hosts.
    pub(super) hosts: HashMap<String, SocketAddr>,
    /// How long each post was on its way until the bot had taken it, where somebody wants to know.
    pub(super) acks: Option<Vec<Duration>>,
    /// No draft ends by itself before.
    pub(super) next_draft_end: Option<Timestamp>,
    /// What is wrong.
    pub(super) faults: Faults,
    /// What is too much.
    pub(super) flood: Flood,
    /// What was called.
    pub(super) journal: Journal,
    /// What this Telegram is like.
    pub(super) switches: Switches,
    /// Private chats and basic groups share one count of messages per account, as at Telegram.
    last_message: i64,
    last_callback: u64,
    /// Inline queries and messages so far.
    pub(super) last_inline: u64,
    /// Albums sent so far.
    pub(super) albums: u64,
    events: broadcast::Sender<Event>,
}

/// Far enough behind for a page or a test that reads slowly.
const EVENTS_KEPT: usize = 4096;

impl World {
    /// Nobody but the bot.
    pub(super) fn new(bot: Bot) -> Self {
        // Random-looking, but the same in every run.
        let first_update = 731_480_000 + bot.id.rem_euclid(9973);
        Self {
            bot,
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            updates: Updates::new(first_update),
            webhook: None,
            webhook_generation: 0,
            webhook_set_at: None,
            poll: None,
            files: Files::default(),
            callbacks: HashMap::new(),
            inline_queries: HashMap::new(),
            inline_messages: HashMap::new(),
            hosts: HashMap::new(),
            acks: None,
            next_draft_end: None,
            faults: Faults::default(),
            flood: Flood::default(),
            journal: Journal::new(),
            switches: Switches {
                strict: true,
                drafts: true,
                draft_stop: DraftStop::Known,
                rich: true,
                webhook_pace: false,
                inline: InlineMode::Off,
                token_revoked: false,
                copies: 1,
                date_ahead: Duration::ZERO,
                distance: Duration::ZERO,
            },
            last_message: 0,
            last_callback: 0,
            last_inline: 0,
            albums: 0,
            events: broadcast::Sender::new(EVENTS_KEPT),
        }
    }

    /// Tells whoever looks.
    pub(super) fn emit(&self, event: Event) {
        // Nobody looking is fine.
        let _ = self.events.send(event);
    }

    /// What happens from now on.
    pub(super) fn watch(&self) -> broadcast::Receiver<Event> {
        self.events.subscribe()
    }

    /// Puts a message into its chat and gives it an id.
    pub(super) fn post(&mut self, chat: i64, mut message: Message) -> i64 {
        let Some(place) = self.chats.get_mut(&chat) else { return 0 };
        let last = if place.kind == ChatKind::Supergroup { &mut place.last_message } else { &mut self.last_message };
        *last += 1;
        message.id = *last;
        let event = Event::Message { chat, message: message.view() };
        place.messages.insert(message.id, message);
        let id = *last;
        self.emit(event);
        id
    }

    /// Changes a message and tells.
    pub(super) fn edit(&mut self, chat: i64, id: i64, change: impl FnOnce(&mut Message)) {
        let Some(message) = self.chats.get_mut(&chat).and_then(|place| place.messages.get_mut(&id)) else { return };
        change(message);
        let event = Event::Edited { chat, message: message.view() };
        self.emit(event);
    }

    /// Removes a message and tells. False when there is none.
    pub(super) fn delete(&mut self, chat: i64, id: i64) -> bool {
        let gone = self.chats.get_mut(&chat).is_some_and(|place| place.messages.remove(&id).is_some());
        if gone {
            self.emit(Event::Deleted { chat, message_id: id });
        }
        gone
    }

    /// The message as the Bot API shows it.
    pub(super) fn shown(&self, chat: i64, id: i64) -> Value {
        let place = self.chats.get(&chat);
        let message = place.and_then(|place| Some((place, place.messages.get(&id)?)));
        message.map_or(Value::Null, |(place, message)| wire::message(self, place, message))
    }

    /// Remembers a pressed button; its id is as long as Telegram's.
    pub(super) fn press(&mut self, user: i64, now: Timestamp) -> String {
        self.last_callback += 1;
        let id = format!("{}{:09}", user.unsigned_abs() % 1_000_000_000, 400_000_000 + self.last_callback);
        self.callbacks.insert(id.clone(), Callback { user, at: now });
        id
    }

    /// The chat, when the bot may write there.
    pub(super) fn writable(&self, id: i64) -> Result<&Chat, Refusal> {
        let chat = self.chats.get(&id).ok_or_else(|| Refusal::bad_request("chat not found"))?;
        if let Some(to) = chat.migrated_to {
            return Err(Refusal::migrated(to));
        }
        if self.people.get(&id).is_some_and(|person| person.blocked) {
            return Err(Refusal::forbidden("bot was blocked by the user"));
        }
        match chat.bot {
            BotStatus::Kicked => {
                return Err(Refusal::forbidden(&format!("bot was kicked from the {} chat", chat.kind.name())));
            }
            BotStatus::Outside => {
                return Err(Refusal::forbidden(&format!("bot is not a member of the {} chat", chat.kind.name())));
            }
            BotStatus::Member | BotStatus::Administrator => {}
        }
        Ok(chat)
    }
}
