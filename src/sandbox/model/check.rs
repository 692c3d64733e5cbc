//! Is this a request that OpenRouter would take? Refusals are in its words.
//!
//! It is stricter than the original in three ways, because what it sees is meant to be right: a field that the API does
//! not have, a request that does not stream, and a missing `max_tokens` (which the original answers with a credit check
//! against the model's maximum, as this one does) are refused.

use serde_json::{Map, Value};

use super::journal::AskedMessage;
use super::media::{AskedMedia, MediaKind};
use super::parts;

/// The fields of `ChatRequest` in OpenRouter's API description.
const FIELDS: [&str; 43] = [
    "cache_control",
    "debug",
    "deferred_tools",
    "frequency_penalty",
    "image_config",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "min_p",
    "modalities",
    "model",
    "models",
    "parallel_tool_calls",
    "plugins",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "provider",
    "reasoning",
    "reasoning_effort",
    "repetition_penalty",
    "response_format",
    "seed",
    "service_tier",
    "session_id",
    "stop",
    "stop_server_tools_when",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_a",
    "top_k",
    "top_logprobs",
    "top_p",
    "trace",
    "usage",
    "user",
];

/// A refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: String,
    pub(super) error_type: &'static str,
}

/// What a good body says.
#[derive(Debug)]
pub(super) struct Checked {
    /// The model asked for, then its fallbacks.
    pub(super) models: Vec<String>,
    pub(super) messages: Vec<AskedMessage>,
    pub(super) media: Vec<AskedMedia>,
    /// The engine for PDFs, when one is named.
    pub(super) engine: Option<String>,
    pub(super) max_tokens: u64,
    /// Is the answer to come piece by piece?
    pub(super) streams: bool,
    pub(super) body: Value,
}

pub(super) fn refuse(message: impl Into<String>) -> Refusal {
    Refusal { status: 400, message: message.into(), error_type: "invalid_request" }
}

/// Reads the body, or says in OpenRouter's words why not.
pub(super) fn check(body: &[u8], strict: bool) -> Result<Checked, Refusal> {
    let body: Value = serde_json::from_slice(body).map_err(|_| refuse("Invalid JSON in request body"))?;
    let fields = body.as_object().ok_or_else(|| refuse("Invalid input: expected object"))?;
    if let Some(unknown) = fields.keys().find(|field| !FIELDS.contains(&field.as_str())) {
        return Err(refuse(format!("Unrecognized key: \"{unknown}\"")));
    }
    let (messages, media) = messages(fields)?;
    let engine = parts::engine(fields.get("plugins"))?;
    let models = models(fields)?;
    numbers_and_names(fields)?;
    let streams = fields.get("stream") == Some(&Value::Bool(true));
    if strict && !streams {
        return Err(refuse("stream: the sandbox only streams, since nothing else stops the billing"));
    }
    let max_tokens = fields.get("max_tokens").or_else(|| fields.get("max_completion_tokens")).and_then(Value::as_u64);
    let max_tokens = max_tokens.ok_or_else(|| Refusal {
        status: 402,
        message: "This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can \
            only afford 30104."
            .into(),
        error_type: "payment_required",
    })?;
    Ok(Checked { models, messages, media, engine, max_tokens, streams, body })
}

fn models(fields: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let mut models = Vec::new();
    match fields.get("model") {
        None | Some(Value::Null) => {}
        Some(Value::String(model)) => models.push(model.clone()),
        Some(_) => return Err(refuse("model: Invalid input: expected string")),
    }
    match fields.get("models") {
        None | Some(Value::Null) => {}
        Some(Value::Array(others)) => {
            for other in others {
                models.push(other.as_str().ok_or_else(|| refuse("models: Invalid input: expected string"))?.to_owned());
            }
        }
        Some(_) => return Err(refuse("models: Invalid input: expected array")),
    }
    if models.is_empty() {
        return Err(refuse("No models provided"));
    }
    match models.iter().find(|model| !model.contains('/') || model.contains(char::is_whitespace)) {
        Some(odd) => Err(refuse(format!("{odd} is not a valid model ID"))),
        None => Ok(models),
    }
}

