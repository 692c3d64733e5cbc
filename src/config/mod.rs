//! Configuration: small typed pieces, one per consumer, complete before anything starts.
//!
//! Environment variables and `.env` ([`mod@env`]) are folded to one text per variable ([`fold`]), read into the sections
//! below ([`sections`], [`mode`]), and checked against each other. [`Config::load`] either returns everything or names
//! everything that is wrong, each thing with its fix. What exists is written down once, in [`vars`].
//!
//! It refuses to guess: a value that is set and cannot be understood stops the start, and is not replaced by a default.

mod address;
mod allowed;
mod data_key;
mod effort;
mod env;
mod export;
mod fold;
mod later;
mod mode;
mod personas;
mod privacy;
mod problem;
mod read;
mod reference;
mod sections;
mod show;
mod spelling;
#[cfg(test)]
mod tests;
mod token;
mod vars;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

pub use self::address::AddressFault;
pub use self::allowed::AllowedModels;
pub use self::data_key::{DataKey, data_keys};
pub use self::effort::Effort;
pub use self::env::Sources;
pub use self::privacy::PrivacyConfig;
pub use self::problem::{ConfigProblems, Problem};
pub use self::reference::{env_example, environment, reference};
pub use self::show::{Dump, Row, check, show};
pub use self::token::BotToken;
use crate::personas::Personas;
use crate::telemetry::Redactor;
pub use crate::telemetry::{LogConfig, LogFormat};

/// Everything that was configured.
#[derive(Debug, Clone)]
pub struct Config {
    /// Which bot; empty (id 0) only in [`Mode::Disabled`].
    pub token: BotToken,
    /// How updates arrive, and why that was chosen.
    pub mode: ModeChoice,
    /// The HTTP server.
    pub http: HttpConfig,
    /// The Bot API.
    pub telegram: TelegramConfig,
    /// The model.
    pub openrouter: OpenRouterConfig,
    /// Answering.
    pub turns: TurnConfig,
    /// What it may cost.
    pub money: MoneyConfig,
    /// Whom to tell.
    pub owner: OwnerConfig,
    /// The store.
    pub storage: StorageConfig,
    /// What becomes of what people write.
    pub privacy: PrivacyConfig,
    /// After SIGTERM, finish what is running within this span.
    pub drain: Duration,
    /// Logging.
    pub log: LogConfig,
    /// Suspicious but usable settings, each a sentence for the log.
    pub warnings: Vec<String>,
}

/// What a successful start knows.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// For the parts.
    pub config: Config,
    /// For `config show`.
    pub dump: Dump,
}

impl Config {
    /// Reads and checks everything. The error holds every problem, not only the first.
    pub fn load(sources: &Sources) -> Result<Loaded, ConfigProblems> {
        let settings = fold::Settings::read(sources);
        let mut reader = read::Reader::new(&settings);
        let config = sections::all(&mut reader, sources.stdout_is_terminal);
        let (mut problems, warnings) = (reader.problems, reader.warnings);
        if problems.is_empty() {
            let config = Self { warnings, ..config };
            let dump = Dump::new(&settings, Some(&config));
            return Ok(Loaded { config, dump });
        }
        // In the order of the reference; what belongs to no variable (`.env` itself) comes first.
        problems.sort_by_key(|problem| {
            let var = vars::recognised(&problem.variable)?;
            vars::all().position(|other| other.name == var.name)
        });
        Err(ConfigProblems { problems, warnings, dump: Dump::new(&settings, None) })
    }

    /// "webhook (`WEBHOOK_URL` is set)": the mode and why, for the first log line.
    #[must_use]
    pub fn mode_and_why(&self) -> String {
        show::mode_line(self)
    }

