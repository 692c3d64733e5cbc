//! The webhook is looked after while the bot runs: taken back, never fought over among ourselves, and its troubles told.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use routergram::replies::{self, Language};
use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::world::inside::{Inside, Log};
use crate::world::{ANNA, Mode, World, free_port, until, within};

/// Runs the bot.
const OLGA: i64 = 1003;

async fn olgas_world(mode: Mode) -> World {
    let world = World::asleep(mode, &[("ADMIN_USER_IDS", "1003")]).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world
}

/// Calls Telegram with the bot's token, as another program would.
async fn another_program(world: &World, method: &str, params: &Value) {
    let address = format!("{}/bot{}/{method}", world.telegram.api_url(), world.telegram.token());
    let done = within("Telegram answers", world.bot.http.post(address).json(params).send()).await.unwrap();
    assert_eq!(done.status(), 200);
}

async fn leads_it_elsewhere(world: &World) {
    let url = format!("http://somebody:word@127.0.0.1:1/webhook/{}?key=word", world.telegram.token());
    another_program(world, "setWebhook", &json!({"url": url, "secret_token": "TEST-another-secret"})).await;
}

/// Lives on until the webhook is ours; true when it had not been.
async fn is_set_again(world: &World, inside: &Inside) {
    let ours = world.bot.address(&format!("/webhook/{}", world.telegram.token()));
    let is_ours = async || world.telegram.webhook().is_some_and(|webhook| webhook.url == ours);
    inside.lives_until("the webhook is ours again", is_ours).await;
}

/// The moments at which this bot set its webhook, by its secret, in milliseconds.
fn set_at(world: &World) -> Vec<i64> {
    let foreign = json!("TEST-another-secret");
    let calls = world.telegram.calls().into_iter();
    let ours = calls.filter(|call| call.method == "setWebhook" && call.params["secret_token"] != foreign);
    ours.map(|call| call.at.0).collect()
}

fn told(world: &World) -> Vec<String> {
    world.said(OLGA).into_iter().map(|message| message.text).collect()
}

/// A line of the metrics. A process has one recorder for all the stories in it, so this one has its own.
fn published(numbers: &PrometheusHandle, line: &str) -> bool {
    numbers.render().lines().any(|published| published == line)
}

