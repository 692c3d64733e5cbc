//! Rich messages: sent, drafted, edited, refused, unknown to older servers.

use super::*;
use crate::sandbox::telegram::FloodLimits;

const TABLE: &str = "| a | b |\n|---|--:|\n| 1 | *2* |";

fn rich(markdown: &str) -> Value {
    json!({"chat_id": ANNA, "rich_message": {"markdown": markdown}})
}

fn with(mut params: Value, name: &str, value: impl Into<Value>) -> Value {
    params[name] = value.into();
    params
}

#[tokio::test]
async fn a_rich_message_is_kept_shown_and_answered_to_as_blocks() {
    let bot = Bot::start().await;
    let sent = bot.get("sendRichMessage", rich(TABLE)).await;
    assert_eq!(sent["rich_message"]["blocks"][0]["type"], "table");
    assert_eq!(sent["text"], Value::Null);
    let seen = &bot.telegram.chat(ANNA)[0];
    assert_eq!((seen.rich.as_deref(), &*seen.text, seen.blocks.len()), (Some(TABLE), "a | b\n1 | 2", 1));
    let reply_to = Some(seen.message_id);
    let reply = crate::sandbox::telegram::view::Act::Send {
        chat: ANNA,
        user: ANNA,
        text: "why?".into(),
        reply_to,
        thread: None,
    };
    bot.telegram.act(reply).unwrap();
    let update = bot.takes_updates().await.remove(0);
    assert_eq!(update["message"]["reply_to_message"]["rich_message"], sent["rich_message"]);
}

#[tokio::test]
async fn a_rich_draft_takes_the_place_of_a_plain_one_and_shares_its_bucket() {
    let bot = Bot::start().await;
    bot.telegram.set_flood_limits(Some(FloodLimits::reported()));
    let draft = |markdown: &str| with(rich(markdown), "draft_id", 7);
    bot.get("sendMessageDraft", json!({"chat_id": ANNA, "draft_id": 7, "text": "a"})).await;
    bot.get("sendRichMessageDraft", draft("**a**")).await;
    assert_eq!(bot.telegram.draft(ANNA, None), Some((7, "a".to_owned())));
    bot.get("sendRichMessageDraft", with(draft("$x$"), "can_stop", true)).await;
    assert_eq!(bot.call("sendMessageDraft", json!({"chat_id": ANNA, "draft_id": 7, "text": "b"})).await.0, 429);
    bot.get("sendRichMessage", rich("$x$")).await;
    assert_eq!(bot.telegram.draft(ANNA, None), None);
}

#[tokio::test]
async fn blocks_and_text_can_take_each_others_place() {
    let bot = Bot::start().await;
    let id = bot.sends(ANNA, "plain").await;
    let edit = with(rich("# now rich"), "message_id", id);
    let edited = bot.get("editMessageText", edit.clone()).await;
    assert_eq!((&edited["rich_message"]["blocks"][0]["type"], &edited["text"]), (&json!("heading"), &Value::Null));
    assert!(bot.refused("editMessageText", edit).await.starts_with("Bad Request: message is not modified"));
    let back = bot.get("editMessageText", json!({"chat_id": ANNA, "message_id": id, "text": "plain"})).await;
    assert_eq!((&back["rich_message"], &back["text"]), (&Value::Null, &json!("plain")));
}

#[tokio::test]
async fn what_is_no_rich_message_is_refused_in_telegrams_words() {
    let bot = Bot::start().await;
    let said = async |rich_message: Value| {
        bot.refused("sendRichMessage", json!({"chat_id": ANNA, "rich_message": rich_message})).await
    };
    assert_eq!(said(json!({"markdown": ""})).await, "Bad Request: rich message must be non-empty");
    assert_eq!(said(json!({})).await, "Bad Request: rich message must be non-empty");
    assert_eq!(said(json!({"markdown": "a".repeat(32_769)})).await, "Bad Request: RICH_MESSAGE_TEXT_TOO_LONG");
    assert_eq!(bot.telegram.unexpected(), Vec::<String>::new());
    assert!(said(json!({"markdown": "a", "html": "a"})).await.contains("exactly one"));
    assert!(said(json!({"html": "a"})).await.starts_with("Not Implemented by the sandbox"));
    assert_eq!(bot.telegram.unexpected().len(), 2);
}

#[tokio::test]
async fn an_older_server_knows_no_rich_messages() {
    let bot = Bot::start().await;
    bot.telegram.set_rich(false);
    assert_eq!(bot.refused("sendRichMessage", rich("a")).await, "Not Found");
    assert_eq!(bot.refused("sendRichMessageDraft", with(rich("a"), "draft_id", 1)).await, "Not Found");
    let id = bot.sends(ANNA, "plain").await;
    assert_eq!(
        bot.refused("editMessageText", with(rich("a"), "message_id", id)).await,
        "Bad Request: message text is empty"
    );
    assert_eq!(bot.telegram.unexpected(), Vec::<String>::new());
}
