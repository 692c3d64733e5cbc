//! Answers while they are written: how soon the first words are seen, how soon the whole answer, and a thousand at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use routergram::sandbox::telegram::view::Event;

use crate::bot::DEADLINE;
use crate::machine::Machine;
use crate::table::{quantiles, row};
use crate::world::{FIRST, Mode, World};
use routergram::bench::Spans;
use routergram::bench::{Answers, Faults};

/// Questions that are timed one by one, each of somebody else: a chat is shown one frame a second, whatever it is of.
const ONE_BY_ONE: u32 = 200;
/// Answers that are written at once.
const STREAMS: u32 = 1000;
/// Between two words: 66 of them take thirteen seconds.
const WORD: Duration = Duration::from_millis(200);
/// A frame a second; one that comes half a second late is missed.
const LATE: Duration = Duration::from_millis(1500);

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

/// A thousand people at once, each answered for thirteen seconds.
pub(crate) async fn streams() -> anyhow::Result<()> {
    let world = World::with(STREAMS).await?;
    world.model.chunk_every(WORD);
    let settings = [("MAX_CONCURRENT_TURNS", "1000")];
    let bot = world.start(Mode::Webhook, &world.place("data"), &settings).await?;
    let mut answers = Answers::of(&world.telegram)?;
    let mut frames = Frames::default();
    let mut events = world.telegram.events();
    let machine = Machine::look(&bot);
    for person in FIRST..FIRST + i64::from(STREAMS) {
        world.telegram.say(person, person, "question")?;
    }
    let answered = tokio::spawn(async move { answers.are(STREAMS).await });
    while !answered.is_finished() {
        if let Ok(Ok(event)) = tokio::time::timeout(Duration::from_millis(100), events.recv()).await {
            frames.look(&event);
        }
    }
    answered.await?.context("not every stream came to its end")?;
    row(&format!("{STREAMS} answers written at once: memory"), &bot.memory(), "most under 150 MB");
    let late = format!("{} of {} frames more than half a second late", frames.late, frames.shown);
    row("  frames", &late, "none");
    machine.report(&bot, STREAMS);
    let mut faults = Faults::default();
    for person in FIRST..FIRST + i64::from(STREAMS) {
        faults.look(&world.telegram, person, &["question".to_owned()]);
    }
    row("  answers", &format!("{}, {} complaints", faults.shown(), bot.complaints()), "none");
    bot.stop().await
}

/// The frames of all chats.
#[derive(Default)]
struct Frames {
    last: HashMap<i64, Instant>,
    shown: usize,
    late: usize,
}

impl Frames {
    fn look(&mut self, event: &Event) {
        let Event::Draft { chat, .. } = event else { return };
        let now = Instant::now();
        self.shown += 1;
        if let Some(before) = self.last.insert(*chat, now) {
            self.late += usize::from(now.duration_since(before) > LATE);
        }
    }
}
