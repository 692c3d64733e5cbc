//! Another answer to the same question: because somebody wants one, or because the question was edited.

use routergram::replies::{self, Language};
use routergram::sandbox::model::{Fault, Outcome};

use crate::world::acts::button_of;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until, within};

/// A model that numbers its answers.
async fn world(mode: Mode) -> World {
    let world = World::with(mode).await;
    let count = std::sync::atomic::AtomicUsize::new(1);
    world.model.answers_with(move |asked| {
        format!("{} to {}", count.fetch_add(1, std::sync::atomic::Ordering::Relaxed), asked.question())
    });
    world
}

fn texts(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

/// What the model was told at last, the system prompt aside.
fn told(world: &World) -> Vec<String> {
    let asked = world.model.requests().pop().unwrap();
    let said = asked.messages.iter().filter(|message| message.role != "system");
    said.map(|message| message.content.clone()).collect()
}

#[tokio::test]
async fn retry_answers_the_last_question_again_and_the_old_answer_leaves_the_history() {
    let world = world(Mode::Webhook).await;
    world.anna("why?");
    world.answers(ANNA, 1).await;
    world.anna("/retry");
    world.answers(ANNA, 2).await;
    assert_eq!(told(&world), ["why?"]);
    world.anna("/retry");
    world.answers(ANNA, 3).await;
    world.anna("really?");
    world.answers(ANNA, 4).await;
    assert_eq!(told(&world), ["why?", "3 to why?", "really?"]);
    assert_eq!(texts(&world, ANNA), ["1 to why?", "2 to why?", "3 to why?", "4 to really?"]);
    world.ends().await;
}

#[tokio::test]
async fn there_is_nothing_to_retry_before_the_first_question_and_after_new() {
    let world = world(Mode::Polling).await;
    world.anna("/retry");
    world.answers(ANNA, 1).await;
    world.anna("why?");
    world.answers(ANNA, 2).await;
    world.anna("/new");
    world.answers(ANNA, 3).await;
    world.anna("/retry");
    world.answers(ANNA, 4).await;
    let nothing = replies::nothing_to_retry(Language::En);
    assert_eq!(texts(&world, ANNA), [&nothing, "1 to why?", &replies::started_over(Language::En), &nothing]);
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_button_under_a_failure_asks_again_and_the_answer_takes_its_place() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    world.model.fails_next(1, &Fault::moderated("x"));
    world.says(ANNA, GROUP, "/ask why?");
    let failure = world.answers(GROUP, 1).await.remove(0);
    assert_eq!(failure.text, replies::moderated(Language::En));
    world.presses(ANNA, GROUP, &failure, "retry:");
    until("it is answered", async || world.last_said(GROUP) == "1 to Anna: why?").await;
    world.drains().await;
    let said = world.said(GROUP).remove(0);
    assert_eq!((world.said(GROUP).len(), said.message_id, said.keyboard), (1, failure.message_id, None));
    world.ends().await;
}

#[tokio::test]
async fn a_retry_that_fails_leaves_the_good_answer_in_the_history() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    world.anna("why?");
    world.answers(ANNA, 1).await;
    world.model.fails_next(1, &Fault::moderated("x"));
    world.anna("/retry");
    world.answers(ANNA, 2).await;
    world.anna("go on");
    world.answers(ANNA, 3).await;
    assert_eq!(told(&world), ["why?", "1 to why?", "go on"]);
    world.ends().await;
}

#[tokio::test]
async fn a_retry_that_brings_nothing_leaves_in_sight_what_had_been_written() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    world.model.fails_next(1, &Fault::EndAfter { chunks: 2 });
    world.says(ANNA, GROUP, "/ask why?");
    world.drains().await;
    let cut = replies::cut_off(Language::En);
    assert_eq!(texts(&world, GROUP), ["1 to", &cut]);
    world.model.fails_next(1, &Fault::moderated("x"));
    let last = world.said(GROUP).pop().unwrap();
    world.presses(ANNA, GROUP, &last, "retry:");
    until("she is told", async || world.last_said(GROUP) == replies::moderated(Language::En)).await;
    world.drains().await;
    assert_eq!(texts(&world, GROUP), ["1 to", &cut, &replies::moderated(Language::En)]);
    // The next try takes the place of the failure.
    let last = world.said(GROUP).pop().unwrap();
    world.presses(ANNA, GROUP, &last, "retry:");
    until("it is answered", async || world.last_said(GROUP) == "2 to Anna: why?").await;
    world.drains().await;
    assert_eq!(texts(&world, GROUP), ["1 to", &cut, "2 to Anna: why?"]);
    world.ends().await;
}

