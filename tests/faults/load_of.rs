//! Questions that come at their pace, whether or not anybody answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use routergram::sandbox::telegram::FakeTelegram;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::load::people::FIRST;

/// How often what is due is said: often enough to be even.
const BEAT: Duration = Duration::from_millis(5);

/// What is asked as the `n`th.
pub(crate) fn question(n: usize) -> String {
    format!("q{n}")
}

/// People who write in turn.
pub(crate) struct Load {
    asked: Arc<AtomicUsize>,
    enough: CancellationToken,
    writing: JoinHandle<()>,
}

impl Load {
    /// So many people, so many questions a second in all.
    pub(crate) fn starts(telegram: &FakeTelegram, people: u16, per_second: u16) -> Self {
        let (asked, enough) = (Arc::new(AtomicUsize::new(0)), CancellationToken::new());
        let (telegram, count, stop) = (telegram.clone(), Arc::clone(&asked), enough.clone());
        let writing = tokio::spawn(async move {
            let (start, mut beat) = (Instant::now(), tokio::time::interval(BEAT));
            while !stop.is_cancelled() {
                beat.tick().await;
                let due = start.elapsed().as_micros() * u128::from(per_second) / 1_000_000;
                while (count.load(Ordering::Relaxed) as u128) < due {
                    let n = count.fetch_add(1, Ordering::Relaxed);
                    let person = FIRST + i64::try_from(n % usize::from(people)).unwrap_or_default();
                    // There is such a person, and such a chat.
                    let _ = telegram.say(person, person, &question(n));
                }
            }
        });
        Self { asked, enough, writing }
    }

    /// Enough: how many questions were asked.
    pub(crate) async fn ends(self) -> anyhow::Result<usize> {
        self.enough.cancel();
        self.writing.await?;
        Ok(self.asked.load(Ordering::Relaxed))
    }
}
