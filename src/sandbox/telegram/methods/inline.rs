//! `answerInlineQuery`.

use serde_json::Value;

use super::{Ask, yes};
use crate::sandbox::telegram::answer::Answer;

/// `answerInlineQuery`. What only the sandbox refuses, it remembers.
pub(super) fn answer(ask: &mut Ask<'_>) -> Answer {
    let query = ask.params.text("inline_query_id").unwrap_or_default();
    let results = ask.params.get("results").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let offered = ask.world.offer(query, (results, ask.params.get("button")), ask.now).inspect_err(|refusal| {
        if refusal.description.contains("sandbox") {
            ask.world.journal.complain(refusal.description.clone());
        }
    });
    offered.map(|()| yes())
}
