//! What the model sees: the system prompt, as much of the conversation as fits, the question.

use crate::openrouter::ChatMessage;
use crate::storage::Conversation;

/// How much of a conversation goes along, in estimated tokens. It is a limit of cost before it is one of the model: a
/// chat that never ends would otherwise pay for its whole past with each question. Oldest turns go first.
pub(super) const BUDGET: usize = 16_000;

/// System prompt first, never dropped; then the conversation, oldest turn first; then the question.
pub(super) fn messages(prompt: &str, conversation: &Conversation, question: &str) -> Vec<ChatMessage> {
    let system = (!prompt.is_empty()).then(|| ChatMessage::system(prompt));
    let past = conversation
        .turns
        .iter()
        .flat_map(|(question, answer)| [ChatMessage::user(question), ChatMessage::assistant(answer)]);
    system.into_iter().chain(past).chain([ChatMessage::user(question)]).collect()
}
