//! A Telegram and a model on this machine, and people in it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use routergram::clock::Clock;
use routergram::sandbox::model::FakeModel;
use routergram::sandbox::telegram::{FakeTelegram, Options};
use tempfile::TempDir;

use crate::bot::{Bot, free_port};

/// The first person; the others follow.
pub(crate) const FIRST: i64 = 1_000_001;

/// How updates arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Webhook,
    Polling,
}

impl Mode {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Polling => "polling",
        }
    }
}

/// Everything around the program.
pub(crate) struct World {
    pub(crate) telegram: FakeTelegram,
    pub(crate) model: FakeModel,
    pub(crate) folder: TempDir,
}

impl World {
    /// With so many people, each with a private chat, and a model that answers without a pause: sixty words, one by one.
    pub(crate) async fn with(people: u16) -> anyhow::Result<Self> {
        let clock = Clock::system();
        let telegram = FakeTelegram::start(Options::new(clock.clone())).await?;
        telegram.set_journal(false);
        for id in FIRST..FIRST + i64::from(people) {
            telegram.add_person(id, "Anna", Some("en"));
        }
        let model = FakeModel::start(clock).await?;
        model.in_a_hurry();
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
        let port = free_port()?;
        let mut settings: Vec<(String, String)> = [
            ("BOT_TOKEN", self.telegram.token()),
            ("TELEGRAM_API_URL", &self.telegram.api_url()),
            ("OPENROUTER_API_KEY", "sk-or-v1-BENCH-not-a-real-key"),
            ("OPENROUTER_BASE_URL", self.model.base_url().as_str()),
            ("DATA_DIR", &data.display().to_string()),
            ("HOST", "127.0.0.1"),
            ("PORT", &port.to_string()),
            ("LOG_FORMAT", "json"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        settings.extend(besides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        match mode {
            Mode::Webhook => settings.push(("WEBHOOK_URL".to_owned(), format!("http://127.0.0.1:{port}"))),
            Mode::Polling => settings.push(("WEBHOOK_TAKEOVER".to_owned(), "true".to_owned())),
        }
        Bot::start(&settings, port, self.folder.path()).await
    }
}
