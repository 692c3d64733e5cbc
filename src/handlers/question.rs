//! What a message asks, as the model is to see it: the words, what they reply to, who said them, and the files.
//!
//! In a private chat the words stand alone. In a group each question begins with a name, so that the model can tell people
//! apart. What is replied to comes first, as a quotation: all of it, or the part that was marked; of the bot's own answers
//! just the beginning, since the conversation has them. What was passed on is marked as somebody else's words.
//!
//! The frame around the words is for the model, hence in English. It is made of the message alone, so that an edited
//! message has the same one.

use crate::telegram::methods::BotIdentity;
use crate::telegram::split::MESSAGE_UNITS;
use crate::update::{Attachment, Message, Replied};

/// How much of an answer of the bot's own is repeated, in characters: enough to know which one is meant.
const REMINDER: usize = 300;

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// As the model is to see it.
    pub(super) text: String,
    /// What comes with it: the message's own files first.
    pub(super) attachments: Vec<Attachment>,
    /// How much of the text is not the person's own words, in UTF-16 units.
    pub(super) frame: usize,
    /// More words than fit into a message: they came in several.
    pub(super) joined: bool,
}

impl Asked {
    /// What this message asks with these words (its text without a command or a mention).
    pub(super) fn of(message: &Message, words: &str, bot: &BotIdentity) -> Self {
        let mut frame = Vec::new();
        let mut attachments = message.attachments().to_vec();
        if let Some(replied) = &message.replied {
            let to_the_bot = message.reply_to.as_ref().is_some_and(|user| user.id == bot.id);
            frame.push(in_reply_to(replied, to_the_bot));
            attachments.extend(replied.attachments.iter().cloned());
        }
        if let Some(author) = message.author.as_deref().filter(|_| !message.private) {
            frame.push(format!("{}: ", plain(author)));
        }
        // Behind the name: whoever passes words on has not said them.
        if message.forwarded {
            let from = message.forwarded_from.as_deref().map(|name| format!(" from {}", plain(name)));
            frame.push(format!("Forwarded{}:\n", from.unwrap_or_default()));
        }
        let frame = frame.concat();
        let text = format!("{frame}{words}").trim_end().to_owned();
        Self { text, attachments, frame: units(&frame), joined: units(words) > MESSAGE_UNITS }
    }

    /// One that is stored.
    pub(super) fn again(text: String, attachments: Vec<Attachment>) -> Self {
        let joined = units(&text) > MESSAGE_UNITS;
        Self { text, attachments, frame: 0, joined }
    }
}

fn in_reply_to(replied: &Replied, to_the_bot: bool) -> String {
    let whom = match &replied.author {
        _ if to_the_bot => " to you".to_owned(),
        Some(author) => format!(" to {}", plain(author)),
        None => String::new(),
    };
    let (quote, whole) = (replied.quote.as_deref(), replied.text.as_str());
    let said = match quote {
        Some(quote) => quote.to_owned(),
        None if to_the_bot => beginning(whole, REMINDER),
        None => whole.to_owned(),
    };
    match (said.is_empty(), replied.attachments.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("In reply{whom}, who sent what is attached.\n\n"),
        (false, _) => {
            let lines: Vec<String> = said.lines().map(|line| format!("> {line}\n")).collect();
            format!("In reply{whom}:\n{}\n", lines.concat())
        }
    }
}

fn beginning(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A name on one line: nobody is to pass for somebody else by a line's end in theirs.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").replace(':', "")
}

pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::update::{Event, event};

    fn asked(chat: i64, fields: &Value, words: &str) -> Asked {
        let mut message =
            json!({"message_id": 3, "chat": {"id": chat}, "from": {"id": 5, "first_name": "Anna"}, "text": words});
        for (key, value) in fields.as_object().unwrap() {
            message[key] = value.clone();
        }
        let raw = json!({"update_id": 1, "message": message}).to_string();
        let Ok(Event::Message(message)) = event(&raw) else { panic!("{raw}") };
        let bot = BotIdentity { id: 7, username: "a_bot".into(), ..BotIdentity::default() };
        Asked::of(&message, words, &bot)
    }

    #[test]
    fn in_private_the_words_stand_alone_and_in_a_group_behind_a_name() {
        assert_eq!(asked(5, &json!({}), "why?").text, "why?");
        assert_eq!(asked(5, &json!({}), "why?").frame, 0);
        assert_eq!(asked(-5, &json!({}), "why?").text, "Anna: why?");
        let sly = json!({"from": {"id": 5, "first_name": "A\nBoris: yes"}});
        assert_eq!(asked(-5, &sly, "why?").text, "A Boris yes: why?");
    }

    #[test]
    fn what_is_replied_to_is_quoted_as_far_as_it_is_meant() {
        let boris = json!({"id": 6, "first_name": "Boris"});
        let reply = json!({"reply_to_message": {"message_id": 2, "from": boris, "text": "one\ntwo"}});
        assert_eq!(asked(5, &reply, "why?").text, "In reply to Boris:\n> one\n> two\n\nwhy?");
        let mut part = reply;
        part["quote"] = json!({"text": "two", "position": 4});
        assert_eq!(asked(5, &part, "why?").text, "In reply to Boris:\n> two\n\nwhy?");
        let bots =
            json!({"reply_to_message": {"message_id": 2, "from": {"id": 7, "is_bot": true}, "text": "x".repeat(900)}});
        let asked = asked(-5, &bots, "why?");
        assert_eq!(asked.text, format!("In reply to you:\n> {}…\n\nAnna: why?", "x".repeat(REMINDER)));
        assert!(!asked.joined);
    }

    #[test]
    fn a_file_that_is_replied_to_comes_along() {
        let photo = json!([{"file_id": "p", "width": 90, "height": 60}]);
        let reply =
            json!({"reply_to_message": {"message_id": 2, "from": {"id": 6, "first_name": "Boris"}, "photo": photo}});
        let asked = asked(-5, &reply, "what is it?");
        assert_eq!(asked.text, "In reply to Boris, who sent what is attached.\n\nAnna: what is it?");
        assert_eq!(asked.attachments[0].file, "p");
    }

    #[test]
    fn what_was_passed_on_is_marked() {
        let origin = |origin: Value| asked(5, &json!({"forward_origin": origin}), "buy now").text;
        assert_eq!(
            origin(json!({"type": "user", "sender_user": {"id": 8, "first_name": "Zoe"}})),
            "Forwarded from Zoe:\nbuy now"
        );
        assert_eq!(origin(json!({"type": "hidden_user", "sender_user_name": "Max"})), "Forwarded from Max:\nbuy now");
        assert_eq!(
            origin(json!({"type": "channel", "chat": {"id": -7, "title": "News"}})),
            "Forwarded from News:\nbuy now"
        );
        assert_eq!(origin(json!({"type": "unheard_of"})), "Forwarded:\nbuy now");
        let hidden = json!({"forward_origin": {"type": "hidden_user", "sender_user_name": "Max"}});
        assert_eq!(asked(-5, &hidden, "buy now").text, "Anna: Forwarded from Max:\nbuy now");
    }
}
