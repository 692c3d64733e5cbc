//! Which model answers: where the list comes from, how one is chosen, and what becomes of a choice that cannot be had.

use std::time::Duration;

use routergram::replies::{self, Language};
use routergram::sandbox::model::Fault;
use routergram::sandbox::telegram::view::{Act, MessageView};
use serde_json::{Value, json};

use crate::catalogue::{kept, knows_models};
use crate::world::acts::{buttons, data_of};
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

/// A world whose bot knows the list.
async fn world(mode: Mode, settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(mode, settings).await;
    knows_models(&world).await;
    world
}

/// The bot starts anew, and knows what is not on the list any more.
async fn restarts_without(world: &mut World, model: &str) {
    world.model.loses_model(model);
    world.bot.stops().await;
    world.bot.starts().await;
    until("it is off the list", async || !kept(world).iter().any(|id| id == model)).await;
}

/// Anna sends a command and gets one message.
async fn anna(world: &World, text: &str) -> MessageView {
    let before = world.said(ANNA).len();
    world.anna(text);
    world.drains().await;
    let mut said = world.said(ANNA);
    assert_eq!(said.len(), before + 1, "{text}: {said:#?}");
    said.pop().unwrap()
}

/// The model that the last question went to.
fn asked(world: &World) -> Value {
    world.model.requests().pop().unwrap().body["model"].clone()
}

fn english(sentence: fn(Language) -> String) -> String {
    sentence(Language::En)
}

