//! What the bot does with an event: one file per behaviour, one route to each.
//!
//! A handler decides and returns an [`Outcome`]; it sends nothing that must arrive by itself. What it wants to say is
//! stored first and delivered by the dispatcher, so a crash in between costs nothing.

use std::sync::Arc;

use crate::access::is_stand_in;
use crate::replies::{self, Language};
use crate::storage::{
    Address, ClaimKey, ConversationChange, NewReply, Part, PendingUpdate, PersonChange, Seq, StorageError,
};
use crate::telegram::methods::{EditInline, NoPreview, SendText};
use crate::telegram::{Kind, Telegram, TelegramError, Urgency};
use crate::turn::{Languages, LastFrame, Tools};
use crate::update::{Event, Lane, Message, User, name};

mod admins;
mod ask;
mod budget;
mod button;
mod decide;
mod edited;
mod export;
mod forget;
mod image;
mod inline;
mod language;
mod limit;
mod membership;
mod model;
mod new;
mod panel;
mod persona;
mod people;
mod privacy;
mod question;
mod refused;
mod retry;
mod route;
mod say;
mod settings;
mod stats;
mod status;
mod stop;
mod unread;

pub use inline::offer;
use route::{Route, route};

/// An event with everything that is known about it.
pub struct Job {
    /// What happened.
    pub event: Event,
    /// The conversation.
    pub lane: Lane,
    /// Names the claim.
    pub key: ClaimKey,
    /// A message in which an attempt before a crash had begun to show its answer.
    pub placed: Option<i64>,
    /// When it happened, in seconds since the Unix epoch: by Telegram's stamp, where there is one.
    pub written_at: i64,
    /// The language of whoever caused it.
    pub language: Language,
}

/// What is to be done about an update, besides noting that it was handled.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing.
    Nothing,
    /// Store this, then deliver it.
    Reply(Box<NewReply>),
    /// Store this answer of the model, let the preview's last frame go out, then deliver it.
    Answer(Box<NewReply>, LastFrame),
    /// Put it aside for people to look at: why.
    Park(String),
}

impl Outcome {
    /// The same, for an event that came in several updates: its reply answers these too. Without a reply each of them is
    /// worked on by itself.
    #[must_use]
    pub fn absorbing(mut self, updates: Vec<Seq>) -> Self {
        if let Self::Reply(reply) | Self::Answer(reply, _) = &mut self {
            reply.absorbed = updates;
        }
        self
    }

    /// The same, with something about a person that is noted with the reply, if there is one.
    fn noting(mut self, change: Option<PersonChange>) -> Self {
        if let Self::Reply(reply) | Self::Answer(reply, _) = &mut self
            // Whoever has just been forgotten is not noted anew.
            && reply.forgets.is_none()
        {
            reply.people.extend(change);
        }
        self
    }

    /// Is somebody answered?
    const fn is_a_reply(&self) -> bool {
        matches!(self, Self::Reply(_) | Self::Answer(..))
    }
}

/// Why a handler could not decide. It is run again later.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// The store's trouble.
    #[error(transparent)]
    Store(#[from] StorageError),
}

/// From the event to the file that handles it. Each in a box of its own: what is being written is polled with every word, and
/// should be found without a look at all the others, nor take the room of the largest of them.
async fn handled(route: Route, tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    match route {
        Route::Start => Box::pin(say::greeting(tools, job)).await,
        Route::Help(audience) => Ok(say::help(&tools, &job, audience)),
        Route::New(prompt) => Box::pin(new::start_over(tools, job, prompt)).await,
        Route::Stop(who) => Box::pin(stop::stop(tools, job, who)).await,
        Route::Ask(text) => Box::pin(ask::ask(tools, job, text)).await,
        Route::Image(words) => Box::pin(image::command(tools, job, words)).await,
        Route::Retry => Box::pin(retry::command(tools, job)).await,
        Route::Model(query) => Box::pin(model::command(tools, job, query)).await,
        Route::Persona(words) => Box::pin(persona::command(tools, job, words)).await,
        Route::Settings => Box::pin(settings::command(tools, job)).await,
        Route::Language => Ok(language::command(&tools, &job)),
        Route::Stats => Box::pin(stats::stats(tools, job)).await,
        Route::Privacy => Ok(privacy::privacy(&tools, &job)),
        Route::Export => Ok(export::export(&job)),
        Route::Forget => Ok(forget::command(&tools, &job)),
        Route::Budget(text) => Box::pin(budget::command(tools, job, text)).await,
        Route::Status => Box::pin(status::status(tools, job)).await,
        Route::Users(text) => Box::pin(people::command(tools, job, text)).await,
        Route::Decide(verdict, text) => Box::pin(decide::command(tools, job, (verdict, text))).await,
        Route::Joined(change) => Ok(membership::joined(&tools, &job, &change)),
        Route::Gone => Box::pin(membership::gone(tools, job)).await,
        Route::Moved(moved) => Box::pin(membership::moved(tools, moved)).await,
        Route::Changed(chat, user) => Ok(membership::changed(&tools, (chat, user))),
        Route::Unheard(user, standing) => Box::pin(refused::told(tools, job, (user, standing))).await,
        Route::Edited(text) => Box::pin(edited::edited(tools, job, text)).await,
        Route::Chosen(chosen) => Box::pin(inline::chosen(tools, job, chosen)).await,
        Route::Outsider(chosen) => Ok(inline::refused(&job, chosen)),
        Route::Whole(seq) => Box::pin(inline::whole(tools, job, seq)).await,
        Route::Button(callback) => Box::pin(button::pressed(tools, job, callback)).await,
        Route::Refuse(callback) => Box::pin(button::refused(tools, job, callback)).await,
        Route::Say(sentence) => Ok(say::sentence(&job, sentence)),
        Route::Ignore(kind) => Ok(say::nothing(&kind)),
    }
}

