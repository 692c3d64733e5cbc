//! Which responses lead to another request, and when.

use std::time::Duration;

use futures_util::FutureExt as _;

use super::*;
use ModelErrorKind::{Account, Busy, ContextTooLong, NoSuchModel, Refused};

/// What comes of a first response with this status, headers and body, when a second request would be answered well.
async fn after(status: u16, headers: &str, body: &str) -> Result<Vec<Progress>, ModelError> {
    let server = Server::patient().await;
    let serving = async {
        server.asked().await.answers(status, headers, body).await;
        server.asked().await.streams(&(text("a") + DONE)).await;
    };
    let asking = async {
        tokio::select! {
            biased;
            (came, end) = whole(&server) => end.map(|()| came),
            () = async { serving.await; std::future::pending().await } => unreachable!(),
        }
    };
    let outcome = server.hurried(asking).await;
    if outcome.is_err() {
        server.is_left_alone().await;
    }
    outcome
}

#[tokio::test]
async fn passing_troubles_are_asked_again() {
    for status in [408, 429, 500, 502, 503, 504, 524, 529] {
        assert_eq!(after(status, "", "<html>trouble</html>").await.unwrap(), [said("a")], "{status}");
    }
}

#[tokio::test]
async fn refusals_are_not_asked_again() {
    for (status, kind) in [
        (400, Refused),
        (401, Account),
        (402, Account),
        (403, Account),
        (404, NoSuchModel),
        (413, ContextTooLong),
        (422, Refused),
        (302, Refused),
    ] {
        let error = after(status, "location: http://127.0.0.1:1/\r\n", "{}").await.unwrap_err();
        assert_eq!(error.kind, kind, "{status}");
    }
}

#[tokio::test]
async fn a_server_that_wants_us_back_late_is_reported_at_once() {
    let error = after(429, "retry-after: 3600\r\n", "{}").await.unwrap_err();
    assert_eq!((error.kind, error.retry_after), (Busy, Some(Duration::from_hours(1))));
}

#[tokio::test]
async fn a_server_that_wants_us_back_soon_is_obeyed() {
    let server = Server::patient().await;
    let mut asking = std::pin::pin!(server.client().ask(question()));
    let serving = async { server.asked().await.answers(503, "retry-after: 10\r\n", "").await };
    tokio::select! { biased; _ = &mut asking => panic!("it gave up"), () = serving => {} }
    // Whenever within these steps the pause begins, it does not end nine seconds later.
    for _ in 0..1000 {
        assert!(asking.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    server.clock.advance(Duration::from_secs(9));
    assert!(asking.as_mut().now_or_never().is_none());
    server.is_left_alone().await;
    let serving = async { server.asked().await.streams(DONE).await };
    let (asked, ()) = server.hurried(async { tokio::join!(asking, serving) }).await;
    assert!(asked.is_ok());
}

#[tokio::test]
async fn it_gives_up_after_the_third_request() {
    let server = Server::patient().await;
    let serving = async {
        for _ in 0..3 {
            server.asked().await.answers(502, "", "").await;
        }
    };
    let ((_, end), ()) = server.hurried(async { tokio::join!(whole(&server), serving) }).await;
    assert_eq!(end.unwrap_err().kind, Busy);
    server.is_left_alone().await;
}

#[tokio::test]
async fn nobody_at_the_address_is_busy_after_three_attempts() {
    let server = Server::patient().await;
    let flies = server.clock.clone();
    let (client, _clock) = server.goes_away();
    let mut asking = std::pin::pin!(client.ask(question()));
    let error = loop {
        tokio::select! {
            biased;
            answer = &mut asking => break answer.err().unwrap(),
            () = tokio::task::yield_now() => flies.advance(Duration::from_millis(100)),
        }
    };
    assert_eq!(error.kind, Busy);
    assert!(!error.detail.contains("127.0.0.1/"), "{}", error.detail);
}

#[tokio::test]
async fn an_error_whose_body_never_comes_is_judged_by_its_status() {
    let server = Server::start().await;
    let mut asking = std::pin::pin!(server.client().ask(question()));
    let serving = async {
        let mut asked = server.asked().await;
        asked.writes("HTTP/1.1 402 X\r\ncontent-length: 100\r\n\r\n{").await;
        asked
    };
    let _asked = tokio::select! { biased; _ = &mut asking => panic!("it gave up"), asked = serving => asked };
    // The head is on its way through this machine alone; time flies once it has been read.
    for _ in 0..1000 {
        assert!(asking.as_mut().now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    let answer = server.hurried(asking).await;
    assert_eq!(answer.err().unwrap().kind, Account);
}

#[tokio::test]
async fn neither_the_key_nor_the_question_is_in_an_error() {
    let body = format!("{{\"error\":{{\"message\":\"Incorrect key {}: what is it?\",\"code\":400}}}}", server::KEY);
    for status in [400, 401, 403] {
        let error = after(status, "", &body).await.unwrap_err();
        assert!(!error.to_string().contains(server::KEY), "{error}");
        assert!(status == 401 || !error.to_string().contains("what is it?"), "{error}");
    }
}
