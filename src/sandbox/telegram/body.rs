//! Reads the parameters out of a request: query string, JSON, form, multipart, all at once if need be.
//!
//! Telegram accepts every one of them for every method, and clients use them all (teloxide sends JSON but `setWebhook`
//! as multipart, python-telegram-bot sends forms). A body that cannot be read is refused in Telegram's words.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::params::{Params, Upload};

/// Telegram takes uploads of up to 50 MB; the rest is room for the form around them.
const LARGEST_BODY: usize = 52 * 1024 * 1024;

/// Everything a request says, body over query string.
pub(super) async fn read(request: Request) -> Result<Params, Refusal> {
    let mut params = Params { untyped: true, ..Params::default() };
    if let Some(query) = request.uri().query() {
        read_form(query.as_bytes(), &mut params.fields);
    }
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if kind.starts_with("multipart/form-data") {
        read_multipart(request, &mut params).await?;
        return Ok(params);
    }
    let body = axum::body::to_bytes(request.into_body(), LARGEST_BODY)
        .await
        .map_err(|_| Refusal::plain(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), "Request Entity Too Large"))?;
    if body.is_empty() {
        return Ok(params);
    }
    if kind.starts_with("application/json") {
        // JSON says its own types; what the query string added stays text and is read leniently by the getters.
        params.untyped = false;
        params.fields.extend(read_json(&body)?);
    } else {
        read_form(&body, &mut params.fields);
    }
    Ok(params)
}

/// The parameters in a JSON text, as a webhook's answer carries them too.
pub(super) fn read_json(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Refusal::bad_request("Can't parse JSON object")),
    }
}

fn read_form(body: &[u8], fields: &mut Map<String, Value>) {
    for (name, value) in url::form_urlencoded::parse(body) {
        fields.insert(name.into_owned(), Value::String(value.into_owned()));
    }
}

async fn read_multipart(request: Request, params: &mut Params) -> Result<(), Refusal> {
    let broken = || Refusal::bad_request("Can't parse multipart body");
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    while let Some(part) = parts.next_field().await.map_err(|_| broken())? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(ToOwned::to_owned);
        let content: Bytes = part.bytes().await.map_err(|_| broken())?;
        if let Some(file_name) = file_name {
            params.files.insert(name, Upload { file_name, content });
        } else {
            let text = String::from_utf8(content.to_vec())
                .map_err(|_| Refusal::bad_request("Strings must be encoded in UTF-8"))?;
            params.fields.insert(name, Value::String(text));
        }
    }
    Ok(())
}
