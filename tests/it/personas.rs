//! Who the model is to be: the built-in personas, the owner's own, what is stronger, and what becomes of one that is gone.

use std::path::PathBuf;

use routergram::replies::{self, Language};
use routergram::sandbox::model::Fault;
use routergram::sandbox::telegram::view::{Act, MessageView};

use crate::catalogue::knows_models;
use crate::world::acts::{buttons, data_of};
use crate::world::{ANNA, BORIS, GROUP, KEY, Mode, World};

const EN: Language = Language::En;
const RU: Language = Language::Ru;

const PIRATES: &str = r#"
[[persona]]
id = "pirate"
name.en = "🦜 Pirate"
name.ru = "🦜 Пират"
description.ru = "отвечает как пират"
greeting.en = "Ahoy!"
prompt = "You are a pirate."

[[persona]]
id = "sage"
name = "Sage"
model = "openai/gpt-4o-mini"
prompt = "You are wise."
"#;

/// Writes a file of personas into the world's folder.
fn file(world: &World, text: &str) -> PathBuf {
    let path = world.folder.path().join("personas.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A world whose owner has these personas.
async fn world(text: &str, settings: &[(&str, &str)]) -> World {
    let mut world = World::asleep(Mode::Webhook, settings).await;
    let path = file(&world, text);
    world.bot.set("PERSONAS_FILE", path.to_str().unwrap());
    world.bot.starts().await;
    world
}

/// Somebody sends something and gets one message.
async fn says(world: &World, user: i64, text: &str) -> MessageView {
    let before = world.said(user).len();
    world.says(user, user, text);
    world.drains().await;
    let mut said = world.said(user);
    assert_eq!(said.len(), before + 1, "{text}: {said:#?}");
    said.pop().unwrap()
}

/// What the model was told before the last question.
fn prompt(world: &World) -> String {
    let asked = world.model.requests().pop().unwrap().body;
    let first = &asked["messages"][0];
    assert_eq!(first["role"], "system");
    first["content"].as_str().unwrap().to_owned()
}

/// The model that the last question went to.
fn asked(world: &World) -> String {
    world.model.requests().pop().unwrap().body["model"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_persona_is_chosen_on_one_message_and_answers_from_then_on_also_after_a_crash() {
    let mut world = World::with(Mode::Webhook).await;
    says(&world, ANNA, "hello").await;
    let usual = prompt(&world);
    let all = says(&world, ANNA, "/persona").await;
    insta::assert_snapshot!(all.text, @r"
    Persona: none, as usual

    🌍 Translator — translates what you write
    ✍️ Proofreader — mends your text and says why
    💻 Programmer — writes, reads and mends code
    🎓 Tutor — helps you to understand it yourself
    🍳 Cook — makes a meal of what you have
    📖 Storyteller — tells a story in which you decide

    A persona changes how I answer in this conversation. By name: /persona translator
    ");
    assert_eq!(
        buttons(&all),
        [
            vec!["✓ none, as usual"],
            vec!["🌍 Translator", "✍️ Proofreader"],
            vec!["💻 Programmer", "🎓 Tutor"],
            vec!["🍳 Cook", "📖 Storyteller"],
            vec!["« Settings"],
        ]
    );
    let cook = world.taps(ANNA, ANNA, "🍳 Cook").await;
    assert_eq!(cook.message_id, all.message_id);
    assert_eq!(world.toast(), "From the next answer on I am: 🍳 Cook");
    assert!(cook.text.starts_with("From the next answer on I am: 🍳 Cook\n\nWhat is in your kitchen"), "{}", cook.text);
    assert!(cook.text.contains("\n✓ 🍳 Cook — makes a meal"), "{}", cook.text);
    assert_eq!(buttons(&cook)[3], ["✓ 🍳 Cook", "📖 Storyteller"]);
    // In the middle of the conversation, which goes on.
    says(&world, ANNA, "what now?").await;
    assert!(prompt(&world).starts_with("You are a good home cook."), "{}", prompt(&world));
    assert!(world.model.requests().pop().unwrap().body.to_string().contains("hello"), "the conversation goes on");
    world.bot.dies();
    world.bot.starts().await;
    says(&world, ANNA, "/new").await;
    says(&world, ANNA, "still you?").await;
    assert!(prompt(&world).starts_with("You are a good home cook."));
    says(&world, BORIS, "а мне?").await;
    assert_eq!(prompt(&world), usual, "hers alone");
    let settings = says(&world, ANNA, "/settings").await;
    assert!(settings.text.contains("\nPersona: 🍳 Cook\n"), "{}", settings.text);
    world.taps(ANNA, ANNA, "🎭 Another persona").await;
    let none = world.taps(ANNA, ANNA, "none, as usual").await;
    assert!(none.text.starts_with(&replies::persona_off(EN)), "{}", none.text);
    let back = world.taps(ANNA, ANNA, "« Settings").await;
    assert!(back.text.contains("\nPersona: none, as usual\n"), "{}", back.text);
    says(&world, ANNA, "and now?").await;
    assert_eq!(prompt(&world), usual);
    world.ends().await;
}

#[tokio::test]
async fn a_persona_is_called_by_id_or_name_and_the_nearest_is_named() {
    let world = world(PIRATES, &[]).await;
    for words in ["pirate", "PIRATE", "Пират", "🦜 pirate"] {
        let said = says(&world, BORIS, &format!("/persona {words}")).await;
        // The English greeting stands in where there is no Russian one.
        let expected = format!(
            "{}\n\nAhoy!\n\n✓ 🦜 Пират — отвечает как пират\nSage\n\n",
            replies::persona_chosen(RU, "🦜 Пират")
        );
        assert!(said.text.starts_with(&expected), "{words}: {}", said.text);
        assert!(says(&world, BORIS, "/persona OFF").await.text.starts_with(&replies::persona_off(RU)));
    }
    let near = says(&world, ANNA, "/persona pirat").await;
    assert!(
        near.text.starts_with("There is no persona “pirat”. Did you mean this one: 🦜 Pirate?\n\n"),
        "{}",
        near.text
    );
    let far = says(&world, ANNA, &format!("/persona {}", "dentist ".repeat(100))).await;
    assert!(far.text.starts_with("There is no persona “dentist ") && far.text.len() < 300, "{}", far.text);
    says(&world, ANNA, "hi").await;
    assert!(!prompt(&world).contains("pirate"), "nothing was chosen");
    says(&world, ANNA, "/persona pirat").await;
    world.taps(ANNA, ANNA, "🦜 Pirate").await;
    says(&world, ANNA, "hi").await;
    assert_eq!(prompt(&world), "You are a pirate.");
    world.ends().await;
}

#[tokio::test]
async fn ones_own_instructions_come_before_the_persona_until_the_next_new() {
    let mut world = world(PIRATES, &[("SYSTEM_PROMPT", "Be brief.")]).await;
    says(&world, ANNA, "hi").await;
    assert_eq!(prompt(&world), "Be brief.");
    assert_eq!(says(&world, ANNA, "/new You are a parrot.").await.text, replies::started_over_as(EN));
    let settings = says(&world, ANNA, "/settings").await;
    assert!(settings.text.contains(&replies::own_instructions(EN)), "{}", settings.text);
    let chosen = says(&world, ANNA, "/persona pirate").await;
    assert!(chosen.text.contains(&replies::persona_waits(EN)), "{}", chosen.text);
    world.bot.dies();
    world.bot.starts().await;
    says(&world, ANNA, "who are you?").await;
    assert_eq!(prompt(&world), "You are a parrot.");
    says(&world, ANNA, "/settings").await;
    let short = world.taps(ANNA, ANNA, "short").await;
    assert!(short.text.contains(&replies::own_instructions(EN)), "{}", short.text);
    assert_eq!(says(&world, ANNA, "/new").await.text, replies::started_over(EN));
    let settings = says(&world, ANNA, "/settings").await;
    assert!(!settings.text.contains(&replies::own_instructions(EN)), "{}", settings.text);
    says(&world, ANNA, "and now?").await;
    assert_eq!(prompt(&world), "You are a pirate.\n\nAnswer in a few sentences at most.");
    says(&world, ANNA, "/persona off").await;
    says(&world, ANNA, "and now?").await;
    assert_eq!(prompt(&world), "Be brief.\n\nAnswer in a few sentences at most.");
    world.ends().await;
}

#[tokio::test]
async fn a_personas_model_answers_where_nobody_has_chosen_one() {
    let world = world(PIRATES, &[]).await;
    knows_models(&world).await;
    says(&world, ANNA, "/persona sage").await;
    says(&world, ANNA, "hi").await;
    assert_eq!(asked(&world), "openai/gpt-4o-mini");
    let models = says(&world, ANNA, "/model").await;
    assert_eq!(buttons(&models)[0], ["✓ Default: GPT-4o-mini"]);
    // The owner's own is a choice here like any other.
    says(&world, ANNA, "/model openrouter/auto").await;
    says(&world, ANNA, "hi").await;
    assert_eq!((asked(&world).as_str(), prompt(&world).as_str()), ("openrouter/auto", "You are wise."));
    says(&world, ANNA, "/model").await;
    world.taps(ANNA, ANNA, "Default: GPT-4o-mini").await;
    // The provider has never heard of it: the owner's answers, and nobody is told of what they have not chosen.
    world.model.fails_next(1, &Fault::status(404, "No endpoints found for this model.", "not_found"));
    let answer = says(&world, ANNA, "hi").await;
    assert!(!answer.text.contains("not on offer"), "{}", answer.text);
    assert_eq!(asked(&world), "openrouter/auto");
    says(&world, ANNA, "/persona off").await;
    says(&world, ANNA, "hi").await;
    assert_eq!(asked(&world), "openrouter/auto");
    world.ends().await;
}

#[tokio::test]
async fn a_persona_that_left_the_file_is_told_once_and_forgotten() {
    let mut world = world(PIRATES, &[]).await;
    for (person, words) in [(ANNA, "pirate"), (BORIS, "пират")] {
        says(&world, person, &format!("/persona {words}")).await;
    }
    let old = says(&world, ANNA, "/persona").await;
    world.bot.stops().await;
    file(&world, "[[persona]]\nid = 'sage'\nname = 'Sage'\nprompt = 'You are wise.'\n");
    world.bot.starts().await;
    world.anna("ahoy");
    world.says(BORIS, BORIS, "привет");
    world.drains().await;
    for (person, language) in [(ANNA, EN), (BORIS, RU)] {
        assert_eq!(world.last_said(person), replies::persona_gone(language, "pirate"));
    }
    says(&world, ANNA, "and again").await;
    assert!(!prompt(&world).contains("pirate"));
    // A button of before.
    let (message_id, data) = (old.message_id, data_of(&old, "✓ 🦜 Pirate"));
    world.telegram.act(Act::Press { chat: ANNA, user: ANNA, message_id, data }).unwrap();
    world.drains().await;
    assert_eq!(world.toast(), replies::persona_not_offered(EN));
    world.ends().await;
}

#[tokio::test]
async fn a_group_has_a_persona_of_its_own() {
    let world = world(PIRATES, &[]).await;
    world.says(ANNA, GROUP, "/persona");
    world.drains().await;
    let panel = world.said(GROUP).pop().unwrap();
    assert_eq!(buttons(&panel), [vec!["✓ none, as usual"], vec!["🦜 Pirate", "Sage"], vec!["« Settings"]]);
    let data = data_of(&panel, "🦜 Pirate");
    world.telegram.act(Act::Press { chat: GROUP, user: BORIS, message_id: panel.message_id, data }).unwrap();
    world.drains().await;
    assert_eq!(world.toast(), replies::panel_not_yours(RU));
    world.taps(ANNA, GROUP, "🦜 Pirate").await;
    world.says(BORIS, GROUP, "/ask кто ты?");
    world.drains().await;
    assert!(prompt(&world).starts_with("You are a pirate.\n\nSeveral people"), "{}", prompt(&world));
    world.anna("and here?");
    world.drains().await;
    assert!(!prompt(&world).contains("pirate"), "{}", prompt(&world));
    world.ends().await;
}

#[tokio::test]
async fn many_personas_have_pages() {
    let one = |n: i32| format!("[[persona]]\nid = 'p{n}'\nname = 'P {n}'\nprompt = 'Be {n}.'\n");
    let many: Vec<_> = (1..=20).map(one).collect();
    let world = world(&many.concat(), &[]).await;
    let first = says(&world, ANNA, "/persona").await;
    assert_eq!(buttons(&first)[5..], [vec!["›"], vec!["« Settings"]]);
    world.taps(ANNA, ANNA, "›").await;
    let last = world.taps(ANNA, ANNA, "›").await;
    assert_eq!(
        buttons(&last),
        [vec!["✓ none, as usual"], vec!["P 17", "P 18"], vec!["P 19", "P 20"], vec!["‹"], vec!["« Settings"]]
    );
    let chosen = world.taps(ANNA, ANNA, "P 20").await;
    assert_eq!(buttons(&chosen)[2], ["P 19", "✓ P 20"], "it stays on its page");
    says(&world, ANNA, "hi").await;
    assert_eq!(prompt(&world), "Be 20.");
    world.ends().await;
}

#[tokio::test]
async fn a_file_with_mistakes_stops_the_start_and_every_mistake_has_its_line() {
    let mut world = World::asleep(Mode::Polling, &[("ALLOWED_MODELS", "openrouter/*")]).await;
    let wrong = format!("{PIRATES}\n[[persona]]\nid = 'cook'\nname = 'Cook'\npromt = 'x'\n");
    let path = file(&world, &wrong);
    world.bot.set("PERSONAS_FILE", path.to_str().unwrap());
    let checked = world.bot.asked(&["config", "check"]).await;
    assert_eq!(checked.status, Some(78));
    let expected = format!(
        "1. PERSONAS_FILE is \"{}\" (from environment)
   expected: a file of personas, as docs/personas.md describes it; in this one:
   personas.toml:13: persona \"sage\" has the `model` openai/gpt-4o-mini, which ALLOWED_MODELS does not allow;
   personas.toml:16: persona \"cook\" has no `prompt`;
   personas.toml:19: persona \"cook\" has `promt`, which is unknown: did you mean `prompt`?
   fix: mend each of these lines, or remove it to have the built-in personas
",
        path.display()
    );
    let (config, home) = (checked.out, path.display().to_string());
    assert!(config.contains(&expected), "{config}");
    let doctor = world.bot.asked(&["doctor"]).await;
    assert!(doctor.out.contains("persona \"cook\" has no `prompt`"), "{}", doctor.out);
    assert_eq!(world.bot.asked(&["run"]).await.status, Some(78));
    for (content, said) in [
        (None, "that can be read; this one is not readable (entity not found)"),
        (Some(&b"\xff\xfe"[..]), "this one is not UTF-8"),
        (Some(b"id = 'x"), "personas.toml:1: this is no TOML: "),
        (Some(b""), "personas.toml:1: there is no [[persona]] in it"),
    ] {
        std::fs::remove_file(&path).unwrap();
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let checked = world.bot.asked(&["config", "check"]).await;
        assert!(
            checked.status == Some(78) && checked.out.contains(said) && checked.out.contains(&home),
            "{}",
            checked.out
        );
        assert!(!checked.out.contains(KEY));
        std::fs::write(&path, PIRATES).unwrap();
    }
    world.bot.set("PERSONAS_FILE", world.folder.path().to_str().unwrap());
    assert!(world.bot.asked(&["config", "check"]).await.out.contains("this one is a folder"));
    world.bot.set("ALLOWED_MODELS", "openrouter/*, openai/*");
    // As an editor on Windows saves it.
    std::fs::write(&path, format!("\u{feff}{}", PIRATES.replace('\n', "\r\n"))).unwrap();
    world.bot.set("PERSONAS_FILE", &home);
    world.bot.starts().await;
    world.ends().await;
}

#[tokio::test]
async fn the_example_of_the_documents_is_a_good_file() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/personas.md")).unwrap();
    let example = document.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let set = routergram::personas::read(example, |_| true).unwrap();
    let ids: Vec<_> = set.all().iter().map(|persona| persona.id.as_str()).collect();
    assert_eq!(ids, ["pirate", "lawyer"]);
}

#[tokio::test]
async fn a_personas_model_that_cannot_be_had_is_told_to_the_owner() {
    let mut world = world(&PIRATES.replace("gpt-4o-mini", "gpt-5o"), &[]).await;
    world.expects_in_log(&["A persona's model cannot be had"]);
    knows_models(&world).await;
    assert!(says(&world, ANNA, "/persona sage").await.text.contains("Sage"));
    says(&world, ANNA, "hi").await;
    assert_eq!((asked(&world).as_str(), prompt(&world).as_str()), ("openrouter/auto", "You are wise."));
    let printed = world.bot.asked(&["doctor"]).await;
    assert_eq!(printed.status, Some(0), "{}", printed.out);
    let told = "openai/gpt-5o is not on offer";
    assert!(printed.out.contains("persona model") && printed.out.contains(told), "{}", printed.out);
    world.ends().await;
}
