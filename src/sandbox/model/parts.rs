//! The parts of a message's content, and the annotations beside it: which of them OpenRouter takes.
//!
//! Stricter than the original in one way: addresses are refused, since nothing here goes anywhere, and since an address
//! of Telegram's would hold the bot's token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;

use super::check::{Refusal, refuse};
use super::media::{AskedMedia, MediaKind};

/// Formats of recordings.
const AUDIO: [&str; 9] = ["wav", "mp3", "aiff", "aac", "ogg", "flac", "m4a", "pcm16", "pcm24"];
/// Engines of the PDF parser; the last is the old name of the third.
const ENGINES: [&str; 4] = ["mistral-ocr", "native", "cloudflare-ai", "pdf-text"];

/// A part: its text, or a word for what it is; and the thing.
pub(super) type Part = (String, Option<AskedMedia>);

/// Reads one part of the message with this number.
pub(super) fn read(at: usize, part: &Value) -> Result<Part, Refusal> {
    let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
    let text = |field: &str| part.pointer(field).and_then(Value::as_str);
    let invalid = || refuse(format!("messages.{at}.content: Invalid part of type \"{kind}\""));
    let mut media = match kind {
        "text" => return Ok((text("/text").ok_or_else(invalid)?.to_owned(), None)),
        "image_url" => picture(text("/image_url/url").ok_or_else(invalid)?)?,
        "input_audio" => {
            let (data, format) = (text("/input_audio/data"), text("/input_audio/format"));
            recording(data.ok_or_else(invalid)?, format.ok_or_else(invalid)?, &AUDIO)?
        }
        "file" => {
            let (name, data) = (text("/file/filename"), text("/file/file_data"));
            file(name.ok_or_else(invalid)?, data.ok_or_else(invalid)?)?
        }
        _ => return Err(invalid()),
    };
    media.message = at;
    Ok((format!("[{kind}]"), Some(media)))
}

/// A picture in a data URL.
pub(super) fn picture(url: &str) -> Result<AskedMedia, Refusal> {
    let (mime, bytes) = data_url(url)?;
    if !["image/png", "image/jpeg", "image/webp", "image/gif"].contains(&mime) {
        return Err(refuse(format!("Invalid image URL: unsupported type {mime}")));
    }
    AskedMedia::look(MediaKind::Image, mime, None, bytes).ok_or_else(|| refused_by_provider("this is no such picture"))
}

/// A recording in plain base64.
pub(super) fn recording(data: &str, format: &str, formats: &[&str]) -> Result<AskedMedia, Refusal> {
    if !formats.contains(&format) {
        return Err(refuse(format!("input_audio.format: \"{format}\" is not supported")));
    }
    let bytes = decoded(data)?;
    AskedMedia::look(MediaKind::Audio, format, None, bytes)
        .ok_or_else(|| refused_by_provider("this is no such recording"))
}

/// A PDF in a data URL.
fn file(name: &str, url: &str) -> Result<AskedMedia, Refusal> {
    let (mime, bytes) = data_url(url)?;
    let fits = Some(bytes).filter(|_| mime == "application/pdf" && !name.is_empty());
    let seen = fits.and_then(|bytes| AskedMedia::look(MediaKind::File, mime, Some(name), bytes));
    seen.ok_or_else(|| refuse(format!("Failed to parse {name}")))
}

fn data_url(url: &str) -> Result<(&str, Bytes), Refusal> {
    let said = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let (mime, data) = said.ok_or_else(|| refuse("the sandbox takes data URLs alone, in base64"))?;
    Ok((mime, decoded(data)?))
}

fn decoded(data: &str) -> Result<Bytes, Refusal> {
    STANDARD.decode(data).map(Bytes::from).map_err(|_| refuse("Invalid base64 data"))
}

/// As OpenRouter passes on what a provider says; why is for whoever reads what was unexpected.
fn refused_by_provider(why: &str) -> Refusal {
    refuse(format!("Provider returned error ({why})"))
}

