//! What `config show` and `config check` print: every variable, the value in force, where it came from.
//!
//! Secrets appear as their length alone; the token inside addresses and paths as `TOKEN`; anything that looks like a
//! key in a place where none belongs is treated as one.

use std::fmt::Write as _;

use secrecy::ExposeSecret;
use url::Url;

use super::fold::{Found, Settings};
use super::problem::{ConfigProblems, write_warnings};
use super::vars::{self, Fallback, Var};
use super::{Config, Loaded, LogFormat, Mode, token};

/// The configuration in printable form. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dump {
    /// "webhook (`WEBHOOK_URL` is set)"; `None` while there are problems.
    pub mode: Option<String>,
    /// The address Telegram posts to, with `TOKEN` in it, when that is the mode.
    pub webhook_url: Option<String>,
    /// One row per variable, in the order of the reference.
    pub rows: Vec<Row>,
}

/// One variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The canonical name.
    pub name: &'static str,
    /// What is in force; secrets as their length.
    pub value: String,
    /// Where it came from.
    pub origin: String,
}

/// Longer values are cut: the table is for the eye.
const WIDEST_VALUE: usize = 60;

impl Dump {
    /// `config` is `None` while there are problems: what is derived from other values is then not known.
    pub(super) fn new(settings: &Settings, config: Option<&Config>) -> Self {
        let webhook = config.and_then(|config| match &config.mode.mode {
            Mode::Webhook(webhook) => Some(hidden(webhook.url.as_str(), settings)),
            Mode::Polling | Mode::Disabled => None,
        });
        Self {
            mode: config.map(mode_line),
            webhook_url: webhook,
            rows: vars::all().map(|var| row(var, settings, config)).collect(),
        }
    }
}

fn row(var: &'static Var, settings: &Settings, config: Option<&Config>) -> Row {
    let (value, origin) = if let Some(found) = settings.found.get(var.name) {
        (shown(var, &found.value, settings), origin(var, found))
    } else if settings.broken.contains(var.name) {
        ("–".to_owned(), "unreadable".to_owned())
    } else if let Some(derived) = config.and_then(|config| derived(var.name, settings, config)) {
        derived
    } else {
        match var.fallback {
            Fallback::Required | Fallback::Nothing => ("–".to_owned(), "not set".to_owned()),
            Fallback::Value(_) | Fallback::Words(_) => (fallback(var), "default".to_owned()),
        }
    };
    Row { name: var.name, value, origin }
}

fn origin(var: &Var, found: &Found) -> String {
    if found.written_as == var.name {
        found.origin.to_string()
    } else {
        format!("{}, as {}", found.origin, found.written_as)
    }
}

/// Values that nobody has set and that follow from others.
fn derived(name: &str, settings: &Settings, config: &Config) -> Option<(String, String)> {
    let (value, origin) = match (name, &config.mode.mode) {
        ("USE_WEBHOOK", Mode::Webhook(_)) => ("true".to_owned(), config.mode.why.clone()),
        ("USE_WEBHOOK", Mode::Polling) => ("false".to_owned(), config.mode.why.clone()),
        ("WEBHOOK_PATH", Mode::Webhook(_)) => ("/webhook/TOKEN".to_owned(), "derived from BOT_TOKEN".to_owned()),
        ("WEBHOOK_SECRET", Mode::Webhook(webhook)) => {
            (length(webhook.secret.expose_secret()), "derived from BOT_TOKEN".to_owned())
        }
        ("DATA_DIR", _) => {
            let volume = settings.raw.railway_volume_mount_path.as_ref()?;
            (cut(volume), "RAILWAY_VOLUME_MOUNT_PATH".to_owned())
        }
        ("LOG_FORMAT", _) => match config.log.format {
            LogFormat::Text => ("text".to_owned(), "stdout is a terminal".to_owned()),
            LogFormat::Json => ("json".to_owned(), "stdout is not a terminal".to_owned()),
        },
        _ => return None,
    };
    Some((value, origin))
}

/// "webhook (`WEBHOOK_URL` is set)", for the first log line too.
pub(super) fn mode_line(config: &Config) -> String {
    format!("{} ({})", config.mode.mode.name(), config.mode.why)
}

/// What holds when `var` is not set, as the reference writes it.
pub(super) fn fallback(var: &Var) -> String {
    match var.fallback {
        Fallback::Required => "required".to_owned(),
        Fallback::Nothing => String::new(),
        Fallback::Value(text) | Fallback::Words(text) => text.to_owned(),
    }
}

fn shown(var: &Var, value: &str, settings: &Settings) -> String {
    if var.secret || token::looks_secret(&hidden(value, settings)) {
        length(value)
    } else {
        cut(&hidden(value, settings))
    }
}

/// A value inside a sentence about a problem: "is …".
pub(super) fn quoted(var: &Var, value: &str, settings: &Settings) -> String {
    if var.secret || token::looks_secret(&hidden(value, settings)) {
        format!("a value of {} characters, not shown", value.chars().count())
    } else {
        format!("\"{}\"", cut(&hidden(value, settings)))
    }
}

fn length(secret: &str) -> String {
    format!("set, {} characters", secret.chars().count())
}

/// Without the token, and without the password that an address may hold.
fn hidden(value: &str, settings: &Settings) -> String {
    let value = match settings.raw.bot_token.as_deref() {
        Some(token) if token.len() > 10 && token.contains(':') => value.replace(token, "TOKEN"),
        _ => value.to_owned(),
    };
    match Url::parse(&value) {
        Ok(mut url) if url.password().is_some() => {
            // Only addresses that cannot have a password refuse one, and this one has.
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        _ => value,
    }
}

/// On one line, and not too long.
fn cut(value: &str) -> String {
    let line = value.replace('\r', "").replace('\n', "\\n");
    if line.chars().count() <= WIDEST_VALUE {
        return line;
    }
    let start: String = line.chars().take(WIDEST_VALUE - 1).collect();
    format!("{start}…")
}

/// What `config show` prints.
#[must_use]
pub fn show(outcome: &Result<Loaded, ConfigProblems>) -> String {
    let (dump, warnings) = match outcome {
        Ok(loaded) => (&loaded.dump, &loaded.config.warnings),
        Err(problems) => (&problems.dump, &problems.warnings),
    };
    let mut text = String::new();
    let mode = dump.mode.as_deref().unwrap_or("not decided, see the problems below");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "Mode: {mode}");
    if let Some(url) = &dump.webhook_url {
        let _ = writeln!(text, "Webhook: {url}");
    }
    let width = |of: fn(&Row) -> &str| dump.rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (names, values) = (width(|row| row.name), width(|row| &row.value));
    let _ = writeln!(text, "\n{:names$}  {:values$}  FROM", "VARIABLE", "VALUE");
    for row in &dump.rows {
        let _ = writeln!(text, "{:names$}  {:values$}  {}", row.name, row.value, row.origin);
    }
    match outcome {
        Ok(_) => {
            let _ = write_warnings(&mut text, warnings);
        }
        Err(problems) => {
            let _ = write!(text, "\n{problems}");
        }
    }
    text
}

/// What `config check` prints.
#[must_use]
pub fn check(outcome: &Result<Loaded, ConfigProblems>) -> String {
    match outcome {
        Ok(loaded) => {
            let mut text = format!("The configuration is complete. Mode: {}\n", mode_line(&loaded.config));
            // Writing to a String cannot fail.
            let _ = write_warnings(&mut text, &loaded.config.warnings);
            text
        }
        Err(problems) => problems.to_string(),
    }
}
