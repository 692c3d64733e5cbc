//! What is promised about recordings that were written down.

use crate::storage::Heard;

use super::*;

promises! {
    what_was_heard_is_kept_with_its_cost_and_once
    what_was_heard_in_one_chat_is_not_known_in_another
    whoever_has_lost_the_claim_keeps_nothing
    what_was_heard_goes_with_its_age
}

fn heard(text: &str) -> Heard {
    let usage = UsageRecord {
        generation_id: format!("gen-{text}"),
        model: "a/listener".to_owned(),
        cost_micro_usd: Some(70),
        bill: Bill { payer: 99, ..Bill::default() },
        ..UsageRecord::default()
    };
    Heard { file: "file".to_owned(), user: 99, text: text.to_owned(), usage }
}

async fn spent(world: &World) -> i64 {
    world.spent(BOT, 99, Day(0)).await.unwrap().iter().map(|line| line.cost_micro_usd).sum()
}

async fn what_was_heard_is_kept_with_its_cost_and_once(mut world: World) {
    let key = world.begins(1, 5).await.key;
    assert_eq!(world.heard(lane(5), "file").await.unwrap(), None);
    world.keep_heard(key, heard("hello")).await.unwrap();
    world.keep_heard(key, heard("goodbye")).await.unwrap();
    world.reopens().await;
    assert_eq!(world.heard(lane(5), "file").await.unwrap().as_deref(), Some("hello"));
    assert_eq!(spent(&world).await, 140, "both were paid for");
}

async fn what_was_heard_in_one_chat_is_not_known_in_another(world: World) {
    let key = world.begins(1, 5).await.key;
    world.keep_heard(key, heard("")).await.unwrap();
    assert_eq!(world.heard(lane(5), "file").await.unwrap().as_deref(), Some(""));
    assert_eq!(world.heard(lane(6), "file").await.unwrap(), None);
    assert_eq!(world.heard(lane(5), "another").await.unwrap(), None);
}

async fn whoever_has_lost_the_claim_keeps_nothing(mut world: World) {
    let key = world.begins(1, 5).await.key;
    world.reopens().await;
    world.begin(key.seq).await.unwrap();
    assert!(matches!(world.keep_heard(key, heard("hello")).await, Err(StorageError::LostClaim)));
    assert_eq!((world.heard(lane(5), "file").await.unwrap(), spent(&world).await), (None, 0));
}

async fn what_was_heard_goes_with_its_age(world: World) {
    let key = world.begins(1, 5).await.key;
    let now = world.clock.now();
    world.keep_heard(key, heard("hello")).await.unwrap();
    world.expire(Some(now), now.day()).await.unwrap();
    assert!(world.heard(lane(5), "file").await.unwrap().is_some());
    world.expire(Some(now.plus(HOUR)), now.day()).await.unwrap();
    assert_eq!(world.heard(lane(5), "file").await.unwrap(), None);
}
