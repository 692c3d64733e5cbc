//! What somebody may have meant who wrote a word that is not known: a command, a key of a file, a name.
//!
//! A word that begins or continues a known one is taken for it; otherwise the known word with the fewest slips of the
//! finger (a letter too many, missing, wrong, or two that changed places) is. It would rather find nothing than guess: a
//! wrong suggestion is worse than none.

/// A word of this length or more may have two slips in it and still be recognised.
const LONG: usize = 5;
/// A beginning of fewer letters is the beginning of too much.
const SHORTEST_BEGINNING: usize = 3;

/// The nearest of the known words, the first of those that are equally near; `None` when none is near. Capitals count, so
/// whoever does not want them to lowers them before.
#[must_use]
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let length = word.chars().count();
    if length == 0 {
        return None;
    }
    let all = || known.iter().copied();
    let slips = |other: &'k str| (strsim::osa_distance(word, other), other);
    let allowed = |other: &str| if length.min(other.chars().count()) >= LONG { 2 } else { 1 };
    let near = all().map(slips).filter(|(distance, other)| *distance <= allowed(other) && *distance < length);
    let begins = |other: &&str| length >= SHORTEST_BEGINNING && other.starts_with(word);
    let continues = |other: &&str| other.chars().count() >= SHORTEST_BEGINNING && word.starts_with(*other);
    let by_slips = near.min_by_key(|(distance, _)| *distance).map(|(_, other)| other);
    by_slips.or_else(|| all().find(begins)).or_else(|| all().filter(continues).max_by_key(|other| other.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [&str; 8] = ["new", "stop", "retry", "model", "settings", "language", "stats", "start"];

    #[test]
    fn slips_and_halves_are_recognised() {
        for (word, meant) in [
            ("modle", "model"),
            ("models", "model"),
            ("nwe", "new"),
            ("sotp", "stop"),
            ("setings", "settings"),
            ("stat", "stats"),
            ("lang", "language"),
            ("newchat", "new"),
            ("langauge", "language"),
        ] {
            assert_eq!(nearest(word, &COMMANDS), Some(meant), "{word}");
        }
    }

    #[test]
    fn what_resembles_nothing_is_not_guessed() {
        for word in ["", "x", "ab", "frobnicate", "imagine", "se", "pay"] {
            assert_eq!(nearest(word, &COMMANDS), None, "{word}");
        }
    }
}
