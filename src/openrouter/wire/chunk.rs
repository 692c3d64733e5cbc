//! A chunk of a stream. Some hundred of them make an answer, so nothing is read that nobody asks for, and what is read stays
//! where it was written until somebody keeps it.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use super::lenient::{Lenient, lenient};
use super::{WireError, read_usage};
use crate::openrouter::Usage;

/// One `data:` line, or a whole body.
#[derive(Debug, Default, Deserialize)]
pub(in crate::openrouter) struct Chunk<'a> {
    /// The generation id: the same in every chunk.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(in crate::openrouter) id: Option<Cow<'a, str>>,
    /// Who serves, which need not be who was asked.
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(in crate::openrouter) model: Option<Cow<'a, str>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    pub(in crate::openrouter) provider: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    choices: Choices<'a>,
    #[serde(default)]
    usage: Option<Value>,
    #[serde(default)]
    error: Option<Value>,
}

impl<'a> Chunk<'a> {
    /// The one choice that was asked for.
    pub(in crate::openrouter) fn choice(&mut self) -> Option<Choice<'a>> {
        self.choices.ours.take()
    }

    /// What it used so far, when this chunk says so.
    pub(in crate::openrouter) fn usage(&self) -> Option<Usage> {
        self.usage.as_ref().filter(|usage| usage.is_object()).map(read_usage)
    }

    /// The error, when this chunk is one.
    pub(in crate::openrouter) fn error(&self) -> Option<WireError> {
        self.error.as_ref().filter(|error| !error.is_null()).map(WireError::read)
    }

    /// Is there anything of ours in it? A body that merely is JSON has nothing.
    pub(in crate::openrouter) fn says_something(&self) -> bool {
        self.choices.given || self.error.as_ref().is_some_and(|error| !error.is_null())
    }
}

/// The list of choices. Empty in the chunk that brings the usage; `null` at some servers.
#[derive(Debug, Default)]
struct Choices<'a> {
    given: bool,
    /// The first one that is ours.
    ours: Option<Choice<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Choices<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Choices<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of choices")
            }

            fn visit_unit<E>(self) -> Result<Choices<'de>, E> {
                Ok(Choices::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Choices<'de>, A::Error> {
                let mut ours = None;
                while let Some(choice) = list.next_element::<Choice<'de>>()? {
                    ours = ours.or_else(|| (choice.index.unwrap_or(0) == 0).then_some(choice));
                }
                Ok(Choices { given: true, ours })
            }
        }

        from.deserialize_any(List)
    }
}

/// A choice of a chunk, or of a whole body (`message` instead of `delta`).
#[derive(Debug, Default, Deserialize)]
pub(in crate::openrouter) struct Choice<'a> {
    #[serde(default, deserialize_with = "lenient")]
    index: Option<i64>,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    message: Option<Box<Delta<'a>>>,
    #[serde(borrow, default, deserialize_with = "lenient")]
    finish_reason: Option<Cow<'a, str>>,
}

impl<'a> Choice<'a> {
    /// Why it ended; `None` when it did not, or when the server left the reason blank.
    pub(in crate::openrouter) fn finish_reason(&mut self) -> Option<String> {
        self.finish_reason.take().filter(|reason| !reason.is_empty()).map(Cow::into_owned)
    }

    /// The new piece.
    pub(in crate::openrouter) fn delta(&mut self) -> Delta<'a> {
        self.delta.take().or_else(|| self.message.take().map(|message| *message)).unwrap_or_default()
    }
}

/// A new piece of the answer.
#[derive(Debug, Default, Deserialize)]
pub(in crate::openrouter) struct Delta<'a> {
    #[serde(borrow, default, deserialize_with = "lenient")]
    content: Said<'a>,
    /// What a model says instead of answering: it is the answer.
    #[serde(borrow, default, deserialize_with = "lenient")]
    refusal: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "lenient")]
    reasoning: Thought,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_details: Thought,
    #[serde(default, deserialize_with = "lenient")]
    reasoning_content: Thought,
    #[serde(default, deserialize_with = "list")]
    annotations: Vec<Value>,
}

