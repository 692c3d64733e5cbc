//! The webhook that Telegram has, against the one that the settings want.
//!
//! What is wrong before the bot's start and mended by it is a warning; the same is a failure while a bot runs here.

use chrono::DateTime;
use url::Url;

use super::Row;
use crate::clock::Timestamp;
use crate::config::{Config, Mode};
use crate::telegram::methods::WebhookInfo;

const WEBHOOK: &str = "webhook";
const PENDING: &str = "pending_updates";
const LAST_ERROR: &str = "last_error";
const ALLOWED: &str = "allowed_updates";

/// The rows, in their order.
pub(super) const NAMES: [&str; 4] = [WEBHOOK, PENDING, LAST_ERROR, ALLOWED];

/// A bot that works has none waiting for longer than a moment; this many are what one call of polling brings.
const MANY_PENDING: u64 = 100;
/// Telegram repeats a delivery after two minutes at the latest: trouble that lasts has an error younger than this.
const FRESH_ERROR_SECS: i64 = 300;
/// What the bot acts upon. The rest may be missing.
const NEEDED: [&str; 7] = [
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "stopped_message_generation",
    "my_chat_member",
];

/// What is to be said about it.
pub(super) fn rows(config: &Config, info: &WebhookInfo, bot_answers: bool, now: Timestamp) -> Vec<Row> {
    let address = match &config.mode.mode {
        Mode::Webhook(wanted) => by_webhook(config, wanted.url.as_str(), &info.url, bot_answers),
        Mode::Polling | Mode::Disabled => by_polling(config, &info.url),
    };
    vec![address, pending(info, bot_answers), last_error(info, now), allowed(config, info, bot_answers)]
}

fn by_webhook(config: &Config, wanted: &str, found: &str, bot_answers: bool) -> Row {
    let shown = config.token.conceal(found);
    if found == wanted {
        return Row::ok(WEBHOOK, shown);
    }
    let wanted = config.token.conceal(wanted);
    let fix = if bot_answers {
        "Look whether another program uses this token, then restart the bot, or run: routergram webhook set"
    } else {
        "Start the bot, which sets it; another program that uses this token would take it away again"
    };
    let found = if found.is_empty() {
        format!("none is set; the settings want {wanted}")
    } else {
        format!("updates go to {shown}; the settings want {wanted}")
    };
    Row::wrong(WEBHOOK, bot_answers, found, fix)
}

fn by_polling(config: &Config, found: &str) -> Row {
    if found.is_empty() {
        return Row::ok(WEBHOOK, "none, as polling needs it");
    }
    let host = Url::parse(found).ok().and_then(|url| url.host_str().map(str::to_owned));
    let ours = host.is_some_and(|host| config.telegram.own_webhook_hosts.contains(&host));
    let found = format!("updates go to {}", config.token.conceal(found));
    if ours || config.telegram.webhook_takeover {
        return Row::warning(WEBHOOK, found, "Start the bot, which removes this webhook to poll");
    }
    Row::failure(
        WEBHOOK,
        found,
        "Stop the program there, or set WEBHOOK_TAKEOVER=true to remove its webhook; for a test, use a bot of its own",
    )
}

fn pending(info: &WebhookInfo, bot_answers: bool) -> Row {
    let count = info.pending_update_count;
    if count < MANY_PENDING {
        return Row::ok(PENDING, count.to_string());
    }
    let fix = if bot_answers {
        "Look at the last error, and at the bot's log: it does not take them"
    } else {
        "Start the bot: Telegram keeps them for a day"
    };
    Row::warning(PENDING, format!("{count} wait at Telegram"), fix)
}

