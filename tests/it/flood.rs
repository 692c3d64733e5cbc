//! Telegram's flood limits: everybody gets their whole answer in the end, in order, and Telegram has to refuse little on
//! the way.

use routergram::sandbox::telegram::{Call, Fault, FloodLimits, Trouble};
use serde_json::json;

use crate::world::{ANNA, BORIS, GROUP, Mode, World, within};

/// The first of the persons that are strangers.
const CROWD: i64 = 10_000;

/// A world whose model repeats what it is asked, slowly enough for previews.
async fn world(settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(Mode::Webhook, settings).await;
    world.model.answers_with(|asked| format!("to {}, in a few words", asked.question()));
    world.model.chunk_every(std::time::Duration::from_millis(20));
    world
}

/// So many strangers, who each ask all these questions at once.
fn crowd_asks(world: &World, people: i64, questions: &[&str]) {
    for person in CROWD..CROWD + people {
        world.telegram.add_person(person, "Somebody", Some("en"));
    }
    for question in questions {
        for person in CROWD..CROWD + people {
            world.says(person, person, question);
        }
    }
}

/// Returns when everybody has as many answers as there are questions; they are those, in that order.
async fn crowd_is_answered(world: &World, people: i64, questions: &[&str]) {
    let expected: Vec<String> = questions.iter().map(|question| format!("to {question}, in a few words")).collect();
    for person in CROWD..CROWD + people {
        let said = world.answers(person, questions.len()).await;
        assert_eq!(said.iter().map(|message| &message.text).collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
    }
    world.drains().await;
}

fn calls(world: &World, method: &str, chat: i64) -> Vec<Call> {
    let calls = world.telegram.calls().into_iter();
    calls.filter(|call| call.method == method && call.params["chat_id"] == chat).collect()
}

fn refused(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.status == 429).count()
}

#[tokio::test]
async fn three_hundred_people_at_once_all_get_their_answers_and_few_calls_are_refused() {
    let world = world(&[]).await;
    world.telegram.set_flood_limits(Some(FloodLimits::reported()));
    crowd_asks(&world, 300, &["one"]);
    crowd_is_answered(&world, 300, &["one"]).await;
    let calls = world.telegram.calls();
    let share = format!("{} of {} calls were refused", refused(&calls), calls.len());
    assert!(refused(&calls) * 20 < calls.len(), "{share}");
    let sent = calls.iter().filter(|call| call.method == "sendMessage" && call.status == 200).count();
    assert_eq!((sent, world.model.request_count()), (300, 300));
    world.ends().await;
}

#[tokio::test]
async fn a_chat_whose_drafts_are_refused_for_minutes_gets_its_answers_and_others_get_drafts() {
    let world = world(&[]).await;
    let minutes = Trouble::TooManyRequests { retry_after: 300 };
    world.telegram.fail(Fault::new("sendMessageDraft", 1, minutes).in_chat(ANNA));
    for turn in 1..=2 {
        let (mut hers, his) = (world.model.hold_after(1), world.model.hold_after(1));
        world.anna("what is the answer?");
        within("the model writes to Anna", hers.reached()).await;
        let tried = |calls: &[Call]| calls.iter().any(|call| call.method == "sendMessageDraft" && call.status == 429);
        within("Anna's draft is refused", world.telegram.calls_become(tried)).await;
        world.says(BORIS, BORIS, "and mine?");
        let shown = |calls: &[Call]| {
            let his = calls.iter().filter(|call| call.method == "sendMessageDraft" && call.params["chat_id"] == BORIS);
            his.count() >= turn
        };
        within("Boris sees a draft", world.telegram.calls_become(shown)).await;
        hers.release();
        world.answers(ANNA, turn).await;
        his.release();
        world.answers(BORIS, turn).await;
        world.drains().await;
    }
    assert_eq!(calls(&world, "sendMessageDraft", ANNA).len(), 1, "five minutes are five minutes");
    assert_eq!(world.last_said(ANNA), "to what is the answer?, in a few words");
    world.ends().await;
}

#[tokio::test]
async fn a_group_whose_topics_are_answered_at_once_stays_within_its_minute() {
    let world = world(&[]).await;
    world.telegram.set_flood_limits(Some(FloodLimits::reported()));
    for n in 0..6 {
        let topic = world.telegram.add_topic(GROUP, &format!("topic {n}"));
        let text = format!("/ask about {n}");
        let act = json!({"act": "send", "chat": GROUP, "user": ANNA, "text": text, "thread": topic});
        world.telegram.act(serde_json::from_value(act).unwrap()).unwrap();
    }
    let mut said: Vec<String> = world.answers(GROUP, 6).await.into_iter().map(|message| message.text).collect();
    said.sort();
    assert_eq!(said, (0..6).map(|n| format!("to Anna: about {n}, in a few words")).collect::<Vec<_>>());
    world.drains().await;
    // A group takes three messages at once; whoever asks for more is told to wait for up to three seconds. Only a minute
    // that is used up takes longer.
    let waits =
        world.telegram.calls().into_iter().filter(|call| call.status == 429).filter_map(|call| call.description);
    let long: Vec<String> = waits.filter(|told| !["1", "2", "3"].iter().any(|secs| told.ends_with(secs))).collect();
    assert_eq!(long, Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn the_owners_limit_is_kept_from_the_first_call_on() {
    let world = world(&[("TELEGRAM_MAX_PER_SECOND", "5")]).await;
    // One more, for what the network brings closer together.
    world.telegram.set_flood_limits(Some(FloodLimits { per_second: 6, ..FloodLimits::reported() }));
    crowd_asks(&world, 20, &["one", "two"]);
    crowd_is_answered(&world, 20, &["one", "two"]).await;
    assert_eq!(refused(&world.telegram.calls()), 0);
    world.ends().await;
}
