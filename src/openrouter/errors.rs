//! What each failure means, for the person, for the owner, and for whether to ask again.
//!
//! OpenRouter's own `error_type` and `availability` are believed before the status, the status before well-known
//! phrases of other servers. What goes into [`ModelError::detail`] is for the log, so it is built from what cannot hold
//! a person's text: numbers, identifiers (cut down to the characters of identifiers), and the server's sentence only
//! where it speaks about the account, the model's name or the load (401, 402, 404, 429). Providers quote the prompt in
//! their sentences about requests and in moderation metadata; those are never repeated.

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use super::retry::Again;
use super::wire::WireError;

/// The most of a server's sentence that is repeated.
const QUOTE_CHARS: usize = 200;
/// Longer than every provider's and error's name.
const NAME_CHARS: usize = 80;
/// Shorter than every provider's keys, longer than words and most models' names (the others have a slash).
const KEY_CHARS: usize = 32;

/// A failure, with its decision.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind:?}: {detail}")]
pub struct ModelError {
    /// What it means for the person and the owner.
    pub kind: ModelErrorKind,
    /// For the log. Never holds what a person wrote, nor the key.
    pub detail: String,
    /// When the provider said when to come back.
    pub retry_after: Option<Duration>,
}

/// What a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModelErrorKind {
    /// 408, 429, 5xx, connection failures, after the retries: try again later.
    Busy,
    /// No progress for `OPENROUTER_TIMEOUT_SECS`.
    Stalled,
    /// The stream broke after text had come.
    CutOff,
    /// 401, 402, 403 of the account: the owner must act.
    Account,
    /// The question with its context does not fit the model.
    ContextTooLong,
    /// The provider refused the content (moderation).
    Moderated,
    /// The model used its whole answer length for reasoning: empty with `finish_reason: length`.
    OnlyReasoning,
    /// It answered with nothing, twice.
    Empty,
    /// The model does not exist (any more).
    NoSuchModel,
    /// Anything else that no retry helps against.
    Refused,
}

impl ModelErrorKind {
    /// One word for a counter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Stalled => "stalled",
            Self::CutOff => "cut_off",
            Self::Account => "account",
            Self::ContextTooLong => "context_too_long",
            Self::Moderated => "moderated",
            Self::OnlyReasoning => "only_reasoning",
            Self::Empty => "empty",
            Self::NoSuchModel => "no_such_model",
            Self::Refused => "refused",
        }
    }
}

/// A failure of one request, before it is decided whether another is made.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) error: ModelError,
    pub(super) again: Again,
}

impl Failure {
    pub(super) fn new(kind: ModelErrorKind, again: Again, detail: impl Into<String>) -> Self {
        Self { error: ModelError { kind, detail: detail.into(), retry_after: None }, again }
    }

    /// Trouble on the way or upstream that another request may not meet.
    pub(super) fn passing(detail: impl Into<String>) -> Self {
        Self::new(ModelErrorKind::Busy, Again::AfterAPause, detail)
    }

    /// No progress within the time allowed. A second request would make the person wait as long again.
    pub(super) fn stalled(limit: Duration) -> Self {
        Self::new(ModelErrorKind::Stalled, Again::Never, format!("no progress for {} s", limit.as_secs_f64()))
    }

    /// The request never got an answer.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        let refused = error.is_builder();
        let detail = transport_detail(error);
        if refused { Self::new(ModelErrorKind::Refused, Again::Never, detail) } else { Self::passing(detail) }
    }

    /// The server said what went wrong: as a response (`status`), or inside a stream that began well (200).
    pub(super) fn told(status: u16, error: &WireError, retry_after: Option<Duration>) -> Self {
        let meant = error.status.filter(|_| (200..300).contains(&status)).unwrap_or(status);
        let kind = kind(meant, error);
        let again = match kind {
            ModelErrorKind::Busy if error.retryable != Some(false) => Again::AfterAPause,
            // A cause without a name that the server itself calls passing; the named refusals stay refusals.
            ModelErrorKind::Refused if error.retryable == Some(true) && !REFUSALS.contains(&meant) => {
                Again::AfterAPause
            }
            _ => Again::Never,
        };
        let retry_after = error.retry_after.or(retry_after);
        Self { error: ModelError { kind, detail: detail(meant, kind, error), retry_after }, again }
    }
}

/// The statuses that another request cannot change.
const REFUSALS: [u16; 7] = [400, 401, 402, 403, 404, 413, 422];

fn kind(status: u16, error: &WireError) -> ModelErrorKind {
    if error.moderated {
        return ModelErrorKind::Moderated;
    }
    named(error.error_type.as_deref().unwrap_or_default())
        .filter(|kind| *kind != ModelErrorKind::Refused)
        .or_else(|| phrased(status, error))
        .unwrap_or_else(|| by_status(status))
}

