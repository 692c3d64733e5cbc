//! `answerCallbackQuery`.

use std::time::Duration;

use super::{Ask, yes};
use crate::sandbox::telegram::answer::{Answer, Refusal};
use crate::sandbox::telegram::view::Event;

/// As long as the update itself lives.
const PATIENCE: Duration = Duration::from_secs(150);
/// UTF-16 units of the text.
const LONGEST_ANSWER: usize = 200;

/// `answerCallbackQuery`.
pub(super) fn answer(ask: &mut Ask<'_>) -> Answer {
    let id = ask.params.text("callback_query_id").unwrap_or_default();
    let known = ask.world.callbacks.get(id).filter(|query| ask.now.since(query.at) <= PATIENCE);
    let user = known
        .map(|query| query.user)
        .ok_or_else(|| Refusal::bad_request("query is too old and response timeout expired or query ID is invalid"))?;
    let text = ask.params.text("text").map(ToOwned::to_owned);
    if text.as_ref().is_some_and(|text| text.encode_utf16().count() > LONGEST_ANSWER) {
        return Err(Refusal::bad_request("MESSAGE_TOO_LONG"));
    }
    let alert = ask.params.flag("show_alert");
    ask.world.emit(Event::CallbackAnswer { user, text, alert });
    Ok(yes())
}
