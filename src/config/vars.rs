//! The one table of variables.
//!
//! Parsing, `.env.example`, the README's table and `config show` are all made from it, and a test holds them together,
//! so a variable cannot exist in one of them and be missing in another. Defaults that are values are taken from here
//! too: what the table says is what happens.
//!
//! The aliases are the names that other bots of this kind use, so that their owners change nothing. A variable that is
//! known but means nothing yet stands in [`later`](super::later).

use Fallback::{Nothing, Required, Value, Words};

/// A variable that means something today.
#[derive(Debug)]
pub(super) struct Var {
    /// The canonical name.
    pub(super) name: &'static str,
    /// Other names for the same, weaker than the canonical one, strongest first.
    pub(super) aliases: &'static [&'static str],
    /// What holds when it is not set.
    pub(super) fallback: Fallback,
    /// Never printed, and also read from the file that `NAME_FILE` names.
    pub(super) secret: bool,
    /// One line for the reader of the reference; Markdown.
    pub(super) meaning: &'static str,
    /// A value that is accepted.
    pub(super) example: &'static str,
}

/// What holds when a variable is not set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fallback {
    /// It must be set.
    Required,
    /// The feature is off.
    Nothing,
    /// Exactly this, read as if it had been set.
    Value(&'static str),
    /// Something computed, described in words.
    Words(&'static str),
}

/// Variables that belong together.
#[derive(Debug)]
pub(super) struct Section {
    /// Its heading.
    pub(super) title: &'static str,
    /// Its variables.
    pub(super) vars: &'static [Var],
}

impl Var {
    const fn also(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The canonical name, then the aliases.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The variable that names a file with the value of `name`, if this is a secret.
    pub(super) fn file_name(&self, name: &str) -> Option<String> {
        self.secret.then(|| format!("{name}_FILE"))
    }
}

const fn var(name: &'static str, fallback: Fallback, meaning: &'static str, example: &'static str) -> Var {
    Var { name, aliases: &[], fallback, secret: false, meaning, example }
}

/// Every variable, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = &'static Var> {
    SECTIONS.iter().flat_map(|section| section.vars)
}

/// The variable with this canonical name.
pub(super) fn named(name: &str) -> Option<&'static Var> {
    all().find(|var| var.name == name)
}

/// The variable that `name` sets: its canonical name, an alias, or the `_FILE` of either when it is a secret.
pub(super) fn recognised(name: &str) -> Option<&'static Var> {
    let file_of = name.strip_suffix("_FILE");
    all().find(|var| var.names().any(|known| known == name || (var.secret && file_of == Some(known))))
}

/// The reference, section by section.
pub(super) const SECTIONS: &[Section] = &[
    Section { title: "The bot and the model", vars: BASICS },
    Section { title: "How messages arrive", vars: ARRIVAL },
    Section { title: "Answers", vars: ANSWERS },
    Section { title: "Running it", vars: OPERATION },
];

const BASICS: &[Var] = &[
    var("BOT_TOKEN", Required, "the bot's token, from [@BotFather](https://t.me/BotFather)", EXAMPLE_TOKEN)
        .also(&["TELEGRAM_BOT_TOKEN", "TELOXIDE_TOKEN", "TELEGRAM_TOKEN"])
        .secret(),
    var(
        "OPENROUTER_API_KEY",
        Required,
        "the key from [openrouter.ai/keys](https://openrouter.ai/keys); may be left out when `OPENROUTER_BASE_URL` \
         names another server",
        "sk-or-v1-not-a-real-key",
    )
    .also(&["OPENROUTER_KEY"])
    .secret(),
    var(
        "MODEL",
        Value("openrouter/auto"),
        "the model that answers, as on [openrouter.ai/models](https://openrouter.ai/models)",
        "openai/gpt-4o-mini",
    )
    .also(&["OPENROUTER_MODEL"]),
    var(
        "FALLBACK_MODELS",
        Nothing,
        "models to try, in this order, when that one is not available; separated by commas",
        "google/gemini-2.5-flash, openrouter/auto",
    ),
    var(
        "ALLOWED_MODELS",
        Words("all"),
        "the models that people may choose, separated by commas; `*` stands for anything. `MODEL` must be among them",
        "openrouter/auto, openai/*, *:free",
    ),
    var(
        "IMAGE_MODEL",
        Nothing,
        "the model that paints what `/image` asks for; without it there is no such command",
        "google/gemini-2.5-flash-image",
    ),
    var(
        "TRANSCRIPTION_MODEL",
        Nothing,
        "the model that writes down voice messages and recordings; without it they go to the answering model itself, if it \
         listens",
        "openai/gpt-4o-mini-transcribe",
    ),
    var(
        "SYSTEM_PROMPT",
        Words("a short built-in one"),
        "what the model is told before every conversation",
        "You are a patient teacher.",
    ),
    var(
        "PERSONAS_FILE",
        Words("a small built-in set"),
        "a TOML file of the personas that `/persona` offers ([docs/personas.md](docs/personas.md)); it replaces the built-in \
         ones",
        "personas.toml",
    ),
    var(
        "ALLOWED_USER_IDS",
        Words("everybody"),
        "who may use the bot: Telegram user ids separated by commas, or `*`",
        "123456789, 987654321",
    )
    .also(&["ALLOWED_TELEGRAM_USER_IDS"]),
    var(
        "ADMIN_USER_IDS",
        Nothing,
        "who owns the bot: Telegram user ids separated by commas; the first one is told in a private message what needs \
         attention (after pressing Start in the bot)",
        "123456789",
    )
    .also(&["BOT_DEV_ID", "ADMIN_IDS"]),
];

