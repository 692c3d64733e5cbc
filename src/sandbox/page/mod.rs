//! The chat in a browser: one address, no account, no request that leaves this machine.
//!
//! Everything is compiled in (`assets/`): a page, a style sheet and a few small scripts, without a build step, so that
//! `routergram sandbox` is one binary and reading the page means reading these files. The page knows nothing of
//! routergram: it shows [`WorldView`] and [`Event`]s and performs [`Act`]s, all through a [`Seam`], so it can be put in
//! front of any world that speaks this vocabulary.
//!
//! Whoever connects gets the whole world first and then its events, in one stream. A reader that falls behind gets the
//! world again instead of a gap: the page never has to ask what it missed.
//!
//! It refuses to talk to other names than this machine's own (a foreign page could otherwise reach it through DNS
//! rebinding) and to act for requests that a foreign page can send without asking (anything but JSON).

mod guard;
mod stream;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::telegram::File;
use super::telegram::view::{Act, Event, WorldView};

/// What the page needs of a world. Every function is called from async code and must not block for long.
#[derive(Clone)]
pub struct Seam {
    /// Everything that people see now.
    pub world: Arc<dyn Fn() -> WorldView + Send + Sync>,
    /// Does what a person does. `Err` is a sentence for that person.
    pub act: Arc<dyn Fn(Act) -> Result<Value, String> + Send + Sync>,
    /// Starts listening. An event that happens after this returns is either received or reported as lagged.
    pub events: Arc<dyn Fn() -> broadcast::Receiver<Event> + Send + Sync>,
    /// The bot's commands as this person sees them in this chat (chat, user); empty when the bot has set none.
    pub commands: Arc<dyn Fn(i64, i64) -> Vec<Command> + Send + Sync>,
    /// A file that was sent, by its `file_id`, while it is kept.
    pub file: Arc<Fetch>,
    /// Cancelled when the server stops: open event streams end, so that a graceful shutdown does not wait for them.
    pub stop: CancellationToken,
}

/// Finds a file.
pub type Fetch = dyn Fn(&str) -> Option<File> + Send + Sync;

/// Bytes of an act: files of 45 MB, which is more than a bot may fetch, and the base64 around them.
const LARGEST_ACT: usize = 64 << 20;

/// A command in the menu, as in the Bot API's `BotCommand`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Command {
    /// Without the slash.
    pub command: String,
    /// One line.
    pub description: String,
}

/// The page at `/`, its assets, and the addresses it calls: `/events`, `/act`, `/commands`, `/file`; and `/world`, which is
/// for people and programs that want to look once.
pub fn router(seam: Seam) -> Router {
    let mut router = Router::new()
        .route("/world", get(world))
        .route("/events", get(stream::events))
        .route("/commands", get(commands))
        .route("/file", get(file))
        .route("/act", post(act).layer(DefaultBodyLimit::max(LARGEST_ACT)));
    for asset in ASSETS {
        router = router.route(asset.path, get(move || async move { asset.respond() }));
    }
    router.layer(middleware::from_fn(guard::guard)).with_state(seam)
}

async fn world(State(seam): State<Seam>) -> Json<WorldView> {
    Json((seam.world)())
}

/// Who asks for the commands, and where.
#[derive(Deserialize)]
struct Asker {
    chat: i64,
    user: i64,
}

async fn commands(State(seam): State<Seam>, Query(asker): Query<Asker>) -> Json<Vec<Command>> {
    Json((seam.commands)(asker.chat, asker.user))
}

/// Which file.
#[derive(Deserialize)]
struct Wanted {
    id: String,
}

/// A file to save, or to be shown by an element of the page. Never one to open here: what is in it comes from a bot, and this page's address is trusted.
async fn file(State(seam): State<Seam>, Query(wanted): Query<Wanted>) -> Response {
    let Some(file) = (seam.file)(&wanted.id) else {
        return (StatusCode::NOT_FOUND, "This file is not kept any more.\n").into_response();
    };
    let kind = HeaderValue::from_str(&file.mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let saved = HeaderValue::from_static("attachment");
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, saved)], file.bytes).into_response()
}

