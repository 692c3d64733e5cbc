//! Storms: the same update many times at once, and one person who writes a hundred messages a second.
//!
//! The rule of the first: 1,000 questions a second for half a minute, each brought one to five times at the same moment,
//! and each is answered once, in order. The rule of the second: whoever floods gets as many answers as a person may ask for
//! in a minute, and then one notice; the model is asked for no more; and the slowest in a hundred of everybody else's
//! answers takes at most 1.5 × what it took before the flood, measured in the same run.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use routergram::sandbox::telegram::FakeTelegram;
use routergram::sandbox::telegram::view::Event;
use tokio::task::JoinHandle;

use crate::Run;
use crate::report::{Report, Row};
use crate::world::World;
use routergram::bench::Spans;
use routergram::bench::{FIRST, Mode};

/// How many times an update is brought, in turn.
const COPIES: [usize; 5] = [1, 2, 3, 4, 5];
/// For how long each: some updates of each number of copies.
const TURN: Duration = Duration::from_millis(20);
const STORM_PEOPLE: u16 = 1000;
const STORM_PER_SECOND: u16 = 1000;
const STORM: Duration = Duration::from_secs(30);
/// The copies of an update stand in one answer there, and no two hands take them at the same moment: shorter.
const STORM_POLLED: Duration = Duration::from_secs(10);

const OTHERS: u16 = 200;
const OTHERS_PER_SECOND: u16 = 50;
/// Before the flood, and as long again with it.
const QUIET: Duration = Duration::from_secs(12);
/// Whose number follows the last of the others.
const FLOODER: i64 = FIRST + OTHERS as i64;
const FLOOD_PER_SECOND: u32 = 100;
/// `USER_MESSAGES_PER_MINUTE`, as it is when nobody sets it.
const ALLOWED: usize = 20;
/// The others' p99 under the flood, by their p99 before it.
const RATIO: f64 = 1.5;

pub(crate) async fn storms(_: Run, report: &mut Report) -> anyhow::Result<()> {
    for mode in Mode::BOTH {
        report.add(copies(mode).await?);
    }
    report.add(flood().await?);
    Ok(())
}

async fn copies(mode: Mode) -> anyhow::Result<Row> {
    let mut row = Row::of(format!("storms, copies, {}", mode.name()));
    let world = World::with(STORM_PEOPLE, mode).await?;
    // What is tried is the door; neither Telegram nor the model is to be what the store waits for.
    world.telegram.set_distance(Duration::ZERO);
    world.model.in_a_hurry();
    let mut process = world.spawns()?;
    process.ready().await?;
    let lasts = if mode == Mode::Polling { STORM_POLLED } else { STORM };
    let (load, start) = (world.asks(STORM_PER_SECOND), Instant::now());
    for copies in COPIES.into_iter().cycle() {
        if start.elapsed() >= lasts {
            break;
        }
        world.telegram.deliver_copies(copies);
        tokio::time::sleep(TURN).await;
    }
    row.acknowledged = load.ends().await?;
    let rest = Instant::now();
    world.drains().await?;
    process.stop().await?;
    row.rounds = 1;
    row.note(format!("at rest {:.1} s after the last question", rest.elapsed().as_secs_f64()));
    row.faults = world.faults(row.acknowledged);
    row.asked_twice = world.book.asked_again();
    row.judge_promises();
    let doubled = row.faults.doubled;
    row.must(doubled == 0, format!("{doubled} answers came twice"));
    Ok(world.keep_if_red(row))
}