/// Decides what is to be done about an event. `raw`: the update that it was read from.
pub async fn dispatch(tools: Arc<Tools>, job: Job, raw: &str) -> Result<Outcome, HandlerError> {
    if let Some(user) = job.user() {
        // In a group they may be spoken to in another one.
        tools.owner.heard(user.id, tools.languages.of(Some(user.id), user.language_code.as_deref()));
    }
    let route = route(&job.event, &tools);
    if let Some(outcome) = limit::exceeded(&tools, &job, &route) {
        return Ok(outcome);
    }
    if let Some(outcome) = admins::refused(&tools, &job, &route).await {
        return Ok(outcome);
    }
    if route.is_silent() {
        refused::take_back(&tools, &job).await;
    }
    let (is_heard, job) = (!matches!(route, Route::Unheard(..) | Route::Outsider(_)), Arc::new(job));
    let outcome = handled(route, Arc::clone(&tools), Arc::clone(&job)).await?;
    if is_heard && outcome.is_a_reply() {
        let seen = seen(&tools, &job, raw);
        return Ok(outcome.noting(seen));
    }
    Ok(outcome)
}

/// Whoever may use the bot and is answered was here today, and is called so. Noted once a day, so that it costs no commit of
/// its own.
fn seen(tools: &Tools, job: &Job, raw: &str) -> Option<PersonChange> {
    let (user, day) = (job.person()?, tools.clock.now().day());
    if !tools.access.standing(user).may_use() {
        return None;
    }
    let is_news = tools.access.is_first_today(user, day);
    // A group is nobody's name.
    is_news.then(|| PersonChange::Seen { user, day, name: (user > 0).then(|| name(raw)).flatten() })
}

impl Job {
    /// An event as it came out of the inbox.
    #[must_use]
    pub fn new(event: Event, update: &PendingUpdate, key: ClaimKey, placed: Option<i64>, tools: &Tools) -> Self {
        let lane = Lane { chat: tools.moves.current(update.lane.chat), ..update.lane };
        // Their id is that of a message in the group that was.
        let placed = placed.filter(|_| lane == update.lane);
        let language = language(&event, &tools.languages);
        let written_at = match &event {
            // An edited message bears the stamp of when it was written at first.
            Event::Message(message) if message.sent_at > 0 => message.sent_at,
            _ => update.received_at.as_secs(),
        };
        Self { event, lane, key, placed, written_at, language }
    }

    /// The message, when the event is one.
    fn message(&self) -> Option<&Message> {
        match &self.event {
            Event::Message(message) | Event::Edited(message) => Some(message),
            _ => None,
        }
    }

    /// The language of whoever caused the event.
    const fn language(&self) -> Language {
        self.language
    }

    /// Where an answer goes: the same chat and topic; in groups as a reply to the message; and the private chat for what
    /// cannot be said in a message that was sent inline.
    fn address(&self) -> Address {
        let message = self.message().filter(|message| !message.private && message.id > 0 && !self.has_moved());
        let reply_to = message.map(|message| message.id);
        Address { chat: self.lane.chat, thread: self.lane.thread.max(0), reply_to }
    }

    /// Who wrote, pressed, or added the bot.
    fn user(&self) -> Option<&User> {
        match &self.event {
            Event::Callback(callback) => Some(&callback.from),
            Event::Chosen(chosen) => Some(&chosen.from),
            Event::Membership(change) => Some(&change.by),
            _ => self.message().and_then(|message| message.from.as_ref()),
        }
    }

    /// Whose limits and budget it concerns. All who write in the name of their group share an id, and so do all who write in
    /// that of a channel; the group has its own.
    fn person(&self) -> Option<i64> {
        self.user().map(|user| if is_stand_in(user.id) { self.lane.chat } else { user.id })
    }

