//! What belongs to people: they see what is kept, it goes when they say so, and when it is old.

use std::path::Path;
use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::model::Outcome;
use rusqlite::Connection;

use crate::world::acts::data_of;
use crate::world::audit::{open, stored};
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

/// Stands in everything that must not be found afterwards.
pub(crate) const CANARY: &str = "kanarienvogel";

/// The files of a folder in which this stands, in whatever encoding a database may choose.
pub(crate) fn found_in(folder: &Path, words: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let holds = |path: &std::path::PathBuf| {
        // A log may go while it is looked at.
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(words.len()).any(|found| found.eq_ignore_ascii_case(words.as_bytes()))
    };
    files.filter(holds).map(|path| path.display().to_string()).collect()
}

/// How many rows there are that hold this number in this column.
fn rows(database: &Connection, table: &str, column: &str, value: i64) -> i64 {
    let count = format!("SELECT count(*) FROM {table} WHERE {column} = ?1");
    database.query_row(&count, [value], |row| row.get(0)).unwrap()
}

/// Anna says that she wants to be forgotten, and means it.
async fn is_forgotten(world: &World) {
    world.anna("/forget");
    world.drains().await;
    let asked = world.taps(ANNA, ANNA, "🗑 Delete everything").await;
    assert_eq!(asked.text, replies::forget_done(Language::En));
}

