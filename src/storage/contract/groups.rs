//! What is promised to groups that move, and about chats that are lost.

use crate::replies::Language;
use crate::storage::{AnswerLength, Heard, PreferenceChange, Preferences};

use super::*;

promises! {
    a_group_that_moves_takes_everything_along_and_does_so_once
    what_is_under_way_when_a_group_moves_is_written_under_its_new_id
    what_has_begun_over_there_already_is_the_newer
    each_bot_has_its_own_moves
    a_chat_that_is_lost_owes_nothing_and_is_owed_nothing_and_others_wait_on
    what_comes_after_a_chat_was_lost_is_worked_on
}

const OLD: i64 = -5;
const NEW: i64 = -1005;

/// Asked by somebody in the group's name, so at its expense.
fn of_group(question: &str) -> FinishedTurn {
    let asked = turn(question, "a");
    let bill = Bill { payer: OLD, day: Day(20_000), reserved_micro_usd: 5_000 };
    FinishedTurn { asked_in: 42, usage: asked.usage.map(|usage| UsageRecord { bill, ..usage }), ..asked }
}

async fn chooses(world: &World, update_id: i64, chat: i64, length: AnswerLength) {
    let key = world.begins(update_id, chat).await.key;
    let language = PreferenceChange::Language { user: chat, language: Some(Language::Ru) };
    let preferences = vec![PreferenceChange::Length(length), language];
    world.store_reply(key, NewReply { preferences, ..reply(&[], None) }).await.unwrap();
}

async fn spent(world: &World, payer: i64) -> usize {
    world.spent(BOT, payer, Day(20_000)).await.unwrap().len()
}

async fn a_group_that_moves_takes_everything_along_and_does_so_once(mut world: World) {
    let key = world.begins(1, OLD).await.key;
    let system_prompt = Some("You are a pirate".to_owned());
    let conversation = ConversationChange::StartOver { system_prompt: system_prompt.clone() };
    world.store_reply(key, NewReply { conversation, ..reply(&[], None) }).await.unwrap();
    world.answers(2, OLD, of_group("q")).await;
    chooses(&world, 3, OLD, AnswerLength::Short).await;
    world.answers(4, 7, turn("elsewhere", "a")).await;
    let key = world.begins(5, OLD).await.key;
    let (file, text) = ("file".to_owned(), "hello".to_owned());
    world.keep_heard(key, Heard { file, user: 7, text, usage: UsageRecord::default() }).await.unwrap();
    assert!(world.move_group(BOT, OLD, NEW).await.unwrap());
    assert!(!world.move_group(BOT, OLD, NEW).await.unwrap(), "it is known");
    world.reopens().await;
    let preferences = Preferences { length: AnswerLength::Short, ..Preferences::default() };
    let whole = super::super::Conversation { system_prompt, turns: vec![past("q", "a")], preferences };
    // Under the old id, too: somebody may still hold it.
    for chat in [NEW, OLD] {
        assert_eq!(world.conversation(lane(chat), 1000, None).await.unwrap(), whole);
        assert_eq!(world.heard(lane(chat), "file").await.unwrap().as_deref(), Some("hello"));
    }
    let last = world.last_turn(lane(NEW)).await.unwrap().unwrap();
    assert_eq!((last.messages, last.asked_in), (vec![], 0), "messages are counted anew");
    assert_eq!((spent(&world, OLD).await, spent(&world, NEW).await), (0, 1));
    assert_eq!(world.languages(BOT).await.unwrap(), [(NEW, Language::Ru)]);
    assert_eq!(world.moves(BOT).await.unwrap(), [(OLD, NEW)]);
    assert_eq!(world.conversation(lane(7), 1000, None).await.unwrap().turns, [past("elsewhere", "a")]);
}

async fn what_is_under_way_when_a_group_moves_is_written_under_its_new_id(mut world: World) {
    let owed = world.begins(1, OLD).await.key;
    let address = Address { chat: OLD, thread: 0, reply_to: Some(42) };
    world.store_reply(owed, NewReply { address, in_place: vec![7], ..reply(&["owed"], None) }).await.unwrap();
    let written = world.begins(2, OLD).await.key;
    world.placed(written, 9).await.unwrap();
    assert!(world.move_group(BOT, OLD, NEW).await.unwrap());
    world.store_reply(written, NewReply { address, ..reply(&["an answer"], Some(of_group("q"))) }).await.unwrap();
    assert_eq!(world.conversation(lane(NEW), 1000, None).await.unwrap().turns, [past("q", "a")]);
    assert_eq!((spent(&world, OLD).await, spent(&world, NEW).await), (0, 1));
    world.reopens().await;
    for key in [owed, written] {
        let begun = world.begin(key.seq).await.unwrap();
        let reply = begun.reply.unwrap();
        assert_eq!(reply.address, Address { chat: NEW, thread: 0, reply_to: None });
        assert_eq!((reply.in_place, begun.placed), (vec![], None));
    }
}

async fn what_has_begun_over_there_already_is_the_newer(world: World) {
    world.answers(1, OLD, of_group("old")).await;
    chooses(&world, 2, OLD, AnswerLength::Short).await;
    world.answers(3, NEW, turn("new", "a")).await;
    chooses(&world, 4, NEW, AnswerLength::Long).await;
    assert!(world.move_group(BOT, OLD, NEW).await.unwrap());
    let there = world.conversation(lane(NEW), 1000, None).await.unwrap();
    assert_eq!((there.turns, there.preferences.length), (vec![past("new", "a")], AnswerLength::Long));
}

async fn each_bot_has_its_own_moves(world: World) {
    world.answers(1, OLD, turn("q", "a")).await;
    assert!(world.move_group(BOT + 1, OLD, NEW).await.unwrap());
    assert_eq!(world.conversation(lane(OLD), 1000, None).await.unwrap().turns, [past("q", "a")]);
    assert_eq!(world.moves(BOT).await.unwrap(), []);
}

async fn a_chat_that_is_lost_owes_nothing_and_is_owed_nothing_and_others_wait_on(mut world: World) {
    let owed = world.begins(1, OLD).await.key;
    let address = Address { chat: OLD, ..Address::default() };
    world.store_reply(owed, NewReply { address, ..reply(&["owed"], None) }).await.unwrap();
    world.receives(2, OLD).await;
    world.receives(3, 7).await;
    let lost = Lane { control: true, ..lane(OLD) };
    let accepted = world.accept(vec![NewUpdate { lane: lost, ..update(4, OLD) }]).await.unwrap();
    let [Accepted::New(seq)] = accepted[..] else { panic!("not new: {accepted:?}") };
    let key = world.begin(seq).await.unwrap().key;
    assert_eq!(world.abandon(key).await.unwrap(), 2);
    assert_eq!(world.abandon(key).await.unwrap(), 0, "once more after a crash");
    assert_lost(world.delivered(owed, 0, 9, true).await);
    world.complete(key).await.unwrap();
    world.reopens().await;
    assert_eq!(world.heads(10, &[]).await, [3]);
}

async fn what_comes_after_a_chat_was_lost_is_worked_on(world: World) {
    let lost = world.begins(1, OLD).await.key;
    world.receives(2, OLD).await;
    assert_eq!(world.abandon(lost).await.unwrap(), 0);
    world.complete(lost).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [2]);
}