    /// Knows every secret of this configuration, for the log.
    #[must_use]
    pub fn redactor(&self) -> Redactor {
        let token = self.token.expose();
        // The part behind the colon alone, too: in addresses the colon may be percent-encoded.
        let behind_colon = token.split_once(':').map_or("", |(_, secret)| secret);
        let webhook_secret = match &self.mode.mode {
            Mode::Webhook(webhook) => webhook.secret.expose_secret(),
            Mode::Polling | Mode::Disabled => "",
        };
        let [metrics_token, admin_token] = [&self.http.metrics_token, &self.http.admin_token]
            .map(|token| token.as_ref().map_or("", ExposeSecret::expose_secret));
        let exported = self.log.export.iter().flat_map(|export| &export.headers);
        let headers = exported.map(|(_, value)| (value.expose_secret().to_owned(), "[redacted]"));
        let data_key = self.storage.data_key.as_ref().map_or("", DataKey::written);
        let others = [data_key, self.openrouter.api_key.expose_secret(), webhook_secret, metrics_token, admin_token];
        Redactor::new(
            [token, behind_colon]
                .map(|secret| (secret.to_owned(), "TOKEN"))
                .into_iter()
                .chain(others.map(|secret| (secret.to_owned(), "[redacted]")))
                .chain(headers),
        )
    }
}

/// Where the running bot can be asked for its health from this machine. Reads `PORT` and `HOST` alone, so that a
/// health check does not fail because of something else; a value that cannot be read counts as not set.
#[must_use]
pub fn health_address(sources: &Sources) -> SocketAddr {
    /// The table's default; a test compares them.
    const DEFAULT_PORT: u16 = 8000;
    let raw = fold::Settings::read(sources).raw;
    let port = raw.port.and_then(|text| text.parse().ok()).unwrap_or(DEFAULT_PORT);
    let host = raw.host.as_deref().and_then(sections::ip_address).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    reached_at(host, port)
}

/// Where somebody on this machine reaches a server that listens there.
fn reached_at(host: IpAddr, port: u16) -> SocketAddr {
    let host = match host {
        IpAddr::V6(any) if any.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(any) if any.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        host => host,
    };
    SocketAddr::new(host, port)
}

/// The folder of the embedded store. It can be told even when other settings cannot be used.
#[must_use]
pub fn data_dir(sources: &Sources) -> PathBuf {
    sections::data_dir(&fold::Settings::read(sources))
}

/// What the owner has set of those settings that the sandbox passes on: the personas, and which model answers, and how.
/// Without a key there is no model to pass on: the sandbox's own needs no choice.
#[must_use]
pub fn passed_on_to_the_sandbox(sources: &Sources) -> Vec<(String, String)> {
    const PASSED_ON: [&str; 13] = [
        "PERSONAS_FILE",
        "OPENROUTER_API_KEY",
        "OPENROUTER_BASE_URL",
        "MODEL",
        "FALLBACK_MODELS",
        "ALLOWED_MODELS",
        "IMAGE_MODEL",
        "TRANSCRIPTION_MODEL",
        "SYSTEM_PROMPT",
        "MAX_TOKENS",
        "TEMPERATURE",
        "REASONING_EFFORT",
        "WEB_SEARCH",
    ];
    let mut found = fold::Settings::read(sources).found;
    let passed_on = if found.contains_key(PASSED_ON[1]) { &PASSED_ON[..] } else { &PASSED_ON[..1] };
    passed_on.iter().filter_map(|name| Some(((*name).to_owned(), found.remove(name)?.value))).collect()
}

/// How updates arrive, and the reason in words ("`WEBHOOK_URL` is set").
#[derive(Debug, Clone)]
pub struct ModeChoice {
    /// The mode.
    pub mode: Mode,
    /// Why, for the first log line.
    pub why: String,
}

/// How updates arrive.
#[derive(Debug, Clone)]
pub enum Mode {
    /// Telegram posts them to us.
    Webhook(WebhookConfig),
    /// We ask for them.
    Polling,
    /// Not at all: only health and pages are served.
    Disabled,
}

impl Mode {
    /// One word for the log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Webhook(_) => "webhook",
            Self::Polling => "polling",
            Self::Disabled => "disabled",
        }
    }
}

/// What webhook mode needs.
#[derive(Clone)]
pub struct WebhookConfig {
    /// The complete address Telegram posts to. Holds the token: never to be printed as it is.
    pub url: Url,
    /// The paths that are served (the URL's own path and the fixed ones), each starting with `/`.
    pub paths: Vec<String>,
    /// Comes back in `X-Telegram-Bot-Api-Secret-Token`.
    pub secret: SecretString,
    /// 1–100.
    pub max_connections: u8,
}

/// Without the address and the paths, which hold the token.
impl fmt::Debug for WebhookConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookConfig").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}

