//! What the bot says when something is wrong: one sentence that tells what to do, never a detail of what broke.

use super::phrases::phrases;

phrases! {
    /// The model is overloaded or out of reach, after the retries.
    pub busy() {
        "The model is busy. Try /retry in a minute, or another one with /model."
    }
    /// No progress for the time the owner allows, after some text had come; it stands above this sentence.
    pub stalled() {
        "The model stopped answering. What it wrote so far is above; /retry asks again."
    }
    /// No progress for the time the owner allows, and no text at all.
    pub stalled_before_text() {
        "The model did not answer in time. Try /retry in a minute."
    }
    /// The whole answer took longer than the owner allows. What there is of it stands above.
    pub took_too_long() {
        "This answer took longer than I may take. A smaller question may help; /retry asks again."
    }
    /// The connection to the model broke after some text had come; it stands above this sentence.
    pub cut_off() {
        "The answer was cut off: the connection to the model broke. /retry asks again."
    }
    /// The owner's key or credit is refused. The log tells the owner.
    pub account() {
        "The bot's account needs its owner's attention. The owner has been told."
    }
    /// The answer reached `MAX_TOKENS`. It stands above.
    pub length_limit() {
        "This is as long as an answer may be. Write “go on” for the rest."
    }
    /// Question and history do not fit the model, even after the oldest turns went.
    pub context_too_long() {
        "This is too long for the model. Shorten your message, or start a new conversation with /new."
    }
    /// The provider refused the question or the answer for its content.
    pub moderated() {
        "The model's provider refused this for its content rules. Try to put it differently."
    }
    /// The model spent the whole length of the answer on thinking.
    pub only_reasoning() {
        "The model thought for so long that no room was left for the answer. Try a simpler or a smaller question."
    }
    /// The model answered with nothing, more than once.
    pub empty_answer() {
        "The model answered with nothing. Try /retry, or put it differently."
    }
    /// The configured model does not exist any more.
    pub no_such_model() {
        "The model that this bot uses is not available any more. Choose another one with /model."
    }
    /// The provider refused the request, and asking again would not help.
    pub refused() {
        "The model refused this request, and asking again as it is will not help. Try to put it differently."
    }
    /// Something failed here. The update is kept and will be tried again.
    pub our_failure() {
        "Something broke on my side. Your message is kept; I will try again."
    }
    /// It was tried again and again, and has been parked.
    pub gave_up() {
        "I could not answer this message, and I have put it aside for my owner to look at. \
         You can send it again, or go on with something else."
    }
    /// More messages than one person may send in a minute; said once in that minute.
    pub too_many_messages(most: u32 = 20) {
        "These are more messages than I may answer: {most} a minute. What you write now gets no answer; \
         please go on in a minute."
    }
    /// What a person's answers may cost in a day is used up; said once, until one is answered again.
    pub budget_used_up(limit: &str = "$0.50") {
        "Today's budget is used up ({limit}). It starts again at 00:00 UTC."
    }
    /// The same for all people together.
    pub bots_budget_used_up() {
        "What this bot may spend in a day is used up. It answers again from 00:00 UTC on."
    }
    /// One answer may cost more than a person's whole budget.
    pub answer_too_dear(limit: &str = "$0.50") {
        "One answer of this model may cost more than your budget for a whole day ({limit}). A shorter message or /new may \
         help; the owner of the bot can give you more."
    }
    /// A message without anything to answer: a mention of the bot alone, a command that wants a text.
    pub empty_question() {
        "There is no question in this message. Write what you would like to know."
    }
}
