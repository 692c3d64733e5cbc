//! The key's state and the price of a generation.

use super::*;
use crate::openrouter::KeyInfo;

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
    let body =
        r#"{"data":{"label":"sk-or-v1-x","limit":100,"limit_remaining":74.5,"usage":25.5,"is_free_tier":false}}"#;
    let info = key_answers(200, body).await.unwrap().unwrap();
    let expected = KeyInfo {
        limit_micro_usd: Some(100_000_000),
        remaining_micro_usd: Some(74_500_000),
        used_micro_usd: Some(25_500_000),
        is_free_tier: Some(false),
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

#[tokio::test]
async fn the_price_of_a_generation_is_looked_up_until_it_is_known() {
    let server = Server::patient().await;
    let serving = async {
        server.asked().await.answers(404, "", "{}").await;
        let asked = server.asked().await;
        assert!(asked.head.starts_with("GET /api/v1/generation?id=gen-1 "), "{}", asked.head);
        asked.answers(200, "", r#"{"data":{"total_cost":0.0015}}"#).await;
    };
    let (cost, ()) = server.hurried(async { tokio::join!(server.client().cost_of("gen-1"), serving) }).await;
    assert_eq!(cost, Some(1500));
}

#[tokio::test]
async fn a_price_that_is_never_known_is_given_up() {
    let server = Server::patient().await;
    let serving = async {
        for _ in 0..4 {
            server.asked().await.answers(404, "", "{}").await;
        }
    };
    let (cost, ()) = server.hurried(async { tokio::join!(server.client().cost_of("gen-1"), serving) }).await;
    assert_eq!(cost, None);
    server.is_left_alone().await;
}
