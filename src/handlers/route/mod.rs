//! Which behaviour an event belongs to. Pure, so that the whole decision can be read (and tested) at once.

use super::panel;
use crate::access::{Access, Standing, Verdict, is_stand_in};
use crate::nearest::nearest;
use crate::replies::{self, Audience};
use crate::storage::Seq;
use crate::telegram::methods::BotIdentity;
use crate::turn::Tools;
use crate::turn::buttons::WHOLE;
use crate::update::{Callback, ChatKind, Chosen, Content, Event, Membership, Message, Moved, User, Voice};

/// A behaviour, with what it needs from the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Route {
    /// `/start`.
    Start,
    /// `/help`, for these people.
    Help(Audience),
    /// `/new`, with the system prompt that followed it.
    New(String),
    /// Stop the answer being written: who wants it, when it is known.
    Stop(Stopper),
    /// A question for the model.
    Ask(String),
    /// `/image`, with what is wished.
    Image(String),
    /// `/retry`.
    Retry,
    /// `/model`, with what is searched for.
    Model(String),
    /// `/persona`, with its name.
    Persona(String),
    /// `/settings`.
    Settings,
    /// `/language`.
    Language,
    /// `/stats`.
    Stats,
    /// `/privacy`.
    Privacy,
    /// `/export`.
    Export,
    /// `/forget`.
    Forget,
    /// The owner's `/budget`, with what followed it.
    Budget(String),
    /// The owners' `/status`.
    Status,
    /// The owners' `/users`, with whom is looked for.
    Users(String),
    /// The owners' `/allow`, `/ban` and `/unban`, with what followed it.
    Decide(Verdict, String),
    /// An edited message, with what it asks now.
    Edited(String),
    /// Something was sent that the bot had offered inline.
    Chosen(Chosen),
    /// The same by somebody who may not use the bot.
    Outsider(Chosen),
    /// All of an answer that was cut where it was asked for inline: the update that asked.
    Whole(Seq),
    /// A pressed button.
    Button(Callback),
    /// A button that was pressed by somebody who may not use the bot.
    Refuse(Callback),
    /// The bot was added to a group.
    Joined(Membership),
    /// The bot was thrown out of a chat, or blocked.
    Gone,
    /// The group is a supergroup now.
    Moved(Moved),
    /// Somebody has become something else in a chat: where, and who.
    Changed(i64, i64),
    /// Somebody wrote who may not use the bot: who, and what they are to it.
    Unheard(i64, Standing),
    /// Nothing but a sentence.
    Say(Sentence),
    /// Nothing at all; counted under this name.
    Ignore(String),
}

/// Who wants to stop an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stopper {
    /// Their id; the draft's Stop button exists only in private chats, whose id is the person's.
    pub(super) user: i64,
    /// The draft in which it is shown, when the button of one was pressed.
    pub(super) draft: Option<i64>,
    /// Say how it went? The draft's button needs no words.
    pub(super) aloud: bool,
}

/// Sentences that answer a message by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sentence {
    /// An unknown command, and the one that may have been meant.
    UnknownCommand(String, Option<String>),
    /// `/ask` without a question, or a mention with nothing else.
    EmptyQuestion,
    /// A command about somebody's own data, in a group.
    InPrivate,
    /// A kind of message that is not read yet.
    NotHandledYet(&'static str),
}

pub(super) fn route(event: &Event, tools: &Tools) -> Route {
    let access = &tools.access;
    match event {
        // Telegram says so, whoever did it.
        Event::Message(message) if let Some(moved) = message.moved => Route::Moved(moved),
        Event::Message(message) => match standing(message, access) {
            standing if !standing.may_use() => refusal(message, standing, &tools.bot),
            _ => message_route(message, &tools.bot, audience(message, tools)),
        },
        Event::Edited(message) if !standing(message, access).may_use() => Route::Ignore(NOT_ALLOWED.to_owned()),
        Event::Callback(callback) if panel::is_a_right(&callback.data) => Route::Button(callback.clone()),
        Event::Callback(callback) if !access.standing(callback.from.id).may_use() => Route::Refuse(callback.clone()),
        Event::Edited(message) => edited_route(message, &tools.bot, audience(message, tools)),
        Event::Callback(callback) => Route::Button(callback.clone()),
        Event::Chosen(chosen) if !access.standing(chosen.from.id).may_use() => Route::Outsider(chosen.clone()),
        Event::Chosen(chosen) => Route::Chosen(chosen.clone()),
        // The door has it answered without storing it; this one was stored by an older version.
        Event::Typed(_) => Route::Ignore("inline_query".to_owned()),
        Event::StoppedGeneration { chat, draft, .. } => {
            Route::Stop(Stopper { user: *chat, draft: *draft, aloud: false })
        }
        Event::Membership(change) => membership_route(change),
        Event::MemberChanged { chat, user } => Route::Changed(*chat, *user),
        Event::NotForUs(kind) => Route::Ignore(kind.clone()),
    }
}

