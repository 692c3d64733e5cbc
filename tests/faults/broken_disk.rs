//! The disk is full, or broken: nothing is acknowledged that is not stored, and the process ends with a sentence.
//!
//! Each row starts the program on a sound disk, lets it answer, breaks the disk under it, and waits for its end: exit
//! status 1, and a last line of the log that names the folder and what to do. A disk that is full only for a moment is
//! waited for instead. Then the disk is mended (after an fsync that failed, it has what such a disk has), and a new process
//! owes nobody anything. All rows run side by side, since most of it is waiting.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::disk::{Disk, Failure};
use crate::load_of::Load;
use crate::report::{Report, Row};
use crate::store::Left;
use crate::world::World;
use routergram::bench::Mode;
use routergram::bench::Process;

const PEOPLE: u16 = 50;
/// All rows together are no load, and what piles up while a disk is broken is answered in no time.
const PER_SECOND: u16 = 8;
/// Before the disk breaks: some answers are stored, some grow.
const WELL: Duration = Duration::from_millis(1500);
/// A disk is full for so long and the program lives: half of what it waits for.
const A_MOMENT: Duration = Duration::from_secs(8);
/// A process whose disk is broken ends within this: 30 s of a full disk, and its last writes.
const ENDS_WITHIN: Duration = Duration::from_secs(50);
/// Between two looks whether it has.
const LOOK: Duration = Duration::from_millis(20);
/// What a full disk is called in the log.
const FULL: &str = "is full";
/// What the last words tell to do, one of them.
const FIXES: [&str; 2] = ["Free some space there", "Look at the disk"];
/// The row with a file system that is really too small.
const SMALL_ONE: &str = "disk, full (a small one)";
/// A database and its log have room in it.
const SMALL: &str = "size=16m";

pub(crate) async fn disk(report: &mut Report) {
    let small = async { (SMALL_ONE, small().await) };
    let breaks = |name, how| async move { (name, breaks(name, how).await) };
    let (full, small, writing, syncing, reading) = tokio::join!(
        breaks("disk, full", Failure::Full),
        small,
        breaks("disk, writes fail", Failure::Writing),
        breaks("disk, fsync fails", Failure::Syncing),
        breaks("disk, reads fail", Failure::Reading),
    );
    for (name, row) in [full, small, writing, syncing, reading] {
        match row {
            Ok(row) => report.add(row),
            Err(error) => report.broke(name, &error),
        }
    }
}

/// One way of breaking.
async fn breaks(name: &str, how: Failure) -> anyhow::Result<Row> {
    let (mut row, world) = (Row::of(name), World::with(PEOPLE, Mode::Webhook).await?.in_groups());
    let mut disk = Disk::under(&world, 42)?;
    let load = world.asks(PER_SECOND);
    let mut process = disk.spawns(&world, &[])?;
    process.ready().await?;
    tokio::time::sleep(WELL).await;
    if how == Failure::Full {
        disk.fails(how)?;
        tokio::time::sleep(A_MOMENT).await;
        let alive = process.child.try_wait()?.is_none();
        row.must(alive, "it does not wait for a disk that is full for a moment");
        row.must(world.said(FULL)? > 0, "it does not say that the disk is full");
        disk.heals()?;
        tokio::time::sleep(WELL).await;
    }
    disk.fails(how)?;
    ended(&mut row, &world, process).await?;
    disk.loses_power()?;
    // Nor does it start on such a disk.
    ended(&mut row, &world, disk.spawns(&world, &[])?).await?;
    disk.loses_power()?;
    disk.heals()?;
    Left::by(&world.data())?.is_sound()?;
    goes_on(&mut row, &world, load, disk.spawns(&world, &[])?).await?;
    disk.has_seen_everything()?;
    Ok(row)
}

/// A file system that is really too small.
async fn small() -> anyhow::Result<Row> {
    let (mut row, world) = (Row::of(SMALL_ONE), World::with(PEOPLE, Mode::Webhook).await?.in_groups());
    let Some(mounted) = Mounted::at(&world.data())? else {
        row.note("skipped: it takes root to mount a small file system");
        return Ok(row);
    };
    let load = world.asks(PER_SECOND);
    let mut process = world.spawns()?;
    process.ready().await?;
    tokio::time::sleep(WELL).await;
    let ballast = mounted.fill()?;
    ended(&mut row, &world, process).await?;
    fs::remove_file(ballast)?;
    Left::by(&world.data())?.is_sound()?;
    goes_on(&mut row, &world, load, world.spawns()?).await?;
    Ok(row)
}

/// The process ends by itself, with exit status 1 and a sentence.
async fn ended(row: &mut Row, world: &World, mut process: Process) -> anyhow::Result<()> {
    let start = Instant::now();
    let status: ExitStatus = loop {
        if let Some(status) = process.child.try_wait()? {
            break status;
        }
        if start.elapsed() > ENDS_WITHIN {
            bail!("it lives on a disk that fails");
        }
        tokio::time::sleep(LOOK).await;
    };
    row.rounds += 1;
    row.must(status.code() == Some(1), format!("it ended with {status}"));
    let log = fs::read_to_string(world.log())?;
    let last = log.lines().last().context("a log")?;
    let folder = world.data().display().to_string();
    let sentence =
        last.contains("\"level\":\"error\"") && last.contains(&folder) && FIXES.iter().any(|fix| last.contains(fix));
    row.must(sentence, format!("its last words do not say what to do: {last}"));
    Ok(())
}

/// On a sound disk a new process answers everybody.
async fn goes_on(row: &mut Row, world: &World, load: Load, process: Process) -> anyhow::Result<()> {
    row.acknowledged = load.ends().await?;
    let drained = world.drains().await;
    row.must(drained.is_ok(), drained.err().map(|error| error.to_string()).unwrap_or_default());
    process.stop().await?;
    row.faults = world.faults(row.acknowledged);
    row.judge_promises();
    let (doubled, announced) = (row.faults.doubled, world.said("A message may arrive twice")?);
    row.must(doubled <= announced, format!("{doubled} answers came twice, {announced} were announced"));
    Ok(())
}

/// A small file system in memory; gone when this is dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// `None` when the system does not let us.
    fn at(folder: &Path) -> anyhow::Result<Option<Self>> {
        fs::create_dir(folder)?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", SMALL, "routergram-small"]).arg(folder).stderr(Stdio::null());
        Ok(mount.status().is_ok_and(|status| status.success()).then(|| Self(folder.to_owned())))
    }

    /// Takes all the space there is: by which file.
    fn fill(&self) -> anyhow::Result<PathBuf> {
        let name = self.0.join("ballast");
        let mut ballast = File::create(&name)?;
        let filled = std::iter::repeat_with(|| ballast.write_all(&[0xA5; 4096])).find_map(Result::err);
        match filled {
            Some(error) if error.kind() == ErrorKind::StorageFull => Ok(name),
            other => bail!("it cannot be filled: {other:?}"),
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Whoever still looks into it may go on doing so.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
