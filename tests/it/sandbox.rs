//! `routergram sandbox`, as somebody tries it: one command, one address, a chat in a real browser.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::browser::{Browser, Person, skip_without};
use crate::world::{until, within};

/// Tells a story of Anna, before a browser at a sandbox of her own.
async fn story<F: AsyncFnOnce(&Person, &Browser)>(mode: &str, tell: F) {
    if skip_without(&["chromium", "chromedriver"]) {
        return;
    }
    let sandbox = Sandbox::starts(mode);
    let address = sandbox.address.clone();
    Browser::with(async |browser| {
        let anna = Person::opens(browser, &address).await;
        tell(&anna, browser).await;
    })
    .await;
    sandbox.stops().await;
}

#[tokio::test]
async fn a_question_typed_in_the_sandbox_grows_into_an_answer_by_webhook() {
    a_question_grows_into_an_answer("webhook").await;
}

#[tokio::test]
async fn a_question_typed_in_the_sandbox_grows_into_an_answer_by_polling() {
    a_question_grows_into_an_answer("polling").await;
}

async fn a_question_grows_into_an_answer(mode: &str) {
    story(mode, async |anna, _| {
        anna.asks("Show me a table, please.").await;
        anna.sees_the_answer_grow().await;
        let answer = anna.sees_the_answer().await;
        assert!(answer.contains("Show me a table, please."), "{answer}");
    })
    .await;
}

#[tokio::test]
async fn a_question_in_a_topic_of_the_sandboxs_forum_is_answered_there() {
    story("polling", async |anna, _| {
        anna.opens_chat(-1_000_000_002_002).await;
        anna.opens_topic(1).await;
        anna.asks("/ask What is worth reading?").await;
        assert!(anna.sees_the_answer().await.contains("What is worth reading?"));
        anna.opens_topic(2).await;
        anna.waits_for("only its opening", "return document.querySelectorAll('.msg').length === 1").await;
    })
    .await;
}

#[tokio::test]
async fn anna_owns_the_sandboxs_bot_and_asks_it_how_it_is() {
    story("webhook", async |anna, _| {
        anna.asks("/status").await;
        let status = anna.sees_the_answer().await;
        assert!(status.contains("Everybody may use the bot"), "{status}");
    })
    .await;
}

#[tokio::test]
async fn what_is_chosen_at_the_sandbox_is_sent_and_can_be_seen_and_played() {
    story("polling", async |anna, browser| {
        for (picker, name) in [("photo", "photo.jpg"), ("voice", "voice.ogg"), ("document", "page.pdf")] {
            let path = format!("{}/tests/it/world/samples/{name}", env!("CARGO_MANIFEST_DIR"));
            browser.keys(&format!("#pick-{picker}"), &path).await;
        }
        anna.types("These are mine\u{E007}").await;
        anna.waits_for("the photo", "return document.querySelector('.msg.own img')?.naturalWidth === 64").await;
        // A second of silence, as far as the browser can play it.
        let plays = "const a = document.querySelector('.msg.own audio'); return a?.readyState > 0 && Math.round(a.duration) === 1";
        anna.waits_for("the voice message", plays).await;
        anna.sees("document", "page.pdf").await;
        anna.waits_for_message("These are mine").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_inline_at_the_sandbox_grows_in_its_message_and_is_whole() {
    story("webhook", async |anna, _| {
        let trip = -1_000_000_002_001;
        anna.opens_chat(trip).await;
        anna.types("@routergram_sandbox_bot what is tea?").await;
        anna.sees("results", "Ask: what is tea?").await;
        anna.types("\u{E015}\u{E007}").await;
        anna.sees("origin", "via @routergram_sandbox_bot").await;
        let last = "const last = [...document.querySelectorAll('.msg')].at(-1);";
        let key = "last?.querySelector('[data-testid=key]')?.innerText";
        anna.waits_for("a Stop button", &format!("{last} return {key}?.includes('Stop')")).await;
        let whole = format!("{last} return {key} === undefined && last.innerText.includes('You wrote: what is tea?')");
        anna.waits_for("the whole answer", &whole).await;
    })
    .await;
}

#[tokio::test]
async fn the_way_from_an_inline_hint_leads_to_the_private_chat_of_the_sandbox() {
    story("polling", async |anna, _| {
        anna.opens_chat(-1_000_000_002_001).await;
        anna.types("@routergram_sandbox_bot ").await;
        anna.sees("results", "Type a question behind my name").await;
        anna.clicks("[data-testid=result-button]").await;
        anna.waits_for("her own chat", "return location.hash.includes('chat=1001')").await;
        anna.sees_the_answer().await;
        anna.waits_for_message("/start inline").await;
    })
    .await;
}

/// The program, killed when it goes out of scope.
pub(crate) struct Sandbox {
    child: Child,
    pub(crate) address: String,
}

impl Sandbox {
    pub(crate) fn starts(mode: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_routergram"));
        command.args(["sandbox", "--port", "0", "--mode", mode]).env_clear();
        command.current_dir(std::env::temp_dir()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address =
            lines.find_map(|line| Some(line.split_once("Open ")?.1.trim().to_owned())).expect("it prints an address");
        // Somebody has to read on, or the program would wait for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: format!("{address}/") }
    }

    /// Sends the program a signal.
    pub(crate) fn gets(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    pub(crate) async fn stops(mut self) {
        self.gets("TERM");
        let child = &mut self.child;
        within("the sandbox ends", until("its end", async || child.try_wait().unwrap().is_some())).await;
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
