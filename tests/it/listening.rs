//! Recordings that are written down: what is said in them is asked, remembered, quoted where it is wanted, and paid once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use routergram::replies::{self, Language};
use routergram::sandbox::model::{Fault, Trade};
use routergram::sandbox::telegram::Trouble;
use routergram::sandbox::telegram::view::{Item, Share};
use serde_json::{Value, json};

use crate::catalogue::knows_models;
use crate::world::acts::buttons;
use crate::world::audit::stored;
use crate::world::samples::{self, OGG, photo};
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until};

const EN: Language = Language::En;
const LISTENER: &str = "openai/gpt-4o-mini-transcribe";
/// It reads and listens to nothing.
const DEAF: &str = "deepseek/deepseek-chat-v3.1";

/// A bot that has recordings written down.
async fn world(settings: &[(&str, &str)]) -> World {
    let settings: Vec<_> = [("TRANSCRIPTION_MODEL", LISTENER)].into_iter().chain(settings.iter().copied()).collect();
    let world = World::with_settings(Mode::Webhook, &settings).await;
    world.model.hears(Some("How tall is Everest?"));
    world
}

/// What was asked at last, message by message.
fn asked(world: &World) -> Vec<Value> {
    let body = world.model.requests().pop().expect("something was asked").body;
    let messages = body["messages"].as_array().unwrap().iter();
    messages.filter(|message| message["role"] != "system").map(|message| message["content"].clone()).collect()
}

async fn hears(world: &World) -> String {
    world.drains().await;
    world.said(ANNA).pop().map(|message| message.text).unwrap_or_default()
}

