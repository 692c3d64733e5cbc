//! How a sentence is written down: its key, its arguments with an example of each, and its translations.
//!
//! The macro makes a function of each key, and for the tests a list of all of them with the examples filled in, so
//! that no sentence can be left out of what every sentence must keep to.

/// A page of the phrase book: English first, then Russian. A sentence may name its arguments in braces.
macro_rules! phrases {
    ($(
        $(#[$doc:meta])*
        $visible:vis $key:ident($($argument:ident: $type:ty = $example:expr),*) { $en:literal $ru:literal }
    )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            $visible fn $key(language: $crate::replies::Language $(, $argument: $type)*) -> String {
                match language {
                    $crate::replies::Language::En => format!($en),
                    $crate::replies::Language::Ru => format!($ru),
                }
            }
        )*

        /// Every sentence of this page: its key and an example.
        #[cfg(test)]
        pub(super) fn examples(language: $crate::replies::Language) -> Vec<(&'static str, String)> {
            vec![$((stringify!($key), $key(language $(, $example)*))),*]
        }
    };
}

pub(super) use phrases;
