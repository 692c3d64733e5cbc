//! The key's state and the price of a generation.

use super::*;
use crate::openrouter::{GenerationRecord, KeyInfo, Lookup};

async fn key_answers(status: u16, body: &str) -> Result<Option<KeyInfo>, ModelError> {
    let server = Server::start().await;
    let serving = async {
        let asked = server.asked().await;
        assert!(asked.head.starts_with("GET /api/v1/key HTTP/1.1"), "{}", asked.head);
        asked.answers(status, "", body).await;
    };
    tokio::join!(server.client().check_key(), serving).0
}

#[tokio::test]
async fn a_good_key_tells_its_limit() {
    let body = r#"{"data":{"label":"sk-or-v1-x","limit":100,"limit_remaining":74.5,"usage":25.5,"is_free_tier":false,
        "expires_at":"2027-12-31T23:59:59Z"}}"#;
    let info = key_answers(200, body).await.unwrap().unwrap();
    let expected = KeyInfo {
        limit_micro_usd: Some(100_000_000),
        remaining_micro_usd: Some(74_500_000),
        used_micro_usd: Some(25_500_000),
        is_free_tier: Some(false),
        is_management_key: None,
        expires_at: Some(crate::clock::Timestamp(1_830_297_599_000)),
    };
    assert_eq!(info, expected);
    assert_eq!(key_answers(200, r#"{"data":{"limit":null}}"#).await.unwrap(), Some(KeyInfo::default()));
}

#[tokio::test]
async fn a_refused_key_is_the_owners_business_and_a_server_without_the_address_is_not() {
    assert_eq!(key_answers(401, "{}").await.unwrap_err().kind, ModelErrorKind::Account);
    assert_eq!(key_answers(503, "").await.unwrap_err().kind, ModelErrorKind::Busy);
    assert_eq!(key_answers(404, "not found").await.unwrap(), None);
}

async fn looks_up(status: u16, headers: &str, body: &str) -> Lookup {
    let server = Server::start().await;
    let serving = async {
        let asked = server.asked().await;
        assert!(asked.head.starts_with("GET /api/v1/generation?id=gen-1 HTTP/1.1"), "{}", asked.head);
        asked.answers(status, headers, body).await;
    };
    tokio::join!(server.client().look_up("gen-1"), serving).0
}

#[tokio::test]
async fn a_generation_is_known_with_what_the_provider_counted() {
    let body = r#"{"data":{"id":"gen-1","total_cost":0.0015,"usage":0.1,"model":"a/b","tokens_prompt":10,
        "tokens_completion":20,"native_tokens_prompt":12,"native_tokens_completion":null}}"#;
    let Lookup::Known(record) = looks_up(200, "", body).await else { panic!("not known") };
    let expected = GenerationRecord {
        cost_micro_usd: 1500,
        model: Some("a/b".into()),
        prompt_tokens: Some(12),
        completion_tokens: Some(20),
    };
    assert_eq!(record, expected);
    let bare = looks_up(200, "", r#"{"data":{"usage":"0.00002"}}"#).await;
    assert!(matches!(bare, Lookup::Known(GenerationRecord { cost_micro_usd: 20, .. })), "{bare:?}");
    let without_cost = looks_up(200, "", r#"{"data":{"id":"gen-1","total_cost":null}}"#).await;
    assert!(matches!(without_cost, Lookup::NotKnown), "{without_cost:?}");
}

#[tokio::test]
async fn a_server_that_does_not_know_a_generation_is_told_from_one_that_keeps_no_records() {
    for message in ["Generation gen-1 not found", "Generation not found"] {
        let body = serde_json::json!({"error": {"code": 404, "message": message}}).to_string();
        let lookup = looks_up(404, "", &body).await;
        assert!(matches!(lookup, Lookup::NotKnown), "{message}: {lookup:?}");
    }
    for (status, body) in [
        (404, "404 page not found"),
        (404, r#"{"detail":"Not Found"}"#),
        (404, r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#),
        (404, r#"{"error":"Cannot GET /api/v1/generation"}"#),
        (405, ""),
        (200, r#"{"error":"Unexpected endpoint or method. (GET /v1/generation)"}"#),
        (200, "<html>a page for everything</html>"),
    ] {
        let lookup = looks_up(status, "", body).await;
        assert!(matches!(lookup, Lookup::NoRecords), "{status} {body}: {lookup:?}");
    }
}

#[tokio::test]
async fn a_refusal_says_nothing_about_the_generation() {
    let Lookup::Refused(error) = looks_up(429, "retry-after: 7\r\n", "{}").await else { panic!("not refused") };
    assert_eq!((error.kind, error.retry_after), (ModelErrorKind::Busy, Some(std::time::Duration::from_secs(7))));
    let Lookup::Refused(error) = looks_up(401, "", "{}").await else { panic!("not refused") };
    assert_eq!(error.kind, ModelErrorKind::Account);
    for status in [500, 502, 403, 400] {
        assert!(matches!(looks_up(status, "", "{}").await, Lookup::Failed(_)), "{status}");
    }
}
