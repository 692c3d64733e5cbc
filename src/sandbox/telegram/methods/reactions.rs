//! `setMessageReaction`: taken and forgotten, because nothing shows it.

use serde_json::Value;

use super::{Ask, yes};
use crate::sandbox::telegram::answer::{Answer, Refusal};

/// `setMessageReaction`. A bot has one reaction per message.
pub(super) fn set(ask: &mut Ask<'_>) -> Answer {
    let chat = ask.writable_chat()?;
    let id = ask.params.int("message_id").unwrap_or(0);
    if !ask.world.chats[&chat].messages.contains_key(&id) {
        return Err(Refusal::bad_request("message to react not found"));
    }
    if ask.params.get("reaction").and_then(Value::as_array).is_some_and(|reactions| reactions.len() > 1) {
        return Err(Refusal::bad_request("REACTIONS_TOO_MANY"));
    }
    Ok(yes())
}
