//! The bot at Telegram: is the token good, and what is it allowed to do?

use super::{Row, in_time, is_disabled, webhook};
use crate::clock::Clock;
use crate::config::Config;
use crate::telegram::methods::{BotIdentity, GetMe, GetWebhookInfo};
use crate::telegram::{Telegram, TelegramError};

const TOKEN: &str = "token";
const PRIVACY: &str = "privacy";
const INLINE: &str = "inline";
const TOPICS: &str = "topics";

/// What was found at Telegram.
pub(super) struct Findings {
    pub(super) token: Row,
    pub(super) webhook: Vec<Row>,
    pub(super) privacy: Row,
    pub(super) inline: Row,
    pub(super) topics: Row,
}

impl Findings {
    /// Nothing but the token was looked at.
    fn without(token: Row, why: &str) -> Self {
        let webhook = webhook::NAMES.map(|name| Row::skipped(name, why)).into();
        let [privacy, inline, topics] = [PRIVACY, INLINE, TOPICS].map(|name| Row::skipped(name, why));
        Self { token, webhook, privacy, inline, topics }
    }
}

/// Asks who the bot is and what its webhook is like.
pub(super) async fn look(config: &Config, clock: &Clock, bot_answers: bool) -> Findings {
    if is_disabled(config) {
        return Findings::without(Row::skipped(TOKEN, config.mode.why.clone()), &config.mode.why);
    }
    let telegram = match Telegram::new(config.token.clone(), &config.telegram, clock.clone()) {
        Ok(telegram) => telegram,
        Err(error) => {
            let row = Row::failure(TOKEN, format!("Telegram cannot be asked: {error}"), "Install this program anew");
            return Findings::without(row, "Telegram could not be asked");
        }
    };
    let asking = async { tokio::join!(telegram.call(&GetMe {}), telegram.call(&GetWebhookInfo {})) };
    let Some((me, info)) = in_time(clock, asking).await else {
        return Findings::without(unreachable(config, "no answer from Telegram"), "Telegram does not answer");
    };
    match me {
        Ok(me) => {
            let webhook = match info {
                Ok(info) => webhook::rows(config, &info, bot_answers, clock.now()),
                Err(error) => webhook::NAMES.map(|name| Row::skipped(name, error.to_string())).into(),
            };
            let token = Row::ok(TOKEN, format!("@{}, id {}", me.username, me.id));
            Findings { token, webhook, privacy: privacy(&me), inline: inline(&me), topics: topics(&me) }
        }
        Err(error) => Findings::without(refused(config, &error), "the token has to work first"),
    }
}

fn refused(config: &Config, error: &TelegramError) -> Row {
    match error {
        // A token that never was one gets 404.
        TelegramError::Unauthorized | TelegramError::Refused { code: 404, .. } => Row::failure(
            TOKEN,
            "Telegram does not know it",
            "Copy BOT_TOKEN again from @BotFather (it looks like 123456789:AA…), or ask there for a new one",
        ),
        TelegramError::RetryAfter(_) => {
            Row::warning(TOKEN, error.to_string(), "Look again then: too much was asked with this token")
        }
        error => unreachable(config, &error.to_string()),
    }
}

fn unreachable(config: &Config, why: &str) -> Row {
    let server = config.telegram.api_url.host_str().unwrap_or_default();
    Row::failure(
        TOKEN,
        why,
        format!("Check that this machine reaches {server} (network, DNS, firewall, TELEGRAM_API_URL)"),
    )
}

/// Groups: does Telegram send what is not meant for the bot?
fn privacy(me: &BotIdentity) -> Row {
    if me.can_join_groups == Some(false) {
        return Row::ok(PRIVACY, "the bot cannot be added to groups; @BotFather allows it with /setjoingroups");
    }
    match me.can_read_all_group_messages {
        Some(false) => Row::ok(
            PRIVACY,
            "on: in groups the bot is sent what is meant for it, which is all it reads; where it is an administrator, it is \
             sent everything",
        ),
        Some(true) => Row::warning(
            PRIVACY,
            "off: the bot is sent everything that is said in its groups, and reads only what is meant for it",
            "Turn it on with /setprivacy at @BotFather, then remove the bot from its groups and add it anew, since the change holds \
             from then on; or leave it, if you want it so",
        ),
        None => Row::skipped(PRIVACY, "this Telegram server does not tell"),
    }
}

/// Whether Telegram tells what was sent, it does not tell.
fn inline(me: &BotIdentity) -> Row {
    match me.supports_inline_queries {
        Some(true) => Row::ok(
            INLINE,
            "on: the bot can be asked by its name in any chat. Answers begin by themselves where /setinlinefeedback at \
             @BotFather is 100%, and with a press on a button otherwise",
        ),
        Some(false) => Row::ok(INLINE, "off: /setinline at @BotFather lets people ask by the bot's name in any chat"),
        None => Row::skipped(INLINE, "this Telegram server does not tell"),
    }
}

fn topics(me: &BotIdentity) -> Row {
    match me.has_topics_enabled {
        Some(true) => Row::ok(TOPICS, "on: each topic of a private chat is a conversation of its own"),
        Some(false) => Row::ok(TOPICS, "off: a private chat is one conversation; @BotFather turns topics on"),
        None => Row::skipped(TOPICS, "this Telegram server does not tell"),
    }
}
