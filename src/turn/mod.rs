//! A turn: one question, one answer.
//!
//! Its stages are commits, so that after a crash it goes on from the last one: *started* (the claim, before anything
//! else), *generated* (the answer, history and cost in one transaction, before its first delivery), *delivered* part by
//! part, *done*. What was generated is never asked for again; what was delivered is never sent again.
//!
//! A turn's failures are its answer: the person is told in one sentence what to do, and that sentence is stored and
//! delivered as any answer. Only the store's own trouble makes a turn run again.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use secrecy::{ExposeSecret, SecretString};

use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::TurnConfig;
use crate::limits::Limits;
use crate::metrics;
use crate::openrouter::{ChatRequest, ModelErrorKind, OpenRouter};
use crate::owner::{Cause, Owner};
use crate::replies::Language;
use crate::storage::{Address, ClaimKey, NewReply, Storage, StorageError, TurnId};
use crate::telegram::Telegram;
use crate::telegram::methods::BotIdentity;
use crate::update::Lane;

pub mod buttons;
mod choices;
mod context;
pub mod deliver;
mod languages;
mod preview;
mod reply;
mod running;
mod stream;

pub use choices::Choices;
pub use languages::Languages;
pub use preview::{LastFrame, Over};
pub use running::{Running, RunningTurn};
use stream::{End, Written};

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
    /// The time.
    pub clock: Clock,
    /// Limits and the system prompt.
    pub config: TurnConfig,
    /// Who the bot is.
    pub bot: BotIdentity,
    /// Answers being written now, so that they can be stopped.
    pub running: Running,
    /// What people have asked for lately.
    pub limits: Limits,
    /// In which language the bot speaks to whom.
    pub languages: Languages,
    /// Cleared when this Bot API server turns out not to know drafts.
    pub drafts: AtomicBool,
    /// Cleared when this Bot API server turns out not to know rich messages.
    pub rich: AtomicBool,
    /// Whoever has to act when something is wrong.
    pub owner: Owner,
    /// Hashes people's ids for the provider.
    pub hash_key: SecretString,
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
    /// Only private chats can show drafts.
    pub private: bool,
    /// Who asks.
    pub user: i64,
    /// Their language, for the bot's own sentences.
    pub language: Language,
    /// What they wrote.
    pub text: String,
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

    /// The turn that is no part of the past, because it is being asked again.
    fn without(&self) -> Option<TurnId> {
        self.again.as_ref().map(|again| again.turn)
    }
}

/// Asks the model and returns what is to be stored and delivered, and what is to be waited for in between.
pub async fn answer(tools: &Arc<Tools>, question: &Question) -> Result<(NewReply, LastFrame), StorageError> {
    let turn = tools.running.begin(question);
    let mut terms = Terms { budget: context::BUDGET, shortened: false, model_refused: false };
    let mut again: Option<Question> = None;
    let (mut written, choices) = loop {
        let question = again.as_ref().unwrap_or(question);
        let (mut written, choices) = attempt(tools, question, terms, &turn).await?;
        let Some(others) = terms.after(&written, &choices) else { break (written, choices) };
        terms = others;
        // There may be a message already in which the answer is to grow.
        let placed = std::mem::take(&mut written.last_frame).over().await.placed.or(question.placed);
        again = Some(Question { placed, ..question.clone() });
    };
    log_end(tools, &written);
    let last_frame = std::mem::take(&mut written.last_frame);
    if matches!(written.end, End::Edited) {
        let over = last_frame.over().await;
        return Ok((reply::void(question, written, over.placed), LastFrame::none()));
    }
    Ok((reply::reply(tools, question, written, &choices), last_frame))
}

/// What an attempt is made with.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// How much of the conversation goes along, in estimated tokens.
    budget: usize,
    /// That was halved already.
    shortened: bool,
    /// The provider knows nothing of the model that was chosen.
    model_refused: bool,
}

impl Terms {
    /// What to try instead, where this was not the last word.
    fn after(self, written: &Written, choices: &Choices) -> Option<Self> {
        if !self.shortened && written.is_too_long_for_the_model() {
            return Some(Self { budget: self.budget / 2, shortened: true, ..self });
        }
        if !self.model_refused && choices.chosen && written.has_no_such_model() {
            tracing::info!(model = choices.model, "The chosen model is not there any more; asking the owner's own");
            return Some(Self { model_refused: true, ..self });
        }
        None
    }
}

async fn attempt(
    tools: &Arc<Tools>,
    question: &Question,
    terms: Terms,
    turn: &running::Turn,
) -> Result<(Written, Choices), StorageError> {
    let Terms { budget, model_refused, .. } = terms;
    let conversation = tools.storage.conversation(question.lane.conversation(), budget, question.without()).await?;
    let mut choices = Choices::of(tools, &conversation.preferences);
    if model_refused {
        choices = choices.without_its_model(tools, &conversation.preferences);
    }
    let prompt = conversation.system_prompt.as_deref().unwrap_or(&tools.config.system_prompt);
    let request = ChatRequest {
        messages: context::messages(&choices.instructed(prompt), &conversation, &question.text),
        session_id: keyed_hash(&tools.hash_key, &format!("lane {} {}", question.lane.chat, question.lane.thread)),
        user: keyed_hash(&tools.hash_key, &format!("user {}", question.user)),
        model: Some(choices.model.clone()),
        max_tokens: Some(choices.max_tokens()),
        effort: choices.effort(),
        web_search: choices.web_search(),
    };
    Ok((stream::write(tools, question, request, turn.ends()).await, choices))
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
