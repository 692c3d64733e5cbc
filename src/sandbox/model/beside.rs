//! `/audio/transcriptions` and `/images`: what is asked beside the conversation, and answered in one piece.
//!
//! Unlike a stream such a call is done once it was taken, and paid for, whether or not somebody waits for its end.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::behaviour::{Fault, Hold};
use super::catalog::{self, Charge};
use super::check::{Refusal, refuse};
use super::journal::{AskedBeside, Booking, tokens};
use super::media::{AskedMedia, MediaKind};
use super::server::{error, fault_response, json_response};
use super::{FakeModel, Gate, Shared, parts, picture};

/// What is asked beside the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trade {
    /// `/audio/transcriptions`.
    Transcribing,
    /// `/images`.
    Painting,
}

/// The fields of `STTRequest` in OpenRouter's API description.
const HEARING: [&str; 12] = [
    "diarize",
    "input_audio",
    "keyterms",
    "language",
    "model",
    "provider",
    "response_format",
    "session_id",
    "temperature",
    "timestamp_granularities",
    "trace",
    "user",
];
/// The fields of `ImageGenerationRequest`.
const PAINTING: [&str; 17] = [
    "aspect_ratio",
    "background",
    "input_references",
    "model",
    "n",
    "output_compression",
    "output_format",
    "prompt",
    "provider",
    "quality",
    "resolution",
    "seed",
    "session_id",
    "size",
    "stream",
    "trace",
    "user",
];
/// Formats of recordings.
const AUDIO: [&str; 8] = ["wav", "mp3", "flac", "m4a", "ogg", "webm", "aac", "pcm"];
/// What providers take.
const LARGEST_RECORDING: usize = 25 << 20;
/// The same, at the other end.
const SHORTEST_MILLIS: u64 = 100;
/// References to one picture.
const MOST_REFERENCES: usize = 16;
/// What a picture is said to have taken.
const TOKENS_OF_A_PICTURE: u64 = 4175;

pub(super) async fn transcriptions(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let asked = match heard(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refused(&shared, &refusal),
    };
    let said = shared.behaviour().hears.clone();
    let millis = asked.media[0].millis.max(asked.media[0].size as u64 / 4).max(1000);
    let text = said.unwrap_or_else(|| format!("This is what I hear in {}.", super::media::listed(&[&asked.media[0]])));
    let Some(Charge::PerSecond(nano)) = catalog::charge(&asked.model) else { return nobody(&asked.model) };
    let cost = nano * millis / 1000;
    done(&shared, Trade::Transcribing, asked, (tokens(&text), cost), |usd| {
        #[expect(clippy::cast_precision_loss, reason = "a recording of a thousand years is not sent")]
        let seconds = millis as f64 / 1000.0;
        json!({"text": text, "usage": {"seconds": seconds, "cost": usd}})
    })
    .await
}

pub(super) async fn images(State(shared): State<Arc<Shared>>, body: Bytes) -> Response {
    let (asked, count) = match described(&body) {
        Ok(read) => read,
        Err(refusal) => return refused(&shared, &refusal),
    };
    let Some(Charge::PerPicture(nano)) = catalog::charge(&asked.model) else { return nobody(&asked.model) };
    if !asked.media.is_empty() && !catalog::takes(&asked.model, "image") {
        return error(StatusCode::NOT_FOUND, "No endpoints found that support image input", "not_found");
    }
    let painted: Vec<Value> = (0..count)
        .map(|n| json!({"b64_json": STANDARD.encode(picture::painted(&asked, n)), "media_type": "image/png"}))
        .collect();
    let created = shared.clock.now().as_secs();
    let written = TOKENS_OF_A_PICTURE * count;
    done(&shared, Trade::Painting, asked, (written, nano * count), |usd| {
        let usage = json!({"prompt_tokens": 0, "completion_tokens": written, "total_tokens": written, "cost": usd});
        json!({"created": created, "data": painted, "usage": usage})
    })
    .await
}

/// Records it, books what it costs, and answers, unless something is wrong.
async fn done(
    shared: &Arc<Shared>,
    trade: Trade,
    mut asked: AskedBeside,
    (written, cost_nano_usd): (u64, u64),
    answer: impl FnOnce(f64) -> Value,
) -> Response {
    asked.trade = trade;
    let (fault, hold) = shared.beside(&mut asked);
    let _open = Open::new(shared);
    match &fault {
        Some(Fault::Status { status, headers, body }) => return fault_response(*status, headers, body),
        Some(Fault::ErrorIn200 { error }) => return json_response(StatusCode::OK, &json!({ "error": error })),
        Some(Fault::NoResponse) => {
            shared.stopping.cancelled().await;
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        _ => {}
    }
    let booking = Booking {
        generation_id: asked.generation_id.clone(),
        model: asked.model.clone(),
        completion_tokens: written.max(1),
        cost_nano_usd,
        ..Booking::default()
    };
    let body = answer(booking.cost_usd());
    shared.journal().book_in(booking);
    if let Some(mut hold) = hold {
        hold.pass().await;
    }
    if matches!(fault, Some(Fault::CutAfter { .. })) {
        let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        return Body::from_stream(futures_util::stream::iter([Err::<Bytes, _>(cut)])).into_response();
    }
    let mut response = json_response(StatusCode::OK, &body);
    if let Ok(id) = asked.generation_id.parse() {
        response.headers_mut().insert("x-generation-id", id);
    }
    response
}

/// A call that is being answered, for whoever waits until nothing is; also when its client goes away.
struct Open<'a>(&'a Shared);

impl<'a> Open<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.counts.send_modify(|counts| counts.open += 1);
        Self(shared)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.counts.send_modify(|counts| counts.open -= 1);
    }
}

