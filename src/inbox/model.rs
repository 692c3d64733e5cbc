//! The inbox against a model of it that anybody can check by reading: lanes as plain queues.
//!
//! Random stories (updates that come in, also twice; claims that end well, badly or not at all; processes that die or are
//! stopped; hours that pass) are played to both, over a real store. What the inbox hands out must be the head of a lane
//! that the model would hand out, with the attempts that the model has counted; what the model would hand out must come;
//! and at the end nothing is left. Only a control lane has no order: a Stop button may overtake others that are on disk. A
//! story that fails is made as short as it can be, and kept in `proptest-regressions/`, which the next run begins with.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use futures_util::FutureExt;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestCaseError, TestRunner};

use super::*;
use crate::storage::{Accepted, MAX_ATTEMPTS, NewUpdate};

const HOUR: Duration = Duration::from_hours(1);
/// Nobody waits this long for a store in memory.
const IN_VAIN: Duration = Duration::from_secs(5);

/// What happens next.
#[derive(Debug, Clone)]
enum Act {
    /// Telegram brings updates (id and lane), in one batch; the inbox is not told yet.
    Comes(Vec<(i64, usize)>),
    /// The inbox is told of what was stored.
    Told,
    /// Something is claimed, if there is something to claim.
    Claim,
    /// One of the open claims ends.
    Ends(prop::sample::Index, End),
    Hours(u8),
    /// kill -9: all that is not in the store is gone.
    Dies,
    /// SIGTERM, and then a kill: what is held did not die of itself.
    IsStopped,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Done,
    Parked,
    /// To be tried again after so many hours.
    Later(u8),
    /// Dropped, as by a panic.
    Lost,
}

fn act() -> impl Strategy<Value = Act> {
    let end = prop_oneof![
        6 => Just(End::Done),
        1 => Just(End::Parked),
        2 => (0_u8..3).prop_map(End::Later),
        3 => Just(End::Lost),
    ];
    prop_oneof![
        4 => prop::collection::vec((1_i64..60, 0..LANES.len()), 1..6).prop_map(Act::Comes),
        4 => Just(Act::Told),
        8 => Just(Act::Claim),
        6 => (any::<prop::sample::Index>(), end).prop_map(|(which, end)| Act::Ends(which, end)),
        2 => (1_u8..4).prop_map(Act::Hours),
        1 => Just(Act::Dies),
        1 => Just(Act::IsStopped),
    ]
}

/// Chat, topic, control.
const LANES: [(i64, i64, bool); 6] =
    [(1, 0, false), (1, 7, false), (1, 0, true), (2, 0, false), (3, 0, false), (3, 0, true)];

/// An update that waits.
#[derive(Debug, Clone, Copy)]
struct Row {
    id: i64,
    /// Attempts that nobody has ended.
    deaths: u32,
    /// The store knows of an attempt that nobody has ended: all of this play's processes are one to it.
    held: bool,
    /// The hour before which it must not be claimed.
    not_before: u32,
    /// The inbox need not know of it yet.
    untold: bool,
}

/// What the inbox should be.
#[derive(Default)]
struct Model {
    places: usize,
    hour: u32,
    known: BTreeSet<i64>,
    lanes: BTreeMap<usize, VecDeque<Row>>,
    /// What is being worked on.
    open: BTreeMap<usize, i64>,
    parked: BTreeSet<i64>,
}

impl Model {
    fn comes(&mut self, id: i64, lane: usize) -> bool {
        let new = self.known.insert(id);
        if new {
            let row = Row { id, deaths: 0, held: false, not_before: 0, untold: true };
            self.lanes.entry(lane).or_default().push_back(row);
        }
        new
    }