/// 200 with the world's answer, or 400 with a sentence.
async fn act(State(seam): State<Seam>, act: Result<Json<Act>, JsonRejection>) -> Response {
    let done = act.map_err(|refused| refused.body_text()).and_then(|Json(act)| (seam.act)(act));
    match done {
        Ok(result) => Json(result).into_response(),
        Err(sentence) => (StatusCode::BAD_REQUEST, sentence).into_response(),
    }
}

/// A file of the page.
struct Asset {
    path: &'static str,
    kind: &'static str,
    body: &'static str,
}

impl Asset {
    fn respond(&self) -> Response {
        ([(header::CONTENT_TYPE, HeaderValue::from_static(self.kind))], self.body).into_response()
    }
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Every file of the page. The scripts end in `.mjs` so that Node reads them as the browser does, without a manifest.
#[rustfmt::skip]
const ASSETS: &[Asset] = &[
    Asset { path: "/", kind: HTML, body: include_str!("assets/index.html") },
    Asset { path: "/style.css", kind: CSS, body: include_str!("assets/style.css") },
    Asset { path: "/message.css", kind: CSS, body: include_str!("assets/message.css") },
    Asset { path: "/media.css", kind: CSS, body: include_str!("assets/media.css") },
    Asset { path: "/rich.css", kind: CSS, body: include_str!("assets/rich.css") },
    Asset { path: "/favicon.svg", kind: SVG, body: include_str!("assets/favicon.svg") },
    Asset { path: "/wallpaper.svg", kind: SVG, body: include_str!("assets/wallpaper.svg") },
    Asset { path: "/app.mjs", kind: SCRIPT, body: include_str!("assets/app.mjs") },
    Asset { path: "/chats.mjs", kind: SCRIPT, body: include_str!("assets/chats.mjs") },
    Asset { path: "/composer.mjs", kind: SCRIPT, body: include_str!("assets/composer.mjs") },
    Asset { path: "/conversation.mjs", kind: SCRIPT, body: include_str!("assets/conversation.mjs") },
    Asset { path: "/dom.mjs", kind: SCRIPT, body: include_str!("assets/dom.mjs") },
    Asset { path: "/draft.mjs", kind: SCRIPT, body: include_str!("assets/draft.mjs") },
    Asset { path: "/entities.mjs", kind: SCRIPT, body: include_str!("assets/entities.mjs") },
    Asset { path: "/files.mjs", kind: SCRIPT, body: include_str!("assets/files.mjs") },
    Asset { path: "/formula.mjs", kind: SCRIPT, body: include_str!("assets/formula.mjs") },
    Asset { path: "/inline.mjs", kind: SCRIPT, body: include_str!("assets/inline.mjs") },
    Asset { path: "/keyboard.mjs", kind: SCRIPT, body: include_str!("assets/keyboard.mjs") },
    Asset { path: "/message.mjs", kind: SCRIPT, body: include_str!("assets/message.mjs") },
    Asset { path: "/ogg.mjs", kind: SCRIPT, body: include_str!("assets/ogg.mjs") },
    Asset { path: "/parcel.mjs", kind: SCRIPT, body: include_str!("assets/parcel.mjs") },
    Asset { path: "/people.mjs", kind: SCRIPT, body: include_str!("assets/people.mjs") },
    Asset { path: "/popups.mjs", kind: SCRIPT, body: include_str!("assets/popups.mjs") },
    Asset { path: "/recorder.mjs", kind: SCRIPT, body: include_str!("assets/recorder.mjs") },
    Asset { path: "/rich.mjs", kind: SCRIPT, body: include_str!("assets/rich.mjs") },
    Asset { path: "/topics.mjs", kind: SCRIPT, body: include_str!("assets/topics.mjs") },
    Asset { path: "/tray.mjs", kind: SCRIPT, body: include_str!("assets/tray.mjs") },
    Asset { path: "/wire.mjs", kind: SCRIPT, body: include_str!("assets/wire.mjs") },
    Asset { path: "/words.mjs", kind: SCRIPT, body: include_str!("assets/words.mjs") },
    Asset { path: "/world.mjs", kind: SCRIPT, body: include_str!("assets/world.mjs") },
];
