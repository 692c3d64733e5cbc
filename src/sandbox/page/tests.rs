//! The page over HTTP, without a browser.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use serde_json::json;
use std::sync::Mutex;
use tower::ServiceExt;

use super::*;
use crate::sandbox::telegram::view::{Item, Share};

const HOME: &str = "127.0.0.1:8081";

/// A page in front of a world with one person, and what that person did.
fn page() -> (Router, broadcast::Sender<Event>, Arc<Mutex<Vec<Act>>>, CancellationToken) {
    let (events, acts, stop) = (broadcast::Sender::new(2), Arc::new(Mutex::new(Vec::new())), CancellationToken::new());
    let (heard, done) = (events.clone(), Arc::clone(&acts));
    let seam = Seam {
        world: Arc::new(|| WorldView { people: Vec::new(), chats: Vec::new() }),
        act: Arc::new(move |act| {
            if matches!(act, Act::Edit { .. }) {
                return Err("Only your own messages can be edited.".to_owned());
            }
            done.lock().unwrap().push(act);
            Ok(json!({"message_id": 7}))
        }),
        events: Arc::new(move || heard.subscribe()),
        commands: Arc::new(|chat, user| {
            vec![Command { command: format!("c{chat}"), description: format!("for {user}") }]
        }),
        file: Arc::new(|id| {
            let (name, mime) = ("a.html".to_owned(), "text/html".to_owned());
            (id == "7").then(|| File { name, mime, bytes: "<script>".into() })
        }),
        stop: stop.clone(),
    };
    (router(seam), events, acts, stop)
}

async fn call(router: &Router, request: Request<Body>) -> Response {
    router.clone().oneshot(request).await.unwrap()
}

async fn get(router: &Router, path: &str) -> Response {
    call(router, Request::get(path).header("host", HOME).body(Body::empty()).unwrap()).await
}

async fn post(router: &Router, kind: &str, body: &str) -> (StatusCode, String) {
    let request = Request::post("/act").header("host", HOME).header("content-type", kind);
    let response = call(router, request.body(Body::from(body.to_owned())).unwrap()).await;
    (response.status(), text(response).await)
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

fn typing() -> Event {
    Event::ChatAction { chat: 1, action: "typing".to_owned() }
}

/// The next frames of a stream that say something, as text.
async fn frames(stream: &mut axum::body::BodyDataStream, count: usize) -> Vec<String> {
    let mut said = Vec::new();
    while said.len() < count {
        said.push(String::from_utf8(stream.next().await.unwrap().unwrap().to_vec()).unwrap());
    }
    said
}

#[tokio::test]
async fn every_file_is_served_with_its_kind_and_the_restrictions_of_the_page() {
    let (router, ..) = page();
    for asset in ASSETS {
        let response = get(&router, asset.path).await;
        assert_eq!(response.status(), StatusCode::OK, "{}", asset.path);
        let header = |name| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), asset.kind);
        assert_eq!(header("cache-control"), "no-store");
        assert!(header("content-security-policy").starts_with("default-src 'self';"));
        assert_eq!(header("x-content-type-options"), "nosniff");
    }
}

#[test]
fn every_file_that_a_file_asks_for_is_served() {
    let served: Vec<&str> = ASSETS.iter().map(|asset| asset.path).collect();
    for asset in ASSETS.iter().filter(|asset| asset.kind == SCRIPT) {
        for import in asset.body.lines().filter_map(|line| line.split_once(" from \"./")) {
            let path = format!("/{}", import.1.trim_end_matches("\";"));
            assert!(served.contains(&path.as_str()), "{} imports {path}", asset.path);
        }
    }
}

#[test]
fn no_file_parses_markup_or_names_another_machine() {
    for asset in ASSETS {
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", " style=\"", "<style"] {
            assert!(!asset.body.contains(word), "{} contains {word}", asset.path);
        }
        let addresses = asset.body.matches("://").count() - asset.body.matches("http://www.w3.org/").count();
        let own = asset.body.matches("`https://${text}`").count();
        assert_eq!(addresses, own, "{} names an address", asset.path);
    }
}

