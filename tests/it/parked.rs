//! What cannot be handled is put aside, whatever it does to whoever tries; and then somebody decides about it.

use routergram::replies::{self, Language};
use serde_json::{Value, json};

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, Printed, World};

/// Runs the bot.
const OLGA: i64 = 1003;
/// Said in the log of whatever was given up.
const GIVEN_UP: &str = "was given up and parked";

/// A bot that belongs to Olga, whose model repeats what it is asked, and which has a weakness.
async fn world(weakness: &str, of: &str) -> World {
    let olga = OLGA.to_string();
    let mut world = World::asleep(Mode::Polling, &[("ADMIN_USER_IDS", &olga)]).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.expects_in_log(&[GIVEN_UP, "may arrive twice", "Another process receives", "a fault on purpose"]);
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    world.bot.set(weakness, of);
    world
}

/// Lets it die until it lives.
async fn dies_and_lives(world: &mut World, deaths: usize) {
    for _ in 0..deaths {
        world.bot.spawns();
        assert_eq!(world.bot.ends().await.status, None, "it ends by itself:\n{}", world.bot.log());
    }
    world.bot.starts().await;
}

fn said(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

async fn asked(world: &World, words: &str) -> Printed {
    world.bot.asked(&format!("parked {words}").split(' ').collect::<Vec<_>>()).await
}

/// The rows of `parked list --json`.
async fn list(world: &World, more: &str) -> Vec<Value> {
    let printed = asked(world, &format!("list --json{more}")).await;
    assert_eq!(printed.status, Some(0), "{printed:?}");
    serde_json::from_str::<Value>(&printed.out).unwrap()["parked"].as_array().unwrap().clone()
}

/// The place of the only one that is parked.
async fn only(world: &World) -> i64 {
    let rows = list(world, "").await;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    rows[0]["id"].as_i64().unwrap()
}

#[tokio::test]
async fn an_update_whose_handling_aborts_the_process_is_put_aside_after_three_and_the_chat_goes_on() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "deadly").await;
    world.anna("a deadly question");
    world.anna("and another");
    world.says(BORIS, BORIS, "and mine");
    dies_and_lives(&mut world, 3).await;
    world.drains().await;
    assert_eq!(said(&world, ANNA), [replies::gave_up(Language::En).as_str(), "to and another"]);
    assert_eq!(said(&world, BORIS), ["to and mine"]);
    let rows = list(&world, "").await;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    let row = &rows[0];
    assert_eq!((&row["chat"], &row["kind"], &row["attempts"]), (&json!(ANNA), &json!("message"), &json!(4)));
    assert_eq!((&row["reason"], &row["answered"]), (&json!("its handling died three times"), &json!(false)));
    // The owner is told, with what to do, and without what Anna wrote.
    world.answers(OLGA, 1).await;
    let told = world.last_said(OLGA);
    assert!(told.contains("routergram parked list") && !told.contains("deadly"), "{told}");
    world.ends().await;
}

#[tokio::test]
async fn what_was_put_aside_is_tried_again_while_the_bot_runs_behind_what_came_since() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "deadly").await;
    world.anna("a deadly question");
    world.anna("and another");
    dies_and_lives(&mut world, 3).await;
    world.drains().await;
    // A newer version has learnt to live with it.
    world.bot.stops().await;
    world.bot.unset("ROUTERGRAM_FAULT_POISON");
    world.bot.starts().await;
    let id = only(&world).await;
    let retried = asked(&world, &format!("retry {id}")).await;
    assert_eq!((retried.status, retried.err.as_str()), (Some(0), ""), "{retried:?}");
    world.answers(ANNA, 3).await;
    assert_eq!(world.last_said(ANNA), "to a deadly question");
    world.drains().await;
    assert_eq!(list(&world, "").await, Vec::<Value>::new());
    // It is in the conversation where it was answered.
    world.anna("go on");
    world.answers(ANNA, 4).await;
    let told: Vec<_> = world.model.requests().pop().unwrap().said_by("user").map(str::to_owned).collect();
    assert_eq!(told, ["and another", "a deadly question", "go on"]);
    world.ends().await;
}

