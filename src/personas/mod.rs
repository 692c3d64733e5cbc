//! Personas: who the model is to be in a conversation, a system prompt with a name.
//!
//! There is a small built-in set, written as an owner's own file would be ([`read`](mod@read)), so that it is an example
//! of one; `PERSONAS_FILE` replaces it. Which persona holds where, people choose (`/persona`); it is kept by its id, which
//! therefore is the one thing that an owner should not change.
//!
//! The names, descriptions and greetings of the built-in set stand in its file and not among the bot's own sentences:
//! they are what an owner replaces, not what the bot says of itself.

use std::sync::Arc;

use crate::nearest::nearest;
use crate::replies::Language;

mod read;

pub use read::{Fault, OFF, read};

/// The built-in set.
const BUILT_IN: &str = include_str!("builtin.toml");

/// Who the model can be here, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personas {
    all: Vec<Arc<Persona>>,
}

/// Somebody whom the model can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// 1–20 of `a-z 0-9 _ -`; what is stored, and what buttons carry.
    pub id: String,
    /// What people call it; one line.
    pub name: Words,
    /// What it is good for; one line.
    pub description: Option<Words>,
    /// What the model is told before the conversation.
    pub prompt: String,
    /// The model that answers as it, where nobody has chosen one.
    pub model: Option<String>,
    /// Its first words, when it is chosen.
    pub greeting: Option<Words>,
}

/// A text in one or several languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Never empty. One text for everybody stands as the default language's.
    texts: Vec<(Language, String)>,
}

impl Words {
    /// In this language; where there is none, in the default one, or in whichever there is.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        let text = |wanted| self.texts.iter().find(|(language, _)| *language == wanted);
        let found = text(language).or_else(|| text(Language::default())).or_else(|| self.texts.first());
        found.map_or("", |(_, text)| text)
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|(_, text)| text.as_str())
    }
}

impl Personas {
    /// The set that holds where an owner has none of their own.
    #[must_use]
    pub fn built_in() -> Self {
        // A test reads it, so there is nothing to be told about it here.
        read(BUILT_IN, |_| true).unwrap_or_default()
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[Arc<Persona>] {
        &self.all
    }

    /// The one with this id.
    #[must_use]
    pub fn with_id(&self, id: &str) -> Option<&Arc<Persona>> {
        self.all.iter().find(|persona| persona.id == id)
    }

    /// Whom somebody means who writes this: an id, or a name in whichever language. Capitals, signs and pictures do not
    /// count.
    #[must_use]
    pub fn called(&self, words: &str) -> Option<&Arc<Persona>> {
        let wanted = plain(words);
        self.with_id(&words.to_lowercase()).or_else(|| {
            let is_wanted = |persona: &&Arc<Persona>| !wanted.is_empty() && handles(persona).contains(&wanted);
            self.all.iter().find(is_wanted)
        })
    }

    /// Whom they may have meant, when nobody is called that.
    #[must_use]
    pub fn resembling(&self, words: &str) -> Option<&Arc<Persona>> {
        let known: Vec<(String, &Arc<Persona>)> =
            self.all.iter().flat_map(|persona| handles(persona).into_iter().map(move |each| (each, persona))).collect();
        let all: Vec<&str> = known.iter().map(|(handle, _)| handle.as_str()).collect();
        let meant = nearest(&plain(words), &all)?;
        known.iter().find(|(handle, _)| handle == meant).map(|(_, persona)| *persona)
    }
}

/// What a persona may be called by.
fn handles(persona: &Persona) -> Vec<String> {
    std::iter::once(persona.id.as_str()).chain(persona.name.all()).map(plain).collect()
}

/// Letters and digits, in small; what lies between words is one blank.
fn plain(words: &str) -> String {
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_set_is_a_good_file_in_english_and_russian() {
        let set = read(BUILT_IN, |_| true).unwrap();
        assert!((5..=7).contains(&set.all().len()));
        for persona in set.all() {
            for words in [Some(&persona.name), persona.description.as_ref(), persona.greeting.as_ref()] {
                let words = words.unwrap_or_else(|| panic!("{} lacks words", persona.id));
                let spoken: Vec<_> = words.texts.iter().map(|(language, _)| *language).collect();
                let both = [Language::En, Language::Ru];
                assert!(both.iter().all(|language| spoken.contains(language)), "{}: {spoken:?}", persona.id);
            }
            // It is paid for with every question.
            assert!(persona.prompt.len() < 1000 && persona.model.is_none(), "{}", persona.id);
        }
        assert_eq!(Personas::built_in(), set);
    }

    #[test]
    fn somebody_is_found_by_id_and_by_name_however_it_is_written() {
        let set = Personas::built_in();
        for words in ["translator", "TRANSLATOR", "Translator", "переводчик", "Переводчик!", " translator "]
        {
            assert_eq!(set.called(words).map(|persona| persona.id.as_str()), Some("translator"), "{words}");
        }
        assert!(set.called("translater").is_none() && set.called("").is_none() && set.called("!").is_none());
        for (words, meant) in [("translater", "translator"), ("перевод", "translator"), ("Kook", "cook")] {
            assert_eq!(set.resembling(words).map(|persona| persona.id.as_str()), Some(meant), "{words}");
        }
        assert!(set.resembling("dentist").is_none() && set.resembling("").is_none());
    }

    #[test]
    fn words_fall_back_to_the_default_language_and_then_to_any() {
        let words = |texts: &[(Language, &str)]| Words {
            texts: texts.iter().map(|(language, text)| (*language, (*text).to_owned())).collect(),
        };
        let both = words(&[(Language::Ru, "повар"), (Language::En, "cook")]);
        assert_eq!([both.in_language(Language::En), both.in_language(Language::Ru)], ["cook", "повар"]);
        assert_eq!(words(&[(Language::En, "cook")]).in_language(Language::Ru), "cook");
        assert_eq!(words(&[(Language::Ru, "повар")]).in_language(Language::En), "повар");
    }
}
