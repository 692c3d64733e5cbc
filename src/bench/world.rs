//! A Telegram and a model on this machine, people in it, and the subject between them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;

use super::cores::Cores;
use super::people::{Mode, settings, with_people};
use super::process::free_port;
use super::subject::{Running, Subject};
use crate::clock::Clock;
use crate::sandbox::model::FakeModel;
use crate::sandbox::telegram::FakeTelegram;

/// Where measuring happens.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    pub(super) cores: Cores,
    pub(super) mode: Mode,
}

/// Everything around a subject.
pub(super) struct World {
    pub(super) telegram: FakeTelegram,
    pub(super) model: FakeModel,
    pub(super) cores: Cores,
    mode: Mode,
    /// Removed with the world.
    pub(super) folder: TempDir,
}

impl World {
    /// With so many people, each with a private chat, and a model that answers at once, with a short answer.
    pub(super) async fn with(people: u32, place: &Place) -> anyhow::Result<Self> {
        let (telegram, model) = with_people(people, &Clock::system()).await?;
        // Others may ask without streaming, and leave out what the program always says.
        telegram.set_strict(false);
        model.set_strict(false);
        model.comments(false);
        let folder = tempfile::Builder::new().prefix("routergram-bench-").tempdir_in(&place.folder);
        let folder = folder.with_context(|| format!("cannot write to {}", place.folder.display()))?;
        let world = Self { telegram, model, cores: place.cores, mode: place.mode, folder };
        world.answers_briefly();
        Ok(world)
    }

    /// A dozen words, each a chunk of its own.
    pub(super) fn answers_briefly(&self) {
        self.model.answers_with(|asked| format!("To {}: it depends on what you want to do with it.", asked.question()));
    }

    /// Sixty-six words, with marks for bold and italics.
    pub(super) fn answers_at_length(&self) {
        self.model.answers_with(|asked| {
            let mut answer = format!("To {}: ", asked.question());
            for n in 0..8 {
                // Writing to a string does not fail.
                let _ = write!(answer, "all **work** and no play makes _Jack_ {n} ");
            }
            answer
        });
    }

    /// Starts the subject with an empty store.
    pub(super) async fn start(&self, subject: &Subject, besides: &[(&str, &str)]) -> anyhow::Result<Running> {
        let data = self.folder.path().join(format!("data-{}", fastrand::u64(..)));
        self.start_on(subject, &data, besides).await
    }

    /// Starts the subject with its store there.
    pub(super) async fn start_on(
        &self,
        subject: &Subject,
        data: &Path,
        besides: &[(&str, &str)],
    ) -> anyhow::Result<Running> {
        let settings = settings(&self.telegram, &self.model, data, (self.mode, free_port()?), besides);
        subject.start(self, &settings).await
    }
}
