//! The fake Telegram over real HTTP, as a bot sees it.

mod conversation;
mod drafts;
mod files;
mod groups;
mod inline;
mod membership;
mod polling;
mod requests;
mod rich;
mod sharing;
mod teloxide;
mod trouble;
mod upheavals;
mod webhook;

use serde_json::{Value, json};

use super::{FakeTelegram, Options};
use crate::clock::Clock;

/// A person.
const ANNA: i64 = 1001;
/// Another.
const BORIS: i64 = 1002;
/// A supergroup with both.
const GROUP: i64 = -1_000_000_000_777;

/// A bot that only calls.
struct Bot {
    telegram: FakeTelegram,
    clock: Clock,
    client: reqwest::Client,
}

impl Bot {
    async fn start() -> Self {
        let clock = Clock::movable();
        let telegram = FakeTelegram::start(Options::new(clock.clone())).await.unwrap();
        telegram.add_person(ANNA, "Anna", Some("en"));
        telegram.add_person(BORIS, "Boris", Some("ru"));
        telegram.add_group(GROUP, "Team", &[ANNA, BORIS]);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { telegram, clock, client }
    }

    fn url(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.telegram.api_url(), self.telegram.token())
    }

    /// Status and body.
    async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let response = self.client.post(self.url(method)).json(&params).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The result of a call that must succeed.
    async fn get(&self, method: &str, params: Value) -> Value {
        let (status, body) = self.call(method, params).await;
        assert_eq!(status, 200, "{method}: {body}");
        body["result"].clone()
    }

    /// What a call is refused with.
    async fn refused(&self, method: &str, params: Value) -> String {
        let (status, body) = self.call(method, params).await;
        assert_ne!(status, 200, "{method}: {body}");
        assert_eq!(body["error_code"], json!(status));
        body["description"].as_str().unwrap().to_owned()
    }

    async fn sends(&self, chat: i64, text: &str) -> i64 {
        self.get("sendMessage", json!({"chat_id": chat, "text": text})).await["message_id"].as_i64().unwrap()
    }

    fn anna_says(&self, text: &str) -> i64 {
        self.telegram.say(ANNA, ANNA, text).unwrap().message_id()
    }

    /// What waits, confirming it.
    async fn takes_updates(&self) -> Vec<Value> {
        let updates = self.get("getUpdates", json!({})).await.as_array().unwrap().clone();
        if let Some(last) = updates.last() {
            let next = last["update_id"].as_i64().unwrap() + 1;
            self.get("getUpdates", json!({"offset": next})).await;
        }
        updates
    }
}
