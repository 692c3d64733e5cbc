//! English, beside the words that stand on the pages.

use super::Speech;

/// English.
pub(in crate::replies) struct English;

impl Speech for English {
    fn code(&self) -> &'static str {
        "en"
    }

    fn name(&self) -> &'static str {
        "English"
    }

    fn months(&self) -> [&'static str; 12] {
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
    }

    fn form(&self, count: u64) -> usize {
        usize::from(count != 1)
    }

    fn question(&self) -> &'static [&'static str] {
        &["question", "questions"]
    }

    fn token(&self) -> &'static [&'static str] {
        &["token", "tokens"]
    }

    fn separator(&self) -> (char, usize) {
        (',', 4)
    }
}
