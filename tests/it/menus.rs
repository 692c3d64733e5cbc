//! What is offered to whom: the menus and descriptions that Telegram shows, the greeting, and the nearest command.

use routergram::replies::{self, Audience, Language};
use routergram::sandbox::telegram::view::Act;
use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::{Value, json};

use crate::catalogue::knows_models;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

/// Runs the bot; writes Russian.
const OLGA: i64 = 1003;
/// The last thing that is set at a start without owners.
const LAST: &str = "setMyShortDescription";

fn menu(world: &World, chat: i64, person: i64) -> Vec<(String, String)> {
    world.telegram.menu(chat, person)
}

fn expected(language: Language, audience: Audience) -> Vec<(String, String)> {
    let menu = replies::menu(language, audience, false).into_iter();
    menu.map(|entry| (entry.command, entry.description)).collect()
}

/// What the bot says of itself in a language, as Telegram has it.
async fn about(world: &World, method: &str, language_code: &str) -> Value {
    let address = format!("{}/bot{}/{method}", world.telegram.api_url(), world.telegram.token());
    let asked = world.bot.http.post(address).json(&json!({ "language_code": language_code })).send().await.unwrap();
    asked.json::<Value>().await.unwrap()["result"].clone()
}

/// How many calls so far have set something of all that.
fn sets(world: &World) -> usize {
    world.telegram.calls().iter().filter(|call| call.method.starts_with("setMy")).count()
}

/// Returns when this method was called so often.
async fn is_called(world: &World, method: &str, times: usize) {
    until(&format!("{method} was called"), async || world.called(method) >= times).await;
}

#[tokio::test]
async fn menus_and_descriptions_are_shown_per_language_and_place_and_set_only_when_they_changed() {
    let mut world = World::with(Mode::Webhook).await;
    is_called(&world, LAST, 2).await;
    for (person, language) in [(ANNA, Language::En), (BORIS, Language::Ru)] {
        assert_eq!(menu(&world, person, person), expected(language, Audience::Person));
        assert_eq!(menu(&world, GROUP, person), expected(language, Audience::Group));
    }
    // Whoever speaks neither gets English.
    for (code, language) in [("", Language::En), ("ru", Language::Ru)] {
        let (long, short) = (replies::description(language), replies::short_description(language));
        assert_eq!(about(&world, "getMyDescription", code).await, json!({ "description": long }));
        assert_eq!(about(&world, "getMyShortDescription", code).await, json!({ "short_description": short }));
    }
    assert_eq!(sets(&world), 8);
    let asked = world.called("getMyShortDescription");
    world.bot.stops().await;
    world.bot.starts().await;
    is_called(&world, "getMyShortDescription", asked + 2).await;
    world.bot.stops().await;
    assert_eq!(sets(&world), 8, "nothing had changed");

    // Somebody has written another description by hand.
    let address = format!("{}/bot{}/setMyDescription", world.telegram.api_url(), world.telegram.token());
    let other = json!({"description": "Другое", "language_code": "ru"});
    assert!(world.bot.http.post(address).json(&other).send().await.unwrap().status().is_success());
    world.bot.starts().await;
    is_called(&world, "setMyDescription", 4).await;
    is_called(&world, "getMyShortDescription", asked + 4).await;
    assert_eq!(sets(&world), 10, "theirs and the one that was put back");
    world.ends().await;
}

#[tokio::test]
async fn an_owner_sees_the_owners_commands_in_their_chat_alone() {
    let mut world = World::asleep(Mode::Polling, &[("ADMIN_USER_IDS", &format!("{OLGA}, 42"))]).await;
    world.telegram.add_person(OLGA, "Olga", Some("ru"));
    world.bot.starts().await;
    // Nobody knows who 42 is: they have not come yet, and that is no reason to complain.
    world.bot.says("An owner has not started the bot yet; their menu follows at the next start").await;
    assert_eq!(menu(&world, OLGA, OLGA), expected(Language::Ru, Audience::Owner));
    assert!(expected(Language::Ru, Audience::Owner).iter().any(|(command, _)| command == "budget"));
    assert_eq!(menu(&world, ANNA, ANNA), expected(Language::En, Audience::Person));
    assert_eq!(menu(&world, GROUP, OLGA), expected(Language::Ru, Audience::Group));
    world.says(OLGA, OLGA, "/help");
    world.anna("/help");
    world.drains().await;
    assert_eq!(world.last_said(OLGA), replies::help(Language::Ru, Audience::Owner, false));
    assert_eq!(world.last_said(ANNA), replies::help(Language::En, Audience::Person, false));
    world.ends().await;
}

#[tokio::test]
async fn a_menu_that_cannot_be_set_is_told_once_and_people_are_answered() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["The menus of commands and the bot's description could not be set"]);
    world.telegram.fail(Fault::new("setMyCommands", 1, Trouble::InternalServerError));
    world.bot.starts().await;
    world.bot.says("The menus of commands and the bot's description could not be set").await;
    world.anna("hi");
    world.answers(ANNA, 1).await;
    world.bot.stops().await;
    world.bot.starts().await;
    is_called(&world, LAST, 2).await;
    assert_eq!(menu(&world, GROUP, ANNA), expected(Language::En, Audience::Group));
    world.ends().await;
}

#[tokio::test]
async fn an_unknown_command_gets_the_nearest_one_that_this_person_may_use() {
    let world = World::with_settings(Mode::Webhook, &[("ADMIN_USER_IDS", &OLGA.to_string())]).await;
    world.telegram.add_person(OLGA, "Olga", Some("ru"));
    let (en, ru) = (Language::En, Language::Ru);
    for (person, sent, said) in [
        (ANNA, "/modle", replies::unknown_command_but(en, "modle", "model")),
        (ANNA, "/SETINGS please", replies::unknown_command_but(en, "setings", "settings")),
        (BORIS, "/lang", replies::unknown_command_but(ru, "lang", "language")),
        (ANNA, "/frobnicate", replies::unknown_command(en, "frobnicate")),
        (ANNA, "/budgte 5", replies::unknown_command(en, "budgte")),
        (OLGA, "/budgte 5", replies::unknown_command_but(ru, "budgte", "budget")),
        (ANNA, &format!("/{}", "x".repeat(300)), replies::unknown_command(en, &"x".repeat(32))),
    ] {
        world.says(person, person, sent);
        world.drains().await;
        assert_eq!(world.last_said(person), said, "{sent}");
    }
    assert_eq!(replies::unknown_command_but(en, "modle", "model"), "I do not know /modle. Did you mean /model?");
    // In a group it may be for another bot.
    world.says(ANNA, GROUP, "/modle");
    world.drains().await;
    assert_eq!(world.said(GROUP).len(), 0);
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn the_greeting_names_the_model_of_this_chat_in_the_persons_language_whatever_a_link_adds() {
    let world = World::with(Mode::Polling).await;
    knows_models(&world).await;
    world.anna("/start");
    world.says(BORIS, BORIS, "/start ref_42-from_a_friend");
    world.drains().await;
    assert_eq!(world.last_said(ANNA), replies::start(Language::En, "Auto Router"));
    assert_eq!(world.last_said(BORIS), replies::start(Language::Ru, "Auto Router"));
    world.anna("/model openai/gpt-4o-mini");
    world.drains().await;
    let payload = format!("/start {}", "A".repeat(64));
    world.telegram.act(Act::Send { chat: ANNA, user: ANNA, text: payload, reply_to: None, thread: None }).unwrap();
    world.drains().await;
    assert_eq!(world.last_said(ANNA), replies::start(Language::En, "OpenAI: GPT-4o-mini"));
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}
