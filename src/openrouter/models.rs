//! What is on offer: the list of models with their context and prices.
//!
//! Read leniently: of a model only its id is needed, and an entry without one is passed over. Prices come as texts in
//! US dollars per token; what people compare, and what is kept here, are dollars per million.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::OpenRouter;
use super::errors::{Failure, ModelError};
use super::wire::WireError;
use crate::faults::{self, Step};

/// Room for the list: OpenRouter's has about 1 MiB, and grows.
const LIST_BYTES: usize = 16 << 20;

/// Without being asked for others, OpenRouter lists only the models that answer in words.
const OUTPUTS: (&str, &str) = ("output_modalities", "text,image,transcription");

/// Suffixes that every model of OpenRouter takes and its list does not have.
const ROUTING_VARIANTS: [&str; 4] = ["nitro", "floor", "exacto", "online"];

/// The model that this is a way to ask for: `openai/gpt-4o-mini` of `openai/gpt-4o-mini:nitro`. `None` for a model's own
/// id, also when it has a suffix of its own (`:free`).
#[must_use]
pub fn without_routing(id: &str) -> Option<&str> {
    id.rsplit_once(':').filter(|(_, suffix)| ROUTING_VARIANTS.contains(suffix)).map(|(base, _)| base)
}

/// A model on offer. Every field but the id may be unknown, also in a list that an older version has kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OfferedModel {
    /// What `MODEL` is set to.
    pub id: String,
    /// For people.
    pub name: Option<String>,
    /// How many tokens fit, question and answer together.
    pub context_tokens: Option<u64>,
    /// What is read costs this.
    pub prompt: Price,
    /// What is written costs this.
    pub completion: Price,
    /// How many tokens one answer may have.
    pub answer_tokens: Option<u64>,
    /// What it takes besides text: `image`, `file`, `audio`, …, in the server's words.
    pub takes: Vec<String>,
    /// What it gives: `text`, `image`, …; empty when the server does not say.
    pub gives: Vec<String>,
    /// Does it think before it answers, and can it be told how hard?
    pub reasons: bool,
    /// Can it use tools, such as the web search?
    pub uses_tools: bool,
}

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Price {
    /// Millionths of a US dollar.
    MicroUsd(i64),
    /// The server does not say, or it depends on which model a router chooses.
    #[default]
    Varies,
}

impl OpenRouter {
    /// The models on offer, in the server's order: `GET {base}/models`. `Ok(None)` where the server keeps no such list. Those
    /// that paint or write down recordings are among them, where the server has such ones.
    pub async fn models(&self) -> Result<Option<Vec<OfferedModel>>, ModelError> {
        let asking = faults::around(Step::ListModels, self.get("models", &[OUTPUTS], LIST_BYTES));
        let answer = asking.await.map_err(|failure| failure.error)?;
        match answer.status {
            200..=299 => Ok(read(&answer.body)),
            404 | 405 | 501 => Ok(None),
            status => Err(Failure::told(status, &WireError::read_body(&answer.body), None).error),
        }
    }
}

/// The list in a body; `None` when it holds none.
fn read(body: &[u8]) -> Option<Vec<OfferedModel>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let models = body.get("data").unwrap_or(&body).as_array()?;
    Some(models.iter().filter_map(model).collect())
}

fn model(entry: &Value) -> Option<OfferedModel> {
    let words = |path: &str| {
        let found = entry.pointer(path).and_then(Value::as_array);
        found.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let takes = words("/architecture/input_modalities").into_iter().filter(|kind| kind != "text");
    let parameters = words("/supported_parameters");
    let supports = |names: &[&str]| parameters.iter().any(|parameter| names.contains(&parameter.as_str()));
    Some(OfferedModel {
        id: entry.get("id")?.as_str().filter(|id| !id.trim().is_empty())?.to_owned(),
        name: entry.get("name").and_then(Value::as_str).map(str::to_owned),
        context_tokens: entry.get("context_length").and_then(Value::as_u64),
        prompt: price(entry.pointer("/pricing/prompt")),
        completion: price(entry.pointer("/pricing/completion")),
        answer_tokens: entry.pointer("/top_provider/max_completion_tokens").and_then(Value::as_u64),
        takes: takes.collect(),
        gives: words("/architecture/output_modalities"),
        reasons: supports(&["reasoning", "reasoning_effort"]),
        uses_tools: supports(&["tools"]),
    })
}

/// Dollars per token, as a text or a number; below nothing on routers, which is to say that it varies.
fn price(per_token: Option<&Value>) -> Price {
    let dollars = per_token.and_then(|price| price.as_f64().or_else(|| price.as_str()?.parse().ok()));
    #[expect(clippy::cast_possible_truncation, reason = "a price beyond nine trillion dollars may saturate")]
    dollars
        .filter(|dollars: &f64| dollars.is_finite() && *dollars >= 0.0)
        .map_or(Price::Varies, |dollars| Price::MicroUsd((dollars * 1e12).round() as i64))
}

impl OfferedModel {
    /// Does it answer in words? One that does not say is taken for one that does.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.gives.is_empty() || self.gives.iter().any(|kind| kind == "text")
    }

    /// Does it take this besides text (`image`, `file`, `audio`)?
    #[must_use]
    pub fn takes(&self, kind: &str) -> bool {
        self.takes.iter().any(|taken| taken == kind)
    }

    /// Who makes it, as its id says it: `openai` of `openai/gpt-4o-mini` and of `~openai/gpt-mini-latest`. The whole id
    /// where there is no maker in it.
    #[must_use]
    pub fn maker(&self) -> &str {
        let id = self.id.trim_start_matches('~');
        id.split_once('/').map_or(id, |(maker, _)| maker)
    }

    /// The maker's name for people: `OpenAI` of "OpenAI: GPT-4o-mini"; as the id says it where the name does not.
    #[must_use]
    pub fn maker_name(&self) -> &str {
        self.split_name().map_or_else(|| self.maker(), |(maker, _)| maker)
    }

    /// The name for people without its maker: `GPT-4o-mini`.
    #[must_use]
    pub fn short_name(&self) -> &str {
        match (self.split_name(), &self.name) {
            (Some((_, name)), _) => name,
            (None, Some(name)) if !name.trim().is_empty() => name.trim(),
            _ => self.id.split_once('/').map_or(&self.id, |(_, name)| name),
        }
    }

    fn split_name(&self) -> Option<(&str, &str)> {
        let (maker, name) = self.name.as_deref()?.split_once(": ")?;
        let (maker, name) = (maker.trim(), name.trim());
        (!maker.is_empty() && !name.is_empty()).then_some((maker, name))
    }

    /// The context in a few characters: "128K", "1M".
    #[must_use]
    pub fn context(&self) -> String {
        match self.context_tokens {
            None => "?".to_owned(),
            Some(tokens) if tokens < 1000 => tokens.to_string(),
            // Rounded, and 999,950 and more are a million.
            Some(tokens) if tokens < 999_500 => format!("{}K", (tokens + 500) / 1000),
            Some(tokens) => {
                let tenths = (tokens + 50_000) / 100_000;
                if tenths % 10 == 0 { format!("{}M", tenths / 10) } else { format!("{}.{}M", tenths / 10, tenths % 10) }
            }
        }
    }
}

