//! kill -9 at random moments, under load: in both modes, with answers that grow in messages and in drafts.
//!
//! 300 questions a second from 600 people (100 where answers grow in drafts). The rule: nothing is lost, nothing is out of
//! order, the database passes its check after every kill, and the model is not asked for an answer that was stored. An
//! answer that grew in a message does not come twice, since a change can be repeated without harm. One that grew in a draft
//! may: Telegram offers nothing that would make a send exactly-once, and what was sent off is done, whoever has died. So at
//! most 1.5 × what is sent within 35 ms, for each kill (Telegram is 30 ms away there, there and back, 60 ms otherwise; the
//! rest is the commit), and each of them announced in the log. Placeholders that a kill left behind are counted: their words stay true.
//! And the ledger has what the model charged, also for what the kills cut short.

use std::time::Duration;

use anyhow::Context as _;

use crate::Run;
use crate::money;
use crate::report::{Report, Row};
use crate::store::{self, Left};
use crate::world::{World, kill};
use routergram::bench::Mode;

const PEOPLE: u16 = 600;
/// Kills in each of the four ways of it.
const KILLS: usize = 10;
const KILLS_OF_A_NIGHT: usize = 50;
/// One process in four is killed while it starts: after so many milliseconds.
const BIRTHS: std::ops::Range<u64> = 1..60;
/// The others are killed in the middle of some hundred answers, when they have asked the model for as many as come in so
/// many milliseconds: not by the clock, since a slow machine needs longer. And not while an answer is written that two kills
/// have interrupted, since what dies three times over the same update is taken for that update's fault.
const LIVES: std::ops::Range<u64> = 2000..4000;
/// And then so many milliseconds later: at any moment, not only when a question arrives.
const LATER: std::ops::Range<u64> = 0..100;
/// A process that has not asked for so many within this never will.
const STUCK: Duration = Duration::from_mins(2);
/// Sends whose fate a kill leaves unknown are those of so many seconds.
const UNKNOWN_SECS: f64 = 0.035;
/// What chance may add to that.
const CHANCE: f64 = 1.5;

/// How answers are shown while they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Growing {
    Messages,
    Drafts,
}

impl Growing {
    const fn per_second(self) -> u16 {
        match self {
            Self::Messages => 300,
            Self::Drafts => 100,
        }
    }

    /// How far away Telegram is, there and back.
    const fn distance(self) -> Duration {
        match self {
            Self::Messages => Duration::from_millis(60),
            Self::Drafts => Duration::from_millis(30),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Messages => "edits",
            Self::Drafts => "drafts",
        }
    }
}

pub(crate) async fn crash(run: Run, report: &mut Report) -> anyhow::Result<()> {
    for growing in [Growing::Messages, Growing::Drafts] {
        for mode in Mode::BOTH {
            report.add(killed(run, mode, growing).await?);
        }
    }
    Ok(())
}

async fn killed(run: Run, mode: Mode, growing: Growing) -> anyhow::Result<Row> {
    let mut row = Row::of(format!("crash, {}, {}", growing.name(), mode.name()));
    let world = World::with(PEOPLE, mode).await?;
    world.telegram.set_distance(growing.distance());
    world.telegram.set_drafts(growing == Growing::Drafts);
    let load = world.asks(growing.per_second());
    let (mut dice, mut last_turn) = (fastrand::Rng::with_seed(42), 0);
    let kills = if run.long { KILLS_OF_A_NIGHT } else { KILLS };
    for _ in 0..kills {
        let mut process = world.spawns()?;
        let moment = if row.rounds % 4 == 3 {
            BIRTHS
        } else {
            let questions = dice.u64(LIVES) * u64::from(growing.per_second()) / 1000;
            tokio::time::timeout(STUCK, lives(&world, usize::try_from(questions)?)).await.context("it is stuck")??;
            LATER
        };
        tokio::time::sleep(Duration::from_millis(dice.u64(moment))).await;
        kill(&mut process)?;
        let left = Left::by(&world.data())?;
        left.is_sound()?;
        let (answered, last) = left.answered(last_turn)?;
        world.book.are_stored(answered);
        last_turn = last;
        row.rounds += 1;
    }
    let process = world.spawns()?;
    row.acknowledged = load.ends().await?;
    let rest = std::time::Instant::now();
    let drained = world.drains().await;
    row.note(format!("at rest {:.1} s after the last question", rest.elapsed().as_secs_f64()));
    row.must(drained.is_ok(), drained.err().map(|error| error.to_string()).unwrap_or_default());
    let settled = money::settles(&world.data()).await;
    row.must(settled.is_ok(), settled.err().map(|error| error.to_string()).unwrap_or_default());
    process.stop().await?;
    judge_money(&mut row, &world)?;
    judge(&mut row, &world, growing)?;
    Ok(world.keep_if_red(row))
}

/// Returns when so many questions were put to the model.
async fn lives(world: &World, questions: usize) -> anyhow::Result<()> {
    world.model.asked(world.model.request_count() + questions).await;
    while store::third_attempts(&world.data())? > 0 {
        tokio::time::sleep(Duration::from_millis(LATER.end)).await;
    }
    Ok(())
}

/// The ledger has what the model charged, to the millionth of a dollar. What it cannot have is an answer that had words
/// before the line of its first moment was committed: its model takes 140 ms to the first word, so that should be none, and
/// one for each kill is what a machine that is held up may make of it.
fn judge_money(row: &mut Row, world: &World) -> anyhow::Result<()> {
    let money::Difference { charged, unknown, wrong } = money::compare(&world.data(), &world.model)?;
    row.note(format!("{charged} µ$ charged, {unknown} answers unknown to the ledger"));
    row.must(wrong == 0, format!("{wrong} lines of the ledger are not what the model charged"));
    row.must(unknown <= row.rounds, format!("{unknown} answers were charged that the ledger does not know"));
    Ok(())
}

fn judge(row: &mut Row, world: &World, growing: Growing) -> anyhow::Result<()> {
    row.faults = world.faults(row.acknowledged);
    row.asked_twice = world.book.asked_for_what_was_stored();
    row.note(format!("{} answers were begun again", world.book.asked_again()));
    row.judge_promises();
    let (doubled, announced) = (row.faults.doubled, world.said("A message may arrive twice")?);
    row.note(format!("{announced} sends repeated"));
    row.must(doubled <= announced, format!("{doubled} answers came twice, {announced} were announced"));
    let kills = f64::from(u32::try_from(row.rounds)?);
    let allowed = match growing {
        Growing::Messages => 0.0,
        Growing::Drafts => CHANCE * f64::from(growing.per_second()) * UNKNOWN_SECS * kills,
    };
    row.must(f64::from(u32::try_from(doubled)?) <= allowed, format!("{doubled} answers came twice, {allowed:.0} may"));
    let misunderstood = world.misunderstood();
    row.must(misunderstood.is_empty(), format!("not understood: {misunderstood:?}"));
    Ok(())
}
