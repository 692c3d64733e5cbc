//! What is promised of open lines, of the sums, and of budgets.

use crate::storage::{Books, NewCharge, Price, Spent};

use super::*;

promises! {
    a_line_that_was_opened_is_completed_by_its_answer
    a_line_that_comes_after_its_answer_changes_nothing
    a_line_that_a_dead_process_had_opened_is_looked_up_a_moment_later
    a_line_counts_once_its_model_or_its_cost_is_known
    sums_are_of_the_day_on_which_was_asked_and_survive_a_restart
    what_is_reserved_counts_until_the_cost_is_known_or_given_up
    each_bot_has_its_own_books
    a_budget_is_the_last_that_was_given
    what_a_dead_process_had_begun_and_not_entered_is_in_doubt
}

const TODAY: Day = Day(20_000);

fn bill(reserved_micro_usd: i64) -> Bill {
    Bill { payer: 99, day: TODAY, reserved_micro_usd }
}

/// The line of the generation whose answer is `turn("q", …)`.
fn begun(seq: Seq) -> NewCharge {
    NewCharge { generation_id: "gen-q".to_owned(), lane: lane(5), seq, bill: bill(5_000), look_after: HOUR }
}

async fn books(world: &World) -> Books {
    world.books(BOT, TODAY).await.unwrap()
}

async fn spent(world: &World) -> Vec<Spent> {
    world.spent(BOT, 99, TODAY).await.unwrap()
}

fn one_answer(unpriced: u64, cost_micro_usd: i64) -> Spent {
    let model = "a/model".to_owned();
    Spent { day: TODAY, model, answers: 1, unpriced, prompt_tokens: 10, completion_tokens: 20, cost_micro_usd }
}

async fn a_line_that_was_opened_is_completed_by_its_answer(world: World) {
    let key = world.begins(1, 5).await.key;
    world.open_charge(begun(key.seq)).await.unwrap();
    world.open_charge(begun(key.seq)).await.unwrap();
    let open = world.next_open_charge(BOT).await.unwrap().unwrap();
    assert_eq!((open.generation_id.as_str(), open.update_id, open.looks), ("gen-q", Some(1), 0));
    assert_eq!(open.look_at.since(open.charged_at), HOUR);
    assert_eq!(books(&world).await.open, [("gen-q".to_owned(), bill(5_000))]);
    world.store_reply(key, reply(&["an answer"], Some(turn("q", "a")))).await.unwrap();
    assert_eq!(world.next_open_charge(BOT).await.unwrap(), None);
    assert_eq!((books(&world).await.open, spent(&world).await), (vec![], vec![one_answer(0, 300)]));
    assert!(!world.settle("gen-q", Price { cost_micro_usd: 900, ..Price::default() }).await.unwrap());
}

async fn a_line_that_comes_after_its_answer_changes_nothing(world: World) {
    let key = world.begins(1, 5).await.key;
    world.store_reply(key, reply(&["an answer"], Some(turn("q", "a")))).await.unwrap();
    world.open_charge(begun(key.seq)).await.unwrap();
    assert_eq!(world.next_open_charge(BOT).await.unwrap(), None);
    assert_eq!(spent(&world).await, [one_answer(0, 300)]);
}

async fn a_line_that_a_dead_process_had_opened_is_looked_up_a_moment_later(mut world: World) {
    let seq = world.begins(1, 5).await.key.seq;
    world.open_charge(begun(seq)).await.unwrap();
    world.reopens().await;
    let open = world.next_open_charge(BOT).await.unwrap().unwrap();
    assert!(open.look_at.since(world.clock.now()) <= Duration::from_secs(1));
    world.settle_later("gen-q", HOUR).await.unwrap();
    world.reopens().await;
    let later = world.next_open_charge(BOT).await.unwrap().unwrap();
    assert!(later.look_at > open.look_at.plus(HOUR / 2), "its own schedule goes on");
}

