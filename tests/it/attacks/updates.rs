//! What comes in through the open door and should not be believed: garbage, copies, contradictions. Attacks 10–14.

use futures_util::future::join_all;
use serde_json::json;

use crate::world::door;
use crate::world::{ANNA, Mode, World, audit};

#[tokio::test]
async fn what_cannot_be_read_is_taken_and_parked_and_disturbs_nobody() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["could not be read and was parked", "An update was parked"]);
    let door = world.door();
    let nested = |inside: &str| format!("{}{inside}{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".into(),
        b"hello?".into(),
        b"\0\0\0".into(),
        b"\xff\xfe{\"update_id\":1}".into(),
        b"{\"update_id\":2,\"message\":{\"text\":\"a\0b\"}}".into(),
        nested("").into(),
        format!("{{\"update_id\":3,\"message\":{}}}", nested("1")).into(),
        format!("{{\"update_id\":4,\"message\":{{\"chat\":{}}}}}", nested("")).into(),
        br#"{"update_id":5,"message":{"message_id":1,"date":1,"chat":{"id":1001,"type":"private"},"text":"\ud800"}}"#
            .into(),
        br#"{"update_id":"6","message":{}}"#.into(),
        br#"{"update_id":-7,"message":{}}"#.into(),
        br#"{"update_id":9223372036854775808,"message":{}}"#.into(),
        br#"{"update_id":8.5}"#.into(),
        br#"{"message":{}}"#.into(),
        b"[]".into(),
        b"null".into(),
    ];
    let count = i64::try_from(bodies.len()).unwrap();
    for body in bodies {
        let shown: String = String::from_utf8_lossy(&body).chars().take(60).collect();
        assert_eq!(door.post(body).await.status(), 200, "{shown}");
    }
    world.model.answers("I am fine");
    world.anna("and you?");
    assert_eq!(world.answers(ANNA, 1).await[0].text, "I am fine");
    world.drains().await;
    let parked =
        |of: &str| audit::stored::<i64>(world.folder.path(), &format!("SELECT count(*) FROM inbox WHERE {of}"));
    assert_eq!(parked("state = 'parked'"), count);
    assert_eq!(parked("state = 'parked' AND (reason IS NULL OR raw IS NULL)"), 0, "without a reason or the update");
    assert_eq!(world.bot.metric("routergram_updates_parked_total").await, u64::try_from(count).unwrap());
    assert_eq!((world.said(ANNA).len(), world.bot.said("panicked")), (1, 0));
    world.ends().await;
}

#[tokio::test]
async fn a_kind_of_update_that_nobody_knows_is_counted_and_done() {
    let world = World::with(Mode::Webhook).await;
    let update = json!({"update_id": 7, "hologram": {"chat": {"id": ANNA}, "text": "hello?"}});
    assert_eq!(world.door().post(update.to_string()).await.status(), 200);
    world.drains().await;
    assert_eq!(world.bot.metric("routergram_updates_ignored_total{kind=\"hologram\"}").await, 1);
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (0, 0));
    world.ends().await;
}

#[tokio::test]
async fn an_update_that_comes_a_hundred_times_at_once_is_answered_once() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let copies = join_all((0..100).map(|_| door.post(door::message(7, "how often?")))).await;
    assert!(copies.iter().all(|answer| answer.status() == 200));
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    assert_eq!(world.bot.metric("routergram_updates_total{outcome=\"new\"}").await, 1);
    assert_eq!(world.bot.metric("routergram_updates_total{outcome=\"duplicate\"}").await, 99);
    world.ends().await;
}

#[tokio::test]
async fn of_two_updates_with_one_id_the_first_counts() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let door = world.door();
    for text in ["first", "second"] {
        assert_eq!(door.post(door::message(7, text)).await.status(), 200);
    }
    world.answers(ANNA, 1).await;
    world.drains().await;
    let said: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["re: first"]);
    world.ends().await;
}
