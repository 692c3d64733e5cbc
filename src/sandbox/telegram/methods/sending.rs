//! New messages of the bot: text, blocks, pictures, documents.

use serde_json::json;

use super::Ask;
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::keyboard;
use crate::sandbox::telegram::message::{Media, Message};
use crate::sandbox::telegram::text;

/// `sendMessage`.
pub(super) fn message(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let body = text::message(ask.params)?;
    post(ask, Message { body, ..Message::default() })
}

/// `sendRichMessage`.
pub(super) fn rich_message(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let rich = ask.rich()?;
    post(ask, Message { rich: Some(rich), ..Message::default() })
}

/// `sendPhoto`.
pub(super) fn photo(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let (id, size, _) = file(ask, "photo")?;
    // One size is enough for who only looks at there being a photo.
    let content = json!([{"file_id": id, "file_unique_id": id, "file_size": size, "width": 640, "height": 480}]);
    let body = text::caption(ask.params)?;
    let media = Media { kind: "photo", content, captioned: true };
    post(ask, Message { body, media: Some(media), ..Message::default() })
}

/// `sendDocument`.
pub(super) fn document(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let (id, size, name) = file(ask, "document")?;
    let content = json!({"file_id": id, "file_unique_id": id, "file_size": size, "file_name": name});
    let body = text::caption(ask.params)?;
    let media = Media { kind: "document", content, captioned: true };
    post(ask, Message { body, media: Some(media), ..Message::default() })
}

/// Id, size and name of what was uploaded or named.
fn file(ask: &Ask<'_>, name: &str) -> Result<(String, usize, String), Refusal> {
    if let Some(upload) = ask.params.file(name) {
        return Ok((format!("sandbox-{name}-{}", upload.size), upload.size, upload.file_name.clone()));
    }
    match ask.params.text(name) {
        Some(given) if !given.starts_with("attach://") => Ok((given.to_owned(), 0, given.to_owned())),
        _ => Err(Refusal::bad_request(format!("there is no {name} in the request"))),
    }
}

/// Adds to the content who wrote it, when and where.
fn post(ask: &mut Ask<'_>, content: Message) -> Answer {
    let chat = ask.writable_chat()?;
    let keyboard = keyboard::inline(ask.params.get("reply_markup"))?;
    let reply_to = replied(ask, chat)?;
    let place = &ask.world.chats[&chat];
    let asked = ask.params.int("message_thread_id");
    if !place.has_thread(asked) {
        return Err(Refusal::bad_request("message thread not found"));
    }
    // An answer is where the question is.
    let thread = asked.or_else(|| place.messages.get(&reply_to?)?.thread);
    let date = ask.now.as_secs();
    let message = Message { thread, from: ask.world.bot.id, date, reply_to, keyboard, ..content };
    ask.world.end_draft(chat, thread);
    let id = ask.world.post(chat, message);
    Ok(ask.world.shown(chat, id).into())
}

/// The message that is answered. In another chat the fake finds none.
fn replied(ask: &Ask<'_>, chat: i64) -> Result<Option<i64>, Refusal> {
    let Some(given) = ask.params.get("reply_parameters") else { return Ok(None) };
    let here = given["chat_id"].as_i64().is_none_or(|other| other == chat);
    let id = given["message_id"].as_i64().filter(|id| here && ask.world.chats[&chat].messages.contains_key(id));
    if id.is_some() || given["allow_sending_without_reply"].as_bool() == Some(true) {
        return Ok(id);
    }
    Err(Refusal::bad_request("message to be replied not found"))
}
