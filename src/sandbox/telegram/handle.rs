//! The handle: starts the fake Telegram, fills it with people, and lets them act.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::acts::{ActDone, ActRefused};
use super::chat::{Chat, ChatKind, Person};
use super::courier;
use super::faults::Fault;
use super::flood::FloodLimits;
use super::inline::InlineMode;
use super::server;
use super::shared::Shared;
use super::view::Act;
use super::world::{Bot, DraftStop, World};
use crate::clock::Clock;

/// How to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything that waits or stamps asks it.
    pub clock: Clock,
    /// The bot's token; the number before its colon is the bot's id.
    pub token: String,
    /// The bot's shown name.
    pub name: String,
    /// The bot's username, without the @.
    pub username: String,
    /// The port on 127.0.0.1; 0 for any.
    pub port: u16,
}

impl Options {
    /// Any port, a token that is visibly false, a bot called `bot`.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            token: "123456:TEST-TOKEN-not-a-real-one".to_owned(),
            name: "bot".to_owned(),
            username: "routergram_bot".to_owned(),
            port: 0,
        }
    }
}

/// A running fake Telegram. Clones are handles of the same one; the last one that is dropped stops it.
#[derive(Clone)]
pub struct FakeTelegram {
    /// Everything.
    pub(super) shared: Arc<Shared>,
    _last: Arc<StopOnDrop>,
}

struct StopOnDrop(CancellationToken);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl FakeTelegram {
    /// Listens on loopback and answers from now on.
    ///
    /// # Errors
    /// When the port is taken, or no HTTP client can be made.
    pub async fn start(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let id = options.token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(123_456);
        let bot = Bot {
            id,
            name: options.name,
            username: options.username,
            privacy: true,
            joinable: true,
            commands: std::collections::BTreeMap::new(),
            profile: std::collections::BTreeMap::new(),
        };
        let shared = Shared::new(options.clock, options.token, address, World::new(bot)).map_err(io::Error::other)?;
        let shared = Arc::new(shared);
        shared.run(server::serve(Arc::clone(&shared), listener));
        shared.run(courier::run(Arc::clone(&shared)));
        let last = Arc::new(StopOnDrop(shared.stop.clone()));
        Ok(Self { shared, _last: last })
    }

    /// Stops: every connection is closed, nothing is delivered any more. Returns when all of it has ended.
    pub async fn stop(&self) {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }

