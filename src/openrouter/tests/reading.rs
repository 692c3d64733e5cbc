//! A good answer, however it comes; and one that stops coming.

use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::json;

use super::*;
use crate::openrouter::{AnswerStream, Finish, Usage};

async fn begun(server: &Server) -> (AnswerStream, Asked) {
    let serving = async {
        let mut asked = server.asked().await;
        asked.begins().await;
        asked
    };
    let (stream, asked) = tokio::join!(server.client().ask(question()), serving);
    (stream.unwrap(), asked)
}

#[tokio::test]
async fn an_answer_is_read_with_all_that_comes_beside_it() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    asked.writes(": OPENROUTER PROCESSING\n\n").await;
    asked.writes(delta(&json!({"role": "assistant", "content": "", "reasoning": "hm"}))).await;
    asked.writes(text("Hel") + ": OPENROUTER PROCESSING\n\n" + &delta(&json!({"content": null})) + &text("lo")).await;
    asked.writes(finish("stop")).await;
    let usage = json!({"prompt_tokens": 12, "completion_tokens": 7, "cost": 0.000_123_4,
        "completion_tokens_details": {"reasoning_tokens": 4}, "prompt_tokens_details": {"cached_tokens": 3}});
    let last = json!({"id": "gen-1", "model": "served/by", "provider": "P", "choices": [], "usage": usage});
    asked.writes(format!("data: {last}\n\n{DONE}")).await;
    let mut came = Vec::new();
    while let Some(progress) = stream.next().await.unwrap() {
        came.push(progress);
    }
    assert_eq!(came, [Progress::Reasoning, said("Hel"), said("lo")]);
    assert_eq!(stream.generation_id(), Some("gen-header"));
    let used = Usage {
        prompt_tokens: Some(12),
        completion_tokens: Some(7),
        reasoning_tokens: Some(4),
        cached_tokens: Some(3),
        cost_micro_usd: Some(123),
    };
    let reason = Some("stop".into());
    let expected = Finish {
        reason,
        model: Some("served/by".into()),
        provider: Some("P".into()),
        usage: used,
        annotations: Vec::new(),
    };
    assert_eq!(stream.finish(), &expected);
    assert_eq!(stream.next().await.unwrap(), None, "the end stays the end");
}

#[tokio::test]
async fn the_request_names_its_account_and_its_app() {
    let server = Server::start().await;
    let (stream, asked) = begun(&server).await;
    drop(stream);
    assert!(asked.head.starts_with("POST /api/v1/chat/completions HTTP/1.1\r\n"), "{}", asked.head);
    let bearer = format!("authorization: Bearer {}", server::KEY);
    for header in [bearer.as_str(), "http-referer: https://", "x-title: routergram", "accept: text/event-stream"] {
        assert!(asked.head.lines().any(|line| line.starts_with(header)), "{header}");
    }
    assert_eq!((&asked.body["model"], &asked.body["models"]), (&json!("test/model"), &json!(["test/other"])));
    assert_eq!(asked.body["stream_options"], json!({"include_usage": true}));
}

#[tokio::test]
async fn the_chunks_tell_the_generation_when_the_headers_do_not() {
    let server = Server::start().await;
    let serving = async { server.asked().await.answers(200, "", &(text("x") + DONE)).await };
    let (stream, ()) = tokio::join!(server.client().ask(question()), serving);
    let mut stream = stream.unwrap();
    assert_eq!(stream.generation_id(), None);
    stream.next().await.unwrap();
    assert_eq!(stream.generation_id(), Some("gen-1"));
}

#[tokio::test]
async fn an_answer_means_the_same_wherever_http_splits_it() {
    let server = Server::start().await;
    let transcript = format!("\u{feff}: x\r\n\r\n{}{}{DONE}", text("Приве́т 👋🏽"), finish("stop"));
    let transcript = transcript.as_bytes();
    for at in 1..transcript.len() {
        let serving = async {
            let mut asked = server.asked().await;
            asked.begins_in_chunks().await;
            asked.writes_chunk(&transcript[..at]).await;
            asked.writes_chunk(&transcript[at..]).await;
            asked.hangs_up().await;
        };
        let ((came, end), ()) = tokio::join!(whole(&server), serving);
        assert_eq!(came, [said("Приве́т 👋🏽")], "split at {at}");
        assert!(end.is_ok(), "split at {at}: {end:?}");
    }
}

