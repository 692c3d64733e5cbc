//! What the bot says to what it cannot read yet: one honest sentence for each kind, never silence.

use super::Language;
use super::phrases::phrases;

/// A kind of message that the bot cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unread {
    /// A picture, an album.
    Photo,
    /// A voice message.
    Voice,
    /// Music, a recording.
    Audio,
    /// A film.
    Video,
    /// A round film.
    VideoNote,
    /// A file.
    Document,
    /// A sticker.
    Sticker,
    /// A place or a venue.
    Location,
    /// A contact.
    Contact,
    /// A poll or a quiz.
    Poll,
    /// A dice, a dart and their like.
    Dice,
    /// A GIF.
    Animation,
    /// A story.
    Story,
    /// Anything that Telegram may think of.
    Other,
}

impl Unread {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Photo,
        Self::Voice,
        Self::Audio,
        Self::Video,
        Self::VideoNote,
        Self::Document,
        Self::Sticker,
        Self::Location,
        Self::Contact,
        Self::Poll,
        Self::Dice,
        Self::Animation,
        Self::Story,
        Self::Other,
    ];
}

impl Unread {
    /// The kind of a message that holds this field, as the Bot API names it.
    #[must_use]
    pub fn named(field: &str) -> Self {
        match field {
            "photo" | "live_photo" => Self::Photo,
            "voice" => Self::Voice,
            "audio" => Self::Audio,
            "video" => Self::Video,
            "video_note" => Self::VideoNote,
            "document" => Self::Document,
            "sticker" => Self::Sticker,
            "location" | "venue" => Self::Location,
            "contact" => Self::Contact,
            "poll" => Self::Poll,
            "dice" => Self::Dice,
            "animation" => Self::Animation,
            "story" => Self::Story,
            _ => Self::Other,
        }
    }
}

/// The sentence for a message of this kind.
#[must_use]
pub fn cannot_read(language: Language, kind: Unread) -> String {
    match kind {
        Unread::Photo => photo(language),
        Unread::Voice => voice(language),
        Unread::Audio => audio(language),
        Unread::Video => video(language),
        Unread::VideoNote => video_note(language),
        Unread::Document => document(language),
        Unread::Sticker => sticker(language),
        Unread::Location => location(language),
        Unread::Contact => contact(language),
        Unread::Poll => poll(language),
        Unread::Dice => dice(language),
        Unread::Animation => animation(language),
        Unread::Story => story(language),
        Unread::Other => other(language),
    }
}

phrases! {
    /// A picture.
    photo() {
        "I can only read text for now: I cannot see pictures. Describe in words what is in it."
    }
    /// A voice message.
    voice() {
        "I can only read text for now: I cannot listen to voice messages. Please write it down."
    }
    /// Music, a recording.
    audio() {
        "I can only read text for now: I cannot listen to recordings. Please write your question."
    }
    /// A film.
    video() {
        "I can only read text for now: I cannot watch videos. Describe in words what it is about."
    }
    /// A round film.
    video_note() {
        "I can only read text for now: I cannot watch video messages. Please write it down."
    }
    /// A file.
    document() {
        "I can only read text for now: I cannot open files. Copy the text you mean into a message."
    }
    /// A sticker.
    sticker() {
        "A nice sticker, probably: I can only read text for now. Say it in words."
    }
    /// A place.
    location() {
        "I can only read text for now: I cannot see places on a map. Write its name or address."
    }
    /// A contact.
    contact() {
        "I can only read text for now: I did not look at this contact. Write what you need as text."
    }
    /// A poll.
    poll() {
        "I can only read text for now: I cannot read polls or vote in them. Write the question as text."
    }
    /// A dice.
    dice() {
        "I can only read text for now: I cannot play along. Write me something."
    }
    /// A GIF.
    animation() {
        "I can only read text for now: I cannot see GIFs. Say it in words."
    }
    /// A story.
    story() {
        "I can only read text for now: I cannot see stories. Describe in words what it is about."
    }
    /// Anything else.
    other() {
        "I can only read text for now, and this is something else. Write your question as text."
    }
}