fn last_error(info: &WebhookInfo, now: Timestamp) -> Row {
    let Some(message) = &info.last_error_message else {
        return if info.url.is_empty() {
            Row::skipped(LAST_ERROR, "there is no webhook")
        } else {
            Row::ok(LAST_ERROR, "none")
        };
    };
    let when = info.last_error_date.and_then(|date| DateTime::from_timestamp(date, 0));
    let when = when.map_or(String::new(), |when| when.format(" (%Y-%m-%d %H:%M UTC)").to_string());
    let is_fresh = info.last_error_date.is_none_or(|date| now.as_secs() - date < FRESH_ERROR_SECS);
    if info.pending_update_count == 0 {
        return Row::warning(LAST_ERROR, format!("{message}{when}; nothing waits any more"), delivery_fix(message));
    }
    Row::wrong(LAST_ERROR, is_fresh, format!("{message}{when}"), delivery_fix(message))
}

/// What helps against an error of delivery. Telegram's words are for people, so a word that is not known gets the
/// general advice.
fn delivery_fix(message: &str) -> &'static str {
    const FIXES: [(&[&str], &str); 7] = [
        (
            &["SSL", "certificate"],
            "Give the proxy in front a valid certificate for this host, with its whole chain (Caddy does it by itself)",
        ),
        (&["refused"], "Start the bot, and let what is in front of it pass port 443 to PORT: nothing listens there"),
        (
            &["timed out", "timeout"],
            "Let the firewall pass 149.154.160.0/20 and 91.108.4.0/22, from where Telegram posts",
        ),
        (&["resolve"], "Look up the host of WEBHOOK_URL: Telegram finds no IPv4 address for it"),
        (&["401", "403"], "Give every process of this bot the same WEBHOOK_SECRET, and pass Telegram's headers on"),
        (&["404", "405", "301", "302", "307", "308"], "Let the proxy pass the path on unchanged, without a redirect"),
        (&["502", "503", "504"], "Start the bot: what is in front of it does not find it"),
    ];
    let known = FIXES.into_iter().find(|(words, _)| words.iter().any(|word| message.contains(word)));
    known.map_or("Open the webhook's address from outside, and look at the bot's log at that time", |(_, fix)| fix)
}

fn allowed(config: &Config, info: &WebhookInfo, bot_answers: bool) -> Row {
    let allowed = info.allowed_updates.as_deref().unwrap_or_default();
    let missing: Vec<_> = NEEDED.into_iter().filter(|kind| !allowed.iter().any(|found| found == kind)).collect();
    if allowed.is_empty() || missing.is_empty() {
        return Row::ok(ALLOWED, "all that the bot acts upon");
    }
    // Whoever polls says it anew with every call.
    let lasting = bot_answers && matches!(config.mode.mode, Mode::Webhook(_));
    let fix = if lasting {
        "Restart the bot, or run routergram webhook set: another program has narrowed them"
    } else {
        "Start the bot, which asks for all of them"
    };
    Row::wrong(ALLOWED, lasting, format!("Telegram keeps back {}", missing.join(", ")), fix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn every_word_of_telegram_gets_an_advice() {
        for (message, word) in [
            ("SSL error {error:0A000086:SSL routines::certificate verify failed}", "certificate"),
            ("Connection refused", "Start the bot"),
            ("Connection timed out", "firewall"),
            ("Failed to resolve host: Name or service not known", "Look up"),
            ("Wrong response from the webhook: 401 Unauthorized", "WEBHOOK_SECRET"),
            ("Wrong response from the webhook: 404 Not Found", "path"),
            ("Wrong response from the webhook: 502 Bad Gateway", "does not find"),
            ("Something new", "from outside"),
        ] {
            assert!(delivery_fix(message).contains(word), "{message}: {}", delivery_fix(message));
        }
    }

    #[test]
    fn an_error_that_was_overcome_is_no_failure() {
        let now = Timestamp(1_000_000_000_000);
        let info = |pending, age| WebhookInfo {
            url: "https://a.example/hook".into(),
            pending_update_count: pending,
            last_error_message: Some("Connection refused".into()),
            last_error_date: Some(now.as_secs() - age),
            ..WebhookInfo::default()
        };
        assert_eq!(last_error(&info(0, 1), now).state, State::Warning);
        assert_eq!(last_error(&info(2, 1), now).state, State::Failure);
        assert_eq!(last_error(&info(2, 3600), now).state, State::Warning);
    }
}
