//! The page in a real browser: headless Chromium, driven as a person would, against a scripted world.
//!
//! Nothing here waits for a span of time: every wait is for something that can be seen, with a deadline that fails the
//! test. Where there is no browser the tests say so and pass; `ROUTERGRAM_TEST_ALL=1` makes a missing one a failure.

mod contents;
mod demo;
mod person;
mod pictures;
mod sending;
mod webdriver;

use std::process::{Command, Stdio};

use serde_json::json;

use demo::{ANNA, BEN, Demo, GROUP};

use crate::tools;
pub(crate) use person::Person;
pub(crate) use webdriver::Browser;

/// True when a program is missing and the test should pass without having run. Says so.
pub(crate) fn skip_without(programs: &[&str]) -> bool {
    let runs = |name: &&&str| {
        let version = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        !version.is_ok_and(|status| status.success())
    };
    let Some(missing) = programs.iter().find(runs) else { return false };
    tools::missing(&format!("{missing} is not installed"));
    true
}

/// Runs a story in a fresh browser that is closed afterwards, also when the story fails.
async fn story<F: AsyncFnOnce(&Person, &Demo)>(tell: F) {
    if skip_without(&["chromium", "chromedriver"]) {
        return;
    }
    let demo = Demo::serve().await;
    let address = demo.address.clone();
    Browser::with(async |browser| {
        let person = Person::opens(browser, &address).await;
        tell(&person, &demo).await;
        assert_eq!(person.complaints().await, Vec::<String>::new(), "the browser's console is silent");
    })
    .await;
}

#[tokio::test]
async fn a_question_gets_an_answer_that_grows_and_completes() {
    story(async |anna, bot| {
        anna.asks("What is a good name for a cat?").await;
        assert_eq!(bot.heard(ANNA).await, "What is a good name for a cat?");

        bot.acts(ANNA, "typing");
        anna.sees_status("typing…").await;
        bot.drafts(ANNA, "", true);
        anna.sees("draft", "Thinking…").await;
        let half = "Something short that you can call across a garden without blushing: Miso, Pip, ";
        bot.drafts(ANNA, half, true);
        anna.sees_the_answer_grow().await;
        anna.sees("draft", half.trim_end()).await;

        bot.finishes(ANNA, &format!("{half}Olive."));
        assert_eq!(anna.sees_the_answer().await, format!("{half}Olive."));
    })
    .await;
}

