//! Seeing the bot's answers come, and how long each was waited for.

use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use tokio::sync::broadcast::Receiver;

use super::process::DEADLINE;
use super::spans::Spans;
use crate::sandbox::telegram::FakeTelegram;
use crate::sandbox::telegram::view::Event;

/// The bot's messages from now on, in all chats.
pub struct Answers {
    telegram: FakeTelegram,
    events: Receiver<Event>,
    bot: i64,
    asked: HashMap<i64, VecDeque<Instant>>,
    /// From a question to its answer.
    pub waits: Spans,
}

impl Answers {
    /// Of this bot.
    pub fn of(telegram: &FakeTelegram) -> anyhow::Result<Self> {
        let (events, bot) = (telegram.events(), telegram.bot_id());
        Ok(Self { telegram: telegram.clone(), events, bot, asked: HashMap::new(), waits: Spans::new()? })
    }

    /// Somebody asks, in their own chat.
    pub fn ask(&mut self, person: i64, question: &str) -> anyhow::Result<()> {
        self.ask_since(person, question, Instant::now())
    }

    /// Somebody asks what was due at that moment.
    pub fn ask_since(&mut self, person: i64, question: &str, due: Instant) -> anyhow::Result<()> {
        self.asked.entry(person).or_default().push_back(due);
        self.telegram.say(person, person, question)?;
        Ok(())
    }

    /// The chat of the next one.
    pub async fn next(&mut self) -> anyhow::Result<i64> {
        self.next_and(|_| ()).await
    }

    /// The chat of the next one, and a look at everything that happened before it.
    pub async fn next_and(&mut self, mut look: impl FnMut(&Event)) -> anyhow::Result<i64> {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let event = tokio::time::timeout_at(deadline.into(), self.events.recv()).await;
            let event = event.map_err(|_| anyhow::anyhow!("no answer came for {} s", DEADLINE.as_secs()))??;
            look(&event);
            let Event::Message { chat, message } = event else { continue };
            if message.from != self.bot {
                continue;
            }
            if let Some(asked) = self.asked.get_mut(&chat).and_then(VecDeque::pop_front) {
                self.waits.add(asked.elapsed())?;
            }
            return Ok(chat);
        }
    }

    /// Returns when there were so many.
    pub async fn are(&mut self, count: u32) -> anyhow::Result<()> {
        for _ in 0..count {
            self.next().await?;
        }
        Ok(())
    }
}