#[tokio::test]
async fn what_is_put_back_while_its_chat_is_busy_waits_its_turn() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "deadly").await;
    world.anna("a deadly question");
    dies_and_lives(&mut world, 3).await;
    world.drains().await;
    world.bot.stops().await;
    world.bot.unset("ROUTERGRAM_FAULT_POISON");
    world.bot.starts().await;
    let mut gate = world.model.hold_after(0);
    world.anna("one");
    gate.reached().await;
    let id = only(&world).await;
    assert_eq!(asked(&world, &format!("retry {id}")).await.status, Some(0));
    world.bot.says("A command has changed what waits").await;
    gate.release();
    world.drains().await;
    assert_eq!(said(&world, ANNA)[1..], ["to one", "to a deadly question"]);
    world.ends().await;
}

#[tokio::test]
async fn a_delivery_that_aborts_the_process_is_put_aside_too_and_later_delivered_without_asking_again() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "poison").await;
    world.model.answers_with(|asked| match asked.question() {
        "what kills?" => "poison".to_owned(),
        other => format!("to {other}"),
    });
    world.anna("what kills?");
    world.anna("and another");
    dies_and_lives(&mut world, 3).await;
    world.drains().await;
    assert_eq!(said(&world, ANNA), [replies::gave_up(Language::En).as_str(), "to and another"]);
    assert_eq!(world.model.request_count(), 2);
    let rows = list(&world, "").await;
    assert_eq!((&rows[0]["reason"], &rows[0]["answered"]), (&json!("its delivery died three times"), &json!(true)));
    world.bot.stops().await;
    // While no bot runs.
    assert_eq!(asked(&world, "retry --all").await.status, Some(0));
    world.bot.unset("ROUTERGRAM_FAULT_POISON");
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((world.last_said(ANNA), world.model.request_count()), ("poison".to_owned(), 2));
    world.ends().await;
}

#[tokio::test]
async fn a_handling_that_panics_is_put_aside_after_three_without_a_restart() {
    let mut world = world("ROUTERGRAM_FAULT_PANIC", "deadly").await;
    world.bot.starts().await;
    world.anna("a deadly question");
    world.anna("and another");
    world.drains().await;
    assert_eq!(said(&world, ANNA), [replies::gave_up(Language::En).as_str(), "to and another"]);
    assert_eq!(world.bot.metric("routergram_updates_worked_total{outcome=\"panic\"}").await, 3);
    world.ends().await;
}

#[tokio::test]
async fn a_delivery_that_panics_is_put_aside_after_three_without_a_restart() {
    let mut world = world("ROUTERGRAM_FAULT_PANIC", "to what").await;
    world.bot.starts().await;
    world.anna("what kills?");
    world.anna("and another");
    world.drains().await;
    assert_eq!(said(&world, ANNA), [replies::gave_up(Language::En).as_str(), "to and another"]);
    assert_eq!((only(&world).await, world.model.request_count()), (1, 2));
    world.ends().await;
}

#[tokio::test]
async fn whoever_was_being_answered_at_each_of_three_deaths_is_answered_after_all() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "nothing of the kind").await;
    let hold = |world: &World| [world.model.hold_after(0), world.model.hold_after(0)];
    let mut gates = hold(&world);
    world.bot.starts().await;
    world.anna("what kills?");
    world.says(BORIS, BORIS, "and mine?");
    for death in 1..=3 {
        // At their last attempt they take turns, so that one alone can be blamed.
        for gate in &mut gates[..if death == 3 { 1 } else { 2 }] {
            gate.reached().await;
        }
        world.bot.dies();
        if death < 3 {
            gates = hold(&world);
        }
        world.bot.starts().await;
    }
    drop(gates);
    world.drains().await;
    let parked = stored::<i64>(world.folder.path(), "SELECT count(*) FROM inbox WHERE state = 'parked'");
    assert_eq!(parked, 1, "{}\n{}", world.telegram.transcript(ANNA), world.telegram.transcript(BORIS));
    let both = [said(&world, ANNA), said(&world, BORIS)].concat();
    let answered = both.iter().filter(|text| text.starts_with("to ")).count();
    assert_eq!((both.len(), answered), (2, 1), "one is blamed, and one is answered: {both:?}");
    world.ends().await;
}

