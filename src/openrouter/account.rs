//! Questions about the account instead of to the model: is the key good, and what did an answer cost.
//!
//! Both are OpenRouter's own addresses. Another OpenAI-compatible server answers 404 there, which means "unknown" and
//! is no failure.

use std::time::Duration;

use serde_json::Value;

use super::errors::{Failure, ModelError};
use super::wire::{WireError, micro_usd};
use super::{ERROR_BODY_BYTES, OpenRouter, read_up_to};

/// A lookup is made after 0, 1, 3 and 7 seconds: the record of a generation appears a moment after its end.
const LOOKUP_PAUSES_SECS: [u64; 4] = [0, 1, 2, 4];
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
}

impl OpenRouter {
    /// Asks whether the key is good, for the start: `GET {base}/key`. `Ok(None)` where the server does not tell.
    ///
    /// A refused key is an error of kind [`Account`](super::ModelErrorKind::Account); other kinds say that the server
    /// could not be asked now.
    pub async fn check_key(&self) -> Result<Option<KeyInfo>, ModelError> {
        let (status, body) = self.get("key", &[]).await.map_err(|failure| failure.error)?;
        match status {
            200..=299 => Ok(serde_json::from_slice::<Value>(&body).ok().map(|body| key_info(&body))),
            404 | 405 => Ok(None),
            _ => Err(Failure::told(status, &WireError::read_body(&body), None).error),
        }
    }

    /// What the generation cost, in millionths of a US dollar: `GET {base}/generation?id=`. For answers whose stream
    /// was given up before it told. `None` when the server does not know (yet, after seven seconds) or does not tell.
    pub async fn cost_of(&self, generation_id: &str) -> Option<i64> {
        for pause in LOOKUP_PAUSES_SECS {
            self.clock().sleep(Duration::from_secs(pause)).await;
            match self.get("generation", &[("id", generation_id)]).await {
                Ok((200, body)) => {
                    let body: Value = serde_json::from_slice(&body).ok()?;
                    return body
                        .pointer("/data/total_cost")
                        .or_else(|| body.pointer("/data/usage"))
                        .and_then(micro_usd);
                }
                Ok((404 | 408 | 429 | 500..=599, _)) | Err(_) => {}
                Ok(_) => return None,
            }
        }
        None
    }

    /// The status and body of an address below the base; the whole within the configured timeout.
    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<(u16, Vec<u8>), Failure> {
        let deadline = self.clock().now().plus(self.timeout());
        let asking = async {
            let request = self.inner.http.get(self.inner.address(&[path])).query(query);
            let response = request.send().await.map_err(Failure::transport)?;
            let status = response.status().as_u16();
            let room = if response.status().is_success() { RECORD_BYTES } else { ERROR_BODY_BYTES };
            Ok((status, read_up_to(response, room).await))
        };
        tokio::select! {
            biased;
            answer = asking => answer,
            () = self.clock().sleep_until(deadline) => Err(Failure::stalled(self.timeout())),
        }
    }
}

fn key_info(body: &Value) -> KeyInfo {
    let field = |name: &str| body.pointer("/data").and_then(|data| data.get(name));
    KeyInfo {
        limit_micro_usd: field("limit").and_then(micro_usd),
        remaining_micro_usd: field("limit_remaining").and_then(micro_usd),
        used_micro_usd: field("usage").and_then(micro_usd),
        is_free_tier: field("is_free_tier").and_then(Value::as_bool),
    }
}
