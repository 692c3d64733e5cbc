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
