//! What is promised of updates that come in and wait.

use std::collections::{BTreeMap, HashSet};

use futures_util::future::join_all;

use super::*;

promises! {
    updates_wait_in_the_order_of_acceptance
    an_update_is_stored_once_and_its_first_content_stays
    of_a_hundred_parallel_repetitions_one_is_new
    two_bots_may_use_the_same_update_id
    what_was_accepted_is_there_after_a_restart
    an_unreadable_update_is_parked
    updates_without_an_id_are_parked_each
    parked_updates_are_listed_latest_first
    each_lane_shows_its_first_update_and_the_longest_waiting_lane_comes_first
    excluded_lanes_are_left_out_and_do_not_use_up_the_limit
    control_updates_and_topics_are_lanes_of_their_own
    the_next_update_of_a_lane_takes_the_place_of_a_finished_one
    a_lane_is_listed_from_any_point
    what_waits_is_counted_and_its_age_is_known
    what_was_done_lately_is_counted_by_chat
    ten_thousand_updates_of_a_hundred_senders_are_all_stored_in_order
    the_heads_are_right_whatever_happened
}

async fn updates_wait_in_the_order_of_acceptance(world: World) {
    let accepted = world.accept(vec![update(3, 1), update(1, 1), update(2, 1)]).await.unwrap();
    let seqs: Vec<_> = accepted.iter().map(|one| if let Accepted::New(seq) = one { seq.0 } else { 0 }).collect();
    assert!(seqs.is_sorted() && seqs[0] > 0, "{seqs:?}");
    let waiting = world.pending_in_lane(lane(1), Seq(0), 10).await.unwrap();
    assert_eq!(ids(&waiting), [3, 1, 2]);
    assert_eq!(waiting[0].raw, r#"{"update_id":3}"#);
    assert_eq!(waiting[0].not_before, crate::clock::Timestamp(0));
}

async fn an_update_is_stored_once_and_its_first_content_stays(world: World) {
    let key = world.begins(1, 5).await.key;
    let other = NewUpdate { raw: "other".to_owned(), ..update(1, 6) };
    let accepted = world.accept(vec![other.clone(), update(2, 5), update(2, 5)]).await.unwrap();
    assert_eq!((accepted[0], accepted[2]), (Accepted::Duplicate, Accepted::Duplicate));
    assert!(matches!(accepted[1], Accepted::New(_)));
    assert_eq!(world.pending_in_lane(lane(5), Seq(0), 10).await.unwrap()[0].raw, r#"{"update_id":1}"#);

    world.complete(key).await.unwrap();
    assert_eq!(world.accept(vec![other]).await.unwrap(), [Accepted::Duplicate]);
    assert_eq!(world.pending_count(BOT).await.unwrap(), 1);
}

async fn of_a_hundred_parallel_repetitions_one_is_new(world: World) {
    let all = join_all((0..100).map(|_| world.accept(vec![update(1, 5)]))).await;
    let new = all.into_iter().filter(|one| matches!(one.as_ref().unwrap()[..], [Accepted::New(_)])).count();
    assert_eq!(new, 1);
    assert_eq!(world.pending_count(BOT).await.unwrap(), 1);
}

async fn two_bots_may_use_the_same_update_id(world: World) {
    let other = NewUpdate { lane: Lane { bot: 2, ..lane(5) }, ..update(1, 5) };
    let accepted = world.accept(vec![update(1, 5), other]).await.unwrap();
    assert!(accepted.iter().all(|one| matches!(one, Accepted::New(_))));
    assert_eq!((world.pending_count(BOT).await.unwrap(), world.pending_count(2).await.unwrap()), (1, 1));
    assert_eq!(world.heads(10, &[]).await.len(), 1);
}

async fn what_was_accepted_is_there_after_a_restart(mut world: World) {
    let seq = world.receives(1, 5).await;
    let before = world.pending_in_lane(lane(5), Seq(0), 10).await.unwrap();
    world.reopens().await;
    assert_eq!(world.pending_in_lane(lane(5), Seq(0), 10).await.unwrap(), before);
    assert!(world.receives(2, 5).await > seq);
}

async fn an_unreadable_update_is_parked(world: World) {
    let odd = NewUpdate { unreadable: Some("nested too deep".to_owned()), ..update(1, 5) };
    let accepted = world.accept(vec![odd.clone()]).await.unwrap();
    let [Accepted::Parked(seq)] = accepted[..] else { panic!("not parked: {accepted:?}") };
    let parked = world.parked(BOT, 10).await.unwrap();
    assert_eq!((parked[0].seq, parked[0].update_id, &*parked[0].reason), (seq, Some(1), "nested too deep"));
    assert!(parked[0].received_at <= world.clock.now() && parked[0].received_at.0 > 0);
    assert_eq!(world.pending_count(BOT).await.unwrap(), 0);
    assert_eq!(world.accept(vec![odd]).await.unwrap(), [Accepted::Duplicate]);
    // It does not stand in the way of its lane.
    world.receives(2, 5).await;
    assert_eq!(world.heads(10, &[]).await, [2]);
}

async fn updates_without_an_id_are_parked_each(world: World) {
    let nameless = NewUpdate { update_id: None, ..update(0, 5) };
    let accepted = world.accept(vec![nameless.clone(), nameless]).await.unwrap();
    assert!(accepted.iter().all(|one| matches!(one, Accepted::Parked(_))), "{accepted:?}");
    let parked = world.parked(BOT, 10).await.unwrap();
    assert_eq!((parked.len(), parked[0].update_id), (2, None));
    assert!(!parked[0].reason.is_empty());
}

async fn parked_updates_are_listed_latest_first(world: World) {
    for id in 1..=3 {
        let key = world.begins(id, 5).await.key;
        world.park(key, "it failed").await.unwrap();
    }
    let parked = world.parked(BOT, 2).await.unwrap();
    assert_eq!(parked.iter().map(|one| one.update_id).collect::<Vec<_>>(), [Some(3), Some(2)]);
    assert!(world.parked(2, 10).await.unwrap().is_empty());
}

async fn each_lane_shows_its_first_update_and_the_longest_waiting_lane_comes_first(world: World) {
    for (id, chat) in [(1, 30), (2, 30), (3, 10), (4, 20), (5, 10)] {
        world.receives(id, chat).await;
    }
    assert_eq!(world.heads(10, &[]).await, [1, 3, 4]);
    assert_eq!(world.heads(2, &[]).await, [1, 3]);
    assert!(world.heads(0, &[]).await.is_empty());
}

async fn excluded_lanes_are_left_out_and_do_not_use_up_the_limit(world: World) {
    for id in 1..=5 {
        world.receives(id, id).await;
    }
    assert_eq!(world.heads(2, &[lane(1), lane(3), lane(77)]).await, [2, 4]);
}

async fn control_updates_and_topics_are_lanes_of_their_own(world: World) {
    let stop = Lane { control: true, ..lane(1) };
    let topic = Lane { thread: 9, ..lane(1) };
    world.receives(1, 1).await;
    for (id, lane) in [(2, stop), (3, topic), (4, stop)] {
        world.accept(vec![NewUpdate { lane, ..update(id, 1) }]).await.unwrap();
    }
    assert_eq!(world.heads(10, &[]).await, [1, 2, 3]);
    assert_eq!(ids(&world.pending_in_lane(stop, Seq(0), 10).await.unwrap()), [2, 4]);
    assert_eq!(world.pending_heads(BOT, 10, &HashSet::new()).await.unwrap()[1].lane, stop);
}

async fn the_next_update_of_a_lane_takes_the_place_of_a_finished_one(world: World) {
    let first = world.begins(1, 1).await;
    let second = world.receives(2, 1).await;
    let third = world.receives(3, 1).await;
    assert_eq!(world.heads(10, &[]).await, [1], "a claimed update is still the head");
    world.complete(first.key).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [2]);
    let key = world.begin(second).await.unwrap().key;
    world.park(key, "it failed").await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [3]);
    let key = world.begin(third).await.unwrap().key;
    world.retry(key, HOUR, "later", true).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [3], "an update that waits for its time keeps its place");
}

