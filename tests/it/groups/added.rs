//! The bot is added to a group: it says once how to ask it, and what it sees.

use routergram::replies::{self, Language};
use serde_json::json;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, Mode, World, until};

/// A supergroup that the bot is not in.
const CLUB: i64 = -1_000_000_003_001;
/// A basic one.
const BASIC: i64 = -78;

async fn world(settings: &[(&str, &str)]) -> World {
    let world = World::with_settings(Mode::Webhook, settings).await;
    world.telegram.add_group_without_bot(CLUB, "Club", &[ANNA, BORIS]);
    world
}

fn texts(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

#[tokio::test]
async fn whoever_adds_the_bot_is_told_once_how_to_ask_and_what_it_sees() {
    let world = world(&[]).await;
    // Telegram tells of it twice: as a change of the bot's, and as a message about new members.
    world.telegram.add_bot(CLUB, BORIS);
    world.drains().await;
    assert_eq!(texts(&world, CLUB), [replies::group_joined(Language::Ru, false)]);
    assert_eq!(world.telegram.calls().iter().filter(|call| call.method == "sendMessage").count(), 1);
    insta::assert_snapshot!(replies::group_joined(Language::En, false), @"
    Hello! To ask me something here, mention me, reply to a message of mine, or write /ask and your question.

    Telegram shows me only what is meant for me; the rest of what is said here I do not see.

    The group's admins choose the model, the persona and the rest with /settings. /help shows what I can do.
    ");
    // A promotion is no news to the group.
    world.telegram.promote_bot(CLUB, true);
    world.telegram.promote_bot(CLUB, false);
    world.drains().await;
    assert_eq!(texts(&world, CLUB).len(), 1);
    // In a basic group, too.
    world.telegram.add_group_without_bot(BASIC, "Small", &[ANNA]);
    world.telegram.add_bot(BASIC, ANNA);
    world.drains().await;
    assert_eq!(texts(&world, BASIC), [replies::group_joined(Language::En, false)]);
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_shown_everything_says_so() {
    let mut world = World::asleep(Mode::Polling, &[]).await;
    world.telegram.set_privacy(false);
    world.telegram.add_group_without_bot(CLUB, "Club", &[ANNA]);
    world.bot.starts().await;
    world.telegram.add_bot(CLUB, ANNA);
    world.drains().await;
    assert_eq!(texts(&world, CLUB), [replies::group_joined(Language::En, true)]);
    assert!(replies::group_joined(Language::En, true).contains("shows me everything that is said here"));
    // An administrator is shown everything, whatever its privacy.
    world.telegram.set_privacy(true);
    world.bot.stops().await;
    world.bot.starts().await;
    let person = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let change = json!({"chat": {"id": CLUB, "type": "supergroup", "title": "Club"}, "from": person, "date": 1,
        "old_chat_member": {"user": {"id": 1}, "status": "left"},
        "new_chat_member": {"user": {"id": 1}, "status": "administrator"}});
    let _ = world.telegram.inject(&json!({ "my_chat_member": change }).to_string());
    world.drains().await;
    assert_eq!(texts(&world, CLUB)[1..], [replies::group_joined(Language::En, true)]);
    world.ends().await;
}

#[tokio::test]
async fn a_crash_neither_swallows_nor_doubles_the_greeting() {
    for point in ["before-store-reply", "after-store-reply", "after-sendMessage"] {
        let mut world = World::asleep(Mode::Polling, &[("ROUTERGRAM_FAULT_POINT", point)]).await;
        world.expects_in_log(&["may arrive twice"]);
        world.telegram.add_group_without_bot(CLUB, "Club", &[ANNA]);
        world.telegram.add_bot(CLUB, ANNA);
        world.bot.spawns();
        assert_eq!(world.bot.ends().await.status, None, "it lives on: {}", world.bot.log());
        world.bot.unset("ROUTERGRAM_FAULT_POINT");
        world.bot.starts().await;
        world.drains().await;
        let greeting = replies::group_joined(Language::En, false);
        // What was sent when the process died may have arrived, and is announced.
        let times = if point == "after-sendMessage" { 2 } else { 1 };
        assert_eq!(texts(&world, CLUB), vec![greeting; times], "{point}");
        world.ends().await;
    }
}

#[tokio::test]
async fn a_private_bot_says_so_to_strangers_and_greets_those_who_may() {
    let world = world(&[("ALLOWED_USER_IDS", &ANNA.to_string())]).await;
    world.telegram.add_bot(CLUB, BORIS);
    world.drains().await;
    assert_eq!(texts(&world, CLUB), [replies::group_added_by_a_stranger(Language::Ru)]);
    world.says(BORIS, CLUB, "/ask почему?");
    world.says(ANNA, CLUB, "/ask why?");
    world.drains().await;
    assert_eq!((texts(&world, CLUB).len(), world.model.request_count()), (2, 1));
    world.telegram.add_group_without_bot(BASIC, "Small", &[ANNA]);
    world.telegram.add_bot(BASIC, ANNA);
    world.drains().await;
    assert_eq!(texts(&world, BASIC), [replies::group_joined(Language::En, false)]);
    world.ends().await;
}

#[tokio::test]
async fn who_is_banned_gets_no_greeting_and_channels_get_none() {
    let owner = 1003;
    let world = world(&[("ADMIN_USER_IDS", &owner.to_string())]).await;
    world.telegram.add_person(owner, "Olga", Some("en"));
    world.says(owner, owner, &format!("/ban {BORIS}"));
    world.drains().await;
    world.telegram.add_bot(CLUB, BORIS);
    let channel = json!({"id": -1_000_000_009_009_i64, "type": "channel", "title": "News"});
    let person = json!({"id": ANNA, "is_bot": false, "first_name": "Anna"});
    let status = |status: &str| json!({"user": {"id": 1}, "status": status});
    let change = json!({"chat": channel, "from": person, "date": 1,
        "old_chat_member": status("left"), "new_chat_member": status("administrator")});
    let _ = world.telegram.inject(&json!({ "my_chat_member": change }).to_string());
    let post =
        json!({"message_id": 1, "date": 1, "chat": channel, "sender_chat": channel, "text": "@routergram_bot hi"});
    let _ = world.telegram.inject(&json!({ "channel_post": post }).to_string());
    world.drains().await;
    assert_eq!(texts(&world, CLUB), Vec::<String>::new());
    assert_eq!(world.telegram.calls().iter().filter(|call| call.method == "sendMessage").count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn blocking_and_unblocking_the_bot_in_private_says_nothing_and_owes_nothing() {
    let world = world(&[]).await;
    let gate = world.model.hold_after(1);
    world.anna("why?");
    // From here on what it costs is found out, whatever becomes of it.
    let begun = "SELECT count(*) FROM ledger";
    until("the model writes", async || stored::<i64>(world.folder.path(), begun) == 1).await;
    world.telegram.block_bot(ANNA, true);
    gate.release();
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 0);
    world.telegram.block_bot(ANNA, false);
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 0);
    world.anna("and now?");
    world.answers(ANNA, 1).await;
    world.settles().await;
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}
