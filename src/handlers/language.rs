//! `/language`: in which language the bot speaks to somebody, wherever they write. The model answers as it is asked.

use std::sync::Arc;

use super::panel::{self, Page, Stamp, Wish, marked};
use super::{HandlerError, Job, Outcome};
use crate::replies::{self, Language};
use crate::storage::PreferenceChange;
use crate::turn::Tools;

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>) -> Result<Outcome, HandlerError> {
    Ok(panel::shown(&job, look(&tools, &job), Stamp::now(&tools, &job), None))
}

/// Shows them.
pub(super) fn look(tools: &Tools, job: &Job) -> Page {
    let chosen = job.user().and_then(|user| tools.languages.chosen(user.id));
    page(job.language(), chosen)
}

/// From now on this one, or Telegram's.
pub(super) fn choose(tools: &Tools, job: &Job, chosen: Option<Language>) -> Page {
    let Some(user) = job.user() else { return look(tools, job) };
    // Should the commit that follows fail, the press is worked on again.
    tools.languages.choose(user.id, chosen);
    let language = tools.languages.of(Some(user.id), user.language_code.as_deref());
    let change = PreferenceChange::Language { user: user.id, language: chosen };
    Page {
        toast: Some(replies::setting_language(language, language.name())),
        changes: vec![change],
        ..page(language, chosen)
    }
}

fn page(language: Language, chosen: Option<Language>) -> Page {
    let button = |each: Language| vec![(marked(each.name(), chosen == Some(each)), Wish::Speak(Some(each)))];
    let mut rows: Vec<_> = Language::ALL.into_iter().map(button).collect();
    let telegram = marked(&replies::language_of_telegram(language), chosen.is_none());
    rows.push(vec![(telegram, Wish::Speak(None))]);
    rows.push(vec![(replies::settings_button(language), Wish::Settings)]);
    Page { text: replies::language_heading(language), rows, ..Page::default() }
}
