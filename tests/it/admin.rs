//! What an owner may ask for over HTTP: the webhook, set again and described. And what nobody else may.

use reqwest::{Method, RequestBuilder, Response};
use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::{Value, json};

use crate::world::{ANNA, Mode, World, door, until, within};

const TOKEN: &str = "TEST-admin-token-that-is-long";
const SET: &str = "/telegram/set-webhook";
const INFO: &str = "/telegram/webhook-info";

/// A world whose bot has an admin token, and runs.
async fn with_a_token(mode: Mode) -> World {
    World::with_settings(mode, &[("ADMIN_TOKEN", TOKEN)]).await
}

fn request(world: &World, method: &str, path: &str) -> RequestBuilder {
    world.bot.http.request(Method::from_bytes(method.as_bytes()).unwrap(), world.bot.address(path))
}

async fn asks(world: &World, method: &str, path: &str, body: &str) -> Response {
    request(world, method, path).bearer_auth(TOKEN).body(body.to_owned()).send().await.unwrap()
}

/// Status and body.
async fn read(answer: Response) -> (u16, Value) {
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// The sentence of a refusal.
async fn refusal(answer: Response, status: u16) -> String {
    let (given, body) = read(answer).await;
    let fields: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((given, &body["ok"], fields), (status, &json!(false), vec!["error", "ok"]), "{body}");
    body["error"].as_str().unwrap().to_owned()
}

fn set_calls(world: &World) -> usize {
    world.telegram.calls().iter().filter(|call| call.method == "setWebhook").count()
}

#[tokio::test]
async fn an_owner_sets_the_webhook_again_and_hears_where_it_leads() {
    let world = with_a_token(Mode::Webhook).await;
    let wanted = world.telegram.webhook();
    let url = world.bot.address("/webhook/TOKEN");
    let done = json!({"ok": true, "message": "Webhook set successfully", "url": url, "maxConnections": 100});
    for path in [SET, "/telegram/set-webhook/", "/api/telegram/set-webhook", "/api/telegram/set-webhook/"] {
        for body in ["", " \n", "{}", r#"{"url":null}"#] {
            remove_the_webhook(&world).await;
            assert_eq!(read(asks(&world, "POST", path, body).await).await, (200, done.clone()), "{path} {body:?}");
            assert_eq!(world.telegram.webhook(), wanted, "{path} {body:?}");
        }
    }
    let plain = asks(&world, "POST", SET, "").await.text().await.unwrap();
    assert!(plain.starts_with(r#"{"ok":true,"message":"#), "{plain}");
    world.anna("still there?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

async fn remove_the_webhook(world: &World) {
    let address = format!("{}/bot{}/deleteWebhook", world.telegram.api_url(), world.telegram.token());
    within("Telegram answers", world.bot.http.post(address).send()).await.unwrap();
}

#[tokio::test]
async fn an_owner_may_choose_another_path_that_is_served_until_the_next_start() {
    let mut world = with_a_token(Mode::Webhook).await;
    world.expects_in_log(&["Webhook set by request: http://127.0.0.1:"]);
    let url = world.bot.address("/api/telegram/webhook");
    let (status, done) = read(asks(&world, "POST", SET, &json!({"url": url}).to_string()).await).await;
    assert_eq!((status, &done["url"]), (200, &json!(url)));
    assert_eq!(world.telegram.webhook().map(|webhook| webhook.url), Some(url));
    world.anna("still there?");
    world.answers(ANNA, 1).await;
    let bare = json!({"url": world.bot.address("")}).to_string();
    assert_eq!(read(asks(&world, "POST", SET, &bare).await).await.1["url"], world.bot.address("/webhook/TOKEN"));
    world.bot.stops().await;
    world.bot.starts().await;
    let configured = world.bot.address(&format!("/webhook/{}", world.telegram.token()));
    assert_eq!(world.telegram.webhook().map(|webhook| webhook.url), Some(configured));
    world.ends().await;
}

#[tokio::test]
async fn an_owner_sees_everything_that_telegram_knows_about_the_webhook_but_the_token() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = with_a_token(mode).await;
        let address = format!("{}/bot{}/getWebhookInfo", world.telegram.api_url(), world.telegram.token());
        let known = world.bot.http.get(address).send().await.unwrap().text().await.unwrap();
        let known: Value = serde_json::from_str(&known.replace(world.telegram.token(), "TOKEN")).unwrap();
        for path in [INFO, "/telegram/webhook-info/", "/api/telegram/webhook-info", "/api/telegram/webhook-info/"] {
            let (status, body) = read(asks(&world, "GET", path, "").await).await;
            assert_eq!((status, &body), (200, &json!({"ok": true, "info": known["result"]})), "{path}");
        }
        let plain = asks(&world, "GET", INFO, "").await.text().await.unwrap();
        assert!(plain.starts_with(r#"{"ok":true,"info":{"#), "{plain}");
        let url = if mode == Mode::Webhook { world.bot.address("/webhook/TOKEN") } else { String::new() };
        assert_eq!(known["result"]["url"], url);
        assert_eq!(known["result"]["has_custom_certificate"], false);
        world.ends().await;
    }
}

#[tokio::test]
async fn without_a_token_for_them_the_addresses_do_not_exist() {
    let world = World::with(Mode::Webhook).await;
    let nowhere = door::knock(world.bot.port, &door::head("/no/such/path", "")).await;
    assert_eq!(nowhere.status, 404);
    for path in [SET, INFO, "/api/telegram/set-webhook", "/api/telegram/webhook-info", "/telegram/webhook-info/"] {
        for method in ["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            let head = format!("{method} {path} HTTP/1.1\r\nHost: bot.example\r\nAuthorization: Bearer \r\n\r\n");
            assert_eq!(door::knock(world.bot.port, &head).await, nowhere, "{method} {path}");
        }
    }
    world.ends().await;
}

#[tokio::test]
async fn whoever_has_not_the_token_is_told_to_bring_one_and_nothing_of_theirs_is_read() {
    let world = with_a_token(Mode::Webhook).await;
    let longer = format!("Bearer {TOKEN}x");
    let wrong = ["", "Bearer", "Bearer ", "Bearer TEST-metrics-token", TOKEN, "Basic YWRtaW46YWRtaW4=", &longer];
    for (method, path) in [("POST", SET), ("GET", INFO), ("POST", "/api/telegram/set-webhook/")] {
        for authorization in wrong {
            let answer = request(&world, method, path).header("authorization", authorization).send().await.unwrap();
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
            let sentence = refusal(answer, 401).await;
            assert!(sentence.contains("Authorization: Bearer") && !sentence.contains(TOKEN), "{sentence}");
        }
        let in_the_query = format!("{path}?token={TOKEN}&ADMIN_TOKEN={TOKEN}");
        assert_eq!(request(&world, method, &in_the_query).send().await.unwrap().status(), 401);
    }
    let unread = "Content-Length: 10000000000\r\nExpect: 100-continue\r\n";
    assert_eq!(door::knock(world.bot.port, &door::head(SET, unread)).await.status, 401);
    assert_eq!(set_calls(&world), 1, "the one of the start");
    world.ends().await;
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_there() {
    let world = with_a_token(Mode::Webhook).await;
    for (path, methods, allowed) in [
        (SET, &["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"][..], "POST"),
        (INFO, &["POST", "PUT", "DELETE", "PATCH", "OPTIONS"][..], "GET, HEAD"),
    ] {
        for method in methods {
            for answer in [request(&world, method, path).send().await.unwrap(), asks(&world, method, path, "").await] {
                assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &allowed.parse().unwrap()));
            }
        }
        assert_eq!(refusal(asks(&world, "DELETE", path, "").await, 405).await, format!("only {allowed} here"));
    }
    assert_eq!(asks(&world, "HEAD", INFO, "").await.status(), 200);
    world.ends().await;
}

#[tokio::test]
async fn an_address_where_the_bot_is_not_is_refused_and_telegram_hears_nothing_of_it() {
    let world = with_a_token(Mode::Webhook).await;
    let before = world.telegram.webhook();
    let (other_path, with_a_name) = (world.bot.address("/elsewhere"), "http://me:word@127.0.0.1/telegram/webhook");
    for (url, words) in [
        ("", "an https:// address"),
        ("not an address", "an https:// address"),
        ("http://evil.example/telegram/webhook", "an https:// address: Telegram posts to no other"),
        ("https://evil.example", "WEBHOOK_URL or RAILWAY_PUBLIC_DOMAIN"),
        ("https://127.0.0.1.evil.example/telegram/webhook", "WEBHOOK_URL or RAILWAY_PUBLIC_DOMAIN"),
        (&other_path, "whose path this server answers"),
        (with_a_name, "without a name and a password"),
    ] {
        let sentence = refusal(asks(&world, "POST", SET, &json!({"url": url}).to_string()).await, 400).await;
        assert!(sentence.contains(words), "{url}: {sentence}");
        // What to do stands behind what is expected.
        assert!(sentence.split(": ").count() > 1 && !sentence.contains(world.telegram.token()), "{sentence}");
    }
    assert_eq!((set_calls(&world), world.telegram.webhook()), (1, before));
    world.ends().await;
}

#[tokio::test]
async fn a_body_that_is_odd_is_refused_in_one_sentence() {
    let world = with_a_token(Mode::Webhook).await;
    let nested = format!("{}{}", "[".repeat(4000), "]".repeat(4000));
    for odd in ["url=x", "\"x\"", "[1]", "null", "{\"url\":5}", "{\"URL\":\"x\"}", "{\"url\":\"x\"", "\0", &nested] {
        let sentence = refusal(asks(&world, "POST", SET, odd).await, 400).await;
        assert_eq!(sentence, r#"the body has to be empty or JSON like {"url":"https://bot.example.com"}"#, "{odd:.40}");
    }
    let large = format!("{{\"url\":\"{}\"}}", "x".repeat(9000));
    assert_eq!(refusal(asks(&world, "POST", SET, &large).await, 413).await, "the body has more than 8192 bytes");
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    let unread = format!("{bearer}Content-Length: 10000000000\r\nExpect: 100-continue\r\n");
    assert_eq!(door::knock(world.bot.port, &door::head(SET, &unread)).await.status, 413);
    assert_eq!(set_calls(&world), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_bot_that_polls_refuses_to_set_a_webhook_and_says_why() {
    let world = with_a_token(Mode::Polling).await;
    for body in ["", r#"{"url":"https://bot.example.com"}"#, "nonsense"] {
        let sentence = refusal(asks(&world, "POST", SET, body).await, 409).await;
        assert!(sentence.starts_with("the bot polls (no WEBHOOK_URL and no RAILWAY_PUBLIC_DOMAIN)"), "{sentence}");
        assert!(sentence.contains("set WEBHOOK_URL and USE_WEBHOOK=true, and restart it"), "{sentence}");
    }
    assert_eq!((set_calls(&world), world.telegram.webhook()), (0, None));
    world.ends().await;
}

#[tokio::test]
async fn what_telegram_refuses_is_passed_on_and_what_it_cannot_do_now_may_be_asked_again() {
    let world = with_a_token(Mode::Webhook).await;
    let description = format!("Bad Request: bad webhook: /webhook/{}", world.telegram.token());
    for (trouble, status, again) in [
        (Trouble::Refused { code: 400, description }, 502, None),
        (Trouble::TooManyRequests { retry_after: 7 }, 503, Some("7")),
        (Trouble::InternalServerError, 503, Some("5")),
        (Trouble::BadGateway, 503, Some("5")),
        (Trouble::Reset, 503, Some("5")),
    ] {
        for (method, call, path) in [("POST", "setWebhook", SET), ("GET", "getWebhookInfo", INFO)] {
            world.telegram.fail(Fault::new(call, 1, trouble.clone()));
            let answer = asks(&world, method, path, "").await;
            let wait = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
            assert_eq!(wait.as_deref(), again, "{trouble:?}");
            let sentence = refusal(answer, status).await;
            assert!(sentence.contains("Telegram") && !sentence.contains(world.telegram.token()), "{sentence}");
        }
    }
    assert_eq!(asks(&world, "POST", SET, "").await.status(), 200);
    world.ends().await;
}

#[tokio::test]
async fn one_webhook_is_set_at_a_time() {
    let world = with_a_token(Mode::Webhook).await;
    world.telegram.fail(Fault::new("setWebhook", 1, Trouble::DoneThenSilence));
    let first = asks(&world, "POST", SET, "");
    let second = async {
        until("Telegram hears of the first", async || set_calls(&world) == 2).await;
        let answer = asks(&world, "POST", SET, "").await;
        assert_eq!(answer.headers()["retry-after"], "5");
        refusal(answer, 503).await
    };
    let sentence = tokio::select! {
        answer = first => panic!("Telegram has not answered: {answer:?}"),
        sentence = second => sentence,
    };
    assert!(sentence.starts_with("the webhook is being set at this moment"), "{sentence}");
    assert_eq!(set_calls(&world), 2);
    // Whoever asked first has hung up, which makes room.
    until("there is room again", async || asks(&world, "POST", SET, "").await.status() == 200).await;
    world.ends().await;
}

#[tokio::test]
async fn nothing_that_is_asked_for_or_refused_leaves_the_token_in_the_log() {
    let mut world = World::asleep(Mode::Webhook, &[("ADMIN_TOKEN", TOKEN), ("RUST_LOG", "trace")]).await;
    world.bot.starts().await;
    for body in ["", "nonsense TEST-secret-in-a-body", r#"{"url":"https://me:TEST-secret-in-a-body@evil.example"}"#] {
        asks(&world, "POST", SET, body).await;
        asks(&world, "GET", INFO, body).await;
    }
    world.bot.stops().await;
    for secret in [TOKEN, "TEST-secret-in-a-body", "TEST-TOKEN-not-a-real-one"] {
        assert_eq!(world.bot.said(secret), 0, "{secret}");
    }
    world.ends().await;
}
