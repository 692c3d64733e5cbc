//! Which behaviour an event belongs to. Pure, so that the whole decision can be read (and tested) at once.

use crate::access::{ANONYMOUS_ADMIN, Access, Standing, Verdict};
use crate::nearest::nearest;
use crate::replies::{self, Audience};
use crate::telegram::methods::BotIdentity;
use crate::turn::Tools;
use crate::update::{Callback, Content, Event, Message, User, Voice};

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
    /// A pressed button.
    Button(Callback),
    /// A button that was pressed by somebody who may not use the bot.
    Refuse(Callback),
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
        Event::Message(message) => match standing(message, access) {
            standing if !standing.may_use() => refusal(message, standing),
            _ => message_route(message, &tools.bot, audience(message, tools)),
        },
        Event::Edited(message) if !standing(message, access).may_use() => Route::Ignore(NOT_ALLOWED.to_owned()),
        Event::Callback(callback) if !access.standing(callback.from.id).may_use() => Route::Refuse(callback.clone()),
        Event::Edited(message) => edited_route(message, &tools.bot, audience(message, tools)),
        Event::Callback(callback) => Route::Button(callback.clone()),
        Event::StoppedGeneration { chat, draft, .. } => {
            Route::Stop(Stopper { user: *chat, draft: *draft, aloud: false })
        }
        Event::NotForUs(kind) => Route::Ignore(kind.clone()),
    }
}

