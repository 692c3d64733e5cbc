//! Starting: what is said first, what ends the program in one clear line, and what is waited out.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use routergram::sandbox::telegram::{FakeTelegram, Fault, Options, Trouble};

use crate::world::{ANNA, Mode, World, audit};

#[tokio::test]
async fn the_first_line_says_how_updates_arrive_and_why() {
    for (mode, line) in [
        (Mode::Webhook, "Mode: webhook (WEBHOOK_URL is set)"),
        (Mode::Polling, "Mode: polling (no WEBHOOK_URL and no RAILWAY_PUBLIC_DOMAIN)"),
    ] {
        let world = World::with(mode).await;
        let log = world.bot.log();
        assert!(log.lines().next().is_some_and(|first| first.contains(line)), "{log}");
        world.bot.says("Ready: @routergram_bot answers with openrouter/auto").await;
        let port = world.bot.port;
        assert_eq!(world.bot.said(&format!("Listening on 127.0.0.1:{port}")), 1);
        world.ends().await;
    }
}

#[tokio::test]
async fn a_revoked_token_ends_it_with_one_line_that_says_what_to_do() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.revoke_token(true);
    ends_with_one_line(&mut world, "Telegram does not know this BOT_TOKEN. Copy it again from @BotFather").await;
}

#[tokio::test]
async fn a_token_that_never_was_ends_it_with_the_same_line() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    let never_heard_of = Trouble::Refused { code: 404, description: "Not Found".to_owned() };
    world.telegram.fail(Fault::new("*", 100, never_heard_of));
    ends_with_one_line(&mut world, "Telegram does not know this BOT_TOKEN. Copy it again from @BotFather").await;
}

#[tokio::test]
async fn a_busy_port_ends_it_with_one_line_that_names_it() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    let port = world.bot.port;
    let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    ends_with_one_line(&mut world, &format!("cannot listen on 127.0.0.1:{port}")).await;
    assert_eq!(world.bot.said("Choose another PORT, or stop the program that uses it"), 1);
}

#[tokio::test]
async fn an_address_of_another_machine_ends_it_with_one_line_that_blames_the_host() {
    // Reserved for documentation: nobody's.
    let mut world = World::asleep(Mode::Polling, &[("HOST", "192.0.2.1")]).await;
    let port = world.bot.port;
    ends_with_one_line(&mut world, &format!("cannot listen on 192.0.2.1:{port}")).await;
    assert_eq!(world.bot.said("Set HOST to an address of this machine"), 1);
}

/// The program ends by itself with exit status 1 and one complaint, in these words.
async fn ends_with_one_line(world: &mut World, words: &str) {
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, Some(1));
    let log = world.bot.log();
    let complaints: Vec<&str> = log.lines().filter(|line| !line.contains("\"level\":\"info\"")).collect();
    assert!(complaints.len() == 1 && complaints[0].contains(words), "{log}");
    audit::keeps_secrets(&log, &world.telegram);
}

#[tokio::test]
async fn a_telegram_out_of_reach_is_waited_for() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["Telegram cannot be reached; trying again until it can"]);
    let port = world.telegram.api_url().rsplit(':').next().and_then(|port| port.parse().ok()).unwrap();
    world.telegram.stop().await;
    world.bot.spawns();
    world.bot.says("Telegram cannot be reached; trying again until it can").await;
    assert_eq!(world.bot.get("/healthz").await.0, 200);
    let (status, why) = world.bot.get("/readyz").await;
    assert_eq!((status, why.as_str()), (503, "starting: asking Telegram who the bot is\n"));

    world.telegram = FakeTelegram::start(Options { port, ..Options::new(world.clock.clone()) }).await.unwrap();
    world.telegram.add_person(ANNA, "Anna", Some("en"));
    world.bot.is_ready().await;
    world.anna("are you awake?");
    world.answers(ANNA, 1).await;
    assert_eq!(world.bot.said("Telegram cannot be reached"), 1);
    assert_eq!(world.bot.said("Telegram answers again"), 1);
    world.ends().await;
}

#[tokio::test]
async fn troubles_of_telegram_while_starting_are_waited_out() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["Telegram cannot be reached; trying again until it can"]);
    for (method, trouble) in [
        ("getMe", Trouble::BadGateway),
        ("getMe", Trouble::InternalServerError),
        ("setWebhook", Trouble::TooManyRequests { retry_after: 1 }),
        ("setWebhook", Trouble::Reset),
        ("getWebhookInfo", Trouble::DoneThenCut),
    ] {
        world.telegram.fail(Fault::new(method, 1, trouble));
    }
    world.bot.starts().await;
    world.anna("are you awake?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn a_clock_that_is_an_hour_off_is_told_at_start_with_what_to_do_and_the_bot_answers() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["This machine's clock is"]);
    world.telegram.set_date_ahead(Duration::from_hours(1));
    world.bot.starts().await;
    assert_eq!(world.bot.said("This machine's clock is 60 minutes behind Telegram's. Set it right"), 1);
    world.anna("what time is it?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn a_key_that_is_refused_is_told_at_start_and_the_person_gets_a_sentence() {
    let mut world = World::asleep(Mode::Webhook, &[("OPENROUTER_API_KEY", "sk-or-v1-TEST-bad")]).await;
    world.expects_in_log(&["does not accept OPENROUTER_API_KEY", "refuses this account or model"]);
    world.bot.starts().await;
    world.bot.says("The model's provider does not accept OPENROUTER_API_KEY: questions will not be answered").await;
    world.anna("what is the answer?");
    let said = world.answers(ANNA, 1).await;
    assert_eq!(said[0].text, "The bot's account needs its owner's attention. The owner has been told.");
    assert_eq!(world.bot.said("sk-or-v1-TEST-bad"), 0);
    world.ends().await;
}
