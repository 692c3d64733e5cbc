//! A disk whose power can be cut, and that can be full or broken: a folder, and a library between it and the program.
//!
//! kill -9 takes nothing that was written: the system still has it. A power failure takes whatever was not synced, in parts,
//! and in any order. So the library (tests/faults/shim/disk.c) is preloaded into the program and keeps a journal of what
//! it wrote and synced; after a kill, [`Disk::loses_power`] puts into the folder what a disk would have kept. A program that
//! was linked statically cannot be preloaded: these scenarios run the one that cargo built.

mod replay;

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::world::World;
use replay::Replay;
use routergram::bench::Process;
use routergram::bench::settings;

/// What stands for the index of the write-ahead log: memory, and not the disk's.
const INDEX: &str = "-shm";
/// How long an fsync takes, as on an ordinary SSD; the longer, the more hangs in the air at a cut.
const SYNC_MICROS: &str = "1000";

/// How a disk fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Writes: there is no space.
    Full,
    /// Writes.
    Writing,
    /// Every fsync, and what it should have brought to the disk is there in part.
    Syncing,
    /// Reads.
    Reading,
}

impl Failure {
    /// As the library knows it.
    const fn letter(self) -> u8 {
        match self {
            Self::Full => b'F',
            Self::Writing => b'W',
            Self::Syncing => b'S',
            Self::Reading => b'R',
        }
    }
}

/// One folder on such a disk.
pub(crate) struct Disk {
    folder: PathBuf,
    journal: PathBuf,
    control: File,
    variables: Vec<(String, String)>,
    /// What it held when the present process started: all of it durable.
    files: BTreeMap<String, Vec<u8>>,
    dice: fastrand::Rng,
}

impl Disk {
    /// Under the data folder of this world, which does not exist yet. The same seed loses the same of the same writes.
    pub(crate) fn under(world: &World, seed: u64) -> anyhow::Result<Self> {
        let (folder, library) = (world.data(), library()?);
        fs::create_dir(&folder)?;
        fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
        let (journal, control) = (folder.with_extension("journal"), folder.with_extension("control"));
        fs::write(&journal, [])?;
        fs::write(&control, [0])?;
        let variables = [
            ("LD_PRELOAD", &library),
            ("DISK_FOLDER", &folder),
            ("DISK_JOURNAL", &journal),
            ("DISK_CONTROL", &control),
            ("DISK_SYNC_MICROS", &PathBuf::from(SYNC_MICROS)),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.display().to_string())).into();
        let control = File::options().write(true).open(control)?;
        Ok(Self { folder, journal, control, variables, files: BTreeMap::new(), dice: fastrand::Rng::with_seed(seed) })
    }

    /// Starts the program of this world on it, with further settings.
    pub(crate) fn spawns(&self, world: &World, besides: &[(&str, &str)]) -> anyhow::Result<Process> {
        File::create(&self.journal)?;
        let place = (world.mode, world.port);
        let mut settings = settings(&world.telegram, &world.model, &self.folder, place, besides);
        settings.extend(self.variables.iter().cloned());
        Process::spawn(Path::new(env!("CARGO_BIN_EXE_routergram")), &settings, &world.log())
    }

    /// From now on, until [`heals`](Self::heals).
    pub(crate) fn fails(&self, how: Failure) -> anyhow::Result<()> {
        Ok(self.control.write_all_at(&[how.letter()], 0)?)
    }

    /// Works again.
    pub(crate) fn heals(&self) -> anyhow::Result<()> {
        Ok(self.control.write_all_at(&[0], 0)?)
    }

    /// The process is dead: what was synced stays, and of the rest what chance leaves, in sectors. How many writes were
    /// not synced.
    pub(crate) fn loses_power(&mut self) -> anyhow::Result<usize> {
        // All of it, as most often; nearly none; or something of each.
        let fate = [0.0, 0.5, 0.95][self.dice.usize(0..3)];
        let replay = Replay::of(&self.journal, std::mem::take(&mut self.files), &mut self.dice)?;
        let unsynced = replay.unsynced();
        self.files = replay.cut(fate);
        for file in fs::read_dir(&self.folder)? {
            fs::remove_file(file?.path())?;
        }
        for (name, bytes) in &self.files {
            fs::write(self.folder.join(name), bytes)?;
        }
        Ok(unsynced)
    }

    /// The process has stopped: whatever it wrote is in the journal. Fails when something went by it.
    pub(crate) fn has_seen_everything(&mut self) -> anyhow::Result<()> {
        let seen = Replay::of(&self.journal, self.files.clone(), &mut self.dice)?.cut(1.0);
        let mut there = BTreeMap::new();
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            there.insert(file.file_name().to_string_lossy().into_owned(), fs::read(file.path())?);
        }
        there.retain(|name, _| !name.ends_with(INDEX));
        let differs = |name: &&String| seen.get(*name) != there.get(*name);
        if let Some(name) = seen.keys().chain(there.keys()).find(differs) {
            bail!("something was written to {name} that the preloaded library did not see");
        }
        Ok(())
    }
}

/// The library, compiled.
fn library() -> anyhow::Result<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/shim/disk.c");
    // A name of its own: another scenario may be loading its own at this moment.
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("disk-{}.so", fastrand::u32(..)));
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"])
        .arg(&library)
        .arg(source);
    let made =
        compiler.stdin(Stdio::null()).status().context("a disk that fails needs a C compiler: install cc (gcc)")?;
    if !made.success() {
        bail!("{source} does not compile");
    }
    Ok(library)
}
