//! As many answers as there can be: 20,000 updates of 2,000 people, a hundred of them open at any time, with a model that
//! answers at once.
//!
//! A closed loop, as Telegram's deliveries are: it brings a hundred updates at a time, and the next when one was taken.

use super::answers::Answers;
use super::faults::Faults;
use super::machine::Used;
use super::people::FIRST;
use super::report::{Figure, Unit, Wish};
use super::spans::Spans;
use super::subject::{METRICS, Running, Subject};
use super::world::{Place, World};

/// How much is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) people: u32,
    pub(super) updates: u32,
    pub(super) open: u32,
    /// Is an answer 66 words long?
    pub(super) long: bool,
}

/// Measures it.
pub(super) async fn sustained(subject: &Subject, place: &Place, load: Load) -> anyhow::Result<Vec<Figure>> {
    let world = World::with(load.people, place).await?;
    if load.long {
        world.answers_at_length();
    }
    let running = world.start(subject, &[]).await?;
    let measured = converse(&world, &running, load).await?;
    let mut figures = measured.figures(&world, load);
    figures.push(
        Figure::of("peak_memory", "peak memory", Unit::Megabytes, running.most_memory()).wish(Wish::AtMost(40.0)),
    );
    drop(running);
    if subject.ours {
        // Counted by the program itself, in a run of its own: where nobody reads the counts, it does not count.
        let counting = Load { updates: load.updates / 10, ..load };
        let world = World::with(counting.people, place).await?;
        let running = world.start(subject, &[METRICS]).await?;
        let before = running.syncs().await?;
        converse(&world, &running, counting).await?;
        let syncs = (running.syncs().await? - before) / f64::from(counting.updates);
        figures.push(Figure::of("syncs_per_update", "fsyncs of the store an update", Unit::Each, Some(syncs)));
    }
    Ok(figures)
}

/// What a conversation came to.
pub(super) struct Measured {
    answers: Answers,
    used: Used,
    acks: Spans,
}

/// Everybody's first message, then everybody's second, with a bounded number of answers awaited.
pub(super) async fn converse(world: &World, running: &Running, load: Load) -> anyhow::Result<Measured> {
    let mut answers = Answers::of(&world.telegram)?;
    let _ = world.telegram.take_acks();
    let before = running.moment();
    for n in 0..load.updates + load.open {
        if n >= load.open {
            answers.next().await?;
        }
        if n < load.updates {
            answers.ask(FIRST + i64::from(n % load.people), &question(n / load.people))?;
        }
    }
    let used = before.used(running.process.pid());
    let mut acks = Spans::new()?;
    for ack in world.telegram.take_acks() {
        acks.add(ack)?;
    }
    Ok(Measured { answers, used, acks })
}

fn question(n: u32) -> String {
    format!("question {n}")
}

impl Measured {
    /// Rate, processor time and faults alone, each under a label: one of several measured in the same way.
    pub(super) fn brief(&self, world: &World, load: Load, label: &str) -> Vec<Figure> {
        let wanted = |figure: &Figure| figure.is_one_of(&["answers_per_second", "cpu_per_update", "answer_p99"]);
        let figures: Vec<Figure> = self.figures(world, load).into_iter().filter(wanted).collect();
        let faults = look_at_all(world, load);
        let amiss = u32::try_from(faults.lost + faults.doubled + faults.out_of_order).map_or(f64::INFINITY, f64::from);
        let amiss = Figure::of("amiss", "lost, doubled, out of order", Unit::Count, Some(amiss));
        let named = figures.into_iter().map(|figure| figure.under(label));
        named.chain([amiss.under(label).wish(Wish::AtMost(0.0))]).collect()
    }

    fn figures(&self, world: &World, load: Load) -> Vec<Figure> {
        let rate = f64::from(load.updates) / self.used.wall.as_secs_f64();
        let each = self.used.program.map(|used| used.as_secs_f64() * 1e6 / f64::from(load.updates));
        let mut figures = vec![
            Figure::of("answers_per_second", "answers a second", Unit::PerSecond, Some(rate))
                .wish(Wish::RatioAtLeast(1.0)),
            Figure::of("cpu_per_update", "processor time an update", Unit::Micros, each).wish(Wish::RatioAtMost(1.5)),
        ];
        figures.extend(Figure::quantiles("ack", "post → 200", &self.acks, None));
        figures.extend(Figure::quantiles("answer", "question → whole answer", &self.answers.waits, None));
        figures.extend(Figure::faults(&look_at_all(world, load)));
        figures.extend(Figure::shares(&self.used, world.cores));
        figures
    }
}

fn look_at_all(world: &World, load: Load) -> Faults {
    let mut faults = Faults::default();
    for person in 0..load.people.min(load.updates) {
        let asked = (load.updates - person).div_ceil(load.people);
        let questions: Vec<String> = (0..asked).map(question).collect();
        faults.look(&world.telegram, FIRST + i64::from(person), &questions);
    }
    faults
}
