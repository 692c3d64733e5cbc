//! What people have chosen for themselves: nouns of the contract.
//!
//! A choice is stored with the reply that says so, in one transaction: what a message shows is what holds.

use crate::config::Effort;
use crate::replies::Language;

/// What was chosen for a conversation (chat and topic). What nobody has chosen is as the owner has set it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Preferences {
    /// The model that answers.
    pub model: Option<String>,
    /// The persona that answers, by its id.
    pub persona: Option<String>,
    /// How hard it thinks.
    pub effort: Option<Effort>,
    /// How long its answers are to be.
    pub length: AnswerLength,
    /// Whether it may search the web.
    pub web_search: Option<bool>,
    /// Whether answers begin with what was heard in a recording.
    pub transcripts: Option<bool>,
}

/// How long answers are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AnswerLength {
    /// A few sentences.
    Short,
    /// As the model finds right.
    #[default]
    Normal,
    /// In detail.
    Long,
}

impl AnswerLength {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Short, Self::Normal, Self::Long];

    /// The word under which it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Normal => "normal",
            Self::Long => "long",
        }
    }

    /// What this word means.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|length| length.name() == name)
    }
}

/// Something that somebody has chosen. `None`: as the owner has set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreferenceChange {
    /// Another model for the conversation.
    Model(Option<String>),
    /// Another persona for the conversation.
    Persona(Option<String>),
    /// How hard the model thinks in this conversation.
    Effort(Option<Effort>),
    /// How long answers are in this conversation.
    Length(AnswerLength),
    /// Whether the web may be searched in this conversation.
    WebSearch(Option<bool>),
    /// Whether answers in this conversation begin with what was heard in a recording.
    Transcripts(Option<bool>),
    /// The language in which the bot speaks to this person, wherever they write.
    Language {
        /// Telegram's user id.
        user: i64,
        /// `None`: as Telegram tells it.
        language: Option<Language>,
    },
}
