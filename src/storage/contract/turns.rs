//! What is promised of turns: a question can be found, and answered again.

use super::*;
use crate::storage::AskedTurn;
use crate::update::INLINE;

promises! {
    the_last_question_of_the_open_conversation_is_known
    a_question_is_found_by_the_message_that_asked_it
    a_turn_knows_the_messages_that_carry_its_answer
    what_was_asked_inline_is_found_by_its_message_and_apart_from_the_private_chat
    what_a_press_has_asked_is_known_until_it_is_done
    a_turn_that_is_answered_again_leaves_the_conversation
    a_turn_can_be_left_out_of_the_conversation
    every_attempt_at_a_question_is_replaced_and_left_out_with_the_last
    the_place_of_an_answer_survives_a_crash
    only_the_holder_of_a_claim_places_its_answer
}

fn asked_in(message: i64, question: &str, answer: &str) -> FinishedTurn {
    FinishedTurn { asked_in: message, ..turn(question, answer) }
}

async fn last(world: &World) -> Option<AskedTurn> {
    world.last_turn(lane(5)).await.unwrap()
}

async fn the_last_question_of_the_open_conversation_is_known(world: World) {
    assert_eq!(last(&world).await, None);
    world.answers(1, 5, asked_in(31, "q1", "a1")).await;
    world.answers(2, 5, asked_in(32, "q2", "")).await;
    let found = last(&world).await.unwrap();
    assert_eq!((found.question.as_str(), found.asked_in, found.answered, found.last), ("q2", 32, false, true));
    let key = world.begins(3, 5).await.key;
    let conversation = ConversationChange::StartOver { system_prompt: None };
    world.store_reply(key, NewReply { conversation, ..reply(&[], None) }).await.unwrap();
    assert_eq!(last(&world).await, None, "it was forgotten");
}

async fn a_question_is_found_by_the_message_that_asked_it(world: World) {
    world.answers(1, 5, asked_in(31, "q1", "a1")).await;
    world.answers(2, 5, asked_in(32, "q2", "a2")).await;
    let find = async |chat, message| world.turn_asked_in(lane(chat), message).await.unwrap();
    let first = find(5, 31).await.unwrap();
    assert_eq!((first.question.as_str(), first.last, first.answered), ("q1", false, true));
    assert_eq!(find(5, 32).await, last(&world).await);
    assert_eq!(find(5, 33).await, None);
    assert_eq!(find(6, 31).await, None);
    let key = world.begins(3, 5).await.key;
    let conversation = ConversationChange::StartOver { system_prompt: None };
    world.store_reply(key, NewReply { conversation, ..reply(&[], None) }).await.unwrap();
    assert!(!find(5, 32).await.unwrap().last, "its conversation is closed");
}

async fn a_turn_knows_the_messages_that_carry_its_answer(world: World) {
    let key = world.begins(1, 5).await.key;
    world.store_reply(key, reply(&["one", "two", "three"], Some(turn("q", "a")))).await.unwrap();
    world.delivered(key, 0, 501, false).await.unwrap();
    world.delivered(key, 1, 0, false).await.unwrap();
    assert_eq!(last(&world).await.unwrap().messages, [0_i64; 0], "not before all of it is there");
    world.delivered(key, 2, 503, true).await.unwrap();
    assert_eq!(last(&world).await.unwrap().messages, [501, 503]);
    // An answer that was given up before it had a text leaves its place to the next one.
    let key = world.begins(2, 5).await.key;
    let given_up = NewReply { in_place: vec![600], ..reply(&[], Some(turn("q2", ""))) };
    world.store_reply(key, given_up).await.unwrap();
    assert_eq!(last(&world).await.unwrap().messages, [600]);
}

