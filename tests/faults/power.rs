//! The power fails, at random moments: what was acknowledged is there, and what was delivered is not asked for again.
//!
//! kill -9 tells nothing of this, since the system writes down in peace what a dead process has handed to it. So the
//! program writes through a [`Disk`] that keeps what was synced, and of the rest what chance leaves. Three rows:
//!
//! - updates are posted as fast as they are taken, more than 100,000 over ten failures. Nobody answers them (the program is
//!   told to hold whoever begins), so that all of the time goes into acknowledging;
//! - the same with a store that does not wait for the disk (`synchronous=NORMAL`). It must lose some, or else the disk here
//!   is none, and the first row says nothing;
//! - people are answered, and what they have read before the failure is stored after it: the model is not asked again.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::Run;
use crate::disk::Disk;
use crate::posts::{Posts, SECRET};
use crate::report::{Report, Row};
use crate::store::Left;
use crate::world::{World, kill};
use routergram::bench::Mode;
use routergram::bench::Process;

const FAILURES: usize = 10;
const FAILURES_OF_A_NIGHT: usize = 100;
/// So many updates are acknowledged between two failures: at least 100,000 over ten.
const TAKEN: std::ops::Range<usize> = 10_000..11_000;
/// Failures, and updates between them, where some must get lost.
const CARELESS: usize = 3;
const CARELESSLY_TAKEN: std::ops::Range<usize> = 1000..3000;
/// Between two looks at how many were taken.
const LOOK: Duration = Duration::from_millis(2);
/// A round takes seconds.
const ROUND_WITHIN: Duration = Duration::from_mins(1);

/// Those who are answered, and what they ask in a second: there is always somebody who waits.
const PEOPLE: u16 = 100;
const PER_SECOND: u16 = 60;
/// How often the power fails meanwhile, and how many are answered between two failures: more than are worked on at once
/// ([`AT_ONCE`]), since an update that three processes in a row died over is given up.
const ANSWERED_FAILURES: usize = 5;
const ANSWERED: std::ops::Range<usize> = 40..160;
const AT_ONCE: &str = "24";

pub(crate) async fn power(run: Run, report: &mut Report) -> anyhow::Result<()> {
    let failures = if run.long { FAILURES_OF_A_NIGHT } else { FAILURES };
    let careful = acknowledged("power", &[], (failures, TAKEN)).await?;
    report.add(careful);
    let normal = [("ROUTERGRAM_FAULT_SWITCH", "synchronous-normal")];
    let mut careless = acknowledged("power, not synced: must lose", &normal, (CARELESS, CARELESSLY_TAKEN)).await?;
    let lost = careless.faults.lost;
    careless.reasons.retain(|reason| !reason.ends_with(LOST));
    careless.must(lost > 0, "a store that does not wait for the disk lost nothing: the power never failed");
    report.add(careless);
    report.add(answered(run).await?);
    Ok(())
}

/// What is said of updates that were acknowledged and are gone.
const LOST: &str = "acknowledged updates are gone";

/// Updates are acknowledged, and nothing else.
async fn acknowledged(
    name: &str,
    besides: &[(&str, &str)],
    (failures, taken): (usize, std::ops::Range<usize>),
) -> anyhow::Result<Row> {
    let (mut row, world) = (Row::of(name), World::with(1, Mode::Webhook).await?);
    let (mut disk, mut dice) = (Disk::under(&world, 42)?, fastrand::Rng::with_seed(42));
    let settings = [&[("WEBHOOK_SECRET", SECRET), ("ROUTERGRAM_FAULT_HOLD", "before-begin")], besides].concat();
    let (posts, mut unsynced, start) = (Posts::begin(&world), 0, Instant::now());
    for _ in 0..failures {
        let mut process = disk.spawns(&world, &settings)?;
        until(&posts, posts.count() + dice.usize(taken.clone()), &mut process).await?;
        kill(&mut process)?;
        unsynced += disk.loses_power()?;
        row.rounds += 1;
        let left = Left::by(&world.data())?;
        left.is_sound()?;
        let there = left.update_ids()?;
        row.faults.lost = posts.taken().iter().filter(|id| !there.contains(id)).count();
    }
    row.acknowledged = posts.end().await.len();
    let per_second = f64::from(u32::try_from(row.acknowledged)?) / start.elapsed().as_secs_f64();
    row.note(format!("{unsynced} writes hung in the air; {per_second:.0} acknowledged per second"));
    row.must(row.faults.lost == 0, format!("{} {LOST}", row.faults.lost));
    Ok(row)
}

/// Returns when so many were acknowledged, or at once when the process has ended.
async fn until(posts: &Posts, count: usize, process: &mut Process) -> anyhow::Result<()> {
    let start = Instant::now();
    while posts.count() < count {
        if let Some(status) = process.child.try_wait()? {
            bail!("it ended by itself, with {status}");
        }
        if start.elapsed() > ROUND_WITHIN {
            bail!("{} updates were taken of {count}", posts.count());
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// People are answered.
async fn answered(run: Run) -> anyhow::Result<Row> {
    let (mut row, world) = (Row::of("power, with answers"), World::with(PEOPLE, Mode::Webhook).await?.in_groups());
    let (mut disk, mut dice) = (Disk::under(&world, 7)?, fastrand::Rng::with_seed(7));
    let (load, mut read) = (world.asks(PER_SECOND), HashSet::<String>::new());
    for _ in 0..if run.long { FAILURES_OF_A_NIGHT } else { ANSWERED_FAILURES } {
        let mut process = disk.spawns(&world, &[("MAX_CONCURRENT_TURNS", AT_ONCE)])?;
        let (start, enough) = (Instant::now(), read.len() + dice.usize(ANSWERED));
        while answers(&world).len() < enough && start.elapsed() < ROUND_WITHIN {
            tokio::time::sleep(LOOK).await;
        }
        kill(&mut process)?;
        read.extend(answers(&world));
        world.book.are_stored(read.iter().cloned().collect());
        disk.loses_power()?;
        row.rounds += 1;
        let left = Left::by(&world.data())?;
        left.is_sound()?;
        world.book.are_stored(left.answered(0)?.0);
    }
    let process = disk.spawns(&world, &[])?;
    row.acknowledged = load.ends().await?;
    let drained = world.drains().await;
    row.must(drained.is_ok(), drained.err().map(|error| error.to_string()).unwrap_or_default());
    process.stop().await?;
    disk.has_seen_everything()?;
    row.faults = world.faults(row.acknowledged);
    row.asked_twice = world.book.asked_for_what_was_stored();
    row.note(format!("{} answers had been read before a failure", read.len()));
    row.judge_promises();
    let doubled = row.faults.doubled;
    row.must(doubled == 0, format!("{doubled} answers came twice"));
    Ok(world.keep_if_red(row))
}

/// The questions whose answers people have read to the end.
fn answers(world: &World) -> HashSet<String> {
    let bot = world.telegram.bot_id();
    let people = 0..usize::from(world.people);
    let said = people.flat_map(|person| world.telegram.chat(world.places.chat(person)));
    let whole = said.filter(|message| message.from == bot && message.keyboard.is_none());
    whole.filter_map(|message| Some(message.text.strip_prefix("To ")?.split_once(':')?.0.to_owned())).collect()
}
