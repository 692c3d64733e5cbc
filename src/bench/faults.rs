//! What is wrong with the answers in one or more chats.

use crate::sandbox::telegram::FakeTelegram;
use crate::sandbox::telegram::view::MessageView;

/// Counted over all chats that were looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Faults {
    /// Questions without an answer.
    pub lost: usize,
    /// Answers beyond the first of a question.
    pub doubled: usize,
    /// Answers that stand above that to an earlier question.
    pub out_of_order: usize,
    /// Messages in which an answer began to grow and never came to its end.
    pub orphans: usize,
}

impl Faults {
    /// Compares what the bot said in a chat with what it was asked there, in that order. The model answers a question
    /// with `To QUESTION: …`.
    pub fn look(&mut self, telegram: &FakeTelegram, chat: i64, questions: &[String]) {
        let bot = telegram.bot_id();
        let said = telegram.chat(chat).into_iter().filter(|message| message.from == bot);
        let (growing, whole): (Vec<_>, Vec<_>) = said.partition(is_growing);
        self.orphans += growing.len();
        let texts: Vec<&str> = whole.iter().map(|message| message.text.as_str()).collect();
        let mut last = None;
        for question in questions {
            let answer = format!("To {question}: ");
            let places = texts.iter().enumerate().filter(|(_, text)| text.starts_with(&answer)).map(|(place, _)| place);
            let places: Vec<usize> = places.collect();
            self.lost += usize::from(places.is_empty());
            self.doubled += places.len().saturating_sub(1);
            self.out_of_order += usize::from(places.first().is_some_and(|place| Some(place) < last.as_ref()));
            last = places.first().copied().or(last);
        }
    }

    /// In words.
    #[must_use]
    pub fn shown(&self) -> String {
        let orphans = if self.orphans > 0 { format!(", {} orphans", self.orphans) } else { String::new() };
        format!("{} lost, {} doubled, {} out of order{orphans}", self.lost, self.doubled, self.out_of_order)
    }
}

/// A message that is still being written has a Stop button.
fn is_growing(message: &MessageView) -> bool {
    message.keyboard.as_ref().is_some_and(|keyboard| keyboard.to_string().contains("stop:"))
}
