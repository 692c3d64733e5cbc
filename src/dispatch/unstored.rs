//! What must not be done: sending an answer before it is stored.
//!
//! Only where a test has switched the guard off ([`Switch::SendBeforeCommit`](crate::faults::Switch::SendBeforeCommit)), to
//! show that somebody would notice. Never in a release.

use crate::storage::NewReply;
use crate::telegram::Urgency;
use crate::telegram::methods::{NoPreview, SendText};
use crate::turn::Tools;

/// Sends the parts and forgets them; nothing is left to deliver.
pub(super) async fn send_unstored(tools: &Tools, reply: &mut NewReply) {
    let address = reply.address;
    for part in reply.parts.drain(..) {
        let message = SendText {
            chat_id: address.chat,
            message_thread_id: address.thread,
            text: &part.text,
            entities: &[],
            link_preview_options: NoPreview::OFF,
            reply_parameters: None,
            reply_markup: None,
        };
        // Nobody looks after it, which is what is wrong with it.
        let _ = tools.telegram.send(Urgency::Final, address.chat, &message).await;
    }
}
