//! `/model`: choose who answers in this chat or topic; `/model gpt` searches, and a whole id chooses at once.
//!
//! In a group the choice is the group's, and its admins choose: what that can cost is up to `ALLOWED_MODELS` and the
//! budgets of those who ask.

use std::sync::Arc;

use super::panel::{self, Page, Stamp};
use super::{HandlerError, Job, Outcome};
use crate::openrouter::OfferedModel;
use crate::replies;
use crate::storage::{PreferenceChange, Preferences};
use crate::turn::{Choices, Tools};

mod page;
mod view;

use page::{Place, cut};
pub(super) use view::{KEY_CHARS, View, key};

pub(super) async fn command(tools: Arc<Tools>, job: Arc<Job>, query: String) -> Result<Outcome, HandlerError> {
    let page = match tools.catalogue.find(&query) {
        Some(model) => chosen(&tools, &job, &model, &View::Makers(0)).await?,
        None if query.is_empty() => look(&tools, &job, &View::Makers(0)).await?,
        None => look(&tools, &job, &View::found(&query, 0)).await?,
    };
    Ok(panel::shown(&job, page, Stamp::now(&tools, &job), None))
}

/// Shows this.
pub(super) async fn look(tools: &Tools, job: &Job, view: &View) -> Result<Page, HandlerError> {
    let preferences = tools.storage.preferences(job.lane.conversation()).await?;
    Ok(place(tools, job, &preferences).page(view))
}

/// Chooses the model with this key, if it is still on offer.
pub(super) async fn choose(tools: &Tools, job: &Job, key: &str, view: &View) -> Result<Page, HandlerError> {
    let models = tools.catalogue.models();
    if let Some(model) = models.iter().find(|model| view::key(&model.id) == key) {
        return chosen(tools, job, model, view).await;
    }
    let toast = Some(replies::model_not_offered(job.language()));
    Ok(Page { toast, ..look(tools, job, view).await? })
}

/// Goes back to the owner's model.
pub(super) async fn choose_default(tools: &Tools, job: &Job) -> Result<Page, HandlerError> {
    changed(tools, job, None, &View::Makers(0)).await
}

async fn chosen(tools: &Tools, job: &Job, model: &OfferedModel, view: &View) -> Result<Page, HandlerError> {
    changed(tools, job, Some(&model.id), view).await
}

async fn changed(tools: &Tools, job: &Job, model: Option<&String>, view: &View) -> Result<Page, HandlerError> {
    let before = tools.storage.preferences(job.lane.conversation()).await?;
    // Whoever chooses what answers here anyway follows the owner, or the persona, from then on.
    let default = Choices::of(tools, &before).default_model;
    let model = model.filter(|id| **id != default).cloned();
    let place = place(tools, job, &Preferences { model: model.clone(), ..before });
    let toast = Some(replies::model_chosen(job.language(), &cut(place.choices.name())));
    Ok(Page { toast, changes: vec![PreferenceChange::Model(model)], ..place.page(view) })
}

fn place<'a>(tools: &'a Tools, job: &Job, preferences: &Preferences) -> Place<'a> {
    let choices = Choices::of(tools, preferences);
    Place { tools, language: job.language(), choices }
}
