//! New messages of the bot: text, blocks, pictures, documents.

use serde_json::{Value, json};

use super::Ask;
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::keyboard;
use crate::sandbox::telegram::message::{Media, Message};
use crate::sandbox::telegram::picture;
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
    let body = text::caption(ask.params)?;
    let uploaded = ask.params.file("photo").filter(|upload| !upload.content.is_empty());
    let size = uploaded.map(|upload| picture::judge(&upload.content)).transpose()?;
    let mut photo = file(ask, "photo")?;
    // One size is enough for who only looks at there being a photo. Those that are not uploaded have one that could be.
    let (width, height) = size.map_or((640, 480), |size| (size.width, size.height));
    (photo["width"], photo["height"]) = (json!(width), json!(height));
    let media = Media::with_caption("photo", json!([photo]));
    post(ask, Message { body, media: Some(media), ..Message::default() })
}

/// `sendDocument`.
pub(super) fn document(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let body = text::caption(ask.params)?;
    let mut content = file(ask, "document")?;
    if let Some(file) = content["file_id"].as_str().and_then(|id| ask.world.files.get(id)) {
        (content["file_name"], content["mime_type"]) = (json!(file.name), json!(file.mime));
    }
    let media = Media::with_caption("document", content);
    post(ask, Message { body, media: Some(media), ..Message::default() })
}

/// What is known of a file that was uploaded, or named by its id or address.
fn file(ask: &mut Ask<'_>, name: &str) -> Result<Value, Refusal> {
    if let Some(upload) = ask.params.file(name) {
        return ask.world.files.keep(name, upload);
    }
    match ask.params.text(name) {
        // Telegram would fetch it; the sandbox goes nowhere.
        Some(address) if ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme)) => {
            Ok(json!({"file_id": address, "file_unique_id": address}))
        }
        Some(id) if !id.starts_with("attach://") => {
            let known = ask.world.files.describe(id);
            let mut known = known.map_err(|_| Refusal::bad_request("Wrong file identifier/HTTP URL specified"))?;
            known.as_object_mut().map(|fields| fields.remove("file_path"));
            Ok(known)
        }
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