#[tokio::test]
async fn a_removed_webhook_is_set_again_and_its_updates_are_answered() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let inside = world.runs_inside(&[]).await;
    let before = world.telegram.webhook();
    another_program(&world, "deleteWebhook", &json!({})).await;
    world.model.answers("back again");
    world.anna("where are you?");
    is_set_again(&world, &inside).await;
    assert_eq!(world.telegram.webhook(), before, "with the same secret and number of connections");
    world.answers(ANNA, 1).await;
    log.says("took its webhook: it was removed (a program that polls does that). Set again: http://127.0.0.1:").await;
    assert_eq!((log.said(" WARN "), log.said("ERROR")), (1, 0), "{}", log.text());
    assert_eq!(told(&world), Vec::<String>::new(), "once is an accident");
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_that_is_taken_again_and_again_is_set_again_once_a_minute_and_the_owner_is_told() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let inside = world.runs_inside(&[]).await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let (_counting, numbers) = (metrics::set_default_local_recorder(&recorder), recorder.handle());
    for _ in 0..5 {
        leads_it_elsewhere(&world).await;
        is_set_again(&world, &inside).await;
    }
    let at = set_at(&world);
    assert_eq!(at.len(), 6);
    assert!(at.windows(2).all(|pair| pair[1] - pair[0] >= 60_000), "more than once a minute: {at:?}");
    let whose = "it was led to http://127.0.0.1:1/webhook/TOKEN?…. Set again: http://127.0.0.1:";
    until("each time is told", async || log.said(whose) == 5).await;
    assert!(published(&numbers, "routergram_webhook_repairs_total{found=\"foreign\"} 5"), "{}", numbers.render());
    assert_eq!(log.said("ERROR"), 1, "{}", log.text());
    assert_eq!(log.said("The webhook is taken again and again"), 1);
    for secret in [world.telegram.token(), "TEST-TOKEN", "word"] {
        assert_eq!(log.said(secret), 0, "{secret}");
    }
    world.answers(OLGA, 1).await;
    let told = told(&world);
    assert_eq!(told, [replies::owner_webhook_taken(Language::En, "led to http://127.0.0.1:1/webhook/TOKEN?…")]);
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn three_times_in_an_hour_is_not_again_and_again() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let inside = world.runs_inside(&[]).await;
    for _ in 0..3 {
        leads_it_elsewhere(&world).await;
        is_set_again(&world, &inside).await;
        world.clock.advance(Duration::from_mins(20));
    }
    inside.looks(&world, 1).await;
    assert_eq!((log.said("took its webhook"), log.said("ERROR")), (3, 0), "{}", log.text());
    assert_eq!(told(&world), Vec::<String>::new());
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn two_processes_of_one_deployment_never_set_it_against_each_other() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let other = tempfile::tempdir().unwrap();
    let port = free_port().to_string();
    let first = world.runs_inside(&[]).await;
    let second = world.runs_inside(&[("DATA_DIR", other.path().to_str().unwrap()), ("PORT", &port)]).await;
    first.looks(&world, 10).await;
    assert_eq!(set_at(&world).len(), 2, "each once, at its start");
    assert_eq!(log.said(" WARN "), 0, "{}", log.text());
    second.stops().await;
    first.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_that_cannot_be_set_again_is_tried_every_minute_and_told_once() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let inside = world.runs_inside(&[]).await;
    let refused = Trouble::Refused { code: 400, description: "Bad Request: bad webhook: no such host".to_owned() };
    another_program(&world, "deleteWebhook", &json!({})).await;
    world.telegram.fail(Fault::new("setWebhook", 3, refused));
    is_set_again(&world, &inside).await;
    assert_eq!(set_at(&world).len(), 5);
    assert_eq!(log.said("and cannot be set again; trying every minute"), 1, "{}", log.text());
    world.answers(OLGA, 1).await;
    assert!(told(&world)[0].contains("no such host"), "{:?}", told(&world));
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_telegram_that_is_away_while_it_is_looked_is_told_after_some_minutes() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let inside = world.runs_inside(&[]).await;
    for (times, told) in [(2, 0), (5, 1)] {
        world.telegram.fail(Fault::new("getWebhookInfo", times, Trouble::InternalServerError));
        inside.looks(&world, usize::try_from(times).unwrap() + 1).await;
        assert_eq!(log.said("The webhook cannot be looked at"), told, "{}", log.text());
    }
    log.says("The webhook can be looked at again").await;
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_bot_that_may_sleep_says_nothing_to_telegram_while_nobody_writes() {
    let world = olgas_world(Mode::Webhook).await;
    let inside = world.runs_inside(&[("WEBHOOK_WATCH", "false")]).await;
    // The menu is looked after beside the start, and may not be done yet.
    let shows = |method: &str| method.starts_with("getMy") || method.starts_with("setMy");
    let calls = || world.telegram.calls().iter().filter(|call| !shows(&call.method)).count();
    let (called, asked) = (calls(), world.called("getWebhookInfo"));
    inside.lives(&world, Duration::from_mins(10)).await;
    assert_eq!(calls(), called, "not a word in ten minutes");

    world.anna("are you awake?");
    world.answers(ANNA, 1).await;
    inside.looks(&world, 1).await;
    inside.lives(&world, Duration::from_mins(10)).await;
    assert_eq!(world.called("getWebhookInfo"), asked + 1, "once, for the minute with a message");
    inside.stops().await;
    world.ends().await;
}

/// Stands in front of the bot, as a platform's proxy would. While it is away, Telegram's posts are refused.
struct Proxy {
    address: SocketAddr,
}

impl Proxy {
    fn is_away() -> Self {
        Self { address: (Ipv4Addr::LOCALHOST, free_port()).into() }
    }

    async fn comes_back(&self, bot: u16) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let tasks = routergram::lifecycle::Tasks::new(routergram::lifecycle::StopSignals::default());
        tasks.clone().spawn(async move {
            loop {
                let (mut telegram, _) = listener.accept().await.unwrap();
                tasks.spawn(async move {
                    let mut bot = TcpStream::connect((Ipv4Addr::LOCALHOST, bot)).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut telegram, &mut bot).await;
                });
            }
        });
    }
}

