//! A Telegram and a model on this machine, people in it, and the settings with which the program finds them.

use std::path::Path;

use crate::clock::Clock;
use crate::sandbox::model::FakeModel;
use crate::sandbox::telegram::{FakeTelegram, Options};

/// The first person; the others follow.
pub const FIRST: i64 = 1_000_001;

/// How updates arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Posted to the program.
    Webhook,
    /// Asked for by it.
    Polling,
}

impl Mode {
    /// In the order in which they are measured.
    pub const BOTH: [Self; 2] = [Self::Webhook, Self::Polling];

    /// As in the table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Polling => "polling",
        }
    }
}

/// So many people, each with a private chat, and a model that answers without a pause, on the clock of both.
pub async fn with_people(people: u32, clock: &Clock) -> anyhow::Result<(FakeTelegram, FakeModel)> {
    let telegram = FakeTelegram::start(Options::new(clock.clone())).await?;
    telegram.set_journal(false);
    for id in FIRST..FIRST + i64::from(people) {
        telegram.add_person(id, "Anna", Some("en"));
    }
    let model = FakeModel::start(clock.clone()).await?;
    model.set_journal(false);
    model.in_a_hurry();
    Ok((telegram, model))
}

/// What the program is told: where everything is, where to keep its store, where to listen, and that nobody is told to
/// write less or to spend less.
#[must_use]
pub fn settings(
    telegram: &FakeTelegram,
    model: &FakeModel,
    data: &Path,
    (mode, port): (Mode, u16),
    besides: &[(&str, &str)],
) -> Vec<(String, String)> {
    let mut settings: Vec<(String, String)> = [
        ("BOT_TOKEN", telegram.token()),
        ("TELEGRAM_API_URL", &telegram.api_url()),
        ("OPENROUTER_API_KEY", "sk-or-v1-BENCH-not-a-real-key"),
        ("OPENROUTER_BASE_URL", model.base_url().as_str()),
        ("DATA_DIR", &data.display().to_string()),
        ("HOST", "127.0.0.1"),
        ("PORT", &port.to_string()),
        ("LOG_FORMAT", "json"),
        // Each of these people stands for many.
        ("USER_MESSAGES_PER_MINUTE", "0"),
        ("USER_DAILY_BUDGET_USD", "0"),
        ("DAILY_BUDGET_USD", "0"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    match mode {
        Mode::Webhook => settings.push(("WEBHOOK_URL".to_owned(), format!("http://127.0.0.1:{port}"))),
        Mode::Polling => settings.push(("WEBHOOK_TAKEOVER".to_owned(), "true".to_owned())),
    }
    settings.extend(besides.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    settings
}
