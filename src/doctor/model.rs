//! The model's side: is the key accepted, what may it still spend, and are the models on offer?

use std::time::Duration;

use super::{Row, in_time, is_disabled};
use crate::clock::{Clock, Timestamp};
use crate::config::{Config, OpenRouterConfig};
use crate::openrouter::{KeyInfo, ModelError, ModelErrorKind, OfferedModel, OpenRouter, Price, without_routing};

const KEY: &str = "key";
const MODEL: &str = "model";
const FALLBACK: &str = "fallback_model";
const PERSONA: &str = "persona_model";
const PAINTER: &str = "image_model";
const LISTENER: &str = "transcription_model";

/// A key that ends within this is to be replaced now: long enough for whoever has a week off.
const ENDS_SOON: Duration = Duration::from_hours(24 * 7);
/// How much of an id may be different in what is offered instead (0 to 1, as `strsim` counts).
const RESEMBLES: f64 = 0.7;

/// The rows of the key, the model and the fallbacks.
pub(super) async fn look(config: &Config, clock: &Clock) -> Vec<Row> {
    if is_disabled(config) {
        return [KEY, MODEL].map(|name| Row::skipped(name, config.mode.why.clone())).into();
    }
    let settings = &config.openrouter;
    let server = match OpenRouter::new(settings, clock.clone()) {
        Ok(server) => server,
        Err(error) => {
            let row = Row::failure(KEY, error.to_string(), "Copy OPENROUTER_API_KEY again");
            return vec![row, Row::skipped(MODEL, "the model's server could not be asked")];
        }
    };
    let (key, list) = tokio::join!(in_time(clock, server.check_key()), in_time(clock, server.models()));
    // Only a server that keeps accounts is known to list every model that it has.
    let lists_all = matches!(key, Some(Ok(Some(_))));
    let mut rows = vec![match key {
        Some(Ok(Some(info))) => known_key(settings, &info, clock.now()),
        Some(Ok(None)) => Row::skipped(KEY, "this server does not tell about keys"),
        Some(Err(error)) => refused(settings, &error),
        None => unreachable(settings, "no answer"),
    }];
    let personas = config.turns.personas.all().iter().filter_map(|persona| persona.model.as_ref());
    let fallbacks = settings.fallback_models.iter().map(|model| (FALLBACK, model));
    let beside = [(PAINTER, &config.turns.image_model), (LISTENER, &config.turns.transcription_model)];
    let beside = beside.into_iter().filter_map(|(name, model)| Some((name, model.as_ref()?)));
    let wanted = std::iter::once((MODEL, &settings.model)).chain(fallbacks).chain(beside);
    rows.extend(models(wanted.chain(personas.map(|model| (PERSONA, model))), list, lists_all));
    rows
}

fn refused(settings: &OpenRouterConfig, error: &ModelError) -> Row {
    match error.kind {
        ModelErrorKind::Account => Row::failure(
            KEY,
            format!("refused: {}", error.detail),
            "Make a new key at https://openrouter.ai/keys and set OPENROUTER_API_KEY to it; if it is the credit, add \
             some at https://openrouter.ai/settings/credits",
        ),
        _ => unreachable(settings, &error.detail),
    }
}

fn unreachable(settings: &OpenRouterConfig, why: &str) -> Row {
    let server = settings.base_url.host_str().unwrap_or_default();
    Row::failure(
        KEY,
        format!("the model's server cannot be asked: {why}"),
        format!("Check that this machine reaches {server} (network, DNS, firewall, OPENROUTER_BASE_URL)"),
    )
}

