//! A hundred people ask at the same moment, and the model takes a second for each.

use std::time::{Duration, Instant};

use crate::table::{median_and_worst, note, row};
use crate::world::{FIRST, Mode, World};
use routergram::bench::Answers;
use routergram::bench::Spans;

const PEOPLE: u32 = 100;
/// The first finds no connection open yet; the others find what the one before left.
const ROUNDS: usize = 5;

pub(crate) async fn burst(mode: Mode) -> anyhow::Result<()> {
    let world = World::with(PEOPLE).await?;
    world.model.first_delta_after(Duration::from_secs(1));
    let bot = world.start(mode, &world.place("data"), &[]).await?;
    let mut spans = Spans::new()?;
    for round in 0..ROUNDS {
        let mut answers = Answers::of(&world.telegram)?;
        let start = Instant::now();
        for person in FIRST..FIRST + i64::from(PEOPLE) {
            world.telegram.say(person, person, &format!("question {round}"))?;
        }
        answers.are(PEOPLE).await?;
        spans.add(start.elapsed())?;
    }
    let what = format!("{PEOPLE} at once, the model takes 1 s, {}: until the last answer", mode.name());
    row(&what, &median_and_worst(&spans), "within 1.3 s");
    note("  memory", &bot.memory());
    bot.stop().await
}