async fn a_lane_is_listed_from_any_point(world: World) {
    let mut seqs = Vec::new();
    for id in 1..=4 {
        seqs.push(world.receives(id, 1).await);
        world.receives(100 + id, 2).await;
    }
    assert_eq!(ids(&world.pending_in_lane(lane(1), seqs[0], 2).await.unwrap()), [2, 3]);
    assert_eq!(ids(&world.pending_in_lane(lane(1), seqs[3], 2).await.unwrap()), [0; 0]);
}

async fn what_waits_is_counted_and_its_age_is_known(world: World) {
    assert_eq!(world.oldest_pending(BOT).await.unwrap(), None);
    let first = world.begins(1, 1).await;
    let before = world.oldest_pending(BOT).await.unwrap().unwrap();
    world.clock.advance(HOUR);
    world.receives(2, 2).await;
    assert_eq!(world.pending_count(BOT).await.unwrap(), 2);
    assert_eq!(world.oldest_pending(BOT).await.unwrap(), Some(before));
    world.complete(first.key).await.unwrap();
    assert!(world.oldest_pending(BOT).await.unwrap().unwrap().since(before) >= HOUR);
    assert_eq!(world.pending_count(BOT).await.unwrap(), 1);
}

async fn what_was_done_lately_is_counted_by_chat(world: World) {
    let early = world.begins(1, 5).await.key;
    world.complete(early).await.unwrap();
    world.clock.advance(std::time::Duration::from_mins(2));
    let lately = world.clock.now();
    for (id, chat) in [(2, 5), (3, 5), (4, 6)] {
        let key = world.begins(id, chat).await.key;
        world.complete(key).await.unwrap();
    }
    world.begins(5, 7).await;
    assert_eq!(world.done_since(BOT, lately).await.unwrap(), [(5, 2), (6, 1)]);
    assert_eq!(world.done_since(BOT + 1, lately).await.unwrap(), []);
}

