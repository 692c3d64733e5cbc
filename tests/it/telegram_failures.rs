//! What goes wrong with Telegram while an answer is delivered, beside the table in `neighbours::telegram`. The answer was
//! paid for and is owed: it arrives in the end, once, in order, without the model being asked again, and nobody else
//! notices.

use routergram::replies::{self, Audience, Language};
use routergram::sandbox::telegram::{Call, Fault, Trouble};

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, within};

/// The answer, and how it looks.
const ANSWER: &str = "**forty**-two";
const SEEN: &str = "forty-two";

/// What the log says of a message that Telegram was slow to take.
const TWICE: &str = "A message may arrive twice";
const KEPT: &str = "An answer cannot be delivered now; it is kept";
const PLAINER: &str = "Telegram refused a message; sending it plainer";

fn refused(code: u16, description: &str) -> Trouble {
    Trouble::Refused { code, description: description.to_owned() }
}

fn calls(world: &World, method: &str) -> Vec<Call> {
    world.telegram.calls().into_iter().filter(|call| call.method == method).collect()
}

async fn world() -> World {
    let world = World::with(Mode::Webhook).await;
    world.model.answers(ANSWER);
    world
}

/// The question is asked once and answered once, whatever the trouble.
async fn one_answer(world: &World, trouble: Fault) {
    world.telegram.fail(trouble);
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 1, "{}", world.telegram.transcript(ANNA));
    assert_eq!(world.last_said(ANNA), SEEN);
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test]
async fn a_long_flood_wait_does_not_hold_a_place_and_is_obeyed() {
    let mut world = World::with_settings(Mode::Webhook, &[("MAX_CONCURRENT_TURNS", "1")]).await;
    world.model.answers(ANSWER);
    world.expects_in_log(&[KEPT]);
    let trouble = Trouble::TooManyRequests { retry_after: 6 };
    world.telegram.fail(Fault::new("sendMessage", 1, trouble).in_chat(ANNA));
    world.anna("what is the answer?");
    world.bot.says(KEPT).await;
    world.says(BORIS, BORIS, "and mine?");
    world.answers(BORIS, 1).await;
    assert!(world.said(ANNA).is_empty(), "Telegram asked for six seconds");
    world.answers(ANNA, 1).await;
    world.drains().await;
    let sends: Vec<Call> =
        calls(&world, "sendMessage").into_iter().filter(|call| call.params["chat_id"] == ANNA).collect();
    let [refused, sent] = &sends[..] else { panic!("{} sends", sends.len()) };
    assert!(sent.at.since(refused.at).as_secs() >= 6, "{refused:?} {sent:?}");
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_text_whose_formatting_is_refused_arrives_without_it() {
    let mut world = world().await;
    world.expects_in_log(&[PLAINER]);
    let trouble = refused(400, "Bad Request: can't parse entities: entity is too long");
    one_answer(&world, Fault::new("sendMessage", 1, trouble)).await;
    assert_eq!(world.said(ANNA)[0].entities, Vec::<serde_json::Value>::new());
    world.ends().await;
}

#[tokio::test]
async fn a_question_that_was_deleted_is_answered_without_showing_it() {
    let mut world = world().await;
    world.expects_in_log(&[PLAINER]);
    let trouble = refused(400, "Bad Request: message to be replied not found");
    let gate = world.model.hold_after(1);
    world.telegram.fail(Fault::new("sendMessage", 1, trouble.clone()));
    world.says(ANNA, GROUP, "/ask what is the answer?");
    let tried = |calls: &[Call]| calls.iter().any(|call| call.method == "sendMessage");
    within("a message for it to grow in is tried", world.telegram.calls_become(tried)).await;
    world.telegram.fail(Fault::new("sendMessage", 1, trouble));
    gate.release();
    let said = world.answers(GROUP, 1).await;
    assert_eq!((said[0].text.as_str(), said[0].reply_to), (SEEN, None));
    assert_eq!(said[0].entities.len(), 1, "its formatting was not what was refused");
    world.ends().await;
}

#[tokio::test]
async fn a_topic_that_is_gone_is_answered_in_its_chat() {
    let mut world = world().await;
    world.expects_in_log(&[PLAINER]);
    let topic = world.telegram.add_topic(ANNA, "Food");
    let trouble = refused(400, "Bad Request: message thread not found");
    world.telegram.fail(Fault::new("sendMessage", 1, trouble));
    let act = serde_json::json!({"act": "send", "chat": ANNA, "user": ANNA, "text": "what?", "thread": topic});
    world.telegram.act(serde_json::from_value(act).unwrap()).unwrap();
    let said = world.answers(ANNA, 1).await;
    assert_eq!((said[0].text.as_str(), said[0].thread, said[0].entities.len()), (SEEN, None, 1));
    world.ends().await;
}

#[tokio::test]
async fn a_person_who_blocked_the_bot_is_left_alone_and_the_lane_goes_on() {
    let world = world().await;
    let mut gate = world.model.hold_after(1);
    world.anna("what is the answer?");
    within("the model writes", gate.reached()).await;
    world.telegram.block_bot(ANNA, true);
    gate.release();
    world.drains().await;
    assert!(world.said(ANNA).is_empty());
    let reason: String = stored(world.folder.path(), "SELECT reason FROM inbox WHERE reason IS NOT NULL");
    assert!(reason.contains("bot was blocked by the user"), "{reason}");
    // Writing unblocks.
    world.anna("I am back");
    world.answers(ANNA, 1).await;
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_server_without_drafts_shows_answers_when_they_are_whole_and_is_not_asked_for_ever() {
    let world = world().await;
    world.telegram.set_drafts(false);
    for turn in 1..=3 {
        // Held until the bot has had a reason to show something.
        let mut gate = world.model.hold_after(1);
        world.anna("what is the answer?");
        within("the model writes", gate.reached()).await;
        if turn == 1 {
            let tried = |calls: &[Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
            within("a draft is tried", world.telegram.calls_become(tried)).await;
        }
        gate.release();
        world.answers(ANNA, turn).await;
        world.drains().await;
    }
    assert_eq!(calls(&world, "sendMessageDraft").len(), 1);
    assert_eq!(world.bot.said("knows no drafts"), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_preview_that_hangs_does_not_hold_back_the_answer_for_long() {
    let world = world().await;
    world.telegram.fail(Fault::new("sendMessageDraft", 1, Trouble::DoneThenSilence));
    world.telegram.fail(Fault::new("sendChatAction", 1, Trouble::DoneThenSilence));
    world.anna("what is the answer?");
    // Far sooner than the call's own deadline of 20 s; the wait itself is bounded by the story's.
    let answered = tokio::time::timeout(std::time::Duration::from_secs(15), world.answers(ANNA, 1)).await;
    assert_eq!(answered.expect("the answer waits for a preview")[0].text, SEEN);
    world.drains().await;
    world.ends().await;
}

#[tokio::test]
async fn a_delivery_that_fails_for_long_succeeds_in_the_end_in_order_and_nobody_else_waits() {
    let mut world = World::with(Mode::Polling).await;
    world.expects_in_log(&[KEPT]);
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    // Four sends on the spot, then two seconds later the fifth fails too.
    world.telegram.fail(Fault::new("sendMessage", 5, Trouble::InternalServerError).in_chat(ANNA));
    world.anna("one");
    world.anna("two");
    world.bot.says(KEPT).await;
    world.says(BORIS, BORIS, "три");
    world.answers(BORIS, 1).await;
    assert!(world.said(ANNA).is_empty());
    let said: Vec<String> = world.answers(ANNA, 2).await.into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["to one", "to two"]);
    world.drains().await;
    assert_eq!(world.model.request_count(), 3);
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_is_owed_survives_a_restart_while_telegram_is_away() {
    let mut world = world().await;
    world.expects_in_log(&[KEPT, TWICE]);
    world.telegram.fail(Fault::new("sendMessage", 100, Trouble::InternalServerError).in_chat(ANNA));
    world.anna("what is the answer?");
    world.bot.says(KEPT).await;
    world.bot.dies();
    world.telegram.heal();
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn the_second_part_of_an_answer_fails_and_the_first_is_not_sent_again() {
    let mut world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "8000")]).await;
    world.expects_in_log(&[KEPT]);
    world.model.answers("All work and no play. ".repeat(300).trim());
    let mut gate = world.model.hold_after(1);
    world.anna("write");
    within("the model writes", gate.reached()).await;
    world.telegram.slow_down("sendMessage", std::time::Duration::from_millis(300));
    gate.release();
    world.answers(ANNA, 1).await;
    world.telegram.fail(Fault::new("sendMessage", 4, Trouble::InternalServerError));
    world.telegram.slow_down("sendMessage", std::time::Duration::ZERO);
    world.drains().await;
    let said: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    assert_eq!(said.join(" "), "All work and no play. ".repeat(300).trim());
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_bots_own_sentences_arrive_in_trouble_too() {
    let world = world().await;
    world.telegram.fail(Fault::new("sendMessage", 1, Trouble::InternalServerError));
    world.anna("/help");
    world.answers(ANNA, 1).await;
    assert_eq!(world.last_said(ANNA), replies::help(Language::En, Audience::Person, false));
    world.ends().await;
}

#[tokio::test]
async fn who_asked_is_told_when_telegram_takes_a_part_of_the_answer_in_no_form() {
    let mut world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "8000")]).await;
    world.expects_in_log(&[PLAINER, "Telegram takes an answer in no form"]);
    world.model.answers("All work and no play. ".repeat(300).trim());
    let mut gate = world.model.hold_after(1);
    world.anna("write");
    within("the model writes", gate.reached()).await;
    world.telegram.slow_down("sendMessage", std::time::Duration::from_millis(300));
    gate.release();
    world.answers(ANNA, 1).await;
    // In no form, that is: it has no formatting to leave out.
    world.telegram.fail(Fault::new("sendMessage", 1, refused(400, "Bad Request: strange text")));
    world.telegram.slow_down("sendMessage", std::time::Duration::ZERO);
    world.answers(ANNA, 2).await;
    world.drains().await;
    assert_eq!(world.last_said(ANNA), replies::gave_up(Language::En));
    world.ends().await;
}
