//! A long run: 100 questions a second, restarts in its first quarter, then one process that lives on.
//!
//! The rule: what it needs does not grow with what it has done. Once it is warm (after half of the run), its memory has a
//! slope of about zero: a leak of 1 KB for each update would be 100 KB a second, and half of that is red; in an hour, a
//! tenth. A leak is in every part of the time; a machine that stalls lets questions pile up, and the heap they needed stays
//! as large afterwards: one step, in one part. So the slope is taken of each part, and the median of them counts. The log of the database stays below what it is allowed, its file grows by no more than what is kept of a turn,
//! of updates that are done no text is kept, and descriptors are as many as connections. And, as ever, nothing is lost.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Run;
use crate::report::{Report, Row};
use crate::store;
use crate::world::World;
use routergram::bench::Mode;
use routergram::bench::Process;

const PEOPLE: u16 = 600;
/// In an hour as many questions each (100) as keep a conversation short: every question carries the ones before it, and
/// what grows because conversations do is no leak, but looks like one.
const PEOPLE_LONG: u16 = 3600;
const PER_SECOND: u16 = 100;
const LASTS: Duration = Duration::from_mins(2);
const LASTS_LONG: Duration = Duration::from_hours(1);
/// Restarts, evenly in the first quarter.
const RESTARTS: u32 = 3;
/// Bytes a second, in two minutes: half of the smallest leak that counts. The allocator moves this much by itself.
const SLOPE: f64 = 50_000.0;
const SLOPE_LONG: f64 = 10_000.0;
/// Into so many parts of equal length the time after the warming is cut.
const PARTS: usize = 7;
/// The log is begun anew from 16 MiB on; what is written until that happens comes on top, on a slow disk as much again.
const LOG_BYTES: u64 = 32 << 20;
/// What is kept of a question of two letters: its turn, its line in the ledger, its id in the inbox, with their indexes.
const KEPT_BYTES: u64 = 1500;
/// A hundred connections of Telegram's, one to the model and one to Telegram for each of the 256 answers that may be written
/// at once, and fifty files.
const DESCRIPTORS: usize = 100 + 2 * 256 + 50;
/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);

pub(crate) async fn soak(run: Run, report: &mut Report) -> anyhow::Result<()> {
    let mut row = Row::of("soak, webhook");
    let (people, lasts, slope) = if run.long { (PEOPLE_LONG, LASTS_LONG, SLOPE_LONG) } else { (PEOPLE, LASTS, SLOPE) };
    let world = World::with(people, Mode::Webhook).await?;
    let load = world.asks(PER_SECOND);
    let start = Instant::now();
    let mut process = world.spawns()?;
    for restart in 1..=RESTARTS {
        tokio::time::sleep((lasts / 4 * restart / RESTARTS).saturating_sub(start.elapsed())).await;
        process.stop().await?;
        process = world.spawns()?;
        row.rounds += 1;
    }
    let mut samples = Vec::new();
    while start.elapsed() < lasts {
        tokio::time::sleep(LOOK).await;
        samples.push(Sample::of(&process, &world.data(), start.elapsed())?);
    }
    row.acknowledged = load.ends().await?;
    world.drains().await?;
    process.stop().await?;
    judge(&mut row, &world, &samples, (lasts / 2, slope))?;
    report.add(world.keep_if_red(row));
    Ok(())
}

/// What it needs at a moment.
struct Sample {
    at: Duration,
    /// Resident memory in bytes.
    memory: f64,
    descriptors: usize,
    /// Size of the write-ahead log in bytes.
    log: u64,
}

impl Sample {
    fn of(process: &Process, data: &Path, at: Duration) -> anyhow::Result<Self> {
        let proc = format!("/proc/{}", process.pid());
        let status = fs::read_to_string(format!("{proc}/status"))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok()).unwrap_or(f64::NAN);
        let descriptors = fs::read_dir(format!("{proc}/fd"))?.count();
        let log = fs::metadata(data.join("routergram.db-wal")).map_or(0, |file| file.len());
        Ok(Self { at, memory: kib * 1024.0, descriptors, log })
    }
}

/// The median of the parts' slopes, in bytes a second: a step in less than half of them does not move it.
fn growth(samples: &[Sample]) -> f64 {
    let parts = samples.chunks(samples.len().div_ceil(PARTS).max(1));
    median(parts.map(slope).filter(|slope| slope.is_finite()).collect())
}

/// The median of the slopes between all pairs, in bytes a second: a few samples that are far out do not move it.
fn slope(samples: &[Sample]) -> f64 {
    let pairs = samples.iter().enumerate().flat_map(|(n, one)| samples[n + 1..].iter().map(move |other| (one, other)));
    let slopes = pairs.map(|(one, other)| (other.memory - one.memory) / other.at.saturating_sub(one.at).as_secs_f64());
    median(slopes.filter(|slope| slope.is_finite()).collect())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

fn judge(row: &mut Row, world: &World, samples: &[Sample], (warm, most): (Duration, f64)) -> anyhow::Result<()> {
    row.faults = world.faults(row.acknowledged);
    row.asked_twice = world.book.asked_again();
    row.judge_promises();
    let doubled = row.faults.doubled;
    row.must(doubled == 0, format!("{doubled} answers came twice"));
    let growth = growth(&samples[samples.partition_point(|sample| sample.at < warm)..]);
    let memory = samples.last().map_or(f64::NAN, |sample| sample.memory / 1e6);
    let descriptors = samples.iter().map(|sample| sample.descriptors).max().unwrap_or_default();
    let log = samples.iter().map(|sample| sample.log).max().unwrap_or_default();
    let kept = store::size(&world.data())? / u64::try_from(row.acknowledged.max(1))?;
    let texts = store::texts_of_done_updates(&world.data())?;
    row.note(format!("memory {memory:.1} MB, growing by {:.1} KB/s", growth / 1e3));
    row.note(format!("log {} KiB at most, {kept} bytes kept of a turn", log >> 10));
    row.note(format!("{descriptors} descriptors at most"));
    row.must(growth < most, format!("memory grows by {growth:.0} bytes a second"));
    row.must(log <= LOG_BYTES, format!("the log of the database had {log} bytes"));
    row.must(kept <= KEPT_BYTES, format!("{kept} bytes are kept of each turn"));
    row.must(texts == 0, format!("{texts} texts are kept of updates that are done"));
    row.must(descriptors <= DESCRIPTORS, format!("{descriptors} descriptors are open"));
    Ok(())
}
