//! The inbox over a real store in a temporary folder.

use std::collections::BTreeMap;

use futures_util::FutureExt;
use tempfile::TempDir;

use super::*;
use crate::storage::{Accepted, NewReply, NewUpdate, Part, Seq};

const BOT: i64 = 123_456;

/// A store, the clock, and the inbox over it.
struct World {
    clock: Clock,
    storage: Storage,
    inbox: Inbox,
    _folder: TempDir,
}

fn lane(chat: i64) -> Lane {
    Lane { bot: BOT, chat, thread: 0, control: false }
}

fn update(update_id: i64, lane: Lane) -> NewUpdate {
    NewUpdate { update_id: Some(update_id), lane, raw: format!("{{\"update_id\":{update_id}}}"), unreadable: None }
}

impl World {
    async fn with_places(places: usize) -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::movable());
        let storage = Storage::open(folder.path(), clock.clone()).await.unwrap();
        let inbox = Inbox::new(storage.clone(), clock.clone(), BOT, places);
        Self { clock, storage, inbox, _folder: folder }
    }

    /// Another process takes over: an inbox that knows nothing.
    fn restarts(&mut self) {
        self.inbox = Inbox::new(self.storage.clone(), self.clock.clone(), BOT, 256);
    }

    /// Stores updates without telling the inbox: what a read finds before it is told.
    async fn stores(&self, updates: &[NewUpdate]) -> Vec<PendingUpdate> {
        let accepted = self.storage.accept(updates.to_vec()).await.unwrap();
        let (received_at, not_before) = (self.clock.now(), Timestamp::default());
        let pending = |(update, accepted): (&NewUpdate, Accepted)| match (update.update_id, accepted) {
            (Some(update_id), Accepted::New(seq)) => {
                let (lane, raw) = (update.lane, update.raw.clone());
                PendingUpdate { seq, update_id, lane, raw, received_at, not_before }
            }
            other => panic!("not new: {other:?}"),
        };
        updates.iter().zip(accepted).map(pending).collect()
    }

    /// Stores updates as the door does.
    async fn receives(&self, updates: &[NewUpdate]) {
        self.inbox.stored(self.stores(updates).await);
    }

    async fn next(&self) -> Claim {
        self.inbox.next().await.expect("the inbox is open").begin().await.expect("it is pending")
    }

    /// Whether there is nothing to claim now. Whatever the inbox asks the store for meanwhile is answered before the store
    /// answers a write that was handed in after it, so a few of those give it the time to claim.
    async fn is_idle(&self) -> bool {
        let mut next = Box::pin(self.inbox.next());
        for _ in 0..5 {
            if let Some(taken) = next.as_mut().now_or_never() {
                if taken.expect("the inbox is open").begin().await.is_some() {
                    return false;
                }
                next = Box::pin(self.inbox.next());
            }
            self.storage.purge(Timestamp::default()).await.unwrap();
        }
        true
    }

    /// Works on everything that is there, and says in which order, lane by lane.
    async fn works_on(&self, count: usize) -> BTreeMap<i64, Vec<i64>> {
        let mut seen: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for _ in 0..count {
            let claim = self.next().await;
            seen.entry(claim.update().lane.chat).or_default().push(claim.update().update_id);
            claim.complete().await;
        }
        seen
    }
}

#[tokio::test]
async fn a_lane_is_worked_on_in_order_and_by_one_at_a_time() {
    let world = World::with_places(9).await;
    world.receives(&[update(1, lane(5)), update(2, lane(5)), update(3, lane(6))]).await;
    let (first, other) = (world.next().await, world.next().await);
    assert_eq!((first.update().update_id, other.update().update_id), (1, 3));
    assert!(world.is_idle().await);
    first.complete().await;
    assert_eq!(world.next().await.update().update_id, 2);
}

#[tokio::test]
async fn what_was_being_worked_on_when_a_process_died_goes_first() {
    let mut world = World::with_places(9).await;
    let stored = world.stores(&[update(1, lane(5)), update(2, lane(6)), update(3, lane(7)), update(4, lane(7))]).await;
    world.storage.begin(stored[2].seq).await.unwrap();
    world.restarts();
    let mut order = Vec::new();
    for _ in 0..4 {
        let claim = world.next().await;
        order.push(claim.update().update_id);
        claim.complete().await;
    }
    assert_eq!(order, [3, 1, 2, 4]);
}

