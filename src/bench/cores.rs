//! Who runs where: the program under test on a core of its own, the driver on the others.
//!
//! Two programs compared on the same machine would otherwise be compared by how much of it the driver leaves them. A
//! program that sees one core also starts as many threads as on a machine with one. Linux alone lets a process choose;
//! elsewhere, and on a machine with one core, both share what there is.

use std::thread;

/// How the cores are shared.
#[derive(Debug, Clone, Copy)]
pub struct Cores {
    /// How many this process was given.
    pub all: usize,
    /// The program's own, when it has one.
    pub program: Option<usize>,
}

impl Cores {
    /// Both share all of them.
    #[must_use]
    pub fn shared() -> Self {
        Self { all: thread::available_parallelism().map_or(1, usize::from), program: None }
    }

    /// The first one for the program, the others for this process. To be called before it starts threads, which run where
    /// the thread runs that starts them.
    #[must_use]
    pub fn split() -> Self {
        let shared = Self::shared();
        system::leave_first().map_or(shared, |program| Self { program: Some(program), ..shared })
    }

    /// How many the driver runs on.
    #[must_use]
    pub fn of_driver(self) -> usize {
        self.all - usize::from(self.program.is_some())
    }

    /// Starts something on the program's core. It is a thread that moves there, so that this one stays where it is.
    pub fn start_program<T: Send>(self, start: impl FnOnce() -> anyhow::Result<T> + Send) -> anyhow::Result<T> {
        let Some(core) = self.program else { return start() };
        let there = move || {
            system::move_to(core)?;
            start()
        };
        thread::scope(|scope| scope.spawn(there).join().unwrap_or_else(|_| anyhow::bail!("the start panicked")))
    }
}

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    /// Moves this thread off the first of its cores, and tells which that is. `None` when there is no other.
    pub(super) fn leave_first() -> Option<usize> {
        let mut cores = sched_getaffinity(None).ok()?;
        let first = (0..CpuSet::MAX_CPU).find(|core| cores.is_set(*core))?;
        cores.unset(first);
        (cores.count() > 0 && sched_setaffinity(None, &cores).is_ok()).then_some(first)
    }

    /// Moves this thread, and what it starts, to one core.
    pub(super) fn move_to(core: usize) -> anyhow::Result<()> {
        let mut cores = CpuSet::new();
        cores.set(core);
        Ok(sched_setaffinity(None, &cores)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn leave_first() -> Option<usize> {
        None
    }

    pub(super) fn move_to(_: usize) -> anyhow::Result<()> {
        Ok(())
    }
}