impl Delta<'_> {
    /// The text to append, when there is any.
    pub(in crate::openrouter) fn text(&mut self) -> Option<String> {
        let said = [Some(std::mem::take(&mut self.content).0), self.refusal.take()];
        said.into_iter().flatten().find(|text| !text.is_empty()).map(Cow::into_owned)
    }

    /// What was read in PDFs. Annotations of other kinds (what a search has found) are not kept.
    pub(in crate::openrouter) fn read_files(&mut self) -> impl Iterator<Item = Value> {
        let annotations = std::mem::take(&mut self.annotations).into_iter();
        annotations.filter(|annotation| annotation.get("type").and_then(Value::as_str) == Some("file"))
    }

    /// Has the model thought on?
    pub(in crate::openrouter) fn is_reasoning(&self) -> bool {
        [self.reasoning, self.reasoning_details, self.reasoning_content].contains(&Thought(true))
    }
}

/// Content: text, or a list of parts, some of which have text.
#[derive(Debug, Default)]
struct Said<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Lenient<'de> for Said<'a> {
    fn from_text(text: &str) -> Self {
        Self(Cow::Owned(text.to_owned()))
    }

    fn from_borrowed(text: &'de str) -> Self {
        Self(Cow::Borrowed(text))
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut said = String::new();
        while let Some(part) = list.next_element::<Value>()? {
            said.push_str(part.get("text").and_then(Value::as_str).unwrap_or_default());
        }
        Ok(Self(Cow::Owned(said)))
    }
}

/// Is there any of it? What a model thinks is shown to nobody.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Thought(bool);

impl<'de> Lenient<'de> for Thought {
    fn from_text(text: &str) -> Self {
        Self(!text.is_empty())
    }

    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut any = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            any = true;
        }
        Ok(Self(any))
    }

    fn from_object(fields: usize) -> Self {
        Self(fields > 0)
    }
}

/// A list, empty when it is something else.
fn list<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Value>, D::Error> {
    Ok(if let Value::Array(list) = Value::deserialize(from)? { list } else { Vec::new() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn usage_of_odd_types_is_read_as_far_as_it_goes() {
        let chunk = json!({
            "choices": null,
            "usage": {"prompt_tokens": 12.0, "completion_tokens": "many", "completion_tokens_details": null, "cost": null}
        })
        .to_string();
        let chunk: Chunk = serde_json::from_str(&chunk).unwrap();
        assert_eq!(chunk.usage().unwrap(), Usage { prompt_tokens: Some(12), ..Usage::default() });
    }

    #[test]
    fn what_is_of_an_odd_type_counts_as_not_there_and_hides_nothing_behind_it() {
        let chunk = json!({
            "id": 7, "model": {"name": "a"}, "provider": ["b", {"c": [1.5, true, null]}],
            "choices": [
                {"index": 1, "delta": {"content": "another's"}},
                {"index": "first", "finish_reason": 3, "delta": {
                    "refusal": {}, "reasoning": 1, "annotations": "none", "content": "ours",
                }},
            ],
        })
        .to_string();
        let mut chunk: Chunk = serde_json::from_str(&chunk).unwrap();
        assert_eq!((&chunk.id, &chunk.model, &chunk.provider), (&None, &None, &None));
        let mut choice = chunk.choice().unwrap();
        let mut delta = choice.delta();
        assert_eq!((choice.finish_reason(), delta.is_reasoning(), delta.read_files().count()), (None, false, 0));
        assert_eq!(delta.text().as_deref(), Some("ours"));
        assert!(
            serde_json::from_str::<Chunk>(r#"{"choices": "none"}"#).is_err(),
            "a broken stream is no lenient matter"
        );
    }

    #[test]
    fn content_is_text_null_or_parts() {
        for (content, text) in [
            (json!("a"), Some("a")),
            (json!("a \"quoted\"\nline"), Some("a \"quoted\"\nline")),
            (json!(""), None),
            (json!(null), None),
            (json!([{"type": "text", "text": "b"}, {"type": "thinking"}, {"text": "c"}]), Some("bc")),
        ] {
            let delta = json!({ "content": content }).to_string();
            let mut delta: Delta = serde_json::from_str(&delta).unwrap();
            assert_eq!(delta.text().as_deref(), text);
        }
    }

    #[test]
    fn every_way_to_think_is_reasoning_and_an_empty_one_is_not() {
        for (delta, thinks) in [
            (json!({"reasoning": "hm"}), true),
            (json!({"reasoning_details": [{"type": "reasoning.encrypted"}]}), true),
            (json!({"reasoning_content": "hm"}), true),
            (json!({"reasoning": "", "reasoning_details": [], "reasoning_content": null}), false),
        ] {
            assert_eq!(serde_json::from_str::<Delta>(&delta.to_string()).unwrap().is_reasoning(), thinks);
        }
    }
}