#[tokio::test]
async fn stop_reaches_the_bot_and_the_draft_goes() {
    story(async |anna, bot| {
        anna.asks("Count to a million.").await;
        bot.drafts(ANNA, "1, 2, 3, 4", true);
        anna.clicks("[data-testid=stop]").await;
        bot.is_stopped(ANNA).await;
        anna.no_longer_sees("[data-testid=draft]").await;
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_cannot_be_stopped_has_no_button() {
    story(async |anna, bot| {
        bot.drafts(ANNA, "Nearly there", false);
        anna.sees("draft", "Nearly there").await;
        assert_eq!(anna.eval("return document.querySelector('[data-testid=stop]').hidden").await, json!(true));
    })
    .await;
}

#[tokio::test]
async fn a_pressed_button_spins_until_the_bot_answers() {
    story(async |anna, bot| {
        let keys = json!([[{"text": "Yes", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}]]);
        bot.says_with_keys(ANNA, "Are you sure?", keys);
        anna.clicks(".keys-row .key:first-child").await;
        assert_eq!(bot.is_pressed(ANNA).await, "yes");
        anna.waits_for("the spinner", "return document.querySelectorAll('.key.waiting').length === 1").await;
        bot.answers(ANNA, "Very well.", false);
        anna.sees("toast", "Very well.").await;
        anna.no_longer_sees(".key.waiting").await;

        anna.clicks(".keys-row .key:last-child").await;
        assert_eq!(bot.is_pressed(ANNA).await, "no");
        bot.answers(ANNA, "Are you really?", true);
        anna.sees("alert", "Are you really?").await;
        anna.clicks("[data-testid=alert-ok]").await;
        anna.no_longer_sees("[data-testid=alert]").await;
    })
    .await;
}

#[tokio::test]
async fn a_menu_that_turns_its_page_keeps_the_focus() {
    story(async |anna, bot| {
        let page = |n: u32| json!([[{"text": "Back", "callback_data": "b"}, {"text": format!("Page {n}"), "callback_data": "n"}]]);
        bot.says_with_keys(ANNA, "Models", page(1));
        anna.clicks(".key:last-child").await;
        assert_eq!(bot.is_pressed(ANNA).await, "n");
        bot.turns_the_page(ANNA, page(2));
        anna.waits_for("the focus", "return document.activeElement.innerText === 'Page 2'").await;
    })
    .await;
}

#[tokio::test]
async fn an_own_message_is_edited_in_place() {
    story(async |anna, bot| {
        anna.asks("Waht is love?").await;
        bot.heard(ANNA).await;
        anna.presses_up_in_the_empty_field().await;
        anna.sees("edit-bar", "Edit message").await;
        anna.replaces_the_text("What is love?").await;
        assert_eq!(bot.reads_an_edit(ANNA).await, "What is love?");
        let last = "return [...document.querySelectorAll('.msg.own')].at(-1)?.innerText ?? ''";
        anna.waits_for(
            "the edit",
            &format!("const t = (() => {{ {last} }})(); return t.includes('edited') && t.includes('What is love?')"),
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_double_click_replies_and_the_quote_is_shown() {
    story(async |anna, bot| {
        bot.says(ANNA, "Tea or coffee?");
        anna.waits_for_message("Tea or coffee?").await;
        anna.double_clicks_the_last_message().await;
        anna.sees("reply-bar", "Tea or coffee?").await;
        anna.asks("Tea.").await;
        let (text, reply_to) = bot.heard_reply(ANNA).await;
        assert_eq!((text.as_str(), reply_to), ("Tea.", Some(bot.last_id_before(ANNA, "Tea."))));
        anna.waits_for(
            "the quote",
            "return document.querySelector('.msg.own:last-child .quote')?.innerText.includes('Tea or coffee?')",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn hostile_text_stays_text() {
    story(async |anna, bot| {
        let text = "<img src=x onerror=\"document.title='owned'\"> click me";
        let link =
            json!([{"type": "text_link", "offset": 45, "length": 8, "url": "javascript:document.title='owned'"}]);
        bot.says_formatted(ANNA, text, link);
        anna.waits_for_message(text).await;
        let found = anna
            .eval("return [document.querySelectorAll('.text img, .text a').length, document.title.includes('owned')]");
        assert_eq!(found.await, json!([0, false]));
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_scrolled_up_is_not_moved() {
    story(async |anna, bot| {
        for line in 0..60 {
            bot.says(ANNA, &format!("Line {line}"));
        }
        anna.waits_for_message("Line 59").await;
        let end = "const l = document.getElementById('log'); return l.scrollHeight - l.scrollTop - l.clientHeight < 4";
        anna.waits_for("the end", end).await;
        anna.eval("document.getElementById('log').scrollTop = 100").await;
        anna.waits_for("the button down", "return !document.getElementById('to-end').hidden").await;
        bot.says(ANNA, "Below the fold");
        anna.waits_for("the counter", "return document.getElementById('missed').textContent === '1'").await;
        assert_eq!(anna.eval("return document.getElementById('log').scrollTop").await, json!(100));
        anna.clicks("[data-testid=to-end]").await;
        anna.waits_for("the end again", end).await;
    })
    .await;
}

#[tokio::test]
async fn everybody_sees_their_own_chats_and_writes_as_themselves() {
    story(async |person, bot| {
        person.becomes(BEN).await;
        person.opens_chat(GROUP).await;
        person.asks("Who brings the tent?").await;
        assert_eq!(bot.heard_from(GROUP).await, (BEN, "Who brings the tent?".to_owned()));
        person.becomes(ANNA).await;
        person
            .waits_for(
                "Ben's name",
                "return [...document.querySelectorAll('.msg.theirs .name')].some(n => n.innerText === 'Ben')",
            )
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_comes_back_with_what_was_missed() {
    story(async |anna, bot| {
        bot.says(ANNA, "Before");
        anna.waits_for_message("Before").await;
        bot.hangs_up();
        bot.says_unheard(ANNA, "Meanwhile");
        anna.waits_for_message("Meanwhile").await;
    })
    .await;
}

#[tokio::test]
async fn a_slash_offers_the_commands_of_the_bot() {
    story(async |anna, bot| {
        anna.types("/st").await;
        anna.waits_for("the offers", "return document.querySelectorAll('.offer').length === 2").await;
        anna.types("\u{E015}\u{E007}").await;
        assert_eq!(bot.heard(ANNA).await, "/stop");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_asked_of_another_machine() {
    story(async |anna, bot| {
        let elsewhere =
            "return performance.getEntriesByType('resource').filter(r => !r.name.startsWith(location.origin)).length";
        assert_eq!(anna.eval(elsewhere).await, json!(0));
        bot.says(ANNA, "Hello");
        anna.waits_for_message("Hello").await;
    })
    .await;
}