/// Shaped like a token, and visibly not one.
const EXAMPLE_TOKEN: &str = "123456789:TEST-TOKEN-not-a-real-one";

const ARRIVAL: &[Var] = &[
    var(
        "USE_WEBHOOK",
        Words("decided by the variables below"),
        "whether Telegram posts updates to this server (`true`, a webhook) or the bot asks for them (`false`, polling)",
        "true",
    )
    .also(&["TELEGRAM_USE_WEBHOOK", "WEBHOOK_ENABLED"]),
    var(
        "WEBHOOK_URL",
        Nothing,
        "public https address of this server; without a path, `WEBHOOK_PATH` is appended; with one, it is used as it is",
        "https://bot.example.com",
    )
    .also(&["TELEGRAM_WEBHOOK_URL"]),
    var("RAILWAY_PUBLIC_DOMAIN", Nothing, "given by Railway; used when `WEBHOOK_URL` is not set", "your-app.up.railway.app"),
    var("WEBHOOK_PATH", Words("/webhook/<token>"), "where updates are posted", "/updates"),
    var(
        "WEBHOOK_SECRET",
        Words("derived from the token"),
        "comes back with every update as proof that Telegram sent it; 1–256 of `A-Z a-z 0-9 _ -`, the same in every \
         process of one bot",
        "any-long-random-text",
    )
    .also(&["WEBHOOK_SECRET_TOKEN", "TELEGRAM_WEBHOOK_SECRET"])
    .secret(),
    var("WEBHOOK_MAX_CONNECTIONS", Value("100"), "how many updates Telegram may post at once, 1–100", "40")
        .also(&["MAX_CONNECTIONS"]),
    var("DROP_PENDING_UPDATES", Value("false"), "at start, forget the messages that Telegram still holds", "true"),
    var(
        "WEBHOOK_WATCH",
        Value("true"),
        "look once a minute whether the webhook is still there, and set it again; `false`: only when updates have come, so \
         that a host that sleeps may fall asleep",
        "false",
    ),
    var("WEBHOOK_TAKEOVER", Value("false"), "polling may remove a webhook that another host has set", "true"),
    var("DISABLE_TELEGRAM_BOT", Value("false"), "serve only health and pages; touch neither webhook nor updates", "true"),
    var("ENVIRONMENT", Nothing, "when it is `development`, the bot polls, unless `USE_WEBHOOK` says otherwise", "development"),
    var("TELEGRAM_API_URL", Value("https://api.telegram.org"), "another Bot API server", "http://127.0.0.1:8081")
        .also(&["TELEGRAM_API_DOMAIN"]),
];

