//! The commands that look or change by hand: the webhook, the list of models, the health check.

use serde_json::{Value, json};

use crate::world::{ANNA, Mode, Printed, World};

fn keeps_the_token(world: &World, printed: &Printed) {
    let all = format!("{}{}", printed.out, printed.err);
    assert!(!all.contains(world.telegram.token()) && !all.contains("TEST-TOKEN"), "{all}");
}

#[tokio::test]
async fn a_webhook_is_set_looked_at_and_deleted_by_hand() {
    let world = World::asleep(Mode::Webhook, &[]).await;
    let address = format!("http://127.0.0.1:{}/webhook/TOKEN", world.bot.port);
    let ask = async |words: &[&str]| {
        let printed = world.bot.asked(words).await;
        keeps_the_token(&world, &printed);
        assert_eq!((printed.status, printed.err.as_str()), (Some(0), ""), "{words:?}: {}", printed.out);
        printed.out
    };
    assert!(
        ask(&["webhook", "info"]).await.starts_with(&format!("Webhook:         none (these settings want {address})"))
    );
    let set = ask(&["webhook", "set"]).await;
    assert!(set.starts_with(&format!("Webhook set: {address} (max_connections 100)\n0 updates wait")), "{set}");
    let info = ask(&["webhook", "info"]).await;
    let lines: Vec<_> = info.lines().map(|line| line.split_once(':').unwrap().0).collect();
    assert_eq!(lines, ["Webhook", "Pending updates", "Last error", "Connections", "Updates"]);
    assert!(info.contains(&format!("{address} (as these settings want it)")), "{info}");
    let webhook = world.telegram.webhook().unwrap();
    assert!(webhook.secret.is_some() && webhook.max_connections == 100, "{webhook:?}");
    let deleted = ask(&["webhook", "delete"]).await;
    assert!(deleted.contains(&address) && deleted.contains("Nothing arrives until the bot polls"), "{deleted}");
    assert_eq!(world.telegram.webhook(), None);
    assert!(ask(&["webhook", "delete"]).await.starts_with("There was no webhook\n"));
    world.ends().await;
}

#[tokio::test]
async fn deleting_keeps_what_waits_unless_told_otherwise() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.anna("one");
    world.anna("two");
    let printed = world.bot.asked(&["webhook", "delete"]).await;
    assert!(printed.out.contains("2 updates wait; Telegram keeps each for a day"), "{}", printed.out);
    assert_eq!(world.telegram.undelivered(), 2);
    let printed = world.bot.asked(&["webhook", "delete", "--drop-pending"]).await;
    assert!(printed.out.contains("2 waiting updates were forgotten: nobody will answer them"), "{}", printed.out);
    assert_eq!(world.telegram.undelivered(), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_can_be_set_to_an_address_of_ones_own_by_the_rules_of_the_settings() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.lead_host("bot.example.com", ([127, 0, 0, 1], world.bot.port).into());
    let printed = world.bot.asked(&["webhook", "set", "https://bot.example.com"]).await;
    keeps_the_token(&world, &printed);
    assert!(printed.out.contains("Webhook set: https://bot.example.com/webhook/TOKEN"), "{printed:?}");
    let url = format!("https://bot.example.com/webhook/{}", world.telegram.token());
    assert_eq!(world.telegram.webhook().unwrap().url, url);
    let printed = world.bot.asked(&["webhook", "set", "http://bot.example.com"]).await;
    assert!(printed.status == Some(78) && printed.err.contains("an https:// address"), "{printed:?}");
    assert_eq!(world.telegram.webhook().unwrap().url, url, "a wrong one changes nothing");
    let printed = world.bot.asked(&["webhook", "set"]).await;
    assert!(printed.status == Some(1) && printed.err.contains("these settings want no webhook"), "{printed:?}");
    world.bot.set("WEBHOOK_URL", "https://nowhere.example");
    let printed = world.bot.asked(&["webhook", "set"]).await;
    assert!(printed.status == Some(1) && printed.err.contains("Failed to resolve host"), "{printed:?}");
    keeps_the_token(&world, &printed);
    world.ends().await;
}