fn numbers_and_names(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let within = |field: &str, least: f64, most: f64| match fields.get(field) {
        None | Some(Value::Null) => Ok(()),
        Some(value) if value.as_f64().is_some_and(|number| (least..=most).contains(&number)) => Ok(()),
        Some(_) => Err(refuse(format!("{field}: Invalid input: expected number between {least} and {most}"))),
    };
    within("temperature", 0.0, 2.0)?;
    within("top_p", 0.0, 1.0)?;
    within("max_tokens", 1.0, 10_000_000.0)?;
    for (field, most) in [("session_id", 256), ("user", 512)] {
        match fields.get(field) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if text.chars().count() <= most => {}
            Some(_) => {
                return Err(refuse(format!("{field}: Invalid input: expected string to have <={most} characters")));
            }
        }
    }
    reasoning(fields)?;
    tools(fields)
}

/// What a model can be told about its thinking (`ReasoningEffort` of the API description).
const EFFORTS: [&str; 7] = ["max", "xhigh", "high", "medium", "low", "minimal", "none"];

fn reasoning(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let reasoning = match fields.get("reasoning") {
        None | Some(Value::Null) => return Ok(()),
        Some(reasoning) => reasoning.as_object().ok_or_else(|| refuse("reasoning: Invalid input: expected object"))?,
    };
    if reasoning.contains_key("effort") && reasoning.contains_key("max_tokens") {
        return Err(refuse("Only one of \"reasoning.effort\" and \"reasoning.max_tokens\" can be specified"));
    }
    match reasoning.get("effort") {
        None | Some(Value::Null) => Ok(()),
        Some(effort) if effort.as_str().is_some_and(|effort| EFFORTS.contains(&effort)) => Ok(()),
        Some(_) => Err(refuse("reasoning.effort: Invalid option")),
    }
}

/// Functions that the client runs, and tools that the server does.
fn tools(fields: &Map<String, Value>) -> Result<(), Refusal> {
    let tools = match fields.get("tools") {
        None | Some(Value::Null) => return Ok(()),
        Some(tools) => tools.as_array().ok_or_else(|| refuse("tools: Invalid input: expected array"))?,
    };
    for (at, tool) in tools.iter().enumerate() {
        match tool.get("type").and_then(Value::as_str) {
            Some("function") if tool.get("function").is_some_and(Value::is_object) => {}
            Some("openrouter:web_search") if tool.get("parameters").is_none_or(Value::is_object) => {}
            _ => return Err(refuse(format!("tools.{at}: Invalid input"))),
        }
    }
    Ok(())
}

