//! Three hundred people ask at the same moment, and Telegram takes thirty messages a second.

use std::time::Instant;

use routergram::sandbox::telegram::FloodLimits;

use crate::table::{note, row};
use crate::world::{FIRST, Mode, World};
use routergram::bench::{Answers, Faults};

const PEOPLE: u32 = 300;
/// What the limits allow: thirty at once, and the other 270 at thirty a second.
const ALLOWED_SECS: f64 = 9.0;
const WISHED: &str = "within 11.7 s: 1.3 × the 9 s that the limits allow";

pub(crate) async fn flood(mode: Mode) -> anyhow::Result<()> {
    let world = World::with(PEOPLE).await?;
    let bot = world.start(mode, &world.place("data"), &[]).await?;
    world.telegram.set_journal(true);
    world.telegram.set_flood_limits(Some(FloodLimits::reported()));
    let mut answers = Answers::of(&world.telegram)?;
    let start = Instant::now();
    let question = "question".to_owned();
    for person in FIRST..FIRST + i64::from(PEOPLE) {
        world.telegram.say(person, person, &question)?;
    }
    answers.are(PEOPLE).await?;
    let took = start.elapsed().as_secs_f64();
    let what = format!("{PEOPLE} at once, Telegram takes 30/s, {}: until the last answer", mode.name());
    row(&what, &format!("{took:.1} s ({:.2} × the least)", took / ALLOWED_SECS), WISHED);
    let calls = world.telegram.calls();
    let refused = calls.iter().filter(|call| call.status == 429).count();
    let drafts = calls.iter().filter(|call| call.method == "sendMessageDraft" && call.status == 200).count();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let share = 100.0 * refused as f64 / calls.len() as f64;
    row("  refused", &format!("{refused} of {} calls, {share:.1} %", calls.len()), "under 5 %");
    note("  previews shown", &drafts.to_string());
    let mut faults = Faults::default();
    for person in FIRST..FIRST + i64::from(PEOPLE) {
        faults.look(&world.telegram, person, std::slice::from_ref(&question));
    }
    row("  answers", &format!("{}, {} complaints", faults.shown(), bot.complaints()), "none");
    bot.stop().await
}
