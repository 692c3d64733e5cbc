//! One attempt at an answer: the conversation, what holds in it, the money for it, and the call.
//!
//! Most questions need one. The second and the third are made on other terms, when the model says that it cannot be asked
//! on these: a conversation that is too long for it, a chosen model that is not there any more. Each keeps money back for
//! itself, at the price of the model that it asks.

use std::sync::Arc;
use std::time::Duration;

use super::attached::{Files, Obstacle};
use super::charge::Charge;
use super::running::Turn;
use super::stream::{self, End, Written};
use super::{Choices, Question, Tools, context, inline, keyed_hash, typing};
use crate::money::{Refusal, Reservation, Verdict, Worst};
use crate::openrouter::ChatRequest;
use crate::storage::{Conversation, StorageError};
use crate::update::Lane;

/// How long the first question of all, at a first start, waits for the first list of models and their prices: several
/// times what the provider takes for it.
const FIRST_LIST: Duration = Duration::from_secs(5);

/// What an attempt is made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    /// How much of the conversation goes along, in estimated tokens.
    budget: usize,
    /// That was halved already.
    shortened: bool,
    /// The provider knows nothing of the model that was chosen.
    model_refused: bool,
}

/// What came of it.
pub(super) struct Made {
    /// What the model wrote.
    pub(super) written: Written,
    /// What held for the conversation.
    pub(super) choices: Choices,
}

/// Why it was not made.
pub(super) enum NotMade {
    /// There is no money for it.
    Refused(Refusal),
    /// What came with the question cannot be read, or not on what held for the conversation.
    Unread(Obstacle, Box<Choices>),
    /// Somebody has ended it while files were fetched for it.
    Over(End),
}

/// What the model is told before the conversation.
fn instructed(choices: &Choices, prompt: &str, question: &Question) -> String {
    match (question.inline.is_some(), prompt) {
        (false, _) => choices.instructed(prompt),
        (true, "") => inline::BRIEF.to_owned(),
        (true, prompt) => format!("{prompt}\n\n{}", inline::BRIEF),
    }
}

impl Attempt {
    pub(super) const fn first() -> Self {
        Self { budget: context::BUDGET, shortened: false, model_refused: false }
    }

    /// What to try instead, where this was not the last word.
    pub(super) fn after(self, tools: &Tools, made: &Made) -> Option<Self> {
        let Made { written, choices } = made;
        if !self.shortened && written.is_too_long_for_the_model() {
            return Some(Self { budget: self.budget / 2, shortened: true, ..self });
        }
        if !self.model_refused && choices.model != tools.model_name && written.has_no_such_model() {
            let whose = if choices.chosen { "chosen model" } else { "persona's model" };
            tracing::info!(model = choices.model, "The {whose} is not there any more; asking the owner's own");
            return Some(Self { model_refused: true, ..self });
        }
        None
    }

    /// Asks the model, if there is money for it.
    pub(super) async fn make(
        self,
        tools: &Arc<Tools>,
        question: &Question,
        turn: &Turn,
    ) -> Result<Result<(Made, Reservation), NotMade>, StorageError> {
        tokio::select! {
            biased;
            () = tools.catalogue.is_asked_for() => {}
            () = tools.clock.sleep(FIRST_LIST) => {}
        }
        let request = tokio::select! {
            biased;
            end = turn.ends().over() => return Ok(Err(NotMade::Over(end))),
            request = self.request(tools, question) => request?,
            never = typing::keep_up(tools, question, "typing") => match never {},
        };
        let (request, choices) = match request {
            Ok(request) => request,
            Err((obstacle, choices)) => return Ok(Err(NotMade::Unread(obstacle, Box::new(choices)))),
        };
        let worst = Worst::of(&tools.model.terms(&request), |model| tools.catalogue.price(model));
        let mut reservation = match tools.money.reserve(question.payer, worst).await? {
            Verdict::Granted(reservation) => reservation,
            Verdict::Refused(refusal) => return Ok(Err(NotMade::Refused(refusal))),
        };
        let mut charge = Charge::new(tools, question, &mut reservation);
        let written = stream::write(tools, question, request, turn.ends(), &mut charge).await;
        Ok(Ok((Made { written, choices }, reservation)))
    }

    /// What the model is told of the past. What is asked inline is read by others, so nothing of what its author says in
    /// private goes along but what they have chosen there.
    async fn conversation(self, tools: &Tools, question: &Question) -> Result<Conversation, StorageError> {
        let lane = question.lane.conversation();
        if question.inline.is_some() {
            let preferences = tools.storage.preferences(Lane { thread: 0, ..lane }).await?;
            return Ok(Conversation { preferences, ..Conversation::default() });
        }
        tools.storage.conversation(lane, self.budget, question.without()).await
    }

    /// The question with as much of the conversation as fits, and what holds in it.
    async fn request(
        self,
        tools: &Tools,
        question: &Question,
    ) -> Result<Result<(ChatRequest, Choices), (Obstacle, Choices)>, StorageError> {
        let lane = question.lane;
        let mut conversation = self.conversation(tools, question).await?;
        conversation.preferences.model = question.model.clone().or(conversation.preferences.model);
        let mut choices = Choices::of(tools, &conversation.preferences);
        if self.model_refused {
            choices = choices.without_its_model(tools);
        }
        let files = match Files::fetch(tools, &choices, &question.attachments, &conversation).await {
            Ok(files) => files,
            Err(obstacle) => return Ok(Err((obstacle, choices))),
        };
        // What this conversation was begun with is nearer than the persona, and that is nearer than the owner's own.
        let persona = choices.persona.as_ref().map(|persona| persona.prompt.as_str());
        let prompt = conversation.system_prompt.as_deref().or(persona).unwrap_or(&tools.config.system_prompt);
        let prompt =
            context::prompt(instructed(&choices, prompt, question), question.private || question.inline.is_some());
        let request = ChatRequest {
            messages: context::messages(&prompt, &conversation, question, &files),
            session_id: keyed_hash(&tools.hash_key, &format!("lane {} {}", lane.chat, lane.thread)),
            user: tools.pseudonym(question.user),
            model: Some(choices.model.clone()),
            max_tokens: Some(choices.max_tokens()),
            effort: choices.effort(),
            web_search: choices.web_search(),
        };
        Ok(Ok((request, choices)))
    }
}
