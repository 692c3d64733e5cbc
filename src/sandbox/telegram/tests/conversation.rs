//! Messages to and fro.

use super::*;
use crate::sandbox::telegram::ActRefused;
use crate::sandbox::telegram::view::{Act, Event};

#[tokio::test]
async fn a_message_reaches_the_bot_as_telegram_writes_it() {
    let bot = Bot::start().await;
    bot.anna_says("/start now");
    let updates = bot.takes_updates().await;
    let first = updates[0]["update_id"].as_i64().unwrap();
    let date = updates[0]["message"]["date"].clone();
    assert_eq!(
        updates,
        [json!({"update_id": first, "message": {
            "message_id": 1,
            "from": {"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"},
            "chat": {"id": ANNA, "first_name": "Anna", "type": "private"},
            "date": date,
            "text": "/start now",
            "entities": [{"offset": 0, "length": 6, "type": "bot_command"}],
        }})]
    );
    let raw = bot.client.get(bot.url("getUpdates")).send().await.unwrap().text().await.unwrap();
    assert_eq!(raw, r#"{"ok":true,"result":[]}"#);
}

#[tokio::test]
async fn ids_of_updates_count_up_and_start_the_same_in_every_run() {
    let (one, two) = (Bot::start().await, Bot::start().await);
    for bot in [&one, &two] {
        bot.anna_says("a");
        bot.anna_says("b");
    }
    let ids = |updates: Vec<Value>| updates.iter().map(|it| it["update_id"].as_i64().unwrap()).collect::<Vec<_>>();
    let first = ids(one.takes_updates().await);
    assert_eq!(first[1], first[0] + 1);
    assert_eq!(first, ids(two.takes_updates().await));
}

#[tokio::test]
async fn an_answer_quotes_the_question() {
    let bot = Bot::start().await;
    let question = bot.anna_says("why?");
    let params = json!({"chat_id": ANNA, "text": "because", "reply_parameters": {"message_id": question}});
    let sent = bot.get("sendMessage", params).await;
    assert_eq!(sent["reply_to_message"]["text"], "why?");
    assert_eq!(sent["from"]["is_bot"], true);
    let gone = json!({"chat_id": ANNA, "text": "x", "reply_parameters": {"message_id": 99}});
    assert_eq!(bot.refused("sendMessage", gone).await, "Bad Request: message to be replied not found");
    let anyway = json!({"chat_id": ANNA, "text": "x", "reply_parameters": {"message_id": 99, "allow_sending_without_reply": true}});
    bot.get("sendMessage", anyway).await;
    assert_eq!(bot.telegram.transcript(ANNA), "Anna: why?\nbot: because\nbot: x\n");
}

#[tokio::test]
async fn an_edit_changes_the_message_once() {
    let bot = Bot::start().await;
    let id = bot.sends(ANNA, "draft").await;
    let params = json!({"chat_id": ANNA, "message_id": id, "text": " final ", "parse_mode": "HTML"});
    let edited = bot.get("editMessageText", params.clone()).await;
    assert_eq!(edited["text"], "final");
    assert!(edited["edit_date"].is_i64());
    assert_eq!(
        bot.refused("editMessageText", params).await,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
    );
    let question = bot.anna_says("mine");
    let mut other = json!({"chat_id": ANNA, "message_id": question, "text": "x"});
    assert_eq!(bot.refused("editMessageText", other.clone()).await, "Bad Request: message can't be edited");
    other["message_id"] = json!(99);
    assert_eq!(bot.refused("editMessageText", other).await, "Bad Request: message to edit not found");
}

#[tokio::test]
async fn a_button_is_pressed_and_answered_in_time() {
    let bot = Bot::start().await;
    let keyboard = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]});
    let params = json!({"chat_id": ANNA, "text": "sure?", "reply_markup": keyboard});
    let id = bot.get("sendMessage", params).await["message_id"].as_i64().unwrap();
    let mut events = bot.telegram.events();
    let press = |data: &str| Act::Press { chat: ANNA, user: ANNA, message_id: id, data: data.to_owned() };
    assert_eq!(bot.telegram.act(press("no")).unwrap_err(), ActRefused::NoSuchButton);
    bot.telegram.act(press("yes")).unwrap();
    let query = bot.takes_updates().await.remove(0)["callback_query"].clone();
    assert_eq!((&query["data"], &query["message"]["reply_markup"]), (&json!("yes"), &keyboard));
    let answer = json!({"callback_query_id": query["id"], "text": "done"});
    bot.get("answerCallbackQuery", answer.clone()).await;
    let told = Event::CallbackAnswer { user: ANNA, text: Some("done".to_owned()), alert: false };
    assert_eq!(events.recv().await.unwrap(), told);
    bot.clock.advance(std::time::Duration::from_secs(200));
    assert_eq!(
        bot.refused("answerCallbackQuery", answer).await,
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    );
    bot.get("editMessageReplyMarkup", json!({"chat_id": ANNA, "message_id": id})).await;
    assert_eq!(bot.telegram.act(press("yes")).unwrap_err(), ActRefused::NoSuchButton);
}

