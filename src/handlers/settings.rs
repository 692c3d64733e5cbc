//! `/settings`: how answers are given in this conversation, in one message that changes under the finger.
//!
//! Only what the model can do is offered: how hard it thinks, where it thinks; the web search, where it can use tools.

use std::sync::Arc;

use super::model::View;
use super::panel::{self, Page, Stamp, Wish, marked};
use super::{HandlerError, Job, Outcome, language, persona};
use crate::config::Effort;
use crate::replies::{self, Language};
use crate::storage::{AnswerLength, PreferenceChange, Preferences};
use crate::turn::{Choices, Tools};

/// The efforts that are offered. The others differ from these at few models, and some refuse them; owners may set them.
const EFFORTS: [Option<Effort>; 4] = [None, Some(Effort::Low), Some(Effort::Medium), Some(Effort::High)];

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    let page = look(&tools, &job).await?;
    Ok(panel::shown(&job, page, Stamp::now(&tools, &job), None))
}

/// Shows them.
pub(super) async fn look(tools: &Tools, job: &Job) -> Result<Page, HandlerError> {
    let (preferences, instructed) = now(tools, job).await?;
    Ok(page(tools, job, &preferences, instructed))
}

/// Changes one of them.
pub(super) async fn change(tools: &Tools, job: &Job, change: PreferenceChange) -> Result<Page, HandlerError> {
    let (mut preferences, instructed) = now(tools, job).await?;
    match change {
        PreferenceChange::Length(length) => preferences.length = length,
        PreferenceChange::Effort(effort) => preferences.effort = effort,
        PreferenceChange::WebSearch(on) => preferences.web_search = on,
        PreferenceChange::Transcripts(on) => preferences.transcripts = on,
        // They have panels of their own.
        PreferenceChange::Model(_) | PreferenceChange::Persona(_) | PreferenceChange::Language { .. } => {}
    }
    let toast = Some(replies::setting_kept(job.language()));
    Ok(Page { toast, changes: vec![change], ..page(tools, job, &preferences, instructed) })
}

/// What was chosen, and whether the conversation was begun with instructions.
async fn now(tools: &Tools, job: &Job) -> Result<(Preferences, bool), HandlerError> {
    let conversation = tools.storage.conversation(job.lane.conversation(), 0, None).await?;
    Ok((conversation.preferences, conversation.system_prompt.is_some()))
}

fn page(tools: &Tools, job: &Job, preferences: &Preferences, instructed: bool) -> Page {
    let (language, choices) = (job.language(), Choices::of(tools, preferences));
    let mut lines = vec![
        replies::model_heading(language, choices.name()),
        replies::persona_heading(language, &persona::name(language, choices.persona.as_ref())),
    ];
    lines.extend(instructed.then(|| replies::own_instructions(language)));
    lines.push(replies::setting_length(language, &length(language, choices.length)));
    let mut rows = vec![
        vec![(replies::settings_model_button(language), Wish::Models(View::Makers(0)))],
        vec![(replies::settings_persona_button(language), Wish::Personas(0))],
        AnswerLength::ALL
            .map(|each| (marked(&length(language, each), each == choices.length), Wish::Length(each)))
            .into(),
    ];
    if choices.can_think() {
        lines.push(replies::setting_effort(language, &effort(language, choices.effort)));
        let button = |each| (marked(&effort(language, each), each == preferences.effort), Wish::Effort(each));
        rows.push(EFFORTS.map(button).into());
    }
    if choices.can_search() {
        let on = choices.web_search;
        lines.push(if on { replies::search_is_on(language) } else { replies::search_is_off(language) });
        let button = if on { replies::search_off_button(language) } else { replies::search_on_button(language) };
        rows.push(vec![(button, Wish::WebSearch(!on))]);
    }
    if tools.config.transcription_model.is_some() {
        let on = choices.transcripts;
        lines.push(if on { replies::transcripts_are_on(language) } else { replies::transcripts_are_off(language) });
        let button =
            if on { replies::transcripts_off_button(language) } else { replies::transcripts_on_button(language) };
        rows.push(vec![(button, Wish::Transcripts(!on))]);
    }
    lines.push(replies::setting_language(language, &language::name(tools, job, language)));
    rows.push(vec![(replies::language_button(language), Wish::Languages)]);
    let text = format!("{}\n\n{}", replies::settings_heading(language), lines.join("\n"));
    Page { text, rows, ..Page::default() }
}

fn length(language: Language, length: AnswerLength) -> String {
    match length {
        AnswerLength::Short => replies::length_short(language),
        AnswerLength::Normal => replies::length_normal(language),
        AnswerLength::Long => replies::length_long(language),
    }
}

fn effort(language: Language, effort: Option<Effort>) -> String {
    match effort {
        None => replies::effort_default(language),
        Some(Effort::None) => replies::effort_none(language),
        Some(Effort::Minimal) => replies::effort_minimal(language),
        Some(Effort::Low) => replies::effort_low(language),
        Some(Effort::Medium) => replies::effort_medium(language),
        Some(Effort::High) => replies::effort_high(language),
        Some(Effort::Xhigh) => replies::effort_xhigh(language),
        Some(Effort::Max) => replies::effort_max(language),
    }
}