const ANSWERS: &[Var] = &[
    var(
        "REPLY_FORMAT",
        Value("auto"),
        "`entities`: formatted text; `rich`: Telegram's rich messages; `auto`: rich where there is a table or a formula. \
         A server that takes no rich messages gets text",
        "entities",
    ),
    var("MAX_TOKENS", Value("2000"), "cap of one answer, in tokens", "1000"),
    var("TEMPERATURE", Words("the model's own"), "0–2: how freely the model chooses its words", "0.7"),
    var(
        "REASONING_EFFORT",
        Words("the model's own"),
        "how hard a model that reasons thinks where nobody has chosen: `none`, `minimal`, `low`, `medium`, `high`, \
         `xhigh` or `max`",
        "low",
    ),
    var(
        "WEB_SEARCH",
        Value("false"),
        "let models search the web where nobody has chosen; OpenRouter charges up to $0.02 for each search, and what is \
         found is read at the model's price",
        "true",
    ),
    var(
        "OPENROUTER_BASE_URL",
        Value("https://openrouter.ai/api/v1"),
        "any OpenAI-compatible server",
        "http://127.0.0.1:11434/v1",
    )
    .also(&["OPENAI_BASE_URL"]),
    var("OPENROUTER_TIMEOUT_SECS", Value("30"), "give up when an answer makes no progress for this long", "60"),
    var("TURN_TIMEOUT_SECS", Value("300"), "hard cap of one answer; at least `OPENROUTER_TIMEOUT_SECS`", "600"),
    var("MAX_CONCURRENT_TURNS", Value("256"), "answers being written at once", "64"),
    var(
        "USER_MESSAGES_PER_MINUTE",
        Value("20"),
        "how many messages one person may send in a minute; what is beyond that is not answered, and they are told so \
         once in that minute; `0`: no limit",
        "60",
    ),
    var(
        "USER_DAILY_BUDGET_USD",
        Value("1.00"),
        "what one person's answers may cost in a day (UTC), in US dollars; the most that an answer may cost is kept back \
         while it is written, so questions asked at once do not overspend; `0`: no limit",
        "0.50",
    ),
    var(
        "DAILY_BUDGET_USD",
        Value("20.00"),
        "the same for everybody together; the first of `ADMIN_USER_IDS` is told when it is used up; `0`: no limit",
        "5",
    ),
    var(
        "TELEGRAM_MAX_PER_SECOND",
        Value("0"),
        "how many messages, edits and drafts are sent a second at most; `0`: as many as Telegram takes, learnt from its \
         refusals",
        "30",
    ),
];

const OPERATION: &[Var] = &[
    var("PORT", Value("8000"), "the HTTP server's port; it listens when polling too, for health checks", "8080")
        .also(&["WEBAPP_PORT"]),
    var("HOST", Value("0.0.0.0"), "the address it listens on", "127.0.0.1").also(&["WEBAPP_HOST"]),
    var("DATA_DIR", Value("./data"), "folder of the embedded database; must survive a redeploy", "/var/lib/routergram"),
    var("RAILWAY_VOLUME_MOUNT_PATH", Nothing, "given by Railway; used when `DATA_DIR` is not set", "/data"),
    var(
        "DATA_KEY",
        Nothing,
        "seals what people and models write, and names, in the database: 32 random bytes as base64 or hex, made by \
         `routergram key new` ([docs/privacy.md](docs/privacy.md)). Without it the texts are lost",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    )
    .secret(),
    var(
        "DATA_KEY_NEW",
        Nothing,
        "the key that `routergram key rotate` puts in its place",
        "Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=",
    )
    .secret(),
    var(
        "HISTORY_DAYS",
        Value("30"),
        "for how many days what people write, and what they are answered, is kept; `0`: for ever",
        "7",
    ),
    var(
        "PRIVACY_POLICY_URL",
        Nothing,
        "https address of your privacy policy, which `/privacy` names",
        "https://example.com/privacy",
    ),
    var("DRAIN_SECS", Value("25"), "after SIGTERM, finish what is running within this span", "60"),
    var("METRICS_TOKEN", Nothing, "bearer token for `/metrics`, which answers 404 without one", "any-long-random-text")
        .secret(),
    var(
        "ADMIN_TOKEN",
        Nothing,
        "bearer token for `/telegram/set-webhook` and `/telegram/webhook-info`, which answer 404 without one",
        "another-long-random-text",
    )
    .secret(),
    var(
        "RUST_LOG",
        Value("info"),
        "what is logged: `error`, `warn`, `info`, `debug`, `trace`, or [directives](https://docs.rs/tracing-subscriber/latest/tracing_subscriber/filter/struct.Targets.html#filtering-with-targets)",
        "info,routergram=debug",
    ),
    var("LOG_FORMAT", Words("text on a terminal, else json"), "how log lines look: `text` or `json`", "json"),
    var(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        Nothing,
        "an OpenTelemetry collector that gets spans and log lines too (OTLP over HTTP); for builds with `--features otlp`",
        "http://127.0.0.1:4318",
    ),
    var(
        "OTEL_EXPORTER_OTLP_HEADERS",
        Nothing,
        "what it wants to hear with every request",
        "api-key=any-long-random-text",
    )
    .secret(),
    var("OTEL_SERVICE_NAME", Value("routergram"), "under which name", "routergram-production"),
    var(
        "OTEL_RESOURCE_ATTRIBUTES",
        Nothing,
        "and with which attributes, separated by commas",
        "deployment.environment.name=production",
    ),
];
