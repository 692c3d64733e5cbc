//! Groups that become supergroups, topics and questions that are gone.

use super::*;
use crate::sandbox::telegram::ActRefused;
use crate::sandbox::telegram::view::Act;

/// A basic group.
const FAMILY: i64 = -4242;

fn say(chat: i64) -> Value {
    json!({"chat_id": chat, "text": "hi"})
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_says_where_it_went() {
    let bot = Bot::start().await;
    bot.telegram.add_group(FAMILY, "Family", &[ANNA, BORIS]);
    let own = bot.sends(FAMILY, "before").await;
    let new = bot.telegram.migrate(FAMILY);
    let updates = bot.takes_updates().await;
    let told: Vec<_> = updates.iter().map(|update| &update["message"]).collect();
    assert_eq!((&told[0]["chat"]["id"], &told[0]["migrate_to_chat_id"]), (&json!(FAMILY), &json!(new)));
    assert_eq!((&told[1]["chat"]["id"], &told[1]["migrate_from_chat_id"]), (&json!(new), &json!(FAMILY)));
    assert_eq!(told[1]["chat"]["type"], "supergroup");
    let gone = |id: i64| json!({"chat_id": FAMILY, "message_id": id, "text": "after"});
    for (method, params) in [
        ("sendMessage", say(FAMILY)),
        ("sendRichMessage", json!({"chat_id": FAMILY, "rich_message": {"markdown": "hi"}})),
        ("sendChatAction", json!({"chat_id": FAMILY, "action": "typing"})),
        ("editMessageText", gone(own)),
        ("deleteMessage", json!({"chat_id": FAMILY, "message_id": own})),
    ] {
        let (status, body) = bot.call(method, params).await;
        assert_eq!(status, 400, "{method}");
        assert_eq!(body["description"], "Bad Request: group chat was upgraded to a supergroup chat", "{method}");
        assert_eq!(body["parameters"], json!({"migrate_to_chat_id": new}), "{method}");
    }
    bot.get("sendMessage", say(new)).await;
    assert_eq!(bot.telegram.say(FAMILY, ANNA, "hi").unwrap_err(), ActRefused::NoSuchChat);
    bot.telegram.say(new, ANNA, "/hi").unwrap();
    assert!(bot.telegram.view().chats.iter().all(|chat| chat.id != FAMILY));
    assert_eq!(bot.telegram.migrate(FAMILY), 0);
}

#[tokio::test]
async fn a_deleted_topic_is_not_found_any_more() {
    let bot = Bot::start().await;
    let topic = bot.telegram.add_topic(GROUP, "Ideas");
    let here = json!({"chat_id": GROUP, "text": "x", "message_thread_id": topic});
    let sent = bot.get("sendMessage", here.clone()).await["message_id"].clone();
    bot.telegram.delete_topic(GROUP, topic);
    assert_eq!(bot.refused("sendMessage", here).await, "Bad Request: message thread not found");
    let typing = json!({"chat_id": GROUP, "action": "typing", "message_thread_id": topic});
    assert_eq!(bot.refused("sendChatAction", typing).await, "Bad Request: message thread not found");
    let edit = json!({"chat_id": GROUP, "message_id": sent, "text": "y"});
    assert_eq!(bot.refused("editMessageText", edit).await, "Bad Request: message to edit not found");
    assert_eq!(bot.telegram.chat(GROUP), []);
    assert_eq!(bot.get("getChat", json!({"chat_id": GROUP})).await["is_forum"], true);
}

#[tokio::test]
async fn a_deleted_draft_topic_takes_its_draft_along() {
    let bot = Bot::start().await;
    let topic = bot.telegram.add_topic(ANNA, "Cooking");
    let frame = json!({"chat_id": ANNA, "draft_id": 1, "text": "a", "message_thread_id": topic});
    bot.get("sendMessageDraft", frame.clone()).await;
    bot.telegram.delete_topic(ANNA, topic);
    assert_eq!(bot.telegram.draft(ANNA, Some(topic)), None);
    assert_eq!(bot.refused("sendMessageDraft", frame).await, "Bad Request: message thread not found");
}

#[tokio::test]
async fn a_deleted_question_cannot_be_replied_to_unless_that_may_fail() {
    let bot = Bot::start().await;
    let question = bot.telegram.say(GROUP, BORIS, "/ask why?").unwrap().message_id();
    let delete = |user| bot.telegram.act(Act::Delete { chat: GROUP, user, message_id: question });
    bot.telegram.add_person(7, "Guest", None);
    assert_eq!(delete(7).unwrap_err(), ActRefused::NoSuchChat);
    delete(BORIS).unwrap();
    assert_eq!(delete(BORIS).unwrap_err(), ActRefused::NoSuchMessage);
    let answer = |anyway: bool| {
        let reply = json!({"message_id": question, "allow_sending_without_reply": anyway});
        json!({"chat_id": GROUP, "text": "because", "reply_parameters": reply})
    };
    assert_eq!(bot.refused("sendMessage", answer(false)).await, "Bad Request: message to be replied not found");
    assert_eq!(bot.get("sendMessage", answer(true)).await["reply_to_message"], Value::Null);
}

#[tokio::test]
async fn members_delete_what_is_theirs_and_administrators_everything() {
    let bot = Bot::start().await;
    let theirs = bot.sends(GROUP, "an answer").await;
    let delete = |user| bot.telegram.act(Act::Delete { chat: GROUP, user, message_id: theirs });
    assert_eq!(delete(BORIS).unwrap_err(), ActRefused::NotYours);
    delete(ANNA).unwrap();
    bot.telegram.kick_bot(GROUP);
    let said = bot.refused("deleteMessage", json!({"chat_id": GROUP, "message_id": theirs})).await;
    assert_eq!(said, "Forbidden: bot was kicked from the supergroup chat");
}
