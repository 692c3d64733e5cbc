//! From texts to the typed sections.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::fold::{Raw, Settings};
use super::read::{Reader, is_nearby, items};
use super::{
    BotToken, Config, HttpConfig, LogConfig, LogFormat, MoneyConfig, OpenRouterConfig, OwnerConfig, ReplyFormat,
    StorageConfig, TelegramConfig, TurnConfig, allowed, data_key, effort, export, mode, personas, privacy, token,
};
use crate::telemetry;

/// What the model is told when the owner says nothing. Short, because it is paid for with every question.
const DEFAULT_SYSTEM_PROMPT: &str = "You are a helpful assistant in a Telegram chat. Answer in the language of the \
    question. Be correct and brief: a few sentences, unless more is asked for. Markdown is shown well: bold, lists, \
    links, code blocks. Say so when you do not know something.";

/// An hour: whoever waits longer for an answer, or for a process to stop, has left.
const SPAN_SECS: RangeInclusive<u64> = 1..=3600;

/// Sixteen characters at random are 80 bits or more, which nobody tries out over a network.
const SHORTEST_GOOD_TOKEN: usize = 16;

/// Reads every section. What is wrong is in the reader afterwards; if anything is, the result holds stand-ins.
pub(super) fn all(reader: &mut Reader<'_>, stdout_is_terminal: bool) -> Config {
    let settings = reader.settings;
    let raw = &settings.raw;
    let disabled = reader.truth("DISABLE_TELEGRAM_BOT", raw.disable_telegram_bot.as_deref()).unwrap_or_default();
    let token = token(reader, raw, disabled);
    let telegram = telegram(reader, raw);
    let mode = mode::choose(reader, raw, disabled, &token, &telegram.api_url);
    let openrouter = openrouter(reader, raw, disabled);
    let owner = owner(reader, raw);
    let privacy = privacy::read(reader, raw, &openrouter.base_url);
    let mut turns = turns(reader, raw, &openrouter);
    if let Some(allowed) = &mut turns.allowed_users {
        // Whoever owns the bot may use it, on the list or not.
        allowed.extend(owner.admins.iter().filter(|admin| !allowed.contains(admin)).copied().collect::<Vec<_>>());
    }
    Config {
        token,
        mode,
        http: http(reader, raw),
        telegram,
        openrouter,
        turns,
        money: money(reader, raw),
        owner,
        storage: storage(reader, raw),
        privacy,
        drain: Duration::from_secs(reader.whole("DRAIN_SECS", raw.drain_secs.as_deref(), 0..=3600).unwrap_or_default()),
        log: log(reader, raw, stdout_is_terminal),
        warnings: Vec::new(),
    }
}

fn token(reader: &mut Reader<'_>, raw: &Raw, disabled: bool) -> BotToken {
    const EXPECTED: &str = "a token like 123456789:AbCd…, digits, a colon and about 35 characters";
    let Some(text) = &raw.bot_token else {
        if !disabled {
            reader.missing(
                "BOT_TOKEN",
                EXPECTED,
                "ask https://t.me/BotFather for one (/newbot) and set BOT_TOKEN to it",
            );
        }
        return BotToken::new(String::new());
    };
    match token::fault(text) {
        None => BotToken::new(text.clone()),
        // Placeholders are usual where the bot is switched off, in tests and previews.
        Some(_) if disabled => BotToken::new(String::new()),
        Some(fix) => {
            reader.refuse("BOT_TOKEN", EXPECTED, fix);
            BotToken::new(String::new())
        }
    }
}

fn telegram(reader: &mut Reader<'_>, raw: &Raw) -> TelegramConfig {
    let api_url = base_address(reader, "TELEGRAM_API_URL", raw.telegram_api_url.as_deref());
    if api_url.path().split('/').any(|part| part.starts_with("bot") && part.contains(':')) {
        reader.refuse(
            "TELEGRAM_API_URL",
            "the server's address alone",
            "leave out /bot and the token: they are appended",
        );
    }
    TelegramConfig {
        api_url,
        drop_pending_updates: reader
            .truth("DROP_PENDING_UPDATES", raw.drop_pending_updates.as_deref())
            .unwrap_or_default(),
        webhook_watch: reader.truth("WEBHOOK_WATCH", raw.webhook_watch.as_deref()).unwrap_or_default(),
        webhook_takeover: reader.truth("WEBHOOK_TAKEOVER", raw.webhook_takeover.as_deref()).unwrap_or_default(),
        max_per_second: max_per_second(reader, raw),
        own_webhook_hosts: own_hosts(raw),
    }
}