fn refused(shared: &Shared, refusal: &Refusal) -> Response {
    shared.journal().note_unexpected(refusal.message.clone());
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    error(status, &refusal.message, refusal.error_type)
}

fn nobody(model: &str) -> Response {
    error(StatusCode::NOT_FOUND, &format!("No endpoints found for {model}."), "not_found")
}

/// A request to write down what is said.
fn heard(body: &[u8]) -> Result<AskedBeside, Refusal> {
    let body = object(body, &HEARING)?;
    let text = |field: &str| body["input_audio"][field].as_str();
    let (data, format) = (text("data"), text("format"));
    let (Some(data), Some(format)) = (data, format) else {
        return Err(refuse("input_audio: Invalid input: expected data and format"));
    };
    let media = parts::recording(data, format, &AUDIO)?;
    if media.size > LARGEST_RECORDING {
        return Err(Refusal {
            status: 413,
            message: "Request payload too large".into(),
            error_type: "payload_too_large",
        });
    }
    if format == "ogg" && media.millis < SHORTEST_MILLIS {
        return Err(refuse("Audio file is too short. Minimum audio length is 0.1 seconds."));
    }
    asked(&body, String::new(), vec![media])
}

/// A request for pictures, and how many.
fn described(body: &[u8]) -> Result<(AskedBeside, u64), Refusal> {
    let body = object(body, &PAINTING)?;
    let prompt = body.get("prompt").and_then(Value::as_str).filter(|prompt| !prompt.is_empty());
    let prompt = prompt.ok_or_else(|| refuse("prompt: Invalid input: expected non-empty string"))?.to_owned();
    let count = body.get("n").map_or(Some(1), Value::as_u64).filter(|n| (1..=10).contains(n));
    let count = count.ok_or_else(|| refuse("n: Invalid input: expected number between 1 and 10"))?;
    if body.get("stream") == Some(&Value::Bool(true)) {
        return Err(refuse("stream: the sandbox paints in one go"));
    }
    let mut media: Vec<AskedMedia> = Vec::new();
    for reference in body.get("input_references").and_then(Value::as_array).into_iter().flatten() {
        let url = reference["image_url"]["url"].as_str().filter(|_| reference["type"] == "image_url");
        media.push(parts::picture(url.ok_or_else(|| refuse("input_references: Invalid input"))?)?);
    }
    if media.len() > MOST_REFERENCES || media.iter().any(|seen| seen.kind != MediaKind::Image) {
        return Err(refuse("input_references: Invalid input: expected at most 16 images"));
    }
    Ok((asked(&body, prompt, media)?, count))
}

fn object(body: &[u8], fields: &[&str]) -> Result<Map<String, Value>, Refusal> {
    let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
        return Err(refuse("Invalid JSON in request body"));
    };
    match body.keys().find(|field| !fields.contains(&field.as_str())) {
        Some(unknown) => Err(refuse(format!("Unrecognized key: \"{unknown}\""))),
        None => Ok(body),
    }
}

fn asked(body: &Map<String, Value>, prompt: String, media: Vec<AskedMedia>) -> Result<AskedBeside, Refusal> {
    let text = |field: &str| body.get(field).and_then(Value::as_str).map(str::to_owned);
    let model = text("model").filter(|model| model.contains('/')).ok_or_else(|| refuse("model: Invalid input"))?;
    let (language, user) = (text("language"), text("user"));
    let trade = Trade::Transcribing;
    Ok(AskedBeside { trade, generation_id: String::new(), model, prompt, media, language, user })
}

impl Shared {
    /// Records a call; what befalls it.
    fn beside(&self, asked: &mut AskedBeside) -> (Option<Fault>, Option<Hold>) {
        {
            let mut journal = self.journal();
            asked.generation_id = format!("gen-beside-{}", journal.beside().len() + 1);
            journal.record_beside(asked.clone());
        }
        self.counts.send_modify(|counts| counts.beside += 1);
        let mut behaviour = self.behaviour();
        let beside = behaviour.beside.entry(asked.trade).or_default();
        (beside.faults.pop_front().or_else(|| beside.lasting.clone()), beside.holds.pop_front())
    }
}

impl FakeModel {
    /// Every recording is heard as this text; `None`: as a sentence about it.
    pub fn hears(&self, text: Option<&str>) {
        self.shared.behaviour().hears = text.map(ToOwned::to_owned);
    }

    /// The next `times` calls beside the conversation meet this fault: a status, an error in 200, no response; or, as
    /// `CutAfter`, an answer that is paid for and does not arrive.
    pub fn fails_next_at(&self, trade: Trade, times: usize, fault: &Fault) {
        let mut behaviour = self.shared.behaviour();
        behaviour.beside.entry(trade).or_default().faults.extend(std::iter::repeat_n(fault.clone(), times));
    }

    /// Every such call meets this fault until [`recovers`](Self::recovers).
    pub fn fails_always_at(&self, trade: Trade, fault: Fault) {
        self.shared.behaviour().beside.entry(trade).or_default().lasting = Some(fault);
    }

    /// The next such call (that is not yet held) is done and paid for, and its answer waits at this gate.
    pub fn hold_at(&self, trade: Trade) -> Gate {
        let (hold, gate) = Hold::new(0);
        self.shared.behaviour().beside.entry(trade).or_default().holds.push_back(hold);
        gate
    }

    /// The well-formed calls beside the conversation, oldest first.
    #[must_use]
    pub fn asked_beside(&self) -> Vec<AskedBeside> {
        self.shared.journal().beside().to_vec()
    }

    /// Returns when `count` such calls have arrived since the start.
    pub async fn was_asked_beside(&self, count: usize) {
        self.until(|counts| counts.beside >= count).await;
    }
}
