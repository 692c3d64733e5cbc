//! What stands in a chat beside plain text, in a real browser: topics, documents, rich messages, albums, growing answers
//! with a Stop button below.

use routergram::sandbox::telegram::view::DocumentView;
use serde_json::{Value, json};

use super::demo::{ANNA, BEN, BOOKS, FILMS, FORUM, GROUP};
use super::story;

fn table() -> Value {
    let cell =
        |text: Value, header: bool| json!({"text": text, "align": "left", "valign": "middle", "is_header": header});
    json!([
        {"type": "heading", "size": 2, "text": "Prices"},
        {"type": "table", "cells": [
            [cell(json!("Model"), true), cell(json!("USD"), true)],
            [cell(json!("<b>small</b>"), false), cell(json!({"type": "bold", "text": "0.1"}), false)],
        ]},
        {"type": "paragraph", "text": ["so ", {"type": "mathematical_expression", "expression": "\\frac{a}{b^2}"}]},
    ])
}

#[tokio::test]
async fn a_topic_shows_its_own_messages_and_gets_what_is_written_in_it() {
    story(async |anna, bot| {
        anna.opens_chat(FORUM).await;
        bot.says_in(FORUM, FILMS, "Stalker");
        bot.says_in(FORUM, BOOKS, "Solaris");
        bot.says(FORUM, "Welcome");
        anna.waits_for_message("Welcome").await;
        assert_eq!(anna.reads().await, json!(["Stalker", "Solaris", "Welcome"]));
        anna.opens_topic(BOOKS).await;
        anna.waits_for("one message", "return document.querySelectorAll('.msg').length === 1").await;
        assert_eq!(anna.reads().await, json!(["Solaris"]));
        anna.asks("And Lem's letters?").await;
        assert_eq!(bot.heard_in_topic(FORUM).await, (Some(BOOKS), "And Lem's letters?".to_owned()));
        anna.opens_topic("general").await;
        anna.asks("Hello").await;
        assert_eq!(bot.heard_in_topic(FORUM).await, (None, "Hello".to_owned()));
        assert_eq!(anna.reads().await, json!(["Welcome", "Hello"]));
    })
    .await;
}

#[tokio::test]
async fn each_topic_keeps_its_place_and_what_is_not_sent_yet() {
    story(async |anna, bot| {
        anna.opens_chat(FORUM).await;
        for line in 0..60 {
            bot.says_in(FORUM, FILMS, &format!("Film {line}"));
        }
        anna.waits_for_message("Film 59").await;
        anna.opens_topic(FILMS).await;
        anna.eval("document.getElementById('log').scrollTop = 120").await;
        anna.waits_for("the button down", "return !document.getElementById('to-end').hidden").await;
        anna.types("half a thought").await;
        anna.opens_topic(BOOKS).await;
        anna.waits_for("an empty field", "return document.getElementById('field').value === ''").await;
        anna.opens_topic(FILMS).await;
        anna.waits_for("the place", "return document.getElementById('log').scrollTop === 120").await;
        anna.waits_for("the words", "return document.getElementById('field').value === 'half a thought'").await;
    })
    .await;
}

#[tokio::test]
async fn a_document_has_a_name_a_size_and_can_be_saved() {
    story(async |anna, bot| {
        let (file_id, name) = ("f 1&x".to_owned(), "answer.md".to_owned());
        bot.sends_file(ANNA, DocumentView { file_id, name, size: 20_480, mime: "text/markdown".to_owned() });
        anna.sees("document", "answer.md").await;
        anna.sees("document", "20 KB").await;
        let fetched = "const a = document.querySelector('[data-testid=document]');
            if (window.saved === undefined) {
              window.saved = null;
              fetch(a.href).then(r => r.blob().then(b => window.saved = [r.status, b.size > 0, a.download]));
            }
            return window.saved !== null";
        anna.waits_for("the file", fetched).await;
        assert_eq!(anna.eval("return window.saved").await, json!([200, true, "answer.md"]));
    })
    .await;
}