#[tokio::test]
async fn what_telegram_refuses_is_told_with_what_to_do() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.revoke_token(true);
    let printed = world.bot.asked(&["webhook", "info"]).await;
    assert!(
        printed.status == Some(1) && printed.err.starts_with("Telegram does not know this BOT_TOKEN"),
        "{printed:?}"
    );
    world.telegram.stop().await;
    let printed = world.bot.asked(&["webhook", "delete"]).await;
    assert!(printed.status == Some(1) && printed.err.contains("Check the network and TELEGRAM_API_URL"), "{printed:?}");
    keeps_the_token(&world, &printed);
    world.ends().await;
}

#[tokio::test]
async fn models_are_listed_with_their_prices_and_found_by_words() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    // Who looks for a model may have no bot yet.
    world.bot.set("BOT_TOKEN", "");
    let all = world.bot.asked(&["models"]).await;
    assert_eq!((all.status, all.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(all.out, @r"
    MODEL                                     CONTEXT    $/M IN   $/M OUT  CAN
    anthropic/claude-sonnet-4.5                    1M      3.00     15.00  VF-R
    deepseek/deepseek-chat-v3.1                  164K      0.20      0.80  ---R
    google/gemini-2.5-flash                        1M      0.30      2.50  VFAR
    meta-llama/llama-3.3-70b-instruct:free        66K      free      free  ----
    mistralai/mistral-small-3.2-24b-instruct     131K      0.06      0.18  V---
    openai/gpt-4o-mini                           128K      0.15      0.60  VF--
    openrouter/auto                                2M    varies    varies  VFAR

    7 models; prices in US dollars per million tokens; V: pictures, F: files, A: audio, R: reasons
    ");
    let some = world.bot.asked(&["models", "GPT", "openai"]).await;
    assert!(some.out.contains("openai/gpt-4o-mini") && some.out.contains("\n1 model; "), "{}", some.out);
    let found = world.bot.asked(&["models", "gemini", "--json"]).await;
    let listed: Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(
        listed["models"],
        json!([{"id": "google/gemini-2.5-flash", "name": "Google: Gemini 2.5 Flash", "context_tokens": 1_048_576,
            "prompt_usd_per_million_tokens": 0.3, "completion_usd_per_million_tokens": 2.5,
            "vision": true, "files": true, "audio": true, "reasoning": true}])
    );
    let none = world.bot.asked(&["models", "gemini", "claude"]).await;
    assert!(none.status == Some(1) && none.err.contains("None of the 7 models has gemini and claude"), "{none:?}");
    for (name, value) in [("MODEL", "openai/gpt-4o-mini"), ("ALLOWED_MODELS", "openai/*, *:free")] {
        world.bot.set(name, value);
    }
    let allowed = world.bot.asked(&["models"]).await;
    assert!(allowed.out.contains("\n2 models; ") && !allowed.out.contains("google/"), "{}", allowed.out);
    world.bot.set("OPENROUTER_BASE_URL", "http://127.0.0.1:9/v1");
    let away = world.bot.asked(&["models"]).await;
    assert!(away.status == Some(1) && away.err.contains("http://127.0.0.1:9/v1 cannot be asked"), "{away:?}");
    world.ends().await;
}

#[tokio::test]
async fn the_health_check_finds_a_bot_wherever_it_listens() {
    for host in ["0.0.0.0", "::", "[::1]", "localhost"] {
        let mut world = World::asleep(Mode::Polling, &[("HOST", host)]).await;
        let healthy = async |world: &World| world.bot.asked(&["healthcheck"]).await.status;
        assert_eq!(healthy(&world).await, Some(1), "{host}: nobody runs");
        if host.contains("::") {
            if std::net::TcpListener::bind("[::1]:0").is_err() {
                continue;
            }
            world.bot.spawns();
            world.bot.says("Ready: ").await;
        } else {
            world.bot.starts().await;
        }
        assert_eq!(healthy(&world).await, Some(0), "{host}");
        world.anna("hello");
        world.answers(ANNA, 1).await;
        world.ends().await;
    }
}