#[tokio::test]
async fn privacy_says_what_is_kept_how_long_by_whom_and_where_the_owner_says_more() {
    let policy = [("PRIVACY_POLICY_URL", "https://example.com/privacy"), ("HISTORY_DAYS", "7")];
    let world = World::with_settings(Mode::Webhook, &policy).await;
    world.anna("/privacy");
    world.drains().await;
    insta::assert_snapshot!(world.last_said(ANNA), @"
    What I keep: your questions and my answers (also those in groups, and where I was asked by my name), instructions that you gave with /new, your settings and your language, your name and @username, the first and the last day on which you were here, and what your answers cost. Of the rest that is said in groups I keep nothing.

    How long: questions and answers for 7 days; the rest until you ask for it to be deleted.

    Who processes it: Telegram, by which you write to me, and 127.0.0.1, which gets your question and the conversation before it, under a number that does not tell who you are, and without your name. They have rules of their own, and I cannot delete anything there.

    /export gives you all of it as two files. /forget deletes everything I keep of you. What stays: sums of which nobody can tell whose they are (what you have spent today becomes part of them when the day is over, UTC), and what the owner has decided about you: access, a ban, a budget.

    The owner's privacy policy: https://example.com/privacy
    ");
    world.says(ANNA, GROUP, "/forget");
    world.says(BORIS, GROUP, "/privacy");
    world.drains().await;
    let told: Vec<_> = world.said(GROUP).into_iter().map(|message| message.text).collect();
    assert_eq!(told, [replies::ask_in_private(Language::En), replies::ask_in_private(Language::Ru)]);
    world.ends().await;
}

/// A file that the bot has sent, as a text.
fn file(world: &World, name: &str) -> String {
    let mut files = world.said(ANNA).into_iter().rev().filter_map(|message| message.document);
    let document = files.find(|document| document.name == name).expect("it was sent");
    String::from_utf8(world.telegram.file(&document.file_id).unwrap().bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn what_is_kept_of_somebody_can_be_taken_along() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("to **{}**", asked.question()));
    world.anna("/new You are a pirate");
    world.anna("one");
    world.drains().await;
    world.says(ANNA, GROUP, "/ask two");
    world.says(BORIS, GROUP, "/ask three");
    world.drains().await;
    world.anna("/export");
    world.drains().await;
    assert!(world.said(ANNA).iter().any(|message| message.text == replies::export_follows(Language::En)));
    let moments = file(&world, "routergram-export.md");
    let lines: Vec<_> = moments.lines().filter(|line| !line.is_empty() && !line.starts_with("###")).collect();
    let group = format!("## In the group {GROUP}");
    let expected = [
        "# My conversations",
        "## In the private chat",
        "> You are a pirate",
        "> one",
        "to **one**",
        group.as_str(),
        "> Anna: two",
        "to **Anna: two**",
    ];
    assert_eq!(lines, expected);
    let all: serde_json::Value = serde_json::from_str(&file(&world, "routergram-export.json")).unwrap();
    let tables = &all["tables"];
    let questions: Vec<_> = tables["turns"].as_array().unwrap().iter().map(|turn| &turn["question"]).collect();
    assert_eq!(questions, ["one", "Anna: two"]);
    assert_eq!((&tables["people"][0]["name"], &tables["people"][0]["user_id"]), (&"Anna".into(), &ANNA.into()));
    assert_eq!(tables["conversations"][0]["system_prompt"], "You are a pirate");
    assert!(tables["spent"][0]["cost_micro_usd"].as_i64() > Some(0) && !all.to_string().contains("three"));
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM parts"), 0);
    world.ends().await;
}

#[tokio::test]
async fn whoever_is_forgotten_leaves_nothing_but_nameless_sums() {
    let mut world = World::asleep(Mode::Webhook, &[("ROUTERGRAM_FAULT_POISON", "poisoned")]).await;
    world.expects_in_log(&["was given up and parked", "a fault on purpose"]);
    world.telegram.add_person(ANNA, &format!("Anna {CANARY}"), Some("en"));
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    // Something that was put aside in the group.
    world.says(ANNA, GROUP, &format!("/ask poisoned {CANARY}"));
    for _ in 0..3 {
        world.bot.spawns();
        world.bot.ends().await;
    }
    world.bot.starts().await;
    world.anna(&format!("/new You are a {CANARY}"));
    world.anna(&format!("one {CANARY}"));
    world.drains().await;
    let topic = world.telegram.add_topic(ANNA, "Food");
    world.says_in(ANNA, ANNA, topic, &format!("two {CANARY}"));
    world.says(ANNA, GROUP, &format!("/ask three {CANARY}"));
    world.says(BORIS, GROUP, "/ask four");
    world.drains().await;
    world.says(ANNA, ANNA, "/language");
    world.drains().await;
    world.taps(ANNA, ANNA, "English").await;
    let folder = world.folder.path().to_owned();
    let spent = "SELECT sum(cost_micro_usd) FROM spent";
    let cost: i64 = stored(&folder, spent);
    assert!(!found_in(&folder, CANARY).is_empty() && cost > 0);

    is_forgotten(&world).await;
    until("it is in no file", async || found_in(&folder, CANARY).is_empty()).await;
    let database = open(&folder);
    for (table, column) in [
        ("turns", "user_id"),
        ("conversations", "chat"),
        ("preferences", "chat"),
        ("user_preferences", "user_id"),
        ("people", "user_id"),
        ("replies", "chat"),
    ] {
        assert_eq!(rows(&database, table, column, ANNA), 0, "{table}");
    }
    let parked: i64 = stored(&folder, "SELECT count(*) FROM inbox WHERE state = 'parked'");
    // Her /forget itself, and the press: ids alone, for two days.
    assert_eq!((parked, rows(&database, "inbox", "chat", ANNA)), (0, 1));
    assert_eq!(rows(&database, "turns", "user_id", BORIS), 1, "it is somebody else's");
    assert_eq!(stored::<i64>(&folder, spent), cost);
    assert!(rows(&database, "spent", "user_id", ANNA) > 0, "the budget of today is not given anew");
    drop(database);
    world.bot.stops().await;
    assert_eq!(found_in(&folder, CANARY), Vec::<String>::new());
    world.bot.starts().await;
    world.anna("hello");
    world.answers(ANNA, 6).await;
    assert_eq!(world.model.requests().pop().unwrap().said_by("user").count(), 1, "it begins anew");
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_is_being_written_ends_is_kept_nowhere_and_is_paid_for() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers(format!("one {CANARY} three four"));
    world.anna("/forget");
    world.drains().await;
    let panel = world.said(ANNA).pop().unwrap();
    let gate = world.model.hold_after(2);
    world.says(ANNA, GROUP, &format!("/ask {CANARY}"));
    world.grows(GROUP, &format!("one {CANARY}")).await;
    world.presses(ANNA, ANNA, &panel, &data_of(&panel, "🗑 Delete everything"));
    until("the model is hung up on", async || matches!(world.model.requests()[0].outcome, Outcome::HungUp { .. }))
        .await;
    world.drains().await;
    drop(gate);
    assert_eq!(world.last_said(ANNA), replies::forget_done(Language::En));
    let folder = world.folder.path().to_owned();
    until("it is in no file", async || found_in(&folder, CANARY).is_empty()).await;
    assert_eq!(stored::<i64>(&folder, "SELECT count(*) FROM turns"), 0);
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn a_death_around_the_forgetting_neither_halves_nor_loses_it() {
    for point in ["before-store-reply", "after-store-reply", "after-delivered"] {
        let mut world = World::with(Mode::Polling).await;
        world.expects_in_log(&["Another process receives"]);
        world.model.answers("yes");
        world.anna(&format!("one {CANARY}"));
        world.drains().await;
        world.anna("/forget");
        world.drains().await;
        let panel = world.said(ANNA).pop().unwrap();
        world.bot.dies();
        world.bot.set("ROUTERGRAM_FAULT_POINT", point);
        world.presses(ANNA, ANNA, &panel, &data_of(&panel, "🗑 Delete everything"));
        world.bot.spawns();
        assert_eq!(world.bot.ends().await.status, None, "{point}");
        let turns = "SELECT count(*) FROM turns";
        let folder = world.folder.path().to_owned();
        assert_eq!(stored::<i64>(&folder, turns), i64::from(point.starts_with("before")), "{point}");
        world.bot.unset("ROUTERGRAM_FAULT_POINT");
        world.bot.starts().await;
        world.drains().await;
        assert_eq!((world.last_said(ANNA), stored(&folder, turns)), (replies::forget_done(Language::En), 0), "{point}");
        until("it is in no file", async || found_in(&folder, CANARY).is_empty()).await;
        world.ends().await;
    }
}

#[tokio::test]
async fn the_budget_of_a_day_is_not_given_anew_and_its_costs_are_nobodys_on_the_next_one() {
    let world = World::asleep(Mode::Polling, &[]).await;
    let life = world.runs_inside(&[]).await;
    world.anna("one");
    world.drains().await;
    is_forgotten(&world).await;
    life.stops().await;
    let life = world.runs_inside(&[]).await;
    world.anna("/stats");
    world.drains().await;
    let folder = world.folder.path().to_owned();
    let hers = format!("SELECT ifnull(sum(cost_micro_usd), 0) FROM spent WHERE user_id = {ANNA}");
    let nobodys = "SELECT ifnull(sum(cost_micro_usd), 0) FROM spent WHERE user_id = 0";
    let cost: i64 = stored(&folder, &hers);
    assert!(cost > 0, "a new process knows what she has spent");
    world.clock.advance(Duration::from_hours(25));
    life.lives_until("the day is over", async || stored::<i64>(&folder, &hers) == 0).await;
    assert_eq!(stored::<i64>(&folder, nobodys), cost);
    assert_eq!(rows(&open(&folder), "ledger", "user_id", ANNA) + rows(&open(&folder), "ledger", "chat", ANNA), 0);
    world.clock.advance(Duration::from_hours(25));
    let notes = "SELECT count(*) FROM forgotten";
    life.lives_until("nobody knows who it was", async || stored::<i64>(&folder, notes) == 0).await;
    life.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn what_is_older_than_the_owner_wants_goes_by_itself_and_what_is_younger_stays() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    let settings = [("HISTORY_DAYS", "2")];
    let life = world.runs_inside(&settings).await;
    let folder = world.folder.path().to_owned();
    world.anna(&format!("/new You are a {CANARY}"));
    world.anna(&format!("one {CANARY}"));
    world.drains().await;
    world.anna("/new");
    world.drains().await;
    world.clock.advance(Duration::from_hours(30));
    life.lives(&world, Duration::from_mins(1)).await;
    world.says(BORIS, BORIS, "two");
    world.drains().await;
    assert!(!found_in(&folder, CANARY).is_empty(), "it is a day old");
    world.clock.advance(Duration::from_hours(20));
    life.lives_until("it is older than two days", async || found_in(&folder, CANARY).is_empty()).await;
    let left: i64 = stored(&folder, "SELECT count(*) FROM turns");
    assert_eq!((left, stored::<i64>(&folder, "SELECT count(*) FROM conversations")), (1, 1));
    life.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn who_keeps_everything_is_not_forgotten_and_another_persons_button_does_nothing() {
    let world = World::with(Mode::Webhook).await;
    world.anna("one");
    world.drains().await;
    world.anna("/forget");
    world.drains().await;
    let kept = world.taps(ANNA, ANNA, "Keep it").await;
    assert_eq!((kept.text, kept.keyboard), (replies::forget_kept(Language::En), None));
    assert_eq!(rows(&open(world.folder.path()), "turns", "user_id", ANNA), 1);
    world.ends().await;
}

#[tokio::test]
async fn whoever_is_shut_out_takes_along_and_deletes_what_is_theirs_all_the_same() {
    let boris = BORIS.to_string();
    let world = World::with_settings(Mode::Webhook, &[("ADMIN_USER_IDS", boris.as_str())]).await;
    world.anna(&format!("my word is {CANARY}"));
    world.drains().await;
    world.says(BORIS, BORIS, &format!("/ban {ANNA}"));
    world.drains().await;
    world.anna("are you there?");
    world.anna("/export");
    world.drains().await;
    let exported = world.said(ANNA).into_iter().filter(|message| message.document.is_some()).count();
    assert_eq!((exported, world.model.request_count()), (2, 1));
    is_forgotten(&world).await;
    let folder = world.folder.path().to_owned();
    until("the log is wiped", async || found_in(&folder, CANARY).is_empty()).await;
    let database = open(world.folder.path());
    assert_eq!(rows(&database, "turns", "user_id", ANNA), 0);
    let known: String = database
        .query_row(
            "SELECT banned || ifnull(name, '-') || ifnull(last_seen, '-') FROM people WHERE user_id = ?1",
            [ANNA],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(known, "1--", "the ban stays, and nothing else");
    world.ends().await;
}