/// The HTTP server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Address to listen on.
    pub host: std::net::IpAddr,
    /// Port to listen on; 0 lets the system choose.
    pub port: u16,
    /// `/metrics` answers 404 without one.
    pub metrics_token: Option<SecretString>,
    /// Opens the admin addresses, which answer 404 without one.
    pub admin_token: Option<SecretString>,
}

impl HttpConfig {
    /// Where somebody on this machine reaches this server.
    #[must_use]
    pub fn reached_at(&self) -> SocketAddr {
        reached_at(self.host, self.port)
    }
}

/// The Bot API.
#[derive(Debug, Clone)]
pub struct TelegramConfig {
    /// Base address, without the `/bot<token>` part; its path does not end in `/` unless it has none.
    pub api_url: Url,
    /// Forget at start what Telegram still holds.
    pub drop_pending_updates: bool,
    /// Whether the webhook is looked at every minute; otherwise only after a minute in which updates came.
    pub webhook_watch: bool,
    /// Polling may remove a webhook that another host has set.
    pub webhook_takeover: bool,
    /// Calls a second that send or edit, at most; `None`: as many as Telegram takes.
    pub max_per_second: Option<u32>,
    /// The hosts that the settings name for this deployment's own webhook.
    pub own_webhook_hosts: Vec<String>,
}

impl TelegramConfig {
    /// Is the Bot API server another one than Telegram's?
    #[must_use]
    pub fn is_own_server(&self) -> bool {
        self.api_url.host_str() != Some("api.telegram.org")
    }
}

/// The model.
#[derive(Debug, Clone)]
pub struct OpenRouterConfig {
    /// Bearer key; empty only when another server than OpenRouter is asked, or nothing is ([`Mode::Disabled`]).
    pub api_key: SecretString,
    /// Base address that `/chat/completions` is appended to; its path does not end in `/` unless it has none.
    pub base_url: Url,
    /// To the first progress and between progress.
    pub timeout: Duration,
    /// The model asked.
    pub model: String,
    /// Tried in order by the provider when the model is not available.
    pub fallback_models: Vec<String>,
    /// Cap of one answer, in tokens.
    pub max_tokens: u32,
    /// Sampling temperature, 0–2.
    pub temperature: Option<f32>,
}

/// Answering.
#[derive(Debug, Clone)]
pub struct TurnConfig {
    /// Answers being written at once.
    pub max_concurrent: usize,
    /// Hard cap of one answer.
    pub timeout: Duration,
    /// Messages that one person may send in a minute; `None`: no limit.
    pub messages_per_minute: Option<u32>,
    /// The system prompt of conversations that were not given one.
    pub system_prompt: String,
    /// Who the model can be.
    pub personas: Personas,
    /// Ids of the people who may use the bot; `None` = everybody.
    pub allowed_users: Option<Vec<i64>>,
    /// Who paints what `/image` asks for; `None`: nobody.
    pub image_model: Option<String>,
    /// Who writes down recordings; `None`: the answering model listens itself, if it can.
    pub transcription_model: Option<String>,
    /// How answers are formatted.
    pub reply_format: ReplyFormat,
    /// Cap of one answer, in tokens.
    pub max_tokens: u32,
    /// The models that people may choose.
    pub allowed_models: AllowedModels,
    /// How hard models that reason think where nobody has chosen; `None`: as they do by themselves.
    pub reasoning_effort: Option<Effort>,
    /// Whether models may search the web where nobody has chosen.
    pub web_search: bool,
}

/// What answers may cost in a day, in millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MoneyConfig {
    /// Those of one person, unless the owner gave them another budget; `None`: no limit.
    pub user_daily_micro_usd: Option<i64>,
    /// Those of everybody together; `None`: no limit.
    pub daily_micro_usd: Option<i64>,
}

/// How answers are formatted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplyFormat {
    /// As rich messages where there is a table or a formula, as text otherwise.
    #[default]
    Auto,
    /// As text with entities.
    Entities,
    /// As rich messages.
    Rich,
}

/// Who owns the bot.
#[derive(Debug, Clone)]
pub struct OwnerConfig {
    /// Telegram's user ids; the first one is told what needs attention. Empty: nobody is named.
    pub admins: Vec<i64>,
}

/// The store.
#[derive(Debug, Clone)]
pub struct StorageConfig {
    /// Folder of the embedded database.
    pub data_dir: PathBuf,
    /// Seals the texts in it.
    pub data_key: Option<DataKey>,
}
