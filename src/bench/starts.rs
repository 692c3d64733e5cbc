//! From the start of the process to ready, from SIGTERM to its end, and what it takes to do nothing.

use std::time::Duration;

use super::report::{Figure, Unit, Wish};
use super::spans::Spans;
use super::subject::Subject;
use super::sustained::{Load, converse};
use super::world::{Place, World};

/// Starts without a store, each followed by an end.
pub(super) async fn starts(subject: &Subject, place: &Place, times: u32) -> anyhow::Result<Vec<Figure>> {
    let (mut ready, mut stopped) = (Spans::new()?, Spans::new()?);
    for _ in 0..times {
        let world = World::with(1, place).await?;
        let running = world.start(subject, &[]).await?;
        ready.add(running.ready_after)?;
        // How others want to be stopped is theirs to say.
        if subject.ours {
            stopped.add(running.process.stop().await?)?;
        }
    }
    let mut figures = vec![
        Figure::of("ready_p50", "start → ready, median", Unit::Millis, ready.millis(0.5)).wish(Wish::AtMost(50.0)),
        Figure::of("ready_max", "start → ready, worst", Unit::Millis, ready.millis(1.0)),
    ];
    if subject.ours {
        figures.push(Figure::of("stop_p50", "SIGTERM → ended, median", Unit::Millis, stopped.millis(0.5)));
        figures.push(Figure::of("stop_max", "SIGTERM → ended, worst", Unit::Millis, stopped.millis(1.0)));
    }
    Ok(figures)
}

/// Nothing happens for so long, after a load.
pub(super) async fn idle(subject: &Subject, place: &Place, load: Load, span: Duration) -> anyhow::Result<Vec<Figure>> {
    let world = World::with(load.people, place).await?;
    let running = world.start(subject, &[]).await?;
    converse(&world, &running, load).await?;
    let before = running.moment();
    tokio::time::sleep(span).await;
    let used = before.used(running.process.pid());
    let percent = used.program.map(|program| 100.0 * program.as_secs_f64() / used.wall.as_secs_f64());
    let now = running.memory().map(|(now, _)| now);
    Ok(vec![
        Figure::of("memory", "memory", Unit::Megabytes, now).wish(Wish::AtMost(40.0)),
        Figure::of("cpu", "processor time, of one core", Unit::Percent, percent).wish(Wish::AtMost(1.0)),
    ])
}
