//! What a finished turn hands to the store. For the benchmark of the store under load, too.

use routergram::storage::{Address, Bill, FinishedTurn, NewReply, Part, UsageRecord};

/// The answer to update `id`, a plain one of 800 characters, with its line in the ledger.
pub(crate) fn reply(id: i64, person: i64) -> NewReply {
    let usage = UsageRecord {
        generation_id: format!("gen-{id}"),
        model: "a/model".to_owned(),
        prompt_tokens: 100,
        completion_tokens: 200,
        cost_micro_usd: Some(12),
        bill: Bill { payer: person, ..Bill::default() },
    };
    let text = "y".repeat(800);
    NewReply {
        address: Address { chat: person, thread: 0, reply_to: None },
        parts: vec![Part::plain(text.clone())],
        turn: Some(FinishedTurn {
            inline: None,
            user: person,
            asked_in: id,
            question: "z".repeat(100),
            answer: text,
            complete: true,
            usage: Some(usage),
            ..FinishedTurn::default()
        }),
        ..NewReply::default()
    }
}
