//! What the model sees: the system prompt, as much of the conversation as fits, the question.

use super::Question;
use super::attached::{EARLIER_TOKENS, Files};
use crate::openrouter::ChatMessage;
use crate::storage::Conversation;

/// How much of a conversation goes along, in estimated tokens. It is a limit of cost before it is one of the model: a
/// chat that never ends would otherwise pay for its whole past with each question. Oldest turns go first.
pub(super) const BUDGET: usize = 16_000;

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
        messages.push(ChatMessage::assistant(&turn.answer));
        messages.push(ChatMessage::user_with(text, media));
    }
    if !prompt.is_empty() {
        messages.push(ChatMessage::system(prompt));
    }
    messages.reverse();
    messages
}
