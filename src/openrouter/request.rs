//! What we ask: the context, and the body that carries it.
//!
//! The body is written once per question and shared by its retries. It always streams, because dropping the
//! connection stops the billing only then, and always caps the answer, because without `max_tokens` the credit check
//! assumes the model's maximum and refuses with 402. The fields are those of OpenRouter's own API description; a
//! server that is not OpenRouter is told in addition to report usage, which OpenRouter does unasked.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::body;
use super::content::{Content, Media};
use crate::config::Effort;

/// OpenRouter's limit for `session_id`, in characters.
const SESSION_ID_CHARS: usize = 256;

/// A message of the context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// Who said it.
    pub role: Role,
    /// What.
    pub content: Content,
    /// What the provider had read for this answer in the PDFs of its question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotations: Option<Annotations>,
}

impl ChatMessage {
    /// The owner's instructions.
    pub fn system(text: impl Into<String>) -> Self {
        Self { role: Role::System, content: text.into().into(), annotations: None }
    }

    /// What the person said.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, content: text.into().into(), annotations: None }
    }

    /// What the person said and sent.
    pub fn user_with(text: impl Into<String>, media: Vec<Media>) -> Self {
        Self { role: Role::User, content: Content { text: text.into(), media }, annotations: None }
    }

    /// What the model said before.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, content: text.into().into(), annotations: None }
    }

    /// The same, with what the provider had read for it in PDFs.
    pub fn assistant_with(text: impl Into<String>, annotations: Option<Annotations>) -> Self {
        Self { annotations, ..Self::assistant(text) }
    }
}

/// What the provider had read in PDFs: JSON, of which nothing is ours to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotations(String);

impl Annotations {
    /// As they came; `None` for what is no JSON any more.
    #[must_use]
    pub fn read(json: String) -> Option<Self> {
        serde_json::from_str::<&RawValue>(&json).is_ok().then_some(Self(json))
    }
}

impl Serialize for Annotations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<&RawValue>(&self.0).ok().serialize(serializer)
    }
}

/// Who said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The owner's instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// A question to the model.
#[derive(Debug, Clone, Default)]
pub struct ChatRequest {
    /// System prompt first, then history, then the question.
    pub messages: Vec<ChatMessage>,
    /// One conversation, for sticky routing and caching; what exceeds 256 characters is cut off.
    pub session_id: String,
    /// A keyed hash of the person, never their id.
    pub user: String,
    /// Asked instead of the configured model.
    pub model: Option<String>,
    /// Cap of this answer in tokens, instead of the configured one.
    pub max_tokens: Option<u32>,
    /// How hard the model thinks before it answers; `None`: as it does by itself.
    pub effort: Option<Effort>,
    /// May the model search the web? Each search costs extra.
    pub web_search: bool,
}

/// What the configuration says about every question.
#[derive(Debug, Clone)]
pub(super) struct Defaults {
    pub(super) model: String,
    pub(super) fallbacks: Vec<String>,
    pub(super) max_tokens: u32,
    pub(super) temperature: Option<f32>,
    /// Is this OpenRouter itself, which reports usage unasked?
    pub(super) reports_usage: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<&'a str>,
    messages: &'a [ChatMessage],
    stream: bool,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "str::is_empty")]
    session_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    user: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<[Tool; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plugins: Option<[Plugin; 1]>,
}

#[derive(Serialize)]
struct Plugin {
    id: &'static str,
    pdf: Engine,
}

#[derive(Serialize)]
struct Engine {
    engine: &'static str,
}

/// PDFs are read by the engine that costs nothing. Where none is named, a model that takes no files gets them by way of
/// one at $2 for a thousand pages (OpenRouter, "PDF Inputs", at the end of 2026).
const FILE_PARSER: Plugin = Plugin { id: "file-parser", pdf: Engine { engine: "cloudflare-ai" } };

#[derive(Serialize)]
struct Reasoning {
    effort: &'static str,
}

#[derive(Serialize)]
struct Tool {
    #[serde(rename = "type")]
    kind: &'static str,
    parameters: SearchParameters,
}

#[derive(Serialize)]
struct SearchParameters {
    engine: &'static str,
    max_results: u32,
    max_total_results: u32,
}

/// What a search may find, in one answer.
const SEARCH_RESULTS: u32 = 5;
/// What a result of Exa costs: $4 for a thousand (OpenRouter, "Web Search", at the end of 2026).
const SEARCH_RESULT_MICRO_USD: i64 = 4000;
/// The most that the model reads of a result: Exa's highlights have up to 4,000 characters.
const SEARCH_RESULT_TOKENS: u64 = 1400;

/// The provider searches when the model wants it, and bills what is found with the answer. The engine is named, and the
/// results of a whole answer are counted, because the providers' own engines have prices of their own and no limit: so an
/// answer's searches cost two cents at most.
const WEB_SEARCH: Tool = Tool {
    kind: "openrouter:web_search",
    parameters: SearchParameters { engine: "exa", max_results: SEARCH_RESULTS, max_total_results: SEARCH_RESULTS },
};

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// What determines the price of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms<'a> {
    /// The models that may serve, the one that is asked first.
    pub models: Vec<&'a str>,
    /// Tokens to be read, estimated: more than ordinary text has.
    pub prompt_tokens: u64,
    /// Tokens that may be written.
    pub max_tokens: u64,
    /// What may be charged beside the tokens, in millionths of a dollar: searches.
    pub extra_micro_usd: i64,
}

