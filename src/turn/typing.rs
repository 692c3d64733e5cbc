//! A sign of life while something is fetched, heard or painted before there is a word to show.

use std::convert::Infallible;
use std::time::Duration;

use super::{Question, Tools};
use crate::telegram::methods::SendTyping;

/// How long nobody wonders whether something is going on.
const UNNOTICED: Duration = Duration::from_secs(1);
/// "typing…" is shown for five seconds.
const AGAIN: Duration = Duration::from_secs(4);

/// Says that something is going on (in Telegram's words: `typing`, `upload_photo`), when it takes long enough for that to be
/// asked. Never returns: it is raced.
pub(super) async fn keep_up(tools: &Tools, question: &Question, action: &'static str) -> Infallible {
    // Where that would be seen is not known of a question that was asked inline.
    if question.inline.is_some() {
        return std::future::pending().await;
    }
    let sign = SendTyping { action, ..SendTyping::new(question.address.chat, question.address.thread) };
    let mut pause = UNNOTICED;
    loop {
        tools.clock.sleep(pause).await;
        // A sign of life is worth no second attempt.
        let _ = tools.telegram.call(&sign).await;
        pause = AGAIN;
    }
}