#[tokio::test]
async fn a_rich_answer_grows_and_ends_with_a_table_and_a_formula() {
    story(async |anna, bot| {
        let heading = json!([{"type": "heading", "size": 2, "text": "Prices"}]);
        bot.drafts_rich(ANNA, "Prices", heading);
        anna.sees("draft", "Prices").await;
        bot.says_rich(ANNA, "Prices\nModel | USD", table());
        anna.waits_for("a table", "return document.querySelectorAll('.msg:not(.draft) table tr').length === 2").await;
        let cells = "return [...document.querySelectorAll('.msg td, .msg th')].map(c => [c.tagName, c.textContent])";
        let seen = json!([["TH", "Model"], ["TH", "USD"], ["TD", "<b>small</b>"], ["TD", "0.1"]]);
        assert_eq!(anna.eval(cells).await, seen);
        let fraction = "return [document.querySelectorAll('math mfrac').length, document.querySelector('math').getBoundingClientRect().height > 10]";
        assert_eq!(anna.eval(fraction).await, json!([1, true]));
        anna.no_longer_sees("[data-testid=draft]").await;
    })
    .await;
}

#[tokio::test]
async fn an_album_is_sent_with_what_is_written_and_shown_as_one() {
    story(async |anna, bot| {
        anna.types("What are these?").await;
        anna.sends_else("album-3").await;
        assert_eq!(bot.gets_an_album(ANNA).await, (3, "What are these?".to_owned()));
        let loaded = "const all = [...document.querySelectorAll('.album img')]; return all.length === 3 && all.every(i => i.naturalWidth > 0)";
        anna.waits_for("three photos", loaded).await;
        assert_eq!(anna.reads().await, json!(["What are these?"]));
        assert_eq!(anna.eval("return document.getElementById('field').value").await, json!(""));
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_grows_by_edits_is_stopped_below_it_and_never_called_edited() {
    story(async |anna, bot| {
        anna.opens_chat(GROUP).await;
        bot.says_with_keys(GROUP, "Once", json!([[{"text": "Stop", "callback_data": "stop:1"}]]));
        anna.waits_for_message("Once").await;
        bot.rewrites(GROUP, |message| message.text = "Once upon a time".to_owned());
        anna.waits_for_message("Once upon a time").await;
        anna.clicks("[data-testid=key]").await;
        assert_eq!(bot.is_pressed(GROUP).await, "stop:1");
        bot.answers(BEN, "Not for Anna", false);
        bot.answers(ANNA, "Stopped.", false);
        anna.sees("toast", "Stopped.").await;
        bot.rewrites(GROUP, |message| (message.text, message.keyboard) = ("Once upon a time.".to_owned(), None));
        anna.no_longer_sees("[data-testid=key]").await;
        anna.no_longer_sees("[data-testid=edited]").await;
    })
    .await;
}

#[tokio::test]
async fn an_administrator_may_write_as_the_group_and_others_may_not() {
    story(async |person, _| {
        person.opens_chat(FORUM).await;
        person.clicks("[data-testid=attach]").await;
        person.waits_for("the menu", "return document.querySelector('[data-testid=album-2]') !== null").await;
        person.no_longer_sees("[data-testid=anonymously]").await;
        person.becomes(BEN).await;
        person.opens_chat(FORUM).await;
        person.clicks("[data-testid=attach]").await;
        person.waits_for("the choice", "return document.querySelector('[data-testid=anonymously]') !== null").await;
    })
    .await;
}

#[tokio::test]
async fn a_button_that_is_being_pressed_is_not_replaced_by_what_happens_meanwhile() {
    story(async |anna, bot| {
        let row = format!("document.querySelector(\"[data-testid='chat-{GROUP}']\")");
        anna.eval(&format!("{row}.held = true")).await;
        bot.says(GROUP, "Something else happens");
        anna.waits_for("the news", &format!("return {row}.innerText.includes('Something else happens')")).await;
        assert_eq!(anna.eval(&format!("return {row}.held === true")).await, json!(true));
    })
    .await;
}