/// What the bot has become in a chat.
fn membership_route(change: &Membership) -> Route {
    match change {
        Membership { kind: ChatKind::Group, was_in: false, is_in: true, .. } => Route::Joined(change.clone()),
        Membership { kind: ChatKind::Group | ChatKind::Private, was_in: true, is_in: false, .. } => Route::Gone,
        _ => Route::Ignore("my_chat_member".to_owned()),
    }
}

impl Route {
    /// Does it change what holds for a whole group?
    pub(super) const fn is_for_admins(&self) -> bool {
        matches!(self, Self::New(_) | Self::Model(_) | Self::Persona(_) | Self::Settings | Self::Language)
    }

    /// Is there nothing to be said?
    pub(super) const fn is_silent(&self) -> bool {
        matches!(self, Self::Ignore(_) | Self::Unheard(..))
    }
}

/// Did an owner write this, in their own chat and by themselves? What was passed on was not, whoever did; nor is what comes
/// by way of a bot or in the name of a business, nor anything in a group, where people write in the name of others.
fn is_of_an_owner(message: &Message, tools: &Tools) -> bool {
    let user = message.from.as_ref().map(|user| user.id).filter(|user| message.private && *user == message.chat);
    message.is_in_person() && user.is_some_and(|user| tools.owner.is(user))
}

/// Who is spoken to.
fn audience(message: &Message, tools: &Tools) -> Audience {
    match message.private {
        false => Audience::Group,
        true if is_of_an_owner(message, tools) => Audience::Owner,
        true => Audience::Person,
    }
}

/// What becomes of the events of people who may not use the bot.
pub(super) const NOT_ALLOWED: &str = "not_allowed";

/// What whoever wrote this is to the bot. Who speaks as a chat is nobody in particular, whatever id stands there.
fn standing(message: &Message, access: &Access) -> Standing {
    match &message.from {
        Some(user) if message.voice != Voice::Chat => access.standing(user.id),
        _ if access.is_open() => Standing::Allowed,
        _ => Standing::Stranger,
    }
}

/// Who may not use the bot is told so in private, and not heard in groups (unless they press a button, which none but
/// they see answered). What is kept of them is theirs all the same.
fn refusal(message: &Message, standing: Standing, bot: &BotIdentity) -> Route {
    let waits = message.private && message.voice != Voice::Chat && message.content != Content::Service;
    match &message.from {
        Some(user) if waits => right(message, bot).unwrap_or(Route::Unheard(user.id, standing)),
        _ => Route::Ignore(NOT_ALLOWED.to_owned()),
    }
}

/// What anybody may ask for, whatever an owner has decided about them.
fn right(message: &Message, bot: &BotIdentity) -> Option<Route> {
    match message.command(&bot.username)?.0.as_str() {
        "privacy" => Some(Route::Privacy),
        "export" => Some(Route::Export),
        "forget" => Some(Route::Forget),
        _ => None,
    }
}

fn message_route(message: &Message, bot: &BotIdentity, audience: Audience) -> Route {
    if message.from.as_ref().is_none_or(|user| is_nobodys(message, user)) {
        return Route::Ignore("message_of_a_bot_or_channel".to_owned());
    }
    // The words of what somebody has picked at another bot are that bot's, and so is the mention in them; what they have
    // picked at this one is answered where it stands.
    let is_own = message.via == Some(bot.id);
    if is_own || !message.private && message.voice == Voice::ByWayOf {
        return Route::Ignore("by_way_of_a_bot".to_owned());
    }
    if message.commands_another_bot(&bot.username) {
        return Route::Ignore("command_for_another_bot".to_owned());
    }
    if let Some((command, rest)) = message.command(&bot.username) {
        return command_route(message, &command, rest, audience);
    }
    let asked = message.private || is_addressed(message, bot);
    match &message.content {
        _ if !asked => Route::Ignore("group_talk".to_owned()),
        Content::Text(text) => question(text, message, bot),
        Content::Files(_, caption) => question(caption, message, bot),
        Content::Told(words) => Route::Ask(words.clone()),
        Content::Media(kind) => Route::Say(Sentence::NotHandledYet(kind)),
        Content::Service => Route::Ignore("service_message".to_owned()),
    }
}

/// Two bots that answer each other would never stop. And a channel's posts in its group are written to the channel's
/// readers, also when they mention the bot: an answer below each would be the channel's owner's surprise, not their wish.
/// People who write in the name of a chat are heard; Telegram has a stand-in for each sort of them.
fn is_nobodys(message: &Message, user: &User) -> bool {
    let stand_in = is_stand_in(user.id);
    message.automatic || !stand_in && (user.is_bot || message.voice == Voice::Chat)
}

