//! The models on offer: a small list with the shapes and the price range of OpenRouter's.

use serde_json::{Value, json};

/// A model.
struct Offer {
    id: &'static str,
    name: &'static str,
    /// US dollars per token, as the strings that OpenRouter sends.
    price: (&'static str, &'static str),
    /// The same, in thousand-millionths of a dollar.
    nano: (u64, u64),
    context: u32,
    /// Besides text: image, file, audio.
    takes: &'static [&'static str],
    reasons: bool,
    /// Can it use tools, such as the web search?
    tools: bool,
}

/// What a model that is not on the list costs, per token read and written, in thousand-millionths of a dollar.
const USUAL_NANO_USD: (u64, u64) = (150, 600);

const OFFERS: [Offer; 7] = [
    Offer {
        id: "openrouter/auto",
        name: "Auto Router",
        price: ("-1", "-1"),
        nano: USUAL_NANO_USD,
        context: 2_000_000,
        takes: &["image", "file", "audio"],
        reasons: true,
        tools: true,
    },
    Offer {
        id: "openai/gpt-4o-mini",
        name: "OpenAI: GPT-4o-mini",
        price: ("0.00000015", "0.0000006"),
        nano: (150, 600),
        context: 128_000,
        takes: &["image", "file"],
        reasons: false,
        tools: true,
    },
    Offer {
        id: "anthropic/claude-sonnet-4.5",
        name: "Anthropic: Claude Sonnet 4.5",
        price: ("0.000003", "0.000015"),
        nano: (3000, 15_000),
        context: 1_000_000,
        takes: &["image", "file"],
        reasons: true,
        tools: true,
    },
    Offer {
        id: "google/gemini-2.5-flash",
        name: "Google: Gemini 2.5 Flash",
        price: ("0.0000003", "0.0000025"),
        nano: (300, 2500),
        context: 1_048_576,
        takes: &["image", "file", "audio"],
        reasons: true,
        tools: true,
    },
    Offer {
        id: "deepseek/deepseek-chat-v3.1",
        name: "DeepSeek: DeepSeek V3.1",
        price: ("0.0000002", "0.0000008"),
        nano: (200, 800),
        context: 163_840,
        takes: &[],
        reasons: true,
        tools: true,
    },
    Offer {
        id: "mistralai/mistral-small-3.2-24b-instruct",
        name: "Mistral: Mistral Small 3.2 24B",
        price: ("0.00000006", "0.00000018"),
        nano: (60, 180),
        context: 131_072,
        takes: &["image"],
        reasons: false,
        tools: true,
    },
    Offer {
        id: "meta-llama/llama-3.3-70b-instruct:free",
        name: "Meta: Llama 3.3 70B Instruct (free)",
        price: ("0", "0"),
        nano: (0, 0),
        context: 65_536,
        takes: &[],
        reasons: false,
        tools: false,
    },
];

/// How a model is paid that does not talk, in thousand-millionths of a dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charge {
    /// Of a recording.
    PerSecond(u64),
    /// That it paints.
    PerPicture(u64),
}

/// A model that does not talk.
struct Specialist {
    id: &'static str,
    name: &'static str,
    takes: &'static [&'static str],
    gives: &'static str,
    charge: Charge,
}

/// Who paints, and who writes down recordings, in the sandbox.
pub const PAINTER: &str = "bytedance-seed/seedream-4.5";
/// See [`PAINTER`].
pub const LISTENER: &str = "openai/gpt-4o-mini-transcribe";

const SPECIALISTS: [Specialist; 4] = [
    Specialist {
        id: "openai/whisper-1",
        name: "OpenAI: Whisper 1",
        takes: &["audio"],
        gives: "transcription",
        charge: Charge::PerSecond(100_000),
    },
    Specialist {
        id: LISTENER,
        name: "OpenAI: GPT-4o Mini Transcribe",
        takes: &["audio"],
        gives: "transcription",
        charge: Charge::PerSecond(50_000),
    },
    Specialist {
        id: PAINTER,
        name: "ByteDance Seed: Seedream 4.5",
        takes: &["text", "image"],
        gives: "image",
        charge: Charge::PerPicture(40_000_000),
    },
    Specialist {
        id: "recraft/recraft-v3",
        name: "Recraft: Recraft V3",
        takes: &["text"],
        gives: "image",
        charge: Charge::PerPicture(30_000_000),
    },
];

/// The answer to `GET /models`, without the models that are not available, and with so many more that are made up. As
/// at OpenRouter only models that answer in words are listed, unless `output_modalities` asks for others.
pub(super) fn list(is_available: impl Fn(&str) -> bool, more: usize, outputs: Option<&str>) -> Value {
    let outputs: Vec<&str> = outputs.unwrap_or("text").split(',').map(str::trim).collect();
    let wanted = |gives: &str| outputs.contains(&"all") || outputs.contains(&gives);
    let offers = OFFERS.iter().filter(|offer| wanted("text") && is_available(offer.id)).map(Offer::described);
    let others = SPECIALISTS.iter().filter(|other| wanted(other.gives) && is_available(other.id));
    let more = if wanted("text") { more } else { 0 };
    let data: Vec<Value> = offers.chain((0..more).map(made_up)).chain(others.map(Specialist::described)).collect();
    json!({ "data": data })
}

