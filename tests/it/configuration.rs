//! The configuration as its owner meets it: everything wrong at once, nothing secret, and a status for scripts.

use std::path::Path;
use std::process::Command;

use crate::world::{ANNA, KEY, Mode, World};

const PROGRAM: &str = env!("CARGO_BIN_EXE_routergram");
const TOKEN: &str = "123456:TEST-TOKEN-not-a-real-one";

/// Runs a command of the program to its end: its exit status, and what it printed.
fn run(arguments: &[&str], settings: &[(&str, &str)], folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(PROGRAM);
    let done = command.args(arguments).env_clear().envs(settings.iter().copied()).current_dir(folder).output().unwrap();
    let printed = [done.stdout, done.stderr].concat();
    (done.status.code(), String::from_utf8(printed).unwrap())
}

fn keeps(secrets: &[&str], printed: &str) {
    for secret in secrets {
        assert!(!printed.contains(secret), "it holds {secret}:\n{printed}");
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_fix_and_without_the_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("TELEGRAM_BOT_TOKEN", "bot123456:TEST-TOKEN-not-a-real-one"),
        ("OPENROUTER_API_KEY", KEY),
        ("PORT", "eighty"),
        ("USE_WEBHOOK", "perhaps"),
        ("WEBHOOK_SECRET", "TEST secret with blanks"),
        ("TEMPERATURE", "hot"),
        ("DRAIN_SECS", "-1"),
        ("RUST_LOG", "info,what=is=this"),
        ("METRICS_TOKEN", "TEST-metrics-token"),
    ];
    let secrets = ["TEST-TOKEN-not-a-real-one", KEY, "TEST secret with blanks", "TEST-metrics-token"];
    for arguments in [&[][..], &["run"], &["config", "check"], &["config", "show"]] {
        let (status, printed) = run(arguments, &settings, folder.path());
        assert_eq!(status, Some(78), "{arguments:?}: {printed}");
        assert!(printed.contains("The configuration has 7 problems:"), "{printed}");
        let wrong = ["TELEGRAM_BOT_TOKEN", "PORT", "USE_WEBHOOK", "WEBHOOK_SECRET", "TEMPERATURE", "DRAIN_SECS"];
        for name in wrong.into_iter().chain(["RUST_LOG"]) {
            assert!(printed.contains(&format!(". {name} is ")), "{name} in: {printed}");
        }
        assert_eq!(printed.matches("\n   fix: ").count(), 7, "{printed}");
        keeps(&secrets, &printed);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was started");
}

#[test]
fn what_is_missing_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let (status, printed) = run(&["config", "check"], &[("USE_WEBHOOK", "true"), ("BOT_TOKEN", " ")], folder.path());
    assert_eq!(status, Some(78));
    for name in ["BOT_TOKEN", "OPENROUTER_API_KEY", "WEBHOOK_URL"] {
        assert!(printed.contains(&format!(". {name} is not set")), "{printed}");
    }
}

#[test]
fn an_address_that_telegram_cannot_post_to_ends_the_start_with_the_fix() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, expected, fix) in [
        ("WEBHOOK_URL", "http://bot.example.com", "an https:// address", "set WEBHOOK_URL=https://your-host"),
        ("WEBHOOK_URL", "https://localhost:8000", "reach from the Internet", "USE_WEBHOOK=false"),
        ("WEBHOOK_URL", "https://10.0.0.7/hook", "reach from the Internet", "USE_WEBHOOK=false"),
        (
            "WEBHOOK_URL",
            "https://bot.example.com:8000",
            "port 443, 80, 88 or 8443",
            "set WEBHOOK_URL=https://your-host",
        ),
        ("WEBHOOK_URL", "https://bot.example.com/metrics", "not use for something else", "WEBHOOK_PATH is appended"),
        ("TELEGRAM_WEBHOOK_URL", "https:// bot", "an https:// address", "write it like WEBHOOK_URL=https://bot"),
        ("RAILWAY_PUBLIC_DOMAIN", "localhost", "reach from the Internet", "USE_WEBHOOK=false"),
        ("RAILWAY_PUBLIC_DOMAIN", "${{RAILWAY_PUBLIC_DOMAIN}}", "expected: ", "fix: "),
        ("WEBHOOK_PATH", "https://bot.example.com/hook", "which starts with /", "set WEBHOOK_URL to the whole"),
    ] {
        let settings = [("BOT_TOKEN", TOKEN), ("OPENROUTER_API_KEY", KEY), (name, value)];
        let (status, printed) = run(&[], &settings, folder.path());
        assert_eq!(status, Some(78), "{name}={value}: {printed}");
        let all = [&format!("1. {name} is \"{value}\""), expected, fix];
        assert!(all.iter().all(|words| printed.contains(*words)), "{name}={value}: {printed}");
        keeps(&[TOKEN, KEY], &printed);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was started");
}

