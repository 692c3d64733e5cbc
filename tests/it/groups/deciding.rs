//! What holds for a group is its admins' choice, in whatever way they make it.

use std::time::Duration;

use routergram::replies::{self, Audience, Language};
use routergram::sandbox::telegram::view::{Act, MessageView};
use routergram::sandbox::telegram::{Fault, Trouble};
use serde_json::json;

use crate::catalogue::knows_models;
use crate::world::acts::{buttons, data_of};
use crate::world::samples::photo;
use crate::world::{ANNA, BORIS, GROUP, Mode, World};

const EN: Language = Language::En;
const RU: Language = Language::Ru;
/// Owns the bot, and is nobody in the group.
const OLGA: i64 = 1003;

/// A world whose bot knows the list of models. Anna has made the group.
async fn world(settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(Mode::Webhook, settings).await;
    knows_models(&world).await;
    world
}

/// Somebody sends something to the group and gets one message.
async fn says(world: &World, user: i64, text: &str) -> MessageView {
    let before = world.said(GROUP).len();
    world.says(user, GROUP, text);
    world.drains().await;
    let mut said = world.said(GROUP);
    assert_eq!(said.len(), before + 1, "{text}: {said:#?}");
    said.pop().unwrap()
}

async fn says_anonymously(world: &World, user: i64, text: &str) -> MessageView {
    let text = text.to_owned();
    world.telegram.act(Act::SendAnonymously { chat: GROUP, user, text, reply_to: None, thread: None }).unwrap();
    world.drains().await;
    world.said(GROUP).pop().unwrap()
}

fn asked(world: &World) -> serde_json::Value {
    world.model.requests().pop().unwrap().body
}

#[tokio::test]
async fn nobody_but_its_admins_changes_what_holds_for_a_group() {
    let world = world(&[]).await;
    let refusal = replies::for_admins(RU);
    for text in
        ["/model", "/model openai/gpt-4o-mini", "/persona cook", "/settings", "/language", "/new", "/new Ты пират"]
    {
        assert_eq!(says(&world, BORIS, text).await.text, refusal, "{text}");
    }
    says(&world, ANNA, "/model openai/gpt-4o-mini").await;
    says(&world, ANNA, "/persona cook").await;
    let settings = says(&world, ANNA, "/settings").await;
    assert!(settings.text.contains("Model: OpenAI: GPT-4o-mini\nPersona: 🍳 Cook"), "{}", settings.text);
    assert!(settings.text.ends_with("\nLanguage: each person's own"), "{}", settings.text);
    let short = world.taps(ANNA, GROUP, "short").await;
    assert_eq!(buttons(&short)[2], ["✓ short", "normal", "in detail"]);
    // Everybody may ask, and is answered on these terms, together.
    says(&world, BORIS, "/ask почему?").await;
    let body = asked(&world);
    assert_eq!((&body["model"], &body["max_tokens"]), (&json!("openai/gpt-4o-mini"), &json!(500)));
    says(&world, BORIS, "/retry").await;
    // What is Anna's own stays as it was.
    world.anna("hi");
    world.answers(ANNA, 1).await;
    assert_eq!((&asked(&world)["model"], &asked(&world)["max_tokens"]), (&json!("openrouter/auto"), &json!(2000)));
    world.ends().await;
}

