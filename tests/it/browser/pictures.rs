//! Pictures of the page for a person to look at: what is beautiful cannot be asserted.
//!
//! Written below `target/tmp/` whenever the browser stories run.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use routergram::sandbox::telegram::view::{DocumentView, MessageView};
use serde_json::{Value, json};

use super::demo::{ANNA, BEN, BOOKS, BOT, Demo, FORUM, GROUP, blank};
use super::person::Person;
use super::story;

#[tokio::test]
async fn pictures() {
    story(async |anna, demo| {
        take(anna, "empty").await;
        tell_of_cats(demo);
        tell_of_camping(demo);
        anna.waits_for_message("That is all").await;
        take(anna, "formats").await;
        demo.drafts(ANNA, "", true);
        anna.sees("draft", "Thinking").await;
        take(anna, "thinking").await;
        let (text, entities) = growing();
        demo.drafts_formatted(ANNA, &text, entities, true);
        anna.sees("draft", "3. How").await;
        take(anna, "draft").await;
        anna.clicks("[data-testid=theme]").await;
        take(anna, "draft-dark").await;
        anna.types("/").await;
        anna.waits_for("the offers", "return document.querySelectorAll('.offer').length > 2").await;
        take(anna, "commands-dark").await;
        anna.types("\u{E00C}\u{E003}").await;
        anna.eval("document.getElementById('log').scrollTop = 250").await;
        take(anna, "formats-dark").await;
        anna.opens_chat(GROUP).await;
        take(anna, "group-dark").await;
        anna.clicks("[data-testid=theme]").await;
        anna.presses_up_in_the_empty_field().await;
        take(anna, "group").await;
        narrow(anna).await;
        take(anna, "phone-group").await;
        anna.clicks("#back").await;
        take(anna, "phone-chats").await;
        anna.clicks(&format!("[data-testid='chat-{ANNA}']")).await;
        take(anna, "phone").await;
    })
    .await;
}

#[tokio::test]
async fn pictures_of_more_than_text() {
    story(async |anna, demo| {
        tell_of_evenings(demo);
        anna.opens_chat(FORUM).await;
        anna.opens_topic(BOOKS).await;
        anna.waits_for("the photos", "return document.querySelectorAll('.album img').length === 3").await;
        take(anna, "forum").await;
        anna.clicks("[data-testid=theme]").await;
        take(anna, "forum-dark").await;
        anna.eval("document.getElementById('log').scrollTop = 0").await;
        take(anna, "forum-top-dark").await;
        anna.clicks("[data-testid=theme]").await;
        anna.clicks("[data-testid=attach]").await;
        take(anna, "attach").await;
        anna.types("\u{E00C}").await;
        narrow(anna).await;
        take(anna, "phone-forum").await;
    })
    .await;
}

/// Everything that is more than text, in one topic.
fn tell_of_evenings(demo: &Demo) {
    let tell = |from, ago, message: MessageView| {
        demo.story((FORUM, from), ago, MessageView { thread: Some(BOOKS), ..message });
    };
    let service = Some("Topic “Books” was opened".to_owned());
    tell(BEN, 900, MessageView { service, ..blank("[forum_topic_created]") });
    tell(BEN, 700, MessageView { sender_chat: Some(FORUM), from: 1_087_968_824, ..blank("Only books here, please.") });
    for n in 0..3 {
        let text = if n == 0 { "@juniper_bot what do these three cost?" } else { "" };
        let (photo, album) = (Some(format!("photo-{n}")), Some("1".to_owned()));
        tell(ANNA, 600, MessageView { photo, album, ..blank(text) });
    }
    let blocks = prices().as_array().unwrap().clone();
    tell(BOT, 500, MessageView { blocks, edit_date: Some(1), ..blank("Prices") });
    let (file_id, name, mime) = ("f".to_owned(), "prices-in-full.md".to_owned(), "text/markdown".to_owned());
    let document = Some(DocumentView { file_id, name, size: 20_480, mime });
    tell(BOT, 490, MessageView { document, ..blank("The whole list, with every edition.") });
}

