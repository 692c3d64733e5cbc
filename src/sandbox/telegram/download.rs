//! `GET /file/bot<token>/<path>`: the bytes that `getFile` points to, and what can go wrong on the way.
//!
//! A download is no method, but gets into trouble like one: its name among the faults is `file`.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;

use super::answer::Refusal;
use super::faults::{DOWNLOAD, Trouble};
use super::files::Download;
use super::server::{answer, troubled};
use super::shared::Shared;

/// A file, or why there is none.
pub(super) async fn fetched(shared: &Shared, path: &str) -> Response {
    let decoded = path.replacen("%3A", ":", 1).replacen("%3a", ":", 1);
    let rest = decoded.strip_prefix(shared.token.as_str()).and_then(|rest| rest.split_once('/'));
    let Some(("", path)) = rest.filter(|_| !shared.look().switches.token_revoked) else {
        return answer(Err(Refusal::plain(401, "Unauthorized")));
    };
    let delay = shared.look().faults.delay_of(DOWNLOAD);
    if !delay.is_zero() {
        shared.clock.sleep(delay).await;
    }
    let (content, trouble) = shared.change(|world, _| {
        let trouble = world.faults.strike(DOWNLOAD, None);
        let content = world.files.at(path).map(|file| file.bytes.clone());
        world.files.record(Download { path: path.to_owned(), status: status(content.as_ref(), trouble.as_ref()) });
        (content, trouble)
    });
    if let Some(refusal) = trouble.as_ref().and_then(Trouble::refusal) {
        return answer(Err(refusal));
    }
    match (content, trouble) {
        (content, Some(trouble)) => troubled(&trouble, content.unwrap_or_default()).await,
        (Some(content), None) => ([(header::CONTENT_TYPE, "application/octet-stream")], content).into_response(),
        (None, None) => answer(Err(Refusal::plain(404, "Not Found"))),
    }
}

/// What the client sees of it; 0 when that is no whole answer.
fn status(content: Option<&Bytes>, trouble: Option<&Trouble>) -> u16 {
    match trouble {
        Some(Trouble::BadGateway) => 502,
        Some(trouble) => trouble.refusal().map_or(0, |refusal| refusal.code),
        None if content.is_some() => 200,
        None => 404,
    }
}
