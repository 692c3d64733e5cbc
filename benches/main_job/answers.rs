//! Seeing the bot's answers come.

use routergram::sandbox::telegram::FakeTelegram;
use routergram::sandbox::telegram::view::Event;
use tokio::sync::broadcast::Receiver;

use crate::bot::DEADLINE;

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

/// What is wrong with the answers of one or more chats.
#[derive(Default)]
pub(crate) struct Faults {
    lost: usize,
    doubled: usize,
    out_of_order: usize,
}

impl Faults {
    /// Compares what the bot said in a chat with what it was asked there, in that order.
    pub(crate) fn look(&mut self, telegram: &FakeTelegram, chat: i64, questions: &[String]) {
        let bot = telegram.bot_id();
        let texts: Vec<String> =
            telegram.chat(chat).into_iter().filter(|message| message.from == bot).map(|message| message.text).collect();
        let of_question = |question: &String| {
            let answer = format!("To {question}: ");
            texts
                .iter()
                .enumerate()
                .filter(move |(_, text)| text.starts_with(&answer))
                .map(|(place, _)| place)
                .collect()
        };
        let mut last = None;
        for places in questions.iter().map(of_question).collect::<Vec<Vec<usize>>>() {
            self.lost += usize::from(places.is_empty());
            self.doubled += places.len().saturating_sub(1);
            self.out_of_order += usize::from(places.first().is_some_and(|place| Some(place) < last.as_ref()));
            last = places.first().copied().or(last);
        }
    }

    pub(crate) fn shown(&self) -> String {
        format!("{} lost, {} doubled, {} out of order", self.lost, self.doubled, self.out_of_order)
    }
}
