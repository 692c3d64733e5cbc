//! Inline mode: somebody types `@bot …` anywhere, the bot offers results, one of them is sent in that person's name.
//!
//! The bot need not be where the result is sent. What it gets of it is an `inline_message_id`, by which it can edit
//! that one message, and only when the result had buttons: so at Telegram, and so here.

use serde_json::{Value, json};

use super::acts::{ActDone, ActRefused, Done, Said};
use super::answer::Refusal;
use super::chat::ChatKind;
use super::keyboard;
use super::message::Message;
use super::params::Params;
use super::text;
use super::view::Event;
use super::wire;
use super::world::World;
use crate::clock::Timestamp;

/// Whether the bot's owner has switched inline mode on, and whether the bot hears what was chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum InlineMode {
    /// Nobody can ask.
    #[default]
    Off,
    /// The bot offers, and does not hear what is chosen (`/setinlinefeedback` at BotFather is off).
    WithoutFeedback,
    /// It hears.
    WithFeedback,
}

/// How long a query can be answered.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
/// UTF-16 units of a query; more cannot be typed.
const LONGEST_QUERY: usize = 256;
/// Results in one answer.
const MOST_RESULTS: usize = 50;
/// Bytes of a result's id.
const LONGEST_ID: usize = 64;

/// A query.
pub(super) struct InlineQuery {
    user: i64,
    text: String,
    at: Timestamp,
    /// What the bot offers, once it has answered.
    results: Option<Vec<Value>>,
    /// The button above that, as in the Bot API.
    button: Option<Value>,
}

impl InlineQuery {
    /// The button above what the bot offers.
    pub(super) fn button(&self) -> Option<&Value> {
        self.button.as_ref()
    }

    /// What the bot offers, once it has answered.
    pub(super) fn results(&self) -> Option<&[Value]> {
        self.results.as_deref()
    }
}

impl World {
    /// Somebody types `@bot` and this, in a chat that need not have the bot in it.
    pub(super) fn type_inline(&mut self, (chat, user): (i64, i64), query: &str, now: Timestamp) -> Done {
        if self.switches.inline == InlineMode::Off {
            return Err(ActRefused::NoInline);
        }
        let place = self.chats.get(&chat).ok_or(ActRefused::NoSuchChat)?;
        let kind = if place.kind == ChatKind::Private { "sender" } else { place.kind.name() };
        let query: String = query.trim().chars().take(LONGEST_QUERY).collect();
        self.last_inline += 1;
        let id = format!("{}{:09}", user.unsigned_abs() % 1_000_000_000, 700_000_000 + self.last_inline);
        let from = wire::anybody(self, user);
        let content = json!({"id": id, "from": from, "query": query, "offset": "", "chat_type": kind});
        self.inline_queries.insert(id.clone(), InlineQuery { user, text: query, at: now, results: None, button: None });
        let update_ids = self.updates.push("inline_query", &content, now).into_iter().collect();
        Ok(ActDone { update_ids, inline_query_id: Some(id), ..ActDone::default() })
    }

    /// Somebody sends one of the results.
    pub(super) fn choose_inline(
        &mut self,
        (chat, user): (i64, i64),
        (query, result): (&str, &str),
        now: Timestamp,
    ) -> Done {
        let asked = self.inline_queries.get(query).filter(|asked| asked.user == user);
        let asked = asked.ok_or(ActRefused::NoSuchResult)?;
        let offered = asked.results.iter().flatten().find(|offered| offered["id"] == result);
        let (offered, typed) = (offered.ok_or(ActRefused::NoSuchResult)?.clone(), asked.text.clone());
        let params = offered["input_message_content"].as_object().cloned().unwrap_or_default();
        let body = content(&params).map_err(|_| ActRefused::Empty)?;
        let keyboard = Some(offered["reply_markup"].clone()).filter(Value::is_object);
        let inline_id = keyboard.is_some().then(|| {
            self.last_inline += 1;
            format!("BAAAAsandbox{}", self.last_inline)
        });
        let message = Message { body, keyboard, via_bot: true, inline_id: inline_id.clone(), ..Message::default() };
        let mut done = self.write(&Said::plainly(chat, user), vec![message], now)?;
        if let (Some(inline_id), Some(id)) = (&inline_id, done.message_ids.first()) {
            self.inline_messages.insert(inline_id.clone(), (chat, *id));
        }
        if self.switches.inline == InlineMode::WithFeedback {
            let mut chosen = json!({"result_id": result, "from": wire::anybody(self, user), "query": typed});
            if let Some(inline_id) = inline_id {
                chosen["inline_message_id"] = json!(inline_id);
            }
            done.update_ids.extend(self.updates.push("chosen_inline_result", &chosen, now));
        }
        Ok(done)
    }

    /// `answerInlineQuery`.
    pub(super) fn offer(
        &mut self,
        query: &str,
        (results, button): (&[Value], Option<&Value>),
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let results: Vec<Value> = check(results)?;
        check_button(button)?;
        let asked = self.inline_queries.get_mut(query);
        let asked =
            asked.filter(|asked| asked.results.is_none() && now.since(asked.at) <= PATIENCE).ok_or_else(|| {
                Refusal::bad_request("query is too old and response timeout expired or query ID is invalid")
            })?;
        (asked.results, asked.button) = (Some(results.clone()), button.cloned());
        let (user, query, button) = (asked.user, query.to_owned(), button.cloned());
        self.emit(Event::InlineResults { user, query, results, button });
        Ok(())
    }
}

/// The results, when Telegram would take them. Of their kinds the sandbox shows articles alone.
fn check(results: &[Value]) -> Result<Vec<Value>, Refusal> {
    if results.len() > MOST_RESULTS {
        return Err(Refusal::bad_request("RESULTS_TOO_MUCH"));
    }
    let mut ids = std::collections::BTreeSet::new();
    for result in results {
        let id = result["id"].as_str().unwrap_or_default();
        if id.is_empty() || id.len() > LONGEST_ID {
            return Err(Refusal::bad_request("RESULT_ID_INVALID"));
        }
        if !ids.insert(id) {
            return Err(Refusal::bad_request("RESULT_ID_DUPLICATE"));
        }
        if result["type"] != "article" {
            return Err(Refusal::bad_request("the sandbox shows inline results of the type article alone"));
        }
        if result["title"].as_str().is_none_or(str::is_empty) {
            return Err(Refusal::bad_request("RESULT_TITLE_EMPTY"));
        }
        keyboard::inline(Some(&result["reply_markup"]))?;
        content(result["input_message_content"].as_object().unwrap_or(&serde_json::Map::new()))?;
    }
    Ok(results.to_vec())
}

/// `InlineQueryResultsButton`: words, and what follows `/start` in the private chat.
fn check_button(button: Option<&Value>) -> Result<(), Refusal> {
    let Some(button) = button else { return Ok(()) };
    let parameter = button["start_parameter"].as_str().unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if button["text"].as_str().is_none_or(str::is_empty) {
        return Err(Refusal::bad_request("button text is empty"));
    }
    if !(1..=64).contains(&parameter.len()) || !parameter.chars().all(plain) {
        return Err(Refusal::bad_request("START_PARAM_INVALID"));
    }
    Ok(())
}

/// `InputTextMessageContent`: like the parameters of a message, but for the name of the text.
fn content(fields: &serde_json::Map<String, Value>) -> Result<text::Formatted, Refusal> {
    let mut fields = fields.clone();
    if let Some(text) = fields.remove("message_text") {
        fields.insert("text".to_owned(), text);
    }
    text::message(&Params { fields, ..Params::default() })
}
