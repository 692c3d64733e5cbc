//! Faults, flood limits, and answers that do not arrive.

use std::time::Duration;

use super::*;
use crate::sandbox::telegram::{Fault, FloodLimits, Trouble};

fn say(text: &str) -> Value {
    json!({"chat_id": ANNA, "text": text})
}

#[tokio::test]
async fn a_fault_does_nothing_but_refuse() {
    let bot = Bot::start().await;
    bot.telegram.fail(Fault::new("sendMessage", 1, Trouble::TooManyRequests { retry_after: 7 }));
    bot.telegram.fail(Fault::new("sendMessage", 1, Trouble::InternalServerError));
    let (status, body) = bot.call("sendMessage", say("a")).await;
    assert_eq!((status, &body["parameters"]["retry_after"]), (429, &json!(7)));
    assert_eq!(bot.refused("sendMessage", say("b")).await, "Internal Server Error");
    bot.get("sendMessage", say("c")).await;
    assert_eq!(bot.telegram.transcript(ANNA), "bot: c\n");
}

#[tokio::test]
async fn a_bad_gateway_is_a_page_of_html() {
    let bot = Bot::start().await;
    bot.telegram.fail(Fault::new("*", 1, Trouble::BadGateway).in_chat(ANNA));
    let response = bot.client.post(bot.url("sendMessage")).json(&say("a")).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 502);
    assert!(response.text().await.unwrap().starts_with("<html>"));
    assert_eq!(bot.telegram.transcript(ANNA), "");
}

#[tokio::test]
async fn an_answer_may_not_arrive_although_the_call_was_done() {
    let bot = Bot::start().await;
    for trouble in [Trouble::DoneThenReset, Trouble::DoneThenCut] {
        bot.telegram.fail(Fault::new("sendMessage", 1, trouble));
        let answer =
            async { bot.client.post(bot.url("sendMessage")).json(&say("a")).send().await?.bytes().await }.await;
        assert!(answer.is_err());
    }
    bot.telegram.fail(Fault::new("sendMessage", 1, Trouble::DoneThenSilence));
    let silent = bot.client.post(bot.url("sendMessage")).json(&say("b")).send();
    tokio::select! {
        answer = silent => panic!("{answer:?}"),
        () = bot.telegram.chat_becomes(ANNA, |messages| messages.len() == 3) => {}
    }
    assert_eq!(bot.telegram.transcript(ANNA), "bot: a\nbot: a\nbot: b\n");
    assert_eq!(bot.telegram.calls().iter().map(|call| call.status).collect::<Vec<_>>(), [0, 0, 0]);
}

#[tokio::test]
async fn a_reset_connection_has_done_nothing() {
    let bot = Bot::start().await;
    bot.telegram.fail(Fault::new("sendMessage", 1, Trouble::Reset));
    assert!(bot.client.post(bot.url("sendMessage")).json(&say("a")).send().await.is_err());
    assert_eq!(bot.telegram.transcript(ANNA), "");
}

#[tokio::test]
async fn a_slow_telegram_is_slow_by_the_clock() {
    let bot = Bot::start().await;
    bot.telegram.slow_down("sendMessage", Duration::from_hours(1));
    let mut slow = Box::pin(bot.call("sendMessage", say("a")));
    tokio::select! {
        biased;
        answer = &mut slow => panic!("{answer:?}"),
        _ = bot.call("getMe", json!({})) => {}
    }
    bot.clock.advance(Duration::from_hours(1));
    assert_eq!(slow.await.0, 200);
}

#[tokio::test]
async fn flood_limits_hold_back_edits_like_messages() {
    let bot = Bot::start().await;
    bot.telegram.set_flood_limits(Some(FloodLimits::reported()));
    let id = bot.sends(ANNA, "1").await;
    bot.sends(ANNA, "2").await;
    bot.sends(ANNA, "3").await;
    let edit = json!({"chat_id": ANNA, "message_id": id, "text": "4"});
    let (status, body) = bot.call("editMessageText", edit.clone()).await;
    assert_eq!((status, bot.telegram.refused_for_flood()), (429, 1));
    let late = bot.telegram.calls().pop().unwrap();
    assert_eq!((&*late.method, late.chat, late.status), ("editMessageText", Some(ANNA), 429));
    let wait = body["parameters"]["retry_after"].as_u64().unwrap();
    assert_eq!(body["description"], format!("Too Many Requests: retry after {wait}"));
    bot.sends(BORIS, "free").await;
    bot.clock.advance(Duration::from_secs(wait));
    bot.get("editMessageText", edit).await;
}

#[tokio::test]
async fn the_last_handle_stops_the_server() {
    let bot = Bot::start().await;
    let url = bot.url("getMe");
    let stopped = bot.telegram.shared.stop.clone();
    drop(bot.telegram);
    stopped.cancelled().await;
    bot.client.get(&url).send().await.ok();
    let other = Bot::start().await;
    other.telegram.stop().await;
    assert!(other.client.get(other.url("getMe")).send().await.is_err());
}

/// Returns when so many tasks more are at work: a connection is one, and a call that was read from it another.
async fn has_read(bot: &Bot, tasks: usize) {
    let tasks = bot.telegram.shared.tasks.len() + tasks;
    while bot.telegram.shared.tasks.len() < tasks {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_call_to_a_telegram_far_away_is_done_although_its_sender_has_died() {
    let bot = Bot::start().await;
    bot.telegram.set_distance(Duration::from_hours(2));
    tokio::select! {
        biased;
        () = has_read(&bot, 2) => {}
        answer = bot.call("sendMessage", say("a")) => panic!("{answer:?}"),
    }
    bot.clock.advance(Duration::from_hours(1));
    bot.telegram.chat_becomes(ANNA, |messages| messages.len() == 1).await;
}

#[tokio::test]
async fn the_answer_of_a_telegram_far_away_takes_its_time_too() {
    let bot = Bot::start().await;
    bot.telegram.set_distance(Duration::from_hours(2));
    let mut call = Box::pin(bot.call("sendMessage", say("a")));
    let done = async {
        has_read(&bot, 2).await;
        bot.clock.advance(Duration::from_hours(1));
        bot.telegram.chat_becomes(ANNA, |messages| messages.len() == 1).await;
    };
    tokio::select! {
        biased;
        () = done => {}
        answer = &mut call => panic!("{answer:?}"),
    }
    bot.clock.advance(Duration::from_hours(1));
    assert_eq!(call.await.0, 200);
}
