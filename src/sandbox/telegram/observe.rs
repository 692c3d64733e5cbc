//! What tests and the page see of the fake Telegram.

use std::fmt::Write;
use std::time::Duration;

use tokio::sync::broadcast;

use super::files::{Download, File};
use super::handle::FakeTelegram;
use super::journal::Call;
use super::view::{ChatView, Event, MessageView, PersonView, TopicView, WorldView};
use super::wire;
use super::world::World;

/// The bot's webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookState {
    /// As the bot gave it.
    pub url: String,
    /// The secret token, when it gave one.
    pub secret: Option<String>,
    /// 1 to 100.
    pub max_connections: usize,
    /// What went wrong last, in Telegram's words.
    pub last_error: Option<String>,
}

impl FakeTelegram {
    /// Everything, as people see it: a group that has become a supergroup is there once.
    #[must_use]
    pub fn view(&self) -> WorldView {
        let world = self.shared.look();
        let bot = PersonView {
            id: world.bot.id,
            name: world.bot.name.clone(),
            username: Some(world.bot.username.clone()),
            language_code: None,
            is_bot: true,
        };
        let people = world.people.values().map(|person| PersonView {
            id: person.id,
            name: person.name.clone(),
            username: person.username.clone(),
            language_code: person.language_code.clone(),
            is_bot: false,
        });
        let chats = world.chats.values().filter(|chat| chat.is_shown()).map(|chat| ChatView {
            id: chat.id,
            kind: chat.kind.name().to_owned(),
            title: chat.title.clone(),
            members: chat.members.iter().copied().collect(),
            admins: chat.admins.iter().copied().collect(),
            topics: chat.topics.iter().map(|(id, name)| TopicView { id: *id, name: name.clone() }).collect(),
            messages: messages(&world, chat.id),
        });
        WorldView { people: std::iter::once(bot).chain(people).collect(), chats: chats.collect() }
    }

    /// The menu of commands as this person sees it in this chat (name without slash, description). The narrowest scope
    /// that has one wins; within it the list in their language, then the one without a language.
    #[must_use]
    pub fn menu(&self, chat: i64, person: i64) -> Vec<(String, String)> {
        let world = self.shared.look();
        let language = world.people.get(&person).and_then(|person| person.language_code.clone()).unwrap_or_default();
        let is_admin = world.chats.get(&chat).is_some_and(|chat| chat.admins.contains(&person));
        let scopes = scopes(chat, person, is_admin);
        let list = |(scope, language): (&serde_json::Value, &str)| {
            world.bot.commands.get(&(scope.to_string(), language.to_owned()))
        };
        let places = scopes.iter().flat_map(|scope| [(scope, language.as_str()), (scope, "")]);
        let commands = places.into_iter().find_map(list).and_then(|commands| commands.as_array());
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let shown = commands.into_iter().flatten();
        shown.map(|entry| (text(&entry["command"]), text(&entry["description"]))).collect()
    }

    /// The messages of a chat, oldest first.
    #[must_use]
    pub fn chat(&self, chat: i64) -> Vec<MessageView> {
        messages(&self.shared.look(), chat)
    }

