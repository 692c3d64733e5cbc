//! What an update pays for limits and budgets: its message is counted, the most that its answer may cost is kept back from
//! its sender's budget and from everybody's, and what it did cost takes the place of that.
//!
//! What the store does for it is part of commits that are made anyway.

use routergram::clock::Clock;
use routergram::config::MoneyConfig;
use routergram::limits::Limits;
use routergram::money::{Money, Verdict, Worst};
use routergram::storage::Seq;

use crate::store::Open;
use crate::subject::Work;
use crate::updates::BOT;

const PEOPLE: i64 = 10_000;
/// A tenth of a cent, and a budget that nobody comes to the end of.
const MOST: i64 = 1000;
const BUDGET: i64 = 1 << 40;

pub(crate) fn update() -> Work {
    let (store, clock) = (Open::new(), Clock::system());
    let config = MoneyConfig { user_daily_micro_usd: Some(BUDGET), daily_micro_usd: Some(BUDGET * PEOPLE) };
    let opening = Money::open(store.storage.clone(), clock.clone(), BOT, config);
    let money = store.runtime.block_on(opening).expect("the books are read");
    let now = clock.now().as_secs();
    let (limits, mut update) = (Limits::new(Some(u32::MAX), &[], now), 0);
    let mut one = move || {
        update += 1;
        let person = update % PEOPLE;
        limits.message(person, Seq(update), now);
        let verdict = store.runtime.block_on(money.reserve(person, Worst::AtMost(MOST))).expect("the store is there");
        let Verdict::Granted(mut reservation) = verdict else { unreachable!("there is money") };
        reservation.begins(&format!("gen-{update}"));
        reservation.ends(Some(MOST / 10));
    };
    // Everybody has written before: what is measured is an update and not a first one.
    (0..PEOPLE).for_each(|_| one());
    Box::new(one)
}
