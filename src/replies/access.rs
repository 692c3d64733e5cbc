//! Who may use the bot: what those are told who may not, and what an owner is told who decides.

use teloxide::types::UserId;

use super::phrases::phrases;

phrases! {
    /// Somebody who is not on the owner's list; said once.
    pub private_bot(user: UserId = UserId(123)) {
        "This bot is private. Your id is {user}: send it to its owner."
        "Это закрытый бот. Ваш id: {user}. Отправьте его владельцу бота."
    }
    /// Somebody whom an owner has banned; said once.
    pub excluded() {
        "The owner of this bot has excluded you. I do not answer what you write here; if that is a mistake, ask the owner."
        "Владелец этого бота исключил вас. Я не отвечаю на то, что вы здесь пишете; если это ошибка, обратитесь к владельцу."
    }
    /// `/allow`, `/ban` or `/unban` without an id that can be read.
    pub decide_usage() {
        "Write the person's id: /allow 123456789 lets somebody in, /ban 123456789 shuts them out, /unban 123456789 takes \
         that back. Or forward me a message of theirs, and reply to it with the command alone. /users shows who there is."
        "Напишите id человека: /allow 123456789 впускает, /ban 123456789 исключает, /unban 123456789 отменяет исключение. Или \
         перешлите мне сообщение этого человека и ответьте на него одной командой. Кто здесь бывает, покажет /users."
    }
    /// A reply to a message that was forwarded from somebody who hides.
    pub origin_hidden() {
        "Telegram does not tell who wrote this: they hide it in what is forwarded, or it was no person. Ask them for their \
         id, and write /allow 123456789 or /ban 123456789; I tell their id to those whom I do not know."
        "Telegram не сообщает, кто это написал: человек скрывает это при пересылке, или это был не человек. Спросите у него id \
         и напишите /allow 123456789 или /ban 123456789; тем, кого я не знаю, я сообщаю их id."
    }
    /// An id behind which many people hide.
    pub stand_in() {
        "This is the id of everybody who writes in the name of a group or a channel, so it can be neither allowed nor \
         banned. Use the id of the person."
        "Под этим id пишут все, кто скрывается за группой или каналом, поэтому его нельзя ни впустить, ни исключить. Укажите id \
         человека."
    }
    /// What holds: they are an owner.
    pub holds_owner(who: &str = "Anna @anna (123)") {
        "{who} owns this bot (ADMIN_USER_IDS): an owner may always use it and cannot be banned."
        "{who} — владелец бота (ADMIN_USER_IDS): владельцу бот доступен всегда, и исключить его нельзя."
    }
    /// What holds: they may use the bot.
    pub holds_allowed(who: &str = "Anna @anna (123)") {
        "{who} may use this bot. /ban shuts them out."
        "{who} — бот доступен. Исключить можно командой /ban."
    }
    /// What holds: they may use the bot, as everybody.
    pub holds_open(who: &str = "Anna @anna (123)") {
        "{who} may use this bot, as everybody may who is not banned: ALLOWED_USER_IDS names nobody."
        "{who} — бот доступен, как и всем, кто не исключён: в ALLOWED_USER_IDS никто не указан."
    }
    /// What holds: they are banned.
    pub holds_banned(who: &str = "Anna @anna (123)") {
        "{who} is banned: nothing they write is answered, and nothing is charged for it. /unban takes that back, and /allow \
         lets them in."
        "{who} — исключён(а): на сообщения я не отвечаю, и денег они не стоят. /unban отменяет исключение, /allow впускает."
    }
    /// What holds: they are nobody whom the bot knows.
    pub holds_stranger(who: &str = "Anna @anna (123)") {
        "{who} is not banned, and may not use this bot either, because it is private. /allow lets them in."
        "{who} не в списке исключённых, но бот закрытый и потому недоступен. Впустить можно командой /allow."
    }
    /// Below what holds: it held before.
    pub as_before() { "It was so before, too." "Так было и раньше." }
    /// Below what holds: what held before.
    pub was_before(standing: &str = "banned") { "Before: {standing}." "Раньше: {standing}." }
    /// What an owner is, in a word.
    pub standing_owner() { "owner" "владелец" }
    /// What somebody is who may use the bot, in a word.
    pub standing_allowed() { "allowed" "есть доступ" }
    /// What somebody is who was shut out, in a word.
    pub standing_banned() { "banned" "исключён(а)" }
    /// What somebody is whom nobody has let in, in a word.
    pub standing_stranger() { "stranger" "без доступа" }
    /// What people are who hide behind a group's name.
    pub standing_group() { "a group, for its anonymous admins" "группа, за её анонимных администраторов" }
}

/// Somebody as an owner reads of them: what they are called, as far as that is kept, and their id.
#[must_use]
pub fn who(user: i64, name: Option<&str>) -> String {
    name.map_or_else(|| user.to_string(), |name| format!("{name} ({user})"))
}