impl fmt::Display for Price {
    /// In dollars, with two decimals, or four where two would round: "3.00", "0.0375", "free", "varies".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Varies => "varies".to_owned(),
            Self::MicroUsd(0) => "free".to_owned(),
            Self::MicroUsd(micro) if micro % 10_000 == 0 => {
                format!("{}.{:02}", micro / 1_000_000, micro / 10_000 % 100)
            }
            Self::MicroUsd(micro) => format!("{}.{:04}", micro / 1_000_000, (micro / 100 % 10_000).max(1)),
        };
        // Padded like any text.
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_read_as_far_as_it_is_understood() {
        let body = json!({"data": [
            {"id": "a/b", "name": "B", "context_length": 128_000, "pricing": {"prompt": "0.00000015", "completion": "0.0000006"},
             "architecture": {"input_modalities": ["text", "image", "file"], "output_modalities": ["text", 5]},
             "top_provider": {"max_completion_tokens": 16_384}, "supported_parameters": ["tools", "reasoning", null]},
            {"name": "without an id"}, {"id": ""}, {"id": 5}, null,
            {"id": "local", "object": "model", "owned_by": "me"},
            {"id": "router", "pricing": {"prompt": "-1", "completion": 0}},
        ]});
        let models = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(models.iter().map(|model| model.id.as_str()).collect::<Vec<_>>(), ["a/b", "local", "router"]);
        assert_eq!((models[0].prompt, models[0].completion), (Price::MicroUsd(150_000), Price::MicroUsd(600_000)));
        assert_eq!(
            (models[0].context().as_str(), &models[0].takes[..]),
            ("128K", &["image".to_owned(), "file".to_owned()][..])
        );
        assert!(models[0].reasons && models[0].uses_tools && models[0].writes());
        assert_eq!((models[0].answer_tokens, &models[0].gives[..]), (Some(16_384), &["text".to_owned()][..]));
        assert!(!models[1].reasons && !models[1].uses_tools && models[1].writes());
        assert_eq!((models[1].context().as_str(), models[1].prompt), ("?", Price::Varies));
        assert_eq!((models[2].prompt, models[2].completion), (Price::Varies, Price::MicroUsd(0)));
        assert!(read(b"<html>").is_none() && read(b"{\"error\":\"no\"}").is_none());
    }

    #[test]
    fn a_model_is_known_by_its_maker_and_its_name() {
        let names = |id: &str, name: Option<&str>| {
            let model = OfferedModel { id: id.into(), name: name.map(str::to_owned), ..OfferedModel::default() };
            [model.maker(), model.maker_name(), model.short_name()].map(str::to_owned)
        };
        assert_eq!(names("openai/gpt-4o", Some("OpenAI: GPT-4o")), ["openai", "OpenAI", "GPT-4o"]);
        assert_eq!(names("~openai/gpt-latest", Some("GPT Latest ")), ["openai", "openai", "GPT Latest"]);
        assert_eq!(names("openrouter/auto", None), ["openrouter", "openrouter", "auto"]);
        assert_eq!(names("llama3", Some(": ")), ["llama3", "llama3", ":"]);
    }

    #[test]
    fn prices_are_short_and_never_nothing() {
        for (micro, text) in [
            (150_000, "0.15"),
            (15_000_000, "15.00"),
            (37_500, "0.0375"),
            (1_234_567, "1.2345"),
            (1, "0.0001"),
            (0, "free"),
        ] {
            assert_eq!(Price::MicroUsd(micro).to_string(), text);
        }
    }

    #[test]
    fn contexts_are_short() {
        for (tokens, text) in [
            (512, "512"),
            (8192, "8K"),
            (131_072, "131K"),
            (999_499, "999K"),
            (999_500, "1M"),
            (1_048_576, "1M"),
            (1_500_000, "1.5M"),
            (2_000_000, "2M"),
        ] {
            let model = read(json!({"data": [{"id": "x", "context_length": tokens}]}).to_string().as_bytes());
            assert_eq!(model.unwrap()[0].context(), text, "{tokens}");
        }
    }
}
