//! `/privacy` and `/forget`: what is kept of somebody, and how it goes.

use super::Language;
use super::phrases::phrases;

/// What `/privacy` tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored<'a> {
    /// For how many days conversations are kept; `None`: for ever.
    pub days: Option<u32>,
    /// Who runs the models.
    pub processor: &'a str,
    /// Texts are encrypted where they are kept.
    pub sealed: bool,
    /// The owner's policy.
    pub policy: Option<&'a str>,
}

phrases! {
    /// What is kept.
    kept() {
        "What I keep: your questions and my answers (also those in groups, and where I was asked by my name), instructions that you gave with /new, your \
         settings and your language, your name and @username, the first and the last day on which you were here, and what \
         your answers cost. Of the rest that is said in groups I keep nothing."
    }
    /// How long, with a limit.
    kept_for(days: u32 = 30) {
        "How long: questions and answers for {days} days; the rest until you ask for it to be deleted."
    }
    /// How long, without one.
    kept_always() {
        "How long: until you ask for it to be deleted."
    }
    /// In what form.
    kept_sealed() {
        "Texts and names are encrypted where I keep them."
    }
    /// Who else has it.
    processed_by(host: &str = "OpenRouter") {
        "Who processes it: Telegram, by which you write to me, and {host}, which gets your question and the conversation before \
         it, under a number that does not tell who you are, and without your name. They have rules of their own, and I cannot \
         delete anything there."
    }
    /// What can be done about it.
    your_rights() {
        "/export gives you all of it as two files. /forget deletes everything I keep of you. What stays: sums of which nobody can tell whose they are (what you have spent \
         today becomes part of them when the day is over, UTC), and what the owner has decided about you: access, a ban, a \
         budget."
    }
    /// Where the owner says more.
    policy(url: &str = "example.com") {
        "The owner's privacy policy: {url}"
    }
    /// Above the files of `/export`.
    pub export_follows() {
        "Everything I keep of you, in two files: your conversations to be read, and all of it for programs."
    }
    /// At the top of the file that is to be read.
    pub export_title() { "My conversations" }
    /// Above what was said in private.
    pub export_private() { "In the private chat" }
    /// Above what was said in a topic of it.
    pub export_topic(topic: i64 = 5) { "In the private chat, topic {topic}" }
    /// Above what was asked inline.
    pub export_inline() { "Asked by my name in other chats" }
    /// Above what was said in a group.
    pub export_group(chat: i64 = -5) { "In the group {chat}" }
    /// Beside an answer that was given again.
    pub export_replaced() { "answered again later" }
    /// In the place of an answer to `/image`.
    pub export_picture() { "(A wish for a picture; pictures are not kept.)" }
    /// In a file without conversations.
    pub export_empty() { "There are none." }
    /// A command about somebody's own data, in a group.
    pub ask_in_private() {
        "Write that to me in private: here everybody would see the answer."
    }
    /// `/forget`: are they sure?
    pub forget_ask() {
        "Delete everything I keep of you: the conversations here, your questions elsewhere, your settings and your name? The \
         answer that I am writing ends. This cannot be taken back. The messages in Telegram itself stay; you can delete \
         those."
    }
    /// Yes.
    pub forget_button() { "🗑 Delete everything" }
    /// No.
    pub forget_keep_button() { "Keep it" }
    /// It is done.
    pub forget_done() { "Done: everything is deleted. Write to me, and we begin anew." }
    /// It is not done.
    pub forget_kept() { "Everything is as it was." }
}

/// `/privacy`.
#[must_use]
pub fn privacy(language: Language, stored: &Stored<'_>) -> String {
    let how_long = stored.days.map_or_else(|| kept_always(language), |days| kept_for(language, days));
    let mut lines = vec![kept(language), how_long];
    lines.extend(stored.sealed.then(|| kept_sealed(language)));
    lines.extend([processed_by(language, stored.processor), your_rights(language)]);
    lines.extend(stored.policy.map(|url| policy(language, url)));
    lines.join("\n\n")
}

/// Sentences that are made of others, for the tests of what every sentence keeps to.
#[cfg(test)]
pub(super) fn composed(language: Language) -> Vec<(&'static str, String)> {
    let stored = Stored { days: Some(30), processor: "OpenRouter", policy: Some("example.com"), sealed: true };
    vec![
        ("privacy", privacy(language, &stored)),
        ("privacy_for_ever", privacy(language, &Stored { days: None, policy: None, ..stored })),
    ]
}
