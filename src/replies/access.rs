//! Who may use the bot: what those are told who may not, and what an owner is told who decides.

use teloxide::types::UserId;

use super::phrases::phrases;

phrases! {
    /// Somebody who is not on the owner's list; said once.
    pub private_bot(user: UserId = UserId(123)) {
        "This bot is private. Your id is {user}: send it to its owner."
    }
    /// Somebody whom an owner has banned; said once.
    pub excluded() {
        "The owner of this bot has excluded you. I do not answer what you write here; if that is a mistake, ask the owner."
    }
    /// `/allow`, `/ban` or `/unban` without an id that can be read.
    pub decide_usage() {
        "Write the person's id: /allow 123456789 lets somebody in, /ban 123456789 shuts them out, /unban 123456789 takes \
         that back. Or forward me a message of theirs, and reply to it with the command alone. /users shows who there is."
    }
    /// A reply to a message that was forwarded from somebody who hides.
    pub origin_hidden() {
        "Telegram does not tell who wrote this: they hide it in what is forwarded, or it was no person. Ask them for their \
         id, and write /allow 123456789 or /ban 123456789; I tell their id to those whom I do not know."
    }
    /// An id behind which many people hide.
    pub stand_in() {
        "This is the id of everybody who writes in the name of a group or a channel, so it can be neither allowed nor \
         banned. Use the id of the person."
    }
    /// What holds: they are an owner.
    pub holds_owner(who: &str = "Anna @anna (123)") {
        "{who} owns this bot (ADMIN_USER_IDS): an owner may always use it and cannot be banned."
    }
    /// What holds: they may use the bot.
    pub holds_allowed(who: &str = "Anna @anna (123)") {
        "{who} may use this bot. /ban shuts them out."
    }
    /// What holds: they may use the bot, as everybody.
    pub holds_open(who: &str = "Anna @anna (123)") {
        "{who} may use this bot, as everybody may who is not banned: ALLOWED_USER_IDS names nobody."
    }
    /// What holds: they are banned.
    pub holds_banned(who: &str = "Anna @anna (123)") {
        "{who} is banned: nothing they write is answered, and nothing is charged for it. /unban takes that back, and /allow \
         lets them in."
    }
    /// What holds: they are nobody whom the bot knows.
    pub holds_stranger(who: &str = "Anna @anna (123)") {
        "{who} is not banned, and may not use this bot either, because it is private. /allow lets them in."
    }
    /// Below what holds: it held before.
    pub as_before() { "It was so before, too." }
    /// Below what holds: what held before.
    pub was_before(standing: &str = "banned") { "Before: {standing}." }
    /// What an owner is, in a word.
    pub standing_owner() { "owner" }
    /// What somebody is who may use the bot, in a word.
    pub standing_allowed() { "allowed" }
    /// What somebody is who was shut out, in a word.
    pub standing_banned() { "banned" }
    /// What somebody is whom nobody has let in, in a word.
    pub standing_stranger() { "stranger" }
    /// What people are who hide behind a group's name.
    pub standing_group() { "a group, for its anonymous admins" }
}

/// Somebody as an owner reads of them: what they are called, as far as that is kept, and their id.
#[must_use]
pub fn who(user: i64, name: Option<&str>) -> String {
    name.map_or_else(|| user.to_string(), |name| format!("{name} ({user})"))
}
