//! How updates arrive: which way, why, and to which address.
//!
//! The choice is made from what is set, in a fixed order, and always comes with its reason in words, because "why does
//! it poll?" is the first question when a deployment misbehaves.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use url::Url;

use super::fold::Raw;
use super::read::Reader;
use super::{BotToken, Mode, ModeChoice, WebhookConfig, address};

/// Paths that are always served: where bots of this kind have had their webhook before.
const USUAL_PATHS: [&str; 3] = ["/telegram/webhook", "/telegram/webhook/", "/api/telegram/webhook"];

/// Makes the derived secret this program's own; a new number would change every bot's secret.
const SECRET_PURPOSE: &[u8] = b"routergram webhook secret v1";

/// Chooses the mode. `disabled` is `DISABLE_TELEGRAM_BOT`, `api` the Bot API's address.
pub(super) fn choose(reader: &mut Reader<'_>, raw: &Raw, disabled: bool, token: &BotToken, api: &Url) -> ModeChoice {
    // Read in every mode, so that a mistake does not wait for the day on which the mode changes.
    let paths = own_paths(reader, raw, token);
    let secret = secret(reader, raw, token);
    let max_connections =
        reader.whole("WEBHOOK_MAX_CONNECTIONS", raw.webhook_max_connections.as_deref(), 1..=100).unwrap_or(1);
    let wanted = reader.truth("USE_WEBHOOK", raw.use_webhook.as_deref());

    if disabled {
        return ModeChoice { mode: Mode::Disabled, why: format!("{}=true", reader.written_as("DISABLE_TELEGRAM_BOT")) };
    }
    let (webhook, why) = webhook_wanted(reader, raw, wanted);
    let url = if webhook { webhook_url(reader, raw, &paths[0], api) } else { None };
    let mode = url.map_or(Mode::Polling, |url| {
        let mut all = paths.clone();
        all.push(url.path().to_owned());
        all.extend(USUAL_PATHS.map(str::to_owned));
        let mut paths: Vec<String> = Vec::with_capacity(all.len());
        for path in all {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        Mode::Webhook(WebhookConfig { url, paths, secret: secret.into(), max_connections })
    });
    ModeChoice { mode, why }
}

fn webhook_wanted(reader: &Reader<'_>, raw: &Raw, wanted: Option<bool>) -> (bool, String) {
    let development = raw.environment.as_ref().is_some_and(|name| name.eq_ignore_ascii_case("development"));
    if let Some(wanted) = wanted {
        (wanted, format!("{}={wanted}", reader.written_as("USE_WEBHOOK")))
    } else if development {
        (false, "ENVIRONMENT=development".to_owned())
    } else if raw.webhook_url.is_some() {
        (true, format!("{} is set", reader.written_as("WEBHOOK_URL")))
    } else if raw.railway_public_domain.is_some() {
        (true, "RAILWAY_PUBLIC_DOMAIN is set".to_owned())
    } else {
        (false, "no WEBHOOK_URL and no RAILWAY_PUBLIC_DOMAIN".to_owned())
    }
}

/// `WEBHOOK_PATH` when it is set, then the path with the token, which is always served.
fn own_paths(reader: &mut Reader<'_>, raw: &Raw, token: &BotToken) -> Vec<String> {
    let with_token = format!("/webhook/{}", token.expose());
    let Some(path) = &raw.webhook_path else { return vec![with_token] };
    if path.contains("://") {
        reader.refuse("WEBHOOK_PATH", "a path, which starts with /", "set WEBHOOK_URL to the whole address instead");
    } else if !path.starts_with('/') {
        let fix = format!("put a slash in front: WEBHOOK_PATH=/{}", path.split('?').next().unwrap_or_default());
        reader.refuse("WEBHOOK_PATH", "a path, which starts with /", fix);
    } else if let Some(expected) = address::path_fault(path) {
        reader.refuse("WEBHOOK_PATH", expected, "remove WEBHOOK_PATH: the default, with the token in it, is good");
    }
    vec![path.clone(), with_token]
}

fn webhook_url(reader: &mut Reader<'_>, raw: &Raw, own_path: &str, api: &Url) -> Option<Url> {
    const EXPECTED: &str = "the public https:// address of this server, since webhook mode was asked for";
    const FIX: &str = "set WEBHOOK_URL=https://your-host, or USE_WEBHOOK=false to let the bot ask for updates instead";
    let (name, mut url) = if raw.webhook_url.is_some() {
        ("WEBHOOK_URL", reader.address("WEBHOOK_URL", raw.webhook_url.as_deref())?)
    } else if raw.railway_public_domain.is_some() {
        ("RAILWAY_PUBLIC_DOMAIN", railway_domain(reader, raw, api)?)
    } else {
        reader.missing("WEBHOOK_URL", EXPECTED, FIX);
        return None;
    };
    if let Some(expected) = address::unreachable(&url, api) {
        reader.refuse(name, expected, FIX);
    }
    if url.path() == "/" {
        url.set_path(own_path);
    } else if let Some(expected) = address::path_fault(url.path()) {
        reader.refuse(name, expected, "leave the path out: WEBHOOK_PATH is appended");
    }
    Some(url)
}

/// Railway's own value is a bare host. Whoever writes it by hand may write more, and means an address that works.
fn railway_domain(reader: &mut Reader<'_>, raw: &Raw, api: &Url) -> Option<Url> {
    const NAME: &str = "RAILWAY_PUBLIC_DOMAIN";
    let mut url = reader.address(NAME, raw.railway_public_domain.as_deref())?;
    if url.scheme() == "http" && address::unreachable(&url, api).is_some() && url.set_scheme("https").is_ok() {
        reader.warnings.push(format!("{NAME} starts with http://; Railway serves https://, which is used instead"));
    }
    if url.path() != "/" {
        reader.warnings.push(format!("{NAME} has a path, where a domain is expected; updates are posted to that path"));
    }
    Some(url)
}

fn secret(reader: &mut Reader<'_>, raw: &Raw, token: &BotToken) -> String {
    let Some(secret) = &raw.webhook_secret else { return derived_secret(token) };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if secret.len() > 256 || !secret.bytes().all(plain) {
        reader.refuse(
            "WEBHOOK_SECRET",
            "1 to 256 of the characters A-Z a-z 0-9 _ -",
            "remove it: a good one is derived from the token",
        );
    }
    secret.clone()
}

/// The same in every process of one bot, and useless to whoever learns it: it does not lead back to the token.
fn derived_secret(token: &BotToken) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(SECRET_PURPOSE);
    hex::encode(mac.finalize().into_bytes())
}
