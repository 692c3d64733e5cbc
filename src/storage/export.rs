//! What people take along: nouns of the contract.

use crate::clock::Timestamp;
use crate::replies::Language;

/// A file that is made when it is sent, of what is stored about whoever gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// All of it, for programs.
    Json,
    /// Their conversations, to be read, in a language.
    Markdown(Language),
}

impl Made {
    /// The word under which it is stored.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Json => "json".to_owned(),
            Self::Markdown(language) => format!("markdown-{}", language.code()),
        }
    }

    /// What this word means.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("markdown-") {
            Some(code) => Some(Self::Markdown(Language::with_code(code).unwrap_or_default())),
            None => (name == "json").then_some(Self::Json),
        }
    }
}

/// A question with its answer, and where it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// The chat.
    pub chat: i64,
    /// The topic, 0 for none.
    pub thread: i64,
    /// What the conversation was begun with.
    pub system_prompt: Option<String>,
    /// As the model saw it.
    pub question: String,
    /// As the model wrote it; empty when there was none.
    pub answer: String,
    /// When it was answered.
    pub at: Timestamp,
    /// It was answered again since.
    pub replaced: bool,
}