/// The messages and what they hold; a PDF that an annotation of an earlier answer knows is not parsed again.
fn messages(fields: &Map<String, Value>) -> Result<(Vec<AskedMessage>, Vec<AskedMedia>), Refusal> {
    let messages = match fields.get("messages") {
        Some(Value::Array(messages)) if !messages.is_empty() => messages,
        Some(Value::Array(_)) | None => return Err(refuse("Input required: specify \"prompt\" or \"messages\"")),
        Some(_) => return Err(refuse("messages: Invalid input: expected array")),
    };
    let (mut read, mut media, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for (at, message) in messages.iter().enumerate() {
        let (message_read, held) = read_message(at, message)?;
        known.extend(parts::annotated(at, message)?);
        read.push(message_read);
        media.extend(held);
    }
    for file in media.iter_mut().filter(|held| held.kind == MediaKind::File) {
        file.parsed = !known.contains(&file.hash());
    }
    Ok((read, media))
}

fn read_message(at: usize, message: &Value) -> Result<(AskedMessage, Vec<AskedMedia>), Refusal> {
    let role = message.get("role").and_then(Value::as_str).unwrap_or_default();
    if !matches!(role, "system" | "developer" | "user" | "assistant" | "tool") {
        return Err(refuse(format!("messages.{at}.role: Invalid option")));
    }
    let mut media = Vec::new();
    let content = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(content)) => {
            let mut words = Vec::new();
            for part in content {
                let (word, held) = parts::read(at, part)?;
                words.push(word);
                media.extend(held);
            }
            words.join(" ")
        }
        None | Some(Value::Null) if role == "assistant" => String::new(),
        _ => return Err(refuse(format!("messages.{at}.content: Invalid input: expected string or array"))),
    };
    if role != "user" && !media.is_empty() {
        return Err(refuse(format!("messages.{at}.content: only users show things")));
    }
    Ok((AskedMessage { role: role.to_owned(), content }, media))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Value {
        json!({"model": "a/b", "stream": true, "max_tokens": 10, "messages": [{"role": "user", "content": "hi"}]})
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> Refusal {
        let mut body = good();
        change(&mut body);
        check(body.to_string().as_bytes(), true).unwrap_err()
    }

    #[test]
    fn a_good_body_is_read() {
        let checked = check(good().to_string().as_bytes(), true).unwrap();
        assert_eq!((checked.models, checked.max_tokens), (vec!["a/b".to_owned()], 10));
        assert_eq!(checked.messages, [AskedMessage { role: "user".into(), content: "hi".into() }]);
    }

    #[test]
    fn what_openrouter_would_not_take_is_refused() {
        assert_eq!(check(b"{", true).unwrap_err().status, 400);
        assert_eq!(refusal(|body| body["temprature"] = json!(1)).message, "Unrecognized key: \"temprature\"");
        assert_eq!(refusal(|body| body["messages"] = json!([])).status, 400);
        assert_eq!(
            refusal(|body| body["messages"][0]["role"] = json!("bot")).message,
            "messages.0.role: Invalid option"
        );
        assert_eq!(refusal(|body| body["messages"][0]["content"] = json!(null)).status, 400);
        assert_eq!(refusal(|body| body["stream"] = json!(false)).status, 400);
        assert_eq!(refusal(|body| body["temperature"] = json!(2.1)).status, 400);
        assert_eq!(refusal(|body| body["session_id"] = json!("x".repeat(257))).status, 400);
        assert_eq!(refusal(|body| body["model"] = json!("nonsense")).message, "nonsense is not a valid model ID");
        assert_eq!(refusal(|body| body["reasoning"] = json!({"effort": "low", "max_tokens": 5})).status, 400);
        assert_eq!(refusal(|body| body["reasoning"] = json!({"effort": "hard"})).status, 400);
        assert_eq!(refusal(|body| body["tools"] = json!([{"type": "web_search"}])).message, "tools.0: Invalid input");
        let mut good = good();
        good["reasoning"] = json!({"effort": "low"});
        good["tools"] = json!([{"type": "openrouter:web_search"}]);
        assert!(check(good.to_string().as_bytes(), true).is_ok());
        good["stream"] = json!(false);
        assert!(check(good.to_string().as_bytes(), false).is_ok_and(|checked| !checked.streams));
        let without_cap = refusal(|body| {
            body.as_object_mut().unwrap().remove("max_tokens");
        });
        assert_eq!(without_cap.status, 402);
    }

    #[test]
    fn pictures_and_files_are_taken_in_their_shapes_alone() {
        let gif = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=";
        let parts = json!([{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {"url": gif}}]);
        let mut body = good();
        body["messages"][0]["content"] = parts;
        let checked = check(body.to_string().as_bytes(), true).unwrap();
        assert_eq!((&*checked.messages[0].content, checked.media[0].pixels), ("see [image_url]", (1, 1)));
        body["messages"][0]["role"] = json!("assistant");
        assert_eq!(
            check(body.to_string().as_bytes(), true).unwrap_err().message,
            "messages.0.content: only users show things"
        );
        assert_eq!(refusal(|body| body["messages"][0]["content"] = json!([{"type": "image_url"}])).status, 400);
    }
}