#[rustfmt::skip]
fn prices() -> Value {
    let row = |cells: [&str; 3], is_header: bool| -> Vec<Value> {
        let aligned = cells.into_iter().zip(["left", "center", "right"]);
        aligned.map(|(text, align)| json!({"text": text, "align": align, "valign": "middle", "is_header": is_header})).collect()
    };
    json!([
        {"type": "heading", "size": 2, "text": "Three books"},
        {"type": "table", "cells": [
            row(["Title", "Year", "Price"], true), row(["Solaris", "1961", "9.90"], false),
            row(["The Cyberiad", "1965", "12.50"], false), row(["His Master's Voice", "1968", "11.00"], false),
        ]},
        {"type": "paragraph", "text": ["The mean is ", {"type": "bold", "text": "11.13"}, ", by the usual formula ",
            {"type": "mathematical_expression", "expression": "\\bar{x} = \\frac{1}{n}\\sum_{i=1}^n x_i"}, ":"]},
        {"type": "mathematical_expression", "expression": "\\bar{x} = \\frac{9.9 + 12.5 + 11}{3} \\approx 11.13 \\pm \\sqrt{1.7}"},
        {"type": "list", "items": [
            {"label": "1.", "blocks": [{"type": "paragraph", "text": "Solaris is the cheapest"}]},
            {"label": "2.", "has_checkbox": true, "is_checked": true, "blocks": [{"type": "paragraph", "text": "All of them are in print"}]},
        ]},
        {"type": "divider"},
        {"type": "blockquote", "blocks": [{"type": "paragraph", "text": "Prices of today, without shipping."}]},
        {"type": "pre", "text": "mean = sum(prices) / len(prices)", "language": "python"},
    ])
}

async fn narrow(person: &Person<'_>) {
    let phone = json!({"width": 390, "height": 780, "deviceScaleFactor": 2, "mobile": true});
    person.browser().devtools("Emulation.setDeviceMetricsOverride", phone).await;
}

async fn take(person: &Person<'_>, name: &str) {
    // Moments of an animation are not worth a picture.
    let calm = "return document.getAnimations().every(a => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)";
    person.waits_for("a calm page", calm).await;
    let picture = person.browser().devtools("Page.captureScreenshot", json!({"format": "png"})).await;
    let bytes = STANDARD.decode(picture["data"].as_str().unwrap()).unwrap();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png")), bytes).unwrap();
}

/// Text with marks: `(text, entity types)`; a type may carry a field, as in `pre language rust`.
fn rich(pieces: &[(&str, &[&str])]) -> (String, Value) {
    let (mut text, mut entities) = (String::new(), Vec::new());
    for (piece, marks) in pieces {
        let (offset, length) = (text.encode_utf16().count(), piece.encode_utf16().count());
        for mark in *marks {
            let mut words = mark.splitn(3, ' ');
            let mut entity = json!({"type": words.next(), "offset": offset, "length": length});
            if let (Some(field), Some(value)) = (words.next(), words.next()) {
                entity[field] = json!(value);
            }
            entities.push(entity);
        }
        text.push_str(piece);
    }
    (text, Value::Array(entities))
}

fn formatted(pieces: &[(&str, &[&str])]) -> MessageView {
    let (text, entities) = rich(pieces);
    MessageView { entities: entities.as_array().unwrap().clone(), ..blank(&text) }
}

