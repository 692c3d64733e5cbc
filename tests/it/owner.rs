//! The owner is told what needs them: once, with what to do, and without anybody's text.

use routergram::replies::{self, Language};
use routergram::sandbox::model::Fault;
use routergram::sandbox::telegram::{Fault as Refusal, Trouble};
use serde_json::json;

use crate::world::{ANNA, KEY, Mode, World};

/// Runs the bot; writes Russian.
const OLGA: i64 = 1003;

/// A world whose bot belongs to Olga, and is not running yet.
async fn olgas_world(mode: Mode) -> World {
    let admins = format!("{OLGA}, 42");
    let world = World::asleep(mode, &[("ADMIN_USER_IDS", &admins)]).await;
    world.telegram.add_person(OLGA, "Olga", Some("ru"));
    world
}

/// What Olga was told, as texts.
fn told(world: &World) -> Vec<String> {
    world.said(OLGA).into_iter().map(|message| message.text).collect()
}

#[tokio::test]
async fn the_owner_is_told_once_for_each_cause_and_people_every_time() {
    let mut world = olgas_world(Mode::Webhook).await;
    world.expects_in_log(&["The model's provider refuses this account or model"]);
    world.bot.starts().await;
    world.model.fails_next(3, &Fault::no_credit());
    for count in 1..=3 {
        world.anna("anybody there?");
        world.answers(ANNA, count).await;
        assert_eq!(world.last_said(ANNA), replies::account(Language::En));
    }
    world.answers(OLGA, 1).await;
    world.model.fails_next(1, &Fault::status(404, "No endpoints found for this model.", "not_found"));
    world.anna("and now?");
    world.answers(ANNA, 4).await;
    world.answers(OLGA, 2).await;
    world.model.answers("yes");
    world.anna("and now?");
    world.answers(ANNA, 5).await;
    world.drains().await;
    let told = told(&world);
    let [account, model] = &told[..] else { panic!("once for each: {told:#?}") };
    // Nobody knows her language yet.
    assert!(account.starts_with(replies::owner_account(Language::En, "").trim_end()), "{account}");
    assert!(account.ends_with(r#"message="Insufficient credits. Add more using https://openrouter.ai/credits""#));
    assert!(model.starts_with(replies::owner_no_such_model(Language::En, "").trim_end()), "{model}");
    assert_eq!(world.bot.said("The owner has been told in Telegram"), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_refused_key_is_told_at_the_start_before_anybody_asks() {
    let mut world = olgas_world(Mode::Polling).await;
    world.expects_in_log(&["does not accept OPENROUTER_API_KEY"]);
    world.bot.set("OPENROUTER_API_KEY", "sk-or-v1-TEST-not-a-real-one-but-bad");
    world.bot.starts().await;
    let told = world.answers(OLGA, 1).await;
    assert!(told[0].text.contains("OPENROUTER_API_KEY") && !told[0].text.contains(KEY), "{}", told[0].text);
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn what_was_put_aside_is_told_in_the_owners_language_and_without_what_people_wrote() {
    let mut world = olgas_world(Mode::Webhook).await;
    world.expects_in_log(&[
        "An update was parked",
        "Telegram refused a message",
        "Telegram takes an answer in no form",
        "The apology could not be sent",
    ]);
    world.bot.starts().await;
    world.model.answers("a secret answer");
    world.says(OLGA, OLGA, "привет");
    world.answers(OLGA, 1).await;
    let odd =
        json!({"message": {"message_id": 1, "date": 1, "chat": {"id": ANNA}, "text": {"odd": "a secret question"}}});
    let _ = world.telegram.inject(&odd.to_string());
    world.answers(OLGA, 2).await;
    let never = Trouble::Refused { code: 400, description: "Bad Request: not enough rights to send".to_owned() };
    world.telegram.fail(Refusal::new("sendMessage", 10, never).in_chat(ANNA));
    world.anna("a secret question");
    world.answers(OLGA, 3).await;
    world.telegram.heal();
    let told = told(&world);
    assert!(told[1].starts_with(replies::owner_parked(Language::Ru, "").trim_end()), "{}", told[1]);
    assert!(told[2].starts_with(replies::owner_undeliverable(Language::Ru, "").trim_end()), "{}", told[2]);
    assert!(told[2].contains("not enough rights to send"), "{}", told[2]);
    assert!(!told[1..].concat().contains("secret"), "{told:#?}");
    world.ends().await;
}

#[tokio::test]
async fn an_owner_who_cannot_be_reached_harms_nobody() {
    let mut world = olgas_world(Mode::Webhook).await;
    world.expects_in_log(&["refuses this account or model", "has to open the bot there and press Start"]);
    world.bot.starts().await;
    let blocked = Trouble::Refused {
        code: 403,
        description: "Forbidden: bot can't initiate conversation with a user".to_owned(),
    };
    world.telegram.fail(Refusal::new("sendMessage", 10, blocked).in_chat(OLGA));
    world.model.fails_next(2, &Fault::no_credit());
    for count in 1..=2 {
        world.anna("anybody there?");
        world.answers(ANNA, count).await;
    }
    world.bot.says("has to open the bot there and press Start").await;
    world.model.answers("yes");
    world.anna("and now?");
    world.answers(ANNA, 3).await;
    assert_eq!(world.last_said(ANNA), "yes");
    assert_eq!(world.bot.said("press Start"), 1);
    world.ends().await;
}

#[tokio::test]
async fn an_owner_whom_telegram_does_not_take_a_message_to_now_is_told_a_little_later() {
    let mut world = olgas_world(Mode::Webhook).await;
    world.expects_in_log(&["refuses this account or model"]);
    world.bot.starts().await;
    world.telegram.fail(Refusal::new("sendMessage", 1, Trouble::InternalServerError).in_chat(OLGA));
    world.model.fails_next(1, &Fault::no_credit());
    world.anna("anybody there?");
    world.answers(OLGA, 1).await;
    world.ends().await;
}
