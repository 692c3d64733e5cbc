//! Who lives in the sandbox: three people with different languages, a group, and a forum with topics.

use super::telegram::FakeTelegram;

/// English.
const ANNA: i64 = 1001;
/// Russian, to see the bot's other language.
const BORIS: i64 = 1002;
/// A language that the bot does not speak: it falls back to English.
const CHIARA: i64 = 1003;
/// Everybody's group.
const GROUP: i64 = -1_000_000_002_001;

/// Moves everybody in.
pub(super) fn settle(telegram: &FakeTelegram) {
    telegram.add_person(ANNA, "Anna", Some("en"));
    telegram.add_person(BORIS, "Boris", Some("ru"));
    telegram.add_person(CHIARA, "Chiara", Some("it"));
    telegram.add_group(GROUP, "Weekend trip", &[ANNA, BORIS, CHIARA]);
}
