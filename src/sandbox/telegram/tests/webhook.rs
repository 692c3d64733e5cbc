//! Webhooks over real HTTP.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use reqwest::StatusCode;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use super::*;

/// A request that waits for the test to answer it.
struct Post {
    headers: HeaderMap,
    update: Value,
    answer: oneshot::Sender<axum::response::Response>,
}

impl Post {
    fn text(&self) -> &str {
        self.update["message"]["text"].as_str().unwrap_or_default()
    }

    fn answers(self, response: impl IntoResponse) {
        self.answer.send(response.into_response()).unwrap();
    }
}

/// A web server on loopback whose every answer is the test's.
struct Hook {
    url: String,
    posts: mpsc::UnboundedReceiver<Post>,
}

impl Hook {
    async fn start() -> Self {
        let (sender, posts) = mpsc::unbounded_channel();
        let handler = move |headers: HeaderMap, body: Bytes| {
            let sender = sender.clone();
            async move {
                let (answer, answered) = oneshot::channel();
                let update = serde_json::from_slice(&body).unwrap_or(Value::Null);
                sender.send(Post { headers, update, answer }).unwrap();
                answered.await.unwrap_or_else(|_| StatusCode::OK.into_response())
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = axum::Router::new().route("/hook", axum::routing::post(handler));
        TaskTracker::new().spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, posts }
    }

    async fn next(&mut self) -> Post {
        self.posts.recv().await.unwrap()
    }
}

async fn with_hook(params: Value) -> (Bot, Hook) {
    let (bot, hook) = (Bot::start().await, Hook::start().await);
    let mut params = params;
    params["url"] = json!(hook.url);
    bot.get("setWebhook", params).await;
    (bot, hook)
}

#[tokio::test]
async fn updates_are_posted_with_the_secret() {
    let (bot, mut hook) = with_hook(json!({"secret_token": "s3cr3t_-"})).await;
    bot.anna_says("hi");
    let post = hook.next().await;
    assert_eq!((post.text(), &post.headers["x-telegram-bot-api-secret-token"]), ("hi", &"s3cr3t_-".parse().unwrap()));
    assert_eq!(bot.telegram.undelivered(), 1);
    post.answers(StatusCode::NO_CONTENT);
    bot.telegram.all_delivered().await;
}

#[tokio::test]
async fn a_chat_waits_for_its_answer_and_others_do_not() {
    let (bot, mut hook) = with_hook(json!({})).await;
    bot.anna_says("a1");
    let first = hook.next().await;
    bot.anna_says("a2");
    bot.telegram.say(BORIS, BORIS, "b1").unwrap();
    let other = hook.next().await;
    assert_eq!((first.text(), other.text()), ("a1", "b1"));
    assert!(hook.posts.try_recv().is_err());
    first.answers(StatusCode::OK);
    assert_eq!(hook.next().await.text(), "a2");
}

#[tokio::test]
async fn no_more_connections_than_allowed() {
    let (bot, mut hook) = with_hook(json!({"max_connections": 1})).await;
    bot.anna_says("a");
    bot.telegram.say(BORIS, BORIS, "b").unwrap();
    let first = hook.next().await;
    assert_eq!(first.text(), "a");
    // A call's round trip gives a wrong second delivery its chance.
    bot.get("getMe", json!({})).await;
    assert!(hook.posts.try_recv().is_err());
    first.answers(StatusCode::OK);
    assert_eq!(hook.next().await.text(), "b");
}

#[tokio::test]
async fn a_refused_update_comes_again_at_once_and_then_later() {
    let (bot, mut hook) = with_hook(json!({})).await;
    bot.anna_says("hi");
    hook.next().await.answers(StatusCode::SERVICE_UNAVAILABLE);
    hook.next().await.answers((StatusCode::FOUND, [("location", "/hook")]));
    bot.telegram
        .until(|world| {
            world
                .webhook
                .as_ref()
                .is_some_and(|it| it.last_error.as_ref().is_some_and(|(_, error)| error.contains("302")))
        })
        .await;
    let info = bot.get("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 302 Found");
    assert_eq!(info["pending_update_count"], 1);
    bot.clock.advance(Duration::from_secs(2));
    hook.next().await.answers(StatusCode::OK);
    bot.telegram.all_delivered().await;
}

#[tokio::test]
async fn retry_after_is_waited_for() {
    let (bot, mut hook) = with_hook(json!({})).await;
    bot.anna_says("hi");
    hook.next().await.answers((StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "1800")]));
    bot.telegram.until(|world| world.webhook.as_ref().is_some_and(|it| it.last_error.is_some())).await;
    bot.clock.advance(Duration::from_secs(1700));
    bot.get("getMe", json!({})).await;
    assert!(hook.posts.try_recv().is_err());
    bot.clock.advance(Duration::from_secs(100));
    hook.next().await.answers(StatusCode::OK);
}

