//! Parts of the main job that `routergram bench` does not measure: `cargo bench --bench main_job [scenario …]`.
//! docs/benchmarks.md says how to read it.
//!
//! The built program runs in a process of its own between the sandbox's Telegram and model, on loopback, with its store
//! on the disk that holds `target`. The driver shares the machine's cores with it, so rates are what both reach
//! together; the memory and the processor time are the program's alone. Every scenario is bounded in count, and ends
//! with an error instead of waiting for ever.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

mod bot;
mod commands;
mod disk;
mod flood;
mod frames;
mod table;
mod world;

use world::Mode;

const SCENARIOS: [&str; 4] = ["disk", "frames", "flood", "commands"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo bench` adds `--bench`.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = wanted.iter().find(|name| !SCENARIOS.contains(&name.as_str())) {
        anyhow::bail!("there is no scenario {unknown}; there are {}", SCENARIOS.join(", "));
    }
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|wish| wish == name);
    table::head();
    if chosen("disk") {
        disk::disk()?;
    }
    if chosen("frames") {
        frames::frames().await?;
    }
    for mode in Mode::BOTH {
        if chosen("flood") {
            flood::flood(mode).await?;
        }
        if chosen("commands") {
            commands::commands(mode).await?;
        }
    }
    Ok(())
}