#[tokio::test]
async fn deliveries_that_fail_are_told_once_and_so_is_their_recovery() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let (_counting, numbers) = (metrics::set_default_local_recorder(&recorder), recorder.handle());
    let (log, mut world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let proxy = Proxy::is_away();
    world.telegram.lead_host("bot.example.com", proxy.address);
    world.bot.set("WEBHOOK_URL", "https://bot.example.com");
    let inside = world.runs_inside(&[]).await;
    inside.looks(&world, 2).await;
    assert_eq!(log.said(" WARN "), 0, "{}", log.text());
    for question in 1..=5 {
        world.says(ANNA, ANNA, &format!("anybody there? ({question})"));
        inside.looks(&world, 1).await;
    }
    log.says("Telegram fails to deliver updates: Connection refused; 1 updates pending").await;
    log.says("Updates pile up at Telegram: 3 updates pending, more with every minute").await;
    assert_eq!(log.said(" WARN "), 2, "{}", log.text());
    until("the queue is published", async || published(&numbers, "routergram_webhook_pending_updates 5")).await;
    assert!(numbers.render().contains("routergram_webhook_failures_total "));
    world.answers(OLGA, 2).await;
    let told = told(&world);
    assert_eq!(told[0], replies::owner_webhook_failing(Language::En, "Connection refused; 1 updates wait"));
    assert_eq!(told[1], replies::owner_backlog(Language::En, "3 updates wait"));

    proxy.comes_back(world.bot.port).await;
    // Telegram's longest pause between two attempts.
    world.clock.advance(Duration::from_mins(2));
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    world.answers(ANNA, 5).await;
    inside.looks(&world, 2).await;
    log.says("Telegram delivers updates again: ").await;
    assert_eq!((log.said(" WARN "), log.said("delivers updates again")), (2, 1), "{}", log.text());
    until("its end is published", async || published(&numbers, "routergram_webhook_pending_updates 0")).await;
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_that_appears_while_polling_is_named_and_left_to_its_owner() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Polling).await);
    let inside = world.runs_inside(&[("WEBHOOK_TAKEOVER", "true")]).await;
    leads_it_elsewhere(&world).await;
    log.says("a webhook was set to http://127.0.0.1:1/webhook/TOKEN?…; normal while a redeploy overlaps").await;
    assert_eq!((log.said(" WARN "), log.said("ERROR"), told(&world).len()), (0, 0, 0), "{}", log.text());
    inside.looks(&world, 3).await;
    let named = "Polling gets nothing: this bot's updates go to http://127.0.0.1:1/webhook/TOKEN?…";
    log.says(named).await;
    assert_eq!((log.said(named), log.said("Polling fails")), (1, 0), "{}", log.text());
    world.answers(OLGA, 1).await;
    let expected = replies::owner_webhook_taken(Language::En, "http://127.0.0.1:1/webhook/TOKEN?…");
    assert_eq!(told(&world), [expected]);
    assert!(world.telegram.webhook().is_some_and(|webhook| webhook.url.contains("127.0.0.1:1/")), "it was removed");

    another_program(&world, "deleteWebhook", &json!({})).await;
    world.model.answers("back again");
    world.anna("and now?");
    inside.lives_until("polling works", async || log.said("Polling works again") > 0).await;
    world.answers(ANNA, 1).await;
    assert_eq!(log.said("TEST-TOKEN"), 0);
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_webhook_of_its_own_that_an_old_process_left_is_removed_when_it_outlasts_a_redeploy() {
    let (log, world) = (Log::listens(), olgas_world(Mode::Webhook).await);
    let inside = world.runs_inside(&[("USE_WEBHOOK", "false"), ("DROP_PENDING_UPDATES", "true")]).await;
    let url = world.bot.address("/webhook/left-over");
    another_program(&world, "setWebhook", &json!({"url": url})).await;
    world.model.answers("back again");
    world.anna("where are you?");
    inside.lives_until("the question is taken", async || world.telegram.undelivered() == 0).await;
    assert_eq!((world.telegram.webhook(), log.said("ERROR")), (None, 0), "{}", log.text());
    world.answers(ANNA, 1).await;
    let removed = format!("Removed the webhook {url} to receive updates by polling");
    assert_eq!(log.said(&removed), 1, "{}", log.text());
    assert_eq!(told(&world), Vec::<String>::new());
    inside.stops().await;
    world.ends().await;
}