async fn flood() -> anyhow::Result<Row> {
    let mut row = Row::of("storms, one who floods");
    let world = World::with(OTHERS, Mode::Webhook).await?;
    world.telegram.add_person(FLOODER, "Eve", Some("en"));
    let mut process = world.spawns_at(world.port, &[("USER_MESSAGES_PER_MINUTE", &ALLOWED.to_string())])?;
    process.ready().await?;
    let load = world.asks(OTHERS_PER_SECOND);
    let timing = Timing::of(&world.telegram, load.asked());
    tokio::time::sleep(QUIET).await;
    let quiet = timing.p99_so_far()?;
    let flooded = floods(&world.telegram).await;
    let noisy = timing.p99_so_far()?;
    row.acknowledged = load.ends().await? + flooded;
    row.rounds = 1;
    world.drains().await?;
    process.stop().await?;
    timing.ends()?;
    row.faults = world.faults(row.acknowledged - flooded);
    row.asked_twice = world.book.asked_again();
    row.judge_promises();
    judge_flooder(&mut row, &world.telegram);
    let ratio = noisy.as_secs_f64() / quiet.as_secs_f64();
    row.note(format!("the others' p99: {quiet:.0?} before the flood, {noisy:.0?} in it, {ratio:.2} ×"));
    row.must(ratio <= RATIO, format!("the others' answers took {ratio:.2} × as long"));
    Ok(world.keep_if_red(row))
}

/// One person writes as fast as no person does.
async fn floods(telegram: &FakeTelegram) -> usize {
    let (start, mut said) = (Instant::now(), 0);
    while start.elapsed() < QUIET {
        // There is such a person.
        let _ = telegram.say(FLOODER, FLOODER, &format!("flood {said}"));
        said += 1;
        tokio::time::sleep(Duration::from_secs(1) / FLOOD_PER_SECOND).await;
    }
    said
}

fn judge_flooder(row: &mut Row, telegram: &FakeTelegram) {
    let said = telegram.chat(FLOODER).into_iter().filter(|message| message.from == telegram.bot_id());
    let (answers, notices): (Vec<_>, Vec<_>) = said.partition(|message| message.text.starts_with("To flood"));
    let told: Vec<String> = notices.into_iter().map(|message| message.text).collect();
    row.note(format!("whoever flooded got {} answers and was told: {told:?}", answers.len()));
    row.must(answers.len() == ALLOWED, format!("whoever flooded got {} answers", answers.len()));
    row.must(told.len() == 1, format!("whoever flooded got {} notices", told.len()));
}

/// How long people wait for their answers, from the question on.
struct Timing {
    spans: Arc<Mutex<anyhow::Result<Spans>>>,
    listening: JoinHandle<()>,
}

impl Timing {
    /// Of the questions that were asked at these moments.
    fn of(telegram: &FakeTelegram, asked: Arc<Mutex<Vec<Instant>>>) -> Self {
        let spans = Arc::new(Mutex::new(Spans::new()));
        let (heard, bot, mut events) = (Arc::clone(&spans), telegram.bot_id(), telegram.events());
        let listening = tokio::spawn(async move {
            while let Ok(event) = events.recv().await {
                let Event::Message { message, .. } = event else { continue };
                let number = message.text.strip_prefix("To q").and_then(|rest| rest.split(':').next()?.parse().ok());
                let Some(number) = number.filter(|_| message.from == bot) else { continue };
                let asked: Option<Instant> = locked(&asked).get::<usize>(number).copied();
                if let (Some(asked), Ok(spans)) = (asked, locked(&heard).as_mut()) {
                    // Not a minute: below what the histogram can hold.
                    let _ = spans.add(asked.elapsed());
                }
            }
        });
        Self { spans, listening }
    }

    /// The 99th percentile since the last look.
    fn p99_so_far(&self) -> anyhow::Result<Duration> {
        let spans = std::mem::replace(&mut *locked(&self.spans), Spans::new())?;
        Ok(Duration::from_secs_f64(spans.millis(0.99).unwrap_or_default() / 1000.0))
    }

    /// Fails when it has missed answers.
    fn ends(self) -> anyhow::Result<()> {
        (!self.listening.is_finished()).then_some(()).context("the driver was too slow to see every answer")?;
        self.listening.abort();
        Ok(())
    }
}

fn locked<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
