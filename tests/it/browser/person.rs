//! A person at the page: what they do with their hands, and what they see.
//!
//! Knows the page and nothing of the world behind it, so the same person can sit in front of the real sandbox.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::webdriver::Browser;

/// Long enough for a busy machine; reached only when something is broken.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(20);

const FIELD: &str = "[data-testid=field]";
const ENTER: &str = "\u{E007}";
const UP: &str = "\u{E013}";
const CONTROL_A: &str = "\u{E009}a\u{E000}";

/// A person in front of an open page.
pub(crate) struct Person<'a> {
    browser: &'a Browser,
}

impl<'a> Person<'a> {
    /// Opens the page and waits until it is connected.
    pub(crate) async fn opens(browser: &'a Browser, address: &str) -> Person<'a> {
        browser.open(address).await;
        let person = Person { browser };
        person.waits_for("the page", "return document.documentElement.dataset.ready === 'online'").await;
        person
    }

    /// Types a question, presses Enter, and sees it appear as an own message.
    pub(crate) async fn asks(&self, question: &str) {
        // Watches every length that a draft's text has had from here on.
        self.eval(
            "window.lengths = new Set();
             window.watch?.disconnect();
             window.watch = new MutationObserver(() => {
               const draft = document.querySelector('[data-testid=draft-text]');
               if (draft && !draft.querySelector('.thinking')) window.lengths.add(draft.textContent.length);
             });
             window.watch.observe(document.getElementById('messages'), { childList: true, subtree: true, characterData: true });",
        )
        .await;
        self.types(&format!("{question}{ENTER}")).await;
        let own = "[...document.querySelectorAll('.msg.own [data-testid=text]')].at(-1)?.innerText";
        self.waits_for("the question", &format!("return {own}?.includes({})", json!(question))).await;
    }

    /// The draft has been seen with two different texts: the answer grows while it is written.
    pub(crate) async fn sees_the_answer_grow(&self) {
        self.waits_for("a growing draft", "return window.lengths.size >= 2").await;
    }

    /// Waits until the last message is the bot's, and neither a draft nor a Stop button says that it is still being written;
    /// returns its text.
    pub(crate) async fn sees_the_answer(&self) -> String {
        let last = "const last = [...document.querySelectorAll('.msg:not(.draft)')].at(-1);";
        let growing = "[...last.querySelectorAll('button')].some(button => button.textContent.includes('⏹'))";
        let done = format!(
            "{last} return last?.dataset.bot === 'true' && !document.querySelector('[data-testid=draft]') && !{growing}"
        );
        self.waits_for("the answer", &done).await;
        let text = "const text = last.querySelector('[data-testid=text]').cloneNode(true); text.querySelector('.meta').remove();";
        self.eval(&format!("{last} {text} return text.textContent")).await.as_str().unwrap_or_default().to_owned()
    }

    pub(crate) async fn types(&self, text: &str) {
        self.browser.keys(FIELD, text).await;
    }

    pub(crate) async fn presses_up_in_the_empty_field(&self) {
        self.types(UP).await;
    }

    pub(crate) async fn replaces_the_text(&self, text: &str) {
        self.types(&format!("{CONTROL_A}{text}{ENTER}")).await;
    }

    pub(crate) async fn clicks(&self, selector: &str) {
        self.waits_for(selector, &format!("return document.querySelector({}) !== null", json!(selector))).await;
        self.browser.click(selector).await;
    }

    pub(crate) async fn double_clicks_the_last_message(&self) {
        let event = "new MouseEvent('dblclick', { bubbles: true })";
        self.eval(&format!("[...document.querySelectorAll('.msg .bubble')].at(-1).dispatchEvent({event})")).await;
    }

    /// Is somebody else from now on.
    pub(crate) async fn becomes(&self, who: i64) {
        self.clicks("[data-testid=me]").await;
        self.clicks(&format!("[data-testid='person-{who}']")).await;
        self.waits_for("the other person", &format!("return location.hash.includes('me={who}&')")).await;
    }

    pub(crate) async fn opens_chat(&self, chat: i64) {
        self.clicks(&format!("[data-testid='chat-{chat}']")).await;
        self.waits_for("the chat", &format!("return location.hash.endsWith('chat={chat}')")).await;
    }

    /// Opens a topic of the open chat by its id, `general` or `all`.
    pub(crate) async fn opens_topic(&self, topic: impl std::fmt::Display) {
        let button = format!("[data-testid='topic-{topic}']");
        self.clicks(&button).await;
        let open = format!("return document.querySelector(\"{button}\").getAttribute('aria-pressed') === 'true'");
        self.waits_for("the topic", &open).await;
    }

    /// What the messages say that are drawn, without their times.
    pub(crate) async fn reads(&self) -> Value {
        let words = "const c = t.cloneNode(true); c.querySelector('.meta')?.remove(); return c.textContent;";
        self.eval(&format!("return [...document.querySelectorAll('.msg [data-testid=text]')].map(t => {{ {words} }})"))
            .await
    }

    /// Chooses what else to send with what is written.
    pub(crate) async fn sends_else(&self, what: &str) {
        self.clicks("[data-testid=attach]").await;
        self.clicks(&format!("[data-testid='{what}']")).await;
    }

    /// Sees a text in the element with this test id.
    pub(crate) async fn sees(&self, testid: &str, text: &str) {
        let element = format!("document.querySelector('[data-testid={testid}]')");
        self.waits_for(text, &format!("return {element}?.innerText.includes({})", json!(text))).await;
    }

    pub(crate) async fn sees_status(&self, text: &str) {
        self.sees("status", text).await;
    }

    pub(crate) async fn waits_for_message(&self, text: &str) {
        let texts = "[...document.querySelectorAll('[data-testid=text]')]";
        self.waits_for(text, &format!("return {texts}.some(t => t.textContent.includes({}))", json!(text))).await;
    }

    pub(crate) async fn no_longer_sees(&self, selector: &str) {
        let gone = format!("return document.querySelector({}) === null", json!(selector));
        self.waits_for(&format!("{selector} to go"), &gone).await;
    }

    /// Looks again and again until the script says true.
    pub(crate) async fn waits_for(&self, what: &str, script: &str) {
        let deadline = Instant::now() + DEADLINE;
        while self.eval(script).await != json!(true) {
            if Instant::now() > deadline {
                let page = self.eval("return document.body.innerText").await;
                panic!(
                    "waited in vain for {what}: {script}\nThe page says: {page}\nThe console: {:?}",
                    self.complaints().await
                );
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    pub(crate) async fn eval(&self, script: &str) -> Value {
        self.browser.eval(script).await
    }

    /// What the browser's console has complained about.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        self.browser.console().await
    }

    /// The browser, for pictures.
    pub(crate) const fn browser(&self) -> &Browser {
        self.browser
    }
}
