//! What is asked beside a conversation and answered in one piece: a recording written down, a picture painted.
//!
//! Neither is a stream, so nobody is spared the bill by going away: whoever calls waits for the end, and learns of a call
//! that failed under which name it may have been charged. For the same reason it is asked again only where nothing was
//! done: the server could not be reached, or said no.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::body::Body;
use super::content::{Base64, DataUrl, Form, Media};
use super::errors::{Failure, ModelError, ModelErrorKind};
use super::retry::{Again, Retries};
use super::wire::{self, WireError, read_usage};
use super::{ERROR_BODY_BYTES, OpenRouter, Usage, read_up_to, text_of};
use crate::faults::{self, Step};
use crate::metrics;

/// What providers take to write down a recording (OpenRouter, "Speech-to-Text": 60 s), and a moment for the way.
const LISTENING: Duration = Duration::from_secs(75);
/// What the slowest models take to paint, and as much again.
const PAINTING: Duration = Duration::from_mins(2);
/// Room for a transcript: an hour of speech has some 60 KB.
const TRANSCRIPT_BYTES: usize = 4 << 20;
/// Room for a picture as base64: the largest that Telegram takes as a photo has 10 MB.
const PICTURE_BYTES: usize = 24 << 20;

/// What a call was, for the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The provider's name for it, by which its cost can be looked up.
    pub generation_id: Option<String>,
    /// What it used; of a failed call nothing is known.
    pub usage: Usage,
}

/// A recording, written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcript {
    /// What is said; may be nothing.
    pub text: String,
    /// What it cost.
    pub receipt: Receipt,
}

/// A picture to be painted.
#[derive(Debug, Clone)]
pub struct Commission<'a> {
    /// Who paints.
    pub model: &'a str,
    /// What, in words.
    pub prompt: &'a str,
    /// Pictures to start from.
    pub references: &'a [Media],
    /// A keyed hash of the person, never their id.
    pub user: &'a str,
}

/// A picture that was painted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Painting {
    /// The picture: a PNG, a JPEG or a WebP.
    pub data: Base64,
    /// What it cost.
    pub receipt: Receipt,
}

/// A call that brought nothing.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{error}")]
pub struct Unanswered {
    /// Why.
    pub error: ModelError,
    /// The provider had begun, under this name: it may be charged.
    pub generation_id: Option<String>,
}

#[derive(Serialize)]
struct Listening<'a> {
    model: &'a str,
    input_audio: Recording<'a>,
    user: &'a str,
}

#[derive(Serialize)]
struct Recording<'a> {
    data: &'a str,
    format: &'a str,
}

#[derive(Serialize)]
struct Describing<'a> {
    model: &'a str,
    prompt: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    input_references: Vec<Reference<'a>>,
    user: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Reference<'a> {
    ImageUrl { image_url: Address<'a> },
}

#[derive(Serialize)]
struct Address<'a> {
    url: DataUrl<'a>,
}

/// What comes back; with status 200 it may be an error all the same.
#[derive(Deserialize, Default)]
struct Told {
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    data: Vec<Painted>,
    #[serde(default)]
    usage: Option<Value>,
}

#[derive(Deserialize)]
struct Painted {
    #[serde(default)]
    b64_json: Option<String>,
}

/// A call: where to, what, and how much of it is waited for.
struct Call {
    step: Step,
    path: &'static [&'static str],
    body: Body,
    patience: Duration,
    room: usize,
}

impl OpenRouter {
    /// Has a recording written down: `POST {base}/audio/transcriptions`. `user`: a keyed hash of the person.
    pub async fn transcribe(&self, model: &str, recording: &Media, user: &str) -> Result<Transcript, Unanswered> {
        let Form::Audio(format) = recording.form else {
            return Err(refused("no recording"));
        };
        let input_audio = Recording { data: recording.data.as_str(), format };
        let body = Body::json(&Listening { model, input_audio, user }, vec![recording.data.bytes()]);
        let body = body.map_err(|error| refused(&error.to_string()))?;
        let path = &["audio", "transcriptions"];
        let call = Call { step: Step::Transcribe, path, body, patience: LISTENING, room: TRANSCRIPT_BYTES };
        let (told, receipt) = self.ask_beside(call).await?;
        match told.text {
            Some(text) => Ok(Transcript { text, receipt }),
            None => Err(nothing_in_it(receipt)),
        }
    }