#[tokio::test]
async fn done_ends_the_answer_although_the_body_stays_open() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    asked.writes(text("whole") + &finish("stop") + DONE).await;
    assert_eq!(stream.next().await.unwrap(), Some(said("whole")));
    assert_eq!(stream.next().await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_ended_leaves_its_connection_to_the_next() {
    let server = Server::start().await;
    let serving = async {
        let mut asked = server.asked().await;
        for _ in 0..3 {
            let answer = text("a") + &finish("stop") + DONE;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
            asked.writes(format!("{head}{:x}\r\n{answer}\r\n0\r\n\r\n", answer.len())).await;
            asked = asked.asked_again().await;
        }
        asked
    };
    let asking = async {
        for _ in 0..3 {
            assert!(whole(&server).await.1.is_ok());
        }
        server.client().ask(question()).await
    };
    tokio::select! { _ = serving => {}, _ = asking => panic!("nobody answered the fourth") }
    server.is_left_alone().await;
}

#[tokio::test]
async fn a_server_that_is_silent_after_the_finish_is_not_waited_for() {
    let server = Server::patient().await;
    let (mut stream, mut asked) = begun(&server).await;
    asked.writes(text("whole") + &finish("stop")).await;
    assert_eq!(stream.next().await.unwrap(), Some(said("whole")));
    assert_eq!(server.hurried(stream.next()).await.unwrap(), None);
    assert_eq!(stream.finish().reason.as_deref(), Some("stop"));
}

#[tokio::test]
async fn dropping_the_answer_closes_the_connection() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    asked.writes(text("on and")).await;
    assert_eq!(stream.next().await.unwrap(), Some(said("on and")));
    drop(stream);
    asked.is_hung_up_on().await;
}

#[tokio::test]
async fn a_next_that_is_given_up_loses_nothing() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    let transcript = text("a") + &text("b") + &finish("stop") + DONE;
    let (mut came, mut written) = (Vec::new(), transcript.bytes());
    loop {
        match stream.next().now_or_never() {
            Some(Ok(Some(progress))) => came.push(progress),
            Some(Ok(None)) => break,
            Some(Err(error)) => panic!("{error}"),
            None => match written.next() {
                Some(byte) => asked.writes([byte]).await,
                None => tokio::task::yield_now().await,
            },
        }
    }
    assert_eq!(came, [said("a"), said("b")]);
}

#[tokio::test]
async fn comments_and_empty_deltas_are_no_progress() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    asked.writes(text("begin")).await;
    assert_eq!(stream.next().await.unwrap(), Some(said("begin")));
    for _ in 0..3 {
        server.clock.advance(Duration::from_secs(11));
        asked.writes(": OPENROUTER PROCESSING\n\n".to_owned() + &text("")).await;
    }
    let error = stream.next().await.unwrap_err();
    assert_eq!(error.kind, ModelErrorKind::Stalled);
    asked.is_hung_up_on().await;
}

#[tokio::test]
async fn progress_of_any_kind_winds_the_watchdog_up() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    for piece in [delta(&json!({"reasoning": "hm"})), text("a"), text("b")] {
        server.clock.advance(Duration::from_secs(20));
        asked.writes(piece).await;
        assert!(stream.next().await.unwrap().is_some());
    }
    server.clock.advance(Duration::from_secs(31));
    assert_eq!(stream.next().await.unwrap_err().kind, ModelErrorKind::Stalled);
}

#[tokio::test]
async fn what_has_come_is_read_before_the_clock_is_asked() {
    let server = Server::start().await;
    let (mut stream, mut asked) = begun(&server).await;
    asked.writes(text("a") + &text("b")).await;
    assert_eq!(stream.next().await.unwrap(), Some(said("a")));
    server.clock.advance(Duration::from_mins(10));
    assert_eq!(stream.next().await.unwrap(), Some(said("b")));
}

#[tokio::test]
async fn a_server_that_never_answers_is_stalled_and_not_asked_again() {
    let server = Server::start().await;
    let serving = async {
        let asked = server.asked().await;
        server.clock.advance(Duration::from_secs(31));
        asked
    };
    let (answer, _asked) = tokio::join!(server.client().ask(question()), serving);
    assert_eq!(answer.err().unwrap().kind, ModelErrorKind::Stalled);
    server.is_left_alone().await;
}