/// Whether it was a question is in the store. What it asks now is read as in a new message; what would not be a question
/// there is one all the same, since its answer may have been ended for it.
fn edited_route(message: &Message, bot: &BotIdentity, audience: Audience) -> Route {
    // A place that is shared live moves all the time, a poll is counted: neither asks anew.
    if matches!(message.content, Content::Told(_)) {
        return Route::Ignore("edited_message".to_owned());
    }
    match (message_route(message, bot, audience), message.text()) {
        (Route::Ask(question), _) => Route::Edited(question),
        // What is wished now; whether a picture was wished before, its turn knows.
        (Route::Image(words), _) => Route::Edited(words),
        (_, Some(text)) => Route::Edited(text.trim().to_owned()),
        (_, None) => Route::Ignore("edited_message".to_owned()),
    }
}

fn command_route(message: &Message, command: &str, rest: &str, audience: Audience) -> Route {
    match command {
        "start" if message.private && rest.starts_with(WHOLE) => {
            rest[WHOLE.len()..].parse().map_or(Route::Start, |seq| Route::Whole(Seq(seq)))
        }
        // What a link puts behind it (`/start from-a-friend`) is nothing to be answered.
        "start" => Route::Start,
        "help" => Route::Help(audience),
        "new" => Route::New(rest.to_owned()),
        "stop" => {
            let user = message.from.as_ref().map_or(0, |user| user.id);
            Route::Stop(Stopper { user, draft: None, aloud: true })
        }
        "image" => Route::Image(rest.to_owned()),
        "retry" => Route::Retry,
        "model" => Route::Model(rest.to_owned()),
        "persona" => Route::Persona(rest.to_owned()),
        "settings" => Route::Settings,
        "language" => Route::Language,
        // What somebody's answers cost is nobody else's business.
        "stats" if message.private => Route::Stats,
        "privacy" if message.private => Route::Privacy,
        "export" if message.private => Route::Export,
        "forget" if message.private => Route::Forget,
        // Unlike a setting, it is a right that somebody asks for: where it is had is no secret.
        "privacy" | "export" | "forget" => Route::Say(Sentence::InPrivate),
        // Whoever does not own the bot does not learn that there is such a command.
        "budget" if audience == Audience::Owner => Route::Budget(rest.to_owned()),
        "status" if audience == Audience::Owner => Route::Status,
        "users" if audience == Audience::Owner => Route::Users(rest.to_owned()),
        "allow" if audience == Audience::Owner => Route::Decide(Verdict::Allow, rest.to_owned()),
        "ban" if audience == Audience::Owner => Route::Decide(Verdict::Ban, rest.to_owned()),
        "unban" if audience == Audience::Owner => Route::Decide(Verdict::Unban, rest.to_owned()),
        "ask" => ask(rest, message),
        // In a group it may be for another bot.
        _ if message.private => Route::Say(unknown_command(command, audience)),
        _ => Route::Ignore("unknown_command".to_owned()),
    }
}

/// A command that nobody knows, and the nearest of those that these people may use.
fn unknown_command(command: &str, audience: Audience) -> Sentence {
    let meant = nearest(command, &replies::commands(audience, true)).map(str::to_owned);
    Sentence::UnknownCommand(command.to_owned(), meant)
}

/// In a group the bot answers only who speaks to it.
fn is_addressed(message: &Message, bot: &BotIdentity) -> bool {
    message.mentions(&bot.username) || message.reply_to.as_ref().is_some_and(|user| user.id == bot.id)
}

/// In a group the mention is the address, not part of the question.
fn question(text: &str, message: &Message, bot: &BotIdentity) -> Route {
    let question = if message.private { text.to_owned() } else { without_mention(text, &bot.username) };
    ask(question.trim(), message)
}

/// A question without words is one all the same when it comes with files, or points at what somebody else has said.
fn ask(question: &str, message: &Message) -> Route {
    let points_at = message.replied.as_ref().is_some_and(|replied| !message.private || replied.quote.is_some());
    match question {
        "" if message.attachments().is_empty() && !points_at => Route::Say(Sentence::EmptyQuestion),
        question => Route::Ask(question.to_owned()),
    }
}

fn without_mention(text: &str, username: &str) -> String {
    let mention = format!("@{username}").to_ascii_lowercase();
    let start = text.to_ascii_lowercase().find(&mention);
    start.map_or_else(|| text.to_owned(), |at| format!("{}{}", text[..at].trim_end(), &text[at + mention.len()..]))
}

#[cfg(test)]
mod tests;
