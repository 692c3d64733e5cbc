//! Restarts under load, as a redeploy makes them: the next process starts while the old one runs, then the old one gets
//! SIGTERM. In both modes, with answers that grow in messages.
//!
//! The rule: nothing is lost, doubled, out of order, asked for twice or left half written. The next process listens at once,
//! says that it waits (503 with `Retry-After` to Telegram, not ready to its platform), and acknowledges within a second of
//! the other's exit (typically; of which up to 200 ms are its wait for the store). The old one ends within `DRAIN_SECS`. In polling, somebody
//! else asks for updates in between, and the 409 that the bot gets for it disturbs nobody.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::Run;
use crate::report::{Report, Row};
use crate::world::World;
use routergram::bench::Mode;
use routergram::bench::{DEADLINE, Process, free_port};

const PEOPLE: u16 = 200;
const PER_SECOND: u16 = 100;
/// In each mode.
const RESTARTS: usize = 10;
const RESTARTS_OF_A_NIGHT: usize = 100;
/// How long one process lives alone.
const ALONE: Duration = Duration::from_millis(700);
/// How long both live: some looks of the new one at the store.
const OVERLAP: Duration = Duration::from_millis(500);
const DRAIN_SECS: u64 = 10;
/// Between the old one's exit and the new one's first acknowledgement, typically; and at most, on a machine that does other
/// things too.
const TAKES_OVER_WITHIN: Duration = Duration::from_secs(1);
const TAKES_OVER_AT_MOST: Duration = Duration::from_secs(5);
/// Polls of somebody else during each restart.
const RIVALS: usize = 5;
/// Between two looks at what is measured here.
const LOOK: Duration = Duration::from_millis(2);

pub(crate) async fn stopping(run: Run, report: &mut Report) -> anyhow::Result<()> {
    for mode in Mode::BOTH {
        report.add(restarted(run, mode).await?);
    }
    Ok(())
}

/// What a restart took.
#[derive(Default)]
struct Took {
    /// SIGTERM to exit, the longest.
    stop: Duration,
    /// Exit to the first acknowledgement, each.
    take_over: Vec<Duration>,
    /// Start to listening, the longest.
    listen: Duration,
}

async fn restarted(run: Run, mode: Mode) -> anyhow::Result<Row> {
    let mut row = Row::of(format!("stopping, {}", mode.name()));
    let world = World::with(PEOPLE, mode).await?.in_groups();
    let mut old = spawns(&world, world.port)?;
    old.ready().await?;
    let load = world.asks(PER_SECOND);
    let mut took = Took::default();
    for _ in 0..if run.long { RESTARTS_OF_A_NIGHT } else { RESTARTS } {
        tokio::time::sleep(ALONE).await;
        old = replaced(&world, old, &mut took).await?;
        row.rounds += 1;
    }
    tokio::time::sleep(ALONE).await;
    row.acknowledged = load.ends().await?;
    world.drains().await?;
    took.stop = took.stop.max(old.stop().await?);
    judge(&mut row, &world, &took)?;
    Ok(world.keep_if_red(row))
}

fn spawns(world: &World, port: u16) -> anyhow::Result<Process> {
    world.spawns_at(port, &[("DRAIN_SECS", &DRAIN_SECS.to_string())])
}

/// One redeploy.
async fn replaced(world: &World, old: Process, took: &mut Took) -> anyhow::Result<Process> {
    let port = free_port()?;
    let mut new = spawns(world, port)?;
    let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build()?;
    took.listen = took.listen.max(waits(world, &http, port, new.born).await?);
    tokio::time::sleep(OVERLAP).await;
    if world.mode == Mode::Polling {
        let address = format!("{}/bot{}/getUpdates", world.telegram.api_url(), world.telegram.token());
        // Several times: only a poll that waits is ended by another one.
        for _ in 0..RIVALS {
            http.get(&address).send().await?;
        }
    }
    took.stop = took.stop.max(old.stop().await?);
    let gone = Instant::now();
    let mut pile = world.telegram.undelivered();
    while world.telegram.undelivered() >= pile {
        pile = pile.max(world.telegram.undelivered());
        if gone.elapsed() > DEADLINE {
            bail!("the next process takes no updates");
        }
        tokio::time::sleep(LOOK).await;
    }
    took.take_over.push(gone.elapsed());
    new.ready().await?;
    Ok(new)
}

/// It listens, is not ready, and asks Telegram to come again; returns how long after its start it did.
async fn waits(world: &World, http: &reqwest::Client, port: u16, born: Instant) -> anyhow::Result<Duration> {
    let after = loop {
        match http.get(format!("http://127.0.0.1:{port}/readyz")).send().await {
            Ok(answer) if answer.status() == 503 => break born.elapsed(),
            Ok(answer) => bail!("it is ready beside the other: {}", answer.status()),
            Err(_) if born.elapsed() > DEADLINE => bail!("the next process does not listen"),
            Err(_) => tokio::time::sleep(LOOK).await,
        }
    };
    if let Some(hook) = world.telegram.webhook() {
        let path = reqwest::Url::parse(&hook.url)?.path().to_owned();
        let update = http.post(format!("http://127.0.0.1:{port}{path}")).body("{\"update_id\":1}");
        let secret = hook.secret.context("a webhook with a secret")?;
        let answer = update.header("x-telegram-bot-api-secret-token", secret).send().await?;
        if answer.status() != 503 || !answer.headers().contains_key("retry-after") {
            bail!("an update is answered with {} by a process without a store", answer.status());
        }
    }
    Ok(after)
}

fn judge(row: &mut Row, world: &World, took: &Took) -> anyhow::Result<()> {
    row.faults = world.faults(row.acknowledged);
    row.asked_twice = world.book.asked_again();
    row.judge_promises();
    let (doubled, orphans) = (row.faults.doubled, row.faults.orphans);
    row.must(doubled == 0, format!("{doubled} answers came twice"));
    row.must(orphans == 0, format!("{orphans} answers were left half written"));
    let Took { stop, take_over, listen } = took;
    let mut sorted = take_over.clone();
    sorted.sort();
    let typical = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let longest = sorted.last().copied().unwrap_or_default();
    row.note(format!(
        "takes over within {typical:.0?}, {longest:.0?} at most; listens within {listen:.0?}, stops within {stop:.0?}"
    ));
    row.must(typical <= TAKES_OVER_WITHIN, format!("the next process typically took over after {typical:?}"));
    row.must(longest <= TAKES_OVER_AT_MOST, format!("the next process once took over after {longest:?}"));
    row.must(stop.as_secs() < DRAIN_SECS, format!("one took {stop:?} to stop"));
    let errors = world.said("\"level\":\"error\"")?;
    row.must(errors == 0, format!("{errors} errors in the log"));
    if world.mode == Mode::Polling {
        let conflicts = world.said("Another process receives this bot's updates")?;
        row.note(format!("{conflicts} conflicts"));
        row.must(conflicts > 0, "nobody got a 409");
    }
    let misunderstood = world.misunderstood();
    row.must(misunderstood.is_empty(), format!("not understood: {misunderstood:?}"));
    Ok(())
}
