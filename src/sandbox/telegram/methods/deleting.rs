//! Messages that go away.

use std::time::Duration;

use serde_json::Value;

use super::{Ask, yes};
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::chat::{BotStatus, ChatKind};

/// Later nothing can be taken back.
const REGRET: Duration = Duration::from_hours(48);
/// In one call of `deleteMessages`.
const MOST_AT_ONCE: usize = 100;

/// `deleteMessage`.
pub(super) fn message(ask: &mut Ask<'_>) -> Answer {
    let chat = ask.writable_chat()?;
    let id = ask.params.int("message_id").unwrap_or(0);
    delete(ask, chat, id)?;
    Ok(yes())
}

/// `deleteMessages`: what is not there is skipped.
pub(super) fn messages(ask: &mut Ask<'_>) -> Answer {
    let chat = ask.writable_chat()?;
    let ids = ask.params.get("message_ids").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if ids.is_empty() {
        return Err(Refusal::bad_request("message identifiers are not specified"));
    }
    if ids.len() > MOST_AT_ONCE {
        return Err(Refusal::bad_request("too many message identifiers specified"));
    }
    for id in ids.iter().filter_map(Value::as_i64) {
        // One that cannot be deleted does not keep the others.
        let _ = delete(ask, chat, id);
    }
    Ok(yes())
}

/// A bot deletes its own messages, everybody's in a private chat, and as an administrator everybody's in a group.
fn delete(ask: &mut Ask<'_>, chat: i64, id: i64) -> Result<(), Refusal> {
    let place = &ask.world.chats[&chat];
    let message = place.messages.get(&id).ok_or_else(|| Refusal::bad_request("message to delete not found"))?;
    let own = message.from == ask.world.bot.id;
    if !own && place.kind != ChatKind::Private && place.bot != BotStatus::Administrator {
        return Err(Refusal::bad_request("message can't be deleted"));
    }
    let age = u64::try_from(ask.now.as_secs() - message.date).unwrap_or(0);
    if Duration::from_secs(age) > REGRET && place.bot != BotStatus::Administrator {
        return Err(Refusal::bad_request("message can't be deleted for everyone"));
    }
    ask.world.delete(chat, id);
    Ok(())
}
