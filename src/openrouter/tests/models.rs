//! The list of models, and servers that keep none.

use super::*;
use crate::openrouter::OfferedModel;

async fn list_answers(status: u16, body: &str) -> Result<Option<Vec<OfferedModel>>, ModelError> {
    let server = Server::start().await;
    let serving = async {
        let asked = server.asked().await;
        assert!(asked.head.starts_with("GET /api/v1/models?output_modalities="), "{}", asked.head);
        asked.answers(status, "", body).await;
    };
    tokio::join!(server.client().models(), serving).0
}

#[tokio::test]
async fn a_list_is_told_from_none_and_from_a_server_in_trouble() {
    let models = list_answers(200, r#"{"data":[{"id":"a/b"}]}"#).await.unwrap().unwrap();
    assert_eq!(models[0].id, "a/b");
    assert_eq!(list_answers(404, "not found").await.unwrap(), None);
    assert_eq!(list_answers(200, "<html>a page for everything</html>").await.unwrap(), None);
    assert_eq!(list_answers(401, "{}").await.unwrap_err().kind, ModelErrorKind::Account);
    assert_eq!(list_answers(503, "").await.unwrap_err().kind, ModelErrorKind::Busy);
}