#[tokio::test]
async fn a_place_must_be_free_except_for_what_stops_answers() {
    let world = World::with_places(1).await;
    world.receives(&[update(1, lane(5)), update(2, lane(6))]).await;
    let answer = world.next().await;
    assert!(world.is_idle().await);
    world.receives(&[update(3, Lane { control: true, ..lane(5) })]).await;
    let stop = world.next().await;
    assert_eq!((stop.update().update_id, world.inbox.in_flight()), (3, 1));
    stop.complete().await;
    assert!(world.is_idle().await);
    answer.complete().await;
    assert_eq!(world.next().await.update().update_id, 2);
}

#[tokio::test]
async fn a_retry_waits_for_its_time_with_its_lane_and_nobody_else() {
    let world = World::with_places(9).await;
    world.receives(&[update(1, lane(5)), update(2, lane(5)), update(3, lane(6))]).await;
    world.next().await.retry(Duration::from_hours(1), "later").await;
    let other = world.next().await;
    assert_eq!(other.update().update_id, 3);
    assert!(world.is_idle().await);
    world.clock.advance(Duration::from_hours(1));
    let again = world.next().await;
    assert_eq!((again.update().update_id, again.attempt(), again.tries()), (1, 1, 1));
}

#[tokio::test]
async fn whoever_waits_wakes_when_the_time_of_a_retry_comes() {
    let world = World::with_places(9).await;
    world.receives(&[update(1, lane(5))]).await;
    world.next().await.retry(Duration::from_hours(1), "later").await;
    let passes = async {
        tokio::task::yield_now().await;
        world.clock.advance(Duration::from_hours(1));
    };
    let (claim, ()) = tokio::join!(world.next(), passes);
    assert_eq!(claim.update().update_id, 1);
}

#[tokio::test]
async fn a_claim_that_is_dropped_is_given_back_with_its_attempt_counted() {
    let world = World::with_places(1).await;
    world.receives(&[update(1, lane(5)), update(2, lane(5))]).await;
    for attempt in 1..=3 {
        let claim = world.next().await;
        assert_eq!((claim.update().update_id, claim.attempt()), (1, attempt));
        drop(claim);
        assert_eq!(world.inbox.in_flight(), 0);
    }
    world.next().await.park("deadly").await;
    assert_eq!(world.next().await.update().update_id, 2);
    assert_eq!(world.storage.parked(BOT, 9).await.unwrap()[0].reason, "deadly");
}

#[tokio::test]
async fn a_wait_for_the_next_one_that_is_given_up_loses_nothing() {
    let world = World::with_places(1).await;
    world.receives(&[update(1, lane(5))]).await;
    for _ in 0..50 {
        // Gives up at the first wait, wherever that is.
        drop(world.inbox.next().now_or_never());
    }
    assert_eq!(world.next().await.update().update_id, 1);
    assert_eq!(world.inbox.in_flight(), 0);
}

#[tokio::test]
async fn a_closed_inbox_hands_out_nothing_and_takes_claims_back() {
    let world = World::with_places(9).await;
    world.receives(&[update(1, lane(5)), update(2, lane(6))]).await;
    let claim = world.next().await;
    world.inbox.close();
    assert!(world.inbox.next().await.is_none());
    claim.complete().await;
    assert_eq!((world.inbox.in_flight(), world.storage.pending_count(BOT).await.unwrap()), (0, 1));
}

#[tokio::test]
async fn whoever_waits_is_told_of_the_close() {
    let world = World::with_places(9).await;
    let closes = async {
        tokio::task::yield_now().await;
        world.inbox.close();
    };
    let (next, ()) = tokio::join!(world.inbox.next(), closes);
    assert!(next.is_none());
}

#[tokio::test]
async fn what_an_earlier_process_left_is_found() {
    let mut world = World::with_places(9).await;
    world.receives(&[update(1, lane(5)), update(2, lane(5)), update(3, lane(6))]).await;
    let held = world.next().await;
    world.restarts();
    let again = world.next().await;
    assert_eq!((again.update().update_id, again.attempt()), (1, 2));
    again.complete().await;
    assert_eq!(world.works_on(2).await, BTreeMap::from([(5, vec![2]), (6, vec![3])]));
    // Too late: the claim is somebody else's.
    held.complete().await;
    assert_eq!(world.storage.pending_count(BOT).await.unwrap(), 0);
}

#[tokio::test]
async fn a_flood_and_many_chats_spill_to_disk_and_come_back_in_order() {
    let world = World::with_places(9).await;
    let flood: Vec<_> = (1..=600).map(|id| update(id, lane(5))).collect();
    let crowd: Vec<_> = (1001..=1700).map(|id| update(id, lane(id))).collect();
    world.receives(&flood).await;
    world.receives(&crowd).await;
    let mut expected: BTreeMap<i64, Vec<i64>> = (1001..=1700).map(|chat| (chat, vec![chat])).collect();
    expected.insert(5, (1..=600).collect());
    assert_eq!(world.works_on(1300).await, expected);
    assert!(world.is_idle().await);
}

