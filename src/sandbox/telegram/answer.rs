//! What a call is answered with: Telegram's envelope, its codes and its words.
//!
//! Clients decide by these texts (some of them by nothing else), so they are Telegram's own, taken from the source of
//! its Bot API server. A text that is ours, because the real server has no such refusal, says "sandbox" in it.

use serde_json::{Value, json};

/// The good answer of a method.
#[derive(Debug, Clone)]
pub(super) struct Success {
    /// `result`, already as JSON text: updates are passed on byte for byte.
    pub(super) result: String,
    /// A few methods (`setWebhook`) explain themselves.
    pub(super) description: Option<&'static str>,
}

impl From<Value> for Success {
    fn from(result: Value) -> Self {
        Self { result: result.to_string(), description: None }
    }
}

impl Success {
    /// `True`, with an explanation.
    pub(super) fn explained(description: &'static str) -> Self {
        Self { result: "true".to_owned(), description: Some(description) }
    }

    /// The whole body.
    pub(super) fn body(&self) -> String {
        match self.description {
            None => format!("{{\"ok\":true,\"result\":{}}}", self.result),
            Some(text) => format!("{{\"ok\":true,\"result\":{},\"description\":{}}}", self.result, json!(text)),
        }
    }
}

/// A refused call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status, repeated as `error_code`.
    pub(super) code: u16,
    /// For people, and for clients that match texts.
    pub(super) description: String,
    /// Seconds, for 429.
    pub(super) retry_after: Option<u32>,
    /// Where the group has gone.
    pub(super) migrate_to: Option<i64>,
}

impl Refusal {
    /// Any code with a complete text.
    pub(super) fn plain(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None, migrate_to: None }
    }

    /// A 400. As the real server does, the first letter becomes small unless the second is a capital or `_`, so that
    /// `Entity URL …` reads `Bad Request: entity URL …` and `BUTTON_DATA_INVALID` stays.
    pub(super) fn bad_request(text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        let shouting = text.chars().nth(1).is_some_and(|second| second == '_' || second.is_ascii_uppercase());
        let mut chars = text.chars();
        let text = match chars.next() {
            Some(first) if !shouting => format!("{}{}", first.to_ascii_lowercase(), chars.as_str()),
            _ => text.to_owned(),
        };
        Self::plain(400, format!("Bad Request: {text}"))
    }

    /// A 403.
    pub(super) fn forbidden(text: &str) -> Self {
        Self::plain(403, format!("Forbidden: {text}"))
    }

    /// A 409.
    pub(super) fn conflict(text: &str) -> Self {
        Self::plain(409, format!("Conflict: {text}"))
    }

    /// A 429.
    pub(super) fn too_many_requests(retry_after: u32) -> Self {
        let text = format!("Too Many Requests: retry after {retry_after}");
        Self { retry_after: Some(retry_after), ..Self::plain(429, text) }
    }

    /// A 400 that names the supergroup a group has become.
    pub(super) fn migrated(to: i64) -> Self {
        Self { migrate_to: Some(to), ..Self::bad_request("group chat was upgraded to a supergroup chat") }
    }

    /// The whole body.
    pub(super) fn body(&self) -> String {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        if let Some(chat) = self.migrate_to {
            body["parameters"] = json!({"migrate_to_chat_id": chat});
        }
        body.to_string()
    }
}

/// What a method comes to.
pub(super) type Answer = Result<Success, Refusal>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_starts_small_unless_it_is_a_constant() {
        assert_eq!(Refusal::bad_request("Message text is empty").description, "Bad Request: message text is empty");
        assert_eq!(Refusal::bad_request("BUTTON_DATA_INVALID").description, "Bad Request: BUTTON_DATA_INVALID");
    }

    #[test]
    fn too_many_requests_says_how_long() {
        let body: Value = serde_json::from_str(&Refusal::too_many_requests(7).body()).unwrap();
        assert_eq!(
            body,
            json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7", "parameters": {"retry_after": 7}})
        );
    }
}
