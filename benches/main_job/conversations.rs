//! Many people, one message each in turn, as fast as the answers come: rate, memory, processor time, and what is lost.

use std::time::{Duration, Instant};

use crate::answers::{Answers, Faults};
use crate::bot::Bot;
use crate::machine::Machine;
use crate::table::{note, row};
use crate::world::{FIRST, Mode, World};

const PEOPLE: u16 = 2000;
const MESSAGES: u16 = 20_000;
/// Questions that wait for their answer at any moment: as many as Telegram delivers at once.
const OPEN: u16 = 100;
/// What is wished of the memory when other people write.
const SAME: &str = "as before: nothing grows with chats seen";
/// How long nothing happens before the memory is looked at again, and the processor time of doing nothing.
const IDLE: Duration = Duration::from_secs(10);

pub(crate) async fn conversations(mode: Mode) -> anyhow::Result<()> {
    let world = World::with(2 * PEOPLE + MESSAGES).await?;
    let bot = world.start(mode, &world.place("data"), &[]).await?;
    note(&format!("memory when ready, {}", mode.name()), &bot.memory());
    for (who, first, people, wished) in groups() {
        let machine = Machine::look(&bot);
        let took = converse(&world, first, people).await?;
        let rate = f64::from(MESSAGES) / took.as_secs_f64();
        note(&format!("{MESSAGES} updates of {who}, {}", mode.name()), &format!("{rate:.0} answers/s"));
        machine.report(&bot, MESSAGES);
        row("  answers", &faults(&world, (first, people), &bot), "none");
        row("  memory", &bot.memory(), wished);
    }
    let machine = Machine::look(&bot);
    tokio::time::sleep(IDLE).await;
    row("  memory after 10 s of nothing", &bot.memory(), "under 40 MB");
    machine.report(&bot, 10);
    bot.stop().await
}

/// Who writes: a name, the first of them, how many. Each group sends as many messages as the others. The last has ten
/// times as many chats: what grows with chats grows ten times as much there, what grows with messages does not.
fn groups() -> [(&'static str, i64, u16, &'static str); 3] {
    let others = FIRST + i64::from(PEOPLE);
    let strangers = others + i64::from(PEOPLE);
    [
        ("2,000 people", FIRST, PEOPLE, "under 40 MB"),
        ("2,000 others", others, PEOPLE, SAME),
        ("20,000 strangers", strangers, MESSAGES, SAME),
    ]
}

/// Everybody's first message, then everybody's second, with a bounded number of answers awaited.
async fn converse(world: &World, first: i64, people: u16) -> anyhow::Result<Duration> {
    let mut answers = Answers::of(&world.telegram);
    let start = Instant::now();
    for n in 0..MESSAGES + OPEN {
        if n >= OPEN {
            answers.next().await?;
        }
        if n < MESSAGES {
            let person = first + i64::from(n % people);
            world.telegram.say(person, person, &question(n / people))?;
        }
    }
    Ok(start.elapsed())
}

fn question(n: u16) -> String {
    format!("question {n}")
}

fn faults(world: &World, (first, people): (i64, u16), bot: &Bot) -> String {
    let questions: Vec<String> = (0..MESSAGES / people).map(question).collect();
    let mut faults = Faults::default();
    for person in first..first + i64::from(people) {
        faults.look(&world.telegram, person, &questions);
    }
    format!("{}, {} complaints", faults.shown(), bot.complaints())
}
