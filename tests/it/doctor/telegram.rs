//! What may be wrong at Telegram.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use routergram::sandbox::telegram::{Fault, InlineMode, Trouble};
use serde_json::json;

use crate::world::{ANNA, Mode, World, within};

/// Where another program of the same bot gets its updates; with another bot's token and a key in it.
const ELSEWHERE: &str = "https://old.example/bot99:another-bots-token/hook?key=another-bots-key";

impl World {
    /// Somebody else calls a method with this bot's token.
    async fn somebody_calls(&self, method: &str, parameters: &serde_json::Value) {
        let address = format!("{}/bot{}/{method}", self.telegram.api_url(), self.telegram.token());
        let answer = self.bot.http.post(address).json(parameters).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    /// Another program has the webhook.
    async fn somebody_takes_the_webhook(&self) {
        self.telegram.lead_host("old.example", (Ipv4Addr::LOCALHOST, 9).into());
        self.somebody_calls("setWebhook", &json!({"url": ELSEWHERE})).await;
    }
}

#[tokio::test]
async fn a_wrong_token_is_told_and_nothing_behind_it_is_guessed() {
    let never_was = Fault::new("*", 9, Trouble::Refused { code: 404, description: "Not Found".to_owned() });
    for is_revoked in [true, false] {
        let world = World::asleep(Mode::Webhook, &[]).await;
        if is_revoked {
            world.telegram.revoke_token(true);
        } else {
            world.telegram.fail(never_was.clone());
        }
        let said = world.doctor().await;
        assert_eq!((said.status, said.are("failure")), (Some(1), vec!["token"]), "{:#?}", said.rows);
        said.shows("token", "failure", &["does not know it", "Copy BOT_TOKEN again from @BotFather"]);
        said.shows("webhook", "skipped", &["the token has to work first"]);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_telegram_that_asks_to_wait_is_no_failure() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.fail(Fault::new("getMe", 1, Trouble::TooManyRequests { retry_after: 7 }));
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0));
    said.shows("token", "warning", &["wait 7 s"]);
    world.ends().await;
}

#[tokio::test]
async fn somebody_elses_webhook_is_named_without_its_secrets() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.somebody_takes_the_webhook().await;
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["webhook"]), "{:#?}", said.rows);
    let address = "https://old.example/TOKEN/hook?…";
    said.shows("webhook", "failure", &["updates go to", address, "WEBHOOK_TAKEOVER=true"]);
    world.bot.set("WEBHOOK_TAKEOVER", "true");
    world.doctor().await.shows("webhook", "warning", &[address, "removes this webhook"]);
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_that_was_taken_from_a_running_bot_is_a_failure() {
    let world = World::with(Mode::Webhook).await;
    world.somebody_takes_the_webhook().await;
    let said = world.doctor().await;
    assert_eq!(said.status, Some(1));
    let wanted = format!("the settings want http://127.0.0.1:{}/webhook/TOKEN", world.bot.port);
    said.shows("webhook", "failure", &["https://old.example/TOKEN/hook", &wanted, "routergram webhook set"]);
    // Before the bot runs it is only what its start will change.
    let mut asleep = World::asleep(Mode::Webhook, &[]).await;
    asleep.somebody_takes_the_webhook().await;
    asleep.doctor().await.shows("webhook", "warning", &["https://old.example/TOKEN/hook", "Start the bot"]);
    asleep.bot.set("USE_WEBHOOK", "false");
    asleep.bot.set("WEBHOOK_URL", "https://old.example");
    asleep.doctor().await.shows("webhook", "warning", &["removes this webhook"]);
    asleep.ends().await;
    world.ends().await;
}

#[tokio::test]
async fn a_running_bot_without_its_webhook_is_a_failure() {
    let world = World::with(Mode::Webhook).await;
    world.somebody_calls("deleteWebhook", &json!({})).await;
    let said = world.doctor().await;
    assert_eq!(said.status, Some(1));
    said.shows("webhook", "failure", &["none is set", "routergram webhook set"]);
    world.ends().await;
}