/// OpenRouter's canonical causes (`ApiErrorType` of its API description).
fn named(error_type: &str) -> Option<ModelErrorKind> {
    Some(match error_type {
        "context_length_exceeded" | "string_too_long" | "payload_too_large" => ModelErrorKind::ContextTooLong,
        "max_tokens_exceeded" => ModelErrorKind::OnlyReasoning,
        // The budget is one of credit, so only the owner can raise it.
        "authentication" | "permission_denied" | "payment_required" | "token_limit_exceeded" => ModelErrorKind::Account,
        "rate_limit_exceeded" | "provider_overloaded" | "provider_unavailable" | "server" | "timeout" => {
            ModelErrorKind::Busy
        }
        "content_policy_violation" | "refusal" => ModelErrorKind::Moderated,
        "not_found" => ModelErrorKind::NoSuchModel,
        "invalid_request" | "invalid_prompt" | "precondition_failed" | "unprocessable" => ModelErrorKind::Refused,
        _ => return None,
    })
}

/// What servers say when the context is too long: OpenAI, OpenRouter and vLLM ("maximum context length"), llama.cpp,
/// Anthropic, Gemini, Groq, Cohere, LM Studio.
const TOO_LONG: [&str; 8] = [
    "maximum context length",
    "available context size",
    "prompt is too long",
    "exceeds the maximum number of tokens",
    "reduce the length of the messages",
    "too many tokens",
    "context length exceeded",
    "exceeds the context window",
];

/// What servers say with a 400 when they do not know the model.
const UNKNOWN_MODEL: [&str; 3] = ["is not a valid model", "model not found", "no endpoints found"];

fn phrased(status: u16, error: &WireError) -> Option<ModelErrorKind> {
    let code = error.code.as_deref().unwrap_or_default();
    if matches!(code, "context_length_exceeded" | "exceed_context_size_error") {
        return Some(ModelErrorKind::ContextTooLong);
    }
    if matches!(code, "insufficient_quota" | "invalid_api_key") {
        return Some(ModelErrorKind::Account);
    }
    if matches!(code, "content_filter" | "content_policy_violation") {
        return Some(ModelErrorKind::Moderated);
    }
    if !matches!(status, 400 | 413 | 422 | 500) {
        return None;
    }
    let message = error.message.to_lowercase();
    if TOO_LONG.iter().any(|phrase| message.contains(phrase)) {
        return Some(ModelErrorKind::ContextTooLong);
    }
    (code == "model_not_found" || UNKNOWN_MODEL.iter().any(|phrase| message.contains(phrase)))
        .then_some(ModelErrorKind::NoSuchModel)
}

fn by_status(status: u16) -> ModelErrorKind {
    match status {
        401..=403 => ModelErrorKind::Account,
        404 => ModelErrorKind::NoSuchModel,
        // A shorter context is a smaller body.
        413 => ModelErrorKind::ContextTooLong,
        // An error inside a good response that does not say of what kind is an upstream's.
        200..=299 | 408 | 429 | 500..=599 => ModelErrorKind::Busy,
        _ => ModelErrorKind::Refused,
    }
}

fn detail(status: u16, kind: ModelErrorKind, error: &WireError) -> String {
    let mut detail = format!("status={status}");
    let names =
        [("type", &error.error_type), ("code", &error.code), ("param", &error.param), ("provider", &error.provider)];
    for (label, name) in names {
        if let Some(name) = name {
            let _ = write!(detail, " {label}={}", name_only(name));
        }
    }
    // Not for moderation, nor for anything about the request itself: those sentences quote it.
    if matches!(status, 401 | 402 | 404 | 429) && kind != ModelErrorKind::Moderated && !error.message.is_empty() {
        let _ = write!(detail, " message={:?}", quotable(&error.message));
    }
    detail
}

/// The name, when it looks like one: sentences are not names.
fn name_only(name: &str) -> String {
    let name = name.replace(' ', "_");
    let looks_like_one = |c: char| c.is_ascii_alphanumeric() || "._-:/[]".contains(c);
    if name.len() <= NAME_CHARS && name.chars().all(looks_like_one) { name } else { "(not a name)".into() }
}

