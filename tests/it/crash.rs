//! kill -9, at any moment, in both modes: every question gets exactly one answer, in order.
//!
//! Telegram offers nothing that would make a send exactly-once, so an answer that was being sent in the moment of the
//! kill may arrive twice. Each such case must have been announced in the log.

use std::time::Duration;

use routergram::sandbox::telegram::view::MessageView;

use crate::world::{ANNA, Mode, World, audit, until, within};

/// People who write, each in a chat of their own.
const PEOPLE: i64 = 24;
/// Kills of one story.
const KILLS: usize = 8;
/// Questions sent between two kills.
const BETWEEN: usize = 60;

#[tokio::test]
async fn nothing_is_lost_when_the_process_is_killed_under_load_by_webhook() {
    killed_under_load(Mode::Webhook).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_process_is_killed_under_load_by_polling() {
    killed_under_load(Mode::Polling).await;
}

async fn killed_under_load(mode: Mode) {
    let mut world = World::asleep(mode, &[]).await;
    world.expects_in_log(&[
        "A message may arrive twice",
        "Telegram cannot be reached",
        "Polling fails",
        "Another process",
    ]);
    world.model.answers_with(|asked| format!("re {}", asked.question()));
    world.model.chunk_every(Duration::from_millis(3));
    (0..PEOPLE).for_each(|n| world.telegram.add_person(5000 + n, "Somebody", Some("en")));
    let mut dice = fastrand::Rng::with_seed(42);
    let mut asked = vec![Vec::new(); usize::try_from(PEOPLE).unwrap()];
    for round in 0..KILLS {
        world.bot.starts().await;
        brings_again(&world);
        for n in 0..BETWEEN {
            let who = dice.usize(..asked.len());
            let text = format!("question {round}-{n}");
            let chat = 5000 + i64::try_from(who).unwrap();
            world.says(chat, chat, &text);
            asked[who].push(text);
        }
        // Somewhere between the first answer of this round and the last. Every other life answers about one question to a
        // person: one that three lives in a row had begun and none had answered would be put aside, as it should.
        let least = if round % 2 == 0 { 1 } else { asked.len() };
        let target = total_answers(&world) + dice.usize(least..BETWEEN);
        until("some answers arrive", async || total_answers(&world) >= target).await;
        world.bot.dies();
        audit::is_sound(world.folder.path());
    }
    world.bot.starts().await;
    brings_again(&world);
    world.drains().await;
    let announced = world.bot.said("A message may arrive twice");
    let doubled: usize = (0..).zip(&asked).map(|(n, questions)| doubled_in(&world.said(5000 + n), questions)).sum();
    assert!(doubled <= announced, "{doubled} answers arrived twice, {announced} were announced");
    let (questions, requests) = (asked.iter().map(Vec::len).sum::<usize>(), world.model.request_count());
    let at_most = questions + KILLS * asked.len();
    assert!(requests <= at_most, "{requests} requests for {questions} questions: more than what a kill can interrupt");
    world.ends().await;
}

/// Checks that each question was answered, in order; returns how many answers came twice in a row.
fn doubled_in(answers: &[MessageView], questions: &[String]) -> usize {
    let mut texts: Vec<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    let all = texts.len();
    texts.dedup();
    let expected: Vec<String> = questions.iter().map(|question| format!("re {question}")).collect();
    assert_eq!(texts, expected);
    all - texts.len()
}

fn total_answers(world: &World) -> usize {
    (0..PEOPLE).map(|n| world.said(5000 + n).len()).sum()
}

/// Telegram brings again what was refused while nobody listened: after 2, 4, 8 … seconds of its clock.
fn brings_again(world: &World) {
    world.clock.advance(Duration::from_mins(2));
}

#[tokio::test]
async fn a_finished_answer_is_delivered_after_a_crash_and_not_asked_for_again() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["A message may arrive twice"]);
    world.model.answers("forty-two");
    world.telegram.slow_down("sendMessage", Duration::from_hours(1));
    world.anna("what is the answer?");
    world.an_answer_is_stored().await;
    world.bot.dies();
    world.telegram_has_read_everything().await;
    world.telegram.heal();
    world.bot.starts().await;
    within("the answer", world.answers(ANNA, 1)).await;
    world.drains().await;
    assert_eq!(world.telegram.transcript(ANNA).trim(), "Anna: what is the answer?\nbot: forty-two");
    assert_eq!(world.model.request_count(), 1);
    assert_eq!(world.bot.metric("routergram_sends_repeated_total").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn an_answer_is_stored_before_it_is_sent_and_never_asked_for_again() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.expects_in_log(&["A message may arrive twice"]);
    world.model.answers("forty-two");
    world.anna("what is the answer?");
    world.bot.set("ROUTERGRAM_FAULT_POINT", "before-sendMessage");
    world.bot.spawns();
    assert_eq!(world.bot.ends().await.status, None, "{}", world.bot.log());
    world.bot.unset("ROUTERGRAM_FAULT_POINT");
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.last_said(ANNA).as_str()), (1, "forty-two"));
    assert_eq!(world.model.request_count(), 1, "it was asked again");
    world.ends().await;
}

#[tokio::test]
async fn a_question_whose_answer_was_being_written_is_answered_after_the_crash() {
    let mut world = World::with(Mode::Polling).await;
    let gate = world.model.hold_after(1);
    world.anna("what is the answer?");
    within("the model writes", world.model.sent(1)).await;
    world.bot.dies();
    gate.release();
    world.model.answers("forty-two");
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 1);
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn an_answer_is_stored_before_the_last_frame_of_its_preview_is_waited_for() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["A message may arrive twice"]);
    world.model.answers("forty-two");
    world.telegram.slow_down("*", Duration::from_hours(1));
    let mut gate = world.model.hold_after(1);
    world.anna("what is the answer?");
    within("the model pauses, and a frame is on its way", gate.reached()).await;
    gate.release();
    world.an_answer_is_stored().await;
    world.bot.dies();
    world.telegram_has_read_everything().await;
    world.telegram.heal();
    world.bot.starts().await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!((world.said(ANNA).len(), world.model.request_count()), (1, 1));
    world.ends().await;
}
