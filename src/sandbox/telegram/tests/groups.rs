//! Groups, privacy, topics.

use super::*;
use crate::sandbox::telegram::ActRefused;
use crate::sandbox::telegram::view::Act;

async fn texts(bot: &Bot) -> Vec<String> {
    bot.takes_updates().await.iter().filter_map(|it| it["message"]["text"].as_str().map(ToOwned::to_owned)).collect()
}

#[tokio::test]
async fn in_a_group_the_bot_sees_only_what_is_meant_for_it() {
    let bot = Bot::start().await;
    let answer = bot.sends(GROUP, "hello").await;
    for text in
        ["chatter", "@routergram_bot hi", "@other_bot hi", "/ask x", "/ask@Routergram_Bot x", "/ask@other_bot x"]
    {
        bot.telegram.say(GROUP, ANNA, text).unwrap();
    }
    let reply = Act::Send { chat: GROUP, user: BORIS, text: "reply".to_owned(), reply_to: Some(answer), thread: None };
    bot.telegram.act(reply).unwrap();
    assert_eq!(texts(&bot).await, ["@routergram_bot hi", "/ask x", "/ask@Routergram_Bot x", "reply"]);
    bot.telegram.promote_bot(GROUP, true);
    bot.telegram.say(GROUP, ANNA, "seen by an administrator").unwrap();
    bot.telegram.promote_bot(GROUP, false);
    bot.telegram.set_privacy(false);
    bot.telegram.say(GROUP, ANNA, "seen without privacy").unwrap();
    assert_eq!(texts(&bot).await, ["seen by an administrator", "seen without privacy"]);
    assert_eq!(bot.telegram.chat(GROUP).len(), 10);
}

#[tokio::test]
async fn a_topic_holds_its_messages() {
    let bot = Bot::start().await;
    let topic = bot.telegram.add_topic(GROUP, "Ideas");
    let say = |thread| Act::Send { chat: GROUP, user: ANNA, text: "/ask".to_owned(), reply_to: None, thread };
    assert_eq!(bot.telegram.act(say(Some(99))).unwrap_err(), ActRefused::NoSuchTopic);
    let question = bot.telegram.act(say(Some(topic))).unwrap().message_id();
    let message = bot.takes_updates().await.remove(0)["message"].clone();
    assert_eq!((&message["message_thread_id"], &message["is_topic_message"]), (&json!(topic), &json!(true)));
    assert_eq!(message["chat"]["is_forum"], true);
    assert_eq!(message["reply_to_message"]["forum_topic_created"]["name"], "Ideas");
    let unknown = json!({"chat_id": GROUP, "text": "x", "message_thread_id": 99});
    assert_eq!(bot.refused("sendMessage", unknown).await, "Bad Request: message thread not found");
    let here = json!({"chat_id": GROUP, "text": "x", "reply_parameters": {"message_id": question}});
    assert_eq!(bot.get("sendMessage", here).await["message_thread_id"], json!(topic));
}

#[tokio::test]
async fn a_private_chat_may_have_topics() {
    let bot = Bot::start().await;
    assert_eq!(bot.get("getMe", json!({})).await["has_topics_enabled"], false);
    let topic = bot.telegram.add_topic(ANNA, "Cooking");
    assert_eq!(bot.get("getMe", json!({})).await["has_topics_enabled"], true);
    let sent = bot.get("sendMessage", json!({"chat_id": ANNA, "text": "x", "message_thread_id": topic})).await;
    assert_eq!((&sent["message_thread_id"], &sent["reply_to_message"]), (&json!(topic), &Value::Null));
}

#[tokio::test]
async fn a_bot_that_was_kicked_is_out() {
    let bot = Bot::start().await;
    bot.telegram.kick_bot(GROUP);
    let said = bot.refused("sendMessage", json!({"chat_id": GROUP, "text": "x"})).await;
    assert_eq!(said, "Forbidden: bot was kicked from the supergroup chat");
    bot.telegram.say(GROUP, ANNA, "/ask").unwrap();
    let updates = bot.takes_updates().await;
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0]["my_chat_member"]["new_chat_member"]["status"], "kicked");
}

#[tokio::test]
async fn members_are_who_they_are() {
    let bot = Bot::start().await;
    let status =
        async |user: i64| bot.get("getChatMember", json!({"chat_id": GROUP, "user_id": user})).await["status"].clone();
    assert_eq!(status(ANNA).await, "creator");
    assert_eq!(status(BORIS).await, "member");
    assert_eq!(status(bot.telegram.bot_id()).await, "member");
    bot.telegram.set_admin(GROUP, BORIS, true);
    assert_eq!(status(BORIS).await, "administrator");
    bot.telegram.set_admin(GROUP, BORIS, false);
    bot.telegram.set_admin(GROUP, ANNA, false);
    assert_eq!((status(ANNA).await, status(BORIS).await), (json!("creator"), json!("member")));
    bot.telegram.set_admins(GROUP, &[BORIS]);
    bot.telegram.promote_bot(GROUP, true);
    let admins = bot.get("getChatAdministrators", json!({"chat_id": GROUP})).await;
    assert_eq!(admins.as_array().unwrap().len(), 3);
    assert_eq!(bot.get("getChatMemberCount", json!({"chat_id": GROUP})).await, 3);
}

#[tokio::test]
async fn in_a_private_chat_two_are_members_and_nobody_else() {
    let bot = Bot::start().await;
    let ask = |user: i64| json!({"chat_id": ANNA, "user_id": user});
    for user in [ANNA, bot.telegram.bot_id()] {
        assert_eq!(bot.get("getChatMember", ask(user)).await["status"], "member");
    }
    assert_eq!(bot.refused("getChatMember", ask(BORIS)).await, "Bad Request: member not found");
    assert_eq!(bot.refused("getChatMember", ask(5)).await, "Bad Request: user not found");
    let said = bot.refused("getChatAdministrators", json!({"chat_id": ANNA})).await;
    assert_eq!(said, "Bad Request: there are no administrators in the private chat");
}

#[tokio::test]
async fn an_anonymous_administrator_is_the_group() {
    let bot = Bot::start().await;
    let write = |user| {
        let text = "/ask who am I?".to_owned();
        bot.telegram.act(Act::SendAnonymously { chat: GROUP, user, text, reply_to: None, thread: None })
    };
    assert_eq!(write(BORIS).unwrap_err(), ActRefused::NotAdmin);
    write(ANNA).unwrap();
    let message = bot.takes_updates().await.remove(0)["message"].clone();
    let from = json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"});
    assert_eq!((&message["from"], &message["sender_chat"]), (&from, &message["chat"]));
    assert_eq!(bot.telegram.transcript(GROUP), "Group: /ask who am I?\n");
    let member = bot.get("getChatMember", json!({"chat_id": GROUP, "user_id": 1_087_968_824})).await;
    assert_eq!(member["status"], "left");
}
