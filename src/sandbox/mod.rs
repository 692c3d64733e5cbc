//! The sandbox: the real program against a Telegram and a model that live on this machine, and a chat in a browser.
//!
//! It is the test world with a browser attached. The fakes speak HTTP and behave as the originals' servers do; the bot
//! that runs between them is [`app::run`], with settings that go through the same
//! [`Config::load`] as everybody's. Nothing is sent beyond this machine, unless an `OPENROUTER_API_KEY` is set: then
//! the model is the real one.
//!
//! What is stored lives in a temporary folder and is gone with the sandbox: it is for trying, not for keeping.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app;
use crate::clock::Clock;
use crate::config::{Config, Sources};
use crate::lifecycle::{StopSignals, Tasks};

pub mod model;
pub mod page;
pub mod telegram;
mod village;

use model::FakeModel;
use telegram::{FakeTelegram, Options};

/// What the sandbox's bot is told about itself; visibly no real token.
const TOKEN: &str = "123456:SANDBOX-TOKEN-not-a-real-one";

/// How to start.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// Does the bot poll? Otherwise updates are posted to it.
    pub polling: bool,
    /// The port of the page on this machine; 0 for any.
    pub port: u16,
    /// Settings of the owner that the sandbox passes on: the key and what chooses the model.
    pub passed_on: Vec<(String, String)>,
}

/// A sandbox that has been prepared: its page is listening, its bot is not running yet.
pub struct Sandbox {
    telegram: FakeTelegram,
    /// `None` with a real key.
    model: Option<FakeModel>,
    config: Config,
    page: TcpListener,
    address: SocketAddr,
    /// Removed when the sandbox ends.
    _folder: tempfile::TempDir,
}

impl Sandbox {
    /// Starts the fakes and takes the page's port.
    pub async fn prepare(wishes: Wishes, clock: &Clock) -> anyhow::Result<Self> {
        let page = TcpListener::bind((Ipv4Addr::LOCALHOST, wishes.port))
            .await
            .with_context(|| format!("cannot listen on port {}: choose another one with --port", wishes.port))?;
        let options = Options {
            token: TOKEN.to_owned(),
            name: "routergram".to_owned(),
            username: "routergram_sandbox_bot".to_owned(),
            ..Options::new(clock.clone())
        };
        let telegram = FakeTelegram::start(options).await?;
        village::settle(&telegram);
        let real = wishes.passed_on.iter().any(|(name, _)| name == "OPENROUTER_API_KEY");
        let model = if real { None } else { Some(FakeModel::start(clock.clone()).await?) };
        let folder = tempfile::Builder::new().prefix("routergram-sandbox-").tempdir()?;
        let bot_port = free_port().await?;
        let settings = settings(&wishes, &telegram, model.as_ref(), folder.path(), bot_port);
        let config =
            Config::load(&Sources::given(settings, None)).map_err(|problems| anyhow::anyhow!("{problems}"))?.config;
        let address = page.local_addr()?;
        Ok(Self { telegram, model, config, page, address, _folder: folder })
    }

    /// Where to look.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Is the model the real one?
    #[must_use]
    pub const fn asks_the_real_model(&self) -> bool {
        self.model.is_none()
    }

    /// The settings that the bot will run with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Runs the bot and serves the page until `stop.soft`.
    pub async fn run(self, clock: Clock, stop: StopSignals) -> anyhow::Result<()> {
        let tasks = Tasks::new(stop.clone());
        let router = page::router(seam(&self.telegram, &stop));
        let (listener, closing) = (self.page, stop.soft.clone());
        tasks.spawn_vital("the sandbox's page", async move {
            axum::serve(listener, router).with_graceful_shutdown(closing.cancelled_owned()).await
        });
        let (listening, _) = oneshot::channel();
        let ended = tokio::select! {
            ended = app::run(self.config, clock, stop.clone(), listening) => ended.map_err(anyhow::Error::from),
            failure = tasks.failed() => Err(anyhow::anyhow!(failure)),
        };
        stop.soft.cancel();
        tasks.finished().await;
        ended
    }
}

/// The page's view of the fake Telegram.
fn seam(telegram: &FakeTelegram, stop: &StopSignals) -> page::Seam {
    let (world, acting, events, menu) = (telegram.clone(), telegram.clone(), telegram.clone(), telegram.clone());
    let files = telegram.clone();
    page::Seam {
        world: Arc::new(move || world.view()),
        act: Arc::new(move |act| {
            let done = acting.act(act).map_err(|refused| refused.to_string())?;
            Ok(serde_json::json!({ "message_id": done.message_id(), "inline_query_id": done.inline_query_id }))
        }),
        events: Arc::new(move || events.events()),
        commands: Arc::new(move |chat, user| {
            let shown = menu.menu(chat, user).into_iter();
            shown.map(|(command, description)| page::Command { command, description }).collect()
        }),
        file: Arc::new(move |id| files.file(id)),
        stop: stop.soft.clone(),
    }
}

/// The bot's settings, as variables: the sandbox has no other way in than everybody.
fn settings(
    wishes: &Wishes,
    telegram: &FakeTelegram,
    model: Option<&FakeModel>,
    folder: &std::path::Path,
    bot_port: u16,
) -> Vec<(String, String)> {
    let mut settings = vec![
        ("BOT_TOKEN".to_owned(), TOKEN.to_owned()),
        ("TELEGRAM_API_URL".to_owned(), telegram.api_url()),
        ("DATA_DIR".to_owned(), folder.display().to_string()),
        ("HOST".to_owned(), "127.0.0.1".to_owned()),
        ("PORT".to_owned(), bot_port.to_string()),
        ("DRAIN_SECS".to_owned(), "1".to_owned()),
        ("ADMIN_USER_IDS".to_owned(), village::ANNA.to_string()),
    ];
    if wishes.polling {
        settings.push(("USE_WEBHOOK".to_owned(), "false".to_owned()));
    } else {
        settings.push(("WEBHOOK_URL".to_owned(), format!("http://127.0.0.1:{bot_port}")));
    }
    if let Some(model) = model {
        settings.push(("OPENROUTER_BASE_URL".to_owned(), model.base_url().to_string()));
        settings.push(("OPENROUTER_API_KEY".to_owned(), "sk-or-v1-sandbox-not-a-real-one".to_owned()));
        settings.push(("IMAGE_MODEL".to_owned(), model::PAINTER.to_owned()));
        settings.push(("TRANSCRIPTION_MODEL".to_owned(), model::LISTENER.to_owned()));
    }
    settings.extend(wishes.passed_on.iter().cloned());
    settings
}

/// A port that was free a moment ago: the webhook's address has to be known before the bot listens.
async fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?.local_addr()?.port())
}
