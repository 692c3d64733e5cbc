//! A file of ours in the form that the Bot API takes: `multipart/form-data`, everything beside the file as text, nested
//! objects as JSON.

use reqwest::multipart::{Form, Part};
use serde::Serialize;
use serde_json::Value;

use super::TelegramError;

/// A file that goes along with a call.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The parameter that it is.
    pub parameter: &'static str,
    /// Its name, where it is saved.
    pub name: &'static str,
    /// Its MIME type.
    pub mime: &'static str,
    /// What is in it.
    pub content: Vec<u8>,
}

/// The call as a form.
pub(super) fn form(payload: &impl Serialize, file: Attachment) -> Result<Form, TelegramError> {
    let unsendable = |why: String| TelegramError::Refused { code: 400, description: format!("a form of ours: {why}") };
    let part = Part::bytes(file.content)
        .file_name(file.name)
        .mime_str(file.mime)
        .map_err(|error| unsendable(error.to_string()))?;
    let fields = serde_json::to_value(payload).map_err(|error| unsendable(error.to_string()))?;
    let fields = fields.as_object().into_iter().flatten();
    Ok(fields.fold(Form::new().part(file.parameter, part), |form, (name, value)| form.text(name.clone(), text(value))))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
