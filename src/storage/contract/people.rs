//! What is promised of people.

use crate::storage::{Days, Decision, Person, PersonChange};

use super::*;

promises! {
    what_was_decided_last_holds_after_a_crash
    whoever_was_told_stays_told_until_something_is_decided_or_they_are_answered
    a_person_is_as_they_were_seen_last_and_keeps_their_name
    people_come_in_pages_and_are_found_by_their_names_in_any_case
    each_bot_has_its_own_people
    a_reply_that_is_refused_notes_nothing_of_anybody
    what_waits_is_what_could_have_been_begun
}

const DAYS: Days = Days { since: Day(20_000), today: Day(20_002) };
const ALLOWED: Decision = Decision { allowed: true, banned: false };
const BANNED: Decision = Decision { allowed: false, banned: true };

async fn notes(world: &World, update_id: i64, people: Vec<PersonChange>) {
    let key = world.begins(update_id, 5).await.key;
    world.store_reply(key, NewReply { people, ..reply(&["one"], None) }).await.unwrap();
    world.delivered(key, 0, 500 + update_id, true).await.unwrap();
}

fn seen(user: i64, day: i64, name: Option<&str>) -> PersonChange {
    PersonChange::Seen { user, day: Day(day), name: name.map(str::to_owned) }
}

fn users(people: &[Person]) -> Vec<i64> {
    people.iter().map(|person| person.user).collect()
}

async fn what_was_decided_last_holds_after_a_crash(mut world: World) {
    for (user, decision) in [(7, ALLOWED), (8, ALLOWED), (7, BANNED), (9, ALLOWED), (9, Decision::default())] {
        world.decide(BOT, user, decision).await.unwrap();
    }
    world.reopens().await;
    assert_eq!(world.decisions(BOT).await.unwrap(), [(7, BANNED), (8, ALLOWED)]);
}

async fn whoever_was_told_stays_told_until_something_is_decided_or_they_are_answered(mut world: World) {
    assert!(!world.was_told(BOT, 7).await.unwrap());
    let told = vec![PersonChange::Told { user: 7, day: Day(20_001) }, PersonChange::Told { user: 8, day: Day(20_001) }];
    notes(&world, 1, told).await;
    world.reopens().await;
    assert!(world.was_told(BOT, 7).await.unwrap() && world.was_told(BOT, 8).await.unwrap());
    world.decide(BOT, 7, BANNED).await.unwrap();
    notes(&world, 2, vec![seen(8, 20_002, None)]).await;
    assert!(!world.was_told(BOT, 7).await.unwrap() && !world.was_told(BOT, 8).await.unwrap());
}

async fn a_person_is_as_they_were_seen_last_and_keeps_their_name(world: World) {
    world.decide(BOT, 99, ALLOWED).await.unwrap();
    assert_eq!(world.person(BOT, 99, DAYS).await.unwrap().unwrap().last_seen, None);
    notes(&world, 1, vec![seen(99, 20_000, Some("Anna @anna"))]).await;
    notes(&world, 2, vec![seen(99, 20_002, None)]).await;
    let old = turn("old", "a");
    for (update_id, day) in [(3, 19_999), (4, 20_001), (5, 20_002)] {
        let usage = UsageRecord {
            generation_id: update_id.to_string(),
            bill: Bill { payer: 99, day: Day(day), reserved_micro_usd: 0 },
            ..old.usage.clone().unwrap()
        };
        world.answers(update_id, 5, FinishedTurn { usage: Some(usage), ..old.clone() }).await;
    }
    let expected = Person {
        user: 99,
        name: Some("Anna @anna".to_owned()),
        decision: ALLOWED,
        first_seen: Some(Day(20_000)),
        last_seen: Some(Day(20_002)),
        answers: 2,
        micro_usd: 600,
        micro_usd_today: 300,
    };
    assert_eq!(world.person(BOT, 99, DAYS).await.unwrap(), Some(expected));
    let everybody = world.everybody(BOT, DAYS).await.unwrap();
    assert_eq!((everybody.people, everybody.people_today), (1, 1));
    assert_eq!((everybody.micro_usd, everybody.micro_usd_today), (600, 300));
    assert_eq!(world.person(BOT, 98, DAYS).await.unwrap(), None);
}

async fn people_come_in_pages_and_are_found_by_their_names_in_any_case(world: World) {
    let people = vec![
        seen(1, 20_001, Some("Анна @anna")),
        seen(2, 20_002, Some("Boris")),
        seen(3, 20_001, Some("ANNA")),
        seen(-4, 20_000, None),
    ];
    notes(&world, 1, people).await;
    world.decide(BOT, 5, ALLOWED).await.unwrap();
    let page = world.people(BOT, (1, 3), DAYS).await.unwrap();
    assert_eq!((users(&page.people), page.before, page.all), (vec![1, 3, -4], 1, 5));
    for (words, found) in
        [("anna", vec![1, 3]), ("аННа", vec![1]), ("anna анна", vec![1]), ("", vec![2, 1, 3]), ("x", vec![])]
    {
        let named = world.people_named(BOT, words, (0, 9), DAYS).await.unwrap();
        assert_eq!((users(&named.people), named.all), (found.clone(), found.len()), "{words}");
    }
    let second = world.people_named(BOT, "anna", (1, 1), DAYS).await.unwrap();
    assert_eq!((users(&second.people), second.all), (vec![3], 2));
}

async fn each_bot_has_its_own_people(world: World) {
    notes(&world, 1, vec![seen(7, 20_001, Some("Anna")), PersonChange::Told { user: 8, day: Day(20_001) }]).await;
    world.decide(BOT, 9, BANNED).await.unwrap();
    assert_eq!(world.decisions(BOT + 1).await.unwrap(), []);
    assert!(!world.was_told(BOT + 1, 8).await.unwrap());
    assert_eq!(world.people(BOT + 1, (0, 9), DAYS).await.unwrap().all, 0);
    assert_eq!(world.people_named(BOT + 1, "anna", (0, 9), DAYS).await.unwrap().all, 0);
}

async fn a_reply_that_is_refused_notes_nothing_of_anybody(world: World) {
    let key = world.begins(1, 5).await.key;
    world.store_reply(key, reply(&["one"], None)).await.unwrap();
    let people = vec![PersonChange::Told { user: 7, day: Day(20_001) }];
    assert_invalid(world.store_reply(key, NewReply { people, ..reply(&["two"], None) }).await);
    assert!(!world.was_told(BOT, 7).await.unwrap());
}

async fn what_waits_is_what_could_have_been_begun(world: World) {
    let now = || world.clock.now();
    assert_eq!(world.oldest_waiting(BOT, now()).await.unwrap(), None);
    let first = world.begins(1, 5).await.key;
    world.receives(2, 5).await;
    assert_eq!(world.oldest_waiting(BOT, now()).await.unwrap(), None, "its lane is being worked on");
    world.clock.advance(HOUR);
    world.receives(3, 6).await;
    let waiting = world.oldest_waiting(BOT, now()).await.unwrap().unwrap();
    assert!(now().since(waiting) < HOUR / 2);
    world.retry(first, HOUR, "later", true).await.unwrap();
    assert_eq!(world.oldest_waiting(BOT, now()).await.unwrap(), Some(waiting), "its time has not come");
    world.clock.advance(2 * HOUR);
    let again = world.oldest_waiting(BOT, now()).await.unwrap().unwrap();
    assert!(now().since(again) < HOUR + HOUR / 2, "it waits since its time came");
}
