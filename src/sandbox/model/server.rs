//! The fake's addresses: `/chat/completions`, `/audio/transcriptions`, `/images`, `/models`, `/key`, `/generation`, below `/api/v1` as OpenRouter's, and a
//! front page.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::behaviour::{Fault, Records};
use super::catalog;
use super::check::{Checked, Refusal, check};
use super::journal::{AskedRequest, Outcome, abridged};
use super::media::MediaKind;
use super::script::{Performance, Script, never};
use super::{Shared, beside, script};

/// Larger than every context with pictures.
const BODY_BYTES: usize = 64 << 20;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/api/v1/chat/completions", post(chat))
        .route("/api/v1/audio/transcriptions", post(beside::transcriptions))
        .route("/api/v1/images", post(beside::images))
        .route("/api/v1/models", get(models))
        .route("/api/v1/key", get(key))
        .route("/api/v1/generation", get(generation))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn_with_state(Arc::clone(&shared), authorized))
        .route("/", get(async || "A sandbox's OpenRouter\n"))
        .with_state(shared)
}

/// Any key but a missing one and `bad` (with or without a prefix) is good.
async fn authorized(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let bearer =
        request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match bearer {
        None | Some("") => {
            shared.journal().note_unexpected(format!("{} without a key", request.uri().path()));
            error(StatusCode::UNAUTHORIZED, "No auth credentials found", "authentication")
        }
        Some(key) if key.rsplit('-').next() == Some("bad") => {
            error(StatusCode::UNAUTHORIZED, "User not found.", "authentication")
        }
        Some(_) => next.run(request).await,
    }
}

async fn unknown(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    shared.journal().note_unexpected(format!("{} {}", request.method(), request.uri().path()));
    error(StatusCode::NOT_FOUND, "Not Found", "not_found")
}

async fn models(State(shared): State<Arc<Shared>>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let outputs = query.iter().find(|(name, _)| name == "output_modalities").map(|(_, kinds)| kinds.as_str());
    let hold = shared.behaviour().list_holds.pop_front();
    if let Some(mut hold) = hold {
        hold.pass().await;
    }
    let answered = {
        let behaviour = shared.behaviour();
        let is_available = |id: &str| !behaviour.unavailable_models.contains(id);
        match &behaviour.list_fault {
            Some(Fault::Status { status, headers, body }) => fault_response(*status, headers, body),
            _ => json_response(StatusCode::OK, &catalog::list(is_available, behaviour.more_models, outputs)),
        }
    };
    shared.counts.send_modify(|counts| counts.lists += 1);
    answered
}

async fn key(State(shared): State<Arc<Shared>>) -> Response {
    let spent = shared.journal().book().iter().map(|booking| booking.cost_nano_usd).sum();
    let account = shared.behaviour().account.clone();
    match &account.fault {
        Some(Fault::Status { status, headers, body }) => fault_response(*status, headers, body),
        _ => json_response(StatusCode::OK, &json!({ "data": account.told(spent) })),
    }
}

async fn generation(State(shared): State<Arc<Shared>>, Query(query): Query<Vec<(String, String)>>) -> Response {
    let id = query.iter().find(|(name, _)| name == "id").map_or("", |(_, id)| id);
    let (records, refused) = {
        let mut behaviour = shared.behaviour();
        (behaviour.records, behaviour.refused_lookups.pop_front())
    };
    shared.counts.send_modify(|counts| counts.lookups += 1);
    if let Some(status) = refused {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::TOO_MANY_REQUESTS);
        return error(status, "Not now", "unmapped");
    }
    if records == Records::Nowhere {
        return (StatusCode::NOT_FOUND, "404 page not found").into_response();
    }
    let Some(booking) = shared.journal().booking(id).cloned().filter(|_| records == Records::AtOnce) else {
        return error(StatusCode::NOT_FOUND, &format!("Generation {id} not found"), "not_found");
    };
    let data = json!({"id": id, "model": booking.model, "provider_name": "Sandbox", "streamed": true,
        "cancelled": booking.cancelled, "total_cost": booking.cost_usd(), "usage": booking.cost_usd(),
        "tokens_prompt": booking.prompt_tokens, "tokens_completion": booking.completion_tokens,
        "native_tokens_prompt": booking.prompt_tokens, "native_tokens_completion": booking.completion_tokens});
    json_response(StatusCode::OK, &json!({ "data": data }))
}

async fn chat(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let is_json =
        headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json {
        shared.journal().note_unexpected("a body that does not call itself JSON".into());
    }
    let strict = shared.behaviour().strict;
    match check(&body, strict) {
        Ok(checked) => answer(shared, checked).await,
        Err(Refusal { status, message, error_type }) => {
            shared.journal().note_unexpected(message.clone());
            error(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), &message, error_type)
        }
    }
}