    /// Did it happen in a group that has become a supergroup since? Its messages have no place there.
    fn has_moved(&self) -> bool {
        let chat = match &self.event {
            Event::Callback(callback) => callback.chat,
            _ => self.message().map(|message| message.chat),
        };
        chat.is_some_and(|chat| chat < 0 && chat != self.lane.chat)
    }

    /// Is it between one person and the bot?
    fn is_private(&self) -> bool {
        self.message().map_or(self.lane.chat > 0, |message| message.private)
    }

    /// One sentence of the bot's own as the outcome.
    fn reply(&self, sentence: String) -> Outcome {
        self.reply_and(sentence, ConversationChange::Keep)
    }

    /// One sentence, and what happens to the conversation in the same transaction.
    fn reply_and(&self, sentence: String, conversation: ConversationChange) -> Outcome {
        let parts = vec![Part::plain(sentence)];
        Outcome::Reply(Box::new(NewReply { address: self.address(), parts, conversation, ..NewReply::default() }))
    }
}

/// The language of whoever caused an event.
fn language(event: &Event, languages: &Languages) -> Language {
    let (chat, user) = match event {
        Event::Message(message) | Event::Edited(message) => (message.chat, message.from.as_ref()),
        Event::Callback(callback) => (callback.chat.unwrap_or(0), Some(&callback.from)),
        Event::Typed(typed) => (0, Some(&typed.from)),
        Event::Chosen(chosen) => (0, Some(&chosen.from)),
        Event::Membership(change) => (change.chat, Some(&change.by)),
        Event::StoppedGeneration { .. } | Event::MemberChanged { .. } | Event::NotForUs(_) => (0, None),
    };
    languages.of_place(chat, user.map(|user| user.id), user.and_then(|user| user.language_code.as_deref()))
}

/// Does the bot leave this event without a word (talk in a group that is not meant for it, say)?
#[must_use]
pub fn ignores(event: &Event, tools: &Tools) -> bool {
    route(event, tools).is_silent()
}

/// What is said to whoever wrote an update that could not be handled.
pub struct Apology {
    address: Address,
    /// The message that was sent inline, over which it is written.
    inline: Option<String>,
    sentence: String,
}

impl Apology {
    /// Says it.
    pub async fn say(&self, telegram: &Telegram) -> Result<(), TelegramError> {
        let (text, link_preview_options) = (self.sentence.as_str(), NoPreview::OFF);
        if let Some(inline_message_id) = &self.inline {
            let edit = EditInline { inline_message_id, text, entities: &[], link_preview_options, reply_markup: None };
            let slot = telegram.permit(Urgency::Reply, self.address.chat, Kind::Inline).await?;
            return slot.call(&edit).await.map(drop);
        }
        let message = SendText {
            chat_id: self.address.chat,
            message_thread_id: self.address.thread,
            text,
            entities: &[],
            link_preview_options,
            reply_parameters: None,
            reply_markup: None,
        };
        telegram.send(Urgency::Reply, self.address.chat, &message).await.map(drop)
    }
}

/// The message that was sent inline and that an event is about.
fn inline_of(event: &Event) -> Option<String> {
    match event {
        Event::Chosen(chosen) => chosen.message.clone(),
        Event::Callback(callback) => callback.inline.clone(),
        _ => None,
    }
}

/// `sentence` for whoever wrote an update, when somebody waits for what becomes of it.
#[must_use]
pub fn apology(raw: &str, tools: &Tools, sentence: fn(Language) -> String) -> Option<Apology> {
    let event = crate::update::event(raw).ok()?;
    if ignores(&event, tools) {
        return None;
    }
    let (chat, thread) = match &event {
        Event::Message(message) | Event::Edited(message) => (message.chat, message.thread),
        Event::Callback(callback) if callback.inline.is_some() => (callback.from.id, 0),
        Event::Callback(callback) => (callback.chat?, callback.thread),
        Event::Chosen(chosen) => (chosen.message.is_some().then_some(chosen.from.id)?, 0),
        Event::StoppedGeneration { .. }
        | Event::Typed(_)
        | Event::Membership(_)
        | Event::MemberChanged { .. }
        | Event::NotForUs(_) => return None,
    };
    Some(Apology {
        address: Address { chat, thread, reply_to: None },
        // Whoever presses may not be whoever asked: what is said to them is for them alone.
        inline: inline_of(&event).filter(|_| matches!(event, Event::Chosen(_))),
        sentence: sentence(language(&event, &tools.languages)),
    })
}

/// The apology for a reply that Telegram does not take: whatever asked for it, somebody waits there.
#[must_use]
pub fn apology_at(address: Address, raw: &str, tools: &Tools) -> Apology {
    let event = crate::update::event(raw).ok();
    let language = event.as_ref().map_or_else(Language::default, |event| language(event, &tools.languages));
    Apology { address, inline: event.as_ref().and_then(inline_of), sentence: replies::gave_up(language) }
}
