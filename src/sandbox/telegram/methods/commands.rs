//! `setMyCommands` and its kin: a list per scope and language.

use serde_json::{Value, json};

use super::{Ask, yes};
use crate::sandbox::telegram::answer::{Answer, Refusal, Success};

/// In one list.
const MOST_COMMANDS: usize = 100;

/// `setMyCommands`.
pub(super) fn set(ask: &mut Ask<'_>) -> Answer {
    let commands = ask.params.get("commands").and_then(Value::as_array).cloned().unwrap_or_default();
    if commands.len() > MOST_COMMANDS {
        return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    for command in &commands {
        let name = command["command"].as_str().unwrap_or_default().trim_start_matches('/');
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 32 || !name.bytes().all(plain) {
            return Err(Refusal::bad_request("BOT_COMMAND_INVALID"));
        }
        let description = command["description"].as_str().unwrap_or_default().encode_utf16().count();
        if description == 0 || description > 256 {
            return Err(Refusal::bad_request("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    let key = key(ask)?;
    if commands.is_empty() {
        ask.world.bot.commands.remove(&key);
    } else {
        ask.world.bot.commands.insert(key, Value::from(commands));
    }
    Ok(yes())
}

/// `getMyCommands`.
pub(super) fn get(ask: &Ask<'_>) -> Success {
    let known = key(ask).ok().and_then(|key| ask.world.bot.commands.get(&key).cloned());
    known.unwrap_or_else(|| json!([])).into()
}

/// `deleteMyCommands`.
pub(super) fn delete(ask: &mut Ask<'_>) -> Success {
    if let Ok(key) = key(ask) {
        ask.world.bot.commands.remove(&key);
    }
    yes()
}

/// Scope and language. The chat of a scope must exist.
fn key(ask: &Ask<'_>) -> Result<(String, String), Refusal> {
    let usual = json!({"type": "default"});
    let scope = ask.params.get("scope").unwrap_or(&usual);
    if let Some(chat) = scope["chat_id"].as_i64()
        && !ask.world.chats.contains_key(&chat)
    {
        return Err(Refusal::bad_request("chat not found"));
    }
    Ok((scope.to_string(), ask.params.text("language_code").unwrap_or_default().to_owned()))
}
