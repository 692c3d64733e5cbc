//! The webhook's door: who may come in, what they may bring, and what Telegram is told about it.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::door::{self, SECRET};
use crate::world::{ANNA, Mode, World, audit, within};

/// A body that is announced and never sent: an answer proves that nobody waited for it.
const BODY: &str = "Content-Length: 10000000000\r\nExpect: 100-continue\r\n";

#[tokio::test]
async fn whoever_does_not_know_the_secret_finds_nothing_there_and_no_body_is_read() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let nowhere = door.knock(&door::head("/no/such/path", BODY)).await;
    assert_eq!(nowhere.status, 404);
    let secret = &door.secret;
    let (shorter, other) = (&secret[1..], format!("{}x", &secret[1..]));
    let guesses = ["", "x", shorter, &other, &format!("{secret}x"), &secret.to_uppercase(), &"x".repeat(4096)];
    for guess in guesses {
        let answer = door.knock(&door::head(&door.path, &format!("{SECRET}: {guess}\r\n{BODY}"))).await;
        assert_eq!(answer, nowhere, "{} characters", guess.len());
    }
    assert_eq!(door.knock(&door::head(&door.path, BODY)).await, nowhere, "no header at all");
    let in_the_query = format!("{}?{SECRET}={secret}&secret_token={secret}", door.path);
    assert_eq!(door.knock(&door::head(&in_the_query, BODY)).await, nowhere, "in the query");
    assert_eq!(world.bot.metric("routergram_updates_total").await, 0);
    world.ends().await;
}

#[tokio::test]
async fn the_right_secret_opens_no_other_path() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let longer = format!("{}/", door.path);
    for path in ["/", "/webhook", "/webhook/", "/webhook/123456:another-token", "//telegram/webhook", &longer] {
        assert_eq!(door.post_to(path, door::message(1, "hello?")).await.status(), 404, "{path}");
    }
    assert_eq!(world.bot.metric("routergram_updates_total").await, 0);
    world.ends().await;
}

#[tokio::test]
async fn updates_are_posted_and_nothing_else() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let secret = format!("{SECRET}: {}\r\n", door.secret);
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for headers in ["", &secret] {
            let request = format!("{method} {} HTTP/1.1\r\nHost: bot.example\r\n{headers}\r\n", door.path);
            let answer = door.knock(&request).await;
            assert_eq!(answer.status, 405, "{method}");
            assert!(answer.headers.contains(&"allow: post".to_owned()), "{answer:?}");
        }
    }
    world.ends().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_read_or_as_soon_as_it_is() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    for announced in [10_000_000_000_u64, 300 * 1024] {
        let length = format!("Content-Length: {announced}\r\nExpect: 100-continue\r\n");
        assert_eq!(door.knock(&door.head(&length)).await.status, 413, "{announced} bytes");
    }
    // One chunk that never ends: nobody knows its size before it is there.
    let endless = format!("{}40001\r\n{}", door.head("Transfer-Encoding: chunked\r\n"), "x".repeat(0x4_0001));
    assert_eq!(door.knock(&endless).await.status, 413);
    world.model.answers("still here");
    world.anna("are you?");
    assert_eq!(world.answers(ANNA, 1).await[0].text, "still here");
    world.ends().await;
}

#[tokio::test]
async fn a_body_that_does_not_end_is_given_up() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let waiting = format!("{}5\r\n{{\"upd\r\n", door.head("Transfer-Encoding: chunked\r\n"));
    // Ten seconds of the program's own clock: the one test that sits them out.
    assert_eq!(door.knock(&waiting).await.status, 408);
    world.ends().await;
}

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

#[tokio::test]
async fn updates_are_taken_at_every_address_that_such_bots_have_had() {
    let mut world = World::asleep(Mode::Webhook, &[("WEBHOOK_PATH", "/own/path")]).await;
    let url = world.bot.address("/path/of/the/url");
    world.bot.set("WEBHOOK_URL", &url);
    world.bot.starts().await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    let door = world.door();
    assert_eq!(door.path, "/path/of/the/url");
    let with_token = format!("/webhook/{}", world.telegram.token());
    let usual = ["/telegram/webhook", "/telegram/webhook/", "/api/telegram/webhook"];
    let paths: Vec<&str> = usual.into_iter().chain(["/own/path", &door.path, &with_token]).collect();
    for (update_id, path) in (1..).zip(&paths) {
        assert_eq!(door.post_to(path, door::message(update_id, path)).await.status(), 200, "{path}");
    }
    let said: Vec<String> = world.answers(ANNA, paths.len()).await.into_iter().map(|message| message.text).collect();
    let expected: Vec<String> = paths.iter().map(|path| format!("re: {path}")).collect();
    assert_eq!(said, expected);
    world.ends().await;
}

#[tokio::test]
async fn the_webhook_is_set_for_everything_and_nothing_that_waits_is_dropped() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.model.answers("here I am");
    world.anna("anybody there?");
    world.bot.starts().await;
    assert_eq!(world.answers(ANNA, 1).await[0].text, "here I am");
    let set = settings_of_the_webhook(&world).pop().unwrap();
    assert_eq!((&set["allowed_updates"], &set["max_connections"]), (&json!([]), &json!(100)));
    assert!(!set["drop_pending_updates"].as_bool().unwrap_or_default());
    let secret = set["secret_token"].as_str().unwrap();
    assert!(secret.len() >= 32 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{secret}");
    assert_eq!(set["url"], json!(world.bot.address(&format!("/webhook/{}", world.telegram.token()))));
    world.ends().await;
}

#[tokio::test]
async fn the_webhook_survives_the_process_and_the_next_one_changes_nothing() {
    let mut world = World::with(Mode::Webhook).await;
    let before = world.telegram.webhook();
    world.bot.stops().await;
    assert_eq!(world.telegram.webhook(), before, "it is still set");
    world.anna("are you away?");
    world.bot.starts().await;
    world.clock.advance(std::time::Duration::from_mins(3));
    world.answers(ANNA, 1).await;
    let set = settings_of_the_webhook(&world);
    assert_eq!(set.len(), 2);
    assert_eq!(set[0], set[1], "identical parameters are a no-op at Telegram");
    assert!(world.telegram.calls().iter().all(|call| call.method != "deleteWebhook"));
    assert_eq!(world.bot.said("Previous webhook"), 0, "it was the same");
    world.ends().await;
}

#[tokio::test]
async fn the_webhook_that_stood_there_before_is_named_without_the_token() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    let token = world.telegram.token().to_owned();
    let old = json!({"url": format!("http://127.0.0.1:1/webhook/{token}")});
    let address = format!("{}/bot{token}/setWebhook", world.telegram.api_url());
    within("the old webhook", world.bot.http.post(address).json(&old).send()).await.unwrap();
    world.bot.starts().await;
    assert_eq!(world.bot.said("Previous webhook: http://127.0.0.1:1/webhook/TOKEN, 0 updates pending"), 1);
    let port = world.bot.port;
    assert_eq!(world.bot.said(&format!("Webhook set: http://127.0.0.1:{port}/webhook/TOKEN (max_connections 100)")), 1);
    assert_eq!(world.bot.said("Webhook info: pending updates 0, last error none"), 1);
    world.ends().await;
}

/// What the bot has asked of `setWebhook`, each time.
fn settings_of_the_webhook(world: &World) -> Vec<Value> {
    let calls = world.telegram.calls().into_iter().filter(|call| call.method == "setWebhook");
    calls.map(|call| call.params).collect()
}
