//! What holds for a conversation: what was chosen for it, as far as it can be had, and the owner's settings for the rest.
//!
//! A chosen model may be gone from the list, or from what the owner allows. Then the owner's own answers, and
//! [`Choices::gone`] says so, so that the person is told and the choice is taken back. The same goes for a persona that has
//! left the owner's file ([`Choices::gone_persona`]). A persona may bring a model of its own, which stands in for the
//! owner's until somebody chooses one; when it cannot be had, nobody is told, since nobody has chosen it.
//!
//! # How long an answer is
//! `short` adds a line to the system prompt and leaves the answer a quarter of `MAX_TOKENS`; where the model thinks first,
//! which counts as well, the cap stays. `normal` is `MAX_TOKENS` and no line. `long` adds a line; `MAX_TOKENS` is the
//! owner's and stays.

use std::sync::Arc;

use super::Tools;
use crate::config::Effort;
use crate::openrouter::OfferedModel;
use crate::personas::Persona;
use crate::storage::{AnswerLength, Preferences};

/// What a short answer gets of `MAX_TOKENS`: of the default 2000 some 350 words, several times what the line asks for.
const SHORT_SHARE: u32 = 4;

/// What holds for a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// The model that is asked, by its id.
    pub model: String,
    /// What is known of it.
    pub known: Option<Arc<OfferedModel>>,
    /// Was it chosen, rather than set by the owner?
    pub chosen: bool,
    /// The model that answers where nobody has chosen one: the persona's, or the owner's.
    pub default_model: String,
    /// The chosen model that cannot be had any more.
    pub gone: Option<String>,
    /// Who the model is to be.
    pub persona: Option<Arc<Persona>>,
    /// The id of the chosen persona that does not exist any more.
    pub gone_persona: Option<String>,
    /// How hard it thinks, if it does; `None`: as it does by itself.
    pub effort: Option<Effort>,
    /// How long its answers are to be.
    pub length: AnswerLength,
    /// May it search the web, if it can?
    pub web_search: bool,
    /// Do answers begin with what was heard in a recording?
    pub transcripts: bool,
    /// Cap of one answer, in tokens.
    max_tokens: u32,
}

impl Choices {
    /// From what was chosen.
    #[must_use]
    pub fn of(tools: &Tools, preferences: &Preferences) -> Self {
        let catalogue = &tools.catalogue;
        let can_be_had = |id: &str| catalogue.permits(id) && (!catalogue.is_known() || catalogue.find(id).is_some());
        let wanted = preferences.persona.as_deref();
        let persona = wanted.and_then(|id| tools.config.personas.with_id(id)).cloned();
        let own = persona.as_ref().and_then(|persona| persona.model.clone()).filter(|id| can_be_had(id));
        let default = own.unwrap_or_else(|| tools.model_name.clone());
        let (model, gone) = match &preferences.model {
            Some(id) if *id == tools.model_name || can_be_had(id) => (id.clone(), None),
            gone => (default.clone(), gone.clone()),
        };
        let config = &tools.config;
        Self {
            known: catalogue.listed(&model),
            chosen: model != default,
            model,
            default_model: default,
            gone,
            gone_persona: wanted.filter(|_| persona.is_none()).map(str::to_owned),
            persona,
            effort: preferences.effort.or(config.reasoning_effort),
            length: preferences.length,
            web_search: preferences.web_search.unwrap_or(config.web_search),
            // Whoever has said it knows it; whoever wonders what was heard switches it on.
            transcripts: preferences.transcripts.unwrap_or(false),
            max_tokens: config.max_tokens,
        }
    }

    /// The same with the owner's model, when the provider knows nothing of the one that was chosen, or is the persona's.
    pub(super) fn without_its_model(self, tools: &Tools) -> Self {
        let model = tools.model_name.clone();
        let gone = self.chosen.then_some(self.model);
        Self { known: tools.catalogue.listed(&model), default_model: model.clone(), model, chosen: false, gone, ..self }
    }

