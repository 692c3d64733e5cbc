//! `routergram doctor`: every broken state is seen, with what to do about it, and nothing is changed by looking.

use std::process::Command;

use serde_json::Value;

use crate::browser::skip_without;
use crate::world::{KEY, Mode, World};

mod here;
mod model;
mod telegram;

/// The names that scripts may look for.
const NAMES: [&str; 15] = [
    "settings",
    "token",
    "webhook",
    "pending_updates",
    "last_error",
    "allowed_updates",
    "key",
    "model",
    "data_folder",
    "port",
    "clock",
    "privacy",
    "desk",
    "inline",
    "topics",
];

/// What the doctor said.
struct Said {
    status: Option<i32>,
    rows: Vec<Value>,
}

impl World {
    /// Asks the doctor.
    async fn doctor(&self) -> Said {
        self.doctor_as(Command::new(env!("CARGO_BIN_EXE_routergram"))).await
    }

    /// The same by way of another program.
    async fn doctor_as(&self, program: Command) -> Said {
        let printed = self.bot.asked_as(program, &["doctor", "--json"]).await;
        let everything = format!("{}{}", printed.out, printed.err);
        for secret in
            [self.telegram.token(), KEY, "TEST-metrics-token", "TEST-TOKEN", "another-bots", "TEST-own-secret"]
        {
            assert!(!everything.contains(secret), "it holds {secret}:\n{everything}");
        }
        assert_eq!(printed.err, "");
        let mut report: Value = serde_json::from_str(&printed.out).unwrap();
        assert_eq!(report["ok"], printed.status == Some(0), "{report:#}");
        let Value::Array(rows) = report["rows"].take() else { panic!("no rows: {report:#}") };
        for row in &rows {
            let bad = ["warning", "failure"].contains(&row["state"].as_str().unwrap());
            assert_eq!(bad, row["fix"].is_string(), "what is wrong has a fix, and nothing else: {row:#}");
        }
        Said { status: printed.status, rows }
    }
}

impl Said {
    /// The state and the words of the first row of this name that is not well, or of the first one.
    fn row(&self, name: &str) -> (&str, String) {
        let of_name = || self.rows.iter().filter(|row| row["name"] == name);
        let bad = of_name().find(|row| row["fix"].is_string()).or_else(|| of_name().next());
        let row = bad.unwrap_or_else(|| panic!("there is no {name}"));
        let fix = row["fix"].as_str().map(|fix| format!(" => {fix}")).unwrap_or_default();
        (row["state"].as_str().unwrap(), format!("{}{fix}", row["found"].as_str().unwrap()))
    }

    /// This row is in this state and holds all these words, in what was found and in the fix.
    fn shows(&self, name: &str, state: &str, words: &[&str]) {
        let (is, text) = self.row(name);
        assert!(is == state && words.iter().all(|word| text.contains(word)), "{name}, {is}: {text}");
    }

    /// The names of the rows that are in this state.
    fn are(&self, state: &str) -> Vec<&str> {
        let rows = self.rows.iter().filter(|row| row["state"] == state);
        rows.map(|row| row["name"].as_str().unwrap()).collect()
    }
}

#[tokio::test]
async fn a_running_bot_is_well_in_both_modes_and_goes_on() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = World::with(mode).await;
        let said = world.doctor().await;
        assert_eq!(said.status, Some(0), "{:#?}", said.rows);
        assert_eq!(said.rows.iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>(), NAMES);
        let skipped = if mode == Mode::Webhook { vec!["desk"] } else { vec!["last_error", "desk"] };
        assert_eq!(said.are("skipped"), skipped);
        assert_eq!(said.are("ok").len(), NAMES.len() - skipped.len());
        said.shows("token", "ok", &["@routergram_bot, id 123456"]);
        said.shows("data_folder", "ok", &["in use by a running routergram (process "]);
        said.shows("port", "ok", &["a running routergram, ready"]);
        said.shows("key", "ok", &["$100.00 of $100.00 left"]);
        world.anna("still there?");
        world.answers(crate::world::ANNA, 1).await;
        world.ends().await;
    }
}

