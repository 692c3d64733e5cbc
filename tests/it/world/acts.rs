//! What people do besides writing.

use routergram::sandbox::telegram::view::{Act, MessageView};

use super::{World, is_growing, within};

impl World {
    /// Somebody edits what they wrote.
    pub(crate) fn edits(&self, user: i64, chat: i64, message_id: i64, text: &str) {
        self.telegram.act(Act::Edit { chat, user, message_id, text: text.to_owned() }).unwrap();
    }

    /// Somebody presses the button under a message that carries something beginning like this.
    pub(crate) fn presses(&self, user: i64, chat: i64, message: &MessageView, button: &str) {
        let data = button_of(message, button).unwrap_or_else(|| panic!("no button {button} under {message:?}"));
        self.telegram.act(Act::Press { chat, user, message_id: message.message_id, data }).unwrap();
    }

    /// Somebody writes in a topic.
    pub(crate) fn says_in(&self, user: i64, chat: i64, topic: i64, text: &str) {
        let act = Act::Send { chat, user, text: text.to_owned(), reply_to: None, thread: Some(topic) };
        self.telegram.act(act).unwrap();
    }

    /// The message in which an answer grows, when it shows this text.
    pub(crate) async fn grows(&self, chat: i64, text: &str) -> MessageView {
        let shows =
            |messages: &[MessageView]| messages.iter().any(|message| is_growing(message) && message.text == text);
        let there = || format!("{text:?} grows; there is:\n{}", self.telegram.transcript(chat));
        within(&there(), self.telegram.chat_becomes(chat, shows)).await;
        self.said(chat).into_iter().rfind(is_growing).expect("it was seen a moment ago")
    }
}

/// What the button under a message carries that begins like this.
pub(crate) fn button_of(message: &MessageView, button: &str) -> Option<String> {
    let rows = message.keyboard.as_ref()?.as_array()?;
    let mut data =
        rows.iter().flat_map(|row| row.as_array().into_iter().flatten()).map(|button| &button["callback_data"]);
    data.find_map(|data| data.as_str().filter(|data| data.starts_with(button))).map(str::to_owned)
}

/// The words on the buttons under a message, row by row.
pub(crate) fn buttons(message: &MessageView) -> Vec<Vec<String>> {
    let rows = message.keyboard.as_ref().and_then(|rows| rows.as_array()).into_iter().flatten();
    let words = |button: &serde_json::Value| button["text"].as_str().unwrap_or_default().to_owned();
    rows.map(|row| row.as_array().into_iter().flatten().map(words).collect()).collect()
}

/// What the button under a message carries that says these words.
pub(crate) fn data_of(message: &MessageView, words: &str) -> String {
    let rows = message.keyboard.as_ref().and_then(|rows| rows.as_array()).into_iter().flatten();
    let mut all = rows.flat_map(|row| row.as_array().into_iter().flatten());
    let button = all.find(|button| button["text"] == words);
    let button = button.unwrap_or_else(|| panic!("no button {words:?} under {message:#?}"));
    button["callback_data"].as_str().unwrap_or_default().to_owned()
}

impl World {
    /// Somebody presses the button with these words under the last message of the bot, and the bot has dealt with it.
    /// Returns that message as it is then.
    pub(crate) async fn taps(&self, user: i64, chat: i64, words: &str) -> MessageView {
        let message = self.said(chat).pop().expect("the bot has said something");
        let (message_id, data) = (message.message_id, data_of(&message, words));
        self.telegram.act(Act::Press { chat, user, message_id, data }).unwrap();
        self.drains().await;
        self.said(chat).into_iter().rfind(|message| message.message_id == message_id).expect("it is still there")
    }

    /// What somebody was shown for a moment after they had pressed a button at last.
    pub(crate) fn toast(&self) -> String {
        let mut answers = self.telegram.calls().into_iter().filter(|call| call.method == "answerCallbackQuery");
        let last = answers.next_back().expect("a press was answered");
        last.params["text"].as_str().unwrap_or_default().to_owned()
    }
}
