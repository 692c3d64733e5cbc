//! From many names and places to one value per variable.
//!
//! A layer above beats a layer below; within a layer the canonical name beats its aliases; a secret may stand in a
//! file instead. What loses is compared with what wins, and a difference is said aloud, because somebody who sets two
//! names to two values expects something. The result goes through `envy` into one flat struct of texts; `envy` stops
//! at its first error, so the typed reading comes later ([`read`](super::read)) and reports everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::env::{Layers, Sources};
use super::problem::Problem;
use super::vars::{self, Fallback, Var};

/// Every variable's text: what was set, or the default of the table.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(super) struct Raw {
    pub(super) bot_token: Option<String>,
    pub(super) openrouter_api_key: Option<String>,
    pub(super) model: Option<String>,
    pub(super) fallback_models: Option<String>,
    pub(super) allowed_models: Option<String>,
    pub(super) image_model: Option<String>,
    pub(super) transcription_model: Option<String>,
    pub(super) system_prompt: Option<String>,
    pub(super) personas_file: Option<String>,
    pub(super) allowed_user_ids: Option<String>,
    pub(super) admin_user_ids: Option<String>,
    pub(super) use_webhook: Option<String>,
    pub(super) webhook_url: Option<String>,
    pub(super) railway_public_domain: Option<String>,
    pub(super) webhook_path: Option<String>,
    pub(super) webhook_secret: Option<String>,
    pub(super) webhook_max_connections: Option<String>,
    pub(super) drop_pending_updates: Option<String>,
    pub(super) webhook_watch: Option<String>,
    pub(super) webhook_takeover: Option<String>,
    pub(super) disable_telegram_bot: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) telegram_api_url: Option<String>,
    pub(super) telegram_max_per_second: Option<String>,
    pub(super) reply_format: Option<String>,
    pub(super) max_tokens: Option<String>,
    pub(super) temperature: Option<String>,
    pub(super) reasoning_effort: Option<String>,
    pub(super) web_search: Option<String>,
    pub(super) openrouter_base_url: Option<String>,
    pub(super) openrouter_timeout_secs: Option<String>,
    pub(super) turn_timeout_secs: Option<String>,
    pub(super) max_concurrent_turns: Option<String>,
    pub(super) user_messages_per_minute: Option<String>,
    pub(super) user_daily_budget_usd: Option<String>,
    pub(super) daily_budget_usd: Option<String>,
    pub(super) port: Option<String>,
    pub(super) host: Option<String>,
    pub(super) data_dir: Option<String>,
    pub(super) railway_volume_mount_path: Option<String>,
    pub(super) data_key: Option<String>,
    pub(super) data_key_new: Option<String>,
    pub(super) history_days: Option<String>,
    pub(super) privacy_policy_url: Option<String>,
    pub(super) drain_secs: Option<String>,
    pub(super) metrics_token: Option<String>,
    pub(super) admin_token: Option<String>,
    pub(super) rust_log: Option<String>,
    pub(super) log_format: Option<String>,
    pub(super) otel_exporter_otlp_endpoint: Option<String>,
    pub(super) otel_exporter_otlp_headers: Option<String>,
    pub(super) otel_service_name: Option<String>,
    pub(super) otel_resource_attributes: Option<String>,
}

/// A value that somebody has set.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) value: String,
    /// The name its owner used: an alias, or `NAME_FILE`.
    pub(super) written_as: String,
    pub(super) origin: Origin,
}

/// Where a value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Environment,
    DotEnv,
    /// A file that a variable of either layer names.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::DotEnv => f.write_str(".env"),
            Self::File(path) => write!(f, "file {}", path.display()),
        }
    }
}

/// One value per variable, and what was noticed on the way.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) raw: Raw,
    /// What was set, by canonical name.
    pub(super) found: BTreeMap<&'static str, Found>,
    /// Canonical names of variables that are set, but to something unreadable that was already reported.
    pub(super) broken: BTreeSet<&'static str>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
    /// Whether Railway runs this process.
    pub(super) on_railway: bool,
}