async fn a_line_counts_once_its_model_or_its_cost_is_known(world: World) {
    let key = world.begins(1, 5).await.key;
    world.open_charge(begun(key.seq)).await.unwrap();
    assert_eq!(spent(&world).await, []);
    let finished = turn("q", "half an");
    let usage = finished.usage.clone().map(|usage| UsageRecord { cost_micro_usd: None, ..usage });
    world.store_reply(key, reply(&[], Some(FinishedTurn { usage, ..finished }))).await.unwrap();
    assert_eq!(spent(&world).await, [one_answer(1, 0)]);
    assert!(world.settle("gen-q", Price { cost_micro_usd: 7, ..Price::default() }).await.unwrap());
    assert_eq!(spent(&world).await, [one_answer(0, 7)]);
}

async fn sums_are_of_the_day_on_which_was_asked_and_survive_a_restart(mut world: World) {
    for (update_id, day) in [(1, 19_999), (2, 20_000), (3, 20_000), (4, 20_001)] {
        let finished = turn(&update_id.to_string(), "a");
        let bill = Bill { day: Day(day), ..bill(0) };
        let usage = finished.usage.clone().map(|usage| UsageRecord { bill, ..usage });
        world.answers(update_id, 5, FinishedTurn { usage, ..finished }).await;
    }
    world.reopens().await;
    let sums: Vec<_> = spent(&world).await.iter().map(|sum| (sum.day, sum.answers, sum.cost_micro_usd)).collect();
    assert_eq!(sums, [(Day(20_000), 2, 600), (Day(20_001), 1, 300)]);
    assert_eq!(books(&world).await.spent, [(99, 600)]);
}

async fn what_is_reserved_counts_until_the_cost_is_known_or_given_up(world: World) {
    for update_id in 1..=2 {
        let seq = world.begins(update_id, update_id).await.key.seq;
        let generation_id = format!("gen-{update_id}");
        world.open_charge(NewCharge { generation_id, ..begun(seq) }).await.unwrap();
    }
    assert_eq!(books(&world).await.open.len(), 2);
    assert!(world.settle("gen-1", Price { cost_micro_usd: 4, ..Price::default() }).await.unwrap());
    assert_eq!(books(&world).await.open, [("gen-2".to_owned(), bill(5_000))]);
    world.settle_never("gen-2").await.unwrap();
    let books = books(&world).await;
    assert_eq!((books.open, books.spent), (vec![], vec![(99, 4)]));
}

async fn each_bot_has_its_own_books(world: World) {
    world.answers(1, 5, turn("q", "a")).await;
    world.set_budget(BOT, 99, Some(5)).await.unwrap();
    assert_eq!(world.books(BOT + 1, TODAY).await.unwrap(), Books::default());
    assert_eq!(world.spent(BOT + 1, 99, TODAY).await.unwrap(), []);
    assert_eq!(world.spent(BOT, 98, TODAY).await.unwrap(), [], "nor are they anybody else's");
}

async fn a_budget_is_the_last_that_was_given(mut world: World) {
    world.set_budget(BOT, 99, Some(5)).await.unwrap();
    world.set_budget(BOT, 99, Some(0)).await.unwrap();
    world.set_budget(BOT, 98, Some(7)).await.unwrap();
    world.reopens().await;
    let mut budgets = books(&world).await.budgets;
    budgets.sort_unstable();
    assert_eq!(budgets, [(98, 7), (99, 0)]);
    world.set_budget(BOT, 99, None).await.unwrap();
    assert_eq!(books(&world).await.budgets, [(98, 7)]);
}

async fn what_a_dead_process_had_begun_and_not_entered_is_in_doubt(mut world: World) {
    let entered = world.begins(1, 1).await.key.seq;
    world.open_charge(begun(entered)).await.unwrap();
    world.begins(2, 2).await;
    let given_back = world.begins(3, 3).await.key;
    world.retry(given_back, HOUR, "later", true).await.unwrap();
    assert_eq!(books(&world).await.in_doubt, 0, "whoever lives knows");
    world.reopens().await;
    assert_eq!(books(&world).await.in_doubt, 1);
}
