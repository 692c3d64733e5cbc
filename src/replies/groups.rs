//! What the bot says of itself in a group, and to whom there something is not given.

use super::Language;
use super::phrases::phrases;

phrases! {
    /// The bot was added: how to ask.
    group_added() {
        "Hello! To ask me something here, mention me, reply to a message of mine, or write /ask and your question."
    }
    /// Group privacy is on, and the bot no administrator.
    group_private_mode() {
        "Telegram shows me only what is meant for me; the rest of what is said here I do not see."
    }
    /// Group privacy is off, or the bot is an administrator.
    group_sees_all() {
        "Telegram shows me everything that is said here; I read and keep only what is meant for me."
    }
    /// Who decides.
    group_settings() {
        "The group's admins choose the model, the persona and the rest with /settings. /help shows what I can do."
    }
    /// Somebody has added the bot who may not use it.
    pub group_added_by_a_stranger() {
        "This bot is private: here, too, I answer only those whom its owner has let in."
    }
    /// Somebody who is no admin wants to change what holds for the group.
    pub for_admins() {
        "This is the group's, so its admins decide it."
    }
    /// Telegram does not answer whether somebody is an admin.
    pub admins_unknown() {
        "Telegram does not tell me whether you are an admin of this group. Try again in a minute."
    }
}

/// The bot was added to a group. `sees_all`: Telegram shows it what is not meant for it.
#[must_use]
pub fn group_joined(language: Language, sees_all: bool) -> String {
    let reads = if sees_all { group_sees_all(language) } else { group_private_mode(language) };
    [group_added(language), reads, group_settings(language)].join("\n\n")
}

/// Sentences that are made of others, for the tests of what every sentence keeps to.
#[cfg(test)]
pub(super) fn composed(language: Language) -> Vec<(&'static str, String)> {
    vec![("group_joined", group_joined(language, false)), ("group_joined_seeing_all", group_joined(language, true))]
}