fn known_key(settings: &OpenRouterConfig, info: &KeyInfo, now: Timestamp) -> Row {
    if info.is_management_key == Some(true) {
        let found = "accepted, but it is a key for making keys, which may ask no model";
        return Row::failure(KEY, found, "Make an ordinary key at https://openrouter.ai/keys");
    }
    if let (Some(limit), Some(left)) = (info.limit_micro_usd, info.remaining_micro_usd) {
        let raise = "Raise the key's limit at https://openrouter.ai/settings/keys";
        if left == 0 {
            return Row::failure(KEY, format!("accepted, but its limit of {} is used up", dollars(limit)), raise);
        }
        // A tenth: enough to act before it is nothing.
        if left < limit / 10 {
            return Row::warning(KEY, format!("accepted; {} of {} left", dollars(left), dollars(limit)), raise);
        }
    }
    if info.expires_at.is_some_and(|end| end < now.plus(ENDS_SOON)) {
        return Row::warning(
            KEY,
            "accepted, but it ends within a week",
            "Make a new one at https://openrouter.ai/keys and set OPENROUTER_API_KEY to it",
        );
    }
    if info.is_free_tier == Some(true) && !settings.model.ends_with(":free") {
        return Row::warning(
            KEY,
            "accepted, but its account has never bought credit",
            "Buy some at https://openrouter.ai/settings/credits, or choose a free MODEL (routergram models :free)",
        );
    }
    Row::ok(
        KEY,
        match (info.limit_micro_usd, info.remaining_micro_usd) {
            (Some(limit), Some(left)) => format!("accepted; {} of {} left", dollars(left), dollars(limit)),
            _ => "accepted; it has no limit of its own".to_owned(),
        },
    )
}

/// Millionths as people write them.
fn dollars(micro_usd: i64) -> String {
    format!("${}.{:02}", micro_usd / 1_000_000, micro_usd / 10_000 % 100)
}

/// What asking for the list has brought.
type Listed = Option<Result<Option<Vec<OfferedModel>>, ModelError>>;

/// `wanted`: each with the name of its row.
fn models<'a>(wanted: impl Iterator<Item = (&'static str, &'a String)>, list: Listed, lists_all: bool) -> Vec<Row> {
    match list {
        Some(Ok(Some(list))) => wanted.map(|(name, model)| offered(name, model, &list, lists_all)).collect(),
        Some(Ok(None)) => vec![Row::skipped(MODEL, "this server lists no models")],
        Some(Err(error)) => vec![Row::skipped(MODEL, format!("the list cannot be had: {}", error.detail))],
        None => vec![Row::skipped(MODEL, "the list cannot be had: no answer")],
    }
}

fn offered(name: &'static str, model: &str, list: &[OfferedModel], lists_all: bool) -> Row {
    if let Some(found) = find(model, list).filter(|found| does(name, found)) {
        if matches!(name, PAINTER | LISTENER) {
            return Row::ok(name, format!("{model}, which {}", task(name)));
        }
        let (read, written) = (price(found.prompt), price(found.completion));
        let found = format!("{model}: {} context, {read} in, {written} out per million tokens", found.context());
        return Row::ok(name, found);
    }
    if model.starts_with(['~', '@']) {
        return Row::ok(name, format!("{model}, which the server resolves by itself"));
    }
    let able = list.iter().filter(|offered| does(name, offered));
    let resembling = able.map(|offered| (strsim::normalized_damerau_levenshtein(model, &offered.id), offered));
    let nearest =
        resembling.max_by(|one, other| one.0.total_cmp(&other.0)).filter(|(likeness, _)| *likeness > RESEMBLES);
    let setting = match name {
        MODEL => "MODEL",
        FALLBACK => "FALLBACK_MODELS",
        PAINTER => "IMAGE_MODEL",
        LISTENER => "TRANSCRIPTION_MODEL",
        _ => "the persona's model",
    };
    let fix = match nearest {
        None if matches!(name, PAINTER | LISTENER) => {
            format!("Set {setting} to one that {} (https://openrouter.ai/models)", task(name))
        }
        Some((_, offered)) => format!("Set {setting} to {} if that is meant; routergram models lists all", offered.id),
        None => format!("Set {setting} to one that routergram models lists"),
    };
    let found = if find(model, list).is_some() {
        format!("{model} is on offer, but not for this")
    } else {
        format!("{model} is not on offer")
    };
    // The owner's own answers in the place of a persona's; without the others the bot answers all the same.
    Row::wrong(name, lists_all && matches!(name, MODEL | FALLBACK), found, fix)
}