/// The hashes of the files that the annotations of an assistant's message hold.
pub(super) fn annotated(at: usize, message: &Value) -> Result<Vec<String>, Refusal> {
    let invalid = || refuse(format!("messages.{at}.annotations: Invalid input"));
    let annotations = match message.get("annotations") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(annotations) => annotations.as_array().ok_or_else(invalid)?,
    };
    let mut hashes = Vec::new();
    for annotation in annotations {
        match annotation["type"].as_str() {
            Some("url_citation") if annotation["url_citation"]["url"].is_string() => {}
            Some("file") => {
                let content = annotation["file"]["content"].as_array().ok_or_else(invalid)?;
                let known = |part: &Value| part["text"].is_string() || part["image_url"]["url"].is_string();
                if !content.iter().all(known) {
                    return Err(invalid());
                }
                hashes.push(annotation["file"]["hash"].as_str().ok_or_else(invalid)?.to_owned());
            }
            _ => return Err(invalid()),
        }
    }
    Ok(hashes)
}

/// The engine that is to parse PDFs, when one is named.
pub(super) fn engine(plugins: Option<&Value>) -> Result<Option<String>, Refusal> {
    let plugins = match plugins {
        None | Some(Value::Null) => return Ok(None),
        Some(plugins) => plugins.as_array().ok_or_else(|| refuse("plugins: Invalid input: expected array"))?,
    };
    let mut engine = None;
    for (at, plugin) in plugins.iter().enumerate() {
        let id = plugin["id"].as_str().ok_or_else(|| refuse(format!("plugins.{at}.id: Invalid input")))?;
        if id == "file-parser" && plugin["enabled"] != false {
            engine = match &plugin["pdf"]["engine"] {
                Value::Null => None,
                Value::String(name) if ENGINES.contains(&name.as_str()) => Some(name.clone()),
                _ => return Err(refuse(format!("plugins.{at}.pdf.engine: Invalid option"))),
            };
        }
    }
    Ok(engine)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(part: &Value) -> String {
        read(0, part).unwrap_err().message
    }

    #[test]
    fn what_no_model_could_take_is_refused() {
        let image = |url: &str| json!({"type": "image_url", "image_url": {"url": url}});
        assert_eq!(said(&image("https://example.org/a.png")), "the sandbox takes data URLs alone, in base64");
        assert_eq!(said(&image("data:image/png;base64,!")), "Invalid base64 data");
        assert_eq!(said(&image("data:image/bmp;base64,AAAA")), "Invalid image URL: unsupported type image/bmp");
        assert_eq!(said(&image("data:image/png;base64,AAAA")), "Provider returned error (this is no such picture)");
        let audio =
            |data: &str, format: &str| json!({"type": "input_audio", "input_audio": {"data": data, "format": format}});
        assert_eq!(said(&audio("T2dnUw==", "oga")), "input_audio.format: \"oga\" is not supported");
        assert_eq!(said(&audio("data:audio/ogg;base64,T2dnUw==", "ogg")), "Invalid base64 data");
        assert!(read(0, &audio("T2dnUw==", "ogg")).unwrap().1.is_some());
        let file = |data: &str| json!({"type": "file", "file": {"filename": "a.pdf", "file_data": data}});
        assert_eq!(said(&file("data:application/pdf;base64,AAAA")), "Failed to parse a.pdf");
        assert_eq!(said(&file("data:text/plain;base64,JVBERi0=")), "Failed to parse a.pdf");
        assert!(
            read(3, &file("data:application/pdf;base64,JVBERi0=")).unwrap().1.is_some_and(|seen| seen.message == 3)
        );
    }

    #[test]
    fn plugins_and_annotations_have_their_shapes() {
        let engine = |name: &str| engine(Some(&json!([{"id": "file-parser", "pdf": {"engine": name}}])));
        assert_eq!(engine("cloudflare-ai").unwrap().as_deref(), Some("cloudflare-ai"));
        assert_eq!(engine("best").unwrap_err().message, "plugins.0.pdf.engine: Invalid option");
        let annotated = |file: Value| annotated(1, &json!({"annotations": [{"type": "file", "file": file}]}));
        let content = json!([{"type": "text", "text": "x"}]);
        assert_eq!(annotated(json!({"hash": "h", "content": content})).unwrap(), ["h"]);
        assert!(annotated(json!({"content": content})).is_err());
        assert!(annotated(json!({"hash": "h", "content": "x"})).is_err());
    }
}
