//! Whether Telegram can post to an address, and whether this server answers there.
//!
//! Asked at the start about the settings ([`mode`](super::mode)), and later about what an admin wishes for. A wish is
//! held to more than a setting: **it may not lead to a host that the settings do not name**. Whoever sets variables owns
//! the bot; a bearer token can be stolen, and must not be enough to read what people write. For the same reason the path
//! with the bot's token in it is appended on the bot's own hosts alone.

use url::Url;

use super::read::{is_loopback, is_nearby};
use super::{TelegramConfig, WebhookConfig};

/// Paths that mean something else here.
const TAKEN_PATHS: [&str; 16] = [
    "/",
    "/health",
    "/healthz",
    "/livez",
    "/readyz",
    "/metrics",
    "/admin",
    "/app",
    "/telegram/set-webhook",
    "/telegram/set-webhook/",
    "/telegram/webhook-info",
    "/telegram/webhook-info/",
    "/api/telegram/set-webhook",
    "/api/telegram/set-webhook/",
    "/api/telegram/webhook-info",
    "/api/telegram/webhook-info/",
];

/// The ports that Telegram's own servers post to.
const TELEGRAM_PORTS: [u16; 4] = [443, 80, 88, 8443];

/// Why an address cannot be the webhook's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the url has to be {expected}: {fix}")]
pub struct AddressFault {
    /// What would be accepted, as the end of a sentence.
    pub expected: &'static str,
    /// What to do.
    pub fix: &'static str,
}

impl WebhookConfig {
    /// The address that `text` means for this webhook: one of this deployment's hosts, without a path (the configured one
    /// is appended) or with one that is served.
    pub fn at(&self, text: &str, telegram: &TelegramConfig) -> Result<Url, AddressFault> {
        let fault = |expected, fix| Err(AddressFault { expected, fix });
        let complete = if text.contains("://") { text.trim().to_owned() } else { format!("https://{}", text.trim()) };
        let Ok(mut url) = Url::parse(&complete) else {
            return fault("an https:// address", "leave it out to set the configured one");
        };
        url.set_fragment(None);
        if let Some(expected) = unreachable(&url, &telegram.api_url) {
            return fault(expected, "leave it out to set the configured one");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return fault("an address without a name and a password in it", "take them out");
        }
        if !telegram.own_webhook_hosts.iter().any(|own| url.host_str() == Some(own)) {
            let fix = "set WEBHOOK_URL to it and restart; a request does not lead people's messages to another host";
            return fault("on a host that WEBHOOK_URL or RAILWAY_PUBLIC_DOMAIN names", fix);
        }
        match self.paths.first() {
            Some(own_path) if url.path() == "/" => url.set_path(own_path),
            _ if self.paths.iter().any(|served| served == url.path()) => {}
            _ => return fault("an address whose path this server answers", "leave the path out, or set WEBHOOK_PATH"),
        }
        Ok(url)
    }
}

/// Why Telegram, whose Bot API is at `api`, cannot post to `url`, as what is expected instead.
pub(super) fn unreachable(url: &Url, api: &Url) -> Option<&'static str> {
    // The sandbox's Telegram runs on this machine, and posts to this machine without TLS.
    let sandbox = is_loopback(api) && is_loopback(url);
    let hosted = api.host_str() == Some("api.telegram.org");
    let port = url.port_or_known_default().unwrap_or_default();
    if url.scheme() != "https" && !(sandbox && url.scheme() == "http") {
        Some("an https:// address: Telegram posts to no other")
    } else if hosted && is_nearby(url) {
        Some("an address that Telegram can reach from the Internet")
    } else if hosted && !TELEGRAM_PORTS.contains(&port) {
        Some("port 443, 80, 88 or 8443: Telegram posts to no other")
    } else {
        None
    }
}

/// Why `path` cannot be served, as what is expected instead. A router would take `{}`, `*` and a leading `:` of a segment
/// for patterns.
pub(super) fn path_fault(path: &str) -> Option<&'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~:@%+=".contains(&byte);
    if !path.bytes().all(plain) || path.contains("/:") {
        Some("a path of letters, digits and - _ . ~ / alone")
    } else if TAKEN_PATHS.contains(&path) {
        Some("a path that this server does not use for something else, as it does with this one")
    } else {
        None
    }
}
