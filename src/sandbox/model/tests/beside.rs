//! Transcriptions and pictures, asked by hand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::media::{PICTURE, image, ogg, posted};
use super::*;

fn recording(millis: u64, format: &str) -> Value {
    json!({"model": "openai/whisper-1", "input_audio": {"data": STANDARD.encode(ogg(millis)), "format": format}})
}

async fn writes_down(model: &FakeModel, body: &Value) -> (u16, Value) {
    let (status, body) = posted(model, "/audio/transcriptions", body).await;
    (status, serde_json::from_str(&body).unwrap())
}

async fn paints(model: &FakeModel, body: &Value) -> (u16, Value) {
    let (status, body) = posted(model, "/images", body).await;
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn a_recording_is_written_down_and_paid_by_the_second() {
    let (model, client, _) = hurried().await;
    let (status, told) = writes_down(&model, &recording(9200, "ogg")).await;
    assert_eq!((status, &told["text"]), (200, &json!("This is what I hear in a recording of 10 s.")));
    assert_eq!((&told["usage"]["seconds"], &told["usage"]["cost"]), (&json!(9.2), &json!(0.000_92)));
    model.hears(Some("what is tea?"));
    assert_eq!(writes_down(&model, &recording(9200, "ogg")).await.1["text"], "what is tea?");
    let book = model.book();
    assert_eq!((book.len(), book[0].cost_micro_usd()), (2, 920));
    let Lookup::Known(record) = client.look_up(&book[0].generation_id).await else { panic!("no record") };
    assert_eq!(record.cost_micro_usd, 920);
    assert_eq!(model.asked_beside()[0].media[0].millis, 9200);
    assert_eq!((model.request_count(), model.unexpected()), (0, Vec::new()));
}

#[tokio::test]
async fn what_is_no_recording_is_refused() {
    let (model, _, _) = hurried().await;
    assert_eq!(writes_down(&model, &recording(9200, "oga")).await.0, 400);
    assert_eq!(writes_down(&model, &recording(9200, "wav")).await.0, 400);
    let short = writes_down(&model, &recording(0, "ogg")).await.1;
    assert_eq!(short["error"]["message"], "Audio file is too short. Minimum audio length is 0.1 seconds.");
    let mut other = recording(9200, "ogg");
    other["model"] = json!("openai/gpt-4o-mini");
    assert_eq!(writes_down(&model, &other).await.0, 404);
    other["file"] = json!("x");
    assert_eq!(writes_down(&model, &other).await.1["error"]["message"], "Unrecognized key: \"file\"");
    assert_eq!((model.book().len(), model.unexpected().len()), (0, 4));
}

#[tokio::test]
async fn a_picture_is_painted_or_made_of_another() {
    let (model, _, _) = hurried().await;
    let prompt = |model: &str| json!({"model": model, "prompt": "a teapot"});
    let (status, painted) = paints(&model, &prompt("recraft/recraft-v3")).await;
    assert_eq!((status, &painted["usage"]["cost"]), (200, &json!(0.03)));
    assert_eq!(painted["data"][0]["media_type"], "image/png");
    let size = |painted: &Value| {
        let file = STANDARD.decode(painted["data"][0]["b64_json"].as_str().unwrap()).unwrap();
        let size = imagesize::blob_size(&file).unwrap();
        // Readable to its end, not only in its head.
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        (size.width, size.height)
    };
    assert_eq!(size(&painted), (256, 256));
    let mut edit = prompt("bytedance-seed/seedream-4.5");
    edit["input_references"] = json!([image(PICTURE)]);
    assert_eq!(size(&paints(&model, &edit).await.1), (160, 120));
    edit["model"] = json!("recraft/recraft-v3");
    let (status, refused) = paints(&model, &edit).await;
    let why = "No endpoints found that support image input";
    assert_eq!((status, &refused["error"]["message"]), (404, &json!(why)));
    assert_eq!(paints(&model, &json!({"model": "recraft/recraft-v3", "prompt": ""})).await.0, 400);
    let costs: Vec<i64> = model.book().iter().map(Booking::cost_micro_usd).collect();
    assert_eq!(costs, [30_000, 40_000]);
}

#[tokio::test]
async fn a_call_beside_the_conversation_can_fail_and_be_held() {
    let (model, _, _) = hurried().await;
    model.fails_next_at(Trade::Transcribing, 1, &Fault::overloaded());
    assert_eq!(writes_down(&model, &recording(9200, "ogg")).await.0, 529);
    model.fails_always_at(Trade::Painting, Fault::no_credit());
    let body = json!({"model": "recraft/recraft-v3", "prompt": "a teapot"});
    assert_eq!(paints(&model, &body).await.0, 402);
    model.recovers();
    assert_eq!(model.book().len(), 0);
    let mut gate = model.hold_at(Trade::Painting);
    let mut painting = pin!(posted(&model, "/images", &body));
    tokio::select! {
        biased;
        _ = &mut painting => panic!("it is held"),
        () = gate.reached() => {}
    }
    model.was_asked_beside(3).await;
    assert_eq!(model.book().len(), 1, "it is paid for");
    gate.release();
    assert_eq!(painting.await.0, 200);
    model.idle().await;
}
