//! The shapes that come back: chunks of a stream, usage, error objects.
//!
//! Read leniently where servers are known to differ (every field of usage and of an error is optional in practice,
//! `code` is a number or a string, `content` is text, null or a list of parts), strictly where a wrong shape can only
//! mean that the stream is broken. Nothing is decided here.

use std::time::Duration;

use serde_json::Value;

use super::Usage;

mod chunk;
mod lenient;

pub(super) use chunk::Chunk;

/// An error object, whoever wrote it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct WireError {
    /// The HTTP status the server means, when `code` is a number (or a string of one).
    pub(super) status: Option<u16>,
    /// `code`, when it is a word, or `type`: how other servers name the cause.
    pub(super) code: Option<String>,
    /// OpenRouter's own name of the cause; the same in all of its APIs.
    pub(super) error_type: Option<String>,
    /// May hold the person's text; see `errors` for when it may be repeated.
    pub(super) message: String,
    /// Which field of the request it is about.
    pub(super) param: Option<String>,
    pub(super) provider: Option<String>,
    /// The metadata of a moderation verdict is present. The metadata itself holds the person's text and is not kept.
    pub(super) moderated: bool,
    pub(super) retryable: Option<bool>,
    pub(super) retry_after: Option<Duration>,
}

impl WireError {
    /// Reads the value of `error`: an object, or a mere text (as some servers write it).
    pub(super) fn read(error: &Value) -> Self {
        let text = |pointer: &str| error.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let code = error.get("code");
        let has_any = |keys: &[&str]| keys.iter().any(|key| error.pointer(key).is_some_and(|found| !found.is_null()));
        Self {
            status: code.and_then(status),
            code: code.and_then(Value::as_str).map(str::to_owned).or_else(|| text("/type")),
            error_type: text("/metadata/error_type"),
            message: error.as_str().map(str::to_owned).or_else(|| text("/message")).unwrap_or_default(),
            param: text("/param"),
            provider: text("/metadata/provider_name"),
            moderated: has_any(&["/metadata/reasons", "/metadata/flagged_input", "/metadata/patterns"]),
            retryable: error.pointer("/availability/retryable").and_then(Value::as_bool),
            retry_after: error.pointer("/availability/retry_after").and_then(Value::as_f64).and_then(seconds),
        }
    }

    /// Reads the body of an error response. One without a readable error (a proxy's HTML page) says nothing.
    pub(super) fn read_body(body: &[u8]) -> Self {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return Self::default() };
        match body.get("error") {
            Some(error) if !error.is_null() => Self::read(error),
            _ => Self::read(&body),
        }
    }
}

/// A span that a server gave in seconds; `None` for what is no span.
pub(super) fn seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

/// US dollars as millionths, rounded to the nearest; what a server would owe us counts as nothing. By way of billionths,
/// since 0.0001245 times a million is 124.49999999999999 to the processor: a half is one only when it is a whole number.
pub(super) fn micro_usd(cost: &Value) -> Option<i64> {
    let dollars = cost.as_f64().or_else(|| cost.as_str()?.parse().ok())?;
    #[expect(clippy::cast_possible_truncation, reason = "a cost beyond nine billion dollars may saturate")]
    let billionths = dollars.is_finite().then(|| (dollars * 1e9).round().max(0.0) as i64)?;
    Some(billionths.saturating_add(500) / 1000)
}

pub(super) fn read_usage(usage: &Value) -> Usage {
    let tokens = |of: Option<&Value>, name: &str| {
        let count = of?.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "some servers write counts as floats; they are small")]
        count.as_i64().or_else(|| count.as_f64().map(|count| count as i64))
    };
    Usage {
        prompt_tokens: tokens(Some(usage), "prompt_tokens"),
        completion_tokens: tokens(Some(usage), "completion_tokens"),
        reasoning_tokens: tokens(usage.get("completion_tokens_details"), "reasoning_tokens"),
        cached_tokens: tokens(usage.get("prompt_tokens_details"), "cached_tokens"),
        cost_micro_usd: usage.get("cost").and_then(micro_usd),
    }
}

/// A `code` that is an HTTP status; other numbers are somebody's own.
fn status(code: &Value) -> Option<u16> {
    let number = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|status| (400..600).contains(status))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dollars_become_millionths_rounded_to_the_nearest() {
        for (cost, micro) in [
            (json!(0.0), 0),
            (json!(0.000_000_4), 0),
            (json!(0.000_000_6), 1),
            (json!(0.000_014), 14),
            (json!(0.29), 290_000),
            (json!(1.1), 1_100_000),
            (json!(3), 3_000_000),
            (json!("0.00012"), 120),
            (json!(0.000_124_5), 125),
            (json!(0.000_255_5), 256),
            (json!(0.000_255_499), 255),
            (json!(-1.0), 0),
        ] {
            assert_eq!(micro_usd(&cost), Some(micro), "{cost}");
        }
        assert_eq!(micro_usd(&json!(null)), None);
        assert_eq!(micro_usd(&json!("NaN")), None);
    }

    #[test]
    fn an_error_is_read_whoever_wrote_it() {
        let openrouter = WireError::read_body(
            br#"{"error":{"code":"429","message":"slow down","metadata":{"error_type":"rate_limit_exceeded",
                "provider_name":"X","raw":"secret"},"availability":{"retryable":true,"retry_after":1.5}}}"#,
        );
        assert_eq!((openrouter.status, openrouter.error_type.as_deref()), (Some(429), Some("rate_limit_exceeded")));
        assert_eq!((openrouter.retryable, openrouter.retry_after), (Some(true), Some(Duration::from_millis(1500))));
        assert!(!format!("{openrouter:?}").contains("secret"));
        assert_eq!(WireError::read_body(br#"{"error":"no such model"}"#).message, "no such model");
        assert_eq!(WireError::read_body(br#"{"object":"error","message":"m","code":400}"#).status, Some(400));
        assert_eq!(WireError::read_body(b"<html>502</html>"), WireError::default());
    }
}
