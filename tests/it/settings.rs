//! `/settings` and `/language`: one message that changes, and what holds from then on.

use routergram::replies::{self, Audience, Language};
use routergram::sandbox::telegram::view::MessageView;
use serde_json::{Value, json};

use crate::catalogue::knows_models;
use crate::world::acts::buttons;
use crate::world::{ANNA, BORIS, GROUP, Mode, World};

/// A world whose bot knows the list of models.
async fn world(settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(Mode::Webhook, settings).await;
    knows_models(&world).await;
    world
}

/// Somebody sends a command and gets one message.
async fn says(world: &World, user: i64, text: &str) -> MessageView {
    world.says(user, user, text);
    world.drains().await;
    world.said(user).pop().expect("an answer")
}

/// What the last question was sent with.
fn body(world: &World) -> Value {
    world.model.requests().pop().unwrap().body
}

#[tokio::test]
async fn the_settings_are_one_message_that_changes_and_they_hold_after_a_crash() {
    let mut world = world(&[("MAX_TOKENS", "1000"), ("MODEL", "mistralai/mistral-small-3.2-24b-instruct")]).await;
    let first = says(&world, ANNA, "/settings").await;
    insta::assert_snapshot!(first.text, @r"
    How I answer in this conversation:

    Model: Mistral: Mistral Small 3.2 24B
    Persona: none, as usual
    Answers: normal
    Web search: off. When it is on, it adds up to $0.02 to an answer, and what is found is read at the model's price.
    Language: English
    ");
    assert_eq!(
        buttons(&first),
        [
            vec!["🤖 Another model"],
            vec!["🎭 Another persona"],
            vec!["short", "✓ normal", "in detail"],
            vec!["🔎 Search the web"],
            vec!["🌐 Another language"],
        ]
    );
    let short = world.taps(ANNA, ANNA, "short").await;
    assert_eq!(world.toast(), replies::setting_kept(Language::En));
    assert_eq!(
        (short.message_id, &buttons(&short)[2][..]),
        (first.message_id, &["✓ short", "normal", "in detail"].map(str::to_owned)[..])
    );
    let searching = world.taps(ANNA, ANNA, "🔎 Search the web").await;
    assert!(searching.text.contains("Web search: on. It adds up to $0.02 to an answer"), "{}", searching.text);
    world.bot.dies();
    world.bot.starts().await;
    says(&world, ANNA, "hi").await;
    let asked = body(&world);
    let search = json!({
        "type": "openrouter:web_search",
        "parameters": {"engine": "exa", "max_results": 5, "max_total_results": 5},
    });
    assert_eq!((&asked["max_tokens"], &asked["tools"]), (&json!(250), &json!([search])));
    let prompt = asked["messages"][0]["content"].as_str().unwrap();
    assert!(prompt.ends_with("\n\nAnswer in a few sentences at most."), "{prompt}");
    says(&world, ANNA, "/settings").await;
    world.taps(ANNA, ANNA, "🔎 No web search").await;
    world.taps(ANNA, ANNA, "in detail").await;
    says(&world, ANNA, "hi").await;
    let asked = body(&world);
    assert_eq!((&asked["max_tokens"], &asked["tools"]), (&json!(1000), &Value::Null));
    says(&world, BORIS, "и мне").await;
    assert!(!body(&world)["messages"][0]["content"].as_str().unwrap().contains("at length"), "they are hers alone");
    world.ends().await;
}

#[tokio::test]
async fn how_hard_a_model_thinks_is_asked_where_it_thinks_and_the_picker_is_a_press_away() {
    let world = world(&[("REASONING_EFFORT", "xhigh"), ("WEB_SEARCH", "true")]).await;
    let first = says(&world, ANNA, "/settings").await;
    assert!(first.text.contains("\nThinking: very much\nWeb search: on."), "{}", first.text);
    assert_eq!(buttons(&first)[3], ["✓ as usual", "a little", "medium", "much"]);
    says(&world, ANNA, "hi").await;
    assert_eq!(body(&world)["reasoning"], json!({"effort": "xhigh"}));
    says(&world, ANNA, "/settings").await;
    let low = world.taps(ANNA, ANNA, "a little").await;
    assert!(low.text.contains("\nThinking: a little\n"), "{}", low.text);
    world.taps(ANNA, ANNA, "short").await;
    says(&world, ANNA, "hi").await;
    let asked = body(&world);
    assert_eq!((&asked["reasoning"], &asked["max_tokens"]), (&json!({"effort": "low"}), &json!(2000)));
    // One that neither thinks nor searches is told to do neither.
    says(&world, ANNA, "/settings").await;
    world.taps(ANNA, ANNA, "🤖 Another model").await;
    world.taps(ANNA, ANNA, "Meta (1)").await;
    world.taps(ANNA, ANNA, "Llama 3.3 70B Instruct (free)").await;
    world.taps(ANNA, ANNA, "« All makers").await;
    let plain = world.taps(ANNA, ANNA, "« Settings").await;
    assert!(!plain.text.contains("Thinking") && !plain.text.contains("Web search"), "{}", plain.text);
    assert_eq!(buttons(&plain).len(), 4);
    says(&world, ANNA, "hi").await;
    let asked = body(&world);
    assert_eq!((&asked["reasoning"], &asked["tools"], &asked["max_tokens"]), (&Value::Null, &Value::Null, &json!(500)));
    world.ends().await;
}

#[tokio::test]
async fn somebody_chooses_their_language_and_it_is_theirs_everywhere_also_after_a_crash() {
    let mut world = world(&[]).await;
    let first = says(&world, ANNA, "/language").await;
    assert_eq!(buttons(&first), [vec!["English"], vec!["Русский"], vec!["✓ as in Telegram"], vec!["« Settings"]]);
    let russian = world.taps(ANNA, ANNA, "Русский").await;
    assert_eq!(russian.text, replies::language_heading(Language::Ru));
    assert_eq!(buttons(&russian)[1], ["✓ Русский"]);
    assert_eq!(says(&world, ANNA, "/help").await.text, replies::help(Language::Ru, Audience::Person, false));
    world.bot.dies();
    world.bot.starts().await;
    assert_eq!(says(&world, ANNA, "/help").await.text, replies::help(Language::Ru, Audience::Person, false));
    world.says(ANNA, GROUP, "/help");
    world.drains().await;
    assert_eq!(world.last_said(GROUP), replies::help(Language::Ru, Audience::Group, false));
    assert_eq!(says(&world, BORIS, "/help").await.text, replies::help(Language::Ru, Audience::Person, false));
    says(&world, ANNA, "/language").await;
    world.taps(ANNA, ANNA, "как в Telegram").await;
    assert_eq!(says(&world, ANNA, "/help").await.text, replies::help(Language::En, Audience::Person, false));
    world.ends().await;
}