/// The beginning of a server's sentence, without what looks like a key (OpenAI repeats half of a wrong one).
fn quotable(message: &str) -> String {
    let looks_like_a_key = |word: &str| word.contains("sk-") || (word.len() >= KEY_CHARS && !word.contains('/'));
    let words = message.split_whitespace().map(|word| if looks_like_a_key(word) { "KEY" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(QUOTE_CHARS).collect()
}

/// The causes of a transport error, without the address: it may carry credentials.
pub(super) fn transport_detail(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut detail = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let _ = write!(detail, ": {error}");
        cause = error.source();
    }
    detail
}

#[cfg(test)]
mod tests {
    use ModelErrorKind::{Account, Busy, ContextTooLong, Moderated, NoSuchModel, OnlyReasoning, Refused};
    use serde_json::{Value, json};

    use super::*;

    fn told(status: u16, error: &Value) -> Failure {
        Failure::told(status, &WireError::read(error), None)
    }

    #[test]
    fn a_bare_status_has_its_meaning() {
        for (status, kind, again) in [
            (400, Refused, Again::Never),
            (401, Account, Again::Never),
            (402, Account, Again::Never),
            (403, Account, Again::Never),
            (404, NoSuchModel, Again::Never),
            (408, Busy, Again::AfterAPause),
            (413, ContextTooLong, Again::Never),
            (422, Refused, Again::Never),
            (429, Busy, Again::AfterAPause),
            (500, Busy, Again::AfterAPause),
            (502, Busy, Again::AfterAPause),
            (503, Busy, Again::AfterAPause),
            (504, Busy, Again::AfterAPause),
            (524, Busy, Again::AfterAPause),
            (529, Busy, Again::AfterAPause),
            (301, Refused, Again::Never),
        ] {
            let failure = Failure::told(status, &WireError::default(), None);
            assert_eq!((failure.error.kind, failure.again), (kind, again), "{status}");
        }
    }

    #[test]
    fn the_named_cause_is_believed_before_the_status() {
        for (error_type, kind) in [
            ("context_length_exceeded", ContextTooLong),
            ("payment_required", Account),
            ("provider_overloaded", Busy),
            ("content_policy_violation", Moderated),
            ("not_found", NoSuchModel),
            ("max_tokens_exceeded", OnlyReasoning),
        ] {
            let error = json!({"code": 400, "message": "m", "metadata": {"error_type": error_type}});
            assert_eq!(told(400, &error).error.kind, kind, "{error_type}");
        }
        assert_eq!(told(503, &json!({"metadata": {"error_type": "unmapped"}})).error.kind, Busy);
        assert_eq!(told(503, &json!({"metadata": {"error_type": "invented later"}})).error.kind, Busy);
    }

    #[test]
    fn an_error_inside_a_good_response_is_judged_by_its_code() {
        assert_eq!(told(200, &json!({"code": 402, "message": "m"})).error.kind, Account);
        assert_eq!(told(200, &json!({"code": "503"})).again, Again::AfterAPause);
        assert_eq!(told(200, &json!({"code": "server_error", "message": "m"})).again, Again::AfterAPause);
    }

    #[test]
    fn availability_decides_where_the_status_leaves_it_open() {
        assert_eq!(told(503, &json!({"availability": {"retryable": false}})).again, Again::Never);
        assert_eq!(told(409, &json!({"availability": {"retryable": true}})).again, Again::AfterAPause);
        assert_eq!(told(402, &json!({"availability": {"retryable": true}})).again, Again::Never);
        assert_eq!(told(400, &json!({"availability": {"retryable": true}})).again, Again::Never);
        let told = told(429, &json!({"availability": {"retry_after": 7}}));
        assert_eq!(told.error.retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn other_servers_words_for_a_long_context_are_understood() {
        for message in [
            "This model's maximum context length is 4097 tokens, however you requested 5000",
            "the request exceeds the available context size, try increasing it",
            "prompt is too long: 210000 tokens > 200000 maximum",
            "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            "Please reduce the length of the messages or completion.",
        ] {
            let error = json!({"message": message, "metadata": {"error_type": "invalid_request"}});
            assert_eq!(told(400, &error).error.kind, ContextTooLong, "{message}");
        }
        assert_eq!(told(400, &json!({"code": "context_length_exceeded"})).error.kind, ContextTooLong);
        assert_eq!(told(400, &json!({"message": "x/y is not a valid model ID"})).error.kind, NoSuchModel);
    }

    #[test]
    fn moderation_is_not_the_accounts_fault_and_a_missing_permission_is() {
        let flagged = json!({"code": 403, "message": "flagged: my secret", "metadata": {
            "reasons": ["violence"], "flagged_input": "my secret", "provider_name": "OpenAI"}});
        let failure = told(403, &flagged);
        assert_eq!(failure.error.kind, Moderated);
        assert!(!failure.error.to_string().contains("secret"), "{}", failure.error);
        assert!(failure.error.detail.contains("provider=OpenAI"));
        assert_eq!(told(403, &json!({"code": 403, "message": "Only management keys can do this"})).error.kind, Account);
    }

    #[test]
    fn the_servers_sentence_is_repeated_only_where_it_cannot_quote_the_person() {
        let says = |status| told(status, &json!({"message": "a secret was said to sk-or-v1-abc"})).error.detail;
        for status in [400, 403, 413, 422, 500, 503] {
            assert!(!says(status).contains("secret"), "{status}");
        }
        assert!(says(402).contains("a secret was said to KEY"), "{}", says(402));
        let long = told(429, &json!({"message": "word ".repeat(5000)})).error.detail;
        assert!(long.len() < 300, "{}", long.len());
    }

    #[test]
    fn a_name_that_is_a_sentence_is_not_repeated() {
        let detail =
            told(500, &json!({"code": "what\nthe user, said", "metadata": {"provider_name": "Google AI Studio"}}));
        assert_eq!(detail.error.detail, "status=500 code=(not a name) provider=Google_AI_Studio");
    }
}
