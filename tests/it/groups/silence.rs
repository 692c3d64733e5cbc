//! What the bot hears in a group and leaves alone: everything that is not meant for it.

use routergram::sandbox::telegram::view::{Act, Item, Share};
use serde_json::{Value, json};

use crate::world::samples::photo;
use crate::world::{ANNA, BORIS, GROUP, Mode, World};

/// A message of the group, as Telegram brings it to a bot that is shown everything.
fn brought(world: &World, fields: &Value) {
    let person = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let chat = json!({"id": GROUP, "type": "supergroup", "title": "Trip"});
    let mut message = json!({"message_id": 9000, "date": 1_790_000_000, "chat": chat, "from": person});
    for (key, value) in fields.as_object().unwrap() {
        message[key] = value.clone();
    }
    let _ = world.telegram.inject(&json!({ "message": message }).to_string());
}

fn mention(text: &str) -> Value {
    let offset = text.find("@routergram_bot").unwrap();
    json!([{"type": "mention", "offset": offset, "length": 15}])
}

#[tokio::test]
async fn a_bot_that_is_shown_everything_answers_nothing_that_is_not_meant_for_it() {
    let mut world = World::asleep(Mode::Webhook, &[]).await;
    world.telegram.set_privacy(false);
    world.bot.starts().await;
    // Ordinary talk, with things, to each other, and about the bot.
    let talk = world.says(ANNA, GROUP, "let us ask routergram_bot about the sea");
    world.says(BORIS, GROUP, "a@routergram_bot.example is no mention, and @other_bot is another one");
    let text = "да".to_owned();
    world.telegram.act(Act::Send { chat: GROUP, user: BORIS, text, reply_to: Some(talk), thread: None }).unwrap();
    world.sends_with(ANNA, GROUP, photo(8, 8), "look!");
    world.sends_album(BORIS, GROUP, vec![photo(8, 8), photo(9, 9)], "и это");
    // Commands for others, and such as nobody knows.
    for text in ["/model@other_bot", "/ask@other_bot why?", "/stop@other_bot", "/frobnicate", "/usr/bin/env is a path"]
    {
        world.says(ANNA, GROUP, text);
    }
    // People who come and go, and edits.
    world.telegram.leave(GROUP, BORIS);
    world.telegram.join(GROUP, BORIS);
    world.edits(ANNA, GROUP, talk, "@routergram_bot let us ask you");
    // Another bot, what was picked at one (this one, too), and what Telegram says itself.
    let words = "@routergram_bot what do you say?";
    let other = json!({"id": 77, "is_bot": true, "first_name": "Other", "username": "other_bot"});
    let own = json!({"id": world.telegram.bot_id(), "is_bot": true, "first_name": "Me", "username": "routergram_bot"});
    brought(&world, &json!({"from": other, "text": words, "entities": mention(words)}));
    brought(&world, &json!({"via_bot": other, "text": words, "entities": mention(words)}));
    brought(&world, &json!({"via_bot": own, "text": words, "entities": mention(words)}));
    brought(
        &world,
        &json!({"pinned_message": {"message_id": 5, "date": 1, "chat": {"id": GROUP, "type": "supergroup"},
        "from": own, "text": words, "entities": mention(words)}}),
    );
    for service in ["new_chat_title", "group_chat_created", "video_chat_started", "boost_added", "forum_topic_edited"] {
        brought(&world, &json!({ service: {}, "reply_to_message": {"message_id": 4, "from": own, "text": "x"} }));
    }
    world.drains().await;
    assert_eq!((world.said(GROUP).len(), world.model.request_count()), (0, 0), "{}", world.telegram.transcript(GROUP));
    let written =
        world.telegram.calls().into_iter().filter(|call| call.params.get("chat_id").is_some_and(|chat| *chat == GROUP));
    assert_eq!(written.count(), 0, "not even that it types");
    // And what is meant for it is answered.
    world.says(BORIS, GROUP, "@routergram_bot и что?");
    world.answers(GROUP, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn a_topic_that_the_bot_has_opened_is_no_conversation_with_it() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.set_privacy(false);
    world.bot.starts().await;
    let own = json!({"id": world.telegram.bot_id(), "is_bot": true, "first_name": "Me", "username": "routergram_bot"});
    let opening = json!({"message_id": 3, "date": 1, "chat": {"id": GROUP, "type": "supergroup"}, "from": own,
        "forum_topic_created": {"name": "Food", "icon_color": 1}, "message_thread_id": 3});
    brought(
        &world,
        &json!({"text": "hello all", "message_thread_id": 3, "is_topic_message": true,
        "reply_to_message": opening}),
    );
    world.drains().await;
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn answers_reply_to_their_question_in_its_topic_and_general_is_one_of_them() {
    let world = World::with(Mode::Webhook).await;
    let food = world.telegram.add_topic(GROUP, "Food");
    world.model.answers_with(|asked| format!("after {}", asked.said_by("user").count() - 1));
    let general = world.says(ANNA, GROUP, "/ask one");
    world.drains().await;
    let share = Share {
        chat: GROUP,
        user: BORIS,
        items: vec![Item::Text { text: "/ask два".to_owned() }],
        thread: Some(food),
        ..Share::default()
    };
    let in_topic = world.shares(share)[0];
    world.drains().await;
    let again = world.says(BORIS, GROUP, "@routergram_bot три");
    world.drains().await;
    let said = world.said(GROUP);
    let seen: Vec<_> = said.iter().map(|message| (message.thread, message.reply_to, message.text.as_str())).collect();
    let expected =
        [(None, Some(general), "after 0"), (Some(food), Some(in_topic), "after 0"), (None, Some(again), "after 1")];
    assert_eq!(seen, expected);
    world.ends().await;
}
