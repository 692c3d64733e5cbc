//! What somebody types inline passes by the store: it comes with each keystroke, and half a minute later nobody waits for
//! the answer. Stored, it would cost a commit and leave half-written questions on the disk; lost in a crash, it costs its
//! author the next letter. So the door puts it into a queue in memory and lets Telegram forget it.
//!
//! What it refuses: to let them pile up. One that finds the queue full is dropped, one that is too old is not answered.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::clock::Timestamp;
use crate::handlers;
use crate::metrics;
use crate::turn::Tools;
use crate::update::{Event, event};

/// So many may wait: a second of a hundred people who type.
pub(super) const WAITING: usize = 256;
/// Answered side by side: each takes Telegram some 50 ms.
const AT_ONCE: usize = 16;
/// How long Telegram takes an answer.
const ANSWERABLE: Duration = Duration::from_secs(30);

/// One of them, as Telegram sent it, and when it came.
pub(super) type Keystroke = (String, Timestamp);

/// The other side of that queue: run it beside the dispatcher.
pub struct Typing {
    pub(super) keystrokes: mpsc::Receiver<Keystroke>,
}

impl Typing {
    /// Answers until `stop`.
    pub async fn run(self, tools: Arc<Tools>, stop: CancellationToken) {
        let next = |mut keystrokes: mpsc::Receiver<Keystroke>| async move {
            let keystroke = keystrokes.recv().await?;
            Some((keystroke, keystrokes))
        };
        let keystrokes = stream::unfold(self.keystrokes, next);
        let answering = keystrokes.for_each_concurrent(AT_ONCE, |keystroke| answer(&tools, keystroke));
        tokio::select! {
            () = stop.cancelled() => {}
            () = answering => {}
        }
    }
}

async fn answer(tools: &Tools, (raw, received_at): Keystroke) {
    if tools.clock.now().since(received_at) >= ANSWERABLE {
        metrics::inline_typed("too_late");
        return;
    }
    match event(&raw) {
        Ok(Event::Typed(typed)) => {
            // What is odd about one of them must not end this for all.
            let answered = AssertUnwindSafe(handlers::offer(tools, &typed)).catch_unwind().await;
            if answered.is_err() {
                tracing::error!("Answering what somebody typed inline panicked");
            }
        }
        Ok(_) => {}
        Err(reason) => tracing::debug!(reason, "What somebody typed inline cannot be read"),
    }
}

#[cfg(test)]
mod tests {
    use crate::clock::Clock;
    use crate::inbox::Inbox;
    use crate::intake::door;
    use crate::storage::Storage;

    #[tokio::test]
    async fn a_flood_of_keystrokes_is_taken_at_once_stored_nowhere_and_dropped_beyond_the_queue() {
        let place = tempfile::tempdir().unwrap();
        let storage = Storage::open(place.path(), Clock::movable()).await.unwrap();
        let inbox = Inbox::new(storage.clone(), Clock::movable(), 7, 1);
        // Nobody stores, and nobody answers.
        let (acceptor, _storing, typing) =
            door(7, storage.clone(), inbox, crate::turn::Running::default(), Clock::movable());
        let typed =
            |n: usize| format!(r#"{{"update_id":{n},"inline_query":{{"id":"{n}","from":{{"id":5}},"query":"x"}}}}"#);
        acceptor.accept((0..super::WAITING + 50).map(typed).collect()).await.unwrap();
        acceptor.accept_one(typed(900)).await.unwrap();
        assert_eq!(storage.pending_count(7).await.unwrap(), 0);
        assert_eq!(typing.keystrokes.len(), super::WAITING);
    }
}
