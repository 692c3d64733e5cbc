//! What may be wrong at the model's server.

use routergram::sandbox::model::Fault;

use crate::world::{Mode, World};

#[tokio::test]
async fn a_refused_key_is_a_failure() {
    let world = World::asleep(Mode::Polling, &[("OPENROUTER_API_KEY", "sk-or-v1-TEST-bad")]).await;
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["key"]), "{:#?}", said.rows);
    said.shows("key", "failure", &["status=401", "User not found", "https://openrouter.ai/keys"]);
    said.shows("model", "skipped", &["the list cannot be had"]);
    world.ends().await;
}

#[tokio::test]
async fn used_up_credit_is_a_failure() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.model.fails_at_the_key(Some(Fault::no_credit()));
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["key"]), "{:#?}", said.rows);
    said.shows("key", "failure", &["status=402", "Insufficient credits", "https://openrouter.ai/settings/credits"]);
    world.model.fails_at_the_key(Some(Fault::bad_gateway()));
    world.doctor().await.shows("key", "failure", &["cannot be asked", "status=502"]);
    world.model.fails_at_the_key(None);
    assert_eq!(world.doctor().await.status, Some(0));
    world.ends().await;
}

#[tokio::test]
async fn the_keys_limit_is_warned_about_before_it_is_reached() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.model.key_has_spent(74.5);
    world.doctor().await.shows("key", "ok", &["$25.50 of $100.00 left"]);
    world.model.key_has_spent(91.0);
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0));
    said.shows("key", "warning", &["$9.00 of $100.00 left", "https://openrouter.ai/settings/keys"]);
    world.model.key_has_spent(100.5);
    let said = world.doctor().await;
    assert_eq!(said.status, Some(1));
    said.shows("key", "failure", &["its limit of $100.00 is used up", "Raise the key's limit"]);
    world.model.key_may_spend(None);
    world.doctor().await.shows("key", "ok", &["no limit of its own"]);
    world.ends().await;
}

#[tokio::test]
async fn a_key_that_may_ask_no_model_is_a_failure_and_one_without_credit_a_warning() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.model.is_free_tier(true);
    let said = world.doctor().await;
    assert_eq!(said.status, Some(0));
    said.shows("key", "warning", &["never bought credit", "routergram models :free"]);
    world.bot.set("MODEL", "meta-llama/llama-3.3-70b-instruct:free");
    world.doctor().await.shows("key", "ok", &["accepted"]);
    world.model.key_is_for_management(true);
    world.doctor().await.shows("key", "failure", &["may ask no model", "ordinary key"]);
    world.ends().await;
}

#[tokio::test]
async fn a_model_that_is_not_on_offer_gets_its_right_name() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.doctor().await.shows("model", "ok", &["openrouter/auto: 2M context, varies in, varies out"]);
    world.bot.set("MODEL", "openai/gpt-4o-mini:nitro");
    let of_the_list = "128K context, $0.15 in, $0.60 out per million tokens";
    world.doctor().await.shows("model", "ok", &["openai/gpt-4o-mini:nitro: ", of_the_list]);
    world.bot.set("MODEL", "openai/gpt-4o-mni");
    world.bot.set("FALLBACK_MODELS", "openrouter/auto, nobody/knows-this");
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["model", "fallback_model"]), "{:#?}", said.rows);
    said.shows("model", "failure", &["is not on offer", "Set MODEL to openai/gpt-4o-mini if"]);
    said.shows("fallback_model", "failure", &["nobody/knows-this is not on offer", "Set FALLBACK_MODELS to one that"]);
    world.ends().await;
}

#[tokio::test]
async fn a_model_that_is_gone_is_a_failure() {
    let world = World::asleep(Mode::Polling, &[]).await;
    world.model.loses_model("openrouter/auto");
    let said = world.doctor().await;
    assert_eq!((said.status, said.are("failure")), (Some(1), vec!["model"]), "{:#?}", said.rows);
    said.shows("model", "failure", &["openrouter/auto is not on offer"]);
    world.ends().await;
}
