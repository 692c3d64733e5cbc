//! The model's side against a server that others wrote: `@copilotkit/aimock`, which speaks OpenRouter's shapes.
//!
//! Our own fake and our own client could share a mistake; this one cannot. It needs node and the package
//! (`tests/interop/aimock/install.sh`); without them it says that it was skipped, unless `ROUTERGRAM_TEST_ALL=1` makes
//! a missing piece a failure.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use routergram::clock::Clock;
use routergram::config::OpenRouterConfig;
use routergram::openrouter::{ChatMessage, ChatRequest, Finish, ModelError, ModelErrorKind, OpenRouter, Progress};

/// The server; it ends with this value, and by itself when its standard input closes.
struct Aimock {
    child: Child,
    address: String,
}

impl Drop for Aimock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where others' programs are")]
fn from_environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Starts it, or says why not.
fn start() -> Option<Aimock> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder =
        from_environment("ROUTERGRAM_INTEROP_DIR").map_or_else(|| sources.join("target/interop"), PathBuf::from);
    let folder = folder.join("aimock");
    if !folder.join("node_modules/@copilotkit/aimock").exists() {
        return skipped(&format!("@copilotkit/aimock is not in {}", folder.display()));
    }
    let mut command = Command::new("node");
    command.arg(sources.join("tests/interop/aimock/start.mjs")).current_dir(&folder);
    let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else {
        return skipped("there is no node");
    };
    let mut address = String::new();
    let said = child.stdout.take().expect("its standard output was piped above");
    BufReader::new(said).read_line(&mut address).expect("it says where it listens");
    assert!(address.starts_with("http://127.0.0.1:"), "aimock did not start: {address}");
    Some(Aimock { child, address: address.trim().to_owned() })
}

#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
fn skipped(why: &str) -> Option<Aimock> {
    assert_ne!(
        from_environment("ROUTERGRAM_TEST_ALL").as_deref(),
        Some("1"),
        "{why}: run tests/interop/aimock/install.sh"
    );
    eprintln!("skipped: {why}; tests/interop/aimock/install.sh installs what this test needs");
    None
}

/// A client whose time flies, and which therefore waits for ever.
struct Asking {
    client: OpenRouter,
    clock: Clock,
}

const PATIENCE: Duration = Duration::from_hours(1_000_000);

impl Asking {
    fn of(aimock: &Aimock, path: &str) -> Self {
        let config = OpenRouterConfig {
            api_key: "sk-or-TEST-KEY-not-a-real-one".into(),
            base_url: format!("{}{path}", aimock.address).parse().expect("an address with a path is an address"),
            timeout: PATIENCE,
            model: "first/choice".into(),
            fallback_models: vec!["second/choice".into()],
            max_tokens: 500,
            temperature: None,
        };
        let clock = Clock::movable();
        Self { client: OpenRouter::new(&config, clock.clone()).expect("the key is good for a header"), clock }
    }

    /// What came for this question, and how it ended.
    async fn asks(&self, question: &str) -> (Vec<Progress>, Result<Finish, ModelError>) {
        let mut came = Vec::new();
        let end = {
            let mut reading = pin!(self.reads(question, &mut came));
            loop {
                tokio::select! {
                    biased;
                    end = &mut reading => break end,
                    () = tokio::task::yield_now() => self.clock.advance(Duration::from_millis(100)),
                }
            }
        };
        (came, end)
    }

    async fn reads(&self, question: &str, came: &mut Vec<Progress>) -> Result<Finish, ModelError> {
        let mut stream = self.client.ask(request(question)).await?;
        while let Some(progress) = stream.next().await? {
            came.push(progress);
        }
        Ok(stream.finish().clone())
    }

    async fn fails(&self, question: &str) -> (String, ModelErrorKind) {
        let (came, end) = self.asks(question).await;
        (text(&came), end.expect_err(question).kind)
    }
}

