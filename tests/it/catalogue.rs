//! The list of models: asked for, kept, and asked for again.

use std::time::Duration;

use routergram::sandbox::model::Fault;
use serde_json::Value;

use crate::world::{ANNA, Mode, World, until};

/// What the sandbox's model lists: those that talk, and those that paint or listen.
const LISTED: usize = 7 + 4;

/// The list as the bot has kept it: the ids.
pub(crate) fn kept(world: &World) -> Vec<String> {
    let text = std::fs::read(world.folder.path().join("models.json")).unwrap_or_default();
    let kept: Value = serde_json::from_slice(&text).unwrap_or_default();
    let models = kept["models"].as_array().cloned().unwrap_or_default();
    models.iter().filter_map(|model| model["id"].as_str().map(str::to_owned)).collect()
}

/// Returns when the bot knows the list.
pub(crate) async fn knows_models(world: &World) {
    until("the list of models is kept", async || !kept(world).is_empty()).await;
}

#[tokio::test]
async fn a_list_that_cannot_be_had_is_told_once_and_leaves_the_one_from_before() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["The list of models cannot be had now"]);
    world.model.fails_at_the_list(Some(Fault::bad_gateway()));
    world.bot.starts().await;
    world.bot.says("The list of models cannot be had now").await;
    world.anna("hi");
    world.answers(ANNA, 1).await;
    world.bot.stops().await;
    world.model.recovers();
    world.bot.starts().await;
    knows_models(&world).await;
    world.bot.stops().await;
    world.model.fails_at_the_list(Some(Fault::status(500, "oops", "server")));
    world.bot.starts().await;
    until("it is told again", async || world.bot.said("The list of models cannot be had now") == 2).await;
    assert_eq!(kept(&world).len(), LISTED);
    world.ends().await;
}

#[tokio::test]
async fn a_list_of_odd_entries_is_kept_as_far_as_it_is_understood() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.model.lists_more(500);
    world.bot.starts().await;
    knows_models(&world).await;
    assert_eq!(kept(&world).len(), LISTED + 500);
    world.ends().await;
}

#[tokio::test]
async fn the_list_is_asked_for_anew_every_day_and_sooner_after_a_failure() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.expects_in_log(&["The list of models cannot be had now"]);
    let inside = world.runs_inside(&[]).await;
    world.model.listed(1).await;
    world.model.fails_at_the_list(Some(Fault::bad_gateway()));
    until("it is asked for the next day", async || {
        // The keeper may be busy with the first list while an hour goes by.
        world.clock.advance(Duration::from_hours(1));
        world.model.list_count() >= 2
    })
    .await;
    world.model.fails_at_the_list(None);
    world.model.lists_more(3);
    inside.lives_until("it is asked for again", async || kept(&world).len() == LISTED + 3).await;
    inside.stops().await;
    world.ends().await;
}