#[tokio::test]
async fn what_was_put_aside_is_shown_without_what_people_wrote_unless_that_is_asked_for() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "deadly").await;
    world.expects_in_log(&["An update could not be read and was parked"]);
    let empty = asked(&world, "list").await;
    assert_eq!(empty.status, Some(1));
    assert!(empty.err.contains("there is no database in"), "{}", empty.err);
    world.anna("a deadly question");
    dies_and_lives(&mut world, 3).await;
    world.drains().await;
    let listed = asked(&world, "list").await;
    assert!(!listed.out.contains("deadly") && listed.out.contains("its handling died three times"), "{}", listed.out);
    let [head, row] = listed.out.lines().collect::<Vec<_>>()[..] else { panic!("two lines: {}", listed.out) };
    assert_eq!(head.split_whitespace().collect::<Vec<_>>(), ["ID", "RECEIVED", "CHAT", "KIND", "ATTEMPTS", "REASON"]);
    assert!(row.starts_with('1') && row.contains(&ANNA.to_string()) && row.contains("message"), "{row}");
    let texts = asked(&world, "list --text").await;
    assert!(texts.out.ends_with("a deadly question\n"), "{:?}", texts.out);
    assert_eq!(list(&world, " --text").await[0]["text"], "a deadly question");
    assert_eq!(list(&world, "").await[0].get("text"), None);
    world.ends().await;
}

#[tokio::test]
async fn nothing_is_changed_unless_all_of_it_can_be() {
    let mut world = world("ROUTERGRAM_FAULT_POISON", "deadly").await;
    world.anna("a deadly question");
    dies_and_lives(&mut world, 3).await;
    world.drains().await;
    let id = only(&world).await;
    for (words, complaint) in [
        (format!("retry {id} 4711"), "nothing is parked under 4711"),
        ("retry 4711".to_owned(), "nothing is parked under 4711"),
        (format!("discard {id} 4711 --yes"), "nothing is parked under 4711"),
        (format!("discard {id}"), "Say --yes"),
        ("discard --all".to_owned(), "1 would be forgotten for good"),
    ] {
        let done = asked(&world, &words).await;
        assert_eq!(done.status, Some(1), "{words}: {done:?}");
        assert!(done.err.contains(complaint) && done.out.is_empty(), "{words}: {done:?}");
        assert_eq!(only(&world).await, id, "{words}");
    }
    let done = asked(&world, &format!("discard {id} --yes")).await;
    assert_eq!((done.status, done.out.as_str()), (Some(0), "1 discarded, with what was written in them\n"));
    let left = "SELECT count(*) FROM inbox WHERE raw IS NOT NULL OR state <> 'done'";
    assert_eq!(stored::<i64>(world.folder.path(), left), 0);
    for words in ["list", "retry --all", "discard --all --yes"] {
        let done = asked(&world, words).await;
        assert_eq!((done.status, done.out.as_str()), (Some(0), "Nothing is parked.\n"), "{words}");
    }
    // What is forgotten does not come back.
    world.bot.stops().await;
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(said(&world, ANNA), [replies::gave_up(Language::En)]);
    world.ends().await;
}

#[tokio::test]
async fn what_could_never_be_read_can_be_looked_at_and_discarded() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["An update could not be read and was parked"]);
    assert_eq!(world.door().post("{\"no\\u001b[2J\": \"id\"}").await.status(), 200);
    let rows = list(&world, "").await;
    assert_eq!(
        (&rows[0]["update_id"], &rows[0]["kind"], &rows[0]["chat"]),
        (&Value::Null, &json!("no [2J"), &json!(0))
    );
    let id = rows[0]["id"].as_i64().unwrap();
    let done = asked(&world, &format!("retry {id}")).await;
    assert_eq!(done.status, Some(1));
    assert!(done.err.contains("cannot be tried again"), "{}", done.err);
    assert_eq!(asked(&world, &format!("discard {id} --yes")).await.status, Some(0));
    world.ends().await;
}
