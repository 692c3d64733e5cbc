//! Waiting for a turn, leaving, and handing on the lead.

use super::super::{Scheduler, Ticket};
use super::*;
use crate::clock::Clock;

async fn soon<T>(wanted: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), wanted).await.expect("waited in vain")
}

fn ended(mut ticket: Ticket, outcome: Outcome) {
    ticket.used();
    ticket.ends(outcome);
}

async fn go(scheduler: &Scheduler, wish: Wish) -> Ticket {
    soon(scheduler.ticket(wish)).await.unwrap_or_else(|rest| panic!("blocked for {rest:?}"))
}

#[tokio::test]
async fn those_who_wait_go_when_the_block_is_over_and_one_after_the_other() {
    let clock = Clock::movable();
    let scheduler = Scheduler::new(clock.clone(), None);
    ended(go(&scheduler, answer(ANNA)).await, Outcome::TooMany(Duration::from_secs(4)));
    let wait = || async { ended(go(&scheduler, answer(ANNA)).await, Outcome::Taken) };
    let others = async {
        ended(go(&scheduler, answer(BORIS)).await, Outcome::Taken);
        clock.advance(Duration::from_secs(4));
    };
    soon(async { tokio::join!(wait(), wait(), wait(), others) }).await;
}

#[tokio::test]
async fn a_long_block_is_told_at_once() {
    let scheduler = Scheduler::new(Clock::movable(), None);
    ended(go(&scheduler, answer(ANNA)).await, Outcome::TooMany(Duration::from_mins(5)));
    let Err(rest) = soon(scheduler.ticket(answer(ANNA))).await else { panic!("it is blocked") };
    assert!(rest > Duration::from_secs(290), "{rest:?}");
}

#[tokio::test]
async fn the_lead_is_handed_on_when_the_first_gives_up() {
    let clock = Clock::movable();
    let scheduler = Scheduler::new(clock.clone(), Some(1));
    ended(go(&scheduler, answer(1)).await, Outcome::Taken);
    let mut first = Box::pin(scheduler.ticket(answer(ANNA)));
    let mut second = Box::pin(scheduler.ticket(answer(BORIS)));
    let polled = std::future::poll_fn(|context| {
        let waits = first.as_mut().poll(context).is_pending() && second.as_mut().poll(context).is_pending();
        std::task::Poll::Ready(waits)
    });
    assert!(polled.await);
    drop(first);
    clock.advance(Duration::from_secs(1));
    assert!(soon(second).await.is_ok());
    assert_eq!(scheduler.0.desk().book.sizes().0, 0);
    assert!(scheduler.0.desk().waiting.is_empty());
}

#[tokio::test]
async fn a_turn_that_was_granted_and_never_fetched_goes_to_the_next() {
    let clock = Clock::movable();
    let scheduler = Scheduler::new(clock.clone(), Some(1));
    let held = go(&scheduler, answer(1)).await;
    let mut first = Box::pin(scheduler.ticket(answer(ANNA)));
    let mut second = Box::pin(scheduler.ticket(answer(BORIS)));
    let polled = std::future::poll_fn(|context| {
        let waits = first.as_mut().poll(context).is_pending() && second.as_mut().poll(context).is_pending();
        std::task::Poll::Ready(waits)
    });
    assert!(polled.await);
    // Not used, so its second is the first one's: who is told, but does not come any more.
    drop(held);
    drop(first);
    assert!(soon(second).await.is_ok());
}

#[tokio::test]
async fn a_call_that_was_dropped_on_its_way_is_over() {
    let clock = Clock::movable();
    let scheduler = Scheduler::new(clock.clone(), None);
    let mut held = Vec::new();
    for chat in 0..16 {
        let mut ticket = go(&scheduler, answer(chat)).await;
        ticket.used();
        held.push(ticket);
    }
    let next = scheduler.ticket(answer(ANNA));
    let dropped = async { drop(held) };
    let (next, ()) = soon(async { tokio::join!(next, dropped) }).await;
    assert!(next.is_ok());
}

#[tokio::test]
async fn without_limits_a_turn_costs_nothing_to_speak_of() {
    let scheduler = Scheduler::new(Clock::movable(), None);
    for chat in 0..1000 {
        // Ready when it is looked at for the first time: nothing is waited for, no other task is involved.
        let ticket = futures_util::FutureExt::now_or_never(scheduler.ticket(answer(chat)));
        let Some(Ok(ticket)) = ticket else { panic!("it waits") };
        ended(ticket, Outcome::Taken);
    }
}