    /// Has a picture painted: `POST {base}/images`.
    pub async fn paint<'a>(&self, commission: &Commission<'a>) -> Result<Painting, Unanswered> {
        let Commission { model, prompt, references, user } = *commission;
        let picture = |media: &'a Media| match media.form {
            Form::Image(mime) => Some((mime, &media.data)),
            Form::Audio(_) | Form::Pdf(_) => None,
        };
        let pictures: Vec<(&str, &Base64)> = references.iter().filter_map(picture).collect();
        let input_references = pictures.iter().map(|(mime, data)| {
            let url = DataUrl { mime, data: data.as_str() };
            Reference::ImageUrl { image_url: Address { url } }
        });
        let body = Describing { model, prompt, input_references: input_references.collect(), user };
        let body = Body::json(&body, pictures.iter().map(|(_, data)| data.bytes()).collect());
        let body = body.map_err(|error| refused(&error.to_string()))?;
        let call = Call { step: Step::Paint, path: &["images"], body, patience: PAINTING, room: PICTURE_BYTES };
        let (told, receipt) = self.ask_beside(call).await?;
        match told.data.into_iter().find_map(|painted| painted.b64_json).filter(|data| !data.is_empty()) {
            Some(data) => Ok(Painting { data: Base64::encoded(data), receipt }),
            None => Err(nothing_in_it(receipt)),
        }
    }

    /// Asks, again where that costs nothing.
    async fn ask_beside(&self, call: Call) -> Result<(Told, Receipt), Unanswered> {
        let mut retries = Retries::new();
        loop {
            let asked = self.once(&call).await;
            metrics::model_requested(
                asked.as_ref().map_or_else(|(failure, _)| failure.error.kind.name(), |_| "accepted"),
            );
            let (failure, generation_id) = match asked {
                Ok(told) => return Ok(told),
                Err(failed) => failed,
            };
            // Under a name it may be charged.
            let again = if generation_id.is_none() { failure.again } else { Again::Never };
            let Some(pause) = retries.pause(again, failure.error.retry_after) else {
                return Err(Unanswered { error: failure.error, generation_id });
            };
            metrics::model_request_repeated();
            self.clock().sleep(pause).await;
        }
    }

    async fn once(&self, call: &Call) -> Result<(Told, Receipt), (Failure, Option<String>)> {
        let deadline = self.clock().now().plus(call.patience);
        let request = self.inner.http.post(self.inner.address(call.path)).header(CONTENT_TYPE, "application/json");
        let sending = faults::around(call.step, call.body.clone().into_request(request).send());
        let response = tokio::select! {
            biased;
            response = sending => response.map_err(|error| (unsent(error), None))?,
            () = self.clock().sleep_until(deadline) => return Err((Failure::stalled(call.patience), None)),
        };
        let status = response.status();
        let generation_id = text_of(response.headers(), &HeaderName::from_static("x-generation-id"));
        let retry_after =
            text_of(response.headers(), &RETRY_AFTER).and_then(|after| wire::seconds(after.parse().ok()?));
        let room = if status.is_success() { call.room } else { ERROR_BODY_BYTES };
        let body = tokio::select! {
            biased;
            body = read_up_to(response, room) => body,
            () = self.clock().sleep_until(deadline) => return Err((Failure::stalled(call.patience), generation_id)),
        };
        if !status.is_success() {
            return Err((Failure::told(status.as_u16(), &WireError::read_body(&body), retry_after), None));
        }
        let Ok(told) = serde_json::from_slice::<Told>(&body) else {
            return Err((cut_off("the answer cannot be read"), generation_id));
        };
        if let Some(error) = told.error.as_ref().filter(|error| !error.is_null()) {
            return Err((Failure::told(200, &WireError::read(error), retry_after), None));
        }
        let usage = told.usage.as_ref().map(read_usage).unwrap_or_default();
        Ok((told, Receipt { generation_id, usage }))
    }
}

/// A request that got no answer. One that had reached the server may have been done.
fn unsent(error: reqwest::Error) -> Failure {
    let unreached = error.is_connect();
    let failure = Failure::transport(error);
    if unreached { failure } else { Failure { again: Again::Never, ..failure } }
}

/// It had been done when it was lost.
fn cut_off(why: &str) -> Failure {
    Failure::new(ModelErrorKind::Busy, Again::Never, why)
}

fn refused(why: &str) -> Unanswered {
    let error = Failure::new(ModelErrorKind::Refused, Again::Never, format!("no request: {why}")).error;
    Unanswered { error, generation_id: None }
}

fn nothing_in_it(receipt: Receipt) -> Unanswered {
    let error = Failure::new(ModelErrorKind::Empty, Again::Never, "an answer with nothing in it").error;
    Unanswered { error, generation_id: receipt.generation_id }
}
