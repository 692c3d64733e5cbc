//! What can be measured, by name, and how much of it.

use std::time::Duration;

use super::burst::{WORD, burst, streams};
use super::report::Figure;
use super::scaling::{backlog, chats, history};
use super::starts::{idle, starts};
use super::steady::{LATENCY, steady};
use super::subject::Subject;
use super::sustained::{Load, sustained};
use super::world::Place;

/// A scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// Start and end of the process.
    Starts,
    /// As many short answers as there can be.
    Sustained,
    /// The same with long answers.
    Long,
    /// Questions at a fixed pace.
    Steady,
    /// A hundred people at the same moment.
    Burst,
    /// A thousand answers written at once.
    Streams,
    /// Nothing, after a load.
    Idle,
    /// From one chat to ten thousand.
    Chats,
    /// Updates that wait at the start.
    Backlog,
    /// A million stored messages.
    History,
}

impl Scenario {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Self; 10] = [
        Self::Starts,
        Self::Sustained,
        Self::Long,
        Self::Steady,
        Self::Burst,
        Self::Streams,
        Self::Idle,
        Self::Chats,
        Self::Backlog,
        Self::History,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starts => "starts",
            Self::Sustained => "sustained",
            Self::Long => "long",
            Self::Steady => "steady",
            Self::Burst => "burst",
            Self::Streams => "streams",
            Self::Idle => "idle",
            Self::Chats => "chats",
            Self::Backlog => "backlog",
            Self::History => "history",
        }
    }

    /// What happens in it.
    pub(super) fn about(self, size: &Size) -> String {
        let Size { starts, load, per_second, seconds, burst, streams, idle, .. } = size;
        let Load { people, updates, open, .. } = load;
        match self {
            Self::Starts => format!("{starts} starts without a store, and ends"),
            Self::Sustained => format!("{updates} updates of {people} people, {open} open at a time, short answers"),
            Self::Long => format!("{updates} updates of {people} people, {open} open at a time, 66 words each"),
            Self::Steady => {
                format!("{per_second}/s for {seconds} s, the model takes {} s", LATENCY.as_secs())
            }
            Self::Burst => format!("{burst} people at once, the model takes 1 s"),
            Self::Streams => format!("{streams} answers written at once, 66 words each"),
            Self::Idle => format!("{} s of nothing, after {updates} updates of {people} people", idle.as_secs()),
            Self::Chats => "short answers, at most 100 open at a time".to_owned(),
            Self::Backlog => format!("{} updates wait in the store at the start", size.backlog),
            Self::History => format!("{updates} updates of {people} people, on a full store and on an empty one"),
        }
    }

    /// Measures one subject.
    pub(super) async fn run(self, subject: &Subject, place: &Place, size: &Size) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::Starts => starts(subject, place, size.starts).await,
            Self::Sustained => sustained(subject, place, size.load).await,
            Self::Long => sustained(subject, place, Load { long: true, ..size.load }).await,
            Self::Steady => steady(subject, place, size.per_second, size.seconds).await,
            Self::Burst => burst(subject, place, size.burst, size.rounds).await,
            Self::Streams => streams(subject, place, size.streams, size.word).await,
            Self::Idle => idle(subject, place, size.load, size.idle).await,
            Self::Chats => chats(subject, place, size.chats).await,
            Self::Backlog => backlog(subject, place, size.backlog).await,
            Self::History => history(subject, place, size.history, size.load).await,
        }
    }
}

/// How much of everything.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    starts: u32,
    load: Load,
    per_second: u32,
    seconds: u32,
    burst: u32,
    rounds: u32,
    streams: u32,
    word: Duration,
    idle: Duration,
    chats: u32,
    backlog: u32,
    history: u32,
}

impl Size {
    /// What is measured.
    pub(super) const FULL: Self = Self {
        // Enough for a median on a machine that does other things too.
        starts: 15,
        // As many open as Telegram delivers at once.
        load: Load { people: 2000, updates: 20_000, open: 100, long: false },
        per_second: 500,
        seconds: 20,
        burst: 100,
        rounds: 5,
        streams: 1000,
        word: WORD,
        idle: Duration::from_secs(10),
        chats: 10_000,
        backlog: 100_000,
        history: 1_000_000,
    };

    /// To see that it works.
    pub(super) const QUICK: Self = Self {
        starts: 2,
        load: Load { people: 25, updates: 100, open: 20, long: false },
        per_second: 30,
        seconds: 1,
        burst: 10,
        rounds: 1,
        streams: 10,
        word: Duration::from_millis(10),
        idle: Duration::from_millis(200),
        chats: 10,
        backlog: 1000,
        history: 1000,
    };
}
