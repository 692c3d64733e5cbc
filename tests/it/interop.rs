//! Bots of others, unmodified, against the sandbox: what a client library does that its documentation does not say
//! shows here, and so does everything in the sandbox that is only nearly like Telegram.
//!
//! The clients are installed by `tests/interop/install.sh`. Where they are not, the tests say so and pass; with
//! `ROUTERGRAM_TEST_ALL=1` that is a failure. The sandbox stays strict: not one unknown parameter is let through.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the message")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use routergram::clock::Clock;
use routergram::sandbox::telegram::view::{Act, Event, MessageView};
use routergram::sandbox::telegram::{FakeTelegram, Options};

use crate::tools;

const ANNA: i64 = 1001;
/// Only ends a test that has failed: a Python process takes a few seconds to start on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

#[tokio::test]
async fn grammy_converses_by_polling() {
    converse(&GRAMMY, "polling").await;
}

#[tokio::test]
async fn grammy_converses_by_webhook() {
    converse(&GRAMMY, "webhook").await;
}

#[tokio::test]
async fn python_telegram_bot_converses_by_polling() {
    converse(&PTB, "polling").await;
}

#[tokio::test]
async fn python_telegram_bot_converses_by_webhook() {
    converse(&PTB, "webhook").await;
}

/// A client library and the ordinary bot written with it.
struct Client {
    /// Below `tests/interop` and below the folder of installed clients.
    folder: &'static str,
    /// Runs the bot.
    program: &'static str,
    /// Below `folder`.
    script: &'static str,
    /// Where the program looks for packages.
    path_variable: &'static str,
    /// Below the folder of installed clients: where they are, and what must be there.
    packages: &'static str,
    /// Below `packages`.
    witness: &'static str,
}

const GRAMMY: Client = Client {
    folder: "grammy",
    program: "node",
    script: "bot.cjs",
    path_variable: "NODE_PATH",
    packages: "grammy/node_modules",
    witness: "grammy/package.json",
};

const PTB: Client = Client {
    folder: "ptb",
    program: "python3",
    script: "bot.py",
    path_variable: "PYTHONPATH",
    packages: "ptb",
    witness: "telegram/__init__.py",
};

/// Anna writes, the bot answers and edits its answer, Anna presses the button, the bot edits again.
async fn converse(client: &Client, mode: &str) {
    let Some(packages) = installed(client) else { return };
    let telegram = FakeTelegram::start(Options::new(Clock::movable())).await.unwrap();
    telegram.add_person(ANNA, "Anna", Some("en"));
    let mut events = telegram.events();
    let log = tempfile::NamedTempFile::new().unwrap();
    let bot = Running::start(client, &packages, mode, &telegram, log.path());
    let conversation = async {
        if mode == "webhook" {
            telegram.webhook_set().await;
        }
        telegram.say(ANNA, ANNA, "hello").unwrap();
        telegram.chat_becomes(ANNA, |chat| last(chat) == "You said: hello").await;
        let message_id = telegram.chat(ANNA).last().unwrap().message_id;
        telegram.act(Act::Press { chat: ANNA, user: ANNA, message_id, data: "more:hello".to_owned() }).unwrap();
        telegram.chat_becomes(ANNA, |chat| last(chat) == "More of: hello").await;
        telegram.all_delivered().await;
    };
    if tokio::time::timeout(PATIENCE, conversation).await.is_err() {
        let said = std::fs::read_to_string(log.path()).unwrap_or_default();
        panic!("{}\n{:#?}\n{said}", telegram.transcript(ANNA), telegram.calls());
    }
    drop(bot);
    assert_eq!(telegram.transcript(ANNA), "Anna: hello\nbot: More of: hello\n");
    assert_eq!(telegram.chat(ANNA)[1].reply_to, Some(telegram.chat(ANNA)[0].message_id));
    assert_eq!(telegram.unexpected(), Vec::<String>::new());
    let mut toasts = Vec::new();
    while let Ok(event) = events.try_recv() {
        if let Event::CallbackAnswer { text, .. } = event {
            toasts.extend(text);
        }
    }
    assert_eq!(toasts, ["Here you are"]);
}

fn last(chat: &[MessageView]) -> &str {
    chat.last().map_or("", |message| &message.text)
}

/// Where the client's packages are; says so when they are not.
fn installed(client: &Client) -> Option<PathBuf> {
    let packages = tools::packages(client.packages);
    if packages.join(client.witness).exists() && runs(client.program) {
        return Some(packages);
    }
    tools::missing(&format!(
        "{} is not installed in {}: run tests/interop/install.sh",
        client.folder,
        packages.display()
    ));
    None
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A bot's process, which ends with the test.
struct Running(Child);

impl Running {
    fn start(client: &Client, packages: &Path, mode: &str, telegram: &FakeTelegram, log: &Path) -> Self {
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop").join(client.folder).join(client.script);
        let output = File::create(log).unwrap();
        let child = Command::new(client.program)
            .arg(script)
            .env(client.path_variable, packages)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("BOT_TOKEN", telegram.token())
            .env("API_ROOT", telegram.api_url())
            .env("MODE", mode)
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy")
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
