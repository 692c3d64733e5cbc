//! `/events`: the world, then everything that happens in it.
//!
//! The listener is taken before the snapshot, so nothing falls between the two; what happens meanwhile is in both, and
//! the page takes it twice without harm (a message is kept by its id). A browser reconnects by itself and begins with a
//! new snapshot, so there are no event ids and nothing to replay.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event as Frame, KeepAlive, Sse};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Seam;
use crate::sandbox::telegram::view::Event;

/// How soon a browser that lost the stream comes back: at once for a person, seldom enough for a server that restarts.
const RECONNECT: Duration = Duration::from_millis(500);

/// The stream: a `world` frame first, and after each time this reader fell behind; otherwise one frame per event.
pub(super) async fn events(State(seam): State<Seam>) -> Sse<impl Stream<Item = Result<Frame, Infallible>> + use<>> {
    let state = Reader { events: (seam.events)(), fresh: true, seam };
    Sse::new(stream::unfold(state, Reader::next)).keep_alive(KeepAlive::default())
}

/// One browser that listens.
struct Reader {
    seam: Seam,
    events: Receiver<Event>,
    /// Does the next frame have to be the whole world?
    fresh: bool,
}

impl Reader {
    async fn next(mut self) -> Option<(Result<Frame, Infallible>, Self)> {
        if !std::mem::take(&mut self.fresh) {
            let received = tokio::select! {
                () = self.seam.stop.cancelled() => return None,
                received = self.events.recv() => received,
            };
            match received {
                Ok(event) => return Some((Ok(frame(&event)), self)),
                // What is still kept for us is older than the snapshot that follows: listen anew.
                Err(RecvError::Lagged(_)) => self.events = (self.seam.events)(),
                Err(RecvError::Closed) => return None,
            }
        }
        let snapshot = frame(&(self.seam.world)()).event("world").retry(RECONNECT);
        Some((Ok(snapshot), self))
    }
}

fn frame(data: &impl Serialize) -> Frame {
    Frame::default().json_data(data).expect("views are plain data with string keys: they always serialize")
}