#[tokio::test]
async fn a_row_that_was_read_before_it_was_told_of_is_worked_on_once() {
    let world = World::with_places(9).await;
    let rows = world.stores(&[update(1, lane(5)), update(2, lane(5)), update(3, lane(6))]).await;
    // The first read of the store finds them all.
    let first = world.next().await;
    world.inbox.stored(rows.clone());
    first.complete().await;
    assert_eq!(world.works_on(2).await, BTreeMap::from([(5, vec![2]), (6, vec![3])]));
    // Told again after everything was done.
    world.inbox.stored(rows);
    assert!(world.is_idle().await);
    assert_eq!(world.inbox.in_flight(), 0);
}

#[tokio::test]
async fn updates_that_come_in_while_others_are_worked_on_keep_their_order() {
    let world = World::with_places(4).await;
    let comes_in = async {
        for batch in 0..60 {
            let updates: Vec<_> = (0..10).map(|n| update(batch * 10 + n, lane(n % 3))).collect();
            world.receives(&updates).await;
        }
    };
    let (seen, ()) = tokio::join!(world.works_on(600), comes_in);
    for (chat, ids) in seen {
        let expected: Vec<i64> = (0..600).filter(|id| id % 10 % 3 == chat).collect();
        assert_eq!(ids, expected);
    }
}

/// The first update of a lane has a reply that answers these too.
async fn answers(world: &World, first: &Claim, absorbed: Vec<Seq>) {
    let parts = vec![Part::plain("to all".to_owned())];
    let reply = NewReply { parts, absorbed, ..Default::default() };
    world.storage.store_reply(first.key(), reply).await.unwrap();
}

#[tokio::test]
async fn what_a_reply_has_absorbed_leaves_the_lane_although_the_window_holds_it() {
    let world = World::with_places(9).await;
    let updates: Vec<_> = (1..=40).map(|id| update(id, lane(5))).collect();
    let rows = world.stores(&updates).await;
    let absorbed: Vec<_> = rows[1..20].iter().map(|row| row.seq).collect();
    world.inbox.stored(rows);
    let first = world.next().await;
    answers(&world, &first, absorbed).await;
    // Its delivery comes later.
    first.retry(Duration::ZERO, "later").await;
    let again = world.next().await;
    assert!(again.stored_reply().is_some());
    again.complete().await;
    let mut seen = Vec::new();
    while seen.len() < 20 {
        if let Some(claim) = world.inbox.next().await.unwrap().begin().await {
            seen.push(claim.update().update_id);
            claim.complete().await;
        }
    }
    assert_eq!(seen, (21..=40).collect::<Vec<_>>());
    assert!(world.is_idle().await);
    assert_eq!(world.inbox.in_flight(), 0);
}

#[tokio::test]
async fn whoever_waits_for_a_follower_is_told_of_it() {
    let world = World::with_places(9).await;
    world.receives(&[update(1, lane(5)), update(2, lane(6))]).await;
    let claim = world.next().await;
    let (followers, seq) = (claim.followers(), claim.update().seq);
    let mut next = Box::pin(followers.next(seq, claim.update().received_at, Duration::from_hours(1)));
    for id in 3..=9 {
        world.receives(&[update(id, lane(6))]).await;
        assert!(next.as_mut().now_or_never().is_none());
    }
    world.receives(&[update(10, lane(5))]).await;
    assert_eq!(next.await.unwrap().map(|found| found.update_id), Some(10));
    assert_eq!(world.next().await.update().update_id, 2, "what was looked at is not handed out");
}

#[tokio::test]
async fn a_wait_for_a_follower_ends_with_its_time_even_if_the_clock_was_set_back() {
    let world = World::with_places(9).await;
    world.receives(&[update(1, lane(5))]).await;
    let claim = world.next().await;
    let later = claim.update().received_at.plus(Duration::from_hours(9));
    let followers = claim.followers();
    let passes = async {
        tokio::task::yield_now().await;
        world.clock.advance(Duration::from_hours(1));
        std::future::pending::<()>().await;
    };
    let next = tokio::select! {
        next = followers.next(claim.update().seq, later, Duration::from_hours(1)) => next,
        () = passes => unreachable!(),
        () = tokio::time::sleep(Duration::from_secs(30)) => panic!("it waits for ever"),
    };
    assert_eq!(next.unwrap(), None);
    drop(followers);
    assert!(world.inbox.shared.watchers.is_empty());
}
