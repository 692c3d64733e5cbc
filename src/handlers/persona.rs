//! `/persona`: who answers in a conversation, chosen on a panel or by name; `/persona off` takes it away.
//!
//! What holds, the strongest first: what this conversation was begun with (`/new You are a pirate`), the persona, the
//! owner's `SYSTEM_PROMPT`. A choice holds from the next answer on and leaves the conversation as it is; where something
//! stronger holds, it says so.

use std::sync::Arc;

use super::panel::{self, Page, Row, Stamp, Wish, marked, neighbours};
use super::{HandlerError, Job, Outcome};
use crate::personas::{self, Persona};
use crate::replies::{self, Language};
use crate::storage::{PreferenceChange, Preferences};
use crate::turn::Tools;

/// Personas on a page, two to a row, with a line each above them.
const PERSONAS: usize = 8;
/// The most of what somebody wrote that is said back to them, in characters.
const WORDS_CHARS: usize = 60;

/// What is shown, and to whom.
struct Place<'a> {
    tools: &'a Tools,
    language: Language,
    /// The persona that holds, by its id.
    current: Option<String>,
    /// This conversation has instructions that are stronger.
    instructed: bool,
}

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>, words: String) -> Result<Outcome, HandlerError> {
    let words = words.trim();
    let place = Place::of(&tools, &job).await?;
    let all = &tools.config.personas;
    let page = if words.is_empty() {
        place.page(0, None)
    } else if words.eq_ignore_ascii_case(personas::OFF) {
        place.choose(None, 0)
    } else if let Some(persona) = all.called(words) {
        place.choose(Some(persona), 0)
    } else {
        place.page(0, Some(&place.unknown(words)))
    };
    Ok(panel::shown(&job, page, Stamp::now(&tools, &job), None))
}

/// Shows a page of them, from 0 on.
pub(super) async fn look(tools: &Tools, job: &Job, page: usize) -> Result<Page, HandlerError> {
    Ok(Place::of(tools, job).await?.page(page, None))
}

/// Chooses the persona with this id, if it still exists, or none; then shows the page again.
pub(super) async fn choose(tools: &Tools, job: &Job, id: &str, page: usize) -> Result<Page, HandlerError> {
    let place = Place::of(tools, job).await?;
    Ok(match tools.config.personas.with_id(id) {
        None if !id.is_empty() => {
            let toast = Some(replies::persona_not_offered(place.language));
            Page { toast, ..place.page(page, None) }
        }
        chosen => place.choose(chosen, page),
    })
}

/// The name of the persona that holds, or that there is none.
pub(super) fn name(language: Language, persona: Option<&Arc<Persona>>) -> String {
    persona.map_or_else(|| replies::persona_none(language), |persona| persona.name.in_language(language).to_owned())
}

impl<'a> Place<'a> {
    async fn of(tools: &'a Tools, job: &Job) -> Result<Self, HandlerError> {
        // Without its turns: what it was begun with is all that is wanted.
        let conversation = tools.storage.conversation(job.lane.conversation(), 0, None).await?;
        let Preferences { persona: current, .. } = conversation.preferences;
        let instructed = conversation.system_prompt.is_some();
        Ok(Self { tools, language: job.language(), current, instructed })
    }

    fn choose(self, persona: Option<&Arc<Persona>>, page: usize) -> Page {
        let language = self.language;
        let said = match persona {
            Some(_) => replies::persona_chosen(language, &name(language, persona)),
            None => replies::persona_off(language),
        };
        let id = persona.map(|persona| persona.id.clone());
        let greeting = persona.and_then(|persona| persona.greeting.as_ref());
        let greeting = greeting.map(|words| words.in_language(language).to_owned());
        let text = std::iter::once(said.clone()).chain(greeting).collect::<Vec<_>>().join("\n\n");
        let shown = Self { current: id.clone(), ..self }.page(page, Some(&text));
        Page { toast: Some(said), changes: vec![PreferenceChange::Persona(id)], ..shown }
    }

    fn unknown(&self, words: &str) -> String {
        let (language, words) = (self.language, words.chars().take(WORDS_CHARS).collect::<String>());
        match self.tools.config.personas.resembling(&words) {
            Some(meant) => replies::no_such_persona_but(language, &words, &name(language, Some(meant))),
            None => replies::no_such_persona(language, &words),
        }
    }

    /// A page of all of them, below this text or what holds. A page beyond the end is the last one.
    fn page(&self, page: usize, said: Option<&str>) -> Page {
        let (language, all) = (self.language, self.tools.config.personas.all());
        let last = all.len().saturating_sub(1) / PERSONAS;
        let page = page.min(last);
        let current = self.current.as_deref().and_then(|id| self.tools.config.personas.with_id(id));
        let is_current = |persona: &Persona| current.is_some_and(|current| current.id == persona.id);
        let heading = || replies::persona_heading(language, &name(language, current));
        let mut parts = vec![said.map_or_else(heading, str::to_owned)];
        if self.instructed && current.is_some() {
            parts.push(replies::persona_waits(language));
        }
        let shown = &all[page * PERSONAS..all.len().min((page + 1) * PERSONAS)];
        let line = |persona: &Arc<Persona>| {
            let name = marked(persona.name.in_language(language), is_current(persona));
            let description = persona.description.as_ref().map(|words| words.in_language(language));
            description.map_or_else(|| name.clone(), |description| format!("{name} — {description}"))
        };
        parts.push(shown.iter().map(line).collect::<Vec<_>>().join("\n"));
        parts.extend(shown.first().map(|first| replies::persona_hint(language, &first.id)));
        let none = marked(&replies::persona_none(language), current.is_none());
        let mut rows: Vec<Row> = vec![vec![(none, Wish::Persona(String::new(), page))]];
        let button = |persona: &Arc<Persona>| {
            let name = marked(persona.name.in_language(language), is_current(persona));
            (name, Wish::Persona(persona.id.clone(), page))
        };
        rows.extend(shown.chunks(2).map(|pair| pair.iter().map(button).collect()));
        rows.extend(Some(neighbours(page, last, Wish::Personas)).filter(|row| !row.is_empty()));
        rows.push(vec![(replies::settings_button(language), Wish::Settings)]);
        Page { text: parts.join("\n\n"), rows, ..Page::default() }
    }
}
