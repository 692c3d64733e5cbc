//! What a failed call to Telegram means.
//!
//! The one question behind every variant: may it be sent again? Telegram has no idempotency key, so a repeated send
//! is a second message unless the first surely did not arrive.

use std::time::Duration;

use serde::Deserialize;

/// A failed call. Its text never holds the token, nor what was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TelegramError {
    /// It surely did not arrive: no connection, or Telegram's server failed and said so.
    #[error("Telegram could not be reached: {0}")]
    NotSent(String),
    /// It may have arrived: the connection broke or timed out after writing.
    #[error("no answer from Telegram: {0}")]
    Unknown(String),
    /// Too much, too fast: it did not arrive; come back after this span.
    #[error("Telegram asks to wait {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// The token is not (or no longer) a bot's.
    #[error("Telegram does not know this token")]
    Unauthorized,
    /// Somebody else receives this bot's updates.
    #[error("{0}")]
    Conflict(String),
    /// The group became a supergroup, which has this id; it did not arrive.
    #[error("the group is a supergroup now")]
    Migrated(i64),
    /// Telegram refused the request: repeating it changes nothing.
    #[error("Telegram refused ({code}): {description}")]
    Refused {
        /// As HTTP's.
        code: u16,
        /// In Telegram's words.
        description: String,
    },
}

impl TelegramError {
    /// One word for a counter.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotSent(_) => "not_sent",
            Self::Unknown(_) => "unknown",
            Self::RetryAfter(_) => "retry_after",
            Self::Unauthorized => "unauthorized",
            Self::Conflict(_) => "conflict",
            Self::Migrated(_) => "migrated",
            Self::Refused { .. } => "refused",
        }
    }

    /// The chat is out of reach (the bot is blocked, kicked or muted, the chat deleted): no text whatsoever would arrive.
    #[must_use]
    pub fn chat_is_gone(&self) -> bool {
        const GONE: [&str; 5] = [
            "chat not found",
            "user not found",
            "PEER_ID_INVALID",
            "CHAT_WRITE_FORBIDDEN",
            "not enough rights to send text messages",
        ];
        match self {
            Self::Refused { code: 403, .. } => true,
            Self::Refused { description, .. } => GONE.iter().any(|gone| description.contains(gone)),
            _ => false,
        }
    }

    /// The message that was to be changed is not there any more, or not for this bot.
    #[must_use]
    pub fn message_is_gone(&self) -> bool {
        const GONE: [&str; 4] =
            ["MESSAGE_ID_INVALID", "MESSAGE_AUTHOR_REQUIRED", "message to edit not found", "message can't be edited"];
        matches!(self, Self::Refused { description, .. } if GONE.iter().any(|gone| description.contains(gone)))
    }

    /// Updates go to a webhook, so nobody can poll.
    #[must_use]
    pub fn says_webhook_is_active(&self) -> bool {
        matches!(self, Self::Conflict(description) if description.contains("webhook is active"))
    }

    /// There is no such person in the chat. (Where a group hides its members, Telegram says something else.)
    #[must_use]
    pub fn knows_nobody_such(&self) -> bool {
        const NOBODY: [&str; 4] =
            ["user not found", "member not found", "PARTICIPANT_ID_INVALID", "USER_NOT_PARTICIPANT"];
        matches!(self, Self::Refused { description, .. } if NOBODY.iter().any(|nobody| description.contains(nobody)))
    }

    /// The message says that already: an edit that was repeated.
    #[must_use]
    pub fn says_not_modified(&self) -> bool {
        matches!(self, Self::Refused { description, .. } if description.contains("message is not modified"))
    }

    /// Reads Telegram's refusal.
    pub(super) fn from_reply(status: u16, reply: &FailedReply) -> Self {
        let description = unquoted(reply.description.as_deref().unwrap_or_default());
        let wait = reply.parameters.as_ref().and_then(|parameters| parameters.retry_after);
        if let Some(chat) = reply.parameters.as_ref().and_then(|parameters| parameters.migrate_to_chat_id) {
            return Self::Migrated(chat);
        }
        match reply.error_code.unwrap_or(status) {
            429 => Self::RetryAfter(Duration::from_secs(wait.unwrap_or(1))),
            401 => Self::Unauthorized,
            409 => Self::Conflict(description),
            // A gateway's word: whether the server behind it acted is not known.
            code @ (502 | 504) => Self::Unknown(format!("{code} {description}")),
            code @ 500.. => Self::NotSent(format!("{code} {description}")),
            code => Self::Refused { code, description },
        }
    }

    /// Reads a failure of the connection.
    pub(super) fn from_transport(error: reqwest::Error) -> Self {
        let never_left = error.is_connect() || error.is_builder();
        // The address holds the token; the causes below the first do not name it.
        let text = causes(&error.without_url());
        if never_left { Self::NotSent(text) } else { Self::Unknown(text) }
    }
}

/// Telegram quotes what it does not understand (`Unsupported start tag "…"`), and that is somebody's text.
fn unquoted(description: &str) -> String {
    let Some((before, rest)) = description.split_once('"') else { return description.to_owned() };
    // To the last one: there may be quotation marks in what is quoted.
    let after = rest.rsplit_once('"').map_or("", |(_, after)| after);
    format!("{before}\"…\"{after}")
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}

/// The shape of a refusal.
#[derive(Debug, Default, Deserialize)]
pub(super) struct FailedReply {
    pub(super) error_code: Option<u16>,
    pub(super) description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_telegram_quotes_is_not_repeated() {
        let said = |description: &str| {
            let reply =
                FailedReply { error_code: Some(400), description: Some(description.to_owned()), parameters: None };
            TelegramError::from_reply(400, &reply).to_string()
        };
        let tag = "Bad Request: can't parse entities: Unsupported start tag \"a \"secret\" word\" at byte offset 7";
        let shown =
            "Telegram refused (400): Bad Request: can't parse entities: Unsupported start tag \"…\" at byte offset 7";
        assert_eq!(said(tag), shown);
        assert_eq!(said("wrong URL \"secret"), "Telegram refused (400): wrong URL \"…\"");
        assert_eq!(said("Bad Request: chat not found"), "Telegram refused (400): Bad Request: chat not found");
    }
}