    /// The lanes that are free and have a place, with what may be claimed of them at this hour.
    fn ready(&self) -> Vec<(usize, Vec<Row>)> {
        let free = self.lanes.iter().filter(|(lane, _)| !self.open.contains_key(lane) && self.has_a_place(**lane));
        let ready = free.map(|(lane, rows)| {
            let first = if LANES[*lane].2 { rows.len() } else { 1 };
            (*lane, rows.iter().take(first).filter(|row| row.not_before <= self.hour).copied().collect::<Vec<_>>())
        });
        ready.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    fn has_a_place(&self, lane: usize) -> bool {
        let (chat, _, control) = LANES[lane];
        let busy = |same: &dyn Fn(i64) -> bool| {
            let alike = |open: &&usize| LANES[**open].2 == control && same(LANES[**open].0);
            self.open.keys().filter(alike).count()
        };
        busy(&|_| true) < self.places && (control || busy(&|other| other == chat) < (self.places / 4).max(1))
    }

    fn row(&mut self, lane: usize, id: i64) -> &mut Row {
        let rows = self.lanes.get_mut(&lane).expect("a lane of the model");
        rows.iter_mut().find(|row| row.id == id).expect("a row of the model")
    }

    fn ends(&mut self, lane: usize, end: End) {
        let id = self.open.remove(&lane).expect("an open claim");
        match end {
            End::Lost => return,
            End::Later(hours) => {
                let not_before = self.hour + u32::from(hours);
                let row = self.row(lane, id);
                (row.deaths, row.held, row.not_before) = (0, false, not_before);
                return;
            }
            End::Done => {}
            End::Parked => drop(self.parked.insert(id)),
        }
        self.lanes.get_mut(&lane).expect("a lane of the model").retain(|row| row.id != id);
    }

    fn is_empty(&self) -> bool {
        self.lanes.values().all(VecDeque::is_empty)
    }
}

/// Both, side by side.
struct Play<'a> {
    storage: &'a Storage,
    clock: Clock,
    bot: i64,
    inbox: Inbox,
    model: Model,
    /// Stored, and not told to the inbox.
    untold: Vec<PendingUpdate>,
    claims: Vec<(usize, Claim)>,
}

impl<'a> Play<'a> {
    fn new(storage: &'a Storage, clock: &Clock, bot: i64, places: usize) -> Self {
        let (clock, model) = (clock.clone(), Model { places, ..Model::default() });
        let inbox = Inbox::new(storage.clone(), clock.clone(), bot, places);
        Self { storage, clock, bot, inbox, model, untold: Vec::new(), claims: Vec::new() }
    }

    fn lane(&self, lane: usize) -> Lane {
        let (chat, thread, control) = LANES[lane];
        Lane { bot: self.bot, chat, thread, control }
    }

    async fn act(&mut self, act: Act) -> Result<(), TestCaseError> {
        match act {
            Act::Comes(batch) => self.comes(&batch).await,
            Act::Told => {
                self.model.lanes.values_mut().flatten().for_each(|row| row.untold = false);
                self.inbox.stored(std::mem::take(&mut self.untold));
                Ok(())
            }
            Act::Claim => self.claim().await.map(drop),
            Act::Ends(which, end) => {
                if !self.claims.is_empty() {
                    let at = which.index(self.claims.len());
                    self.ends(at, end).await;
                }
                Ok(())
            }
            Act::Hours(hours) => {
                self.model.hour += u32::from(hours);
                self.clock.advance(HOUR * u32::from(hours));
                Ok(())
            }
            Act::Dies => {
                self.restarts();
                Ok(())
            }
            Act::IsStopped => {
                self.storage.forgive_deaths().await.unwrap();
                let held = self.model.lanes.values_mut().flatten().filter(|row| row.held);
                held.for_each(|row| row.deaths = row.deaths.saturating_sub(1));
                self.restarts();
                Ok(())
            }
        }
    }

    async fn comes(&mut self, batch: &[(i64, usize)]) -> Result<(), TestCaseError> {
        let raw = |id: i64, lane: usize| format!("{id} in {lane}");
        let new = |&(id, lane): &(i64, usize)| NewUpdate {
            update_id: Some(id),
            lane: self.lane(lane),
            raw: raw(id, lane),
            unreadable: None,
        };
        let accepted = self.storage.accept(batch.iter().map(new).collect()).await.unwrap();
        let (received_at, not_before) = (self.clock.now(), Timestamp::default());
        for (&(id, lane), accepted) in batch.iter().zip(accepted) {
            let was_new = self.model.comes(id, lane);
            prop_assert_eq!(matches!(accepted, Accepted::New(_)), was_new, "the first content of an id wins");
            if let Accepted::New(seq) = accepted {
                let (lane, raw) = (self.lane(lane), raw(id, lane));
                self.untold.push(PendingUpdate { seq, update_id: id, lane, raw, received_at, not_before });
            }
        }
        Ok(())
    }

