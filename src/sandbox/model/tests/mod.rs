//! The fake, asked by the bot's own client and by hand.

mod beside;
mod media;

use std::pin::pin;

use futures_util::FutureExt as _;
use serde_json::{Value, json};

use super::*;
use crate::config::OpenRouterConfig;
use crate::openrouter::{ChatMessage, ChatRequest, Finish, Lookup, ModelError, ModelErrorKind, OpenRouter, Progress};

/// A fake without pauses, and a client whose own clock may fly.
async fn hurried() -> (FakeModel, OpenRouter, Clock) {
    let model = FakeModel::start(Clock::movable()).await.unwrap();
    model.in_a_hurry();
    let (client, clock) = client_of(&model, "sk-or-TEST-KEY-not-a-real-one");
    (model, client, clock)
}

fn client_of(model: &FakeModel, key: &str) -> (OpenRouter, Clock) {
    let config = OpenRouterConfig {
        api_key: key.into(),
        base_url: model.base_url(),
        timeout: Duration::from_hours(1_000_000),
        model: "openai/gpt-4o-mini".into(),
        fallback_models: vec!["mistralai/mistral-small-3.2-24b-instruct".into()],
        max_tokens: 1000,
        temperature: Some(0.7),
    };
    let clock = Clock::movable();
    (OpenRouter::new(&config, clock.clone()).unwrap(), clock)
}

fn question(texts: &[&str]) -> ChatRequest {
    let messages = texts.iter().map(|text| ChatMessage::user(*text)).collect();
    ChatRequest { messages, session_id: "chat-1".into(), user: "hash".into(), ..ChatRequest::default() }
}

/// The text that came, and how it ended; while the client's time flies.
async fn outcome(client: &OpenRouter, clock: &Clock, texts: &[&str]) -> (String, Result<Finish, ModelError>) {
    let mut said = String::new();
    let result = {
        let mut reading = pin!(async {
            let mut stream = client.ask(question(texts)).await?;
            while let Some(progress) = stream.next().await? {
                if let Progress::Text(text) = progress {
                    said.push_str(&text);
                }
            }
            Ok(stream.finish().clone())
        });
        loop {
            tokio::select! {
                biased;
                result = &mut reading => break result,
                () = tokio::task::yield_now() => clock.advance(Duration::from_millis(100)),
            }
        }
    };
    (said, result)
}

#[tokio::test]
async fn it_answers_pleasantly_and_books_what_it_reports() {
    let (model, client, clock) = hurried().await;
    let (said, finish) = outcome(&client, &clock, &["a table with code, please"]).await;
    let finish = finish.unwrap();
    assert!(said.contains("You wrote: *a table with code, please*") && said.contains("```rust"), "{said}");
    assert_eq!((finish.reason.as_deref(), finish.model.as_deref()), (Some("stop"), Some("openai/gpt-4o-mini")));
    model.idle().await;
    let book = model.book();
    assert_eq!(book.len(), 1);
    assert_eq!(finish.usage.cost_micro_usd, Some(book[0].cost_micro_usd()));
    assert!(book[0].cost_micro_usd() > 0);
    let asked = &model.requests()[0];
    assert_eq!((asked.question(), asked.session_id.as_deref()), ("a table with code, please", Some("chat-1")));
    assert!(matches!(asked.outcome, Outcome::Finished { chunks } if chunks > 10), "{:?}", asked.outcome);
    assert_eq!(model.unexpected(), Vec::<String>::new());
}

#[tokio::test]
async fn usage_is_reported_in_every_way_a_server_might() {
    let (model, client, clock) = hurried().await;
    model.answers("forty-two");
    for (reporting, cost, tokens) in [
        (Reporting::LastChunk, true, true),
        (Reporting::WithFinish, true, true),
        (Reporting::TokensOnly, false, true),
        (Reporting::Never, false, false),
    ] {
        model.reports(reporting);
        let (said, finish) = outcome(&client, &clock, &["?"]).await;
        let usage = finish.unwrap().usage;
        assert_eq!(said, "forty-two");
        assert_eq!((usage.cost_micro_usd.is_some(), usage.prompt_tokens.is_some()), (cost, tokens), "{reporting:?}");
    }
}