fn price(price: Price) -> String {
    let sign = if matches!(price, Price::MicroUsd(1..)) { "$" } else { "" };
    format!("{sign}{price}")
}

/// What a model beside the answering one is for.
fn task(name: &str) -> &'static str {
    if name == PAINTER { "paints pictures" } else { "writes down recordings" }
}

/// Can a model do what it is set for? One of which the server does not say what it gives, can.
fn does(name: &str, model: &OfferedModel) -> bool {
    let gives = |what: &str| model.gives.is_empty() || model.gives.iter().any(|given| given == what);
    match name {
        PAINTER => gives("image"),
        LISTENER => gives("transcription"),
        _ => model.writes(),
    }
}

/// The entry of a model: its own, or that of the model that it is a variant of.
fn find<'a>(model: &str, list: &'a [OfferedModel]) -> Option<&'a OfferedModel> {
    let listed = |id: &str| list.iter().find(|offered| offered.id == id);
    // Ollama's list names the tag that everybody leaves out.
    listed(model).or_else(|| listed(without_routing(model)?)).or_else(|| listed(&format!("{model}:latest")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    fn list(ids: &[&str]) -> Vec<OfferedModel> {
        let offer = |id: &&str| OfferedModel {
            id: (*id).to_owned(),
            context_tokens: Some(128_000),
            prompt: Price::MicroUsd(150_000),
            ..OfferedModel::default()
        };
        ids.iter().map(offer).collect()
    }

    #[test]
    fn a_model_is_on_offer_under_the_names_that_servers_accept() {
        let list = list(&["openai/gpt-4o-mini", "x/y:free", "llama3:latest"]);
        for model in ["openai/gpt-4o-mini", "openai/gpt-4o-mini:nitro", "x/y:free", "llama3", "~openai/gpt-mini-latest"]
        {
            assert_eq!(offered(MODEL, model, &list, true).state, State::Ok, "{model}");
        }
        let found = offered(MODEL, "openai/gpt-4o-mini", &list, true).found;
        assert_eq!(found, "openai/gpt-4o-mini: 128K context, $0.15 in, varies out per million tokens");
        for model in ["x/y", "openai/gpt-4o-mni", "openai/gpt-4o-mini:free"] {
            assert_eq!(offered(MODEL, model, &list, true).state, State::Failure, "{model}");
        }
        assert_eq!(offered(MODEL, "mine", &list, false).state, State::Warning);
    }

    #[test]
    fn a_model_beside_the_answering_one_has_to_be_one_for_its_task() {
        let specialist = |id: &str, gives: &str| OfferedModel {
            id: id.to_owned(),
            gives: vec![gives.to_owned()],
            ..OfferedModel::default()
        };
        let list = [
            specialist("a/painter", "image"),
            specialist("b/listener", "transcription"),
            specialist("c/talker", "text"),
        ];
        let row = |name, model| offered(name, model, &list, true);
        assert_eq!(row(PAINTER, "a/painter").found, "a/painter, which paints pictures");
        assert_eq!(row(LISTENER, "b/listener").found, "b/listener, which writes down recordings");
        for (name, model) in [(PAINTER, "c/talker"), (LISTENER, "a/painter"), (MODEL, "a/painter")] {
            assert_eq!(row(name, model).found, format!("{model} is on offer, but not for this"), "{name}");
        }
        assert!(row(PAINTER, "a/paintr").fix.unwrap().starts_with("Set IMAGE_MODEL to a/painter if"));
        assert_eq!(row(PAINTER, "x/y").state, State::Warning);
    }

    #[test]
    fn a_misspelt_model_gets_its_right_name_and_a_strange_one_none() {
        let list = list(&["openai/gpt-4o-mini", "a/b"]);
        let fix = |model| offered(FALLBACK, model, &list, true).fix.unwrap();
        assert!(fix("openai/gpt-4o-mni").starts_with("Set FALLBACK_MODELS to openai/gpt-4o-mini if"));
        assert!(fix("something/else").contains("to one that routergram models lists"));
    }
}
