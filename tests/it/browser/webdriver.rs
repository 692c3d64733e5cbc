//! As much of the W3C `WebDriver` protocol as the tests need, over HTTP to `chromedriver`.
//!
//! The crates for it bring a second HTTP stack; this is a dozen requests.

use std::io::{BufRead, BufReader};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::{Value, json};

/// One request to the driver. Starting a browser on a busy machine is the longest of them.
const DEADLINE: Duration = Duration::from_mins(1);

/// The key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser of its own, with an empty profile.
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
}

impl Browser {
    /// Runs a story in a new browser, and closes it whatever happens.
    pub(crate) async fn with<F: AsyncFnOnce(&Browser)>(tell: F) {
        let profile = tempfile::tempdir().unwrap();
        let driver = Driver::start();
        let http = reqwest::Client::builder().timeout(DEADLINE).build().unwrap();
        let switches = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1200,820",
            // A microphone that beeps, and nobody who asks whether it may.
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            // The browser then ends with its driver, should the test be killed.
            "--remote-debugging-pipe",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let options = json!({"binary": which("chromium"), "args": switches});
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}
        }}});
        let started = call(&http, &format!("{}/session", driver.address), &wanted).await;
        let id = started["sessionId"].as_str().expect("the driver names its session").to_owned();
        let browser = Browser { http, session: format!("{}/session/{id}", driver.address) };
        let told = AssertUnwindSafe(tell(&browser)).catch_unwind().await;
        browser.http.delete(&browser.session).send().await.ok();
        drop(driver);
        if let Err(panic) = told {
            resume_unwind(panic);
        }
    }

    pub(crate) async fn open(&self, address: &str) {
        self.post("url", json!({"url": address})).await;
    }

    /// Runs a function body in the page and returns what it returns.
    pub(crate) async fn eval(&self, script: &str) -> Value {
        self.post("execute/sync", json!({"script": script, "args": []})).await
    }

    pub(crate) async fn click(&self, selector: &str) {
        let element = self.element(selector).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Presses keys in an element; the protocol's private-use characters are special keys.
    pub(crate) async fn keys(&self, selector: &str, text: &str) {
        let element = self.element(selector).await;
        self.post(&format!("element/{element}/value"), json!({"text": text})).await;
    }

    /// A command of Chromium's own protocol, for what `WebDriver` lacks.
    pub(crate) async fn devtools(&self, command: &str, params: Value) -> Value {
        self.post("goog/cdp/execute", json!({"cmd": command, "params": params})).await
    }

    /// What the browser's console says, errors and refused requests included.
    pub(crate) async fn console(&self) -> Vec<String> {
        let entries = self.post("se/log", json!({"type": "browser"})).await;
        entries.as_array().into_iter().flatten().map(|entry| entry["message"].to_string()).collect()
    }

    async fn element(&self, selector: &str) -> String {
        let found = self.post("element", json!({"using": "css selector", "value": selector})).await;
        found[ELEMENT].as_str().expect("the driver names elements").to_owned()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        call(&self.http, &format!("{}/{path}", self.session), &body).await
    }
}

async fn call(http: &reqwest::Client, address: &str, body: &Value) -> Value {
    let response = http.post(address).json(body).send().await.expect("the driver answers");
    let status = response.status();
    let mut answer: Value = response.json().await.expect("the driver speaks JSON");
    assert!(status.is_success(), "{address} {body}: {}", answer["value"]["message"]);
    answer["value"].take()
}

/// Where a program is, for a driver that would look for another name.
fn which(program: &str) -> String {
    let found = Command::new("which").arg(program).output().expect("there is a `which`");
    String::from_utf8(found.stdout).unwrap().trim().to_owned()
}

/// `chromedriver` on a port of its own choice.
struct Driver {
    process: Child,
    address: String,
}

impl Driver {
    /// The port that it finds free is one of IPv4; it wants the same of IPv6, and ends when somebody else has that.
    fn start() -> Self {
        (0..5).find_map(|_| Self::try_to_start()).expect("chromedriver says its port")
    }

    fn try_to_start() -> Option<Self> {
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver was found a moment ago");
        let said = BufReader::new(process.stdout.take().expect("it was piped")).lines();
        let mut driver = Self { process, address: String::new() };
        let port = said.map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
        })?;
        driver.address = format!("http://127.0.0.1:{port}");
        Some(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