fn max_per_second(reader: &mut Reader<'_>, raw: &Raw) -> Option<u32> {
    // Telegram's paid broadcasts go up to a thousand; a server of one's own may grant more.
    let text = raw.telegram_max_per_second.as_deref();
    reader.whole("TELEGRAM_MAX_PER_SECOND", text, 0..=10_000).filter(|max| *max > 0)
}

/// The hosts that the settings name for this deployment's webhook; mistakes in them are told elsewhere.
fn own_hosts(raw: &Raw) -> Vec<String> {
    let named = [&raw.webhook_url, &raw.railway_public_domain].into_iter().flatten();
    let host = |text: &String| {
        let complete = if text.contains("://") { text.clone() } else { format!("https://{text}") };
        Url::parse(&complete).ok()?.host_str().map(str::to_owned)
    };
    named.filter_map(host).collect()
}

/// An address that paths are appended to: without a query, and without a slash at the end of its path.
pub(super) fn base_address(reader: &mut Reader<'_>, name: &'static str, text: Option<&str>) -> Url {
    let Some(mut url) = reader.address(name, text) else { return stand_in() };
    url.set_query(None);
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    if url.scheme() == "http" && !is_nearby(&url) {
        let name = reader.written_as(name);
        reader.warnings.push(format!("{name} is an http:// address: keys and messages travel unencrypted"));
    }
    url
}

fn stand_in() -> Url {
    Url::parse("https://localhost").expect("a literal that was tried")
}

fn openrouter(reader: &mut Reader<'_>, raw: &Raw, disabled: bool) -> OpenRouterConfig {
    let base_url = base_address(reader, "OPENROUTER_BASE_URL", raw.openrouter_base_url.as_deref());
    if base_url.path().ends_with("/chat/completions") {
        reader.refuse("OPENROUTER_BASE_URL", "the address up to /v1", "leave out /chat/completions: it is appended");
    }
    let hosted = base_url.host_str() == Some("openrouter.ai");
    let timeout = reader.whole("OPENROUTER_TIMEOUT_SECS", raw.openrouter_timeout_secs.as_deref(), SPAN_SECS);
    OpenRouterConfig {
        api_key: api_key(reader, raw, hosted && !disabled),
        base_url,
        timeout: Duration::from_secs(timeout.unwrap_or_default()),
        model: model(reader, raw, hosted),
        fallback_models: raw.fallback_models.iter().flat_map(|list| items(list)).map(str::to_owned).collect(),
        // The largest answers that models give today have about 100,000 tokens.
        max_tokens: reader.whole("MAX_TOKENS", raw.max_tokens.as_deref(), 1..=1_000_000).unwrap_or_default(),
        temperature: temperature(reader, raw),
    }
}

fn api_key(reader: &mut Reader<'_>, raw: &Raw, required: bool) -> SecretString {
    const NAME: &str = "OPENROUTER_API_KEY";
    const EXPECTED: &str = "a key like sk-or-v1-…";
    let Some(key) = &raw.openrouter_api_key else {
        if required {
            reader.missing(NAME, EXPECTED, "make one at https://openrouter.ai/keys and set OPENROUTER_API_KEY to it");
        }
        return SecretString::default();
    };
    if key.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        reader.refuse(NAME, EXPECTED, "leave out the word \"Bearer\": it is added to every request");
    } else if token::fault(key).is_none() {
        reader.refuse(NAME, EXPECTED, "this looks like a bot's token: the two values seem to be swapped");
    } else if !is_bearer(key) {
        reader.refuse(NAME, EXPECTED, "copy the key alone, without the words, quotes and blanks around it");
    } else if required && !key.starts_with("sk-or-") {
        reader
            .warnings
            .push(format!("{} does not start with sk-or-, as OpenRouter's keys do", reader.written_as(NAME)));
    }
    key.clone().into()
}

/// Whether a text can stand behind `Bearer` in a header (RFC 6750's b64token, and `:`, which keys of proxies have).
fn is_bearer(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=:".contains(&byte))
}

fn model(reader: &mut Reader<'_>, raw: &Raw, hosted: bool) -> String {
    let name = raw.model.clone().unwrap_or_default();
    let all = raw.fallback_models.iter().flat_map(|list| items(list)).map(|item| ("FALLBACK_MODELS", item));
    let others = [("IMAGE_MODEL", &raw.image_model), ("TRANSCRIPTION_MODEL", &raw.transcription_model)];
    let others = others.into_iter().filter_map(|(variable, model)| Some((variable, model.as_deref()?)));
    for (variable, item) in std::iter::once(("MODEL", name.as_str())).chain(all).chain(others) {
        if item.contains(char::is_whitespace) {
            reader.refuse(
                variable,
                "a model's name, without blanks in it",
                "copy the name from https://openrouter.ai/models",
            );
        } else if hosted && !item.contains('/') {
            // The name is not repeated: it may be a key in the wrong place.
            reader.warnings.push(format!(
                "{} has a name without a provider; OpenRouter's look like openai/gpt-4o-mini",
                reader.written_as(variable)
            ));
        }
    }
    name
}

