//! How updates come in.

use serde::{Deserialize, Serialize};
use teloxide::requests::Payload;
use teloxide::types::True;

/// Parameters of `getUpdates`.
#[derive(Debug, Clone, Serialize)]
pub struct GetUpdates {
    /// The first update wanted; earlier ones are forgotten by Telegram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<i64>,
    /// 1–100.
    pub limit: u8,
    /// Seconds to wait for an update, at most 50.
    pub timeout: u8,
    /// Empty: everything except `chat_member`, `message_reaction` and `message_reaction_count`.
    pub allowed_updates: [&'static str; 0],
}

/// `setWebhook` as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct SetWebhook<'a> {
    /// Where to.
    pub url: &'a str,
    /// Comes back in a header.
    pub secret_token: &'a str,
    /// 1–100.
    pub max_connections: u8,
    /// Empty: everything except `chat_member`, `message_reaction` and `message_reaction_count`. Omitted would keep
    /// whatever an earlier program had set.
    pub allowed_updates: [&'static str; 0],
    /// Forget what Telegram still holds?
    pub drop_pending_updates: bool,
}

impl Payload for SetWebhook<'_> {
    type Output = True;
    const NAME: &'static str = "setWebhook";
}

/// `deleteWebhook`.
#[derive(Debug, Clone, Serialize)]
pub struct DeleteWebhook {
    /// Forget what Telegram still holds?
    pub drop_pending_updates: bool,
}

impl Payload for DeleteWebhook {
    type Output = True;
    const NAME: &'static str = "deleteWebhook";
}

/// `getWebhookInfo`, answered with what this bot looks at.
#[derive(Debug, Clone, Serialize)]
pub struct GetWebhookInfo {}

impl Payload for GetWebhookInfo {
    type Output = WebhookInfo;
    const NAME: &'static str = "getWebhookInfo";
}

/// The webhook as Telegram knows it.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct WebhookInfo {
    /// Empty when there is none. May hold a token: redact before printing.
    pub url: String,
    /// Updates that wait at Telegram.
    #[serde(default)]
    pub pending_update_count: u64,
    /// The last failure of a delivery.
    #[serde(default)]
    pub last_error_message: Option<String>,
    /// When that was, in seconds since the Unix epoch.
    #[serde(default)]
    pub last_error_date: Option<i64>,
    /// How many updates may be posted at once, 1–100.
    #[serde(default)]
    pub max_connections: Option<u32>,
    /// The kinds of updates that are delivered; `None`: all but the three that have to be asked for.
    #[serde(default)]
    pub allowed_updates: Option<Vec<String>>,
}
