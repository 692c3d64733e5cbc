//! From the first letter to the whole answer.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::InlineMode;
use serde_json::json;

use super::{ELSEWHERE, calls, grows, message, offered, opens, sends, text, world};
use crate::world::acts::{button_of, buttons};
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, World};

#[tokio::test]
async fn typing_offers_the_question_and_costs_nothing() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = world(mode, &[("USER_MESSAGES_PER_MINUTE", "1")]).await;
        for typed in ["w", "what", "what is"] {
            offered(&world, ANNA, typed).await;
        }
        let (_, results) = offered(&world, ANNA, "what is tea?").await;
        let result = &results[0];
        assert_eq!((results.len(), &result["title"]), (1, &json!("Ask: what is tea?")));
        assert_eq!(result["input_message_content"]["message_text"], "what is tea?\n…");
        assert_eq!(result["reply_markup"]["inline_keyboard"][0][0]["text"], "💬 Answer");
        let (_, russian) = offered(&world, BORIS, "что такое чай?").await;
        assert_eq!(russian[0]["title"], "Спросить: что такое чай?");
        let (_, nothing) = offered(&world, ANNA, "").await;
        assert!(nothing.is_empty());
        let answers = calls(&world, "answerInlineQuery");
        assert!(
            answers.iter().all(|answer| answer["is_personal"] == true && answer["cache_time"] == 10),
            "{answers:?}"
        );
        assert_eq!(answers[5]["button"]["text"], replies::inline_hint(Language::En));
        let folder = world.folder.path();
        for table in ["inbox", "turns", "ledger", "spent", "people", "conversations"] {
            assert_eq!(stored::<i64>(folder, &format!("SELECT count(*) FROM {table}")), 0, "{table}");
        }
        assert_eq!(world.model.request_count(), 0);
        assert_eq!(world.bot.metric("routergram_updates_total{outcome=\"fleeting\"}").await, 6);
        // Nor has it been counted as a message.
        world.anna("hello");
        world.answers(ANNA, 1).await;
        assert_eq!(world.last_said(ANNA), "re: hello");
        world.ends().await;
    }
}

#[tokio::test]
async fn what_was_sent_is_answered_in_its_message_and_paid_once() {
    for mode in [Mode::Webhook, Mode::Polling] {
        let world = world(mode, &[]).await;
        world.model.answers("a **drink**");
        let id = sends(&world, ANNA, "what is tea?").await;
        world.drains().await;
        let answered = message(&world, id);
        assert_eq!((answered.text.as_str(), &answered.keyboard), ("what is tea?\na drink", &None));
        let kinds: Vec<_> = answered.entities.iter().map(|entity| entity["type"].clone()).collect();
        assert_eq!(kinds, ["blockquote", "bold"]);
        assert_eq!(world.model.request_count(), 1);
        assert_eq!(world.misbooked(), Vec::<String>::new());
        let payer = "SELECT user_id FROM spent WHERE answers = 1";
        assert_eq!(stored::<i64>(world.folder.path(), payer), ANNA);
        let edits = calls(&world, "editMessageText");
        assert!(edits.iter().all(|edit| edit.get("parse_mode").is_none() && edit.get("chat_id").is_none()));
        assert!(calls(&world, "sendChatAction").is_empty(), "nobody is in a chat where that could be seen");
        assert_eq!(world.said(ANNA).len(), 0);
        world.ends().await;
    }
}

#[tokio::test]
async fn the_answer_grows_in_its_message_and_can_be_stopped_there_by_whoever_asked() {
    let world = world(Mode::Webhook, &[]).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "count").await;
    let growing = grows(&world, id, "count\none").await;
    assert_eq!(buttons(&growing), [["⏹ Stop"]]);
    let stop = button_of(&growing, "stop:").unwrap();
    super::press(&world, BORIS, id, &stop);
    let toasted =
        |calls: &[routergram::sandbox::telegram::Call]| calls.iter().any(|call| call.method == "answerCallbackQuery");
    world.telegram.calls_become(toasted).await;
    assert_eq!(world.toast(), replies::inline_not_yours(Language::Ru));
    super::press(&world, ANNA, id, &stop);
    world.drains().await;
    assert_eq!(text(&world, id), "count\none");
    assert!(button_of(&message(&world, id), "retry:").is_some());
    gate.release();
    // And whole, the next time.
    super::presses(&world, ANNA, id, "retry:").await;
    assert_eq!((text(&world, id).as_str(), &message(&world, id).keyboard), ("count\none two three", &None));
    world.ends().await;
}

#[tokio::test]
async fn a_killed_bot_goes_on_in_the_message() {
    let mut world = world(Mode::Webhook, &[]).await;
    world.model.answers("one two three");
    let gate = world.model.hold_after(1);
    let id = sends(&world, ANNA, "count").await;
    grows(&world, id, "count\none").await;
    world.bot.dies();
    gate.release();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((text(&world, id).as_str(), &message(&world, id).keyboard), ("count\none two three", &None));
    world.ends().await;
}

#[tokio::test]
async fn a_long_answer_is_cut_and_told_whole_in_private_to_whoever_asked() {
    let world = world(Mode::Webhook, &[]).await;
    let long = ["first", "middle", "last"].map(|part| format!("{part} {}", "word ".repeat(500))).join("\n\n");
    world.model.answers(&long);
    let id = sends(&world, ANNA, "tell me").await;
    world.drains().await;
    let cut = message(&world, id);
    assert!(cut.text.starts_with("tell me\nfirst") && !cut.text.contains("last"), "{}", cut.text);
    assert!(cut.text.ends_with(&replies::inline_cut(Language::En)));
    let url = cut.keyboard.unwrap()[0][0]["url"].as_str().unwrap().to_owned();
    let (_, start) = url.split_once("?start=").unwrap();
    assert!(url.starts_with("https://t.me/routergram"), "{url}");
    world.says(BORIS, BORIS, &format!("/start {start}"));
    world.drains().await;
    assert_eq!(world.last_said(BORIS), replies::inline_whole_gone(Language::Ru));
    world.anna(&format!("/start {start}"));
    world.drains().await;
    let told: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    assert_eq!(told.join(" ").split_whitespace().count(), long.split_whitespace().count());
    assert_eq!(world.model.request_count(), 1);
    // What was told there is no part of what is talked about there.
    world.anna("hello");
    world.drains().await;
    assert_eq!(world.model.requests()[1].messages.len(), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_message_that_the_bot_sees_itself_is_not_answered_a_second_time() {
    let world = world(Mode::Polling, &[]).await;
    let query = world.types_inline(ANNA, ANNA, "why?");
    crate::world::within("an offer", world.telegram.inline_answered(&query)).await;
    let result = world.telegram.inline_results(&query).unwrap()[0]["id"].as_str().unwrap().to_owned();
    world.chooses_inline(ANNA, ANNA, (&query, &result)).await;
    world.drains().await;
    assert_eq!(world.telegram.transcript(ANNA), "Anna: why?\n  re: why?\n");
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_bot_without_inline_mode_is_as_it_was() {
    let world = World::with(Mode::Webhook).await;
    opens(&world, InlineMode::Off);
    world.anna("hello");
    world.answers(ANNA, 1).await;
    assert!(calls(&world, "answerInlineQuery").is_empty());
    assert_eq!(world.telegram.transcript(ELSEWHERE), "");
    world.ends().await;
}
