//! What goes on beside the answers for as long as the process lives: each a task that ends with it.

use std::sync::Arc;
use std::time::Duration;

use super::Frame;
use crate::alerts::Alerts;
use crate::catalogue::Keeper;
use crate::inbox::Inbox;
use crate::openrouter::ModelErrorKind;
use crate::owner::{Cause, Owner};
use crate::settle::Settler;
use crate::storage::Storage;
use crate::turn::Tools;

/// How often it is looked whether a command has put updates back: whoever typed it watches.
const VISITS_AGAIN: Duration = Duration::from_secs(1);
/// How often what is old is forgotten, and how old the ids of updates are then: Telegram repeats an update for a day, and
/// starts its ids anew after a week of silence.
const PURGE_EVERY: Duration = Duration::from_hours(1);
const PURGE_AFTER: Duration = Duration::from_hours(48);
/// A life of which a failure of the store is news.
const ESTABLISHED: Duration = Duration::from_mins(1);

/// Asks for the list of models, and keeps it up to date.
pub(super) fn keep_catalogue(frame: &Frame, tools: &Tools) {
    let config = &frame.config;
    let (folder, server) = (config.storage.data_dir.clone(), config.openrouter.base_url.to_string());
    let keeper = Keeper::new(tools.catalogue.clone(), tools.model.clone(), frame.clock.clone(), folder, server);
    let keeper = keeper.minding(&config.turns.personas);
    frame.tasks.spawn(keeper.run(frame.tasks.stop().soft.clone()));
}

/// A store that failed for good ends the process, at whatever point of its life. The owner is told first, unless this life
/// has hardly begun: a process that is started again and again over a broken disk must not tell each time.
pub(super) fn watch_store(frame: &Frame, storage: Storage, owner: Owner) {
    let (clock, started_at) = (frame.clock.clone(), frame.clock.now());
    let (tasks, hard) = (frame.tasks.clone(), frame.tasks.stop().hard.clone());
    let folder = frame.config.storage.data_dir.clone();
    frame.tasks.spawn(async move {
        tokio::select! {
            () = hard.cancelled() => {}
            failure = storage.failed() => {
                // "./data" says little where nobody chose the working directory, as in a container.
                let folder = std::path::absolute(&folder).unwrap_or(folder);
                if clock.now().since(started_at) >= ESTABLISHED {
                    owner.tell_at_last(Cause::StoreTrouble, &failure).await;
                }
                tasks.fail(format!("the store in {} failed: {failure}", folder.display()));
            }
        }
    });
}

/// A command that puts updates back writes to the store past this process.
pub(super) async fn notice_visits(frame: &Frame, storage: &Storage, inbox: &Inbox) {
    let (clock, soft) = (frame.clock.clone(), frame.tasks.stop().soft.clone());
    let (storage, inbox) = (storage.clone(), inbox.clone());
    let mut known = storage.visits().await.unwrap_or_default();
    frame.tasks.spawn(async move {
        loop {
            tokio::select! {
                () = soft.cancelled() => return,
                () = clock.sleep(VISITS_AGAIN) => {}
            }
            // A store in trouble is told of where it matters.
            let Ok(visits) = storage.visits().await else { continue };
            if std::mem::replace(&mut known, visits) != visits {
                tracing::info!("A command has changed what waits; looking again");
                inbox.look_again();
            }
        }
    });
}

pub(super) fn forget_what_is_old(frame: &Frame, storage: Storage) {
    let (clock, soft, history) = (frame.clock.clone(), frame.tasks.stop().soft.clone(), frame.config.privacy.history());
    frame.tasks.spawn(async move {
        loop {
            let now = clock.now();
            let forgetting = async {
                storage.purge(now.minus(PURGE_AFTER)).await?;
                storage.expire(history.map(|span| now.minus(span)), now.day()).await
            };
            if let Err(error) = forgetting.await {
                tracing::warn!(reason = %error, "What is old could not be forgotten; trying again in an hour");
            }
            tokio::select! {
                () = soft.cancelled() => return,
                () = clock.sleep(PURGE_EVERY) => {}
            }
        }
    });
}

/// Looks up the costs that were not told with the answers, also those that an earlier process left open.
pub(super) fn settle_costs(frame: &Frame, tools: &Tools) {
    let (storage, model, money) = (tools.storage.clone(), tools.model.clone(), tools.money.clone());
    let settler = Settler::new(storage, model, money, frame.clock.clone(), frame.config.token.bot_id());
    frame.tasks.spawn(settler.run(frame.tasks.stop().soft.clone()));
}

/// Looks for what nobody else would tell the owner.
pub(super) fn look_after(frame: &Frame, tools: &Tools) {
    let (storage, owner, clock) = (tools.storage.clone(), tools.owner.clone(), frame.clock.clone());
    let alerts = Alerts { storage, bot: frame.config.token.bot_id(), owner, clock };
    frame.tasks.spawn(alerts.watch(frame.tasks.stop().soft.clone()));
}

/// Says at once, not at the first question, when the provider does not take the key.
pub(super) fn check_account(frame: &Frame, tools: Arc<Tools>) {
    let soft = frame.tasks.stop().soft.clone();
    frame.tasks.spawn(async move {
        let checked = tokio::select! {
            () = soft.cancelled() => return,
            checked = tools.model.check_key() => checked,
        };
        match checked {
            Ok(_) => {}
            Err(error) if error.kind == ModelErrorKind::Account => {
                tracing::error!(detail = %error, "The model's provider does not accept OPENROUTER_API_KEY: questions will not be answered");
                tools.owner.tell(Cause::Account, &error.detail);
            }
            // Questions will show whether it lasts.
            Err(error) => tracing::warn!(detail = %error, "The model's provider could not be asked about OPENROUTER_API_KEY"),
        }
    });
}