fn temperature(reader: &mut Reader<'_>, raw: &Raw) -> Option<f32> {
    let text = raw.temperature.as_deref()?;
    let value = text.parse().ok().filter(|value| (0.0..=2.0).contains(value));
    if value.is_none() {
        reader.refuse(
            "TEMPERATURE",
            "a number from 0 to 2, such as 0.7",
            "set such a number, or remove it: the model then decides",
        );
    }
    value
}

fn turns(reader: &mut Reader<'_>, raw: &Raw, openrouter: &OpenRouterConfig) -> TurnConfig {
    let timeout = reader.whole("TURN_TIMEOUT_SECS", raw.turn_timeout_secs.as_deref(), SPAN_SECS);
    let progress = openrouter.timeout;
    if timeout.is_some_and(|whole| whole < progress.as_secs()) {
        let least = progress.as_secs();
        reader.refuse(
            "TURN_TIMEOUT_SECS",
            format!("at least OPENROUTER_TIMEOUT_SECS, which is {least}: a whole answer takes longer than its pauses"),
            format!("set TURN_TIMEOUT_SECS={least} or more, or lower OPENROUTER_TIMEOUT_SECS"),
        );
    }
    let allowed_models = allowed::read(reader, raw, &openrouter.model);
    TurnConfig {
        // Each is a task and a connection; ten thousand are more than one machine's file descriptors usually carry.
        max_concurrent: reader
            .whole("MAX_CONCURRENT_TURNS", raw.max_concurrent_turns.as_deref(), 1..=10_000)
            .unwrap_or_default(),
        timeout: Duration::from_secs(timeout.unwrap_or_default()),
        // A thousand a minute is more than any person writes.
        messages_per_minute: reader
            .whole("USER_MESSAGES_PER_MINUTE", raw.user_messages_per_minute.as_deref(), 0..=1000)
            .filter(|most| *most > 0),
        system_prompt: raw.system_prompt.clone().unwrap_or_else(|| DEFAULT_SYSTEM_PROMPT.to_owned()),
        personas: personas::read(reader, raw, &allowed_models),
        allowed_users: allowed_users(reader, raw),
        image_model: raw.image_model.clone(),
        transcription_model: raw.transcription_model.clone(),
        reply_format: reply_format(reader, raw),
        max_tokens: openrouter.max_tokens,
        allowed_models,
        reasoning_effort: effort::read(reader, raw),
        web_search: reader.truth("WEB_SEARCH", raw.web_search.as_deref()).unwrap_or_default(),
    }
}

fn money(reader: &mut Reader<'_>, raw: &Raw) -> MoneyConfig {
    let mut budget = |name, text| reader.dollars(name, text).filter(|amount| *amount > 0);
    MoneyConfig {
        user_daily_micro_usd: budget("USER_DAILY_BUDGET_USD", raw.user_daily_budget_usd.as_deref()),
        daily_micro_usd: budget("DAILY_BUDGET_USD", raw.daily_budget_usd.as_deref()),
    }
}

fn reply_format(reader: &mut Reader<'_>, raw: &Raw) -> ReplyFormat {
    match raw.reply_format.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("auto") => ReplyFormat::Auto,
        Some("entities") => ReplyFormat::Entities,
        Some("rich") => ReplyFormat::Rich,
        Some(_) => {
            reader.refuse("REPLY_FORMAT", "auto, entities or rich", "remove it: the default is auto");
            ReplyFormat::Auto
        }
    }
}

fn allowed_users(reader: &mut Reader<'_>, raw: &Raw) -> Option<Vec<i64>> {
    let text = raw.allowed_user_ids.as_deref()?;
    if items(text) == ["*"] {
        return None;
    }
    Some(user_ids(reader, "ALLOWED_USER_IDS", text, "* or user ids (positive numbers) separated by commas"))
}

fn owner(reader: &mut Reader<'_>, raw: &Raw) -> OwnerConfig {
    let expected = "user ids (positive numbers) separated by commas";
    let admins = raw.admin_user_ids.as_deref().map(|text| user_ids(reader, "ADMIN_USER_IDS", text, expected));
    OwnerConfig { admins: admins.unwrap_or_default() }
}

