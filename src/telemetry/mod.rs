//! Logging: one line per event on stdout, and nothing secret in it.
//!
//! Lines go to stdout because hosts count stderr as errors. On a terminal they are text; elsewhere each is one JSON
//! object with `message` and `level` at the top, which is what log viewers search ([`json`]).
//!
//! Three things keep secrets and people's texts out. The code that logs does not log them. [`QUIETED`] silences the
//! libraries that would. And every line passes a [`Redactor`] on its way out, because the errors of HTTP libraries
//! print addresses, and Telegram's addresses hold the bot's token.
//!
//! A collector gets the same where one is configured, in builds that can ([`otlp`]).
//!
//! What is logged is chosen by module and level alone ([`Targets`]): the filter that knows spans and their values brings two
//! libraries of regular expressions along, which is much of the program for something that a search in the log does, too.
//!
//! It refuses to log what a panic said unless that is a fixed text of the program: the rest may quote a person.

mod errors;
mod export;
mod json;
#[cfg_attr(not(feature = "otlp"), path = "without_otlp.rs")]
mod otlp;
mod panics;
mod redact;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::io::IsTerminal;

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{ParseError, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, filter};

pub use errors::errors_of_the_last_hour;
pub use export::ExportConfig;
pub use otlp::{CAN_EXPORT, Exporting, story_begins, story_goes_on};
pub use panics::caught;
pub use redact::{Redacting, Redactor};

/// Logging.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// Directives of `tracing_subscriber::filter::Targets`.
    pub filter: String,
    /// How lines look.
    pub format: LogFormat,
    /// Whom else to tell.
    pub export: Option<ExportConfig>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people at a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The directives cannot be read; the configuration checks them earlier with [`check_filter`].
    #[error("the log filter is not valid: {0}")]
    Filter(String),
    /// Somebody else has installed a logger in this process.
    #[error("a logger is already installed: {0}")]
    Installed(String),
    /// Nothing can be exported; the libraries' own variables may be to blame.
    #[error("spans and log lines cannot be exported: {0}. Correct the OTEL_ variables, or remove them")]
    Export(String),
}

/// The part of the subscriber that exports.
type Exported = Box<dyn Layer<Registry> + Send + Sync>;

/// Modules that print whole updates, so people's texts, at levels that are otherwise worth having: the dispatcher's
/// "Unhandled update" (warn) and "Cannot parse an update" (error). The bot itself counts and stores such updates.
const QUIETED: [&str; 1] = ["teloxide::dispatching::dispatcher"];

/// Starts logging for the rest of the process's life, and sends panics there too. What it returns is to be flushed at
/// the end.
pub fn init(log: &LogConfig, redactor: Redactor) -> Result<Exporting, TelemetryError> {
    let colours = std::io::stdout().is_terminal();
    let (exporting, exported) = otlp::begin(log.export.as_ref(), &redactor)?;
    subscriber(log, exported, Redacting::new(std::io::stdout, redactor), colours)?
        .try_init()
        .map_err(|error| TelemetryError::Installed(error.to_string()))?;
    std::panic::set_hook(Box::new(|panic| {
        if panics::is_expected() {
            return;
        }
        let location = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        log_panic(&location, panic.payload());
    }));
    Ok(exporting)
}

/// Whether `directives` can be a log filter; the error says what is wrong with them.
pub fn check_filter(directives: &str) -> Result<(), String> {
    directives.parse::<Targets>().map(|_| ()).map_err(|error| error.to_string())
}

/// What [`init`] installs, writing to `writer`.
fn subscriber<W>(
    log: &LogConfig,
    exported: Option<Exported>,
    writer: W,
    colours: bool,
) -> Result<impl Subscriber + Send + Sync + use<W>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let wanted: Targets = log.filter.parse().map_err(|error: ParseError| TelemetryError::Filter(error.to_string()))?;
    Ok(Registry::default()
        .with(exported)
        .with(errors::Counting)
        .with(lines(log.format, writer, colours))
        .with(wanted)
        .with(filter::filter_fn(harmless)))
}

fn lines<S, W>(format: LogFormat, writer: W, colours: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let layer = tracing_subscriber::fmt::layer();
    match format {
        LogFormat::Json => layer.fmt_fields(JsonFields::new()).event_format(json::OneLine).with_writer(writer).boxed(),
        // Left alone on a terminal, where the layer asks NO_COLOR by itself.
        LogFormat::Text if colours => layer.with_writer(writer).boxed(),
        LogFormat::Text => layer.with_ansi(false).with_writer(writer).boxed(),
    }
}

/// Whatever `RUST_LOG` says: below warn, teloxide traces requests and responses, which hold people's texts.
fn harmless(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    let teloxide = ["teloxide", "teloxide_core"].iter().any(|name| is_within(target, name));
    !teloxide || (*metadata.level() <= Level::WARN && !QUIETED.iter().any(|module| is_within(target, module)))
}

fn is_within(target: &str, module: &str) -> bool {
    target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// A formatted payload (`unwrap` on an error, an index, a slice inside a character) may quote what a person wrote;
/// a literal cannot.
fn log_panic(location: &str, payload: &(dyn Any + Send)) {
    let said = payload.downcast_ref::<&'static str>().copied().unwrap_or("(not shown: it may quote a person)");
    let thread = std::thread::current();
    tracing::error!(panic.location = location, panic.message = said, thread = thread.name(), "Something panicked");
}