fn tell_of_cats(demo: &Demo) {
    let yesterday = 86_400;
    demo.story((ANNA, ANNA), yesterday, formatted(&[("/start", &["bot_command"])]));
    demo.story((ANNA, BOT), yesterday, greeting());
    demo.story((ANNA, ANNA), 300, blank("How do I reverse a string in Rust, and why is it not trivial? 🦀"));
    demo.story((ANNA, BOT), 280, MessageView { reply_to: Some(3), ..lecture() });
    let question = blank("Thank you! And which model are you?");
    demo.story((ANNA, ANNA), 200, MessageView { edit_date: Some(1), ..question });
    let keyboard = json!([
        [{"text": "✓ Claude Sonnet", "callback_data": "a"}, {"text": "GPT", "callback_data": "b"}],
        [{"text": "All models", "url": "https://openrouter.ai/models"}, {"text": "Copy id", "copy_text": {"text": "x"}}],
    ]);
    let prices = "\n$3 in · $15 out per million tokens. That is all.";
    let model = formatted(&[("Model: ", &[]), ("Claude Sonnet", &["bold"]), (prices, &[])]);
    demo.story((ANNA, BOT), 190, MessageView { keyboard: Some(keyboard), ..model });
}

#[rustfmt::skip]
fn greeting() -> MessageView {
    formatted(&[
        ("Hello, Anna! I answer with ", &[]), ("claude-sonnet", &["code"]), (".\nAsk me anything, or look at ", &[]),
        ("/help", &["bot_command"]), (" and ", &[]), ("/model", &["bot_command"]), (".", &[]),
    ])
}

/// Every kind of formatting.
#[rustfmt::skip]
fn lecture() -> MessageView {
    formatted(&[
        ("Short answer", &["bold"]), (": a ", &[]), ("String", &["code"]), (" is bytes in UTF-8, so you reverse ", &[]),
        ("characters", &["italic"]), (", not bytes:\n", &[]),
        ("fn reverse(text: &str) -> String {\n    text.chars().rev().collect()\n}", &["pre language rust"]),
        ("\nEven that breaks ", &[]), ("flags and families", &["underline", "bold"]), (" 👨‍👩‍👧: those are several ", &[]),
        ("chars", &["code"]), (" each. ", &[]), ("Never", &["strikethrough"]), (" Rarely a problem. The ending is ", &[]),
        ("that you need grapheme clusters", &["spoiler"]), (".\n", &[]),
        ("A string is a sequence of things that people disagree about.", &["blockquote"]),
        ("\nSee ", &[]), ("the segmentation crate", &["text_link url https://docs.rs/unicode-segmentation"]), (" or ", &[]),
        ("https://unicode.org", &["url"]), (" ", &[]), ("#unicode", &["hashtag"]), (" ", &[]), ("@rustlang", &["mention"]),
        ("\n", &[]), (
            "Sources, in the order they were read:\nUnicode Standard Annex 29, on text segmentation\n\
             The Rust book, chapter 8.2\nA long forum thread\nAnother one, less polite",
            &["expandable_blockquote"],
        ),
    ])
}

fn tell_of_camping(demo: &Demo) {
    demo.story((GROUP, BEN), 500, blank("Has anybody looked at the weather?"));
    demo.story((GROUP, BEN), 490, blank("I only have the small tent"));
    demo.story((GROUP, ANNA), 400, blank("The bot knows"));
    let question = formatted(&[("@juniper_bot", &["mention"]), (" will it rain in the Harz on Saturday?", &[])]);
    demo.story((GROUP, ANNA), 390, MessageView { reply_to: Some(1), ..question });
    let forecast = " I cannot see live forecasts, but May in the Harz has rain on about every second day.";
    let answer = formatted(&[("Bring a coat.", &["bold"]), (forecast, &[])]);
    demo.story((GROUP, BOT), 380, MessageView { reply_to: Some(4), ..answer });
    demo.story((GROUP, BEN), 300, blank("👍"));
    demo.story((GROUP, ANNA), 290, blank("Then I take the big one."));
}

fn growing() -> (String, Value) {
    let start = " the first word appears\n2. How evenly the rest follows\n3. How";
    rich(&[("Three things", &["bold"]), (" decide it:\n\n1. How ", &[]), ("quickly", &["italic"]), (start, &[])])
}