    /// What people see happen from now on.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.shared.look().watch()
    }

    /// A chat as a text, one message a line: `Anna: hello`, `bot: hi`. Further lines of a message are indented,
    /// buttons follow as `[…]`.
    #[must_use]
    pub fn transcript(&self, chat: i64) -> String {
        let world = self.shared.look();
        let mut text = String::new();
        for message in world.chats.get(&chat).into_iter().flat_map(|chat| chat.messages.values()) {
            let shown = message.view();
            let captioned = message.media.as_ref().filter(|media| media.captioned);
            let media = captioned.map(|media| format!("[{}] ", media.kind)).unwrap_or_default();
            let said = format!("{media}{}", shown.text.replace('\n', "\n  "));
            // Writing to a string does not fail.
            let _ = writeln!(text, "{}: {}{}", name(&world, message.from), said.trim_end(), buttons(&shown));
        }
        text
    }

    /// What the bot offers for an inline query, once it has answered.
    #[must_use]
    pub fn inline_results(&self, query: &str) -> Option<Vec<serde_json::Value>> {
        self.shared.look().inline_queries.get(query)?.results().map(<[_]>::to_vec)
    }

    /// The words on the button above that.
    #[must_use]
    pub fn inline_button(&self, query: &str) -> Option<String> {
        let world = self.shared.look();
        world.inline_queries.get(query)?.button()?["text"].as_str().map(str::to_owned)
    }

    /// Returns when the bot has answered an inline query.
    pub async fn inline_answered(&self, query: &str) {
        self.until(|world| world.inline_queries.get(query).is_some_and(|asked| asked.results().is_some())).await;
    }

    /// The draft that is shown in a chat and topic: its id and text.
    #[must_use]
    pub fn draft(&self, chat: i64, thread: Option<i64>) -> Option<(i64, String)> {
        let world = self.shared.look();
        world.chats.get(&chat)?.drafts.get(&thread).map(|draft| (draft.id, draft.words()))
    }

    /// A file that was sent, by its `file_id`. The last 256 MB are kept.
    #[must_use]
    pub fn file(&self, file_id: &str) -> Option<File> {
        self.shared.look().files.get(file_id).cloned()
    }

    /// What was fetched from where `getFile` pointed, oldest first; the last 10,000.
    #[must_use]
    pub fn downloads(&self) -> Vec<Download> {
        self.shared.look().files.downloads()
    }

    /// The calls of the bot, oldest first; the last 10,000.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.look().journal.calls()
    }

    /// How many calls the flood limits have refused with 429, whether or not calls are kept.
    #[must_use]
    pub fn refused_for_flood(&self) -> usize {
        self.shared.look().flood.refused
    }

    /// Nonsense that the bot said: unknown methods and parameters, missing ones, wrong types, methods the sandbox does
    /// not know. A test of our own bot ends with this being empty.
    #[must_use]
    pub fn unexpected(&self) -> Vec<String> {
        self.shared.look().journal.unexpected()
    }

    /// Unknown parameters that were let through with strictness off.
    #[must_use]
    pub fn extras(&self) -> usize {
        self.shared.look().journal.extras()
    }

    /// The bot's webhook, when it has one.
    #[must_use]
    pub fn webhook(&self) -> Option<WebhookState> {
        let world = self.shared.look();
        world.webhook.as_ref().map(|webhook| WebhookState {
            url: webhook.settings.url.clone(),
            secret: webhook.settings.secret.clone(),
            max_connections: webhook.settings.max_connections,
            last_error: webhook.last_error.as_ref().map(|(_, message)| message.clone()),
        })
    }

    /// Does the bot wait for updates, or has it just got some?
    #[must_use]
    pub fn is_polled(&self) -> bool {
        self.shared.look().poll.is_some()
    }

    /// How long each post to the webhook took that was taken since this was asked last; from the second time on.
    #[must_use]
    pub fn take_acks(&self) -> Vec<Duration> {
        self.shared.look().acks.replace(Vec::new()).unwrap_or_default()
    }

    /// Updates that the bot has not confirmed.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        self.shared.look().updates.len()
    }

    /// Returns when the bot has confirmed every update (or they have expired).
    pub async fn all_delivered(&self) {
        self.until(|world| world.updates.len() == 0).await;
    }

    /// Returns when the bot has set a webhook.
    pub async fn webhook_set(&self) {
        self.until(|world| world.webhook.is_some()).await;
    }

    /// Returns when a chat is as `wanted`. Looks again after every change of the world.
    pub async fn chat_becomes(&self, chat: i64, wanted: impl Fn(&[MessageView]) -> bool) {
        self.until(|world| wanted(&messages(world, chat))).await;
    }

    /// Returns when the calls kept are as `wanted`. Looks again after every change of the world.
    pub async fn calls_become(&self, wanted: impl Fn(&[Call]) -> bool) {
        self.until(|world| wanted(&world.journal.calls())).await;
    }

    pub(super) async fn until(&self, reached: impl Fn(&World) -> bool) {
        let mut changed = self.shared.changed.subscribe();
        while !reached(&self.shared.look()) {
            // The sender lives in `self`, so it never fails.
            let _ = changed.changed().await;
        }
    }
}

fn messages(world: &World, chat: i64) -> Vec<MessageView> {
    let messages = world.chats.get(&chat).into_iter().flat_map(|chat| chat.messages.values());
    messages.map(super::message::Message::view).collect()
}

fn name(world: &World, id: i64) -> &str {
    if id == world.bot.id {
        return &world.bot.name;
    }
    if id == wire::GROUP_ANONYMOUS_BOT {
        return "Group";
    }
    if let Some(channel) = world.chats.get(&id).filter(|_| id < 0) {
        return &channel.title;
    }
    world.people.get(&id).map_or("somebody", |person| &person.name)
}

fn buttons(message: &MessageView) -> String {
    let rows = message.keyboard.iter().filter_map(|rows| rows.as_array()).flatten();
    let labels = rows.filter_map(|row| row.as_array()).flatten().filter_map(|button| button["text"].as_str());
    labels.fold(String::new(), |text, label| format!("{text} [{label}]"))
}

/// Where a menu may be set that somebody sees in a chat, the narrowest scope first (Bot API, `BotCommandScope`).
fn scopes(chat: i64, person: i64, is_admin: bool) -> Vec<serde_json::Value> {
    use serde_json::json;
    let here = |kind: &str| json!({"type": kind, "chat_id": chat});
    let everywhere = |kind: &str| json!({ "type": kind });
    if chat > 0 {
        return vec![here("chat"), everywhere("all_private_chats"), everywhere("default")];
    }
    let member = json!({"type": "chat_member", "chat_id": chat, "user_id": person});
    let (admins_here, admins) = (here("chat_administrators"), everywhere("all_chat_administrators"));
    let all = [
        (true, member),
        (is_admin, admins_here),
        (true, here("chat")),
        (is_admin, admins),
        (true, everywhere("all_group_chats")),
        (true, everywhere("default")),
    ];
    all.into_iter().filter_map(|(seen, scope)| seen.then_some(scope)).collect()
}
