//! What is promised to people who want to be forgotten, and of what is old.

use crate::config::Effort;
use crate::replies::Language;
use crate::storage::{Days, Decision, Heard, PersonChange, PreferenceChange, Preferences};

use super::*;

promises! {
    whoever_is_forgotten_has_said_nothing_and_chosen_nothing
    what_the_owner_has_decided_outlasts_it_and_the_name_does_not
    work_for_somebody_who_is_forgotten_is_lost_and_their_lanes_go_on
    what_comes_after_it_is_worked_on
    costs_of_days_that_are_over_are_nobodys_and_those_of_today_wait_for_its_end
    what_is_old_goes_in_steps_and_what_is_younger_stays
}

/// The person of `turn(…)`, whose private chat has the same id.
const PERSON: i64 = 99;

const DAYS: Days = Days { since: Day(0), today: Day(1_000_000) };

/// A press in their private chat, on a button that everything waits behind but what it ends.
async fn presses(world: &World, update_id: i64) -> Begun {
    let lane = Lane { control: true, ..lane(PERSON) };
    let accepted = world.accept(vec![NewUpdate { lane, ..update(update_id, PERSON) }]).await.unwrap();
    let [Accepted::New(seq)] = accepted[..] else { panic!("not new: {accepted:?}") };
    world.begin(seq).await.unwrap()
}

async fn forgets(world: &World, update_id: i64) {
    let key = presses(world, update_id).await.key;
    let address = Address { chat: PERSON, ..Address::default() };
    let reply = NewReply { forgets: Some(PERSON), address, ..reply(&["forgotten"], None) };
    world.store_reply(key, reply).await.unwrap();
    world.delivered(key, 0, 900 + update_id, true).await.unwrap();
}

/// A message of theirs in a group, as Telegram sends it.
fn in_group(update_id: i64, user: i64) -> NewUpdate {
    let raw = format!(
        r#"{{"update_id":{update_id},"message":{{"message_id":1,"date":1,"chat":{{"id":-5}},"from":{{"id":{user}}},"text":"x"}}}}"#
    );
    NewUpdate { raw, ..update(update_id, -5) }
}

async fn whoever_is_forgotten_has_said_nothing_and_chosen_nothing(world: World) {
    world.answers(1, PERSON, turn("private", "a")).await;
    world.answers(2, -5, turn("in a group", "a")).await;
    world.answers(3, -5, FinishedTurn { user: 7, ..turn("somebody else's", "a") }).await;
    let key = world.begins(4, PERSON).await.key;
    let (file, text) = ("file".to_owned(), "hello".to_owned());
    world.keep_heard(key, Heard { file, user: PERSON, text, usage: UsageRecord::default() }).await.unwrap();
    let preferences = vec![
        PreferenceChange::Effort(Some(Effort::High)),
        PreferenceChange::Language { user: PERSON, language: Some(Language::Ru) },
        PreferenceChange::Language { user: 7, language: Some(Language::Ru) },
    ];
    world.store_reply(key, NewReply { preferences, ..reply(&[], None) }).await.unwrap();
    forgets(&world, 5).await;
    assert!(!world.open_conversation_exists(lane(PERSON)).await.unwrap());
    let group = world.conversation(lane(-5), 1000, None).await.unwrap();
    assert_eq!(group.turns, [past("somebody else's", "a")]);
    assert_eq!(world.preferences(lane(PERSON)).await.unwrap(), Preferences::default());
    assert_eq!(world.heard(lane(PERSON), "file").await.unwrap(), None);
    assert_eq!(world.languages(BOT).await.unwrap(), [(7, Language::Ru)]);
}

async fn what_the_owner_has_decided_outlasts_it_and_the_name_does_not(world: World) {
    let seen = |user: i64| PersonChange::Seen { user, day: Day(20_000), name: Some("Anna".to_owned()) };
    let key = world.begins(1, 5).await.key;
    let people = vec![seen(PERSON), seen(7)];
    world.store_reply(key, NewReply { people, ..reply(&[], None) }).await.unwrap();
    forgets(&world, 2).await;
    assert_eq!(world.person(BOT, PERSON, DAYS).await.unwrap(), None);
    assert_eq!(world.person(BOT, 7, DAYS).await.unwrap().unwrap().name.as_deref(), Some("Anna"));

    let banned = Decision { allowed: false, banned: true };
    world.decide(BOT, PERSON, banned).await.unwrap();
    world.set_budget(BOT, PERSON, Some(5)).await.unwrap();
    let key = world.begins(3, 5).await.key;
    world.store_reply(key, NewReply { people: vec![seen(PERSON)], ..reply(&[], None) }).await.unwrap();
    forgets(&world, 4).await;
    let left = world.person(BOT, PERSON, DAYS).await.unwrap().unwrap();
    assert_eq!((left.name, left.first_seen, left.decision), (None, None, banned));
    assert_eq!(world.books(BOT, Day(0)).await.unwrap().budgets, [(PERSON, 5)]);
}

