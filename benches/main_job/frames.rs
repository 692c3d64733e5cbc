//! Answers while they are written: how soon the first words are seen, and how soon the whole answer.

use std::time::Instant;

use routergram::bench::{FIRST, Mode, Spans};
use routergram::sandbox::telegram::view::Event;

use crate::bot::DEADLINE;
use crate::table::{quantiles, row};
use crate::world::World;

/// Questions that are timed one by one, each of somebody else: a chat is shown one frame a second, whatever it is of.
const ONE_BY_ONE: u32 = 200;

/// Nothing else going on: from the model's first word to the first frame, from its last one to the answer.
pub(crate) async fn frames() -> anyhow::Result<()> {
    let world = World::with(ONE_BY_ONE).await?;
    let bot = world.start(Mode::Webhook, &world.place("data"), &[]).await?;
    let (mut first, mut whole) = (Spans::new()?, Spans::new()?);
    for person in FIRST..FIRST + i64::from(ONE_BY_ONE) {
        let mut events = world.telegram.events();
        let mut gate = world.model.hold_after(1);
        world.telegram.say(person, person, "question")?;
        gate.reached().await;
        let written = Instant::now();
        seen(&mut events, |event| matches!(event, Event::Draft { .. })).await?;
        first.add(written.elapsed())?;
        let finished = Instant::now();
        gate.release();
        seen(&mut events, |event| matches!(event, Event::Message { message, .. } if message.from != person)).await?;
        whole.add(finished.elapsed())?;
    }
    row("first word written → seen", &quantiles(&first), "under 50 ms");
    row("last word written → whole answer seen, stored before", &quantiles(&whole), "under 5 ms of it waiting");
    bot.stop().await
}

/// Returns when something like this happened.
async fn seen(
    events: &mut tokio::sync::broadcast::Receiver<Event>,
    wanted: impl Fn(&Event) -> bool,
) -> anyhow::Result<()> {
    let found = async {
        loop {
            if wanted(&events.recv().await?) {
                return anyhow::Ok(());
            }
        }
    };
    tokio::time::timeout(DEADLINE, found).await?
}