#[tokio::test]
async fn a_bot_that_does_not_answer_gets_it_again_after_a_minute() {
    let (bot, mut hook) = with_hook(json!({})).await;
    bot.anna_says("hi");
    let _unanswered = hook.next().await;
    bot.clock.advance(Duration::from_mins(1));
    assert_eq!(hook.next().await.text(), "hi");
    assert_eq!(bot.telegram.webhook().unwrap().last_error.unwrap(), "Read timeout expired");
}

#[tokio::test]
async fn nobody_listening_is_an_error_to_read_about() {
    let bot = Bot::start().await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    bot.get("setWebhook", json!({"url": format!("http://{free}/")})).await;
    bot.anna_says("hi");
    bot.telegram.until(|world| world.webhook.as_ref().is_some_and(|it| it.last_error.is_some())).await;
    assert_eq!(bot.get("getWebhookInfo", json!({})).await["last_error_message"], "Connection refused");
}

#[tokio::test]
async fn the_webhook_is_described_as_telegram_does() {
    let bot = Bot::start().await;
    let said = async |params: Value| bot.call("setWebhook", params).await.1["description"].as_str().unwrap().to_owned();
    let params = json!({"url": "http://127.0.0.1:9/x", "max_connections": 1000, "allowed_updates": ["message"]});
    assert_eq!(said(params.clone()).await, "Webhook was set");
    assert_eq!(said(params).await, "Webhook is already set");
    assert_eq!(
        bot.get("getWebhookInfo", json!({})).await,
        json!({"url": "http://127.0.0.1:9/x", "has_custom_certificate": false, "pending_update_count": 0, "max_connections": 100, "allowed_updates": ["message"]})
    );
    assert_eq!(said(json!({"url": ""})).await, "Webhook was deleted");
    assert_eq!(bot.call("deleteWebhook", json!({})).await.1["description"], "Webhook is already deleted");
    for (url, complaint) in [
        ("http://a.org/", "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"),
        ("https://a.org:9000/", "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://a.org/", "Bad Request: bad webhook: Failed to resolve host: No address associated with hostname"),
        ("ftp://a.org/", "Bad Request: invalid webhook URL specified"),
    ] {
        assert_eq!(said(json!({"url": url})).await, complaint);
    }
    let bad_secret = json!({"url": "https://a.org/", "secret_token": "a b"});
    assert_eq!(said(bad_secret).await, "Bad Request: secret token contains unallowed characters");
}

#[tokio::test]
async fn set_webhook_may_be_paced_as_in_reality() {
    let bot = Bot::start().await;
    bot.telegram.set_webhook_pace(true);
    let params = json!({"url": "http://127.0.0.1:9/"});
    bot.get("setWebhook", params.clone()).await;
    assert_eq!(bot.refused("setWebhook", params.clone()).await, "Too Many Requests: retry after 1");
    bot.clock.advance(Duration::from_secs(1));
    bot.get("setWebhook", params).await;
}

#[tokio::test]
async fn a_public_host_may_be_led_here() {
    let (bot, mut hook) = (Bot::start().await, Hook::start().await);
    let address = hook.url.trim_start_matches("http://").trim_end_matches("/hook").parse().unwrap();
    bot.telegram.lead_host("bot.example.org", address);
    bot.get("setWebhook", json!({"url": "https://bot.example.org/hook"})).await;
    bot.anna_says("hi");
    assert_eq!(hook.next().await.text(), "hi");
}

#[tokio::test]
async fn what_waited_is_delivered_or_dropped_on_request() {
    let (bot, mut hook) = (Bot::start().await, Hook::start().await);
    bot.anna_says("old");
    bot.get("setWebhook", json!({"url": hook.url})).await;
    let old = hook.next().await;
    assert_eq!(old.text(), "old");
    bot.get("setWebhook", json!({"url": hook.url, "drop_pending_updates": true})).await;
    old.answers(StatusCode::OK);
    assert_eq!(bot.telegram.undelivered(), 0);
    bot.anna_says("new");
    assert_eq!(hook.next().await.text(), "new");
}

#[tokio::test]
async fn copies_are_delivered_at_once_and_raw_updates_are_raw() {
    let (bot, mut hook) = with_hook(json!({})).await;
    bot.telegram.deliver_copies(3);
    bot.anna_says("hi");
    let posts = [hook.next().await, hook.next().await, hook.next().await];
    assert!(posts.iter().all(|post| post.update == posts[0].update));
    for post in posts {
        post.answers(StatusCode::OK);
    }
    bot.telegram.all_delivered().await;
    bot.telegram.deliver_copies(1);
    let _ = bot.telegram.inject("not json at all");
    assert_eq!(hook.next().await.update, Value::Null);
}

#[tokio::test]
async fn a_bot_may_answer_an_update_with_a_call() {
    let (bot, mut hook) = with_hook(json!({})).await;
    bot.anna_says("hi");
    let call = json!({"method": "sendMessage", "chat_id": ANNA, "text": "hello"}).to_string();
    hook.next().await.answers(([("content-type", "application/json")], call));
    bot.telegram.chat_becomes(ANNA, |messages| messages.len() == 2).await;
    assert_eq!(bot.telegram.transcript(ANNA), "Anna: hi\nbot: hello\n");
}
