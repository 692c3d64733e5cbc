//! Seeing the bot's answers come.

use routergram::sandbox::telegram::FakeTelegram;
use routergram::sandbox::telegram::view::Event;
use tokio::sync::broadcast::Receiver;

use crate::bot::DEADLINE;
pub(crate) use crate::load::faults::Faults;

/// The bot's messages from now on, in all chats.
pub(crate) struct Answers {
    events: Receiver<Event>,
    bot: i64,
}

impl Answers {
    pub(crate) fn of(telegram: &FakeTelegram) -> Self {
        Self { events: telegram.events(), bot: telegram.bot_id() }
    }

    /// The chat of the next one.
    pub(crate) async fn next(&mut self) -> anyhow::Result<i64> {
        tokio::time::timeout(DEADLINE, async {
            loop {
                match self.events.recv().await? {
                    Event::Message { chat, message } if message.from == self.bot => return Ok(chat),
                    _ => {}
                }
            }
        })
        .await?
    }

    /// Returns when there were so many.
    pub(crate) async fn are(&mut self, count: u16) -> anyhow::Result<()> {
        for _ in 0..count {
            self.next().await?;
        }
        Ok(())
    }
}