    /// The model's name for people: its id when nothing is known of it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.known.as_ref().and_then(|model| model.name.as_deref()).unwrap_or(&self.model)
    }

    /// Is it known that the model thinks before it answers?
    #[must_use]
    pub fn can_think(&self) -> bool {
        self.known.as_ref().is_some_and(|model| model.reasons)
    }

    /// Is it known that the model can search the web?
    #[must_use]
    pub fn can_search(&self) -> bool {
        self.known.as_ref().is_some_and(|model| model.uses_tools)
    }

    /// How hard it is told to think. A model of which nothing is known is told what the owner wants.
    pub(super) fn effort(&self) -> Option<Effort> {
        self.effort.filter(|_| self.known.is_none() || self.can_think())
    }

    /// Whether it is given the web search.
    pub(super) fn web_search(&self) -> bool {
        self.web_search && (self.known.is_none() || self.can_search())
    }

    /// Cap of the answer, in tokens. No more than the model can: providers with a lower cap would be passed over.
    pub(super) fn max_tokens(&self) -> u32 {
        let short = self.length == AnswerLength::Short && !self.can_think();
        let wanted = if short { (self.max_tokens / SHORT_SHARE).max(1) } else { self.max_tokens };
        let most = self.known.as_ref().and_then(|model| model.answer_tokens).filter(|most| *most > 0);
        most.and_then(|most| u32::try_from(most).ok()).map_or(wanted, |most| wanted.min(most))
    }

    /// What the model is told before the conversation.
    pub(super) fn instructed(&self, prompt: &str) -> String {
        let line = match self.length {
            AnswerLength::Short => "Answer in a few sentences at most.",
            AnswerLength::Normal => return prompt.to_owned(),
            AnswerLength::Long => "Answer at length and in detail.",
        };
        if prompt.is_empty() { line.to_owned() } else { format!("{prompt}\n\n{line}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(length: AnswerLength, known: Option<OfferedModel>) -> Choices {
        Choices {
            model: "a/b".to_owned(),
            known: known.map(Arc::new),
            chosen: true,
            default_model: "c/d".to_owned(),
            gone: None,
            persona: None,
            gone_persona: None,
            effort: Some(Effort::High),
            length,
            web_search: true,
            transcripts: false,
            max_tokens: 2000,
        }
    }

    #[test]
    fn a_short_answer_gets_a_quarter_unless_the_model_thinks_first() {
        let thinker = OfferedModel { reasons: true, ..OfferedModel::default() };
        assert_eq!(choices(AnswerLength::Short, None).max_tokens(), 500);
        assert_eq!(choices(AnswerLength::Short, Some(thinker)).max_tokens(), 2000);
        assert_eq!(choices(AnswerLength::Normal, None).max_tokens(), 2000);
        let brief = OfferedModel { answer_tokens: Some(300), ..OfferedModel::default() };
        assert_eq!(choices(AnswerLength::Long, Some(brief)).max_tokens(), 300);
    }

    #[test]
    fn a_model_is_told_to_do_what_it_can_and_one_that_nobody_knows_what_the_owner_wants() {
        let plain = choices(AnswerLength::Normal, Some(OfferedModel::default()));
        assert_eq!((plain.effort(), plain.web_search()), (None, false));
        let unknown = choices(AnswerLength::Normal, None);
        assert_eq!((unknown.effort(), unknown.web_search()), (Some(Effort::High), true));
        assert!(!unknown.can_think() && !unknown.can_search());
    }

    #[test]
    fn the_length_is_a_line_below_the_instructions() {
        let instructed = |length, prompt: &str| choices(length, None).instructed(prompt);
        assert_eq!(instructed(AnswerLength::Short, "Be kind."), "Be kind.\n\nAnswer in a few sentences at most.");
        assert_eq!(instructed(AnswerLength::Normal, "Be kind."), "Be kind.");
        assert_eq!(instructed(AnswerLength::Long, ""), "Answer at length and in detail.");
    }
}
