//! The picture of the README: what somebody sees who types its first command, in the page's light and in its dark theme.
//!
//! It is the real program between its fakes, and a conversation in a real browser. Without a key the sandbox's own small
//! model answers, so the words in the picture are those that anybody gets. Every run tells this story and writes the
//! pictures below `target/tmp/`; `UPDATE_DOCS=1 cargo test picture` puts them into `docs/`, made smaller by pngquant.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::browser::{Browser, Person, skip_without};
use crate::sandbox::Sandbox;

/// Her own chat with the bot has topics.
const CHIARA: i64 = 1003;
/// In bytes: half a second of a slow phone's network.
const SMALL: u64 = 150_000;
/// Of the page; the pictures are 1,204 pixels wide, and still sharp on the dense screen of a phone.
const WIDTH: u64 = 860;
const PIXELS: f64 = 1.4;

#[tokio::test]
async fn the_picture_shows_topics_a_table_and_an_answer_being_written() {
    if skip_without(&["chromium", "chromedriver"]) {
        return;
    }
    let sandbox = Sandbox::starts("webhook");
    let address = sandbox.address.clone();
    Browser::with(async |browser| {
        let chiara = Person::opens(browser, &address).await;
        is_high(browser, 700).await;
        chiara.becomes(CHIARA).await;
        chiara.opens_topic(2).await;
        chiara.asks("Compare three cities and their rivers in a table").await;
        chiara.sees_the_answer().await;
        chiara.waits_for("a table", "return document.querySelector('.msg table') !== null").await;
        // "Long" is what makes the model take its time.
        chiara.asks("Which river is the longest?").await;
        chiara.sees("draft", "You have asked me").await;
        // Both pictures are to show the same moment, so the world stands still for them.
        sandbox.gets("STOP");
        chiara
            .waits_for("the last words to come in", "return document.querySelector('.draft [class^=fresh]') === null")
            .await;
        is_high(browser, down_from_the_table(&chiara).await).await;
        assert_ne!(take(&chiara, "light").await, take(&chiara, "dark").await, "both are of one colour");
        sandbox.gets("CONT");
        chiara.clicks("[data-testid=stop]").await;
        chiara.no_longer_sees("[data-testid=draft]").await;
        assert_eq!(chiara.complaints().await, Vec::<String>::new(), "the browser's console is silent");
    })
    .await;
    sandbox.stops().await;
}

async fn is_high(browser: &Browser, height: u64) {
    let size = json!({"width": WIDTH, "height": height, "deviceScaleFactor": PIXELS, "mobile": false});
    browser.devtools("Emulation.setDeviceMetricsOverride", size).await;
}

/// How high the page must be for the heading of the table to be the first line in sight: how far the answer has come
/// differs from run to run.
async fn down_from_the_table(person: &Person<'_>) -> u64 {
    let height = "const log = document.getElementById('log'), top = (e) => e.getBoundingClientRect().top;
        const above = top(document.querySelector('.msg table')) - top(log) + log.scrollTop - 44;
        return Math.ceil(innerHeight - log.clientHeight + log.scrollHeight - above)";
    person.eval(height).await.as_u64().expect("a height")
}

/// Takes the page as somebody sees it whose system asks for this theme; returns the colour that messages are written on.
async fn take(person: &Person<'_>, theme: &str) -> Value {
    let browser = person.browser();
    let feature = json!([{"name": "prefers-color-scheme", "value": theme}]);
    browser.devtools("Emulation.setEmulatedMedia", json!({"features": feature})).await;
    // Nothing fades any more: neither the colours of the other theme nor the day that floats while messages move.
    let calm = "return getComputedStyle(document.querySelector('[data-testid=day] span')).opacity === '0' &&
        document.getAnimations().every(a => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity)";
    person.waits_for("a calm page", calm).await;
    let taken = browser.devtools("Page.captureScreenshot", json!({"format": "png"})).await;
    let file = file(theme);
    std::fs::write(&file, STANDARD.decode(taken["data"].as_str().unwrap()).unwrap()).unwrap();
    if updating() {
        let made = Command::new("pngquant").args(["--force", "--ext", ".png", "--speed", "1"]).arg(&file).status();
        assert!(made.expect("pngquant is installed").success());
    }
    browser.eval("return getComputedStyle(document.querySelector('.msg .bubble')).backgroundColor").await
}

fn file(theme: &str) -> PathBuf {
    let name = format!("sandbox-{theme}.png");
    if updating() { docs().join(name) } else { Path::new(env!("CARGO_TARGET_TMPDIR")).join(name) }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

#[expect(clippy::disallowed_methods, reason = "this variable is for the test runner, not for the program")]
fn updating() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1")
}

#[test]
fn the_pictures_of_the_readme_load_quickly() {
    for theme in ["light", "dark"] {
        let size = docs().join(format!("sandbox-{theme}.png")).metadata().expect("the picture is there").len();
        assert!(size <= SMALL, "docs/sandbox-{theme}.png has {size} bytes");
    }
}
