//! Changes of the bot's own messages.

use serde_json::Value;

use super::Ask;
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::keyboard;
use crate::sandbox::telegram::message::Message;
use crate::sandbox::telegram::rich::Rich;
use crate::sandbox::telegram::text::{self, Formatted};

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

/// What a message says.
#[derive(Default)]
struct Content {
    body: Formatted,
    rich: Option<Rich>,
}

/// `editMessageText`: plain text and blocks can take each other's place.
pub(super) fn text(ask: &mut Ask<'_>) -> Answer {
    let content = match ask.params.get("rich_message") {
        // An older server ignores a parameter it does not know, and then finds no text.
        Some(_) if ask.world.switches.rich => Content { rich: Some(ask.rich()?), ..Content::default() },
        _ => Content { body: text::message(ask.params)?, ..Content::default() },
    };
    let place = place(ask)?;
    if current(ask, place).media.is_some() {
        return Err(Refusal::bad_request("there is no text in the message to edit"));
    }
    change(ask, place, Some(content))
}

/// `editMessageCaption`.
pub(super) fn caption(ask: &mut Ask<'_>) -> Answer {
    let body = text::caption(ask.params)?;
    let place = place(ask)?;
    if !current(ask, place).media.as_ref().is_some_and(|media| media.captioned) {
        return Err(Refusal::bad_request("there is no caption in the message to edit"));
    }
    change(ask, place, Some(Content { body, rich: None }))
}

/// `editMessageReplyMarkup`.
pub(super) fn reply_markup(ask: &mut Ask<'_>) -> Answer {
    let place = place(ask)?;
    change(ask, place, None)
}

/// The message, when it is the bot's.
fn place(ask: &Ask<'_>) -> Result<(i64, i64), Refusal> {
    if let Some(inline) = ask.params.text("inline_message_id") {
        // The bot need not be where such a message is.
        let place = ask.world.inline_messages.get(inline).copied();
        let there =
            place.filter(|(chat, id)| ask.world.chats.get(chat).is_some_and(|place| place.messages.contains_key(id)));
        return there.ok_or_else(|| Refusal::bad_request("MESSAGE_ID_INVALID"));
    }
    if ask.params.get("chat_id").is_none() {
        return Err(Refusal::bad_request("chat_id is empty"));
    }
    let id = ask.params.int("message_id");
    let id = id.ok_or_else(|| Refusal::bad_request("message identifier is not specified"))?;
    let chat = ask.writable_chat()?;
    let message = ask.world.chats[&chat].messages.get(&id);
    let message = message.ok_or_else(|| Refusal::bad_request("message to edit not found"))?;
    if message.from != ask.world.bot.id {
        return Err(Refusal::bad_request("message can't be edited"));
    }
    Ok((chat, id))
}

fn current<'a>(ask: &'a Ask<'_>, (chat, id): (i64, i64)) -> &'a Message {
    &ask.world.chats[&chat].messages[&id]
}

/// Without a `reply_markup` the keyboard goes.
fn change(ask: &mut Ask<'_>, place: (i64, i64), content: Option<Content>) -> Answer {
    let keyboard = keyboard::inline(ask.params.get("reply_markup"))?;
    let old = current(ask, place);
    let same = |new: &Content| new.body == old.body && new.rich == old.rich;
    if content.as_ref().is_none_or(same) && same_keyboard(keyboard.as_ref(), old.keyboard.as_ref()) {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    let (chat, id) = place;
    let date = ask.now.as_secs();
    ask.world.edit(chat, id, |message| {
        if let Some(Content { body, rich }) = content {
            (message.body, message.rich) = (body, rich);
        }
        message.keyboard = keyboard;
        message.edit_date = Some(date);
    });
    if ask.params.get("inline_message_id").is_some() {
        return Ok(super::yes());
    }
    Ok(ask.world.shown(chat, id).into())
}

fn same_keyboard(new: Option<&Value>, old: Option<&Value>) -> bool {
    let rows = |markup: Option<&Value>| markup.map(|markup| markup["inline_keyboard"].clone());
    rows(new) == rows(old)
}
