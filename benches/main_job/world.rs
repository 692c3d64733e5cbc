//! A Telegram and a model on this machine, and people in it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use routergram::clock::Clock;
use routergram::sandbox::model::FakeModel;
use routergram::sandbox::telegram::FakeTelegram;
use tempfile::TempDir;

use crate::bot::Bot;
pub(crate) use routergram::bench::{FIRST, Mode};
use routergram::bench::{free_port, settings, with_people};

/// Everything around the program.
pub(crate) struct World {
    pub(crate) telegram: FakeTelegram,
    pub(crate) model: FakeModel,
    pub(crate) folder: TempDir,
}

impl World {
    /// With so many people, each with a private chat, and a model that answers without a pause: sixty words, one by one.
    pub(crate) async fn with(people: u32) -> anyhow::Result<Self> {
        let (telegram, model) = with_people(people, &Clock::system()).await?;
        model.answers_with(|asked| {
            let mut answer = format!("To **{}**: ", asked.question());
            for n in 0..8 {
                // Writing to a string does not fail.
                let _ = write!(answer, "all work and no play makes _Jack_ {n} ");
            }
            answer
        });
        // Not the system's folder for temporary files, which may be memory: this one is on the disk.
        let folder = tempfile::Builder::new().prefix("main-job-").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        Ok(Self { telegram, model, folder })
    }

    /// A folder of that name in this world's.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts the program with its store in `data` and these settings besides, and returns when it is ready.
    pub(crate) async fn start(&self, mode: Mode, data: &Path, besides: &[(&str, &str)]) -> anyhow::Result<Bot> {
        let settings = settings(&self.telegram, &self.model, data, (mode, free_port()?), besides);
        Bot::start(&settings, self.folder.path()).await
    }
}
