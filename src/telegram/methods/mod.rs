//! Methods that teloxide does not know yet, and those that this bot uses in a narrower way than teloxide's types allow.
//!
//! teloxide-core 0.13 covers Bot API 9.1; drafts came with 9.3, rich messages with 10.1, the Stop button of drafts with 10.3.

mod bot;
mod chats;
mod drafts;
mod inline;
mod messages;
mod updates;

pub use bot::{
    BotIdentity, DefaultRights, GetDefaultRights, GetMe, GetMyCommands, GetMyDescription, GetMyShortDescription,
    SetMyCommands, SetMyDescription, SetMyShortDescription,
};
pub use chats::{AnswerCallback, ChatMember, GetChatMember, SendTyping};
pub use drafts::SendMessageDraft;
pub use inline::{AnswerInline, EditInline, StartButton};
pub use messages::{
    DeleteMessages, Done, EditKeyboard, EditRich, EditText, NoPreview, ReplyTo, RichMarkdown, SendDocument, SendPhoto,
    SendRich, SendText, SentMessage,
};
pub use updates::{DeleteWebhook, GetUpdates, GetWebhookInfo, SetWebhook, WebhookInfo};

/// Topic 0 means "no topic", which the Bot API expresses by leaving the field out.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
pub(super) fn skip_zero(thread: &i64) -> bool {
    *thread == 0
}
