//! From the start of the process to ready.

use std::fs;
use std::path::Path;
use std::time::Duration;

use routergram::clock::Clock;
use routergram::storage::{NewUpdate, Storage};
use routergram::update::Lane;

use crate::table::{median_and_worst, row};
use crate::world::{Mode, World};
use routergram::bench::Spans;

/// Starts of each kind; enough for a median on a machine that does other things too.
const STARTS: usize = 15;
/// What a night's outage may leave behind.
const PENDING: i64 = 26_000;

pub(crate) async fn ready() -> anyhow::Result<()> {
    let world = World::with(1).await?;
    // Nothing is answered while it starts; the processes are killed before.
    world.model.first_delta_after(Duration::from_hours(1));
    let full = world.place("full");
    fill(&full, &world).await?;
    for mode in Mode::BOTH {
        let mut spans = Spans::new()?;
        for n in 0..STARTS {
            let data = world.place(&format!("empty-{}-{n}", mode.name()));
            spans.add(world.start(mode, &data, &[]).await?.ready_after)?;
        }
        let what = format!("ready, no store yet, {} (median of {STARTS} starts)", mode.name());
        row(&what, &median_and_worst(&spans), "within 50 ms");
    }
    let mut spans = Spans::new()?;
    for n in 0..STARTS {
        let data = world.place(&format!("full-{n}"));
        copy(&full, &data)?;
        spans.add(world.start(Mode::Webhook, &data, &[]).await?.ready_after)?;
        fs::remove_dir_all(&data)?;
    }
    row("ready, 26,000 updates pending, webhook", &median_and_worst(&spans), "within 50 ms");
    Ok(())
}

/// A store in which updates of as many lanes as there can be wait.
async fn fill(folder: &Path, world: &World) -> anyhow::Result<()> {
    let store = Storage::open(folder, Clock::system()).await?;
    let bot = world.telegram.bot_id();
    let ids: Vec<i64> = (1..=PENDING).collect();
    for batch in ids.chunks(500) {
        let updates = batch.iter().map(|id| {
            let chat = 5_000_000 + id % 2000;
            let raw = crate::posts::update(*id, chat, "What is the answer to the great question of life?");
            NewUpdate {
                update_id: Some(*id),
                lane: Lane { bot, chat, thread: 0, control: false },
                raw,
                unreadable: None,
            }
        });
        store.accept(updates.collect()).await?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        fs::copy(entry.path(), &copied)?;
        // Or the program's first sync would write out the copy, and that would be measured.
        fs::File::open(copied)?.sync_all()?;
    }
    Ok(())
}