    /// `http://127.0.0.1:port`: what a bot uses instead of `https://api.telegram.org`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}", self.shared.address)
    }

    /// The bot's token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.shared.token
    }

    /// The bot's id.
    #[must_use]
    pub fn bot_id(&self) -> i64 {
        self.shared.look().bot.id
    }

    /// A person who has started the bot: the private chat exists, with the person's id.
    pub fn add_person(&self, id: i64, name: &str, language_code: Option<&str>) {
        let language_code = language_code.map(ToOwned::to_owned);
        let person = Person { id, name: name.to_owned(), username: None, language_code, blocked: false };
        self.shared.change(|world, _| {
            world.people.insert(id, person);
            world.chats.entry(id).or_insert_with(|| Chat::new(id, ChatKind::Private, name, &[id]));
        });
    }

    /// Gives a person a username, without the @.
    pub fn set_username(&self, person: i64, username: &str) {
        self.shared.change(|world, _| {
            if let Some(person) = world.people.get_mut(&person) {
                person.username = Some(username.to_owned());
            }
        });
    }

    /// A group with the bot in it. An id below −1000000000000 is a supergroup's, another negative one a basic group's.
    /// The member with the smallest id created it.
    pub fn add_group(&self, id: i64, title: &str, members: &[i64]) {
        let kind = if id < -1_000_000_000_000 { ChatKind::Supergroup } else { ChatKind::Group };
        let mut members = members.to_vec();
        members.sort_unstable();
        self.shared.change(|world, _| world.chats.insert(id, Chat::new(id, kind, title, &members)));
    }

    /// Somebody does something.
    ///
    /// # Errors
    /// When Telegram's apps would not let them.
    pub fn act(&self, act: Act) -> Result<ActDone, ActRefused> {
        self.shared.change(|world, now| world.act(act, now))
    }

    /// [`Act::Send`] without a reply and outside of topics, for short.
    ///
    /// # Errors
    /// As [`act`](Self::act).
    pub fn say(&self, chat: i64, user: i64, text: &str) -> Result<ActDone, ActRefused> {
        self.act(Act::Send { chat, user, text: text.to_owned(), reply_to: None, thread: None })
    }

    /// Queues any text as an update, in the lane its content belongs to. Without an `update_id` it gets the next one;
    /// returns the id. With long polling an own id follows the offset rules like any other, and what is not JSON at
    /// all is never delivered.
    #[must_use]
    pub fn inject(&self, raw: &str) -> i64 {
        self.shared.change(|world, now| world.updates.inject(raw, now))
    }

    /// Every update is delivered this often, by webhook all copies at once.
    pub fn deliver_copies(&self, copies: usize) {
        self.shared.change(|world, _| world.switches.copies = copies);
    }

    /// `setWebhook` takes this public host and posts to the local address instead, in plain HTTP.
    pub fn lead_host(&self, host: &str, address: SocketAddr) {
        self.shared.change(|world, _| world.hosts.insert(host.to_owned(), address));
    }

    /// The next calls get into trouble.
    pub fn fail(&self, fault: Fault) {
        self.shared.change(|world, _| world.faults.add(fault));
    }

    /// Calls of this method (`*`: all but `getUpdates`) take this long, by the clock; zero ends it.
    pub fn slow_down(&self, method: &str, delay: Duration) {
        self.shared.change(|world, _| world.faults.delay(method, delay));
    }

    /// Telegram is this far away, there and back: a call takes half of it before it is looked at, and its answer the
    /// other half. Unlike with [`slow_down`](Self::slow_down), a call that was sent off is done although its sender has
    /// died meanwhile. By the clock, and for all methods but `getUpdates`.
    pub fn set_distance(&self, there_and_back: Duration) {
        self.shared.change(|world, _| world.switches.distance = there_and_back);
    }

    /// Files that people send from now on claim this size, in bytes, wherever Telegram tells of them; their contents
    /// stay what they are. `None`: the truth.
    pub fn misstate_sizes(&self, size: Option<u64>) {
        self.shared.change(|world, _| world.files.misstated = size);
    }

    /// No more faults, no more delays.
    pub fn heal(&self) {
        self.shared.change(|world, _| world.faults.heal());
    }

    /// Flood limits from now on, or none.
    pub fn set_flood_limits(&self, limits: Option<FloodLimits>) {
        self.shared.change(|world, _| world.flood.limits = limits);
    }

    /// Privacy mode, on by default: in groups the bot sees only what is meant for it.
    pub fn set_privacy(&self, on: bool) {
        self.shared.change(|world, _| world.bot.privacy = on);
    }

    /// Whether the bot may be added to groups.
    pub fn set_joinable(&self, joinable: bool) {
        self.shared.change(|world, _| world.bot.joinable = joinable);
    }

    /// Off: unknown parameters and loose types are let through and counted, for clients of others.
    pub fn set_strict(&self, strict: bool) {
        self.shared.change(|world, _| world.switches.strict = strict);
    }

    /// Off: an older server without `sendMessageDraft`.
    pub fn set_drafts(&self, known: bool) {
        self.shared.change(|world, _| world.switches.drafts = known);
    }

    /// An older server whose drafts have no Stop button, in one way or another.
    pub fn set_draft_stop(&self, stop: DraftStop) {
        self.shared.change(|world, _| world.switches.draft_stop = stop);
    }

    /// Off: an older server without rich messages.
    pub fn set_rich(&self, known: bool) {
        self.shared.change(|world, _| world.switches.rich = known);
    }

    /// On: more than one `setWebhook` per second gets 429, as in reality.
    pub fn set_webhook_pace(&self, on: bool) {
        self.shared.change(|world, _| world.switches.webhook_pace = on);
    }

    /// What the bot's owner has chosen for inline mode; off by default.
    pub fn set_inline(&self, mode: InlineMode) {
        self.shared.change(|world, _| world.switches.inline = mode);
    }

    /// The owner has revoked the token: every call gets 401.
    pub fn revoke_token(&self, revoked: bool) {
        self.shared.change(|world, _| world.switches.token_revoked = revoked);
    }

    /// The `Date` on every answer is this much ahead of the clock: for a bot whose own clock is behind.
    pub fn set_date_ahead(&self, span: Duration) {
        self.shared.change(|world, _| world.switches.date_ahead = span);
    }

    /// Off for load tests: no calls are kept.
    pub fn set_journal(&self, on: bool) {
        self.shared.change(|world, _| world.journal.on = on);
    }
}
