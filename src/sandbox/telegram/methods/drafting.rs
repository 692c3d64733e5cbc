//! `sendMessageDraft` and `sendRichMessageDraft`: a frame of what is being written.

use super::{Ask, yes};
use crate::sandbox::telegram::DraftStop;
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::chat::ChatKind;
use crate::sandbox::telegram::drafts::{DRAFT_LIFE, Draft};
use crate::sandbox::telegram::rich::Rich;
use crate::sandbox::telegram::text::{self, Formatted};

/// `sendMessageDraft`.
pub(super) fn message_draft(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let body = text::draft(ask.params)?;
    show(ask, body, None)
}

/// `sendRichMessageDraft`.
pub(super) fn rich_message_draft(ask: &mut Ask<'_>) -> Answer {
    ask.chat()?;
    let rich = ask.rich()?;
    show(ask, Formatted::default(), Some(rich))
}

/// The words for what is wrong with the chat, the id and the button are ours: nobody has published
/// Telegram's.
fn show(ask: &mut Ask<'_>, body: Formatted, rich: Option<Rich>) -> Answer {
    let stop = ["can_stop", "keep_on_stop"].iter().any(|name| ask.params.get(name).is_some());
    let known = ask.world.switches.draft_stop;
    if stop && known == DraftStop::Refused {
        return Err(Refusal::bad_request("can_stop is not supported by the sandbox's server"));
    }
    let id = ask.params.int("draft_id").filter(|id| *id != 0);
    let id = id.ok_or_else(|| Refusal::bad_request("invalid draft_id specified"))?;
    let chat = ask.writable_chat()?;
    let place = &ask.world.chats[&chat];
    if place.kind != ChatKind::Private {
        return Err(Refusal::bad_request("message drafts can be sent only to private chats"));
    }
    let thread = ask.params.int("message_thread_id");
    if !place.has_thread(thread) {
        return Err(Refusal::bad_request("message thread not found"));
    }
    let draft = Draft {
        id,
        body,
        rich,
        can_stop: ask.params.flag("can_stop") && known == DraftStop::Known,
        keep_on_stop: ask.params.flag("keep_on_stop"),
        expires: ask.now.plus(DRAFT_LIFE),
    };
    ask.world.show_draft(chat, thread, draft);
    Ok(yes())
}
