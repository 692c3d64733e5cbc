//! Keeps the catalogue up to date: asks at the start and once a day, and again sooner when that fails.
//!
//! Failing costs nobody an answer, so it is told once and tried again in silence until it works.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::{Catalogue, file};
use crate::clock::Clock;
use crate::faults::{self, Step};
use crate::openrouter::{ModelErrorKind, OfferedModel, OpenRouter};
use crate::personas::{Persona, Personas};

/// Models come and go by the week, prices change by the day.
const FRESH_FOR: Duration = Duration::from_hours(24);
/// After a failure: 1 min, 2 min, 4 min … 1 h.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// The task that keeps a catalogue up to date.
pub struct Keeper {
    catalogue: Catalogue,
    model: OpenRouter,
    clock: Clock,
    /// Where the list is kept.
    folder: PathBuf,
    /// Whose list it is: the server's base address.
    server: String,
    /// Whose models are looked for on each list, and have not been missed yet.
    personas: Vec<Arc<Persona>>,
    /// Failures in a row.
    failures: u32,
    /// That the server has no list was said.
    said_none: bool,
}

impl Keeper {
    /// Keeps `catalogue` up to date with what `model`'s server (whose base address is `server`) lists, and in `folder`.
    #[must_use]
    pub fn new(catalogue: Catalogue, model: OpenRouter, clock: Clock, folder: PathBuf, server: String) -> Self {
        Self { catalogue, model, clock, folder, server, personas: Vec::new(), failures: 0, said_none: false }
    }

    /// The same, and says once of each of these personas that its model cannot be had.
    #[must_use]
    pub fn minding(self, personas: &Personas) -> Self {
        Self { personas: personas.all().to_vec(), ..self }
    }

    /// Works until `stop`. May be dropped at any moment.
    pub async fn run(mut self, stop: CancellationToken) {
        let working = async {
            loop {
                let pause = self.refresh().await;
                self.catalogue.was_asked();
                self.clock.sleep(pause).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = working => {}
        }
    }

    /// Asks once; returns when to ask again.
    async fn refresh(&mut self) -> Duration {
        match self.model.models().await {
            Ok(Some(models)) if models.is_empty() => self.failed("the list is empty"),
            Ok(Some(models)) => {
                self.failures = 0;
                self.catalogue.replace(models.clone());
                tracing::debug!(models = models.len(), "The list of models is up to date");
                self.miss_models_of_personas();
                self.keep(models).await;
                FRESH_FOR
            }
            Ok(None) => {
                if !std::mem::replace(&mut self.said_none, true) {
                    tracing::info!("The model's server lists no models: there are none to choose from, and no prices");
                }
                FRESH_FOR
            }
            Err(error) if error.kind == ModelErrorKind::Account => {
                // Whoever checks the key says so.
                tracing::info!(detail = %error, "The list of models is not for this account");
                self.pause()
            }
            Err(error) => self.failed(&error.detail),
        }
    }

    /// People are not told, since nobody of them has chosen it; whoever wrote the file should be.
    fn miss_models_of_personas(&mut self) {
        let catalogue = &self.catalogue;
        self.personas.retain(|persona| {
            let Persona { id, model, .. } = &**persona;
            let missed = model.as_deref().filter(|model| catalogue.find(model).is_none());
            if let Some(model) = missed {
                tracing::warn!(persona = id, model, "A persona's model cannot be had; MODEL answers instead of it");
            }
            missed.is_none()
        });
    }

    fn failed(&mut self, why: &str) -> Duration {
        if self.failures == 0 {
            let known = self.catalogue.is_known();
            tracing::warn!(
                detail = why,
                known,
                "The list of models cannot be had now; what is known from before is used, and it is asked for again"
            );
        }
        self.pause()
    }

    fn pause(&mut self) -> Duration {
        let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(16)).min(LONGEST_PAUSE);
        self.failures += 1;
        pause
    }

    /// A list that cannot be kept is had again at the next start.
    async fn keep(&self, models: Vec<OfferedModel>) {
        let (folder, server) = (self.folder.clone(), self.server.clone());
        let writing = tokio::task::spawn_blocking(move || file::write(&folder, &server, &models));
        match faults::around(Step::KeepModels, writing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(reason = %error, "The list of models cannot be kept in the data folder"),
            Err(error) => tracing::warn!(reason = %error, "The list of models was not kept"),
        }
    }
}
