//! What is said where somebody asks by the bot's name in another chat: while they type, and in the message that they send.

use super::phrases::phrases;

phrases! {
    /// Above a question that can be sent.
    pub inline_title(question: &str = "what is tea?") { "Ask: {question}" }
    /// Below it.
    pub inline_description() { "Sends the question here; the answer appears in the message." }
    /// Under a question that was sent, as long as it has no answer.
    pub inline_answer_button() { "💬 Answer" }
    /// A button of a few words, while nothing is typed yet.
    pub inline_hint() { "Type a question behind my name" }
    /// The same for whoever may not use the bot.
    pub inline_private() { "This bot is private" }
    /// The same for whoever has no money left.
    pub inline_no_budget() { "Today's budget is used up" }
    /// Below an answer that was cut.
    pub inline_cut() { "The answer is longer than this message." }
    /// Under it.
    pub inline_whole_button() { "📄 Whole answer" }
    /// In the private chat, instead of it.
    pub inline_whole_gone() {
        "I cannot show you that answer: somebody else asked for it, or I do not keep it any more."
    }
    /// Whoever pressed has not asked.
    pub inline_not_yours() { "Only whoever asked the question can do that." }
    /// The question has been forgotten.
    pub inline_forgotten() { "I do not remember this question any more. Please ask it again: my name, then the question." }
    /// Somebody pressed twice.
    pub inline_answered() { "This question has its answer." }
    /// In the message of somebody who may not use the bot any more.
    pub inline_not_allowed() { "This bot is private, and does not answer whoever asked this." }
}
