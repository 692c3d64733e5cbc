//! Commands that look something up: the picker of models with 500 on offer, and `/stats` with a year of data.

use std::time::Instant;

use rusqlite::Connection;

use crate::table::{note, quantiles, row};
use crate::world::{FIRST, Mode, World};
use routergram::bench::Answers;
use routergram::bench::Spans;

/// Each asks each thing once, so that nobody is slowed down for writing much.
const PEOPLE: u32 = 200;
/// Beside the handful that the fake model always lists.
const MODELS: usize = 500;
/// What the program says when it has them.
const LISTED: &str = "The list of models is up to date";

/// A year of answers of these people by five models each day.
const A_YEAR: &str = "
    WITH RECURSIVE day(back) AS (SELECT 0 UNION ALL SELECT back + 1 FROM day WHERE back < 365),
                   person(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM person WHERE n < 199),
                   model(m) AS (SELECT 1 UNION ALL SELECT m + 1 FROM model WHERE m < 5)
    INSERT INTO spent
    SELECT ?1, ?2 + n, unixepoch() / 86400 - back, 'lab/model-' || m, 3, 0, 100, 200, 1000 * m FROM day, person, model";

pub(crate) async fn commands(mode: Mode) -> anyhow::Result<()> {
    let world = World::with(PEOPLE).await?;
    world.model.lists_more(MODELS);
    let data = world.place("data");
    // A first start makes the store.
    world.start(mode, &data, &[]).await?.stop().await?;
    Connection::open(data.join("routergram.db"))?.execute(A_YEAR, (world.telegram.bot_id(), FIRST))?;
    let bot = world.start(mode, &data, &[("RUST_LOG", "info,routergram::catalogue=debug")]).await?;
    bot.says(LISTED).await?;
    for (what, command, wished) in [
        (format!("/model, {MODELS} models"), "/model", "within 100 ms"),
        (format!("/model gpt, {MODELS} models"), "/model gpt", "within 100 ms"),
        ("/stats, a year of data, with its chart".to_owned(), "/stats", "within 200 ms"),
    ] {
        let mut spans = Spans::new()?;
        let mut answers = Answers::of(&world.telegram)?;
        for person in FIRST..FIRST + i64::from(PEOPLE) {
            let start = Instant::now();
            world.telegram.say(person, person, command)?;
            answers.next().await?;
            spans.add(start.elapsed())?;
        }
        row(&format!("{what}, {}: until it is seen", mode.name()), &quantiles(&spans), wished);
    }
    note("  memory", &bot.memory());
    bot.stop().await
}
