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

use crate::clock::Clock;
use crate::config::TurnConfig;
use crate::openrouter::{ChatRequest, ModelErrorKind, OpenRouter};
use crate::replies::{self, Language};
use crate::storage::{Address, ClaimKey, FinishedTurn, NewReply, Part, Storage, StorageError, UsageRecord};
use crate::telegram::methods::BotIdentity;
use crate::telegram::split::{MESSAGE_UNITS, split};
use crate::telegram::{Telegram, markdown};
use crate::update::Lane;

mod context;
pub mod deliver;
mod preview;
mod running;
mod stream;

pub use preview::LastFrame;
pub use running::{Running, Stopping};
use stream::{End, Written};

/// What turns work with. One for the process.
pub struct Tools {
    /// The store.
    pub storage: Storage,
    /// The model.
    pub model: OpenRouter,
    /// Its name, for the greeting.
    pub model_name: String,
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
    /// Cleared when this Bot API server turns out not to know drafts.
    pub drafts: AtomicBool,
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
    /// Only private chats can show drafts.
    pub private: bool,
    /// Who asks.
    pub user: i64,
    /// Their language, for the bot's own sentences.
    pub language: Language,
    /// What they wrote.
    pub text: String,
}

/// Asks the model and returns what is to be stored and delivered, and what is to be waited for in between.
pub async fn answer(tools: &Arc<Tools>, question: &Question) -> Result<(NewReply, LastFrame), StorageError> {
    let turn = tools.running.begin(question.lane, question.user);
    let mut budget = context::BUDGET;
    let mut written = attempt(tools, question, budget, &turn).await?;
    if written.is_too_long_for_the_model() {
        budget /= 2;
        written = attempt(tools, question, budget, &turn).await?;
    }
    log_end(&written);
    let last_frame = std::mem::take(&mut written.last_frame);
    Ok((reply(question, written), last_frame))
}

async fn attempt(
    tools: &Arc<Tools>,
    question: &Question,
    budget: usize,
    turn: &running::Turn,
) -> Result<Written, StorageError> {
    let conversation = tools.storage.conversation(question.lane.conversation(), budget, None).await?;
    let request = ChatRequest {
        messages: context::messages(&tools.config.system_prompt, &conversation, &question.text),
        session_id: keyed_hash(&tools.hash_key, &format!("lane {} {}", question.lane.chat, question.lane.thread)),
        user: keyed_hash(&tools.hash_key, &format!("user {}", question.user)),
        ..ChatRequest::default()
    };
    Ok(stream::write(tools, question, request, turn.stopped()).await)
}

/// What was written, and how it ended, as a reply.
fn reply(question: &Question, written: Written) -> NewReply {
    let mut parts = split(&markdown::format(&written.text), MESSAGE_UNITS);
    if let Some(sentence) = closing_sentence(question.language, &written, !parts.is_empty()) {
        parts.push(Part::plain(sentence));
    }
    let complete = matches!(written.end, End::Complete);
    let usage = written.generation_id.map(|generation_id| UsageRecord {
        generation_id,
        model: written.finish.model.unwrap_or_default(),
        prompt_tokens: written.finish.usage.prompt_tokens.unwrap_or(0),
        completion_tokens: written.finish.usage.completion_tokens.unwrap_or(0),
        cost_micro_usd: written.finish.usage.cost_micro_usd,
    });
    let (question_text, answer) = (question.text.clone(), written.text);
    let turn = FinishedTurn { user: question.user, asked_in: 0, question: question_text, answer, complete, usage };
    NewReply { address: question.address, parts, turn: Some(turn), ..NewReply::default() }
}

/// What the bot itself says below the text: nothing when the answer is whole.
fn closing_sentence(language: Language, written: &Written, has_text: bool) -> Option<String> {
    match &written.end {
        End::Complete if has_text && written.finish.reason.as_deref() == Some("length") => {
            Some(replies::length_limit(language))
        }
        End::Complete if has_text => None,
        End::Complete => Some(replies::empty_answer(language)),
        End::Stopped => (!has_text).then(|| replies::stopped(language)),
        End::TimedOut => Some(replies::cut_off(language)),
        End::Failed(error) => Some(match error.kind {
            ModelErrorKind::Busy => replies::busy(language),
            ModelErrorKind::Stalled if has_text => replies::stalled(language),
            ModelErrorKind::Stalled => replies::stalled_before_text(language),
            ModelErrorKind::CutOff => replies::cut_off(language),
            ModelErrorKind::Account => replies::account(language),
            ModelErrorKind::ContextTooLong => replies::context_too_long(language),
            ModelErrorKind::Moderated => replies::moderated(language),
            ModelErrorKind::OnlyReasoning => replies::only_reasoning(language),
            ModelErrorKind::Empty => replies::empty_answer(language),
            ModelErrorKind::NoSuchModel => replies::no_such_model(language),
            ModelErrorKind::Refused => replies::refused(language),
        }),
    }
}

fn log_end(written: &Written) {
    match &written.end {
        End::Complete => tracing::info!(
            model = written.finish.model.as_deref().unwrap_or("unknown"),
            tokens.prompt = written.finish.usage.prompt_tokens.unwrap_or(0),
            tokens.completion = written.finish.usage.completion_tokens.unwrap_or(0),
            cost_micro_usd = written.finish.usage.cost_micro_usd.unwrap_or(0),
            "Answered"
        ),
        End::Stopped => tracing::info!("The answer was stopped by a person"),
        End::TimedOut => tracing::warn!("The answer took longer than TURN_TIMEOUT_SECS and was cut off"),
        End::Failed(error) if matches!(error.kind, ModelErrorKind::Account | ModelErrorKind::NoSuchModel) => {
            tracing::error!(detail = %error, "The model's provider refuses this account or model: check OPENROUTER_API_KEY, its credit, and MODEL");
        }
        End::Failed(error) => tracing::warn!(detail = %error, "The model failed"),
    }
    crate::metrics::answer_ended(written.end.name());
}

/// A name for somebody that the provider can tell apart and nobody can turn back.
fn keyed_hash(key: &SecretString, what: &str) -> String {
    use hmac::{Hmac, Mac};
    let mut mac = <Hmac<sha2::Sha256> as Mac>::new_from_slice(key.expose_secret().as_bytes())
        .expect("HMAC takes keys of any length");
    mac.update(what.as_bytes());
    hex::encode(&mac.finalize().into_bytes()[..16])
}
