//! `setWebhook` and its kin.
//!
//! One rule is wider than Telegram's: plain http is taken to this machine, and only there. The fake never talks to
//! the outside, so any other host has to be led to a local address first, or cannot be resolved.

use serde_json::{Value, json};
use url::{Host, Url};

use super::Ask;
use crate::sandbox::telegram::answer::{Answer, Refusal, Success};
use crate::sandbox::telegram::webhook::{Settings, Webhook};
use crate::sandbox::telegram::world::World;

/// When `max_connections` is not given.
const USUAL_CONNECTIONS: i64 = 40;
/// Telegram posts to these only.
const PORTS: [u16; 4] = [443, 80, 88, 8443];
/// Between two `setWebhook`.
const PACE: std::time::Duration = std::time::Duration::from_secs(1);

/// `setWebhook`.
pub(super) fn set(ask: &mut Ask<'_>) -> Answer {
    let Some(url) = ask.params.text("url").map(ToOwned::to_owned) else { return Ok(delete(ask)) };
    let world = &mut *ask.world;
    if world.switches.webhook_pace && world.webhook_set_at.is_some_and(|last| ask.now.since(last) < PACE) {
        return Err(Refusal::too_many_requests(1));
    }
    world.webhook_set_at = Some(ask.now);
    let connections = ask.params.int("max_connections").unwrap_or(USUAL_CONNECTIONS).clamp(1, 100);
    let settings = Settings {
        url,
        secret: ask.params.text("secret_token").map(ToOwned::to_owned),
        max_connections: usize::try_from(connections).unwrap_or(1),
        ip_address: ask.params.text("ip_address").map(ToOwned::to_owned),
    };
    let drop_pending = ask.params.flag("drop_pending_updates");
    let same = world.webhook.as_ref().is_some_and(|webhook| webhook.settings == settings);
    if same && !drop_pending {
        allow(ask);
        return Ok(Success::explained("Webhook is already set"));
    }
    // As at Telegram: whatever is wrong with the new one, the old one is gone by now, and so is a running poll.
    world.webhook = None;
    world.end_poll_for_webhook();
    if drop_pending {
        world.updates.forget_all();
    }
    let target = target(world, &settings)?;
    world.webhook_generation += 1;
    let generation = world.webhook_generation;
    world.webhook = Some(Webhook::new(settings, target, generation));
    allow(ask);
    Ok(Success::explained("Webhook was set"))
}

/// `deleteWebhook`.
pub(super) fn delete(ask: &mut Ask<'_>) -> Success {
    if ask.params.flag("drop_pending_updates") {
        ask.world.updates.forget_all();
    }
    let was_set = ask.world.webhook.take().is_some();
    Success::explained(if was_set { "Webhook was deleted" } else { "Webhook is already deleted" })
}

/// `getWebhookInfo`.
pub(super) fn info(ask: &mut Ask<'_>) -> Success {
    let world = &mut *ask.world;
    world.updates.expire(ask.now);
    let mut info = json!({
        "url": "",
        "has_custom_certificate": false,
        "pending_update_count": world.updates.len(),
    });
    if let Some(webhook) = &world.webhook {
        info["url"] = json!(webhook.settings.url);
        info["max_connections"] = json!(webhook.settings.max_connections);
        if let Some(address) = &webhook.settings.ip_address {
            info["ip_address"] = json!(address);
        }
        if let Some((at, message)) = &webhook.last_error {
            info["last_error_date"] = json!(at.as_secs());
            info["last_error_message"] = json!(message);
        }
    }
    if let Some(allowed) = world.updates.allowed() {
        info["allowed_updates"] = json!(allowed);
    }
    info.into()
}

fn allow(ask: &mut Ask<'_>) {
    if let Some(allowed) = ask.params.get("allowed_updates").and_then(Value::as_array) {
        ask.world.updates.allow(allowed);
    }
}

/// Where updates really go.
fn target(world: &World, settings: &Settings) -> Result<Url, Refusal> {
    let bad = |why: &str| Refusal::plain(400, format!("Bad Request: bad webhook: {why}"));
    let invalid = || Refusal::bad_request("invalid webhook URL specified");
    let full = if settings.url.contains("://") { settings.url.clone() } else { format!("https://{}", settings.url) };
    let mut url = Url::parse(&full).map_err(|_| invalid())?;
    let secret = settings.secret.as_deref().unwrap_or_default();
    if secret.len() > 256 {
        return Err(Refusal::bad_request("secret token is too long"));
    }
    if !secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') {
        return Err(Refusal::bad_request("secret token contains unallowed characters"));
    }
    let local = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(invalid()),
    };
    match url.scheme() {
        "http" | "https" if local => return Ok(url),
        "https" => {}
        "http" => return Err(bad("An HTTPS URL must be provided for webhook")),
        _ => return Err(invalid()),
    }
    if !PORTS.contains(&url.port_or_known_default().unwrap_or(0)) {
        return Err(bad("Webhook can be set up only on ports 80, 88, 443 or 8443"));
    }
    let led = url.host_str().and_then(|host| world.hosts.get(host)).copied();
    let address = led.ok_or_else(|| bad("Failed to resolve host: No address associated with hostname"))?;
    let moved = url
        .set_scheme("http")
        .and_then(|()| url.set_ip_host(address.ip()))
        .and_then(|()| url.set_port(Some(address.port())));
    moved.map(|()| url).map_err(|()| invalid())
}
