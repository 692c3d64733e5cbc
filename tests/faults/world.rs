//! A Telegram and a model on this machine, and the program under test wherever it is started.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use routergram::clock::Clock;
use routergram::sandbox::model::FakeModel;
use routergram::sandbox::telegram::FakeTelegram;
use tempfile::TempDir;

use crate::book::Book;
use crate::load_of::{Load, Pace, Places, question};
use crate::report::Row;
use crate::store;
use routergram::bench::Faults;
use routergram::bench::{Mode, settings, with_people};
use routergram::bench::{Process, free_port};

/// Everything that was said is worked on within this, on a slow machine and with Telegram's pauses.
const DRAINED_WITHIN: Duration = Duration::from_mins(4);
/// Between two looks whether it is. Each cuts Telegram's pauses short, but not by so much that updates grow too old.
const LOOK: Duration = Duration::from_millis(500);
/// Longer than Telegram waits before it brings an update again.
const PAUSES: Duration = Duration::from_mins(2);

/// Everything around the program.
pub(crate) struct World {
    pub(crate) telegram: FakeTelegram,
    pub(crate) model: FakeModel,
    pub(crate) book: Book,
    pub(crate) people: u16,
    pub(crate) places: Places,
    pub(crate) mode: Mode,
    pub(crate) port: u16,
    clock: Clock,
    folder: TempDir,
}

impl World {
    /// So many people with a private chat each. Telegram is 60 ms away, and the model writes for 200 to 600 ms, in some
    /// seven words.
    pub(crate) async fn with(people: u16, mode: Mode) -> anyhow::Result<Self> {
        let clock = Clock::movable();
        let (telegram, model) = with_people(people.into(), &clock).await?;
        telegram.set_distance(Duration::from_millis(60));
        model.first_delta_after(Duration::from_millis(140));
        model.chunk_every(Duration::from_millis(40));
        let book = Book::of(&model);
        // Not the system's folder for temporary files, which may be memory: this one is on the disk.
        let folder = tempfile::Builder::new().prefix("faults-").tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let port = free_port()?;
        Ok(Self { telegram, model, book, people, places: Places::Private, mode, port, clock, folder })
    }

    /// Everybody asks in a group of their own, where answers grow in messages.
    pub(crate) fn in_groups(mut self) -> Self {
        self.places = Places::Groups;
        for person in 0..usize::from(self.people) {
            self.telegram.add_group(Places::Groups.chat(person), "Anna's", &[Places::Private.chat(person)]);
        }
        self
    }

    /// Everybody begins to ask: so many questions a second.
    pub(crate) fn asks(&self, per_second: u16) -> Load {
        Load::starts(&self.telegram, Pace { people: self.people, places: self.places, per_second })
    }

    /// Starts a process, and waits for nothing.
    pub(crate) fn spawns(&self) -> anyhow::Result<Process> {
        self.spawns_at(self.port, &[])
    }

    /// The same on another port, with further settings.
    pub(crate) fn spawns_at(&self, port: u16, besides: &[(&str, &str)]) -> anyhow::Result<Process> {
        let settings = settings(&self.telegram, &self.model, &self.data(), (self.mode, port), besides);
        Process::spawn(&program(), &settings, &self.log())
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What all processes of this world have said.
    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// How many lines of the log hold these words.
    pub(crate) fn said(&self, words: &str) -> anyhow::Result<usize> {
        Ok(std::fs::read_to_string(self.log())?.lines().filter(|line| line.contains(words)).count())
    }

    /// Returns when everything that people have said was brought to the program, and it has nothing left to do. Telegram's
    /// pauses are cut short.
    pub(crate) async fn drains(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            self.clock.advance(PAUSES);
            let (at_telegram, pending) = (self.telegram.undelivered(), store::pending(&self.data())?);
            if at_telegram == 0 && pending == 0 {
                return Ok(());
            }
            if start.elapsed() > DRAINED_WITHIN {
                bail!("it does not come to rest: {at_telegram} updates wait at Telegram, {pending} in the store");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What is wrong with the answers to the first `asked` questions.
    pub(crate) fn faults(&self, asked: usize) -> Faults {
        let mut faults = Faults::default();
        let people = usize::from(self.people);
        for person in 0..people {
            let questions: Vec<String> = (person..asked).step_by(people).map(question).collect();
            faults.look(&self.telegram, self.places.chat(person), &questions);
        }
        faults
    }

    /// Keeps the log and the store of a red row, for whoever looks into what went wrong.
    pub(crate) fn keep_if_red(self, mut row: Row) -> Row {
        if !row.reasons.is_empty() {
            row.note(format!("its log and its store are in {}", self.folder.keep().display()));
        }
        row
    }

    /// What Telegram and the model did not understand.
    pub(crate) fn misunderstood(&self) -> Vec<String> {
        [self.telegram.unexpected(), self.model.unexpected()].concat()
    }
}

/// The program under test.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("ROUTERGRAM_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_routergram").into(), PathBuf::from)
}

/// kill -9.
pub(crate) fn kill(process: &mut Process) -> anyhow::Result<()> {
    process.child.kill().context("the process cannot be killed")?;
    process.child.wait()?;
    Ok(())
}