impl Route {
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
/// they see answered).
fn refusal(message: &Message, standing: Standing) -> Route {
    let waits = message.private && message.voice != Voice::Chat && message.content != Content::Service;
    match &message.from {
        Some(user) if waits => Route::Unheard(user.id, standing),
        _ => Route::Ignore(NOT_ALLOWED.to_owned()),
    }
}

fn message_route(message: &Message, bot: &BotIdentity, audience: Audience) -> Route {
    let of_nobody = |user: &User| user.id != ANONYMOUS_ADMIN && (user.is_bot || message.voice == Voice::Chat);
    // Two bots that answer each other would never stop, and a channel's posts are not written to the bot.
    if message.from.as_ref().is_none_or(of_nobody) {
        return Route::Ignore("message_of_a_bot_or_channel".to_owned());
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

/// Whether it was a question is in the store. What it asks now is read as in a new message; what would not be a question
/// there is one all the same, since its answer may have been ended for it.
fn edited_route(message: &Message, bot: &BotIdentity, audience: Audience) -> Route {
    // A place that is shared live moves all the time, a poll is counted: neither asks anew.
    if matches!(message.content, Content::Told(_)) {
        return Route::Ignore("edited_message".to_owned());
    }
    match (message_route(message, bot, audience), message.text()) {
        (Route::Ask(question), _) => Route::Edited(question),
        (_, Some(text)) => Route::Edited(text.trim().to_owned()),
        (_, None) => Route::Ignore("edited_message".to_owned()),
    }
}

fn command_route(message: &Message, command: &str, rest: &str, audience: Audience) -> Route {
    match command {
        // What a link puts behind it (`/start from-a-friend`) is nothing to be answered.
        "start" => Route::Start,
        "help" => Route::Help(audience),
        "new" => Route::New(rest.to_owned()),
        "stop" => {
            let user = message.from.as_ref().map_or(0, |user| user.id);
            Route::Stop(Stopper { user, draft: None, aloud: true })
        }
        "retry" => Route::Retry,
        "model" => Route::Model(rest.to_owned()),
        "persona" => Route::Persona(rest.to_owned()),
        // A group has no settings of its own but its model and its persona, and no language.
        "settings" if message.private => Route::Settings,
        "language" if message.private => Route::Language,
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
    let meant = nearest(command, &replies::commands(audience)).map(str::to_owned);
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
mod tests {
    use super::*;

    fn bot() -> BotIdentity {
        BotIdentity { id: 7, username: "a_bot".into(), first_name: "A".into(), ..BotIdentity::default() }
    }

    fn message(chat: i64, fields: &serde_json::Value) -> Message {
        let mut message = serde_json::json!({"message_id": 3, "chat": {"id": chat}, "from": {"id": 5}});
        for (key, value) in fields.as_object().unwrap() {
            message[key] = value.clone();
        }
        let raw = serde_json::json!({"update_id": 1, "message": message}).to_string();
        match crate::update::event(&raw).unwrap() {
            Event::Message(message) => *message,
            other => panic!("{other:?}"),
        }
    }

    fn routed(chat: i64, fields: &serde_json::Value) -> Route {
        let audience = if chat < 0 { Audience::Group } else { Audience::Person };
        message_route(&message(chat, fields), &bot(), audience)
    }

    #[test]
    fn a_group_is_answered_only_when_it_speaks_to_the_bot() {
        let talk = serde_json::json!({"text": "hello all"});
        assert_eq!(routed(-5, &talk), Route::Ignore("group_talk".into()));
        let mention = serde_json::json!({"text": "hello @A_bot, why?", "entities": [{"type": "mention", "offset": 6, "length": 6}]});
        assert_eq!(routed(-5, &mention), Route::Ask("hello, why?".into()));
        let reply = serde_json::json!({"text": "and then?", "reply_to_message": {"from": {"id": 7, "is_bot": true}}});
        assert_eq!(routed(-5, &reply), Route::Ask("and then?".into()));
    }

    #[test]
    fn another_bot_is_never_answered() {
        let other = serde_json::json!({"text": "hi", "from": {"id": 8, "is_bot": true}});
        assert!(matches!(routed(8, &other), Route::Ignore(_)));
    }

    #[test]
    fn a_path_or_a_fraction_is_a_question_and_an_unknown_command_is_not() {
        assert!(matches!(routed(5, &serde_json::json!({"text": "/usr/bin?"})), Route::Ask(_)));
        let unknown = Route::Say(Sentence::UnknownCommand("frobnicate".into(), None));
        assert_eq!(routed(5, &serde_json::json!({"text": "/frobnicate"})), unknown);
        assert!(matches!(routed(-5, &serde_json::json!({"text": "/frobnicate"})), Route::Ignore(_)));
    }

    #[test]
    fn the_nearest_command_is_one_that_may_be_used() {
        let meant = |audience| {
            let said = message(5, &serde_json::json!({"text": "/budgte 5"}));
            message_route(&said, &bot(), audience)
        };
        let unknown =
            |meant: Option<&str>| Route::Say(Sentence::UnknownCommand("budgte".to_owned(), meant.map(str::to_owned)));
        assert_eq!(meant(Audience::Person), unknown(None));
        assert_eq!(meant(Audience::Owner), unknown(Some("budget")));
        for command in replies::commands(Audience::Owner) {
            let said = message(5, &serde_json::json!({"text": format!("/{command} x")}));
            let route = message_route(&said, &bot(), Audience::Owner);
            assert!(!matches!(route, Route::Say(Sentence::UnknownCommand(..))), "/{command} is in the menu");
        }
    }

    #[test]
    fn a_group_may_choose_its_model_and_its_persona_and_nothing_else() {
        let sent = |chat, text: &str| routed(chat, &serde_json::json!({"text": text}));
        assert_eq!(sent(-5, "/model gpt"), Route::Model("gpt".into()));
        assert_eq!(sent(-5, "/persona cook"), Route::Persona("cook".into()));
        assert!(matches!(sent(-5, "/settings"), Route::Ignore(_)) && matches!(sent(-5, "/language"), Route::Ignore(_)));
        assert_eq!((sent(5, "/settings"), sent(5, "/language")), (Route::Settings, Route::Language));
    }

    #[test]
    fn a_command_for_another_bot_is_nobodys_question() {
        for chat in [5, -5] {
            let stop = serde_json::json!({"text": "/stop@other_bot @a_bot why?"});
            assert_eq!(routed(chat, &stop), Route::Ignore("command_for_another_bot".into()));
        }
    }

    #[test]
    fn strangers_are_told_in_private_and_not_heard_in_groups() {
        let hi = serde_json::json!({"text": "hi"});
        let refused = |message: &Message| refusal(message, Standing::Stranger);
        assert_eq!(refused(&message(5, &hi)), Route::Unheard(5, Standing::Stranger));
        assert!(matches!(refused(&message(-5, &hi)), Route::Ignore(_)));
    }

    #[test]
    fn a_channel_that_is_forwarded_into_its_group_asks_nothing() {
        let post = serde_json::json!({"text": "/ask what?", "from": {"id": 777_000}, "sender_chat": {"id": -7}});
        assert!(matches!(routed(-5, &post), Route::Ignore(_)));
        let hidden = serde_json::json!({"text": "/ask what?", "from": {"id": ANONYMOUS_ADMIN, "is_bot": true},
            "sender_chat": {"id": -5}});
        assert_eq!(routed(-5, &hidden), Route::Ask("what?".into()));
    }
}
