//! A file of ours in the form that the Bot API takes: `multipart/form-data`, everything beside the file as text, nested
//! objects as JSON.

use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::TelegramError;
use super::methods::SendDocument;

/// The document as a form.
pub(super) fn form(document: &SendDocument<'_>) -> Result<Form, TelegramError> {
    let unsendable = |why: String| TelegramError::Refused { code: 400, description: format!("a form of ours: {why}") };
    let file = Part::bytes(document.content.as_bytes().to_vec())
        .file_name(document.file_name.to_owned())
        .mime_str("text/markdown; charset=utf-8")
        .map_err(|error| unsendable(error.to_string()))?;
    let fields = serde_json::to_value(document).map_err(|error| unsendable(error.to_string()))?;
    let fields = fields.as_object().into_iter().flatten();
    Ok(fields.fold(Form::new().part("document", file), |form, (name, value)| form.text(name.clone(), text(value))))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