async fn work_for_somebody_who_is_forgotten_is_lost_and_their_lanes_go_on(world: World) {
    let asked = world.begins(1, PERSON).await.key;
    world.receives(2, PERSON).await;
    world.accept(vec![in_group(3, PERSON), in_group(4, 7), in_group(5, PERSON)]).await.unwrap();
    let parked = world.begins(6, PERSON).await.key;
    world.park(parked, "it failed").await.unwrap();
    let owed = world.begins(7, PERSON).await.key;
    world.store_reply(owed, reply(&["owed"], Some(turn("q", "a")))).await.unwrap();
    forgets(&world, 8).await;
    for key in [asked, owed] {
        assert_lost(world.store_reply(key, reply(&["late"], Some(turn("late", "a")))).await);
        assert_lost(world.delivered(key, 0, 1, true).await);
    }
    assert_eq!(world.heads(10, &[]).await, [4], "somebody else's is the next one");
    assert!(world.parked(BOT, 10).await.unwrap().is_empty());
    assert!(!world.open_conversation_exists(lane(PERSON)).await.unwrap());
    let again = world.accept(vec![update(1, PERSON), in_group(3, PERSON)]).await.unwrap();
    assert_eq!(again, [Accepted::Duplicate, Accepted::Duplicate], "Telegram may bring it again");
}

async fn what_comes_after_it_is_worked_on(world: World) {
    world.receives(1, PERSON).await;
    let key = presses(&world, 2).await.key;
    world.receives(3, PERSON).await;
    world.accept(vec![in_group(4, PERSON)]).await.unwrap();
    world.store_reply(key, NewReply { forgets: Some(PERSON), ..reply(&[], None) }).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [3, 4]);
}

async fn costs_of_days_that_are_over_are_nobodys_and_those_of_today_wait_for_its_end(world: World) {
    let today = world.clock.now().day();
    for (update_id, day) in [(1, today.0 - 1), (2, today.0)] {
        let usage = UsageRecord {
            generation_id: update_id.to_string(),
            bill: Bill { payer: PERSON, day: Day(day), reserved_micro_usd: 0 },
            ..turn("q", "a").usage.unwrap()
        };
        world.answers(update_id, PERSON, FinishedTurn { usage: Some(usage), ..turn("q", "a") }).await;
    }
    forgets(&world, 3).await;
    let days = async |user| {
        let sums = world.spent(BOT, user, Day(0)).await.unwrap();
        sums.into_iter().map(|sum| (sum.day.0 - today.0, sum.cost_micro_usd)).collect::<Vec<_>>()
    };
    assert_eq!((days(PERSON).await, days(0).await), (vec![(0, 300)], vec![(-1, 300)]));
    world.expire(None, today).await.unwrap();
    assert_eq!(world.books(BOT, today).await.unwrap().spent, [(PERSON, 300)], "of today nothing is given anew");
    world.expire(None, Day(today.0 + 1)).await.unwrap();
    assert_eq!((days(PERSON).await, days(0).await), (vec![], vec![(-1, 300), (0, 300)]));
}

async fn what_is_old_goes_in_steps_and_what_is_younger_stays(world: World) {
    let parked = world.begins(1, 5).await.key;
    world.park(parked, "it failed").await.unwrap();
    for update_id in 2..=600 {
        world.answers(update_id, 5, FinishedTurn { usage: None, ..turn("old", "a") }).await;
    }
    let conversation = ConversationChange::StartOver { system_prompt: Some("old".to_owned()) };
    let key = world.begins(700, 6).await.key;
    world.store_reply(key, NewReply { conversation, ..reply(&[], None) }).await.unwrap();
    world.clock.advance(2 * HOUR);
    world.answers(701, 5, turn("young", "a")).await;
    world.expire(None, Day(0)).await.unwrap();
    assert_eq!(world.parked(BOT, 10).await.unwrap().len(), 1, "for ever");
    world.expire(Some(world.clock.now().minus(HOUR)), Day(0)).await.unwrap();
    assert!(world.parked(BOT, 10).await.unwrap().is_empty());
    let left = world.conversation(lane(5), 100_000, None).await.unwrap().turns;
    assert_eq!(left, [past("young", "a")]);
    assert_eq!(world.conversation(lane(6), 1000, None).await.unwrap().system_prompt, None);
}