fn user_ids(reader: &mut Reader<'_>, name: &'static str, text: &str, expected: &str) -> Vec<i64> {
    let items = items(text);
    let ids: Vec<i64> = items.iter().filter_map(|item| item.parse().ok()).filter(|id| *id > 0).collect();
    if ids.is_empty() || ids.len() != items.len() {
        let fix = if text.contains('@') {
            "write numbers instead of names: the bot tells everybody it refuses their id".to_owned()
        } else {
            format!("write it like {name}=123456789, 987654321")
        };
        reader.refuse(name, expected, fix);
    }
    ids
}

fn http(reader: &mut Reader<'_>, raw: &Raw) -> HttpConfig {
    let host = raw.host.as_deref().and_then(ip_address);
    if host.is_none() {
        reader.refuse("HOST", "an IP address of this machine", "set HOST=0.0.0.0 to listen on all of them");
    }
    HttpConfig {
        host: host.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        port: reader.whole("PORT", raw.port.as_deref(), 0..=u16::MAX).unwrap_or_default(),
        metrics_token: door_token(reader, "METRICS_TOKEN", raw.metrics_token.as_deref()),
        admin_token: admin_token(reader, raw),
    }
}

fn admin_token(reader: &mut Reader<'_>, raw: &Raw) -> Option<SecretString> {
    const NAME: &str = "ADMIN_TOKEN";
    let token = raw.admin_token.as_deref()?;
    if token.len() < SHORTEST_GOOD_TOKEN {
        reader.warnings.push(format!("{NAME} is short enough to be guessed; make one with: openssl rand -hex 32"));
    }
    if raw.metrics_token.as_deref() == Some(token) {
        reader
            .warnings
            .push(format!("{NAME} is the same as METRICS_TOKEN: whoever may read the numbers may administrate"));
    }
    door_token(reader, NAME, Some(token))
}

/// What opens an address when it comes as bearer.
fn door_token(reader: &mut Reader<'_>, name: &'static str, text: Option<&str>) -> Option<SecretString> {
    if text.is_some_and(|token| !is_bearer(token)) {
        reader.refuse(name, "letters, digits and - . _ ~ + / =", "make one with: openssl rand -hex 32");
    }
    text.map(SecretString::from)
}

/// An IP address, also in brackets; `localhost` is the one name that needs no asking.
pub(super) fn ip_address(text: &str) -> Option<IpAddr> {
    if text.eq_ignore_ascii_case("localhost") {
        return Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    text.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// `DATA_DIR` where it is set, else the volume, else the default.
pub(super) fn data_dir(settings: &Settings) -> PathBuf {
    let raw = &settings.raw;
    let chosen = settings.found.get("DATA_DIR").map(|found| found.value.as_str());
    PathBuf::from(chosen.or(raw.railway_volume_mount_path.as_deref()).or(raw.data_dir.as_deref()).unwrap_or_default())
}

fn storage(reader: &mut Reader<'_>, raw: &Raw) -> StorageConfig {
    let volume = raw.railway_volume_mount_path.as_deref();
    let data_dir = data_dir(reader.settings);
    if data_dir.starts_with("~") {
        reader
            .warnings
            .push("DATA_DIR starts with ~, which only a shell replaces: a folder named ~ is used".to_owned());
    }
    let absolute = std::path::absolute(&data_dir).unwrap_or_else(|_| data_dir.clone());
    match volume {
        Some(volume) if !absolute.starts_with(volume) => reader.warnings.push(format!(
            "DATA_DIR is not inside the volume at {volume}: the conversations will be gone after the next deploy"
        )),
        None if reader.settings.on_railway => reader.warnings.push(
            "this Railway service has no volume: conversations and waiting messages will be gone after the next \
             deploy; attach a volume, its path is found by itself"
                .to_owned(),
        ),
        _ => {}
    }
    StorageConfig { data_dir, data_key: data_key::read(reader, raw) }
}

fn log(reader: &mut Reader<'_>, raw: &Raw, stdout_is_terminal: bool) -> LogConfig {
    let filter = raw.rust_log.clone().unwrap_or_default();
    if let Err(error) = telemetry::check_filter(&filter) {
        reader.refuse("RUST_LOG", format!("log directives ({error})"), "set RUST_LOG=info, or remove it");
    }
    let format = match raw.log_format.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None if stdout_is_terminal => LogFormat::Text,
        None | Some("json") => LogFormat::Json,
        Some("text") => LogFormat::Text,
        Some(_) => {
            reader.refuse("LOG_FORMAT", "text or json", "remove it: text on a terminal, else json");
            LogFormat::Json
        }
    };
    LogConfig { filter, format, export: export::read(reader, raw) }
}
