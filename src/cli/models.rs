//! `routergram models [WORD…]`: what could stand in `MODEL`, as a table of at most 100 columns.

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{complain, configured, print, wait_for};
use crate::clock::Clock;
use crate::config::{AllowedModels, Sources};
use crate::openrouter::{OfferedModel, OpenRouter, Price};

/// Longer ids get a line of their own, so that every id can be copied and every row fits 100 columns.
const WIDEST_ID: usize = 62;

/// Lists the models that `ALLOWED_MODELS` allows and that have all these words in their id or name. Exit status 1 when there is none, or no list; 78 when
/// the settings cannot be used.
#[must_use]
pub fn models(query: &[String], json: bool) -> ExitCode {
    // Who looks for a model may have no bot yet, and the list needs no key: so neither is asked for.
    let config = match configured(&Sources::of_this_process().with("DISABLE_TELEGRAM_BOT", "true")) {
        Ok(config) => config,
        Err(status) => return status,
    };
    wait_for(async {
        let listed = match OpenRouter::new(&config.openrouter, Clock::system()) {
            Ok(server) => server.models().await.map_err(|error| error.detail),
            Err(error) => Err(error.to_string()),
        };
        match listed {
            Ok(Some(list)) => show(allowed(list, &config.turns.allowed_models), query, json),
            Ok(None) => failed(&format!("{} lists no models", config.openrouter.base_url)),
            Err(why) => failed(&format!(
                "{} cannot be asked: {}. Check the network, OPENROUTER_BASE_URL and OPENROUTER_API_KEY",
                config.openrouter.base_url,
                config.redactor().redact(&why)
            )),
        }
    })
}

fn allowed(mut list: Vec<OfferedModel>, allowed: &AllowedModels) -> Vec<OfferedModel> {
    list.retain(|model| model.writes() && allowed.permits(&model.id));
    list
}

fn failed(why: &str) -> ExitCode {
    complain(why);
    ExitCode::FAILURE
}

fn show(mut list: Vec<OfferedModel>, query: &[String], json: bool) -> ExitCode {
    let all = list.len();
    list.retain(|model| query.iter().all(|word| holds(model, word)));
    list.sort_by(|one, other| one.id.cmp(&other.id));
    if json {
        print(&format!("{:#}", json!({"models": list.iter().map(described).collect::<Vec<_>>()})));
    } else if !list.is_empty() {
        print(&table(&list));
    }
    if list.is_empty() {
        return failed(&format!("None of the {all} models has {} in its id or name", query.join(" and ")));
    }
    ExitCode::SUCCESS
}

fn holds(model: &OfferedModel, word: &str) -> bool {
    let word = word.to_lowercase();
    let name = model.name.as_deref().unwrap_or_default();
    [model.id.as_str(), name].iter().any(|text| text.to_lowercase().contains(&word))
}

/// Prices in US dollars per million tokens, `null` where they vary or are not told.
fn described(model: &OfferedModel) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "prices are far below nine thousand million dollars")]
    let usd = |price: Price| match price {
        Price::MicroUsd(micro) => json!(micro as f64 / 1e6),
        Price::Varies => Value::Null,
    };
    json!({
        "id": model.id,
        "name": model.name,
        "context_tokens": model.context_tokens,
        "prompt_usd_per_million_tokens": usd(model.prompt),
        "completion_usd_per_million_tokens": usd(model.completion),
        "vision": model.takes("image"),
        "files": model.takes("file"),
        "audio": model.takes("audio"),
        "reasoning": model.reasons,
    })
}

fn table(list: &[OfferedModel]) -> String {
    let fitting = list.iter().map(|model| model.id.chars().count()).filter(|width| *width <= WIDEST_ID);
    let width = fitting.max().unwrap_or(0).max("MODEL".len());
    let mut text = format!("{:width$}  {:>7}  {:>8}  {:>8}  CAN\n", "MODEL", "CONTEXT", "$/M IN", "$/M OUT");
    for model in list {
        // Writing to a String cannot fail, here and below.
        if model.id.chars().count() > WIDEST_ID {
            let _ = write!(text, "{}\n{:width$}", model.id, "");
        } else {
            let _ = write!(text, "{:width$}", model.id);
        }
        let can = [
            (model.takes("image"), "V"),
            (model.takes("file"), "F"),
            (model.takes("audio"), "A"),
            (model.reasons, "R"),
        ];
        let marks = can.map(|(can, mark)| if can { mark } else { "-" });
        let (context, marks) = (model.context(), marks.concat());
        let _ = writeln!(text, "  {context:>7}  {:>8}  {:>8}  {marks}", model.prompt, model.completion);
    }
    let count = if list.len() == 1 { "1 model".to_owned() } else { format!("{} models", list.len()) };
    let _ = writeln!(
        text,
        "\n{count}; prices in US dollars per million tokens; V: pictures, F: files, A: audio, R: reasons"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(id: &str, takes: &[&str]) -> OfferedModel {
        OfferedModel {
            id: id.to_owned(),
            name: Some("Some Name".to_owned()),
            context_tokens: Some(128_000),
            prompt: Price::MicroUsd(37_500),
            completion: Price::MicroUsd(1_234_567_800),
            takes: takes.iter().map(|kind| (*kind).to_owned()).collect(),
            ..OfferedModel::default()
        }
    }

    #[test]
    fn the_widest_table_fits_100_columns_and_keeps_ids_whole() {
        let (widest, wider) = ("w".repeat(WIDEST_ID), "x".repeat(90));
        let text = table(&[model(&widest, &["image", "file", "audio"]), model(&wider, &["audio"])]);
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(
            text.contains(&format!("\n{wider}\n")) && text.contains("  VFA-\n") && text.contains("  --A-\n"),
            "{text}"
        );
    }

    #[test]
    fn words_are_looked_for_in_ids_and_names() {
        let model = model("openai/gpt-4o-mini", &[]);
        for (word, found) in [("GPT", true), ("some", true), ("mini", true), ("claude", false)] {
            assert_eq!(holds(&model, word), found, "{word}");
        }
    }
}
