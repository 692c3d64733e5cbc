//! The languages that the bot speaks, a file each; and what a language is beside its words.
//!
//! Another one is a file like `russian` and a line in the list below. What is missing in it, the compiler names.

use super::{
    access, chart, commands, failures, groups, inline, money, owner, panels, people, personas, privacy, status, unread,
};

mod english;
mod russian;

pub(super) use english::English;
use russian::Russian;

/// What a language has: the words of every page of the book, and how it counts.
pub(super) trait Speech:
    access::Words
    + chart::Words
    + commands::Words
    + failures::Words
    + groups::Words
    + inline::Words
    + money::Words
    + owner::Words
    + panels::Words
    + people::Words
    + personas::Words
    + privacy::Words
    + status::Words
    + unread::Words
{
    /// Its two-letter ISO 639-1 code.
    fn code(&self) -> &'static str;

    /// What it calls itself.
    fn name(&self) -> &'static str;

    /// The months, from the first on, as they stand before a year.
    fn months(&self) -> [&'static str; 12];

    /// Which form of a noun goes with so many, from 0 on.
    fn form(&self, count: u64) -> usize;

    /// "question", in each form.
    fn question(&self) -> &'static [&'static str];

    /// "token", in each form.
    fn token(&self) -> &'static [&'static str];

    /// What parts the digits of long numbers in threes, and from how many digits on.
    fn separator(&self) -> (char, usize);
}

/// The list of languages.
macro_rules! languages {
    ($($(#[$doc:meta])* $language:ident: $speech:ident,)*) => {
        /// A language that the bot speaks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum Language {
            $($(#[$doc])* $language,)*
        }

        impl Language {
            /// All of them; the default first.
            pub const ALL: [Self; [$(stringify!($language)),*].len()] = [$(Self::$language),*];

            pub(super) fn speech(self) -> &'static dyn Speech {
                match self {
                    $(Self::$language => &$speech,)*
                }
            }
        }
    };
}

languages! {
    /// English: also for everybody whose language the bot does not speak.
    #[default]
    En: English,
    /// Russian.
    Ru: Russian,
}

impl Language {
    /// The language for an IETF tag such as Telegram's `language_code`: "ru", "ru-RU". Anything else is English, and
    /// so is a language close to one of ours: nobody asked for that there.
    #[must_use]
    pub fn of(tag: Option<&str>) -> Self {
        let primary = tag.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary)).unwrap_or_default()
    }

    /// The language with this two-letter code.
    #[must_use]
    pub fn with_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.speech().name()
    }

    /// Its two-letter ISO 639-1 code, as `setMyCommands` takes it.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.speech().code()
    }
}