/// Does this model take such things? One that is not on the list takes everything.
pub(super) fn takes(model: &str, kind: &str) -> bool {
    match SPECIALISTS.iter().find(|other| other.id == model) {
        Some(other) => other.takes.contains(&kind),
        None => OFFERS.iter().find(|offer| offer.id == model).is_none_or(|offer| offer.takes.contains(&kind)),
    }
}

/// How a model is paid that does not talk; `None` when it talks, or is not on the list.
pub(super) fn charge(model: &str) -> Option<Charge> {
    SPECIALISTS.iter().find(|other| other.id == model).map(|other| other.charge)
}

/// Can this model use tools? One that is not on the list can.
pub(super) fn uses_tools(model: &str) -> bool {
    OFFERS.iter().find(|offer| offer.id == model).is_none_or(|offer| offer.tools)
}

/// One of many, as odd as entries of long lists are: prices that vary, are null or missing, fields that nobody knows.
fn made_up(number: usize) -> Value {
    let maker = number % MAKERS;
    let price = match number % 7 {
        0 => json!({"prompt": "-1", "completion": "-1"}),
        1 => json!({"prompt": null, "completion": null}),
        2 => Value::Null,
        _ => json!({"prompt": "0.00000015", "completion": 0.000_000_6, "brand_new": [1]}),
    };
    json!({
        "id": format!("maker-{maker:02}/model-{number:03}"),
        "name": format!("Maker {maker:02}: Model {number:03} Instruct"),
        "context_length": 1000 * (number + 1),
        "pricing": price,
        "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
        "supported_parameters": null,
        "brand_new": {"field": true},
    })
}

/// So many makers share the models that are made up.
const MAKERS: usize = 25;

/// What a token read and a token written cost, in thousand-millionths of a US dollar.
pub(super) fn price_nano_usd(model: &str) -> (u64, u64) {
    OFFERS.iter().find(|offer| offer.id == model).map_or(USUAL_NANO_USD, |offer| offer.nano)
}

impl Offer {
    fn described(&self) -> Value {
        let inputs: Vec<&str> = std::iter::once("text").chain(self.takes.iter().copied()).collect();
        let mut parameters = vec!["max_tokens", "temperature", "top_p", "stop"];
        if self.tools {
            parameters.push("tools");
        }
        if self.reasons {
            parameters.extend(["reasoning", "include_reasoning"]);
        }
        json!({
            "id": self.id,
            "canonical_slug": self.id,
            "name": self.name,
            "created": 1_755_000_000,
            "description": format!("{}, as the sandbox imagines it.", self.name),
            "context_length": self.context,
            "architecture": {
                "modality": format!("{}->text", inputs.join("+")),
                "input_modalities": inputs,
                "output_modalities": ["text"],
                "tokenizer": "Other",
                "instruct_type": null,
            },
            "pricing": {"prompt": self.price.0, "completion": self.price.1, "request": "0", "image": "0"},
            "top_provider": {"context_length": self.context, "max_completion_tokens": 16_384, "is_moderated": false},
            "per_request_limits": null,
            "supported_parameters": parameters,
            "default_parameters": null,
            "supported_voices": null,
            "links": {"details": format!("/api/v1/models/{}/endpoints", self.id)},
        })
    }
}

impl Specialist {
    fn described(&self) -> Value {
        json!({
            "id": self.id,
            "canonical_slug": self.id,
            "name": self.name,
            "created": 1_755_000_000,
            "description": format!("{}, as the sandbox imagines it.", self.name),
            "context_length": 0,
            "architecture": {
                "modality": format!("{}->{}", self.takes.join("+"), self.gives),
                "input_modalities": self.takes,
                "output_modalities": [self.gives],
                "tokenizer": "Other",
                "instruct_type": null,
            },
            "pricing": {"prompt": "0", "completion": "0"},
            "top_provider": {"context_length": null, "max_completion_tokens": null, "is_moderated": false},
            "per_request_limits": null,
            "supported_parameters": [],
            "default_parameters": null,
            "supported_voices": null,
            "links": {"details": format!("/api/v1/models/{}/endpoints", self.id)},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_charged_is_what_is_listed() {
        for offer in &OFFERS {
            for (listed, charged) in [(offer.price.0, offer.nano.0), (offer.price.1, offer.nano.1)] {
                let listed: f64 = listed.parse().unwrap();
                #[expect(clippy::cast_precision_loss, reason = "prices are small")]
                let charged = charged as f64;
                assert!(listed < 0.0 || (listed * 1e9 - charged).abs() < 1e-6, "{}", offer.id);
            }
        }
    }

    #[test]
    fn a_model_that_is_gone_is_not_listed() {
        let count = |listed: Value| listed["data"].as_array().unwrap().len();
        assert_eq!(count(list(|id| id != "openai/gpt-4o-mini", 500, None)), OFFERS.len() - 1 + 500);
        assert_eq!(count(list(|_| true, 500, Some("image, transcription"))), SPECIALISTS.len());
        assert_eq!(count(list(|_| true, 0, Some("all"))), OFFERS.len() + SPECIALISTS.len());
    }
}