#[tokio::test]
async fn what_is_said_in_a_recording_is_asked_and_remembered_and_paid_once() {
    let mut world = world(&[("MODEL", DEAF)]).await;
    world.model.answers("8,849 metres.");
    world.sends(ANNA, ANNA, samples::voice());
    world.drains().await;
    assert_eq!(asked(&world), ["How tall is Everest?"]);
    let heard = world.model.asked_beside();
    assert_eq!((heard.len(), heard[0].model.as_str(), heard[0].media[0].bytes.as_ref()), (1, LISTENER, OGG));
    world.bot.dies();
    world.bot.starts().await;
    world.anna("and K2?");
    world.drains().await;
    assert_eq!(asked(&world), ["How tall is Everest?", "8,849 metres.", "and K2?"]);
    world.anna("/retry");
    world.drains().await;
    assert_eq!((world.model.asked_beside().len(), world.downloads()), (1, 1));
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    let cost: i64 =
        stored(world.folder.path(), &format!("SELECT cost_micro_usd FROM spent WHERE model = '{LISTENER}'"));
    assert!(cost > 0, "it is a part of what Anna has spent");
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_a_crash_interrupts_is_not_listened_for_again() {
    let mut world = world(&[]).await;
    let mut gate = world.model.hold_after(0);
    world.sends(ANNA, ANNA, samples::voice());
    gate.reached().await;
    world.bot.dies();
    gate.release();
    world.bot.starts().await;
    world.drains().await;
    assert_eq!((world.model.asked_beside().len(), world.downloads(), world.said(ANNA).len()), (1, 1, 1));
    world.ends().await;
}

#[tokio::test]
async fn whoever_wants_to_sees_what_was_heard_above_the_answer() {
    let world = world(&[]).await;
    world.model.answers("8,849 metres.");
    world.anna("/settings");
    world.drains().await;
    let settings = world.said(ANNA).pop().unwrap();
    assert!(settings.text.contains(&replies::transcripts_are_off(EN)), "{}", settings.text);
    let changed = world.taps(ANNA, ANNA, &replies::transcripts_on_button(EN)).await;
    assert!(changed.text.contains(&replies::transcripts_are_on(EN)), "{}", changed.text);
    world.sends(ANNA, ANNA, samples::voice());
    world.drains().await;
    let answer = world.said(ANNA).pop().unwrap();
    assert_eq!(answer.text, "How tall is Everest?\n8,849 metres.");
    let quoted = &answer.entities[0];
    assert_eq!(json!([quoted["type"], quoted["offset"], quoted["length"]]), json!(["blockquote", 0, 20]));
    // In the conversation the answer stands alone.
    world.anna("and K2?");
    world.drains().await;
    assert_eq!(asked(&world), ["How tall is Everest?", "8,849 metres.", "and K2?"]);
    world.ends().await;
}

#[tokio::test]
async fn without_a_model_for_it_there_is_no_such_setting() {
    let world = World::with(Mode::Webhook).await;
    world.anna("/settings");
    world.drains().await;
    let settings = world.said(ANNA).pop().unwrap();
    assert!(!buttons(&settings).iter().flatten().any(|button| button.contains('🎙')));
    world.ends().await;
}

#[tokio::test]
async fn a_recording_keeps_its_place_among_names_captions_pictures_and_replies() {
    let world = world(&[]).await;
    // In reply to a photo.
    let shown = world.sends(ANNA, ANNA, photo(7, 7));
    world.drains().await;
    let reply =
        Share { chat: ANNA, user: ANNA, items: vec![samples::voice()], reply_to: Some(shown), ..Share::default() };
    world.shares(reply);
    world.drains().await;
    let question = asked(&world).pop().unwrap();
    let framed = "In reply to Anna, who sent what is attached.\n\nThe recording says:\n> How tall is Everest?";
    assert_eq!((&question[0]["text"], question.as_array().unwrap().len()), (&json!(framed), 2));
    // With a caption.
    world.sends_with(ANNA, ANNA, recording(), "translate");
    world.drains().await;
    assert_eq!(asked(&world).pop().unwrap(), "translate\n\nThe recording says:\n> How tall is Everest?");
    // Somebody asks about somebody else's.
    let boris = world.sends(BORIS, GROUP, samples::voice());
    let about = vec![Item::Text { text: "@routergram_bot what does he want?".into() }];
    world.shares(Share { chat: GROUP, user: ANNA, items: about, reply_to: Some(boris), ..Share::default() });
    world.drains().await;
    let framed = "In reply to Boris, who sent what is attached.\n\nAnna: what does he want?";
    assert_eq!(asked(&world).pop().unwrap(), format!("{framed}\n\nThe recording says:\n> How tall is Everest?"));
    world.ends().await;
}

/// A file of which only the beginning is looked at.
fn recording() -> Item {
    let bytes = [b"ID3\x04".as_slice(), &[0x55; 400]].concat().into();
    Item::Audio { name: "a.mp3".into(), mime: Some("audio/mpeg".into()), seconds: 1, bytes }
}

#[tokio::test]
async fn an_edited_caption_asks_again_and_listens_no_more() {
    let world = world(&[]).await;
    let message = world.sends_with(ANNA, ANNA, recording(), "translate");
    world.drains().await;
    // Something changes that nobody sees.
    world.edits(ANNA, ANNA, message, "translate");
    world.drains().await;
    assert_eq!(world.model.request_count(), 1);
    world.edits(ANNA, ANNA, message, "sum it up");
    world.drains().await;
    assert_eq!(asked(&world), ["sum it up\n\nThe recording says:\n> How tall is Everest?"]);
    assert_eq!((world.model.asked_beside().len(), world.said(ANNA).len()), (1, 1));
    world.ends().await;
}

#[tokio::test]
async fn when_it_cannot_be_written_down_a_model_that_listens_hears_it_and_else_it_is_said() {
    let mut world = world(&[("MODEL", DEAF)]).await;
    knows_models(&world).await;
    world.expects_in_log(&["A model failed beside the conversation"]);
    let refused = Fault::status(400, "no", "invalid_request");
    world.model.fails_next_at(Trade::Transcribing, 1, &refused);
    world.sends(ANNA, ANNA, samples::voice());
    assert_eq!(hears(&world).await, replies::not_heard(EN));
    assert_eq!(world.model.request_count(), 0);
    world.anna("/retry");
    world.drains().await;
    assert_eq!(asked(&world), ["How tall is Everest?"]);
    // Chosen for good.
    world.anna("/model gemini");
    world.drains().await;
    world.taps(ANNA, ANNA, "Gemini 2.5 Flash").await;
    world.anna("/new");
    world.drains().await;
    world.model.fails_next_at(Trade::Transcribing, 1, &refused);
    world.sends(ANNA, ANNA, Item::Voice { seconds: 2, bytes: [OGG, b"x"].concat().into() });
    world.drains().await;
    let sound = json!({"data": STANDARD.encode([OGG, b"x"].concat()), "format": "ogg"});
    let heard = asked(&world).pop().unwrap();
    assert_eq!(heard[0]["input_audio"], sound, "{heard}");
    world.ends().await;
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_one_that_had_begun_is_not() {
    let mut world = world(&[("MODEL", DEAF)]).await;
    world.expects_in_log(&["A model failed beside the conversation"]);
    knows_models(&world).await;
    world.model.fails_next_at(Trade::Transcribing, 1, &Fault::overloaded());
    world.sends(ANNA, ANNA, samples::voice());
    world.drains().await;
    assert_eq!((asked(&world).pop().unwrap(), world.model.asked_beside().len()), (json!("How tall is Everest?"), 2));
    // It was done, and paid for; what it cost cannot be known, since its name was lost as well.
    world.model.fails_next_at(Trade::Transcribing, 1, &Fault::CutAfter { chunks: 0 });
    world.sends(ANNA, ANNA, Item::Voice { seconds: 2, bytes: [OGG, b"y"].concat().into() });
    assert_eq!(hears(&world).await, replies::not_heard(EN));
    assert_eq!(world.model.asked_beside().len(), 3);
    world.ends().await;
}

#[tokio::test]
async fn a_recording_without_words_is_told_and_not_paid_for_twice() {
    let mut world = world(&[]).await;
    world.expects_in_log(&["A model failed beside the conversation"]);
    world.model.hears(Some("  \n"));
    world.sends(ANNA, ANNA, samples::voice());
    assert_eq!(hears(&world).await, replies::no_words_heard(EN));
    world.anna("/retry");
    assert_eq!(hears(&world).await, replies::no_words_heard(EN));
    assert_eq!((world.model.asked_beside().len(), world.model.request_count()), (1, 0));
    // Too short for anybody: the provider says so.
    world.model.fails_next_at(
        Trade::Transcribing,
        1,
        &Fault::status(400, "Audio file is too short.", "invalid_request"),
    );
    world.sends(ANNA, ANNA, Item::Voice { seconds: 0, bytes: [OGG, b"z"].concat().into() });
    assert_eq!(hears(&world).await, replies::no_words_heard(EN));
    world.ends().await;
}

#[tokio::test]
async fn a_used_up_budget_is_told_before_anybody_listens() {
    // A second costs 100 millionths at most.
    let world = world(&[("USER_DAILY_BUDGET_USD", "0.00005")]).await;
    world.sends(ANNA, ANNA, samples::voice());
    world.drains().await;
    assert_eq!((world.model.asked_beside().len(), world.model.request_count()), (0, 0));
    assert_eq!(world.said(ANNA).len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_recording_that_does_not_come_is_told_and_whoever_stops_waits_no_more() {
    let world = world(&[("MODEL", DEAF)]).await;
    world.telegram.fail(routergram::sandbox::telegram::Fault::new("file", 1, Trouble::InternalServerError));
    world.sends(ANNA, ANNA, samples::voice());
    assert_eq!(hears(&world).await, replies::file_unreachable(EN));
    world.telegram.fail(routergram::sandbox::telegram::Fault::new("file", 1, Trouble::DoneThenStall));
    world.anna("/retry");
    until("she sees that something is going on", async || {
        world.telegram.calls().iter().any(|call| call.method == "sendChatAction")
    })
    .await;
    world.anna("/stop");
    assert_eq!(hears(&world).await, replies::stopped(EN));
    assert_eq!((world.model.asked_beside().len(), world.model.request_count()), (0, 0));
    world.ends().await;
}
