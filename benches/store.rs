//! How fast the embedded store is: `cargo bench --bench store [seconds]`.
//!
//! A hundred producers hand in updates of 641 bytes, one at a time, each waiting for its commit; then a hundred workers
//! take updates through all their commits, as fast as they can and at 500 per second. Numbers depend on the disk: each commit is an fsync.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]
#![expect(clippy::disallowed_methods, reason = "it measures real time, with tasks of its own")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use routergram::clock::Clock;
use routergram::storage::{Accepted, NewUpdate, Storage, StorageError};
use routergram::update::Lane;

#[path = "micro/reply.rs"]
mod reply;

use reply::reply;

const PRODUCERS: i64 = 100;
const BOT: i64 = 1;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(5);
    let folder = PathBuf::from("target").join("bench-store");
    let _ = std::fs::remove_dir_all(&folder);
    let store = Storage::open(&folder, Clock::system()).await?;
    report("accepted", &measure(&store, Duration::from_secs(seconds), Step::Accept).await?, seconds, &folder);
    let pending = store.pending_count(BOT).await?;
    drop(store);

    let start = Instant::now();
    let store = Storage::open(&folder, Clock::system()).await?;
    println!("opened with {pending} pending in {:?}", start.elapsed());
    let start = Instant::now();
    let heads = store.pending_heads(BOT, 100, &std::collections::HashSet::new()).await?.len();
    println!("{heads} heads in {:?}", start.elapsed());
    let start = Instant::now();
    store.pending_count(BOT).await?;
    println!("counted in {:?}", start.elapsed());
    report("answered", &measure(&store, Duration::from_secs(seconds), Step::Answer).await?, seconds, &folder);
    report("at 500/s: answered", &measure(&store, Duration::from_secs(seconds), Step::Paced).await?, seconds, &folder);
    Ok(())
}

#[derive(Clone, Copy)]
enum Step {
    Accept,
    Answer,
    Paced,
}

/// How long each took.
async fn measure(store: &Storage, span: Duration, step: Step) -> anyhow::Result<Vec<Duration>> {
    let end = Instant::now() + span;
    let tasks: Vec<_> = (0..PRODUCERS)
        .map(|producer| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut took = Vec::new();
                let first = producer * 10_000_000 + step as i64 * 3_000_000;
                for id in first.. {
                    if matches!(step, Step::Paced) {
                        tokio::time::sleep(Duration::from_millis(fastrand::u64(100..300))).await;
                    }
                    let start = Instant::now();
                    if start > end {
                        break;
                    }
                    work(&store, id, step).await?;
                    took.push(start.elapsed());
                }
                Ok::<_, StorageError>(took)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await??);
    }
    all.sort_unstable();
    Ok(all)
}

async fn work(store: &Storage, id: i64, step: Step) -> Result<(), StorageError> {
    let lane = Lane { bot: BOT, chat: id % 20_000, thread: 0, control: false };
    let update = NewUpdate { update_id: Some(id), lane, raw: "x".repeat(641), unreadable: None };
    let accepted = store.accept(vec![update]).await?;
    if let (Step::Answer | Step::Paced, [Accepted::New(seq)]) = (step, &accepted[..]) {
        let key = store.begin(*seq).await?.key;
        store.conversation(lane, 8000, None).await?;
        store.store_reply(key, reply(id, id % 20_000)).await?;
        store.delivered(key, 0, id, true).await?;
    }
    Ok(())
}

fn report(what: &str, took: &[Duration], seconds: u64, folder: &Path) {
    let at = |in_100_000: usize| took.get(took.len() * in_100_000 / 100_000).copied().unwrap_or_default();
    println!(
        "{what} {}/s, p50 {:?}, p99 {:?}, longest {:?}",
        took.len() as u64 / seconds,
        at(50_000),
        at(99_000),
        at(99_999)
    );
    let size = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |file| file.len() >> 20);
    println!("  file {} MiB, log {} MiB", size("routergram.db"), size("routergram.db-wal"));
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        for line in status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")) {
            println!("  {line}");
        }
    }
}
