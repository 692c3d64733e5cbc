//! `/language`: in which language the bot speaks to somebody, wherever they write; in a group, to all of it. The model
//! answers as it is asked.

use super::panel::{self, Page, Stamp, Wish, marked};
use super::{Job, Outcome};
use crate::replies::{self, Language};
use crate::storage::PreferenceChange;
use crate::turn::Tools;

pub(super) fn command(tools: &Tools, job: &Job) -> Outcome {
    panel::shown(job, look(tools, job), Stamp::now(tools, job), None)
}

/// Shows them.
pub(super) fn look(tools: &Tools, job: &Job) -> Page {
    let chosen = whose(job).and_then(|whose| tools.languages.chosen(whose));
    page(job, job.language(), chosen)
}

/// From now on this one, or Telegram's.
pub(super) fn choose(tools: &Tools, job: &Job, chosen: Option<Language>) -> Page {
    let (Some(user), Some(whose)) = (job.user(), whose(job)) else { return look(tools, job) };
    // Should the commit that follows fail, the press is worked on again.
    tools.languages.choose(whose, chosen);
    let language = tools.languages.of_place(job.lane.chat, Some(user.id), user.language_code.as_deref());
    let change = PreferenceChange::Language { user: whose, language: chosen };
    Page {
        toast: Some(replies::setting_language(language, &name(tools, job, language))),
        changes: vec![change],
        ..page(job, language, chosen)
    }
}

/// What it is called among the settings.
pub(super) fn name(tools: &Tools, job: &Job, language: Language) -> String {
    match whose(job).filter(|whose| *whose < 0) {
        Some(group) if tools.languages.chosen(group).is_none() => replies::language_of_each(language),
        _ => language.name().to_owned(),
    }
}

/// Whose language it is: in a group, the group's.
fn whose(job: &Job) -> Option<i64> {
    if job.is_private() { job.user().map(|user| user.id) } else { Some(job.lane.chat) }
}

fn page(job: &Job, language: Language, chosen: Option<Language>) -> Page {
    let button = |each: Language| vec![(marked(each.name(), chosen == Some(each)), Wish::Speak(Some(each)))];
    let mut rows: Vec<_> = Language::ALL.into_iter().map(button).collect();
    let (heading, neither) = if job.is_private() {
        (replies::language_heading(language), replies::language_of_telegram(language))
    } else {
        (replies::language_of_a_group(language), replies::language_of_each(language))
    };
    rows.push(vec![(marked(&neither, chosen.is_none()), Wish::Speak(None))]);
    rows.push(vec![(replies::settings_button(language), Wish::Settings)]);
    Page { text: heading, rows, ..Page::default() }
}
