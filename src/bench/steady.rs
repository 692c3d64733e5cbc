//! An open loop: questions come when they are due, whether or not earlier ones were answered, and the model takes two
//! seconds for each. What an answer is waited for counts from when its question was due, so a stall is felt by all that
//! were due meanwhile.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::answers::Answers;
use super::faults::Faults;
use super::people::FIRST;
use super::report::{Figure, Unit, Wish};
use super::spans::Spans;
use super::subject::Subject;
use super::world::{Place, World};

/// So that nobody asks again before the last answer is there: four seconds of questions.
const SECONDS_BETWEEN: u32 = 4;
/// The model's.
pub(super) const LATENCY: Duration = Duration::from_secs(2);

/// So many a second, for so many seconds.
pub(super) async fn steady(
    subject: &Subject,
    place: &Place,
    per_second: u32,
    seconds: u32,
) -> anyhow::Result<Vec<Figure>> {
    let (people, updates) = (per_second * SECONDS_BETWEEN, per_second * seconds);
    let world = World::with(people, place).await?;
    world.model.first_delta_after(LATENCY);
    // As many are being answered at once as come in two seconds; room for twice as many.
    let turns = (per_second * 4).to_string();
    let running = world.start(subject, &[("MAX_CONCURRENT_TURNS", &turns)]).await?;
    let mut answers = Answers::of(&world.telegram)?;
    let _ = world.telegram.take_acks();
    let before = running.moment();
    let (due, mut questions) = mpsc::unbounded_channel();
    // A thread of its own wakes up more exactly than a timer of the runtime does.
    let pacemaker = std::thread::spawn(move || pace(&due, per_second, updates));
    let mut answered = 0;
    while answered < updates {
        tokio::select! {
            Some((n, moment)) = questions.recv() => {
                answers.ask_since(FIRST + i64::from(n % people), &question(n / people), moment)?;
            }
            came = answers.next() => {
                came?;
                answered += 1;
            }
        }
    }
    let used = before.used(running.process.pid());
    anyhow::ensure!(pacemaker.join().is_ok(), "the pace was lost");
    let mut acks = Spans::new()?;
    world.telegram.take_acks().into_iter().try_for_each(|ack| acks.add(ack))?;
    let each = used.program.map(|used| used.as_secs_f64() * 1e6 / f64::from(updates));
    let mut figures = Figure::quantiles("ack", "post → 200", &acks, Some(10.0));
    figures.extend(Figure::quantiles("answer", "question due → whole answer", &answers.waits, None));
    figures.push(
        Figure::of("cpu_per_update", "processor time an update", Unit::Micros, each).wish(Wish::RatioAtMost(1.5)),
    );
    figures.push(Figure::of("peak_memory", "peak memory", Unit::Megabytes, running.most_memory()));
    let mut faults = Faults::default();
    for person in 0..people.min(updates) {
        let asked: Vec<String> = (0..(updates - person).div_ceil(people)).map(question).collect();
        faults.look(&world.telegram, FIRST + i64::from(person), &asked);
    }
    figures.extend(Figure::faults(&faults));
    figures.extend(Figure::shares(&used, world.cores));
    Ok(figures)
}

fn question(n: u32) -> String {
    format!("question {n}")
}

/// Says of each question when it is due, at that moment.
fn pace(due: &mpsc::UnboundedSender<(u32, Instant)>, per_second: u32, updates: u32) {
    let start = Instant::now() + Duration::from_millis(100);
    for n in 0..updates {
        let moment = start + Duration::from_secs(1) * n / per_second;
        std::thread::sleep(moment.saturating_duration_since(Instant::now()));
        if due.send((n, moment)).is_err() {
            return;
        }
    }
}