#[tokio::test]
async fn before_the_first_start_nothing_is_changed_and_only_the_webhook_is_missing() {
    let world = World::asleep(Mode::Webhook, &[]).await;
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("warning")), (Some(0), vec!["webhook"]), "{:#?}", said.rows);
    said.shows("webhook", "warning", &["none is set", "/webhook/TOKEN", "Start the bot, which sets it"]);
    said.shows("port", "ok", &["is free"]);
    said.shows("data_folder", "ok", &["can be written"]);
    let mut called: Vec<_> = world.telegram.calls().into_iter().map(|call| call.method).collect();
    called.sort();
    assert_eq!(called, ["getMe", "getWebhookInfo"]);
    assert_eq!(std::fs::read_dir(world.folder.path()).unwrap().count(), 0, "it left something in the data folder");
    assert_eq!(world.telegram.webhook(), None);
    assert_eq!((world.model.request_count(), world.model.unexpected()), (0, Vec::new()));
    world.ends().await;
}

#[tokio::test]
async fn people_get_a_line_for_each_thing_and_the_fix_below() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.bot.set("MODEL", "openai/gpt-4o-mni");
    let printed = world.bot.asked(&["doctor"]).await;
    assert_eq!((printed.status, printed.err.as_str()), (Some(1), ""));
    let lines: Vec<_> = printed.out.lines().collect();
    assert_eq!(lines.iter().filter(|line| line.starts_with("ok       ")).count(), NAMES.len() - 3, "{}", printed.out);
    let at = lines.iter().position(|line| line.starts_with("FAILURE  model ")).unwrap();
    assert_eq!(
        lines[at + 1].trim(),
        "fix: Set MODEL to openai/gpt-4o-mini if that is meant; routergram models lists all"
    );
    assert_eq!(lines[at + 1].find("fix:"), lines[at].find("openai/"), "{}", printed.out);
    assert_eq!(lines.last(), Some(&"1 failure."));
    assert!(!printed.out.contains('\x1b'), "a pipe gets no colours");
    world.ends().await;
}

#[tokio::test]
async fn a_terminal_gets_colours_unless_its_owner_wants_none() {
    if skip_without(&["script"]) {
        return;
    }
    let mut world = World::asleep(Mode::Polling, &[("TERM", "xterm")]).await;
    let on_a_terminal = async |world: &World| {
        let program = format!("{} doctor", env!("CARGO_BIN_EXE_routergram"));
        world.bot.asked_as(Command::new("script"), &["-qec", &program, "/dev/null"]).await.out
    };
    assert!(on_a_terminal(&world).await.contains("\x1b[32mok"));
    world.bot.set("NO_COLOR", "1");
    let plain = on_a_terminal(&world).await;
    assert!(plain.contains("All is well.") && !plain.contains('\x1b'), "{plain}");
    world.ends().await;
}

#[tokio::test]
async fn settings_that_cannot_be_used_are_all_told_and_nothing_else_is_asked() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.bot.set("PORT", "eighty");
    world.bot.set("WEBHOOK_SECRET", "TEST-own-secret with blanks");
    world.bot.set("MODLE", "a/b");
    let said = world.doctor().await;
    assert_eq!(said.status, Some(78), "{:#?}", said.rows);
    assert_eq!(said.are("failure"), ["settings", "settings"]);
    assert_eq!(said.are("warning"), ["settings"]);
    assert_eq!(said.are("skipped"), NAMES[1..]);
    said.shows("settings", "failure", &["WEBHOOK_SECRET is a value of 27 characters", "=> remove it"]);
    assert!(world.telegram.calls().is_empty());
    world.ends().await;
}

#[tokio::test]
async fn suspicious_settings_are_warnings() {
    let world = World::asleep(Mode::Polling, &[("MODLE", "a/b")]).await;
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0));
    said.shows("settings", "warning", &["MODLE is ignored: it looks like MODEL", "config show"]);
    world.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_switched_off_has_nothing_to_be_looked_at_but_its_place() {
    let mut world = World::asleep(Mode::Webhook, &[("DISABLE_TELEGRAM_BOT", "true")]).await;
    world.bot.set("BOT_TOKEN", "");
    world.bot.set("OPENROUTER_API_KEY", "");
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("ok")), (Some(0), vec!["settings", "data_folder", "port"]), "{:#?}", said.rows);
    assert!(world.telegram.calls().is_empty());
    world.ends().await;
}
