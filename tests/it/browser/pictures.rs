//! Pictures of the page for a person to look at: what is beautiful cannot be asserted.
//!
//! Written below `target/tmp/` whenever the browser stories run.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use routergram::sandbox::telegram::view::MessageView;
use serde_json::{Value, json};

use super::demo::{ANNA, BEN, BOT, Demo, GROUP, blank};
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
