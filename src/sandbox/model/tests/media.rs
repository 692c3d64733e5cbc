//! Pictures, recordings and PDFs in a conversation, asked by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

/// A picture of 160 × 120.
pub(super) const PICTURE: &[u8] = include_bytes!("../../telegram/photo.png");
/// As much of a PDF as is looked at.
const PDF: &[u8] = b"%PDF-1.4 /Type /Pages /Type /Page (two teapots) Tj";

/// A page of Ogg that ends after so many milliseconds.
pub(super) fn ogg(millis: u64) -> Vec<u8> {
    [b"OggS\0\x04", &(millis * 48).to_le_bytes()[..], &[0; 13]].concat()
}

/// A part with a picture.
pub(super) fn image(bytes: &[u8]) -> Value {
    let url = format!("data:image/png;base64,{}", STANDARD.encode(bytes));
    json!({"type": "image_url", "image_url": {"url": url}})
}

fn audio(bytes: &[u8]) -> Value {
    json!({"type": "input_audio", "input_audio": {"data": STANDARD.encode(bytes), "format": "ogg"}})
}

fn pdf() -> Value {
    let data = format!("data:application/pdf;base64,{}", STANDARD.encode(PDF));
    json!({"type": "file", "file": {"filename": "tea.pdf", "file_data": data}})
}

fn asking(model: &str, parts: &[Value]) -> Value {
    let content: Vec<Value> = [json!({"type": "text", "text": "well?"})].into_iter().chain(parts.to_vec()).collect();
    json!({"model": model, "stream": true, "max_tokens": 100, "messages": [{"role": "user", "content": content}]})
}

/// Status and body.
pub(super) async fn posted(model: &FakeModel, path: &str, body: &Value) -> (u16, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http.post(format!("{}{path}", model.base_url())).bearer_auth("sk-good").json(body);
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn chats(model: &FakeModel, body: &Value) -> (u16, String) {
    posted(model, "/chat/completions", body).await
}

/// Everything that a stream says.
fn said(stream: &str) -> String {
    let events = stream.lines().filter_map(|line| serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok());
    events.filter_map(|event| Some(event["choices"][0]["delta"]["content"].as_str()?.to_owned())).collect()
}

#[tokio::test]
async fn it_tells_what_it_sees_and_hears() {
    let (model, _, _) = hurried().await;
    let body = asking("google/gemini-2.5-flash", &[image(PICTURE), audio(&ogg(2000)), pdf()]);
    let answer = said(&chats(&model, &body).await.1);
    let seen =
        "I see a picture of 160×120, a recording of 2 s and a file tea.pdf that says \u{201c}two teapots\u{201d}.";
    assert!(answer.contains(seen), "{answer}");
    let asked = model.requests().remove(0);
    assert_eq!((&asked.media[0].bytes[..], asked.media[1].millis), (PICTURE, 2000));
    model.idle().await;
    assert!(model.book()[0].prompt_tokens > 85 + 64, "{:?}", model.book());
    assert!(model.unexpected().is_empty(), "{:?}", model.unexpected());
}

#[tokio::test]
async fn what_a_model_does_not_take_it_is_not_given() {
    let (model, _, _) = hurried().await;
    for (part, words) in [(image(PICTURE), "support image input"), (audio(&ogg(2000)), "support input audio")] {
        let (status, body) = chats(&model, &asking("deepseek/deepseek-chat-v3.1", std::slice::from_ref(&part))).await;
        assert_eq!(status, 404);
        assert!(body.contains(&format!("No endpoints found that {words}")), "{body}");
        let mut body = asking("deepseek/deepseek-chat-v3.1", &[part]);
        body["models"] = json!(["google/gemini-2.5-flash"]);
        assert_eq!(chats(&model, &body).await.0, 200);
        assert_eq!(model.requests().pop().unwrap().model, "google/gemini-2.5-flash");
    }
    let (status, body) = chats(&model, &asking("bytedance-seed/seedream-4.5", &[])).await;
    assert_eq!(status, 404, "{body}");
    model.idle().await;
    assert_eq!(model.book().len(), 2);
}

#[tokio::test]
async fn a_pdf_is_parsed_once_and_paid_once_when_its_annotations_come_back() {
    let (model, _, _) = hurried().await;
    let with_engine = |model: &str, engine: &str| {
        let mut body = asking(model, &[pdf()]);
        body["plugins"] = json!([{"id": "file-parser", "pdf": {"engine": engine}}]);
        body
    };
    let model_id = "deepseek/deepseek-chat-v3.1";
    let (_, stream) = chats(&model, &with_engine(model_id, "mistral-ocr")).await;
    let line = stream.lines().find(|line| line.contains("annotations")).unwrap();
    let event: Value = serde_json::from_str(&line["data: ".len()..]).unwrap();
    let annotations = &event["choices"][0]["delta"]["annotations"];
    assert_eq!((&annotations[0]["type"], &annotations[0]["file"]["name"]), (&json!("file"), &json!("tea.pdf")));
    assert_eq!(annotations[0]["file"]["content"][1]["text"], "two teapots");

    let mut again = with_engine(model_id, "mistral-ocr");
    let messages = again["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": "I see.", "annotations": annotations}));
    messages.push(json!({"role": "user", "content": "and now?"}));
    let (_, stream) = chats(&model, &again).await;
    assert!(!stream.contains("annotations"), "{stream}");
    chats(&model, &with_engine(model_id, "cloudflare-ai")).await;
    chats(&model, &asking(model_id, &[pdf()])).await;
    let (status, body) = chats(&model, &with_engine(model_id, "native")).await;
    assert!(status == 404 && body.contains("support file input"), "{body}");
    chats(&model, &asking("google/gemini-2.5-flash", &[pdf()])).await;
    model.idle().await;
    let dear = |booking: &Booking| booking.cost_nano_usd >= 2_000_000;
    let book: Vec<_> = model.book().iter().map(|booking| (booking.parsed_files, dear(booking))).collect();
    assert_eq!(book, [(1, true), (0, false), (1, false), (1, true), (0, false)]);
}

#[tokio::test]
async fn large_things_are_remembered_by_their_beginning() {
    let (model, _, _) = hurried().await;
    let large = [PICTURE, &vec![0; 1 << 20]].concat();
    for _ in 0..70 {
        chats(&model, &asking("openai/gpt-4o-mini", &[image(&large)])).await;
    }
    let requests = model.requests();
    let kept: usize = requests.iter().map(|asked| asked.media[0].bytes.len()).sum();
    assert!(kept <= 64 << 20 && requests.iter().all(|asked| asked.media[0].size == large.len()), "{kept}");
    let url = requests[69].body["messages"][0]["content"][1]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;base64,") && url.len() < 100, "{url}");
}
