//! A turn: one question, one answer.
//!
//! Its stages are commits, so that after a crash it goes on from the last one: *started* (the claim, before anything
//! else), *heard* (what recordings say, one by one), *generated* (the answer, history and cost in one transaction, before its first delivery), *delivered* part by
//! part, *done*. What was generated is never asked for again; what was delivered is never sent again.
//!
//! A wish for a picture is a turn too: another model generates, in one piece (`paint`).
//!
//! A turn's failures are its answer: the person is told in one sentence what to do, and that sentence is stored and
//! delivered as any answer. Only the store's own trouble makes a turn run again.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use secrecy::{ExposeSecret, SecretString};

use crate::access::{Access, Standing};
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::{PrivacyConfig, TurnConfig};
use crate::groups::{Admins, Moves};
use crate::limits::Limits;
use crate::media::Fetcher;
use crate::metrics;
use crate::money::{Money, Refusal};
use crate::openrouter::{ModelErrorKind, OpenRouter};
use crate::owner::{Cause, Owner};
use crate::replies::Language;
use crate::storage::{Address, ClaimKey, ConversationChange, NewReply, Storage, StorageError, TurnId};
use crate::telegram::Telegram;
use crate::telegram::methods::BotIdentity;
use crate::update::{Attachment, Lane};

pub mod buttons;
mod attached;
mod attempt;
mod beside;
mod charge;
mod choices;
mod context;
pub mod deliver;
mod hear;
pub mod inline;
mod languages;
mod moving;
mod paint;
mod preview;
mod quote;
mod reply;
mod running;
mod service;
mod stream;
mod typed;
mod typing;

pub use attached::{Obstacle, Sense};
use attempt::{Attempt, Made, NotMade};
pub use choices::Choices;
pub use hear::is_heard;
pub use languages::Languages;
pub use moving::move_group;
pub use paint::{COMMAND as WISH_FOR_A_PICTURE, paint, wish};
pub use preview::{LastFrame, Over};
pub use reply::retold;
pub use running::{Running, RunningTurn};
pub use service::Service;
use stream::{End, Written};
pub use typed::Typed;

/// What turns work with. One for the process.
pub struct Tools {
    /// The store.
    pub storage: Storage,
    /// The model.
    pub model: OpenRouter,
    /// The model that answers where nobody has chosen another one.
    pub model_name: String,
    /// What models there are.
    pub catalogue: Catalogue,
    /// The Bot API.
    pub telegram: Telegram,
    /// What people send.
    pub files: Fetcher,
    /// The time.
    pub clock: Clock,
    /// Limits and the system prompt.
    pub config: TurnConfig,
    /// What becomes of what people write.
    pub privacy: PrivacyConfig,
    /// Who the bot is.
    pub bot: BotIdentity,
    /// Answers being written now, so that they can be stopped.
    pub running: Running,
    /// What people have asked for lately.
    pub limits: Limits,
    /// In which language the bot speaks to whom.
    pub languages: Languages,
    /// Who may use the bot.
    pub access: Access,
    /// What people have typed inline lately.
    pub typed: Typed,
    /// Who administrates groups.
    pub admins: Admins,
    /// Groups that have become supergroups.
    pub moves: Moves,
    /// What people may spend.
    pub money: Money,
    /// Cleared when this Bot API server turns out not to know drafts.
    pub drafts: AtomicBool,
    /// Cleared when this Bot API server turns out not to know rich messages.
    pub rich: AtomicBool,
    /// Whoever has to act when something is wrong.
    pub owner: Owner,
    /// How the program is, for an owner who asks.
    pub service: Service,
    /// Hashes people's ids for the provider.
    pub hash_key: SecretString,
}

impl Tools {
    /// A person's name for the provider.
    fn pseudonym(&self, user: i64) -> String {
        keyed_hash(&self.hash_key, &format!("user {user}"))
    }
}