#[tokio::test]
async fn deliveries_that_fail_are_told_with_telegrams_words_and_when_they_are_overcome() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    let printed = world.bot.asked(&["webhook", "set"]).await;
    assert_eq!(printed.status, Some(0), "{}", printed.err);
    world.anna("anybody there?");
    let telegram = world.telegram.clone();
    within("a delivery fails", async {
        while telegram.webhook().is_none_or(|webhook| webhook.last_error.is_none()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["last_error"]), "{:#?}", said.rows);
    said.shows("last_error", "failure", &["Connection refused (20", "UTC) => Start the bot, and let"]);
    said.shows("pending_updates", "ok", &["1"]);
    world.bot.starts().await;
    world.clock.advance(Duration::from_mins(3));
    world.answers(ANNA, 1).await;
    world.drains().await;
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0), "{:#?}", said.rows);
    said.shows("last_error", "warning", &["Connection refused", "nothing waits any more"]);
    world.ends().await;
}

#[tokio::test]
async fn many_updates_that_wait_are_a_warning() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    for _ in 0..120 {
        world.anna("hello?");
    }
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0));
    said.shows("pending_updates", "warning", &["120 wait at Telegram", "Start the bot"]);
    world.model.answers("yes");
    world.bot.starts().await;
    world.ends().await;
}

#[tokio::test]
async fn updates_that_telegram_keeps_back_are_named() {
    let world = World::with(Mode::Webhook).await;
    let door = world.door();
    let narrow = json!({"url": format!("http://127.0.0.1:{}{}", door.port, door.path), "secret_token": door.secret,
        "max_connections": 100, "allowed_updates": ["message", "chat_member"]});
    world.somebody_calls("setWebhook", &narrow).await;
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["allowed_updates"]), "{:#?}", said.rows);
    let kept_back = "edited_message, callback_query, inline_query, chosen_inline_result, stopped_message_generation, \
                     my_chat_member";
    said.shows("allowed_updates", "failure", &[kept_back, "routergram webhook set"]);
    let printed = world.bot.asked(&["webhook", "set"]).await;
    assert_eq!(printed.status, Some(0), "{}", printed.err);
    assert_eq!(world.doctor().await.status, Some(0), "the fix does not mend it");
    world.ends().await;
    let asleep = World::asleep(Mode::Polling, &[]).await;
    asleep.somebody_calls("getUpdates", &json!({"allowed_updates": ["message"], "timeout": 0})).await;
    asleep.doctor().await.shows("allowed_updates", "warning", &["edited_message", "Start the bot"]);
    asleep.ends().await;
}

#[tokio::test]
async fn privacy_mode_inline_mode_and_topics_are_told() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.doctor().await.shows("privacy", "ok", &["on: "]);
    world.doctor().await.shows("topics", "ok", &["off: "]);
    world.doctor().await.shows("inline", "ok", &["off: ", "/setinline"]);
    world.telegram.set_inline(InlineMode::WithoutFeedback);
    world.telegram.set_privacy(false);
    let _ = world.telegram.add_topic(ANNA, "Cooking");
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0));
    said.shows("privacy", "warning", &["off: ", "/setprivacy", "remove the bot from its groups and add it anew"]);
    world.telegram.set_joinable(false);
    world.doctor().await.shows("privacy", "ok", &["cannot be added to groups", "/setjoingroups"]);
    world.telegram.set_joinable(true);
    said.shows("topics", "ok", &["on: "]);
    said.shows("inline", "ok", &["on: ", "/setinlinefeedback"]);
    world.ends().await;
}

#[tokio::test]
async fn without_a_network_each_thing_is_told_and_the_rest_is_looked_at() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.stop().await;
    world.bot.set("OPENROUTER_BASE_URL", "http://127.0.0.1:9/api/v1");
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["token", "key"]), "{:#?}", said.rows);
    said.shows(
        "token",
        "failure",
        &["Telegram could not be reached", "Check that this machine reaches 127.0.0.1", "TELEGRAM_API_URL"],
    );
    said.shows("key", "failure", &["cannot be asked", "OPENROUTER_BASE_URL"]);
    said.shows("clock", "skipped", &["nobody tells the time"]);
    said.shows("data_folder", "ok", &["can be written"]);
    world.ends().await;
}

#[tokio::test]
async fn a_network_that_swallows_everything_is_given_up() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    // The system takes the connections; nobody ever answers.
    let silence = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = format!("http://{}", silence.local_addr().unwrap());
    world.bot.set("TELEGRAM_API_URL", &address);
    world.bot.set("OPENROUTER_BASE_URL", &address);
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["token", "key"]), "{:#?}", said.rows);
    said.shows("token", "failure", &["no answer"]);
    said.shows("model", "skipped", &["no answer"]);
    world.ends().await;
}