#[tokio::test]
async fn an_admin_who_is_dismissed_decides_no_more_when_telegram_tells() {
    let world = world(&[]).await;
    world.telegram.set_admins(GROUP, &[ANNA, BORIS]);
    says(&world, BORIS, "/settings").await;
    let known = world.called("getChatMember");
    assert_eq!(known, 1);
    world.taps(BORIS, GROUP, &replies::length_short(RU)).await;
    assert_eq!(world.called("getChatMember"), known, "it is remembered for some minutes");
    world.telegram.set_admins(GROUP, &[ANNA]);
    let status =
        |status: &str| json!({"user": {"id": BORIS, "is_bot": false, "first_name": "Boris"}, "status": status});
    let change = json!({"chat": {"id": GROUP, "type": "supergroup", "title": "Trip"}, "date": 1,
        "from": {"id": ANNA, "is_bot": false, "first_name": "Anna"},
        "old_chat_member": status("administrator"), "new_chat_member": status("member")});
    let _ = world.telegram.inject(&json!({ "chat_member": change }).to_string());
    world.drains().await;
    let before = world.said(GROUP);
    world.taps(BORIS, GROUP, &replies::length_long(RU)).await;
    assert_eq!((world.toast(), world.said(GROUP)), (replies::for_admins(RU), before));
    world.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_decides_and_their_panel_obeys_admins_alone() {
    let world = world(&[]).await;
    let panel = says_anonymously(&world, ANNA, "/settings").await;
    assert!(panel.text.starts_with(&replies::settings_heading(EN)), "{}", panel.text);
    let data = data_of(&panel, "short");
    world.telegram.act(Act::Press { chat: GROUP, user: BORIS, message_id: panel.message_id, data }).unwrap();
    world.drains().await;
    assert_eq!(world.toast(), replies::for_admins(RU));
    assert_eq!(buttons(&world.taps(ANNA, GROUP, "short").await)[2][0], "✓ short");
    assert_eq!(says_anonymously(&world, ANNA, "/new").await.text, replies::nothing_to_forget(EN));
    world.ends().await;
}

#[tokio::test]
async fn an_owner_of_the_bot_decides_in_any_group() {
    let world = world(&[("ADMIN_USER_IDS", &OLGA.to_string())]).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.telegram.join(GROUP, OLGA);
    let chosen = says(&world, OLGA, "/model openai/gpt-4o-mini").await;
    assert!(chosen.text.starts_with("Model: OpenAI: GPT-4o-mini"), "{}", chosen.text);
    assert_eq!(world.called("getChatMember"), 0);
    world.ends().await;
}

#[tokio::test]
async fn when_telegram_does_not_tell_who_is_an_admin_nobody_is() {
    let mut world = world(&[]).await;
    world.expects_in_log(&["Telegram does not tell who is an admin"]);
    world.telegram.fail(Fault::new("getChatMember", 2, Trouble::InternalServerError));
    assert_eq!(says(&world, ANNA, "/model openai/gpt-4o-mini").await.text, replies::admins_unknown(EN));
    assert_eq!(says(&world, ANNA, "/new").await.text, replies::admins_unknown(EN));
    let chosen = says(&world, ANNA, "/model openai/gpt-4o-mini").await;
    assert!(chosen.text.starts_with("Model: OpenAI: GPT-4o-mini"), "{}", chosen.text);
    world.ends().await;
}

#[tokio::test]
async fn a_group_speaks_the_language_that_its_admins_choose_or_else_each_persons() {
    let mut world = world(&[]).await;
    assert_eq!(says(&world, BORIS, "/help").await.text, replies::help(RU, Audience::Group, false));
    let all = says(&world, ANNA, "/language").await;
    assert_eq!(all.text, replies::language_of_a_group(EN));
    assert_eq!(buttons(&all), [vec!["English"], vec!["Русский"], vec!["✓ each person's own"], vec!["« Settings"]]);
    let russian = world.taps(ANNA, GROUP, "Русский").await;
    assert_eq!(russian.text, replies::language_of_a_group(RU));
    world.bot.dies();
    world.bot.starts().await;
    assert_eq!(says(&world, ANNA, "/help").await.text, replies::help(RU, Audience::Group, false));
    // In private she is spoken to as before.
    world.anna("/help");
    world.drains().await;
    assert_eq!(world.last_said(ANNA), replies::help(EN, Audience::Person, false));
    let settings = says(&world, ANNA, "/settings").await;
    assert!(settings.text.ends_with("Язык: Русский"), "{}", settings.text);
    world.taps(ANNA, GROUP, &replies::language_button(RU)).await;
    world.taps(ANNA, GROUP, &replies::language_of_each(RU)).await;
    assert_eq!(says(&world, ANNA, "/help").await.text, replies::help(EN, Audience::Group, false));
    world.ends().await;
}

#[tokio::test]
async fn each_topic_has_settings_of_its_own() {
    let world = world(&[]).await;
    let food = world.telegram.add_topic(GROUP, "Food");
    world.says_in(ANNA, GROUP, food, "/model openai/gpt-4o-mini");
    world.drains().await;
    says(&world, BORIS, "/ask где мы?").await;
    assert_eq!(asked(&world)["model"], "openrouter/auto");
    world.says_in(BORIS, GROUP, food, "/ask что едим?");
    world.drains().await;
    assert_eq!(asked(&world)["model"], "openai/gpt-4o-mini");
    let last = world.said(GROUP).pop().unwrap();
    assert_eq!(last.thread, Some(food));
    world.ends().await;
}

#[tokio::test]
async fn who_was_an_admin_is_asked_again_when_a_while_has_gone_by() {
    let world = World::asleep(Mode::Polling, &[]).await;
    let life = world.runs_inside(&[]).await;
    world.telegram.set_admins(GROUP, &[BORIS]);
    says(&world, BORIS, "/persona cook").await;
    let asked = world.called("getChatMember");
    // Telegram tells nobody who has not asked to be told.
    world.telegram.set_admins(GROUP, &[]);
    says(&world, BORIS, "/persona off").await;
    assert_eq!(world.called("getChatMember"), asked, "it is remembered");
    world.clock.advance(Duration::from_mins(6));
    assert_eq!(says(&world, BORIS, "/persona cook").await.text, replies::for_admins(RU));
    says(&world, ANNA, "/persona cook").await;
    life.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_model_that_can_see_is_for_admins_to_choose_too() {
    let world = world(&[("MODEL", "deepseek/deepseek-chat-v3.1")]).await;
    world.sends_with(BORIS, GROUP, photo(9, 9), "@routergram_bot what is this?");
    world.drains().await;
    let offer = world.said(GROUP).pop().unwrap();
    world.presses(BORIS, GROUP, &offer, "see:");
    world.drains().await;
    assert_eq!((world.toast(), world.model.request_count()), (replies::for_admins(RU), 0));
    world.presses(ANNA, GROUP, &offer, "see:");
    world.drains().await;
    assert_eq!(world.model.request_count(), 1);
    says(&world, BORIS, "/ask and now?").await;
    assert_eq!(asked(&world)["model"], world.model.requests()[0].body["model"]);
    world.ends().await;
}
