//! Questions about the account instead of to the model: is the key good, and what did an answer cost.
//!
//! Both are OpenRouter's own addresses. Another OpenAI-compatible server answers 404 there, which means "unknown" and
//! is no failure.

use std::time::Duration;

use chrono::DateTime;
use reqwest::header::RETRY_AFTER;
use serde_json::Value;

use super::errors::{Failure, ModelError};
use super::wire::{self, WireError, micro_usd};
use super::{ERROR_BODY_BYTES, OpenRouter, read_up_to, text_of};
use crate::clock::Timestamp;
use crate::faults::{self, Step};

/// Room for all that `/key` and `/generation` tell (some KiB).
const RECORD_BYTES: usize = 256 << 10;

/// What the key may spend. Every field may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyInfo {
    /// The key's own limit in millionths of a US dollar; `None` also when it has none.
    pub limit_micro_usd: Option<i64>,
    /// What is left of that limit, in millionths of a US dollar.
    pub remaining_micro_usd: Option<i64>,
    /// What the key has spent, in millionths of a US dollar.
    pub used_micro_usd: Option<i64>,
    /// Has the account never bought credit? Then `:free` models answer only 50 times a day.
    pub is_free_tier: Option<bool>,
    /// Is it a key for making keys? Those may ask no model.
    pub is_management_key: Option<bool>,
    /// When it ends; `None` also when it does not.
    pub expires_at: Option<Timestamp>,
}

/// What the server keeps about a generation. Every field but the cost may be unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenerationRecord {
    /// Millionths of a US dollar.
    pub cost_micro_usd: i64,
    /// The model that served.
    pub model: Option<String>,
    /// Tokens read.
    pub prompt_tokens: Option<i64>,
    /// Tokens written, reasoning included.
    pub completion_tokens: Option<i64>,
}

/// What came of looking up a generation.
#[derive(Debug, Clone)]
pub enum Lookup {
    /// Here it is.
    Known(GenerationRecord),
    /// The server keeps such records, but not this one, or not yet, or not its cost.
    NotKnown,
    /// Nothing tells that the server keeps such records at all.
    NoRecords,
    /// The server did not look: it refuses the key, the credit (401, 402), or so many questions (429).
    Refused(ModelError),
    /// It could not be asked, or failed (5xx, no connection, no answer in time): why.
    Failed(String),
}

impl OpenRouter {
    /// Asks whether the key is good, for the start: `GET {base}/key`. `Ok(None)` where the server does not tell.
    ///
    /// A refused key is an error of kind [`Account`](super::ModelErrorKind::Account); other kinds say that the server
    /// could not be asked now.
    pub async fn check_key(&self) -> Result<Option<KeyInfo>, ModelError> {
        let asking = faults::around(Step::CheckKey, self.get("key", &[], RECORD_BYTES));
        let Answer { status, body, .. } = asking.await.map_err(|failure| failure.error)?;
        match status {
            200..=299 => Ok(serde_json::from_slice::<Value>(&body).ok().map(|body| key_info(&body))),
            404 | 405 => Ok(None),
            _ => Err(Failure::told(status, &WireError::read_body(&body), None).error),
        }
    }

    /// Looks up what a generation cost: `GET {base}/generation?id=`. For answers whose cost was not told with them. One
    /// request; when to look again is the caller's.
    pub async fn look_up(&self, generation_id: &str) -> Lookup {
        let query = [("id", generation_id)];
        match faults::around(Step::LookUp, self.get("generation", &query, RECORD_BYTES)).await {
            Ok(answer) => lookup(&answer),
            Err(failure) => Lookup::Failed(failure.error.detail),
        }
    }

    /// What an address below the base answers, as far as there is `room` for it (in bytes); the whole within the
    /// configured timeout.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)], room: usize) -> Result<Answer, Failure> {
        let deadline = self.clock().now().plus(self.timeout());
        let asking = async {
            let request = self.inner.http.get(self.inner.address(&[path])).query(query);
            let response = request.send().await.map_err(Failure::transport)?;
            let status = response.status().as_u16();
            let retry_after =
                text_of(response.headers(), &RETRY_AFTER).and_then(|after| wire::seconds(after.parse().ok()?));
            let room = if response.status().is_success() { room } else { ERROR_BODY_BYTES };
            Ok(Answer { status, retry_after, body: read_up_to(response, room).await })
        };
        tokio::select! {
            biased;
            answer = asking => answer,
            () = self.clock().sleep_until(deadline) => Err(Failure::stalled(self.timeout())),
        }
    }
}

/// An answer, whatever it says.
pub(super) struct Answer {
    pub(super) status: u16,
    retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

/// What an answer says about a generation.
fn lookup(answer: &Answer) -> Lookup {
    match answer.status {
        200..=299 => {
            let body = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
            match body.get("data") {
                Some(data @ Value::Object(_)) => record(data).map_or(Lookup::NotKnown, Lookup::Known),
                // Some servers answer every address with a page, or with an error that calls itself good.
                _ => Lookup::NoRecords,
            }
        }
        404 | 405 | 501 if names_a_generation(&answer.body) => Lookup::NotKnown,
        404 | 405 | 501 => Lookup::NoRecords,
        status @ (401 | 402 | 429) => {
            let failure = Failure::told(status, &WireError::read_body(&answer.body), answer.retry_after);
            Lookup::Refused(failure.error)
        }
        status => Lookup::Failed(format!("status={status}")),
    }
}

fn record(data: &Value) -> Option<GenerationRecord> {
    let number = |names: [&str; 2]| names.into_iter().find_map(|name| data.get(name)?.as_i64());
    Some(GenerationRecord {
        cost_micro_usd: ["total_cost", "usage"].into_iter().find_map(|name| micro_usd(data.get(name)?))?,
        model: data.get("model").and_then(Value::as_str).map(str::to_owned),
        // The provider's own count is what it bills, and what an answer's usage tells.
        prompt_tokens: number(["native_tokens_prompt", "tokens_prompt"]),
        completion_tokens: number(["native_tokens_completion", "tokens_completion"]),
    })
}

/// Does the server speak about a generation it does not know, rather than about an address it does not have?
fn names_a_generation(body: &[u8]) -> bool {
    let message = WireError::read_body(body).message.to_lowercase();
    message.contains("generation") && !message.contains("/generation")
}

/// A moment as RFC 3339 writes it.
fn moment(text: &Value) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text.as_str()?).ok().map(|moment| Timestamp(moment.timestamp_millis()))
}

fn key_info(body: &Value) -> KeyInfo {
    let field = |name: &str| body.pointer("/data").and_then(|data| data.get(name));
    KeyInfo {
        limit_micro_usd: field("limit").and_then(micro_usd),
        remaining_micro_usd: field("limit_remaining").and_then(micro_usd),
        used_micro_usd: field("usage").and_then(micro_usd),
        is_free_tier: field("is_free_tier").and_then(Value::as_bool),
        is_management_key: field("is_management_key").and_then(Value::as_bool),
        expires_at: field("expires_at").and_then(moment),
    }
}
