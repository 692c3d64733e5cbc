//! A request's body, read with two limits: its size and its time. Both doors that take bodies read them here.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Collected, LengthLimitError, Limited};

use crate::clock::Clock;

/// How long a body may take to come in: those that are meant well are there at once.
const BODY_TIME: Duration = Duration::from_secs(10);

/// Reads at most `most` bytes. A larger body that is announced is refused before a byte of it is read. The error is what
/// to answer: 413, 408, or 400 when the connection broke.
pub async fn read(request: Request<Body>, most: usize, clock: &Clock) -> Result<Bytes, StatusCode> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > most as u64) {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let whole = Limited::new(request.into_body(), most).collect();
    tokio::select! {
        body = whole => body.map(Collected::to_bytes).map_err(|error| {
            if error.is::<LengthLimitError>() { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST }
        }),
        () = clock.sleep(BODY_TIME) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}
