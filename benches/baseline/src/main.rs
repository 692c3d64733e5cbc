//! The shortest honest bot of this kind: teloxide's own listener and dispatcher, histories in memory, one request to the
//! model without streaming, one `sendMessage`. It stores nothing, shows nothing while an answer is written, limits
//! nobody, and what it holds is lost with it.
//!
//! `routergram bench --against` starts it with the variables that the program reads, so that both do the same errand in
//! one run, and what is printed is a ratio.

#![expect(clippy::disallowed_methods, reason = "a program of its own, which reads its few variables where it needs them")]

use std::collections::HashMap;
use std::env::var;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use serde_json::{Value, json};
use teloxide::prelude::*;
use teloxide::update_listeners::webhooks;
use url::Url;

/// Messages of a chat that the model sees at most.
const CONTEXT: usize = 20;

/// What everybody said, by chat.
type Histories = Arc<Mutex<HashMap<ChatId, Vec<Value>>>>;

/// Where the model is, and how it is asked.
#[derive(Clone)]
struct Model {
    http: reqwest::Client,
    url: String,
    key: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let bot = Bot::new(var("BOT_TOKEN")?).set_api_url(var("TELEGRAM_API_URL")?.parse()?);
    let model = Model {
        http: reqwest::Client::builder().timeout(Duration::from_mins(5)).build()?,
        url: format!("{}/chat/completions", var("OPENROUTER_BASE_URL")?.trim_end_matches('/')),
        key: var("OPENROUTER_API_KEY")?,
    };
    let handler = Update::filter_message().endpoint(answer);
    let dependencies = dptree::deps![model, Histories::default()];
    let mut dispatcher = Dispatcher::builder(bot.clone(), handler).dependencies(dependencies).build();
    let Ok(public) = var("WEBHOOK_URL") else {
        dispatcher.dispatch().await;
        return Ok(());
    };
    let (port, url) = (var("PORT")?.parse()?, format!("{}/webhook", public.trim_end_matches('/')));
    let options = webhooks::Options::new((Ipv4Addr::LOCALHOST, port).into(), url.parse::<Url>()?).max_connections(100);
    let listener = webhooks::axum(bot, options).await?;
    dispatcher.dispatch_with_listener(listener, LoggingErrorHandler::new()).await;
    Ok(())
}

async fn answer(bot: Bot, message: Message, model: Model, histories: Histories) -> anyhow::Result<()> {
    let (chat, Some(question)) = (message.chat.id, message.text()) else { return Ok(()) };
    let context = remember(&histories, chat, "user", question);
    let body = json!({"model": "openai/gpt-4o-mini", "messages": context, "max_tokens": 1000});
    let asked = model.http.post(&model.url).bearer_auth(&model.key).json(&body).send().await?;
    let answered: Value = asked.error_for_status()?.json().await?;
    let text = answered["choices"][0]["message"]["content"].as_str().context("the model said nothing")?;
    remember(&histories, chat, "assistant", text);
    bot.send_message(chat, text).await?;
    Ok(())
}

/// Adds it to what was said in the chat, and gives back the last of that.
fn remember(histories: &Histories, chat: ChatId, role: &str, text: &str) -> Vec<Value> {
    let mut histories = histories.lock().unwrap_or_else(PoisonError::into_inner);
    let history = histories.entry(chat).or_default();
    history.push(json!({"role": role, "content": text}));
    history.drain(..history.len().saturating_sub(CONTEXT));
    history.clone()
}