#[tokio::test]
async fn the_picker_leads_to_a_model_that_answers_from_then_on_also_after_a_crash() {
    let mut world = world(Mode::Polling, &[]).await;
    let makers = anna(&world, "/model").await;
    insta::assert_snapshot!(makers.text, @r"
    Model: Auto Router
    price varies · 2M · 👁📄🎧🧠

    Choose who makes it, or search by name: /model gpt
    ");
    assert_eq!(
        buttons(&makers),
        [
            vec!["✓ Default: Auto Router"],
            vec!["Anthropic (1)", "DeepSeek (1)"],
            vec!["Google (1)", "Meta (1)"],
            vec!["Mistral (1)", "OpenAI (1)"],
            vec!["✓ openrouter (1)"],
            vec!["« Settings"],
        ]
    );
    let models = world.taps(ANNA, ANNA, "OpenAI (1)").await;
    insta::assert_snapshot!(models.text, @r"
    OpenAI: 1–1 of 1

    GPT-4o-mini — $0.15 / $0.60 · 128K · 👁📄

    In US dollars per million tokens, read and written; then how many tokens fit.
    👁 pictures · 📄 files · 🎧 audio · 🧠 thinks first
    ");
    assert_eq!(models.message_id, makers.message_id);
    let chosen = world.taps(ANNA, ANNA, "GPT-4o-mini").await;
    assert_eq!(buttons(&chosen), [vec!["✓ GPT-4o-mini"], vec!["« All makers"]]);
    assert_eq!(world.toast(), replies::model_chosen(Language::En, "OpenAI: GPT-4o-mini"));
    anna(&world, "hi").await;
    assert_eq!(asked(&world), "openai/gpt-4o-mini");
    world.bot.dies();
    world.bot.starts().await;
    anna(&world, "/new").await;
    anna(&world, "still you?").await;
    assert_eq!(asked(&world), "openai/gpt-4o-mini");
    assert!(anna(&world, "/start").await.text.contains("At the moment OpenAI: GPT-4o-mini answers"));
    anna(&world, "/model").await;
    let back = world.taps(ANNA, ANNA, "Default: Auto Router").await;
    assert_eq!(buttons(&back)[0], ["✓ Default: Auto Router"]);
    anna(&world, "and you?").await;
    assert_eq!(asked(&world), "openrouter/auto");
    world.ends().await;
}

#[tokio::test]
async fn a_search_finds_words_in_names_and_a_whole_id_chooses() {
    let world = world(Mode::Webhook, &[]).await;
    let found = anna(&world, "/model GEM flash").await;
    assert!(
        found.text.starts_with("“gem flash”: 1–1 of 1\n\nGemini 2.5 Flash — $0.30 / $2.50 · 1M · 👁📄🎧🧠"),
        "{found:?}"
    );
    let chosen = world.taps(ANNA, ANNA, "Gemini 2.5 Flash").await;
    assert!(chosen.text.contains("\n✓ Gemini 2.5 Flash — "), "{chosen:?}");
    let free = anna(&world, "/model free").await;
    assert!(free.text.contains("Llama 3.3 70B Instruct (free) — free · 66K\n"), "{free:?}");
    let none = anna(&world, "/model gpt-9").await;
    assert_eq!(none.text, replies::no_model_found(Language::En, "gpt-9"));
    let makers = world.taps(ANNA, ANNA, "« All makers").await;
    assert!(makers.text.starts_with("Model: Google: Gemini 2.5 Flash\n"), "{makers:?}");
    let chosen = anna(&world, "/model deepseek/deepseek-chat-v3.1").await;
    assert!(chosen.text.starts_with("Model: DeepSeek: DeepSeek V3.1\n"), "{chosen:?}");
    anna(&world, "hi").await;
    assert_eq!(asked(&world), "deepseek/deepseek-chat-v3.1");
    world.ends().await;
}

#[tokio::test]
async fn a_group_has_a_model_of_its_own_and_its_picker_obeys_who_opened_it() {
    let world = world(Mode::Webhook, &[]).await;
    world.says(ANNA, GROUP, "/model gemini");
    world.drains().await;
    let found = world.said(GROUP).pop().unwrap();
    assert_eq!(buttons(&found), [vec!["Gemini 2.5 Flash"], vec!["« All makers"]]);
    let same = world.taps(BORIS, GROUP, "Gemini 2.5 Flash").await;
    assert_eq!((world.toast(), same.text), (replies::panel_not_yours(Language::Ru), found.text));
    world.taps(ANNA, GROUP, "Gemini 2.5 Flash").await;
    world.says(BORIS, GROUP, "/ask why?");
    world.drains().await;
    assert_eq!(asked(&world), "google/gemini-2.5-flash");
    anna(&world, "and here?").await;
    assert_eq!(asked(&world), "openrouter/auto");
    world.ends().await;
}

#[tokio::test]
async fn a_chosen_model_that_is_off_the_list_falls_back_and_says_so_once() {
    let mut world = world(Mode::Polling, &[]).await;
    world.model.answers("here you are");
    anna(&world, "/model openai/gpt-4o-mini").await;
    restarts_without(&mut world, "openai/gpt-4o-mini").await;
    let before = world.said(ANNA).len();
    world.anna("hi");
    world.drains().await;
    let said: Vec<_> = world.said(ANNA).split_off(before).into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["here you are", &replies::model_gone(Language::En, "openai/gpt-4o-mini", "Auto Router")]);
    assert_eq!(asked(&world), "openrouter/auto");
    assert_eq!(anna(&world, "and now?").await.text, "here you are");
    // It is back, and nobody has chosen it since.
    world.model.recovers();
    anna(&world, "and now?").await;
    assert_eq!(asked(&world), "openrouter/auto");
    world.ends().await;
}

#[tokio::test]
async fn a_chosen_model_that_the_provider_does_not_know_any_more_falls_back_and_says_so_once() {
    let world = world(Mode::Webhook, &[]).await;
    world.model.answers("here you are");
    world.says(ANNA, GROUP, "/model openai/gpt-4o-mini");
    world.drains().await;
    world.model.loses_model("openai/gpt-4o-mini");
    world.says(ANNA, GROUP, "/ask hi");
    world.drains().await;
    let gone = replies::model_gone(Language::En, "openai/gpt-4o-mini", "Auto Router");
    let said: Vec<_> = world.said(GROUP).split_off(1).into_iter().map(|message| message.text).collect();
    assert_eq!(said, ["here you are", &gone]);
    let models: Vec<_> = world.model.requests().iter().map(|asked| asked.body["model"].clone()).collect();
    assert_eq!(models, ["openai/gpt-4o-mini", "openrouter/auto"]);
    world.says(ANNA, GROUP, "/ask and now?");
    world.drains().await;
    assert_eq!((world.last_said(GROUP).as_str(), world.model.request_count()), ("here you are", 3));
    world.ends().await;
}

#[tokio::test]
async fn the_owners_fallbacks_go_along_with_a_chosen_model() {
    let settings = [("FALLBACK_MODELS", "google/gemini-2.5-flash")];
    let world = world(Mode::Polling, &settings).await;
    world.model.answers("here you are");
    anna(&world, "/model openai/gpt-4o-mini").await;
    world.model.loses_model("openai/gpt-4o-mini");
    assert_eq!(anna(&world, "hi").await.text, "here you are");
    let last = world.model.requests().pop().unwrap();
    assert_eq!(
        (&last.body["model"], &last.body["models"]),
        (&json!("openai/gpt-4o-mini"), &json!(["google/gemini-2.5-flash"]))
    );
    assert_eq!(last.model, "google/gemini-2.5-flash");
    world.ends().await;
}

#[tokio::test]
async fn what_the_owner_does_not_allow_is_neither_shown_nor_kept() {
    let mut world = world(Mode::Polling, &[]).await;
    world.model.answers("here you are");
    anna(&world, "/model claude").await;
    world.taps(ANNA, ANNA, "Claude Sonnet 4.5").await;
    world.bot.stops().await;
    world.bot.set("ALLOWED_MODELS", "openrouter/auto, openai/*, *:free");
    world.bot.starts().await;
    let makers = anna(&world, "/model").await;
    let rows =
        [vec!["✓ Default: Auto Router"], vec!["Meta (1)", "OpenAI (1)"], vec!["✓ openrouter (1)"], vec!["« Settings"]];
    assert_eq!(buttons(&makers), rows);
    assert_eq!(
        anna(&world, "/model anthropic/claude-sonnet-4.5").await.text,
        replies::no_model_found(Language::En, "anthropic/claude-sonnet-4.5")
    );
    world.anna("hi");
    world.drains().await;
    let name = "anthropic/claude-sonnet-4.5";
    assert_eq!(world.last_said(ANNA), replies::model_gone(Language::En, name, "Auto Router"));
    assert_eq!(asked(&world), "openrouter/auto");
    world.ends().await;
}

#[tokio::test]
async fn five_hundred_models_are_pages_that_lead_on_and_back() {
    let world = World::asleep(Mode::Webhook, &[]).await;
    world.model.lists_more(500);
    let mut world = world;
    world.bot.starts().await;
    knows_models(&world).await;
    let first = anna(&world, "/model").await;
    assert_eq!(buttons(&first)[1], ["Anthropic (1)", "DeepSeek (1)"]);
    assert_eq!(buttons(&first)[11], ["›"]);
    let second = world.taps(ANNA, ANNA, "›").await;
    assert_eq!(buttons(&second).len(), 8);
    let models = world.taps(ANNA, ANNA, "Maker 20 (20)").await;
    assert!(models.text.starts_with("Maker 20: 1–8 of 20\n\nModel 020 Instruct — "), "{}", models.text);
    world.taps(ANNA, ANNA, "›").await;
    let last = world.taps(ANNA, ANNA, "›").await;
    assert!(last.text.starts_with("Maker 20: 17–20 of 20\n"), "{}", last.text);
    assert_eq!(buttons(&last)[4], ["‹"]);
    let chosen = world.taps(ANNA, ANNA, "Model 495 Instruct").await;
    assert_eq!(buttons(&chosen)[3], ["✓ Model 495 Instruct"]);
    let found = anna(&world, "/model instruct model").await;
    assert!(found.text.starts_with("“instruct model”: 1–8 of 500\n"), "{}", found.text);
    world.ends().await;
}

#[tokio::test]
async fn a_picker_survives_a_restart_and_a_list_that_has_changed_meanwhile() {
    let mut world = world(Mode::Polling, &[]).await;
    anna(&world, "/model openai").await;
    restarts_without(&mut world, "openai/gpt-4o-mini").await;
    let found = world.taps(ANNA, ANNA, "GPT-4o-mini").await;
    assert_eq!(
        (world.toast(), found.text),
        (english(replies::model_not_offered), replies::no_model_found(Language::En, "openai"))
    );
    anna(&world, "hi").await;
    assert_eq!(asked(&world), "openrouter/auto");
    world.ends().await;
}

#[tokio::test]
async fn buttons_of_last_month_and_made_up_ones_change_nothing() {
    let world = World::asleep(Mode::Polling, &[]).await;
    let inside = world.runs_inside(&[]).await;
    knows_models(&world).await;
    let picker = anna(&world, "/model gemini").await;
    world.clock.advance(Duration::from_hours(24 * 30));
    world.taps(ANNA, ANNA, "Gemini 2.5 Flash").await;
    assert_eq!(world.toast(), english(replies::panel_expired));
    let picker = MessageView { message_id: anna(&world, "/model gemini").await.message_id, ..picker };
    let good = data_of(&world.said(ANNA).pop().unwrap(), "Gemini 2.5 Flash");
    let (head, _) = good.rsplit_once(':').unwrap();
    let unknown = format!("{head}:c0000000000f0.gemini");
    let anna = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let chat = json!({"id": ANNA, "type": "private"});
    let before = world.called("answerCallbackQuery");
    let made_up = [unknown, "p:3e9:1:d".to_owned(), "p:3e9".to_owned(), good.replace(":c", ":x")];
    for (answered, data) in (before + 1..).zip(made_up) {
        let message = json!({"message_id": picker.message_id, "chat": chat, "date": 1});
        let query = json!({"id": "77", "from": anna, "message": message, "chat_instance": "1", "data": data});
        let _ = world.telegram.inject(&json!({ "callback_query": query }).to_string());
        until("it is answered", async || world.called("answerCallbackQuery") >= answered).await;
    }
    world.drains().await;
    world.says(ANNA, ANNA, "hi");
    world.drains().await;
    assert_eq!(asked(&world), "openrouter/auto");
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn without_a_list_the_bot_starts_says_so_and_uses_the_one_it_has_kept() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.expects_in_log(&["The list of models cannot be had now"]);
    world.model.fails_at_the_list(Some(Fault::bad_gateway()));
    world.bot.starts().await;
    world.bot.says("The list of models cannot be had now").await;
    let unknown = anna(&world, "/model").await;
    assert_eq!(unknown.text, replies::no_models_known(Language::En, "openrouter/auto"));
    anna(&world, "hi").await;
    world.bot.stops().await;
    world.model.recovers();
    world.bot.starts().await;
    knows_models(&world).await;
    world.bot.stops().await;
    world.model.fails_at_the_list(Some(Fault::status(500, "oops", "server")));
    world.bot.starts().await;
    assert!(anna(&world, "/model").await.text.starts_with("Model: Auto Router\n"));
    world.ends().await;
}

#[tokio::test]
async fn an_anonymous_admin_opens_a_picker_for_everybody_in_the_group() {
    let world = world(Mode::Webhook, &[]).await;
    world.telegram.set_admins(GROUP, &[BORIS]);
    let text = "/model gemini".to_owned();
    world.telegram.act(Act::SendAnonymously { chat: GROUP, user: BORIS, text, reply_to: None, thread: None }).unwrap();
    world.drains().await;
    world.taps(BORIS, GROUP, "Gemini 2.5 Flash").await;
    world.says(ANNA, GROUP, "/ask why?");
    world.drains().await;
    assert_eq!(asked(&world), "google/gemini-2.5-flash");
    world.ends().await;
}