#[tokio::test]
async fn only_this_machines_own_names_are_answered() {
    let (router, ..) = page();
    for host in ["127.0.0.1", "127.0.0.1:80", "localhost:8081", "LOCALHOST", "[::1]:8081"] {
        let request = Request::get("/world").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(call(&router, request).await.status(), StatusCode::OK, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "a@127.0.0.1", "10.0.0.1", ""] {
        let request = Request::get("/world").header("host", host).body(Body::empty()).unwrap();
        assert_eq!(call(&router, request).await.status(), StatusCode::FORBIDDEN, "{host}");
    }
    let nameless = Request::get("/world").body(Body::empty()).unwrap();
    assert_eq!(call(&router, nameless).await.status(), StatusCode::FORBIDDEN);
    let twice = Request::get("/world").header("host", HOME).header("host", "evil.example");
    assert_eq!(call(&router, twice.body(Body::empty()).unwrap()).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_act_is_done_and_its_result_returned() {
    let (router, _, acts, _) = page();
    let send = json!({"act": "send", "chat": 1, "user": 1, "text": "hi", "reply_to": null, "thread": null});
    assert_eq!(
        post(&router, "application/json", &send.to_string()).await,
        (StatusCode::OK, r#"{"message_id":7}"#.to_owned())
    );
    assert!(matches!(&acts.lock().unwrap()[..], [Act::Send { chat: 1, text, .. }] if text == "hi"));
}

#[tokio::test]
async fn an_act_can_carry_the_largest_file_that_a_bot_may_fetch() {
    let (router, _, acts, _) = page();
    let largest = vec![7; 20 << 20];
    let items = vec![Item::Document { name: "large".to_owned(), mime: None, bytes: largest.into() }];
    let share = Act::Share(Share { chat: 1, user: 1, items, ..Share::default() });
    let (status, _) = post(&router, "application/json", &serde_json::to_string(&share).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(post(&router, "application/json", &" ".repeat(LARGEST_ACT + 1)).await.0, StatusCode::BAD_REQUEST);
    let acts = acts.lock().unwrap();
    let [Act::Share(share)] = &acts[..] else { panic!("{} acts", acts.len()) };
    assert!(matches!(&share.items[..], [Item::Document { bytes, .. }] if bytes.len() == 20 << 20));
}

#[tokio::test]
async fn what_cannot_be_done_is_a_sentence() {
    let (router, _, acts, _) = page();
    let edit = json!({"act": "edit", "chat": 1, "user": 1, "message_id": 1, "text": "hi"});
    let refused = (StatusCode::BAD_REQUEST, "Only your own messages can be edited.".to_owned());
    assert_eq!(post(&router, "application/json", &edit.to_string()).await, refused);
    for (kind, body) in [("application/json", "{"), ("application/json", r#"{"act":"fly"}"#)] {
        let (status, sentence) = post(&router, kind, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(sentence.len() > 10, "{sentence}");
    }
    assert!(acts.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_act_that_a_foreign_page_could_send_without_asking_is_refused() {
    let (router, _, acts, _) = page();
    let send = json!({"act": "send", "chat": 1, "user": 1, "text": "hi"}).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(post(&router, kind, &send).await.0, StatusCode::BAD_REQUEST, "{kind}");
    }
    assert!(acts.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_file_is_saved_and_never_opened_as_a_page() {
    let (router, ..) = page();
    let response = get(&router, "/file?id=7").await;
    assert_eq!(response.headers()["content-disposition"], "attachment");
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(text(response).await, "<script>");
    assert_eq!(get(&router, "/file?id=8").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn commands_are_those_of_the_person_and_the_chat() {
    let (router, ..) = page();
    let commands = text(get(&router, "/commands?chat=-5&user=3").await).await;
    assert_eq!(commands, r#"[{"command":"c-5","description":"for 3"}]"#);
}

#[tokio::test]
async fn a_stream_begins_with_the_world_and_goes_on_with_events() {
    let (router, events, ..) = page();
    let mut stream = get(&router, "/events").await.into_body().into_data_stream();
    events.send(typing()).unwrap();
    let said = frames(&mut stream, 2).await;
    assert!(said[0].contains("event: world") && said[0].contains(r#"data: {"people":[],"chats":[]}"#), "{}", said[0]);
    assert!(said[1].contains(r#"data: {"event":"chat_action","chat":1,"action":"typing"}"#), "{}", said[1]);
}

#[tokio::test]
async fn a_reader_that_fell_behind_gets_the_world_again() {
    let (router, events, ..) = page();
    let mut stream = get(&router, "/events").await.into_body().into_data_stream();
    frames(&mut stream, 1).await;
    for _ in 0..9 {
        events.send(typing()).unwrap();
    }
    assert!(frames(&mut stream, 1).await[0].contains("event: world"));
    events.send(typing()).unwrap();
    assert!(frames(&mut stream, 1).await[0].contains("chat_action"));
}

#[tokio::test]
async fn stopping_ends_the_streams() {
    let (router, _events, _, stop) = page();
    let mut stream = get(&router, "/events").await.into_body().into_data_stream();
    frames(&mut stream, 1).await;
    stop.cancel();
    assert!(stream.next().await.is_none());
}
