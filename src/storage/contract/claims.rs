//! What is promised of claims and of the ways to give an update back.

use futures_util::future::join_all;

use crate::clock::Timestamp;

use super::*;

promises! {
    the_first_attempt_is_number_one_and_owes_no_reply
    attempts_that_ended_with_the_process_are_counted
    the_last_attempt_is_counted_when_its_turn_has_come
    whoever_gets_on_begins_its_attempts_anew
    a_second_claim_ends_the_first
    a_claim_does_not_outlive_the_process
    a_claim_that_was_given_back_is_worth_nothing
    only_pending_updates_can_be_begun
    a_retried_update_waits_for_its_time
    forgiven_failures_are_tries_but_not_attempts
    a_failing_call_does_not_harm_the_others
    ids_are_kept_for_a_day_and_forgotten_when_asked_after_that
    what_is_owed_or_parked_is_never_purged
}

async fn the_first_attempt_is_number_one_and_owes_no_reply(world: World) {
    let begun = world.begins(1, 5).await;
    assert_eq!((begun.attempt, begun.reply), (1, None));
}

async fn attempts_that_ended_with_the_process_are_counted(mut world: World) {
    let seq = world.receives(1, 5).await;
    for attempt in 1..=3 {
        assert_eq!(world.begin(seq).await.unwrap().attempt, attempt);
        world.reopens().await;
    }
    assert_eq!(world.heads(10, &[]).await, [1], "what was claimed is pending again");
}

async fn the_last_attempt_is_counted_when_its_turn_has_come(mut world: World) {
    let seq = world.receives(1, 5).await;
    for attempt in [1, 2, 3, 3, 3] {
        assert_eq!(world.begin(seq).await.unwrap().attempt, attempt);
        world.reopens().await;
    }
    for attempt in 3..=5 {
        let begun = world.begin(seq).await.unwrap();
        assert_eq!(begun.attempt, attempt);
        if attempt == 3 {
            world.last_attempt(begun.key).await.unwrap();
        }
        world.reopens().await;
    }
}

async fn whoever_gets_on_begins_its_attempts_anew(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one", "two", "three"], None)).await.unwrap();
    for part in 0..2 {
        for attempt in 2..=3 {
            world.reopens().await;
            let again = world.begin(begun.key.seq).await.unwrap();
            assert_eq!(again.attempt, attempt);
            if attempt == 3 {
                world.last_attempt(again.key).await.unwrap();
                world.delivered(again.key, part, 77, false).await.unwrap();
            }
        }
    }
}

/// Every write that names a claim.
async fn assert_worthless(world: &World, begun: &Begun) {
    let key = begun.key;
    assert_lost(world.complete(key).await);
    assert_lost(world.last_attempt(key).await);
    assert_lost(world.retry(key, HOUR, "later", true).await);
    assert_lost(world.park(key, "it failed").await);
    assert_lost(world.undeliverable(key, "blocked").await);
    assert_lost(world.store_reply(key, reply(&["late"], Some(turn("late", "answer")))).await);
    assert_lost(world.sending(key, 0).await);
    assert_lost(world.not_sent(key, 0).await);
    assert_lost(world.delivered(key, 0, 1, true).await);
    assert!(world.conversation(lane(5), 1000, None).await.unwrap().turns.is_empty());
}

async fn a_second_claim_ends_the_first(world: World) {
    let first = world.begins(1, 5).await;
    let second = world.begin(first.key.seq).await.unwrap();
    assert!(second.key.epoch > first.key.epoch);
    assert_worthless(&world, &first).await;
    world.complete(second.key).await.unwrap();
    assert_lost(world.complete(second.key).await);
}

async fn a_claim_does_not_outlive_the_process(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.reopens().await;
    assert_worthless(&world, &begun).await;
    assert_eq!(world.begin(begun.key.seq).await.unwrap().attempt, 2);
}

