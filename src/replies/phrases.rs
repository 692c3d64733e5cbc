//! How a sentence is written down: its key, its arguments with an example of each, and its words in each language.
//!
//! A page of the book ([`phrases`]) holds its sentences in English, which says best what each is for. What a page says in
//! another language stands in that language's file ([`words`]), so that a language is one file; one that lacks a sentence,
//! has one too many, or leaves an argument out does not compile. For the tests a page lists its sentences with the
//! examples filled in, so that none can be left out of what every sentence must keep to.

/// A page of the phrase book. A sentence may name its arguments in braces.
macro_rules! phrases {
    ($(
        $(#[$doc:meta])*
        $visible:vis $key:ident($($argument:ident: $type:ty = $example:expr),*) { $english:literal }
    )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            $visible fn $key(language: $crate::replies::Language $(, $argument: $type)*) -> String {
                Words::$key(language.speech() $(, $argument)*)
            }
        )*

        /// This page, as a language says it.
        pub(super) trait Words {
            $(fn $key(&self $(, $argument: $type)*) -> String;)*
        }

        impl Words for $crate::replies::languages::English {
            $(
                fn $key(&self $(, $argument: $type)*) -> String {
                    format!($english)
                }
            )*
        }

        /// Every sentence of this page: its key and an example.
        #[cfg(test)]
        pub(super) fn examples(language: $crate::replies::Language) -> Vec<(&'static str, String)> {
            vec![$((stringify!($key), $key(language $(, $example)*))),*]
        }
    };
}

/// What a page says in another language.
macro_rules! words {
    ($language:ident on $page:ident: $($key:ident($($argument:ident: $type:ty),*) $words:literal)*) => {
        impl $crate::replies::$page::Words for $language {
            $(
                fn $key(&self $(, $argument: $type)*) -> String {
                    format!($words)
                }
            )*
        }
    };
}

pub(super) use phrases;
pub(super) use words;