/// What somebody wants to know.
#[derive(Debug, Clone)]
pub struct Question {
    /// The conversation.
    pub lane: Lane,
    /// Names the turn.
    pub key: ClaimKey,
    /// Where the answer goes.
    pub address: Address,
    /// The message that asks; 0 when there is none.
    pub asked_in: i64,
    /// The message that was sent inline and asks, by its handle: the answer is written over it. It is asked without any
    /// conversation, since others read the answer, and `address` is the private chat.
    pub inline: Option<String>,
    /// Only private chats can show drafts.
    pub private: bool,
    /// Who asks.
    pub user: i64,
    /// Whose budget pays: theirs, or the group's behind whose name they hide.
    pub payer: i64,
    /// Their language, for the bot's own sentences.
    pub language: Language,
    /// What they ask, as the model is to see it.
    pub text: String,
    /// It came in several messages, because it is longer than one may be.
    pub joined: bool,
    /// What they sent with it.
    pub attachments: Vec<Attachment>,
    /// What was heard in their recordings, which is in `text`.
    pub transcript: Option<String>,
    /// The model that shall answer from now on, when it was chosen together with the question.
    pub model: Option<String>,
    /// A message in which an attempt before a crash had begun to show its answer.
    pub placed: Option<i64>,
    /// It was asked before.
    pub again: Option<Again>,
}

/// A question that is asked again.
#[derive(Debug, Clone)]
pub struct Again {
    /// The turn that the new one replaces.
    pub turn: TurnId,
    /// The messages to write the new answer over; none: it goes into messages of its own.
    pub in_place: Vec<i64>,
    /// The question itself changed: the old turn goes even if there is no new answer.
    pub void: bool,
    /// The old turn has an answer, or the beginning of one.
    pub answered: bool,
}

impl Question {
    /// The message in which the answer is shown from the beginning.
    fn place(&self) -> Option<i64> {
        let old = self.again.as_ref().and_then(|again| again.in_place.first().copied());
        old.or(self.placed)
    }

    /// What becomes of an earlier attempt at it: the messages to write over, and its turn. One that has brought something
    /// leaves neither the conversation nor anybody's sight for one that `brought` nothing, unless its question is void:
    /// what is in the conversation should not vanish under "the model is busy".
    #[must_use]
    pub fn supersedes(&self, brought: bool) -> (Vec<i64>, ConversationChange) {
        let Some(again) = &self.again else { return (Vec::new(), ConversationChange::Keep) };
        let replaces = again.void || brought;
        let over = if replaces || !again.answered { again.in_place.clone() } else { Vec::new() };
        let change = if replaces { ConversationChange::Replace(again.turn) } else { ConversationChange::Keep };
        (over, change)
    }

    /// The turn that is no part of the past, because it is being asked again.
    fn without(&self) -> Option<TurnId> {
        self.again.as_ref().map(|again| again.turn)
    }
}

/// What came of a question.
#[derive(Debug)]
pub enum Answer {
    /// This is to be stored and delivered; the preview's last frame is to be waited for in between.
    Written(Box<NewReply>, LastFrame),
    /// There is no money for it, and the model was not asked. The message, if any, in which an answer was to grow.
    Refused(Refusal, Option<i64>),
    /// What came with it cannot be read, or not by this model; it was not asked. The model that would have answered, and
    /// the message, if any, in which an answer was to grow.
    Unread(Obstacle, Box<Choices>, Option<i64>),
    /// An owner has banned whoever asks since the question was read.
    Unwanted,
}