#[tokio::test]
async fn a_railway_domain_is_enough_for_a_webhook_also_when_more_than_the_domain_was_written() {
    for domain in ["bot.example.com", "https://bot.example.com/", "http://bot.example.com"] {
        let mut world = World::asleep(Mode::Polling, &[("RAILWAY_PUBLIC_DOMAIN", domain)]).await;
        world.expects_in_log(&["RAILWAY_PUBLIC_DOMAIN starts with http://; Railway serves https://"]);
        let volume = world.folder.path().display().to_string();
        world.bot.set("RAILWAY_VOLUME_MOUNT_PATH", &volume);
        world.telegram.lead_host("bot.example.com", (std::net::Ipv4Addr::LOCALHOST, world.bot.port).into());
        world.bot.starts().await;
        assert_eq!(world.bot.said("Mode: webhook (RAILWAY_PUBLIC_DOMAIN is set)"), 1);
        assert_eq!(world.bot.said("Webhook set: https://bot.example.com/webhook/TOKEN (max_connections 100)"), 1);
        world.anna("hello?");
        world.answers(ANNA, 1).await;
        world.ends().await;
    }
}

#[test]
fn a_good_configuration_is_called_complete_and_shown_without_the_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("BOT_TOKEN", TOKEN),
        ("OPENROUTER_API_KEY", KEY),
        ("WEBHOOK_URL", "https://bot.example.com"),
        ("METRICS_TOKEN", "TEST-metrics-token"),
        ("WEBHOOK_SECRET", "TEST-own-secret"),
    ];
    let secrets = [TOKEN, KEY, "TEST-metrics-token", "TEST-own-secret"];
    let (status, checked) = run(&["config", "check"], &settings, folder.path());
    assert_eq!(status, Some(0), "{checked}");
    assert!(checked.starts_with("The configuration is complete. Mode: webhook (WEBHOOK_URL is set)"), "{checked}");
    let (status, shown) = run(&["config", "show"], &settings, folder.path());
    assert_eq!(status, Some(0), "{shown}");
    assert!(shown.contains("Webhook: https://bot.example.com/webhook/TOKEN"), "{shown}");
    keeps(&secrets, &checked);
    keeps(&secrets, &shown);
}

#[test]
fn dotenv_is_read_from_the_working_directory_and_overrides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let written = format!("BOT_TOKEN={TOKEN}\nOPENROUTER_API_KEY={KEY}\nPORT=4321\nMODEL=from/file\n");
    std::fs::write(folder.path().join(".env"), written).unwrap();
    let (status, shown) = run(&["config", "show"], &[("MODEL", "from/environment"), ("PORT", "")], folder.path());
    assert_eq!(status, Some(0), "{shown}");
    let line = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert!(line("PORT ").contains("4321") && line("PORT ").contains(".env"), "{shown}");
    assert!(line("MODEL ").contains("from/environment"), "{shown}");
    keeps(&[TOKEN, KEY], &shown);
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(run(&["config", "check"], &[], elsewhere.path()).0, Some(78));
}

#[tokio::test]
async fn the_bot_runs_on_a_dotenv_alone() {
    let mut world = World::asleep(Mode::Polling, &[("BOT_TOKEN", ""), ("OPENROUTER_API_KEY", "")]).await;
    let written = format!("BOT_TOKEN={}\nOPENROUTER_API_KEY='{KEY}'\n", world.telegram.token());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), written).unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "cd \"$1\" && exec \"$2\"", "sh"]).arg(folder.path()).arg(PROGRAM);
    world.bot.spawns_as(shell);
    world.bot.is_ready().await;
    world.anna("hello?");
    world.answers(ANNA, 1).await;
    world.ends().await;
}

// The health check is waited for by blocking, while the others have to answer it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_health_check_tells_a_living_bot_from_a_dead_one_and_from_somebody_else() {
    let mut world = World::with(Mode::Polling).await;
    let folder = tempfile::tempdir().unwrap();
    let checks = |port: &str| run(&["healthcheck"], &[("PORT", port)], folder.path());
    let port = world.bot.port.to_string();
    assert_eq!(checks(&port), (Some(0), String::new()));
    world.drains().await;
    world.bot.stops().await;
    let (status, why) = checks(&port);
    assert!(status == Some(1) && why.starts_with(&format!("nobody answers at 127.0.0.1:{port}")), "{why}");
    let telegram = world.telegram.api_url();
    let (status, why) = checks(telegram.rsplit(':').next().unwrap());
    assert!(status == Some(1) && why.contains("404"), "{why}");
    world.ends().await;
}