#[tokio::test]
async fn a_retry_button_under_an_old_answer_does_nothing_any_more() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    world.model.fails_next(1, &Fault::moderated("x"));
    world.anna("why?");
    let failure = world.answers(ANNA, 1).await.remove(0);
    world.anna("and now?");
    world.answers(ANNA, 2).await;
    world.presses(ANNA, ANNA, &failure, "retry:");
    world.drains().await;
    let toast = world.telegram.calls().into_iter().find(|call| call.method == "answerCallbackQuery").unwrap();
    assert_eq!(toast.params["text"], replies::button_expired(Language::En));
    assert_eq!(world.said(ANNA).len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn an_edited_last_question_is_answered_again_in_place() {
    let world = world(Mode::Webhook).await;
    let question = world.anna("why?");
    let first = world.answers(ANNA, 1).await.remove(0);
    world.edits(ANNA, ANNA, question, "how?");
    until("it is answered again", async || world.last_said(ANNA) == "2 to how?").await;
    world.drains().await;
    let said = world.said(ANNA);
    assert_eq!((said.len(), said[0].message_id), (1, first.message_id));
    assert_eq!(told(&world), ["how?"]);
    world.anna("go on");
    world.answers(ANNA, 2).await;
    assert_eq!(told(&world), ["how?", "2 to how?", "go on"]);
    world.ends().await;
}

#[tokio::test]
async fn an_edit_that_changes_nothing_that_is_seen_is_not_answered() {
    let world = world(Mode::Polling).await;
    let question = world.anna("why?");
    world.answers(ANNA, 1).await;
    world.edits(ANNA, ANNA, question, "why?");
    world.anna("go on");
    world.answers(ANNA, 2).await;
    assert_eq!(world.model.request_count(), 2);
    assert_eq!(texts(&world, ANNA), ["1 to why?", "2 to go on"]);
    world.ends().await;
}

#[tokio::test]
async fn an_older_question_cannot_be_edited_and_its_author_is_told() {
    let world = world(Mode::Webhook).await;
    let question = world.anna("why?");
    world.answers(ANNA, 1).await;
    world.anna("go on");
    world.answers(ANNA, 2).await;
    world.edits(ANNA, ANNA, question, "how?");
    world.answers(ANNA, 3).await;
    assert_eq!(texts(&world, ANNA), ["1 to why?", "2 to go on", &replies::edit_too_late(Language::En)]);
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn an_edit_while_the_answer_is_written_ends_that_answer_in_a_private_chat() {
    edit_while_writing(ANNA, "why?", "how?").await;
}

#[tokio::test]
async fn an_edit_while_the_answer_is_written_ends_that_answer_in_a_group() {
    edit_while_writing(GROUP, "/ask why?", "/ask how?").await;
}

async fn edit_while_writing(chat: i64, before: &str, after: &str) {
    let world = world(Mode::Webhook).await;
    let mut gate = world.model.hold_after(1);
    let question = world.says(ANNA, chat, before);
    within("the model writes", gate.reached()).await;
    world.edits(ANNA, chat, question, after);
    until("the model is hung up on", async || matches!(world.model.requests()[0].outcome, Outcome::HungUp { .. }))
        .await;
    world.answers(chat, 1).await;
    world.drains().await;
    let asked = if chat == GROUP { "Anna: how?" } else { "how?" };
    assert_eq!(texts(&world, chat), [format!("2 to {asked}")]);
    assert_eq!(told(&world), [asked]);
    gate.release();
    world.ends().await;
}

#[tokio::test]
async fn an_edit_does_not_cost_the_answer_when_somebody_has_asked_in_between() {
    let world = world(Mode::Webhook).await;
    let mut gate = world.model.hold_after(1);
    let question = world.says(ANNA, GROUP, "/ask why?");
    within("the model writes", gate.reached()).await;
    world.says(BORIS, GROUP, "/ask and when?");
    world.edits(ANNA, GROUP, question, "/ask how?");
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    gate.release();
    world.drains().await;
    // It is too late for the edit, as she is told; so what it asked before is answered.
    let too_late = replies::edit_too_late(Language::En);
    assert_eq!(texts(&world, GROUP), ["1 to Anna: why?", "2 to Boris: and when?", &too_late]);
    assert!(world.said(GROUP).iter().all(|message| button_of(message, "stop:").is_none()));
    world.ends().await;
}

#[tokio::test]
async fn a_killed_bot_still_answers_the_edited_question_alone() {
    let mut world = world(Mode::Webhook).await;
    let question = world.says(ANNA, GROUP, "/ask why?");
    world.answers(GROUP, 1).await;
    let mut gate = world.model.hold_after(1);
    world.edits(ANNA, GROUP, question, "/ask how?");
    within("the model writes", gate.reached()).await;
    world.bot.dies();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!(texts(&world, GROUP), ["3 to Anna: how?"]);
    gate.release();
    world.ends().await;
}

#[tokio::test]
async fn a_shorter_answer_to_an_edited_question_leaves_nothing_of_the_longer_one() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "8000")]).await;
    let long = "All work and no play. ".repeat(400);
    world.model.answers(long.trim());
    let question = world.anna("write");
    world.answers(ANNA, 3).await;
    world.drains().await;
    world.model.answers("short");
    world.edits(ANNA, ANNA, question, "write less");
    until("it is answered again", async || texts(&world, ANNA) == ["short"]).await;
    // And back: what is longer goes on below.
    world.model.answers(long.trim());
    world.edits(ANNA, ANNA, question, "write more");
    until("it is answered again", async || texts(&world, ANNA).join(" ") == long.trim()).await;
    world.ends().await;
}

#[tokio::test]
async fn an_edited_answer_that_fails_offers_another_try_and_forgets_the_void_one() {
    let mut world = world(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    let question = world.anna("why?");
    world.answers(ANNA, 1).await;
    world.model.fails_next(1, &Fault::moderated("x"));
    world.edits(ANNA, ANNA, question, "how?");
    until("she is told", async || world.last_said(ANNA) == replies::moderated(Language::En)).await;
    world.drains().await;
    assert!(button_of(&world.said(ANNA)[0], "retry:").is_some());
    world.anna("go on");
    world.answers(ANNA, 2).await;
    assert_eq!(told(&world), ["go on"]);
    world.ends().await;
}