/// Who serves a request; otherwise why nobody does.
fn serving(shared: &Shared, checked: &Checked) -> Result<String, String> {
    let behaviour = shared.behaviour();
    let wants_tools =
        checked.body.get("tools").is_some_and(|tools| tools.as_array().is_none_or(|tools| !tools.is_empty()));
    let talks = |model: &&String| {
        !behaviour.unavailable_models.contains(*model)
            && catalog::charge(model).is_none()
            && (!wants_tools || catalog::uses_tools(model))
    };
    let mut lacking = None;
    for model in checked.models.iter().filter(talks) {
        match checked.media.iter().find(|media| !takes(model, media.kind, checked.engine.as_deref())) {
            None => return Ok(model.clone()),
            Some(media) => lacking = lacking.or(Some(media.kind)),
        }
    }
    Err(match lacking {
        Some(MediaKind::Image) => "No endpoints found that support image input".to_owned(),
        Some(MediaKind::Audio) => "No endpoints found that support input audio".to_owned(),
        Some(MediaKind::File) => "No endpoints found that support file input".to_owned(),
        None => format!("No endpoints found for {}.", checked.models.first().map_or("", String::as_str)),
    })
}

/// A PDF is parsed for a model that does not read it, unless that is forbidden.
fn takes(model: &str, kind: MediaKind, engine: Option<&str>) -> bool {
    (kind == MediaKind::File && engine != Some("native")) || catalog::takes(model, kind.modality())
}

async fn answer(shared: Arc<Shared>, checked: Checked) -> Response {
    let (serving, streams) = (serving(&shared, &checked), checked.streams);
    let nobody = serving.as_ref().err().cloned();
    let asked = shared.arrived(checked, serving.ok());
    let (fault, holds) = shared.next_fault_and_holds(&asked, nobody.as_deref());
    match &fault {
        Some(Fault::Status { status, headers, body }) => {
            shared.closed_at_once(asked.number);
            return fault_response(*status, headers, body);
        }
        Some(Fault::ErrorIn200 { error }) => {
            shared.closed_at_once(asked.number);
            return json_response(StatusCode::OK, &json!({ "error": error }));
        }
        Some(Fault::NoResponse) => {
            let stopping = shared.stopping.clone();
            tokio::select! {
                never = never(asked, shared) => match never {},
                () = stopping.cancelled() => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        }
        _ => {}
    }
    let answerer = Arc::clone(&shared.behaviour().answerer);
    let text = answerer(&asked);
    if !streams || !shared.behaviour().streams {
        return whole(&shared, &asked, &text).await;
    }
    let acts = Script::write(&asked, &shared.behaviour(), &text, fault.as_ref(), holds.after);
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/event-stream".to_owned()),
        (header::CACHE_CONTROL.as_str(), "no-cache".to_owned()),
        ("x-generation-id", asked.generation_id.clone()),
    ];
    let stopping = shared.stopping.clone();
    let performance = Performance::of(acts, asked, shared);
    if let Some(mut door) = holds.before_headers {
        door.pass().await;
    }
    let body = futures_util::StreamExt::take_until(performance.stream(), stopping.cancelled_owned());
    (headers, Body::from_stream(body)).into_response()
}

/// The answer in one piece, as long after the request as its last piece would have come.
async fn whole(shared: &Shared, asked: &AskedRequest, text: &str) -> Response {
    let (answer, booking, pause) = script::whole(asked, &shared.behaviour(), text);
    if !pause.is_zero() {
        shared.clock.sleep(pause).await;
    }
    shared.closed(asked.number, Outcome::Finished { chunks: 1 }, Some(booking));
    json_response(StatusCode::OK, &answer)
}

pub(super) fn fault_response(status: u16, headers: &[(String, String)], body: &str) -> Response {
    let kind = if body.starts_with('{') { "application/json" } else { "text/html; charset=UTF-8" };
    let mut response = Response::builder().status(status).header(header::CONTENT_TYPE, kind);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    // Only a status or header that cannot be written fails here: the caller's slip, shown to the caller.
    response.body(Body::from(body.to_owned())).unwrap_or_else(|slip| slip.to_string().into_response())
}

pub(super) fn error(status: StatusCode, message: &str, error_type: &str) -> Response {
    let error = json!({"code": status.as_u16(), "message": message, "metadata": {"error_type": error_type}});
    json_response(status, &json!({ "error": error }))
}

pub(super) fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// Builds the record of a request that has just arrived.
pub(super) fn recorded(number: usize, shared: &Shared, mut checked: Checked, model: Option<String>) -> AskedRequest {
    let model = model.or_else(|| checked.models.first().cloned()).unwrap_or_default();
    let engine = engine(&checked, &model);
    let native = engine.as_deref() == Some("native");
    for file in checked.media.iter_mut().filter(|media| media.kind == MediaKind::File) {
        file.parsed &= !native;
    }
    abridged(&mut checked.body);
    let text = |field: &str| checked.body.get(field).and_then(Value::as_str).map(str::to_owned);
    AskedRequest {
        number,
        at: shared.clock.now(),
        model,
        media: checked.media,
        engine,
        max_tokens: checked.max_tokens,
        session_id: text("session_id"),
        user: text("user"),
        generation_id: format!("gen-sandbox-{number}"),
        outcome: Outcome::Streaming,
        messages: checked.messages,
        body: checked.body,
    }
}

/// Who parses the PDFs of a request, when there are any: without a word, the model itself when it can, and otherwise the
/// one that costs.
fn engine(checked: &Checked, model: &str) -> Option<String> {
    checked.media.iter().find(|media| media.kind == MediaKind::File)?;
    let default = if catalog::takes(model, MediaKind::File.modality()) { "native" } else { "mistral-ocr" };
    Some(checked.engine.clone().unwrap_or_else(|| default.to_owned()))
}
