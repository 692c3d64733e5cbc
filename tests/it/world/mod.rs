//! The world of the stories: a Telegram and a model on this machine, and the unmodified program between them.
//!
//! The bot is the built binary in a process of its own, so that a story can kill it as the world does. Nothing here
//! waits for a span of time: every wait is for something that can be seen, and fails with a sentence after
//! [`DEADLINE`]. A story ends with [`World::ends`], which looks for what nobody asserts: updates that are left, requests
//! that Telegram or the model would not have understood, complaints in the log, secrets in the log.

pub(crate) mod acts;
pub(crate) mod audit;
mod bot;
pub(crate) mod door;
pub(crate) mod inside;
pub(crate) mod samples;
pub(crate) mod sending;

use std::future::Future;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use routergram::clock::Clock;
use routergram::sandbox::model::FakeModel;
use routergram::sandbox::telegram::view::MessageView;
use routergram::sandbox::telegram::{FakeTelegram, Options};
use tempfile::TempDir;

pub(crate) use bot::{Bot, Printed};

/// English.
pub(crate) const ANNA: i64 = 1001;
/// Russian.
pub(crate) const BORIS: i64 = 1002;
/// A group of both.
pub(crate) const GROUP: i64 = -1_000_000_002_001;

/// Whatever is waited for happens within this, or the story fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A provider's key that is visibly false; it must never be seen in a log.
pub(crate) const KEY: &str = "sk-or-v1-TEST-not-a-real-key";

/// How updates arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Webhook,
    Polling,
}

/// One story's world.
pub(crate) struct World {
    /// The clock of the fakes: advancing it brings their repetitions and expiries about at once.
    pub(crate) clock: Clock,
    pub(crate) telegram: FakeTelegram,
    pub(crate) model: FakeModel,
    pub(crate) bot: Bot,
    pub(crate) folder: TempDir,
    /// What is expected in the log besides good news.
    expected: Vec<&'static str>,
}

impl World {
    /// A world whose bot runs and is ready.
    pub(crate) async fn with(mode: Mode) -> Self {
        Self::with_settings(mode, &[]).await
    }

    /// The same with further settings of the bot.
    pub(crate) async fn with_settings(mode: Mode, settings: &[(&str, &str)]) -> Self {
        let mut world = Self::asleep(mode, settings).await;
        world.bot.starts().await;
        world
    }

    /// A world whose bot has not been started.
    pub(crate) async fn asleep(mode: Mode, settings: &[(&str, &str)]) -> Self {
        let clock = Clock::movable();
        let telegram = FakeTelegram::start(Options::new(clock.clone())).await.unwrap();
        telegram.add_person(ANNA, "Anna", Some("en"));
        telegram.add_person(BORIS, "Boris", Some("ru"));
        telegram.add_group(GROUP, "Trip", &[ANNA, BORIS]);
        let model = FakeModel::start(clock.clone()).await.unwrap();
        model.in_a_hurry();
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut all: Vec<(String, String)> = [
            ("BOT_TOKEN", telegram.token()),
            ("TELEGRAM_API_URL", &telegram.api_url()),
            ("OPENROUTER_API_KEY", KEY),
            ("OPENROUTER_BASE_URL", model.base_url().as_str()),
            ("DATA_DIR", &folder.path().display().to_string()),
            ("HOST", "127.0.0.1"),
            ("PORT", &port.to_string()),
            ("METRICS_TOKEN", "TEST-metrics-token"),
            ("LOG_FORMAT", "json"),
            // Stories tell in seconds what takes people minutes.
            ("USER_MESSAGES_PER_MINUTE", "0"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        if mode == Mode::Webhook {
            all.push(("WEBHOOK_URL".to_owned(), format!("http://127.0.0.1:{port}")));
        }
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let bot = Bot::new(all, port);
        Self { clock, telegram, model, bot, folder, expected: Vec::new() }
    }

    /// Somebody writes in a chat (their own with the bot, or a group).
    pub(crate) fn says(&self, user: i64, chat: i64, text: &str) -> i64 {
        self.telegram.say(chat, user, text).unwrap().message_id()
    }

    /// Anna writes to the bot.
    pub(crate) fn anna(&self, text: &str) -> i64 {
        self.says(ANNA, ANNA, text)
    }

    /// Returns when the bot has written this many messages in a chat.
    pub(crate) async fn answers(&self, chat: i64, count: usize) -> Vec<MessageView> {
        let bot = self.telegram.bot_id();
        let wanted = |messages: &[MessageView]| {
            let written = messages.iter().filter(|message| message.from == bot);
            written.filter(|message| !is_growing(message)).count() >= count
        };
        let seen = self.telegram.chat_becomes(chat, wanted);
        let in_time = tokio::time::timeout(DEADLINE, seen).await.is_ok();
        let there_is = || format!("{}\n{}", self.telegram.transcript(chat), self.bot.log());
        assert!(in_time, "waited for {count} answers in {chat}; there is:\n{}", there_is());
        self.said(chat)
    }

    /// What the bot has written in a chat.
    pub(crate) fn said(&self, chat: i64) -> Vec<MessageView> {
        let bot = self.telegram.bot_id();
        self.telegram.chat(chat).into_iter().filter(|message| message.from == bot).collect()
    }

    /// The last thing that the bot has written in a chat.
    pub(crate) fn last_said(&self, chat: i64) -> String {
        self.said(chat).pop().map(|message| message.text).unwrap_or_default()
    }

    /// The log may hold complaints with these words.
    pub(crate) fn expects_in_log(&mut self, words: &[&'static str]) {
        self.expected.extend(words);
    }
}

/// Is it still being written? Then there is a Stop button under it.
pub(crate) fn is_growing(message: &MessageView) -> bool {
    message.keyboard.as_ref().is_some_and(|keyboard| keyboard.to_string().contains("stop:"))
}

/// Waits for something, but not for ever.
pub(crate) async fn within<T>(what: &str, wanted: impl Future<Output = T>) -> T {
    let seen = tokio::time::timeout(DEADLINE, wanted).await;
    seen.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Looks again and again until something holds; for what nobody announces.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    within(what, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// A port that was free a moment ago: a webhook's address has to be known before the bot listens.
pub(crate) fn free_port() -> u16 {
    // Below those that systems give to outgoing connections (from 32,768 on), which would take it before the bot does.
    let ports = std::iter::repeat_with(|| fastrand::u16(10_000..32_000)).take(1000);
    ports.into_iter().find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).expect("a free port")
}
