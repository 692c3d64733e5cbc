//! What the bot says to what it cannot read: one honest sentence for each kind, with what to do instead.

use super::Language;
use super::phrases::phrases;

/// The sentence for a message of a kind that the bot does not read, by its field in the Bot API.
#[must_use]
pub fn cannot_read(language: Language, field: &str) -> String {
    match field {
        "video" => video(language),
        "animation" => animation(language),
        "story" => story(language),
        _ => other(language),
    }
}

phrases! {
    /// A film.
    video() {
        "I cannot watch videos. Send a picture of what matters in it, or a voice message of what is said."
    }
    /// A GIF.
    animation() {
        "I cannot watch GIFs. Send a photo, or say it in words."
    }
    /// A story.
    story() {
        "I cannot see stories. Send what is in it as a photo, or say it in words."
    }
    /// Anything else.
    other() {
        "I cannot read this kind of message. Write your question as text, or send a photo, a voice message or a file."
    }
    /// The model takes no pictures, others do.
    pub cannot_see(model: &str = "Mistral Small") {
        "{model} cannot see pictures. Who shall answer from now on? All models: /model"
    }
    /// No model on offer takes pictures.
    pub nobody_sees(model: &str = "Mistral Small") {
        "{model} cannot see pictures, and no other model here can. Describe in words what is in it."
    }
    /// The model takes no sound, others do.
    pub cannot_hear(model: &str = "Mistral Small") {
        "{model} cannot listen. Who shall answer from now on? All models: /model"
    }
    /// No model on offer takes sound.
    pub nobody_hears(model: &str = "Mistral Small") {
        "{model} cannot listen, and no other model here can. Please write it down."
    }
    /// The model that writes down recordings failed.
    pub not_heard() {
        "I could not listen to this at the moment. /retry tries again, or write it down."
    }
    /// Nothing is said in a recording.
    pub no_words_heard() {
        "I could not make out any words in this recording. Please say it again, or write it down."
    }
    /// `/image` at a bot that has no model for it.
    pub no_pictures() {
        "I paint no pictures. Ask me something else."
    }
    /// `/image` with nothing else.
    pub picture_of_what() {
        "Say what to paint: /image a red bicycle in the snow. In reply to a message I paint what it says, and in reply to a \
         photo I change it as you say."
    }
    /// `/image` with something that a picture cannot be made from.
    pub cannot_repaint() {
        "I cannot make a picture from this. Say in words what to paint: /image a red bicycle in the snow"
    }
    /// The model that paints failed.
    pub picture_failed() {
        "The picture did not work out at the moment. /retry tries again."
    }
    /// The model that paints refuses to.
    pub picture_refused() {
        "The model refuses to paint this. Say it in other words, or wish for something else."
    }
    /// A picture that was painted and that the chat does not take.
    pub picture_not_taken() {
        "The picture is painted, but this chat takes neither photos nor files from me. An admin can allow it."
    }
    /// More than the Bot API hands out.
    pub file_too_large() {
        "This file is larger than 20 MB, which is all that a bot may fetch. Send a smaller one, or a part of it."
    }
    /// Several files that are too large together.
    pub files_too_much() {
        "These files have more than 20 MB together. Send fewer of them at once."
    }
    /// Nothing in it.
    pub file_empty() {
        "There is nothing in this file. Was it saved before it was sent?"
    }
    /// An archive, an office document, a program.
    pub file_unreadable(name: &str = "plan.docx") {
        "I cannot read {name}. I read texts, PDFs, pictures and recordings: save it as one of these and send that."
    }
    /// A picture that models do not take.
    pub picture_odd() {
        "Models do not take this picture as a file. Send it as a photo: Telegram then makes one of it that they do."
    }
    /// A file without a name, in place of it.
    pub this_file() { "this file" }
    /// Telegram has forgotten it.
    pub file_gone() {
        "Telegram does not have this file any more. Please send it again."
    }
    /// Telegram does not hand it out now.
    pub file_unreachable() {
        "Telegram does not hand out this file at the moment. Your message is kept: /retry tries again."
    }
}
