//! The methods, one file per behaviour. By the time one runs, its parameters fit the table.
//!
//! What is not here is refused with 501 and remembered as unexpected: a method that only pretends would let a bot pass
//! a test that it fails in reality.

mod about;
mod callbacks;
mod chats;
mod commands;
mod deleting;
mod drafting;
mod editing;
mod inline;
mod reactions;
mod sending;
mod webhooks;

use serde_json::json;

use super::answer::{Answer, Refusal, Success};
use super::params::Params;
use super::rich::Rich;
use super::world::World;
use crate::clock::Timestamp;

/// A call, checked.
pub(crate) struct Ask<'a> {
    /// Everything.
    pub(super) world: &'a mut World,
    /// What the bot said.
    pub(super) params: &'a Params,
    /// When it is answered.
    pub(super) now: Timestamp,
}

impl Ask<'_> {
    /// The chat the call is about. Names are not looked up: the fake has no public chats.
    fn chat(&self) -> Result<i64, Refusal> {
        self.params
            .int("chat_id")
            .filter(|id| self.world.chats.contains_key(id))
            .ok_or_else(|| Refusal::bad_request("chat not found"))
    }

    /// The rich message in the call. What only the sandbox refuses, it remembers.
    fn rich(&mut self) -> Result<Rich, Refusal> {
        Rich::read(self.params).inspect_err(|refusal| {
            if refusal.description.contains("sandbox") {
                self.world.journal.complain(refusal.description.clone());
            }
        })
    }

    /// The chat the call writes to.
    fn writable_chat(&self) -> Result<i64, Refusal> {
        let id = self.chat()?;
        self.world.writable(id).map(|chat| chat.id)
    }
}

/// Does this server know the method? Drafts (Bot API 9.3) and rich messages (10.1) can be switched off: clients have to
/// live with older servers.
pub(super) fn exists(world: &World, name: &str) -> bool {
    (world.switches.rich || !name.starts_with("sendRichMessage")) && (world.switches.drafts || !name.ends_with("Draft"))
}

/// Does it.
pub(super) fn run(name: &str, ask: &mut Ask<'_>) -> Answer {
    match name {
        "getMe" => Ok(about::get_me(ask)),
        "setMyName" | "setMyDescription" | "setMyShortDescription" | "setChatMenuButton" => Ok(about::set(name, ask)),
        "getMyName" | "getMyDescription" | "getMyShortDescription" | "getChatMenuButton" => Ok(about::get(name, ask)),
        "getMyDefaultAdministratorRights" => Ok(about::default_rights(ask)),
        "setWebhook" => webhooks::set(ask),
        "deleteWebhook" => Ok(webhooks::delete(ask)),
        "getWebhookInfo" => Ok(webhooks::info(ask)),
        "sendMessage" => sending::message(ask),
        "sendPhoto" => sending::photo(ask),
        "sendDocument" => sending::document(ask),
        "sendRichMessage" => sending::rich_message(ask),
        "sendMessageDraft" => drafting::message_draft(ask),
        "sendRichMessageDraft" => drafting::rich_message_draft(ask),
        "editMessageText" => editing::text(ask),
        "editMessageCaption" => editing::caption(ask),
        "editMessageReplyMarkup" => editing::reply_markup(ask),
        "deleteMessage" => deleting::message(ask),
        "deleteMessages" => deleting::messages(ask),
        "sendChatAction" => chats::action(ask),
        "getChat" => chats::chat(ask),
        "leaveChat" => chats::leave(ask),
        "getChatMember" => chats::member(ask),
        "getChatMemberCount" => chats::member_count(ask),
        "getChatAdministrators" => chats::administrators(ask),
        "answerCallbackQuery" => callbacks::answer(ask),
        "answerInlineQuery" => inline::answer(ask),
        "setMyCommands" => commands::set(ask),
        "getMyCommands" => Ok(commands::get(ask)),
        "deleteMyCommands" => Ok(commands::delete(ask)),
        "setMessageReaction" => reactions::set(ask),
        "getFile" => ask.world.files.describe(ask.params.text("file_id").unwrap_or_default()).map(Success::from),
        _ => {
            ask.world.journal.complain(format!("{name}: not implemented by the sandbox"));
            Err(Refusal::plain(501, format!("Not Implemented by the sandbox: {name}")))
        }
    }
}

/// `True`.
fn yes() -> Success {
    json!(true).into()
}
