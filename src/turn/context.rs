//! What the model sees: the system prompt, as much of the conversation as fits, the question.

use super::Question;
use super::attached::{EARLIER_TOKENS, Files};
use crate::openrouter::{Annotations, ChatMessage, Form};
use crate::storage::Conversation;

/// How much of a conversation goes along, in estimated tokens. It is a limit of cost before it is one of the model: a
/// chat that never ends would otherwise pay for its whole past with each question. Oldest turns go first.
pub(super) const BUDGET: usize = 16_000;

/// What the model is told of a group, below its instructions.
const IN_A_GROUP: &str =
    "Several people talk here; each message begins with its author's name. Do not begin yours with a name.";

/// Its instructions, and whom it talks to.
pub(super) fn prompt(instructions: String, private: bool) -> String {
    match (private, instructions.is_empty()) {
        (true, _) => instructions,
        (false, true) => IN_A_GROUP.to_owned(),
        (false, false) => format!("{instructions}\n\n{IN_A_GROUP}"),
    }
}

/// System prompt first, never dropped; then the conversation, oldest turn first; then the question.
pub(super) fn messages(
    prompt: &str,
    conversation: &Conversation,
    question: &Question,
    files: &Files,
) -> Vec<ChatMessage> {
    let mut messages = Vec::with_capacity(conversation.turns.len() * 2 + 2);
    let mut unlimited = u64::MAX;
    let (text, media) = files.with(&question.text, &question.attachments, &mut unlimited);
    messages.push(ChatMessage::user_with(text, media));
    // From the newest on, because of earlier files the newest go along.
    let mut left = EARLIER_TOKENS;
    for turn in conversation.turns.iter().rev() {
        let (text, media) = files.with(&turn.question, &turn.attachments, &mut left);
        // Without the file itself the provider has no use for what it had read in it.
        let has_documents = media.iter().any(|media| matches!(media.form, Form::Pdf(_)));
        let annotations = turn.annotations.clone().filter(|_| has_documents).and_then(Annotations::read);
        messages.push(ChatMessage::assistant_with(&turn.answer, annotations));
        messages.push(ChatMessage::user_with(text, media));
    }
    if !prompt.is_empty() {
        messages.push(ChatMessage::system(prompt));
    }
    messages.reverse();
    messages
}