async fn a_claim_that_was_given_back_is_worth_nothing(world: World) {
    let begun = world.begins(1, 5).await;
    world.retry(begun.key, Duration::ZERO, "later", true).await.unwrap();
    assert_worthless(&world, &begun).await;
}

async fn only_pending_updates_can_be_begun(world: World) {
    let finished = world.begins(1, 5).await.key;
    world.complete(finished).await.unwrap();
    let parked = world.begins(2, 5).await.key;
    world.park(parked, "it failed").await.unwrap();
    for seq in [finished.seq, parked.seq, Seq(4711)] {
        assert_lost(world.begin(seq).await);
    }
}

async fn a_retried_update_waits_for_its_time(mut world: World) {
    let key = world.begins(1, 5).await.key;
    world.retry(key, HOUR, "the model is busy", true).await.unwrap();
    world.reopens().await;
    let waiting = world.pending_in_lane(lane(5), Seq(0), 10).await.unwrap();
    let wait = waiting[0].not_before.since(waiting[0].received_at);
    assert!(wait >= HOUR && waiting[0].not_before <= world.clock.now().plus(HOUR), "{wait:?}");
    assert_eq!(world.heads(10, &[]).await, [1], "the caller schedules");
}

async fn forgiven_failures_are_tries_but_not_attempts(world: World) {
    let seq = world.receives(1, 5).await;
    for (attempt, forgive, tries) in [(1, false, 1), (2, false, 2), (3, true, 3), (1, true, 4), (1, false, 5)] {
        let begun = world.begin(seq).await.unwrap();
        assert_eq!(begun.attempt, attempt);
        assert_eq!(world.retry(begun.key, Duration::ZERO, "again", forgive).await.unwrap(), tries);
    }
    assert_eq!(world.begin(seq).await.unwrap().attempt, 2);
}

async fn a_failing_call_does_not_harm_the_others(world: World) {
    let stale = world.begins(0, 5).await.key;
    world.begin(stale.seq).await.unwrap();
    let calls = async |id: i64| {
        if id % 2 == 0 {
            assert_lost(world.complete(stale).await);
        } else {
            world.receives(id, 5).await;
        }
    };
    join_all((1..=100).map(calls)).await;
    assert_eq!(world.pending_count(BOT).await.unwrap(), 51);
}

fn now(world: &World) -> Timestamp {
    world.clock.now()
}

async fn ids_are_kept_for_a_day_and_forgotten_when_asked_after_that(world: World) {
    // More than one step of a purge, in either backend.
    let ids = 1..=1203;
    let finish = async |id| {
        let key = world.begins(id, id).await.key;
        world.complete(key).await.unwrap();
    };
    join_all(ids.clone().map(finish)).await;
    world.clock.advance(HOUR * 23);
    assert_eq!(world.purge(now(&world)).await.unwrap(), 0, "younger than a day, whatever is asked for");
    assert_eq!(world.accept(vec![update(1, 1)]).await.unwrap(), [Accepted::Duplicate]);

    world.clock.advance(HOUR * 26);
    let two_days_ago = Timestamp(now(&world).0 - 48 * 3_600_000);
    assert_eq!(world.purge(Timestamp(two_days_ago.0 - 2 * 3_600_000)).await.unwrap(), 0);
    assert_eq!(world.purge(two_days_ago).await.unwrap(), 1203);
    assert_eq!(world.purge(two_days_ago).await.unwrap(), 0);
    world.receives(1, 1).await;
}

async fn what_is_owed_or_parked_is_never_purged(world: World) {
    let waiting = world.receives(1, 5).await;
    let parked = world.begins(2, 6).await.key;
    world.park(parked, "it failed").await.unwrap();
    world.clock.advance(HOUR * 1000);
    assert_eq!(world.purge(now(&world)).await.unwrap(), 0);
    assert_eq!(world.begin(waiting).await.unwrap().attempt, 1);
    assert_eq!(world.parked(BOT, 10).await.unwrap().len(), 1);
}
