//! The server: `/bot<token>/<method>` and `/file/bot<token>/<path>` over HTTP/1, and connections that can break.
//!
//! hyper is driven by hand, without axum's router, because an answer must be able not to arrive: a service that fails
//! closes its connection without a word, and a body that fails closes it in the middle of one.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use futures_util::{StreamExt as _, stream};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::answer::{Answer, Refusal};
use super::body;
use super::calls::{self, Outcome};
use super::download;
use super::faults::Trouble;
use super::params::Params;
use super::shared::Shared;
use crate::clock::Timestamp;

/// What Telegram's front proxies say.
const BAD_GATEWAY: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n";

/// Marks an answer that is none.
#[derive(Clone)]
struct HangUp;

/// Accepts connections for as long as the server lives.
pub(super) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((connection, _)) => shared.run(talk(connection, Arc::clone(&shared))),
            // Out of descriptors, most likely: others will close.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

/// One connection.
async fn talk(connection: TcpStream, shared: Arc<Shared>) {
    // Small answers at once: tests measure latency through this.
    let _ = connection.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move {
            let response = handle(&shared, request.map(Body::new)).await;
            match response.extensions().get::<HangUp>() {
                Some(HangUp) => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                None => Ok(response),
            }
        }
    });
    // However it ends, it has ended.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), service).await;
}

/// One request. Its answer is dated by hyper, unless this Telegram's time is not the machine's.
async fn handle(shared: &Arc<Shared>, request: Request) -> Response {
    let mut response = respond(shared, request).await;
    let ahead = shared.look().switches.date_ahead;
    if !ahead.is_zero()
        && let Some(date) = date(shared.clock.now().plus(ahead))
    {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

/// As HTTP writes it.
fn date(moment: Timestamp) -> Option<HeaderValue> {
    let date = DateTime::from_timestamp_millis(moment.0)?.format("%a, %d %b %Y %H:%M:%S GMT");
    HeaderValue::try_from(date.to_string()).ok()
}

async fn respond(shared: &Arc<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if let Some(path) = path.strip_prefix("/file/bot") {
        return download::fetched(shared, path).await;
    }
    let Some((token, method)) = path.strip_prefix("/bot").and_then(|rest| rest.split_once('/')) else {
        return answer(Err(Refusal::plain(404, "Not Found")));
    };
    if token.replace("%3A", ":").replace("%3a", ":") != shared.token || shared.look().switches.token_revoked {
        return answer(Err(Refusal::plain(401, "Unauthorized")));
    }
    let params = match body::read(request).await {
        Ok(params) => params,
        Err(refusal) => return answer(Err(refusal)),
    };
    match perform(shared, method.trim_end_matches('/'), params).await {
        Outcome::Answer(done) => answer(done),
        Outcome::Trouble(trouble, done) => {
            troubled(&trouble, done.map(|success| success.body()).unwrap_or_default().into()).await
        }
    }
}

/// Here, or as far away as this Telegram is: there, nobody knows whether the caller still lives.
async fn perform(shared: &Arc<Shared>, method: &str, params: Params) -> Outcome {
    let half = shared.look().switches.distance / 2;
    if half.is_zero() || method.eq_ignore_ascii_case("getUpdates") {
        return calls::perform(shared, method, params).await;
    }
    let (tell, told) = oneshot::channel();
    let (there, method) = (Arc::clone(shared), method.to_owned());
    shared.run(async move {
        there.clock.sleep(half).await;
        // Nobody hears it when the caller has gone.
        let _ = tell.send(calls::perform(&there, &method, params).await);
    });
    let Ok(outcome) = told.await else {
        return Outcome::Trouble(Trouble::Reset, Err(Refusal::plain(502, "Bad Gateway")));
    };
    shared.clock.sleep(half).await;
    outcome
}

pub(super) fn answer(answer: Answer) -> Response {
    let (status, body) = match answer {
        Ok(success) => (200, success.body()),
        Err(refusal) => (refusal.code, refusal.body()),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// What is left of an answer.
pub(super) async fn troubled(trouble: &Trouble, whole: Bytes) -> Response {
    match trouble {
        Trouble::BadGateway => {
            let html = HeaderValue::from_static("text/html");
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, html)], BAD_GATEWAY).into_response()
        }
        // Ends when the client gives up or the server stops.
        Trouble::DoneThenSilence => std::future::pending().await,
        Trouble::DoneThenCut | Trouble::DoneThenStall => {
            let half = stream::iter([Ok(whole.slice(..whole.len() / 2))]);
            let body = if *trouble == Trouble::DoneThenCut {
                let cut = stream::once(async {
                    // A body that pauses is flushed; one that fails at once takes what was written before with it.
                    tokio::task::yield_now().await;
                    Err(io::Error::from(io::ErrorKind::ConnectionReset))
                });
                Body::from_stream(half.chain(cut))
            } else {
                Body::from_stream(half.chain(stream::pending::<Result<Bytes, io::Error>>()))
            };
            let mut response = body.into_response();
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(whole.len()));
            response
        }
        _ => {
            let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
            response.extensions_mut().insert(HangUp);
            response
        }
    }
}
