//! Who lives in the sandbox: three people with different languages, a group, and a forum with topics and administrators.

use super::telegram::{FakeTelegram, InlineMode};

/// English. The bot's owner, so that what owners see can be tried out.
pub(super) const ANNA: i64 = 1001;
/// Russian, to see the bot's other language.
const BORIS: i64 = 1002;
/// A language that the bot does not speak: it falls back to English. Her own chat with the bot has topics.
const CHIARA: i64 = 1003;
/// Everybody's group.
const GROUP: i64 = -1_000_000_002_001;

/// A forum: every topic is a conversation of its own.
const FORUM: i64 = -1_000_000_002_002;

/// Moves everybody in.
pub(super) fn settle(telegram: &FakeTelegram) {
    telegram.set_inline(InlineMode::WithFeedback);
    telegram.add_person(ANNA, "Anna", Some("en"));
    telegram.add_person(BORIS, "Boris", Some("ru"));
    telegram.add_person(CHIARA, "Chiara", Some("it"));
    // People open topics by their names; nobody here needs the ids.
    for topic in ["Recipes", "Travel"] {
        let _ = telegram.add_topic(CHIARA, topic);
    }
    telegram.add_group(GROUP, "Weekend trip", &[ANNA, BORIS, CHIARA]);
    telegram.add_group(FORUM, "Book club", &[ANNA, BORIS, CHIARA]);
    telegram.set_admin(FORUM, BORIS, true);
    for topic in ["What to read", "Films of books"] {
        let _ = telegram.add_topic(FORUM, topic);
    }
}