fn request(question: &str) -> ChatRequest {
    let messages = vec![ChatMessage::system("Be brief."), ChatMessage::user(question)];
    ChatRequest { messages, session_id: "a conversation".into(), user: "a hash".into(), ..ChatRequest::default() }
}

fn text(came: &[Progress]) -> String {
    came.iter()
        .filter_map(|progress| match progress {
            Progress::Text(text) => Some(text.as_str()),
            Progress::Reasoning => None,
        })
        .collect()
}

const WHOLE: &str = "Grüße aus dem Café: naïve 👋🏽 façade, all of it.";

#[tokio::test]
async fn a_server_that_others_wrote_is_understood_when_all_goes_well() {
    let Some(aimock) = start() else { return };
    let asking = Asking::of(&aimock, "/api/v1");
    assert!(asking.client.check_key().await.unwrap().is_some());

    let (came, finish) = asking.asks("hello").await;
    let finish = finish.unwrap();
    assert_eq!(text(&came), WHOLE);
    assert_eq!((finish.reason.as_deref(), finish.provider.as_deref()), (Some("stop"), Some("Somebody")));
    assert_eq!((finish.usage.prompt_tokens, finish.usage.cost_micro_usd), (Some(9), Some(2100)));

    let (came, finish) = asking.asks("think").await;
    assert!(finish.is_ok() && came.first() == Some(&Progress::Reasoning), "{came:?}");
    assert_eq!(text(&came), "done");
    assert_eq!(text(&asking.asks("slowly").await.0), WHOLE);
    assert_eq!(asking.asks("length").await.1.unwrap().reason.as_deref(), Some("length"));
    let (came, finish) = asking.asks("route").await;
    assert_eq!(
        (text(&came).as_str(), finish.unwrap().model.as_deref()),
        ("served by the second", Some("second/choice"))
    );

    let plain = Asking::of(&aimock, "/v1");
    let (came, finish) = plain.asks("hello").await;
    assert_eq!((text(&came).as_str(), finish.unwrap().usage.prompt_tokens), (WHOLE, Some(9)));
}

#[tokio::test]
async fn a_server_that_others_wrote_is_understood_when_it_fails() {
    use ModelErrorKind::{Account, Busy, ContextTooLong, CutOff, Moderated, OnlyReasoning};
    let Some(aimock) = start() else { return };
    let asking = Asking::of(&aimock, "/api/v1");
    for (question, kind) in [
        ("no credit", Account),
        ("wrong key", Account),
        ("flagged", Moderated),
        ("too long", ContextTooLong),
        ("nothing", OnlyReasoning),
        ("come back in an hour", Busy),
        ("always overloaded", Busy),
        ("drops", Busy),
        ("disconnects", Busy),
        ("malformed", Busy),
    ] {
        assert_eq!(asking.fails(question).await, (String::new(), kind), "{question}");
    }
    let (came, kind) = asking.fails("cut").await;
    assert_eq!(kind, CutOff);
    assert!(WHOLE.starts_with(&came) && came.len() < WHOLE.len() && !came.is_empty(), "{came}");
}

#[tokio::test]
async fn a_server_that_others_wrote_and_that_stops_answering_is_given_up() {
    let Some(aimock) = start() else { return };
    let asking = Asking::of(&aimock, "/api/v1");
    let mut answer = pin!(asking.client.ask(request("never")));
    // Whether the headers come first or nothing does: no progress within the time allowed is a stall.
    let end = tokio::select! {
        answer = &mut answer => match answer {
            Ok(mut stream) => {
                asking.clock.advance(PATIENCE);
                loop {
                    match stream.next().await {
                        Ok(Some(_)) => asking.clock.advance(PATIENCE),
                        Ok(None) => panic!("it ended"),
                        Err(error) => break error,
                    }
                }
            }
            Err(error) => error,
        },
        () = async { tokio::task::yield_now().await; asking.clock.advance(PATIENCE); std::future::pending().await } => unreachable!(),
    };
    assert_eq!(end.kind, ModelErrorKind::Stalled);
}
