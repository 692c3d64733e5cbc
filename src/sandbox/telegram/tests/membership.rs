//! Who comes and goes, the bot among them, and channels.

use super::*;
use crate::sandbox::telegram::ActRefused;
use crate::sandbox::telegram::view::{Act, Item, Share};

/// A basic group.
const FAMILY: i64 = -4242;
/// Anna's channel.
const NEWS: i64 = -1_000_000_000_999;

/// What became of the bot: its old and its new status, and who did it.
fn became(update: &Value) -> (&str, &str, i64) {
    let change = &update["my_chat_member"];
    let status = |which: &str| change[which]["status"].as_str().unwrap();
    (status("old_chat_member"), status("new_chat_member"), change["from"]["id"].as_i64().unwrap())
}

#[tokio::test]
async fn the_bot_is_told_what_becomes_of_it() {
    let bot = Bot::start().await;
    bot.telegram.add_group_without_bot(FAMILY, "Family", &[ANNA, BORIS]);
    let away = bot.refused("sendMessage", json!({"chat_id": FAMILY, "text": "x"})).await;
    assert_eq!(away, "Forbidden: bot is not a member of the group chat");
    bot.telegram.add_bot(FAMILY, BORIS);
    bot.telegram.promote_bot(FAMILY, true);
    bot.telegram.promote_bot(FAMILY, true);
    bot.telegram.kick_bot(FAMILY);
    let updates = bot.takes_updates().await;
    assert_eq!(became(&updates[0]), ("left", "member", BORIS));
    assert_eq!(updates[1]["message"]["new_chat_members"][0]["id"], json!(bot.telegram.bot_id()));
    assert_eq!(became(&updates[2]), ("member", "administrator", ANNA));
    assert_eq!(updates[3]["message"]["left_chat_member"]["id"], json!(bot.telegram.bot_id()));
    assert_eq!(became(&updates[4]), ("administrator", "kicked", ANNA));
    assert_eq!(updates.len(), 5);
    bot.telegram.block_bot(ANNA, true);
    bot.telegram.block_bot(ANNA, false);
    let updates = bot.takes_updates().await;
    assert_eq!([became(&updates[0]), became(&updates[1])], [("member", "kicked", ANNA), ("kicked", "member", ANNA)]);
}

#[tokio::test]
async fn people_come_and_go() {
    let bot = Bot::start().await;
    bot.telegram.add_person(7, "Guest", None);
    bot.telegram.join(GROUP, 7);
    bot.telegram.join(GROUP, 7);
    bot.telegram.leave(GROUP, BORIS);
    let updates = bot.takes_updates().await;
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[0]["message"]["new_chat_members"][0]["first_name"], "Guest");
    assert_eq!(updates[1]["message"]["left_chat_member"]["first_name"], "Boris");
    assert_eq!(bot.telegram.say(GROUP, BORIS, "/hi").unwrap_err(), ActRefused::NoSuchChat);
    let said: Vec<_> = bot.telegram.chat(GROUP).into_iter().filter_map(|message| message.service).collect();
    assert_eq!(said, ["Guest joined the group", "Boris left the group"]);
}

#[tokio::test]
async fn a_channel_writes_in_groups_by_its_owner_and_by_itself() {
    let bot = Bot::start().await;
    bot.telegram.set_privacy(false);
    bot.telegram.add_channel(NEWS, "News", ANNA);
    assert_eq!(bot.telegram.channel_posts(NEWS, "x").unwrap_err(), ActRefused::NoSuchChat);
    bot.telegram.link_channel(NEWS, GROUP);
    let post = bot.telegram.channel_posts(NEWS, "tea is served").unwrap().message_id();
    let share = |user| Share {
        chat: GROUP,
        user,
        items: vec![Item::Text { text: "well?".to_owned() }],
        reply_to: Some(post),
        as_channel: Some(NEWS),
        ..Share::default()
    };
    assert_eq!(bot.telegram.act(Act::Share(share(BORIS))).unwrap_err(), ActRefused::NotAdmin);
    bot.telegram.act(Act::Share(share(ANNA))).unwrap();
    let updates = bot.takes_updates().await;
    let copied = &updates[0]["message"];
    assert_eq!((&copied["from"]["id"], &copied["is_automatic_forward"]), (&json!(777_000), &json!(true)));
    assert_eq!((&copied["sender_chat"]["title"], &copied["sender_chat"]["type"]), (&json!("News"), &json!("channel")));
    assert_eq!(copied["forward_origin"]["chat"]["id"], json!(NEWS));
    let written = &updates[1]["message"];
    assert_eq!((&written["from"]["username"], &written["sender_chat"]["id"]), (&json!("Channel_Bot"), &json!(NEWS)));
    assert_eq!(written["reply_to_message"]["sender_chat"]["id"], json!(NEWS));
    assert!(bot.telegram.view().chats.iter().all(|chat| chat.id != NEWS));
    assert_eq!(bot.get("getChat", json!({"chat_id": GROUP})).await["linked_chat_id"], json!(NEWS));
}

#[tokio::test]
async fn a_bot_can_leave_a_group_by_itself() {
    let bot = Bot::start().await;
    bot.get("leaveChat", json!({"chat_id": GROUP})).await;
    let updates = bot.takes_updates().await;
    assert_eq!((became(&updates[0]), updates.len()), (("member", "left", bot.telegram.bot_id()), 1));
    let away = bot.refused("leaveChat", json!({"chat_id": GROUP})).await;
    assert_eq!(away, "Forbidden: bot is not a member of the supergroup chat");
    let stay = bot.refused("leaveChat", json!({"chat_id": ANNA})).await;
    assert_eq!(stay, "Bad Request: chat member status can't be changed in private chats");
}