impl ChatRequest {
    /// On which terms it is asked.
    pub(super) fn terms<'a>(&'a self, defaults: &'a Defaults) -> Terms<'a> {
        let model = self.model.as_deref().unwrap_or(&defaults.model);
        let others = defaults.fallbacks.iter().map(String::as_str).filter(|other| *other != model);
        let tokens: u64 = self.messages.iter().map(|message| message.content.tokens()).sum();
        let results = if self.web_search { SEARCH_RESULTS } else { 0 };
        Terms {
            models: std::iter::once(model).chain(others).collect(),
            prompt_tokens: tokens + u64::from(results) * SEARCH_RESULT_TOKENS,
            max_tokens: self.max_tokens.unwrap_or(defaults.max_tokens).into(),
            extra_micro_usd: i64::from(results) * SEARCH_RESULT_MICRO_USD,
        }
    }

    /// The JSON that is posted.
    pub(super) fn body(&self, defaults: &Defaults) -> Result<body::Body, serde_json::Error> {
        let model = self.model.as_deref().unwrap_or(&defaults.model);
        let body = Body {
            model,
            models: defaults.fallbacks.iter().map(String::as_str).filter(|other| *other != model).collect(),
            messages: &self.messages,
            stream: true,
            max_tokens: self.max_tokens.unwrap_or(defaults.max_tokens),
            temperature: defaults.temperature,
            session_id: first_chars(&self.session_id, SESSION_ID_CHARS),
            user: &self.user,
            stream_options: (!defaults.reports_usage).then_some(StreamOptions { include_usage: true }),
            reasoning: self.effort.map(|effort| Reasoning { effort: effort.name() }),
            tools: self.web_search.then_some([WEB_SEARCH]),
            plugins: self.has_documents().then_some([FILE_PARSER]),
        };
        let files = self.messages.iter().flat_map(|message| &message.content.media).map(|media| media.data.bytes());
        body::Body::json(&body, files.collect())
    }

    fn has_documents(&self) -> bool {
        self.messages.iter().any(|message| message.content.has_documents())
    }
}

fn first_chars(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn defaults() -> Defaults {
        Defaults {
            model: "a/one".into(),
            fallbacks: vec!["b/two".into(), "c/three".into()],
            max_tokens: 2000,
            temperature: Some(0.5),
            reports_usage: true,
        }
    }

    fn body(request: &ChatRequest, defaults: &Defaults) -> Value {
        serde_json::from_slice(&request.body(defaults).unwrap().concat()).unwrap()
    }

    #[test]
    fn the_body_streams_caps_and_names_the_fallbacks() {
        let request = ChatRequest {
            messages: vec![ChatMessage::system("be kind"), ChatMessage::user("hi")],
            session_id: "s".into(),
            user: "u".into(),
            ..ChatRequest::default()
        };
        assert_eq!(
            body(&request, &defaults()),
            json!({
                "model": "a/one", "models": ["b/two", "c/three"], "stream": true, "max_tokens": 2000, "temperature": 0.5,
                "session_id": "s", "user": "u",
                "messages": [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}],
            })
        );
    }

    #[test]
    fn another_server_is_told_to_report_usage() {
        let other = Defaults { reports_usage: false, ..defaults() };
        assert_eq!(body(&ChatRequest::default(), &other)["stream_options"], json!({"include_usage": true}));
    }

    #[test]
    fn thinking_and_searching_are_asked_for_in_openrouters_words() {
        let request = ChatRequest { effort: Some(Effort::Low), web_search: true, ..ChatRequest::default() };
        let body = body(&request, &defaults());
        assert_eq!(body["reasoning"], json!({"effort": "low"}));
        let parameters = json!({"engine": "exa", "max_results": 5, "max_total_results": 5});
        assert_eq!(body["tools"], json!([{"type": "openrouter:web_search", "parameters": parameters}]));
        let defaults = defaults();
        let searching = request.terms(&defaults);
        assert_eq!((searching.extra_micro_usd, searching.prompt_tokens), (20_000, 7000));
    }

    #[test]
    fn a_chosen_model_replaces_the_default_and_is_not_its_own_fallback() {
        let request = ChatRequest { model: Some("b/two".into()), max_tokens: Some(7), ..ChatRequest::default() };
        let body = body(&request, &defaults());
        assert_eq!((&body["model"], &body["models"]), (&json!("b/two"), &json!(["c/three"])));
        assert_eq!(body["max_tokens"], 7);
    }

    #[test]
    fn a_long_session_id_is_cut_between_characters() {
        let request = ChatRequest { session_id: "ж".repeat(300), ..ChatRequest::default() };
        assert_eq!(body(&request, &defaults())["session_id"].as_str().unwrap().chars().count(), 256);
    }
}
