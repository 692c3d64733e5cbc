//! What an update pays for limits and budgets: `cargo bench --bench money`.
//!
//! Ten thousand people in turn: their message is counted, the most that an answer may cost is kept back from their budget and
//! from everybody's, and its cost takes the place of that. Prints microseconds of processor time for each, the shortest of
//! three rounds. What the store does for it is part of commits that are made anyway (`cargo bench --bench store`).
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use routergram::clock::Clock;
use routergram::config::MoneyConfig;
use routergram::limits::Limits;
use routergram::money::{Money, Verdict, Worst};
use routergram::storage::{Seq, Storage};

const BOT: i64 = 1;
const UPDATES: i64 = 200_000;
const PEOPLE: i64 = 10_000;
const ROUNDS: usize = 3;
/// A tenth of a cent: nobody runs out of ten dollars in three rounds.
const MOST: i64 = 1000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from("target").join("bench-money");
    let _ = std::fs::remove_dir_all(&folder);
    let (clock, budget) = (Clock::system(), Some(10_000_000));
    let storage = Storage::open(&folder, clock.clone()).await?;
    let config = MoneyConfig { user_daily_micro_usd: budget, daily_micro_usd: budget.map(|limit| limit * PEOPLE) };
    let money = Money::open(storage, clock.clone(), BOT, config).await?;
    let limits = Limits::new(Some(u32::MAX), &[], clock.now().as_secs());
    let mut shortest = Duration::MAX;
    for _ in 0..ROUNDS {
        let used = on_processor();
        for update in 0..UPDATES {
            one(&money, &limits, update, clock.now().as_secs()).await?;
        }
        shortest = shortest.min(on_processor().saturating_sub(used));
    }
    #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
    let micros = shortest.as_secs_f64() * 1e6 / UPDATES as f64;
    println!("limits and budgets: {micros:.2} µs of processor time for an update (wished: under 20)");
    Ok(())
}

async fn one(money: &Money, limits: &Limits, update: i64, now: i64) -> anyhow::Result<()> {
    let person = update % PEOPLE;
    limits.message(person, Seq(update), now);
    let Verdict::Granted(mut reservation) = money.reserve(person, Worst::AtMost(MOST)).await? else {
        anyhow::bail!("there was money");
    };
    reservation.begins(&format!("gen-{update}"));
    reservation.ends(Some(MOST / 10));
    Ok(())
}

/// How long this thread has run so far, where the system tells (Linux); elsewhere, what the clock says.
fn on_processor() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(Instant::now);
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = statistics.and_then(|all| all.split(' ').next()?.parse().ok());
    told.map_or_else(|| start.elapsed(), Duration::from_nanos)
}
