//! Questions that come at their pace, whether or not anybody answers.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use routergram::sandbox::telegram::FakeTelegram;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use routergram::bench::FIRST;

/// How often what is due is said: often enough to be even.
const BEAT: Duration = Duration::from_millis(5);

/// What is asked as the `n`th.
pub(crate) fn question(n: usize) -> String {
    format!("q{n}")
}

/// Where the questions are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    /// In each person's chat with the bot.
    Private,
    /// In a group of each person.
    Groups,
}

impl Places {
    /// The chat of the person with this number.
    pub(crate) fn chat(self, person: usize) -> i64 {
        let id = FIRST + i64::try_from(person).unwrap_or_default();
        match self {
            Self::Private => id,
            Self::Groups => -id,
        }
    }

    fn text(self, n: usize) -> String {
        match self {
            Self::Private => question(n),
            // A group is answered only when it speaks to the bot.
            Self::Groups => format!("/ask {}", question(n)),
        }
    }
}

/// Who asks, where, and how much.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) people: u16,
    pub(crate) places: Places,
    pub(crate) per_second: u16,
}

/// People who write in turn.
pub(crate) struct Load {
    asked: Arc<Mutex<Vec<Instant>>>,
    enough: CancellationToken,
    writing: JoinHandle<()>,
}

impl Load {
    pub(crate) fn starts(telegram: &FakeTelegram, pace: Pace) -> Self {
        let (asked, enough) = (Arc::default(), CancellationToken::new());
        let writing = tokio::spawn(write(telegram.clone(), pace, Arc::clone(&asked), enough.clone()));
        Self { asked, enough, writing }
    }

    /// When each question was asked, so far.
    pub(crate) fn asked(&self) -> Arc<Mutex<Vec<Instant>>> {
        Arc::clone(&self.asked)
    }

    /// Enough: how many questions were asked.
    pub(crate) async fn ends(self) -> anyhow::Result<usize> {
        self.enough.cancel();
        self.writing.await?;
        Ok(self.asked.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

async fn write(telegram: FakeTelegram, pace: Pace, asked: Arc<Mutex<Vec<Instant>>>, enough: CancellationToken) {
    let (start, mut beat) = (Instant::now(), tokio::time::interval(BEAT));
    for n in 0.. {
        let due = start + Duration::from_secs(1) * n / u32::from(pace.per_second);
        while Instant::now() < due {
            tokio::select! {
                () = enough.cancelled() => return,
                _ = beat.tick() => {}
            }
        }
        let n = usize::try_from(n).unwrap_or_default();
        let person = n % usize::from(pace.people);
        asked.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
        // There is such a person, and such a chat.
        let _ = telegram.say(pace.places.chat(person), Places::Private.chat(person), &pace.places.text(n));
    }
}
