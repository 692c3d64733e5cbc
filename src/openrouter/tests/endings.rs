//! How a stream may end, and what each end means.

use serde_json::json;

use super::*;
use ModelErrorKind::{Account, Busy, CutOff, Empty, Moderated, OnlyReasoning};

fn error(code: &serde_json::Value, error_type: &str) -> String {
    let error = json!({"code": code, "message": "m", "metadata": {"error_type": error_type}});
    let choices = json!([{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}]);
    format!("data: {}\n\n", json!({"id": "gen-1", "error": error, "choices": choices}))
}

#[tokio::test]
async fn an_end_with_a_reason_or_done_is_good() {
    for end in [finish("stop"), finish("stop") + DONE, finish("length"), DONE.into(), finish("") + DONE] {
        assert_eq!(comes_of([text("a") + &end]).await, (vec![said("a")], Ok(())), "{end}");
    }
}

#[tokio::test]
async fn an_end_without_either_is_a_cut() {
    for end in ["", ": OPENROUTER PROCESSING\n\n", &finish("")] {
        assert_eq!(comes_of([text("a") + end]).await, (vec![said("a")], Err(CutOff)), "{end}");
    }
}

#[tokio::test]
async fn after_text_every_failure_is_a_cut_and_none_is_repeated() {
    for end in
        [error(&json!(502), "provider_unavailable"), error(&json!("server_error"), "server"), "data: {oops\n\n".into()]
    {
        assert_eq!(comes_of([text("a") + &end]).await, (vec![said("a")], Err(CutOff)), "{end}");
    }
}

#[tokio::test]
async fn after_reasoning_nothing_is_repeated_either() {
    let thought = delta(&json!({"reasoning": "hm"}));
    for (end, kind) in [
        (error(&json!(429), "rate_limit_exceeded"), Busy),
        (String::new(), Busy),
        ("data: {oops\n\n".into(), Busy),
        (DONE.into(), Empty),
        (finish("stop"), Empty),
        (finish("length") + DONE, OnlyReasoning),
    ] {
        assert_eq!(comes_of([thought.clone() + &end]).await, (vec![Progress::Reasoning], Err(kind)), "{end}");
    }
}

#[tokio::test]
async fn a_failure_before_the_first_delta_is_repeated() {
    let good = text("a") + DONE;
    for bad in [
        error(&json!(503), "provider_overloaded"),
        error(&json!("429"), "rate_limit_exceeded"),
        finish("error"),
        "data: <html>\n\n".into(),
        delta(&json!({"role": "assistant", "content": ""})),
        String::new(),
        ": OPENROUTER PROCESSING\n\n".repeat(3),
    ] {
        assert_eq!(comes_of([bad.clone(), good.clone()]).await, (vec![said("a")], Ok(())), "{bad}");
        assert_eq!(comes_of([bad.clone(), bad.clone(), bad.clone()]).await, (vec![], Err(Busy)), "{bad}");
    }
}

#[tokio::test]
async fn a_refusal_inside_the_stream_is_not_repeated() {
    assert_eq!(comes_of([error(&json!(402), "payment_required")]).await, (vec![], Err(Account)));
    assert_eq!(comes_of([error(&json!(403), "content_policy_violation")]).await, (vec![], Err(Moderated)));
    assert_eq!(comes_of([finish("content_filter") + DONE]).await, (vec![], Err(Moderated)));
}

#[tokio::test]
async fn a_body_of_json_is_understood_although_a_stream_was_asked_for() {
    let refusal = json!({"error": {"code": 401, "message": "m"}}).to_string();
    assert_eq!(comes_of([refusal]).await, (vec![], Err(Account)));
    let passing = json!({"error": {"code": 502, "message": "m"}}).to_string();
    let answer = json!({"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}).to_string();
    assert_eq!(comes_of([passing, answer]).await, (vec![said("a")], Ok(())));
}

#[tokio::test]
async fn an_empty_answer_without_a_reason_is_repeated_once() {
    let empty = || finish("") + DONE;
    assert_eq!(comes_of([empty(), text("a") + DONE]).await, (vec![said("a")], Ok(())));
    assert_eq!(comes_of([empty(), empty()]).await, (vec![], Err(Empty)));
}

#[tokio::test]
async fn an_empty_answer_that_has_a_reason_is_not_repeated() {
    assert_eq!(comes_of([finish("length") + DONE]).await, (vec![], Err(OnlyReasoning)));
    assert_eq!(comes_of([finish("stop") + DONE]).await, (vec![], Err(Empty)));
}

#[tokio::test]
async fn text_that_comes_with_an_error_is_kept() {
    let both = json!({"error": {"code": 500}, "choices": [{"delta": {"content": "a"}, "finish_reason": "error"}]});
    for after in ["", DONE] {
        assert_eq!(comes_of([format!("data: {both}\n\n{after}")]).await, (vec![said("a")], Err(CutOff)), "{after}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_a_cut_after_text_and_repeated_before() {
    let server = Server::patient().await;
    let serving = async {
        let mut asked = server.asked().await;
        asked.begins_in_chunks().await;
        asked.writes_chunk(": OPENROUTER PROCESSING\n\n").await;
        drop(asked);
        drop(server.asked().await);
        let mut asked = server.asked().await;
        asked.begins_in_chunks().await;
        asked.writes_chunk(text("a")).await;
        drop(asked);
    };
    let ((came, end), ()) = server.hurried(async { tokio::join!(whole(&server), serving) }).await;
    assert_eq!((came, end.unwrap_err().kind), (vec![said("a")], CutOff));
    server.is_left_alone().await;
}

#[tokio::test]
async fn an_error_is_told_again_when_asked_again() {
    let server = Server::start().await;
    let serving = async { server.asked().await.streams(&text("a")).await };
    let (stream, ()) = tokio::join!(server.client().ask(question()), serving);
    let mut stream = stream.unwrap();
    assert_eq!(stream.next().await.unwrap(), Some(said("a")));
    for _ in 0..2 {
        assert_eq!(stream.next().await.unwrap_err().kind, CutOff);
    }
}
