//! Everybody asks at the same moment: a hundred people whose model takes a second, and a thousand who are answered for
//! thirteen seconds each.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::answers::Answers;
use super::faults::Faults;
use super::people::FIRST;
use super::report::{Figure, Unit, Wish};
use super::spans::Spans;
use super::subject::Subject;
use super::world::{Place, World};
use crate::sandbox::telegram::view::Event;

/// A frame a second; one that comes half a second late is missed.
const LATE: Duration = Duration::from_millis(1500);
/// Between two words of a slow answer: 66 of them take thirteen seconds.
pub(super) const WORD: Duration = Duration::from_millis(200);

/// So many at once, so often. The first time no connection is open yet; later there are those that were left.
pub(super) async fn burst(subject: &Subject, place: &Place, people: u32, rounds: u32) -> anyhow::Result<Vec<Figure>> {
    let world = World::with(people, place).await?;
    world.model.first_delta_after(Duration::from_secs(1));
    let running = world.start(subject, &[]).await?;
    let (mut answers, mut last) = (Answers::of(&world.telegram)?, Spans::new()?);
    let before = running.moment();
    for round in 0..rounds {
        let start = Instant::now();
        ask_all(&mut answers, people, &question(round))?;
        answers.are(people).await?;
        last.add(start.elapsed())?;
    }
    let used = before.used(running.process.pid());
    let mut figures = vec![
        Figure::of("last_answer_p50", "until the last answer, median", Unit::Millis, last.millis(0.5))
            .wish(Wish::AtMost(1300.0)),
        Figure::of("last_answer_max", "until the last answer, worst round", Unit::Millis, last.millis(1.0)),
    ];
    figures.extend(Figure::quantiles("answer", "question → whole answer", &answers.waits, None));
    figures.push(Figure::of("peak_memory", "peak memory", Unit::Megabytes, running.most_memory()));
    let asked: Vec<String> = (0..rounds).map(question).collect();
    figures.extend(Figure::faults(&look_at_all(&world, people, &asked)));
    figures.extend(Figure::shares(&used, world.cores));
    Ok(figures)
}

/// So many answers that are written at once, a word at a time.
pub(super) async fn streams(
    subject: &Subject,
    place: &Place,
    people: u32,
    pause: Duration,
) -> anyhow::Result<Vec<Figure>> {
    let world = World::with(people, place).await?;
    world.answers_at_length();
    world.model.chunk_every(pause);
    let turns = people.to_string();
    let running = world.start(subject, &[("MAX_CONCURRENT_TURNS", &turns)]).await?;
    let mut answers = Answers::of(&world.telegram)?;
    let mut frames = Frames::default();
    let before = running.moment();
    ask_all(&mut answers, people, &question(0))?;
    for _ in 0..people {
        answers.next_and(|event| frames.look(event)).await?;
    }
    let used = before.used(running.process.pid());
    let each = used.program.map(|used| used.as_secs_f64() * 1e6 / f64::from(people));
    let mut figures = vec![
        Figure::of("peak_memory", "peak memory", Unit::Megabytes, running.most_memory()).wish(Wish::AtMost(150.0)),
        Figure::of("cpu_per_update", "processor time an update", Unit::Micros, each),
    ];
    figures.extend(Figure::quantiles("answer", "question → whole answer", &answers.waits, None));
    if subject.ours {
        figures.push(Figure::of("frames", "frames shown meanwhile", Unit::Count, Some(f64::from(frames.shown))));
        let late = Figure::of("frames_late", "frames half a second late", Unit::Count, Some(f64::from(frames.late)));
        figures.push(late.wish(Wish::AtMost(0.0)));
    }
    figures.extend(Figure::faults(&look_at_all(&world, people, &[question(0)])));
    figures.extend(Figure::shares(&used, world.cores));
    Ok(figures)
}

fn ask_all(answers: &mut Answers, people: u32, question: &str) -> anyhow::Result<()> {
    (FIRST..FIRST + i64::from(people)).try_for_each(|person| answers.ask(person, question))
}

fn question(round: u32) -> String {
    format!("question {round}")
}

fn look_at_all(world: &World, people: u32, asked: &[String]) -> Faults {
    let mut faults = Faults::default();
    for person in FIRST..FIRST + i64::from(people) {
        faults.look(&world.telegram, person, asked);
    }
    faults
}

/// The frames of all chats.
#[derive(Default)]
struct Frames {
    last: HashMap<i64, Instant>,
    shown: u32,
    late: u32,
}

impl Frames {
    fn look(&mut self, event: &Event) {
        let Event::Draft { chat, .. } = event else { return };
        let now = Instant::now();
        self.shown += 1;
        if let Some(before) = self.last.insert(*chat, now) {
            self.late += u32::from(now.duration_since(before) > LATE);
        }
    }
}