/// Asks the model, if there is money for it; once more on other terms, where that helps.
pub async fn answer(tools: &Arc<Tools>, question: &Question) -> Result<Answer, StorageError> {
    let turn = tools.running.begin(question);
    // In this order: a ban is known before it ends what is being written, so no answer slips through in between.
    if tools.access.standing(question.user) == Standing::Banned {
        return Ok(Answer::Unwanted);
    }
    let mut question = match hear::hear(tools, question, &turn).await? {
        Ok(heard) => heard.map_or(Cow::Borrowed(question), Cow::Owned),
        Err(answer) => return Ok(answer),
    };
    let mut attempt = Attempt::first();
    let (mut made, bill) = loop {
        let (mut made, reservation) = match attempt.make(tools, &question, &turn).await? {
            Ok(made) => made,
            Err(NotMade::Refused(refusal)) => return Ok(Answer::Refused(refusal, question.placed)),
            Err(NotMade::Over(end)) => return Ok(reply::ended(tools, &question, end)),
            Err(NotMade::Unread(obstacle, choices)) => return Ok(Answer::Unread(obstacle, choices, question.placed)),
        };
        let bill = reservation.bill();
        reservation.ends(made.written.finish.usage.cost_micro_usd);
        let Some(other) = attempt.after(tools, &made) else { break (made, bill) };
        attempt = other;
        // It may have left a message behind in which the answer is to grow.
        let placed = std::mem::take(&mut made.written.last_frame).over().await.placed;
        question.to_mut().placed = placed.or(question.placed);
    };
    log_end(tools, &made.written);
    let last_frame = std::mem::take(&mut made.written.last_frame);
    if matches!(made.written.end, End::Edited) {
        let over = last_frame.over().await;
        let reply = reply::void(&question, made.written, bill, over.placed);
        return Ok(Answer::Written(Box::new(reply), LastFrame::none()));
    }
    Ok(Answer::Written(Box::new(reply::reply(tools, &question, made, bill)), last_frame))
}

fn log_end(tools: &Tools, written: &Written) {
    match &written.end {
        End::Complete => tracing::info!(
            model = written.finish.model.as_deref().unwrap_or("unknown"),
            tokens.prompt = written.finish.usage.prompt_tokens.unwrap_or(0),
            tokens.completion = written.finish.usage.completion_tokens.unwrap_or(0),
            cost_micro_usd = written.finish.usage.cost_micro_usd.unwrap_or(0),
            generation.id = written.generation_id,
            "Answered"
        ),
        End::Stopped => tracing::info!("The answer was stopped by a person"),
        End::Edited => tracing::info!("The question was edited while it was being answered"),
        End::TimedOut => tracing::warn!("The answer took longer than TURN_TIMEOUT_SECS and was cut off"),
        End::Failed(error) if matches!(error.kind, ModelErrorKind::Account | ModelErrorKind::NoSuchModel) => {
            tracing::error!(detail = %error, "The model's provider refuses this account or model: check OPENROUTER_API_KEY, its credit, and MODEL");
            let gone = error.kind == ModelErrorKind::NoSuchModel;
            tools.owner.tell(if gone { Cause::NoSuchModel } else { Cause::Account }, &error.detail);
        }
        End::Failed(error) => tracing::warn!(detail = %error, "The model failed"),
    }
    count_end(written);
}

fn count_end(written: &Written) {
    metrics::answer_ended(written.end.name(), written.seconds);
    let usage = &written.finish.usage;
    let model = written.finish.model.as_deref().unwrap_or("unknown");
    for (kind, tokens) in [
        ("prompt", usage.prompt_tokens),
        ("completion", usage.completion_tokens),
        ("reasoning", usage.reasoning_tokens),
        ("cached", usage.cached_tokens),
    ] {
        if let Some(tokens) = tokens {
            metrics::tokens_used(model, kind, tokens);
        }
    }
    if let Some(micro_usd) = usage.cost_micro_usd {
        metrics::cost(model, micro_usd);
    }
}

/// A name for somebody that the provider can tell apart and nobody can turn back.
fn keyed_hash(key: &SecretString, what: &str) -> String {
    use hmac::{Hmac, Mac};
    let mut mac = <Hmac<sha2::Sha256> as Mac>::new_from_slice(key.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(what.as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..16])
}