impl Settings {
    /// Reads the sources and folds them.
    pub(super) fn read(sources: &Sources) -> Self {
        let layers = Layers::read(sources);
        let mut settings = Self {
            broken: layers.broken.clone(),
            problems: layers.problems.clone(),
            warnings: layers.warnings.clone(),
            on_railway: layers.on_railway,
            ..Self::default()
        };
        for var in vars::all() {
            if let Some(found) = settings.fold(var, &layers) {
                settings.found.insert(var.name, found);
            }
        }
        settings.raw = settings.flat();
        settings
    }

    fn fold(&mut self, var: &'static Var, layers: &Layers) -> Option<Found> {
        let mut winner: Option<Found> = None;
        for (layer, origin) in [(&layers.environment, Origin::Environment), (&layers.dotenv, Origin::DotEnv)] {
            // A file that a losing layer names is not even opened: it may belong to another machine.
            let with_files = winner.is_none();
            for name in var.names() {
                let direct = layer.get(name).map(|value| Found {
                    value: value.clone(),
                    written_as: name.to_owned(),
                    origin: origin.clone(),
                });
                let file = var.file_name(name).filter(|file| with_files && layer.contains_key(file));
                let from_file = file.and_then(|file| self.open(var, &file, &layer[&file]));
                let Some(candidate) = self.one_of(var, direct, from_file) else { continue };
                match &winner {
                    None => winner = Some(candidate),
                    Some(winner) => self.compare(winner, &candidate),
                }
            }
        }
        winner
    }

    /// The value of `file`, a variable that names a file.
    fn open(&mut self, var: &'static Var, file: &str, path: &str) -> Option<Found> {
        let fault = match std::fs::read(path).map(String::from_utf8) {
            Ok(Ok(text)) if !text.trim().is_empty() => {
                let origin = Origin::File(PathBuf::from(path));
                return Some(Found { value: text.trim().to_owned(), written_as: file.to_owned(), origin });
            }
            Ok(Ok(_)) => "empty".to_owned(),
            Ok(Err(_)) => "not UTF-8 text".to_owned(),
            Err(error) => format!("not readable ({})", error.kind()),
        };
        self.broken.insert(var.name);
        self.problems.push(Problem {
            variable: file.to_owned(),
            origin: None,
            found: format!("\"{path}\", and that file is {fault}"),
            expected: format!("the path of a file with the value of {}", var.name),
            fix: format!("check that the file exists and that this process may read it, or set {} itself", var.name),
        });
        None
    }

    /// A variable and its `_FILE` are equals: when they differ, nobody can tell which one was meant.
    fn one_of(&mut self, var: &'static Var, direct: Option<Found>, from_file: Option<Found>) -> Option<Found> {
        if let (Some(direct), Some(from_file)) = (&direct, &from_file)
            && direct.value != from_file.value
        {
            self.broken.insert(var.name);
            self.problems.push(Problem {
                variable: direct.written_as.clone(),
                origin: Some(direct.origin.to_string()),
                found: format!("not the same as what {} names", from_file.written_as),
                expected: "one of the two, or the same value in both".to_owned(),
                fix: format!("remove {} or {}", direct.written_as, from_file.written_as),
            });
        }
        direct.or(from_file)
    }

    fn compare(&mut self, winner: &Found, loser: &Found) {
        // The same name in both layers is what layers are for.
        if winner.written_as != loser.written_as && winner.value != loser.value {
            self.warnings.push(format!(
                "{} and {} mean the same and have different values; {} ({}) is used",
                winner.written_as, loser.written_as, winner.written_as, winner.origin
            ));
        }
    }

    fn flat(&self) -> Raw {
        let pairs = vars::all().filter_map(|var| {
            let default = if let Fallback::Value(value) = var.fallback { Some(value) } else { None };
            let value = self.found.get(var.name).map(|found| found.value.as_str()).or(default)?;
            Some((var.name.to_owned(), value.to_owned()))
        });
        envy::from_iter(pairs).expect("texts are read into optional texts, each name once")
    }
}
