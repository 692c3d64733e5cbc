//! Drafts: thirty seconds, one per topic, a Stop button.

use std::time::Duration;

use super::*;
use crate::sandbox::telegram::view::{Act, Event};
use crate::sandbox::telegram::{ActRefused, DraftStop};

fn frame(text: &str) -> Value {
    json!({"chat_id": ANNA, "draft_id": 7, "text": text, "can_stop": true})
}

#[tokio::test]
async fn a_draft_grows_and_ends_with_the_message() {
    let bot = Bot::start().await;
    let mut events = bot.telegram.events();
    assert_eq!(bot.get("sendMessageDraft", frame("")).await, true);
    bot.get("sendMessageDraft", frame("forty")).await;
    assert_eq!(bot.telegram.draft(ANNA, None), Some((7, "forty".to_owned())));
    bot.sends(ANNA, "forty-two").await;
    assert_eq!(bot.telegram.draft(ANNA, None), None);
    let shown = |text: &str| Event::Draft {
        chat: ANNA,
        thread: None,
        draft_id: 7,
        text: text.to_owned(),
        entities: Vec::new(),
        blocks: Vec::new(),
        can_stop: true,
    };
    assert_eq!(events.recv().await.unwrap(), shown(""));
    assert_eq!(events.recv().await.unwrap(), shown("forty"));
    assert_eq!(events.recv().await.unwrap(), Event::DraftGone { chat: ANNA, draft_id: 7 });
    assert!(matches!(events.recv().await.unwrap(), Event::Message { .. }));
}

#[tokio::test]
async fn a_draft_lives_thirty_seconds_from_its_last_frame() {
    let bot = Bot::start().await;
    let mut events = bot.telegram.events();
    bot.get("sendMessageDraft", frame("a")).await;
    events.recv().await.unwrap();
    bot.clock.advance(Duration::from_secs(31));
    assert_eq!(events.recv().await.unwrap(), Event::DraftGone { chat: ANNA, draft_id: 7 });
}

#[tokio::test]
async fn the_stop_button_hides_the_draft_and_tells_the_bot() {
    let bot = Bot::start().await;
    let stop = || bot.telegram.act(Act::StopDraft { chat: ANNA, user: ANNA, draft_id: None });
    assert_eq!(stop().unwrap_err(), ActRefused::NoDraft);
    bot.get("sendMessageDraft", frame("a")).await;
    stop().unwrap();
    let update = bot.takes_updates().await.remove(0);
    let chat = json!({"id": ANNA, "type": "private", "first_name": "Anna"});
    assert_eq!(update["stopped_message_generation"], json!({"chat": chat, "draft_id": 7}));
    assert_eq!(bot.telegram.draft(ANNA, None), None);
    let mut kept = frame("b");
    kept["keep_on_stop"] = json!(true);
    bot.get("sendMessageDraft", kept).await;
    stop().unwrap();
    assert!(bot.telegram.draft(ANNA, None).is_some());
}

#[tokio::test]
async fn drafts_are_for_private_chats_and_have_an_id() {
    let bot = Bot::start().await;
    let mut params = frame("a");
    params["draft_id"] = json!(0);
    assert_eq!(bot.refused("sendMessageDraft", params.clone()).await, "Bad Request: invalid draft_id specified");
    params["draft_id"] = json!(1);
    params["chat_id"] = json!(GROUP);
    assert!(bot.refused("sendMessageDraft", params).await.contains("private chats"));
    assert_eq!(bot.refused("sendMessageDraft", frame(&"a".repeat(4097))).await, "Bad Request: message is too long");
}

#[tokio::test]
async fn an_older_server_knows_less() {
    let bot = Bot::start().await;
    bot.telegram.set_draft_stop(DraftStop::Refused);
    assert!(bot.refused("sendMessageDraft", frame("a")).await.contains("can_stop"));
    bot.get("sendMessageDraft", json!({"chat_id": ANNA, "draft_id": 1})).await;
    bot.telegram.set_drafts(false);
    assert_eq!(bot.refused("sendMessageDraft", frame("a")).await, "Not Found");
    assert_eq!(bot.telegram.unexpected(), Vec::<String>::new());
}