async fn ten_thousand_updates_of_a_hundred_senders_are_all_stored_in_order(mut world: World) {
    let sender = async |chat: i64| {
        for n in 0..100 {
            world.receives(chat * 1000 + n, chat).await;
        }
    };
    join_all((1..=100).map(sender)).await;
    world.reopens().await;
    assert_eq!(world.pending_count(BOT).await.unwrap(), 10_000);
    for chat in 1..=100 {
        let stored = ids(&world.pending_in_lane(lane(chat), Seq(0), 1000).await.unwrap());
        assert_eq!(stored, (0..100).map(|n| chat * 1000 + n).collect::<Vec<_>>());
    }
}

/// Random work on a few lanes, compared after each step with what the lanes hold.
async fn the_heads_are_right_whatever_happened(world: World) {
    let mut dice = fastrand::Rng::with_seed(7);
    for id in 1..=300 {
        world.receives(id, dice.i64(1..=5)).await;
        let mut first = BTreeMap::new();
        for chat in 1..=5 {
            if let Some(head) = world.pending_in_lane(lane(chat), Seq(0), 100).await.unwrap().first() {
                first.insert(head.seq, head.update_id);
            }
        }
        assert_eq!(world.heads(10, &[]).await, first.values().copied().collect::<Vec<_>>(), "after {id} updates");
        // Any pending update of a lane may end, not its first alone.
        let waiting = world.pending_in_lane(lane(dice.i64(1..=5)), Seq(0), 3).await.unwrap();
        if let Some(one) = dice.choice(waiting) {
            let key = world.begin(one.seq).await.unwrap().key;
            match dice.u8(0..4) {
                0 => world.park(key, "it failed").await.unwrap(),
                1 => _ = world.retry(key, HOUR, "later", false).await.unwrap(),
                _ => world.complete(key).await.unwrap(),
            }
        }
    }
}