#[tokio::test]
async fn messages_are_deleted_by_who_may() {
    let bot = Bot::start().await;
    let own = bot.sends(GROUP, "own").await;
    let theirs = bot.telegram.say(GROUP, ANNA, "theirs").unwrap().message_id();
    bot.get("deleteMessage", json!({"chat_id": GROUP, "message_id": own})).await;
    let foreign = json!({"chat_id": GROUP, "message_id": theirs});
    assert_eq!(bot.refused("deleteMessage", foreign.clone()).await, "Bad Request: message can't be deleted");
    bot.telegram.promote_bot(GROUP, true);
    bot.get("deleteMessages", json!({"chat_id": GROUP, "message_ids": [own, theirs]})).await;
    assert_eq!(bot.refused("deleteMessage", foreign).await, "Bad Request: message to delete not found");
    assert_eq!(bot.telegram.chat(GROUP), []);
    let old = bot.sends(ANNA, "old").await;
    bot.clock.advance(std::time::Duration::from_hours(49));
    assert_eq!(
        bot.refused("deleteMessage", json!({"chat_id": ANNA, "message_id": old})).await,
        "Bad Request: message can't be deleted for everyone"
    );
}

#[tokio::test]
async fn people_edit_what_they_wrote_and_nothing_else() {
    let bot = Bot::start().await;
    let id = bot.anna_says("helo");
    let answer = bot.sends(ANNA, "hi").await;
    let edit = |message_id| Act::Edit { chat: ANNA, user: ANNA, message_id, text: "hello".to_owned() };
    bot.telegram.act(edit(id)).unwrap();
    assert_eq!(bot.telegram.act(edit(answer)).unwrap_err(), ActRefused::NotYours);
    let updates = bot.takes_updates().await;
    assert_eq!(updates[1]["edited_message"]["text"], "hello");
    assert!(updates[1]["edited_message"]["edit_date"].is_i64());
}

#[tokio::test]
async fn a_long_paste_becomes_several_messages() {
    let bot = Bot::start().await;
    let done = bot.telegram.say(ANNA, ANNA, &"😀".repeat(3000)).unwrap();
    assert_eq!(done.message_ids.len(), 2);
    assert_eq!(bot.telegram.chat(ANNA)[0].text.encode_utf16().count(), 4096);
    assert_eq!(bot.telegram.say(ANNA, ANNA, " \n").unwrap_err(), ActRefused::Empty);
    assert_eq!(bot.telegram.say(ANNA, 5, "x").unwrap_err(), ActRefused::NoSuchPerson);
    assert_eq!(bot.telegram.say(BORIS, ANNA, "x").unwrap_err(), ActRefused::NoSuchChat);
}

#[tokio::test]
async fn a_person_who_blocked_the_bot_hears_nothing_until_they_write_again() {
    let bot = Bot::start().await;
    bot.telegram.block_bot(ANNA, true);
    let say = json!({"chat_id": ANNA, "text": "hi"});
    assert_eq!(bot.refused("sendMessage", say.clone()).await, "Forbidden: bot was blocked by the user");
    assert_eq!(bot.takes_updates().await[0]["my_chat_member"]["new_chat_member"]["status"], "kicked");
    bot.anna_says("back");
    bot.get("sendMessage", say).await;
}

#[tokio::test]
async fn the_world_is_seen_as_people_see_it() {
    let bot = Bot::start().await;
    bot.telegram.set_username(ANNA, "anna");
    bot.sends(ANNA, "one\ntwo").await;
    let view = bot.telegram.view();
    assert_eq!(
        view.people.iter().map(|it| (&*it.name, it.is_bot)).collect::<Vec<_>>(),
        [("bot", true), ("Anna", false), ("Boris", false)]
    );
    let chats: Vec<_> = view.chats.iter().map(|chat| (chat.id, &*chat.kind, chat.messages.len())).collect();
    assert_eq!(chats, [(GROUP, "supergroup", 0), (ANNA, "private", 1), (BORIS, "private", 0)]);
    assert_eq!(bot.telegram.transcript(ANNA), "bot: one\n  two\n");
    let full = bot.get("getChat", json!({"chat_id": ANNA})).await;
    assert_eq!((&full["type"], &full["username"]), (&json!("private"), &json!("anna")));
}
