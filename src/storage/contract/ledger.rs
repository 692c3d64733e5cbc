//! What is promised of costs that were not told with the answer.

use crate::storage::{OpenCharge, Price};

use super::*;

promises! {
    a_cost_that_was_told_is_never_looked_up
    a_cost_that_was_not_told_is_looked_up_a_moment_later_also_after_a_restart
    a_settled_cost_is_final_and_fills_in_what_is_missing
    a_look_in_vain_is_counted_and_the_longest_due_comes_first
    what_is_given_up_stays_without_a_cost
    each_bot_has_its_own_open_lines
    a_line_left_open_is_announced
}

/// An answer whose end was not told.
fn open(question: &str) -> FinishedTurn {
    let finished = turn(question, "half an");
    let usage = finished.usage.map(|usage| UsageRecord {
        model: String::new(),
        prompt_tokens: 0,
        completion_tokens: 0,
        cost_micro_usd: None,
        ..usage
    });
    FinishedTurn { complete: false, usage, ..finished }
}

fn price(cost_micro_usd: i64) -> Price {
    Price { cost_micro_usd, model: Some("b/model".to_owned()), prompt_tokens: Some(7), completion_tokens: Some(8) }
}

async fn next(world: &World) -> Option<OpenCharge> {
    world.next_open_charge(BOT).await.unwrap()
}

async fn next_id(world: &World) -> Option<String> {
    next(world).await.map(|open| open.generation_id)
}

async fn a_cost_that_was_told_is_never_looked_up(world: World) {
    world.answers(1, 5, turn("q", "a")).await;
    assert_eq!(next(&world).await, None);
    assert!(!world.settle("gen-q", price(1)).await.unwrap(), "it was told, and stays");
    assert!(!world.settle("gen-of-nobody", price(1)).await.unwrap());
}

async fn a_cost_that_was_not_told_is_looked_up_a_moment_later_also_after_a_restart(mut world: World) {
    world.answers(1, 5, open("q")).await;
    world.reopens().await;
    let open = next(&world).await.unwrap();
    assert_eq!((open.generation_id.as_str(), open.update_id, open.looks), ("gen-q", Some(1), 0));
    let pause = open.look_at.since(open.charged_at);
    assert!(pause > Duration::ZERO && pause <= Duration::from_secs(2), "{pause:?}");
}

async fn a_settled_cost_is_final_and_fills_in_what_is_missing(world: World) {
    world.answers(1, 5, open("q")).await;
    assert!(world.settle("gen-q", price(300)).await.unwrap());
    assert_eq!(next(&world).await, None);
    assert!(!world.settle("gen-q", price(900)).await.unwrap(), "once");
    world.settle_later("gen-q", HOUR).await.unwrap();
    assert_eq!(next(&world).await, None, "nothing opens it again");
}

async fn a_look_in_vain_is_counted_and_the_longest_due_comes_first(world: World) {
    world.answers(1, 5, open("q1")).await;
    world.answers(2, 5, open("q2")).await;
    world.settle_later("gen-q1", HOUR).await.unwrap();
    assert_eq!(next_id(&world).await.as_deref(), Some("gen-q2"));
    world.settle_later("gen-q2", 2 * HOUR).await.unwrap();
    let first = next(&world).await.unwrap();
    assert_eq!((first.generation_id.as_str(), first.looks), ("gen-q1", 1));
    assert!(first.look_at.since(first.charged_at) >= HOUR);
}

async fn what_is_given_up_stays_without_a_cost(world: World) {
    world.answers(1, 5, open("q1")).await;
    world.settle_never("gen-q1").await.unwrap();
    assert_eq!(next(&world).await, None);
    world.answers(2, 5, open("q2")).await;
    world.clock.advance(HOUR);
    world.answers(3, 5, open("q3")).await;
    let half_an_hour_ago = world.clock.now().minus(HOUR / 2);
    assert_eq!(world.settle_never_before(BOT, half_an_hour_ago).await.unwrap(), 1);
    assert_eq!(next_id(&world).await.as_deref(), Some("gen-q3"));
}

async fn each_bot_has_its_own_open_lines(world: World) {
    world.answers(1, 5, open("q")).await;
    assert_eq!(world.next_open_charge(BOT + 1).await.unwrap(), None);
    assert_eq!(world.settle_never_before(BOT + 1, world.clock.now().plus(HOUR)).await.unwrap(), 0);
    assert!(next(&world).await.is_some());
}

async fn a_line_left_open_is_announced(world: World) {
    world.answers(1, 5, open("q1")).await;
    // Nobody listened.
    world.charge_left_open().await;
    let (opened, ()) = tokio::join!(
        async {
            world.charge_left_open().await;
            next(&world).await.is_some()
        },
        world.answers(2, 5, open("q2"))
    );
    assert!(opened);
}