    /// Claims what there is to claim; says whether something was.
    async fn claim(&mut self) -> Result<bool, TestCaseError> {
        let ready = self.model.ready();
        let whole = |(lane, rows): &(usize, Vec<Row>)| !LANES[*lane].2 || rows.len() == self.model.lanes[lane].len();
        let must = ready.iter().any(|found| whole(found) && found.1.iter().all(|row| !row.untold));
        let claim = loop {
            let Some(taken) = next(&self.inbox, self.storage, must).await? else { return Ok(false) };
            // Nothing to begin: it was told of after a read had found it, and is done.
            if let Some(claim) = taken.begin().await {
                break claim;
            }
        };
        let (id, lane) = (claim.update().update_id, claim.update().lane);
        let found = ready.iter().find(|(known, rows)| self.lane(*known) == lane && rows.iter().any(|row| row.id == id));
        let Some(&(at, _)) = found else {
            return Err(TestCaseError::fail(format!("{id} of {lane:?} was handed out; may go: {ready:?}")));
        };
        let row = self.model.row(at, id);
        (row.deaths, row.held) = (row.deaths + 1, true);
        let deaths = row.deaths;
        prop_assert_eq!((claim.attempt(), claim.update().raw.clone()), (deaths, format!("{id} in {at}")));
        self.model.open.insert(at, id);
        self.claims.push((at, claim));
        let places = self.model.open.keys().filter(|open| !LANES[**open].2).count();
        prop_assert_eq!(self.inbox.in_flight(), places, "the places that are taken");
        // As the dispatcher does it.
        match deaths.cmp(&MAX_ATTEMPTS) {
            Ordering::Less => {}
            Ordering::Equal => self.claims[self.claims.len() - 1].1.begins_last_attempt().await.unwrap(),
            Ordering::Greater => self.ends(self.claims.len() - 1, End::Parked).await,
        }
        Ok(true)
    }

    async fn ends(&mut self, at: usize, end: End) {
        let (lane, claim) = self.claims.swap_remove(at);
        match end {
            End::Done => claim.complete().await,
            End::Parked => claim.park("as the story wants it").await,
            End::Later(hours) => claim.retry(HOUR * u32::from(hours), "as the story wants it").await,
            End::Lost => drop(claim),
        }
        self.model.ends(lane, end);
    }

    /// Another process takes over: an inbox that knows nothing.
    fn restarts(&mut self) {
        self.claims.clear();
        self.untold.clear();
        self.model.open.clear();
        self.model.lanes.values_mut().flatten().for_each(|row| row.untold = false);
        self.inbox = Inbox::new(self.storage.clone(), self.clock.clone(), self.bot, self.model.places);
    }

    /// Works on everything that is left. Then nothing is.
    async fn ends_well(&mut self) -> Result<(), TestCaseError> {
        self.act(Act::Told).await?;
        while !self.model.is_empty() {
            while !self.claims.is_empty() {
                self.ends(0, End::Done).await;
            }
            if !self.claim().await? {
                self.act(Act::Hours(3)).await?;
            }
        }
        prop_assert_eq!(self.storage.pending_count(self.bot).await.unwrap(), 0);
        let parked = self.storage.parked(self.bot, 100).await.unwrap();
        let parked: BTreeSet<i64> = parked.into_iter().filter_map(|update| update.update_id).collect();
        prop_assert_eq!(&parked, &self.model.parked);
        Ok(())
    }
}

/// What the inbox hands out. If nothing must come, whatever it has asked the store for is waited for a few times.
async fn next(inbox: &Inbox, storage: &Storage, must: bool) -> Result<Option<Taken>, TestCaseError> {
    let mut next = Box::pin(inbox.next());
    if must {
        let taken = tokio::time::timeout(IN_VAIN, next).await;
        return taken.map_err(|_| TestCaseError::fail("what is ready was not handed out"));
    }
    for _ in 0..3 {
        if let Some(taken) = next.as_mut().now_or_never() {
            return Ok(taken);
        }
        storage.health().await.unwrap();
    }
    Ok(None)
}

#[test]
fn the_inbox_hands_out_what_a_plain_queue_for_each_lane_would() {
    // All of them in the gate: a minute. A tenth while somebody works on it.
    let all = std::env::vars_os().any(|(name, value)| name == "ROUTERGRAM_TEST_ALL" && value == "1");
    let config = ProptestConfig {
        cases: if all { 10_000 } else { 1_000 },
        failure_persistence: Some(Box::new(FileFailurePersistence::SourceParallel("proptest-regressions"))),
        source_file: Some(file!()),
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    };
    // In memory where there is such a folder: nothing here depends on what a disk does.
    let memory = Path::new("/dev/shm");
    let folder = tempfile::tempdir_in(if memory.is_dir() { memory } else { Path::new("/tmp") }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = Clock::movable();
    let storage = runtime.block_on(Storage::open(folder.path(), clock.clone())).unwrap();
    // A bot for each story, so that all of them can use one store.
    let bots = std::cell::Cell::new(0);
    let stories = (prop::sample::select(vec![1_usize, 4, 8]), prop::collection::vec(act(), 0..40));
    let told = TestRunner::new(config).run(&stories, |(places, acts)| {
        bots.set(bots.get() + 1);
        runtime.block_on(async {
            let mut play = Play::new(&storage, &clock, bots.get(), places);
            for act in acts {
                play.act(act).await?;
            }
            play.ends_well().await
        })
    });
    told.unwrap_or_else(|failure| panic!("{failure}"));
}