#[tokio::test]
async fn each_fault_has_its_meaning_for_the_client() {
    use ModelErrorKind::{Account, Busy, ContextTooLong, CutOff, Empty, Moderated, OnlyReasoning};
    let (model, client, clock) = hurried().await;
    model.answers("one two three four");
    let error_in_200 = Fault::ErrorIn200 { error: json!({"code": 402, "message": "m"}) };
    for (fault, kind, said, requests) in [
        (Fault::no_credit(), Account, "", 1),
        (Fault::moderated("one secret"), Moderated, "", 1),
        (Fault::context_too_long(), ContextTooLong, "", 1),
        (Fault::rate_limited(None), Busy, "", 3),
        (Fault::rate_limited(Some(Duration::from_mins(1))), Busy, "", 1),
        (Fault::bad_gateway(), Busy, "", 3),
        (Fault::overloaded(), Busy, "", 3),
        (error_in_200, Account, "", 1),
        (Fault::upstream_error_after(0), Busy, "", 3),
        (Fault::upstream_error_after(2), CutOff, "one two ", 1),
        (Fault::CutAfter { chunks: 0 }, Busy, "", 3),
        (Fault::CutAfter { chunks: 3 }, CutOff, "one two three ", 1),
        (Fault::EndAfter { chunks: 1 }, CutOff, "one ", 1),
        (Fault::EndAfter { chunks: 9 }, CutOff, "one two three four", 1),
        (Fault::GarbageAfter { chunks: 0 }, Busy, "", 3),
        (Fault::GarbageAfter { chunks: 1 }, CutOff, "one ", 1),
        (Fault::Empty, Empty, "", 2),
        (Fault::OnlyReasoning, OnlyReasoning, "", 1),
    ] {
        let before = model.request_count();
        model.fails_always(fault.clone());
        let (came, end) = outcome(&client, &clock, &["?"]).await;
        let error = end.unwrap_err();
        assert_eq!((error.kind, came.as_str()), (kind, said), "{fault:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
        assert_eq!(model.request_count() - before, requests, "{fault:?}");
    }
    model.recovers();
    assert_eq!(outcome(&client, &clock, &["?"]).await.0, "one two three four");
}

#[tokio::test]
async fn a_fault_that_passes_is_not_noticed() {
    let (model, client, clock) = hurried().await;
    model.answers("there");
    model.fails_next(2, &Fault::overloaded());
    assert_eq!(outcome(&client, &clock, &["?"]).await.0, "there");
    model.idle().await;
    assert_eq!((model.request_count(), model.book().len()), (3, 1));
}

#[tokio::test]
async fn a_gate_holds_the_stream_until_it_is_released() {
    let (model, client, _) = hurried().await;
    model.answers("one two three");
    let mut gate = model.hold_after(2);
    let mut stream = client.ask(question(&["?"])).await.unwrap();
    gate.reached().await;
    assert_eq!(stream.next().await.unwrap(), Some(Progress::Text("one ".into())));
    assert_eq!(stream.next().await.unwrap(), Some(Progress::Text("two ".into())));
    assert!(stream.next().now_or_never().is_none());
    assert_eq!(model.requests()[0].outcome, Outcome::Streaming);
    gate.release();
    assert_eq!(stream.next().await.unwrap(), Some(Progress::Text("three".into())));
    assert_eq!(stream.next().await.unwrap(), None);
}

#[tokio::test]
async fn hanging_up_is_noticed_billed_so_far_and_can_be_looked_up() {
    let (model, client, _) = hurried().await;
    model.answers("one two three");
    let mut gate = model.hold_after(1);
    let mut stream = client.ask(question(&["?"])).await.unwrap();
    assert!(stream.next().await.unwrap().is_some());
    gate.reached().await;
    let generation = stream.generation_id().unwrap().to_owned();
    drop(stream);
    model.idle().await;
    assert_eq!(model.requests()[0].outcome, Outcome::HungUp { chunks: 1 });
    let booking = model.book().remove(0);
    assert!(booking.cancelled && booking.completion_tokens == 1, "{booking:?}");
    let Lookup::Known(record) = client.look_up(&generation).await else { panic!("no record") };
    assert_eq!((record.cost_micro_usd, record.completion_tokens), (booking.cost_micro_usd(), Some(1)));
    assert_eq!(record.model, Some(booking.model));
}

#[tokio::test]
async fn an_answer_can_be_held_before_and_behind_its_headers_and_costs_nothing_until_it_has_words() {
    let (model, client, _) = hurried().await;
    let mut door = model.hold_before_headers();
    let mut asking = pin!(client.ask(question(&["?"])));
    tokio::select! {
        biased;
        _ = &mut asking => panic!("there are no headers yet"),
        () = door.reached() => {}
    }
    door.release();
    let may_begin = Arc::new(std::sync::atomic::AtomicBool::default());
    let (wanted, seen) = (Arc::clone(&may_begin), Arc::new(tokio::sync::Notify::new()));
    let looked = Arc::clone(&seen);
    model.first_delta_when(move |_| {
        looked.notify_one();
        wanted.load(std::sync::atomic::Ordering::Relaxed)
    });
    asking.await.unwrap();
    let mut second = client.ask(question(&["?"])).await.unwrap();
    seen.notified().await;
    assert!(second.next().now_or_never().is_none());
    let generation = second.generation_id().unwrap().to_owned();
    drop(second);
    model.idle().await;
    assert_eq!(model.book().iter().filter(|booking| booking.generation_id == generation).count(), 0);
    let Lookup::Known(record) = client.look_up(&generation).await else { panic!("no record") };
    assert_eq!((record.cost_micro_usd, record.completion_tokens), (0, Some(0)));
    may_begin.store(true, std::sync::atomic::Ordering::Relaxed);
    let mut third = client.ask(question(&["?"])).await.unwrap();
    assert!(third.next().await.unwrap().is_some());
}

#[tokio::test]
async fn a_record_may_be_late_or_refused_or_kept_nowhere() {
    let (model, client, clock) = hurried().await;
    outcome(&client, &clock, &["?"]).await.1.unwrap();
    let generation = model.book().remove(0).generation_id;
    assert!(matches!(client.look_up("gen-of-nobody").await, Lookup::NotKnown));
    model.keeps_records(Records::Late);
    assert!(matches!(client.look_up(&generation).await, Lookup::NotKnown));
    model.keeps_records(Records::Nowhere);
    assert!(matches!(client.look_up(&generation).await, Lookup::NoRecords));
    model.keeps_records(Records::AtOnce);
    model.refuses_next_lookups(1, 429);
    assert!(matches!(client.look_up(&generation).await, Lookup::Refused(_)));
    assert!(matches!(client.look_up(&generation).await, Lookup::Known(_)));
    assert!(model.looked_up(5).now_or_never().is_some(), "each was counted");
    assert!(model.unexpected().is_empty(), "{:?}", model.unexpected());
}

#[tokio::test]
async fn silence_stalls_whoever_waits_for_progress() {
    let model = FakeModel::start(Clock::movable()).await.unwrap();
    model.in_a_hurry();
    model.answers("one two");
    for (fault, came) in [(Fault::SilenceAfter { chunks: 1 }, true), (Fault::SilenceAfter { chunks: 0 }, false)] {
        let (client, clock) = client_of(&model, "sk-good");
        model.fails_next(1, &fault);
        let mut stream = client.ask(question(&["?"])).await.unwrap();
        if came {
            assert!(stream.next().await.unwrap().is_some());
        }
        clock.advance(Duration::from_hours(1_000_001));
        assert_eq!(stream.next().await.unwrap_err().kind, ModelErrorKind::Stalled);
        model.idle().await;
    }
    model.fails_next(1, &Fault::NoResponse);
    let (client, clock) = client_of(&model, "sk-good");
    let stalling = async {
        model.asked(3).await;
        clock.advance(Duration::from_hours(1_000_001));
    };
    let (answer, ()) = tokio::join!(client.ask(question(&["?"])), stalling);
    assert_eq!(answer.err().unwrap().kind, ModelErrorKind::Stalled);
    model.idle().await;
    assert_eq!(model.requests()[2].outcome, Outcome::HungUp { chunks: 0 });
}

#[tokio::test]
async fn its_pauses_are_those_of_its_clock() {
    let clock = Clock::movable();
    let model = FakeModel::start(clock.clone()).await.unwrap();
    model.answers("one");
    model.thinks_first(1);
    model.first_delta_after(Duration::from_hours(1));
    model.chunk_every(Duration::from_hours(1));
    let (client, _) = client_of(&model, "sk-good");
    let mut stream = client.ask(question(&["?"])).await.unwrap();
    for expected in [Progress::Reasoning, Progress::Text("one".into())] {
        assert!(stream.next().now_or_never().is_none());
        clock.advance(Duration::from_hours(1));
        assert_eq!(stream.next().await.unwrap(), Some(expected));
    }
}

#[tokio::test]
async fn a_lost_model_is_served_by_its_fallback_and_without_one_by_nobody() {
    let (model, client, clock) = hurried().await;
    model.loses_model("openai/gpt-4o-mini");
    let (_, finish) = outcome(&client, &clock, &["?"]).await;
    assert_eq!(finish.unwrap().model.as_deref(), Some("mistralai/mistral-small-3.2-24b-instruct"));
    model.loses_model("mistralai/mistral-small-3.2-24b-instruct");
    assert_eq!(outcome(&client, &clock, &["?"]).await.1.unwrap_err().kind, ModelErrorKind::NoSuchModel);
}

#[tokio::test]
async fn a_context_beyond_its_limit_is_too_long() {
    let (model, client, clock) = hurried().await;
    model.context_limit(Some(2));
    let (_, end) = outcome(&client, &clock, &["1", "2", "3"]).await;
    assert_eq!(end.unwrap_err().kind, ModelErrorKind::ContextTooLong);
    assert!(outcome(&client, &clock, &["2", "3"]).await.1.is_ok());
}

#[tokio::test]
async fn an_answer_ends_where_max_tokens_ends_it() {
    let (model, client, _) = hurried().await;
    model.answers("ж".repeat(100));
    model.chunk_size(Some(3));
    let request = ChatRequest { max_tokens: Some(4), ..question(&["?"]) };
    let mut stream = client.ask(request).await.unwrap();
    let mut pieces = Vec::new();
    while let Some(progress) = stream.next().await.unwrap() {
        pieces.push(progress);
    }
    assert_eq!(pieces, ["жжж", "жжж", "жж"].map(|piece| Progress::Text(piece.into())));
    assert_eq!(stream.finish().reason.as_deref(), Some("length"));
}

#[tokio::test]
async fn a_bad_key_is_refused_and_a_good_one_described() {
    let (model, client, _) = hurried().await;
    assert_eq!(client.check_key().await.unwrap().unwrap().limit_micro_usd, Some(100_000_000));
    let (bad, _) = client_of(&model, "sk-bad");
    assert_eq!(bad.check_key().await.unwrap_err().kind, ModelErrorKind::Account);
    assert_eq!(bad.ask(question(&["?"])).await.err().unwrap().kind, ModelErrorKind::Account);
}

#[tokio::test]
async fn what_the_original_would_not_take_is_refused_and_remembered() {
    let (model, _, _) = hurried().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = |path: &str, body: Value| {
        http.post(format!("{}{path}", model.base_url())).bearer_auth("sk-good").json(&body).send()
    };
    let messages = json!([{"role": "user", "content": "hi"}]);
    let body = json!({"model": "a/b", "messages": messages, "stream": true, "max_tokens": 1, "chat_id": 1});
    let response = post("/chat/completions", body).await.unwrap();
    assert_eq!(response.status(), 400);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["message"], "Unrecognized key: \"chat_id\"");
    assert_eq!(post("/completions", json!({})).await.unwrap().status(), 404);
    assert_eq!(model.unexpected(), ["Unrecognized key: \"chat_id\"", "POST /api/v1/completions"]);
    assert_eq!(model.request_count(), 0);
    let listed = http.get(format!("{}/models", model.base_url())).bearer_auth("sk-good").send().await.unwrap();
    assert_eq!(listed.json::<Value>().await.unwrap()["data"][1]["id"], "openai/gpt-4o-mini");
}

#[tokio::test]
async fn it_stops_when_the_last_handle_is_dropped() {
    let (model, client, _) = hurried().await;
    let mut gate = model.hold_after(1);
    let mut stream = client.ask(question(&["?"])).await.unwrap();
    gate.reached().await;
    assert!(stream.next().await.unwrap().is_some());
    let other = model.clone();
    let address = model.base_url().socket_addrs(|| None).unwrap()[0];
    drop(model);
    assert!(tokio::net::TcpStream::connect(address).await.is_ok());
    drop(other);
    assert_eq!(stream.next().await.unwrap_err().kind, ModelErrorKind::CutOff);
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
