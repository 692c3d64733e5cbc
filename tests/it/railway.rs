//! Railway as it treats a service: what it injects, how it asks for health, how it redeploys, how it wakes a sleeper.
//!
//! Its edge is a door of our own that leads to one process at a time; Telegram posts there, as it does to the public
//! domain. The rest is the program's own doing.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::tools::{installed, missing, succeeds, text, tool, tree};
use crate::world::{ANNA, Bot, Mode, World, audit, door, until, within};

const DOMAIN: &str = "routergram-production.up.railway.app";

/// What leads from the public domain to the active deployment.
struct Edge {
    active: Arc<AtomicU16>,
    serving: JoinHandle<()>,
}

impl Edge {
    /// Leads to the world's bot.
    #[expect(clippy::disallowed_methods, reason = "the edge is no part of the program, and ends with the story")]
    async fn of(world: &World) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        world.telegram.lead_host(DOMAIN, listener.local_addr().unwrap());
        let active = Arc::new(AtomicU16::new(world.bot.port));
        let leads_to = Arc::clone(&active);
        let serving = tokio::spawn(async move {
            while let Ok((mut outside, _)) = listener.accept().await {
                let port = leads_to.load(Ordering::SeqCst);
                // One that nobody listens behind closes, as a 502 would.
                tokio::spawn(async move {
                    let Ok(mut inside) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
                });
            }
        });
        Self { active, serving }
    }

    /// From now on new connections go to this process.
    fn leads_to(&self, bot: &Bot) {
        self.active.store(bot.port, Ordering::SeqCst);
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A world whose bot has nothing but what its owner must set, what Railway injects, and where the fakes are.
async fn on_railway(settings: &[(&str, &str)]) -> (World, Edge) {
    let mut world = World::asleep(Mode::Polling, settings).await;
    for ours in ["HOST", "LOG_FORMAT", "DATA_DIR"] {
        world.bot.set(ours, "");
    }
    let volume = world.folder.path().display().to_string();
    for (name, value) in [
        ("RAILWAY_PUBLIC_DOMAIN", DOMAIN),
        ("RAILWAY_PRIVATE_DOMAIN", "routergram.railway.internal"),
        ("RAILWAY_PROJECT_NAME", "bots"),
        ("RAILWAY_ENVIRONMENT_NAME", "production"),
        ("RAILWAY_SERVICE_NAME", "routergram"),
        ("RAILWAY_REPLICA_ID", "6c0d5a3e-0000-4000-8000-000000000001"),
        ("RAILWAY_DEPLOYMENT_ID", "6c0d5a3e-0000-4000-8000-000000000002"),
        ("RAILWAY_GIT_COMMIT_SHA", "d0beb8f5c55b36df7d674d55965a23b8d54ad69b"),
        ("RAILWAY_VOLUME_NAME", "routergram-data"),
        ("RAILWAY_VOLUME_MOUNT_PATH", &volume),
    ] {
        world.bot.set(name, value);
    }
    let edge = Edge::of(&world).await;
    (world, edge)
}

/// The status that Railway's health check gets for `path`.
async fn health(bot: &Bot, path: &str) -> u16 {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: healthcheck.railway.app\r\nUser-Agent: RailwayHealthCheck/1.0\r\n\r\n");
    door::knock(bot.port, &request).await.status
}

#[tokio::test]
async fn what_railway_injects_is_enough_for_webhook_mode() {
    let (mut world, _edge) = on_railway(&[]).await;
    world.bot.starts().await;
    assert_eq!(world.bot.said("Mode: webhook (RAILWAY_PUBLIC_DOMAIN is set)"), 1);
    let set = world.telegram.webhook().unwrap().url;
    assert_eq!(set, format!("https://{DOMAIN}/webhook/{}", world.telegram.token()));
    assert_eq!(health(&world.bot, &file_setting("healthcheckPath")).await, 200);
    world.anna("hello?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert!(world.folder.path().join("routergram.db").exists(), "what is stored is on the volume");
    world.bot.stops().await;
    one_line_each(&world.bot.log());
    world.ends().await;
}

#[tokio::test]
async fn a_polling_bot_answers_railways_health_check_too() {
    let (mut world, _edge) = on_railway(&[("USE_WEBHOOK", "false")]).await;
    world.bot.starts().await;
    assert_eq!(health(&world.bot, &file_setting("healthcheckPath")).await, 200);
    world.anna("hello?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

/// Railway reads the level and the message of each line, and takes what is no JSON for a message of its own.
fn one_line_each(log: &str) {
    assert!(log.lines().count() > 5, "{log}");
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(line["message"].is_string(), "{line}");
        let levels = ["error", "warn", "info", "debug"];
        assert!(line["level"].as_str().is_some_and(|level| levels.contains(&level)), "{line}");
    }
}

#[tokio::test]
async fn a_redeploy_without_a_volume_loses_nothing_and_leaves_the_webhook_alone() {
    let (mut world, edge) = on_railway(&[]).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    world.bot.starts().await;
    let before = world.telegram.webhook();
    let mut gate = world.model.hold_after(1);
    world.anna("one");
    within("the old process is in the middle of an answer", gate.reached()).await;

    let (mut next, _disk) = deployed_again(&world).await;
    assert_eq!(health(&next, &file_setting("healthcheckPath")).await, 200);
    in_this_order(&next.log(), &["Listening on ", "Webhook set: ", "Ready: "]);
    edge.leads_to(&next);
    world.bot.gets("TERM");
    until("the old process drains", async || world.bot.get("/readyz").await.1 == "draining\n").await;
    world.anna("two");
    gate.release();
    assert_eq!(world.bot.ends().await.status, Some(0));
    // On a connection that led to the old one it was told to come again.
    world.clock.advance(Duration::from_mins(3));

    let mut said: Vec<String> = world.answers(ANNA, 2).await.into_iter().map(|message| message.text).collect();
    said.sort_unstable();
    assert_eq!((said, world.model.request_count()), (vec!["re: one".to_owned(), "re: two".to_owned()], 2));
    assert_eq!(world.telegram.webhook().map(|now| (now.url, now.secret)), before.map(|then| (then.url, then.secret)));
    assert!(world.telegram.calls().iter().all(|call| call.method != "deleteWebhook"));
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    assert_eq!(next.stops().await.status, Some(0));
    audit::keeps_secrets(&next.log(), &world.telegram);
    world.ends().await;
}

/// The new deployment, ready beside the old one, on a disk of its own.
async fn deployed_again(world: &World) -> (Bot, TempDir) {
    let mut next = world.bot.successor();
    let disk = tempfile::tempdir().unwrap();
    next.set("RAILWAY_VOLUME_MOUNT_PATH", &disk.path().display().to_string());
    next.spawns();
    next.is_ready().await;
    (next, disk)
}

#[tokio::test]
async fn a_redeploy_by_polling_is_ready_although_the_old_one_polls_too() {
    let (mut world, _edge) = on_railway(&[("USE_WEBHOOK", "false")]).await;
    world.bot.starts().await;
    let (mut next, _disk) = deployed_again(&world).await;
    assert_eq!(health(&next, &file_setting("healthcheckPath")).await, 200);
    assert_eq!(world.bot.stops().await.status, Some(0));
    world.anna("who is there?");
    world.answers(ANNA, 1).await;
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    assert_eq!(next.stops().await.status, Some(0));
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    // That each ended the other's polls is what a redeploy looks like: nobody has to act.
    let log = next.log();
    assert!(!log.contains("\"level\":\"error\"") && !log.contains("\"level\":\"warn\""), "{log}");
    world.ends().await;
}

fn in_this_order(log: &str, words: &[&str]) {
    let places: Vec<usize> =
        words.iter().map(|words| log.find(words).unwrap_or_else(|| panic!("{words}: {log}"))).collect();
    assert!(places.is_sorted(), "{words:?} in:\n{log}");
}

#[tokio::test]
async fn a_sleeping_service_does_not_lose_the_update_that_wakes_it() {
    let (mut world, _edge) = on_railway(&[]).await;
    world.bot.starts().await;
    world.drains().await;
    world.bot.stops().await;
    world.anna("are you asleep?");
    let failed = async || world.telegram.webhook().is_some_and(|webhook| webhook.last_error.is_some());
    until("Telegram has found nobody there", failed).await;
    world.bot.starts().await;
    world.clock.advance(Duration::from_mins(3));
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

/// A setting of `railway.toml`'s `[deploy]`, as text.
fn file_setting(name: &str) -> String {
    let file: toml::Table = text("railway.toml").parse().unwrap();
    let value = file["deploy"].get(name).unwrap_or_else(|| panic!("railway.toml has no {name}"));
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn the_files_for_railway_agree_with_the_program_and_with_each_other() {
    let file: toml::Table = text("railway.toml").parse().unwrap();
    let dockerfile = file["build"]["dockerfilePath"].as_str().unwrap();
    assert!(text(dockerfile).contains("ENTRYPOINT"), "{dockerfile}");
    assert_eq!(file["deploy"].get("startCommand"), None, "the image has no shell to run it");
    let reference = routergram::config::reference();
    let drain: u64 = reference
        .lines()
        .find(|line| line.starts_with("| `DRAIN_SECS`"))
        .and_then(|line| line.split('`').nth(3)?.parse().ok())
        .expect("the table of variables has its default");
    assert!(file_setting("drainingSeconds").parse::<u64>().unwrap() > drain, "Railway kills before it has drained");
    let typescript = text(".railway/railway.ts");
    for (name, value) in file["deploy"].as_table().unwrap() {
        assert!(typescript.contains(&format!("{name}: {value},")), "{name} differs in .railway/railway.ts");
    }
}

#[test]
fn railways_own_types_fit_its_file() {
    let (types, file) = (installed().join("node_modules"), ".railway/railway.ts");
    if !types.join("railway").is_dir() {
        return missing("Railway's types are not installed: run tests/deploy/install.sh");
    }
    let Some(mut compiler) = tool("tsc") else { return };
    // The compiler looks for packages beside the file.
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(tree(file), folder.path().join("railway.ts")).unwrap();
    std::os::unix::fs::symlink(types, folder.path().join("node_modules")).unwrap();
    let strict = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "railway.ts"];
    succeeds(compiler.args(strict).current_dir(folder.path()));
}
