//! Long polling.

use std::time::Duration;

use super::*;

const OTHER_POLL: &str =
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";

#[tokio::test]
async fn a_waiting_poll_wakes_with_the_first_update() {
    let bot = Bot::start().await;
    let poll = bot.get("getUpdates", json!({"timeout": 50}));
    let act = async {
        polled(&bot).await;
        bot.anna_says("hi")
    };
    let (updates, _) = tokio::join!(poll, act);
    assert_eq!(updates[0]["message"]["text"], "hi");
}

#[tokio::test]
async fn a_poll_ends_when_its_time_is_over() {
    let bot = Bot::start().await;
    let poll = bot.get("getUpdates", json!({"timeout": 600}));
    let time = async {
        polled(&bot).await;
        bot.clock.advance(Duration::from_secs(50));
    };
    assert_eq!(tokio::join!(poll, time).0, json!([]));
}

#[tokio::test]
async fn an_update_comes_again_until_its_offset_is_passed() {
    let bot = Bot::start().await;
    for text in ["a", "b", "c"] {
        bot.anna_says(text);
    }
    let first = bot.get("getUpdates", json!({"limit": 2})).await;
    assert_eq!(first, bot.get("getUpdates", json!({"limit": 2})).await);
    let next = first[1]["update_id"].as_i64().unwrap() + 1;
    let rest = bot.get("getUpdates", json!({"offset": next})).await;
    assert_eq!((rest.as_array().unwrap().len(), &rest[0]["message"]["text"]), (1, &json!("c")));
    assert_eq!(bot.telegram.undelivered(), 1);
    bot.get("getUpdates", json!({"offset": next + 1})).await;
    bot.telegram.all_delivered().await;
}

#[tokio::test]
async fn only_the_last_of_two_pollers_stays() {
    let bot = Bot::start().await;
    let first = bot.call("getUpdates", json!({"timeout": 50}));
    let second = async {
        polled(&bot).await;
        bot.get("getUpdates", json!({})).await
    };
    let ((status, body), _) = tokio::join!(first, second);
    assert_eq!((status, body["description"].as_str().unwrap()), (409, OTHER_POLL));
}

#[tokio::test]
async fn a_webhook_ends_the_poll_and_forbids_the_next() {
    let bot = Bot::start().await;
    let poll = bot.call("getUpdates", json!({"timeout": 50}));
    let hook = async {
        polled(&bot).await;
        bot.get("setWebhook", json!({"url": "http://127.0.0.1:9/"})).await
    };
    let ((status, body), _) = tokio::join!(poll, hook);
    assert_eq!((status, &body["description"]), (409, &json!("Conflict: terminated by setWebhook request")));
    assert_eq!(
        bot.refused("getUpdates", json!({})).await,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
}

#[tokio::test]
async fn raw_updates_are_delivered_byte_for_byte_and_copies_are_too() {
    let bot = Bot::start().await;
    let own = bot.telegram.inject(r#"{"update_id":5,"message":{"chat":{"id":1},"text":"a"}}"#);
    let next = bot.telegram.inject(r#"{"new_kind":{"x":1}}"#);
    let _ = bot.telegram.inject("nonsense");
    bot.telegram.deliver_copies(2);
    let raw = bot.client.get(bot.url("getUpdates")).send().await.unwrap().text().await.unwrap();
    let one = r#"{"update_id":5,"message":{"chat":{"id":1},"text":"a"}}"#;
    let two = format!(r#"{{"update_id":{next},"new_kind":{{"x":1}}}}"#);
    assert_eq!(own, 5);
    assert_eq!(raw, format!(r#"{{"ok":true,"result":[{one},{one},{two},{two}]}}"#));
}

#[tokio::test]
async fn unwanted_kinds_are_not_queued() {
    let bot = Bot::start().await;
    bot.get("getUpdates", json!({"allowed_updates": ["callback_query"]})).await;
    bot.anna_says("unseen");
    assert_eq!(bot.telegram.undelivered(), 0);
    // Left out, it stays as it was.
    bot.get("getUpdates", json!({})).await;
    bot.anna_says("unseen");
    bot.get("getUpdates", json!({"allowed_updates": []})).await;
    bot.anna_says("seen");
    assert_eq!(bot.takes_updates().await.len(), 1);
}

/// Returns when a poll waits.
async fn polled(bot: &Bot) {
    bot.telegram.until(|world| world.poll.is_some()).await;
}