async fn what_was_asked_inline_is_found_by_its_message_and_apart_from_the_private_chat(mut world: World) {
    let inline = Lane { thread: INLINE, ..lane(5) };
    let asked = |handle: &str, question: &str, answer: &str| {
        let turn = FinishedTurn { inline: Some(handle.to_owned()), ..turn(question, answer) };
        NewReply { inline: Some(handle.to_owned()), ..reply(&["x"], Some(turn)) }
    };
    world.accept(vec![NewUpdate { lane: inline, ..update(1, 5) }]).await.unwrap();
    let waiting = world.pending_in_lane(inline, Seq(0), 1).await.unwrap();
    let key = world.begin(waiting[0].seq).await.unwrap().key;
    world.store_reply(key, asked("m1", "q1", "a1")).await.unwrap();
    world.reopens().await;
    let stored = world.begin(key.seq).await.unwrap();
    assert_eq!(stored.reply.unwrap().inline.as_deref(), Some("m1"));
    world.delivered(stored.key, 0, 0, true).await.unwrap();
    let (user, found) = world.turn_asked_inline(BOT, "m1").await.unwrap().unwrap();
    assert_eq!((user, found.question.as_str(), found.answered), (99, "q1", true));
    assert!(world.turn_asked_inline(BOT, "m2").await.unwrap().is_none());
    assert!(world.turn_asked_inline(BOT + 1, "m1").await.unwrap().is_none());
    assert_eq!(world.answer(inline, key.seq).await.unwrap().as_deref(), Some("a1"));
    assert_eq!(world.answer(lane(5), key.seq).await.unwrap(), None);
    assert_eq!(world.answer(Lane { chat: 6, ..inline }, key.seq).await.unwrap(), None);
    assert!(last(&world).await.is_none());
}

async fn what_a_press_has_asked_is_known_until_it_is_done(mut world: World) {
    let begun = world.begins(1, 5).await;
    assert_eq!(world.asked(begun.key.seq).await.unwrap(), None);
    world.asks(begun.key, "q1").await.unwrap();
    world.reopens().await;
    assert_lost(world.asks(begun.key, "q2").await);
    assert_eq!(world.asked(begun.key.seq).await.unwrap().as_deref(), Some("q1"));
    let again = world.begin(begun.key.seq).await.unwrap();
    world.complete(again.key).await.unwrap();
    assert_eq!(world.asked(begun.key.seq).await.unwrap(), None);
}

async fn a_turn_that_is_answered_again_leaves_the_conversation(world: World) {
    world.answers(1, 5, asked_in(31, "q1", "a1")).await;
    let first = last(&world).await.unwrap();
    let key = world.begins(2, 5).await.key;
    let conversation = ConversationChange::Replace(first.id);
    world
        .store_reply(key, NewReply { conversation, ..reply(&["b1"], Some(asked_in(31, "q1 again", "b1"))) })
        .await
        .unwrap();
    world.delivered(key, 0, 502, true).await.unwrap();
    let said = world.conversation(lane(5), 1000, None).await.unwrap().turns;
    assert_eq!(said, [past("q1 again", "b1")]);
    let found = world.turn_asked_in(lane(5), 31).await.unwrap().unwrap();
    assert_eq!((found.question.as_str(), found.messages), ("q1 again", vec![502]));
}

async fn a_turn_can_be_left_out_of_the_conversation(world: World) {
    world.answers(1, 5, asked_in(31, "q1", "a1")).await;
    world.answers(2, 5, asked_in(32, "q2", "a2")).await;
    let without = last(&world).await.map(|turn| turn.id);
    let said = world.conversation(lane(5), 1000, without).await.unwrap().turns;
    assert_eq!(said, [past("q1", "a1")]);
}

async fn every_attempt_at_a_question_is_replaced_and_left_out_with_the_last(world: World) {
    world.answers(1, 5, asked_in(31, "q", "first")).await;
    world.answers(2, 5, asked_in(31, "q2", "")).await;
    let failed = last(&world).await.unwrap();
    let said = async |without| world.conversation(lane(5), 1000, without).await.unwrap().turns.len();
    assert_eq!((said(None).await, said(Some(failed.id)).await), (1, 0));
    let key = world.begins(3, 5).await.key;
    let conversation = ConversationChange::Replace(failed.id);
    world.store_reply(key, NewReply { conversation, ..reply(&[], Some(asked_in(31, "q3", "third"))) }).await.unwrap();
    let said = world.conversation(lane(5), 1000, None).await.unwrap().turns;
    assert_eq!(said, [past("q3", "third")]);
}

async fn the_place_of_an_answer_survives_a_crash(mut world: World) {
    let begun = world.begins(1, 5).await;
    assert_eq!(begun.placed, None);
    world.placed(begun.key, 77).await.unwrap();
    world.reopens().await;
    assert_eq!(world.begin(begun.key.seq).await.unwrap().placed, Some(77));
}

async fn only_the_holder_of_a_claim_places_its_answer(world: World) {
    let begun = world.begins(1, 5).await;
    let again = world.begin(begun.key.seq).await.unwrap();
    assert_lost(world.placed(begun.key, 77).await);
    world.placed(again.key, 78).await.unwrap();
}
