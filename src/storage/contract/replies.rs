//! What is promised of replies: asked for once, delivered whole, and known how far.

use super::*;
use crate::chart::Chart;
use crate::storage::Form;

promises! {
    a_stored_reply_is_delivered_after_a_crash_and_not_asked_for_again
    a_reply_goes_on_from_the_part_that_was_not_delivered
    a_send_that_was_about_to_start_may_have_arrived
    what_follows_a_fallback_that_is_not_owed_may_have_arrived
    a_send_that_was_taken_back_did_not_arrive
    the_last_delivery_completes_the_update
    a_second_reply_changes_nothing
    a_retry_keeps_the_reply
    an_undeliverable_reply_is_done_with
    a_parked_reply_leaves_the_lane
    only_parts_that_there_are_can_be_delivered
    a_reply_without_parts_completes_the_update
    what_stands_around_a_reply_survives_a_crash
    a_reply_answers_the_updates_that_it_absorbed
    only_pending_updates_of_the_same_lane_are_absorbed
}

/// The process dies, and the update is begun again.
async fn dies_and_begins(world: &mut World, begun: &Begun) -> Begun {
    world.reopens().await;
    world.begin(begun.key.seq).await.unwrap()
}

async fn a_stored_reply_is_delivered_after_a_crash_and_not_asked_for_again(mut world: World) {
    let begun = world.begins(1, 5).await;
    let bold = serde_json::from_str(r#"{"type":"bold","offset":0,"length":3}"#).unwrap();
    let mut reply = reply(&["one 🦀", "two"], Some(turn("q", "one 🦀 two")));
    reply.parts[0].entities.push(bold);
    world.store_reply(begun.key, reply.clone()).await.unwrap();

    let again = dies_and_begins(&mut world, &begun).await;
    assert_eq!(again.attempt, 2);
    let stored = again.reply.unwrap();
    assert_eq!(stored.address, reply.address);
    assert_eq!(stored.parts, reply.parts.into_iter().map(|part| (part, None)).collect::<Vec<_>>());
    assert!(stored.maybe_sent, "storing a reply notes that its first part is about to be sent");
    assert_eq!(world.conversation(lane(5), 1000, None).await.unwrap().turns.len(), 1);
}

async fn a_reply_goes_on_from_the_part_that_was_not_delivered(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one", "two", "three"], None)).await.unwrap();
    world.delivered(begun.key, 0, 501, false).await.unwrap();

    let again = dies_and_begins(&mut world, &begun).await;
    let stored = again.reply.unwrap();
    assert_eq!(stored.parts.iter().map(|part| part.1).collect::<Vec<_>>(), [Some(501), None, None]);
    assert!(!stored.maybe_sent, "the second part was not about to be sent");
    world.delivered(again.key, 1, 502, false).await.unwrap();
    world.delivered(again.key, 2, 503, true).await.unwrap();
    assert_lost(world.begin(begun.key.seq).await);
}

async fn a_send_that_was_about_to_start_may_have_arrived(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one", "two"], None)).await.unwrap();
    world.delivered(begun.key, 0, 501, false).await.unwrap();
    world.sending(begun.key, 1).await.unwrap();
    let again = dies_and_begins(&mut world, &begun).await;
    assert!(again.reply.unwrap().maybe_sent);
    // And it stays so until it is known.
    let again = dies_and_begins(&mut world, &begun).await;
    assert!(again.reply.unwrap().maybe_sent);
}

async fn what_follows_a_fallback_that_is_not_owed_may_have_arrived(mut world: World) {
    let begun = world.begins(1, 5).await;
    let mut reply = reply(&["| a |", "a", "a sentence"], None);
    reply.parts[0].form = Form::Rich;
    reply.parts[1].fallback = true;
    world.store_reply(begun.key, reply).await.unwrap();
    world.delivered(begun.key, 0, 501, false).await.unwrap();
    world.sending(begun.key, 2).await.unwrap();
    let again = dies_and_begins(&mut world, &begun).await;
    assert!(again.reply.unwrap().maybe_sent);
}

async fn a_send_that_was_taken_back_did_not_arrive(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one"], None)).await.unwrap();
    world.not_sent(begun.key, 0).await.unwrap();
    world.retry(begun.key, Duration::ZERO, "stopping", true).await.unwrap();
    let again = dies_and_begins(&mut world, &begun).await;
    assert!(!again.reply.unwrap().maybe_sent);
}

async fn the_last_delivery_completes_the_update(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.receives(2, 5).await;
    world.store_reply(begun.key, reply(&["one"], Some(turn("q", "a")))).await.unwrap();
    world.delivered(begun.key, 0, 501, true).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [2]);
    assert_lost(world.delivered(begun.key, 0, 501, true).await);
    world.reopens().await;
    assert_lost(world.begin(begun.key.seq).await);
    assert_eq!(world.accept(vec![update(1, 5)]).await.unwrap(), [Accepted::Duplicate]);
}

async fn a_second_reply_changes_nothing(mut world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one"], Some(turn("q", "first")))).await.unwrap();
    let second = NewReply {
        conversation: ConversationChange::StartOver { system_prompt: None },
        ..reply(&["other", "parts"], Some(turn("q", "second")))
    };
    assert_invalid(world.store_reply(begun.key, second.clone()).await);
    let again = dies_and_begins(&mut world, &begun).await;
    assert_invalid(world.store_reply(again.key, second).await);
    let stored = again.reply.unwrap();
    assert_eq!(stored.parts.len(), 1);
    assert_eq!(stored.parts[0].0.text, "one");
    let said = world.conversation(lane(5), 1000, None).await.unwrap().turns;
    assert_eq!(said, [past("q", "first")]);
}

async fn a_retry_keeps_the_reply(world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one"], None)).await.unwrap();
    world.retry(begun.key, HOUR, "Telegram is away", true).await.unwrap();
    let again = world.begin(begun.key.seq).await.unwrap();
    assert_eq!(again.reply.unwrap().parts[0].0.text, "one");
}

async fn an_undeliverable_reply_is_done_with(world: World) {
    let begun = world.begins(1, 5).await;
    world.store_reply(begun.key, reply(&["one"], Some(turn("q", "a")))).await.unwrap();
    world.undeliverable(begun.key, "the user blocked the bot").await.unwrap();
    assert_lost(world.begin(begun.key.seq).await);
    assert_eq!(world.pending_count(BOT).await.unwrap(), 0);
    assert!(world.parked(BOT, 10).await.unwrap().is_empty());
    assert_eq!(world.conversation(lane(5), 1000, None).await.unwrap().turns.len(), 1);
}

async fn a_parked_reply_leaves_the_lane(world: World) {
    let begun = world.begins(1, 5).await;
    world.receives(2, 5).await;
    world.store_reply(begun.key, reply(&["one"], None)).await.unwrap();
    world.park(begun.key, "it failed").await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [2]);
    assert_eq!(world.parked(BOT, 10).await.unwrap()[0].reason, "it failed");
}

async fn only_parts_that_there_are_can_be_delivered(world: World) {
    let begun = world.begins(1, 5).await;
    assert_invalid(world.delivered(begun.key, 0, 501, true).await);
    world.store_reply(begun.key, reply(&["one"], None)).await.unwrap();
    assert_invalid(world.delivered(begun.key, 1, 501, true).await);
    assert_invalid(world.sending(begun.key, 1).await);
    assert_eq!(world.pending_count(BOT).await.unwrap(), 1, "still owed");
    assert!(world.conversation(lane(5), 1000, None).await.unwrap().turns.is_empty());
}

async fn a_reply_without_parts_completes_the_update(world: World) {
    let begun = world.begins(1, 5).await;
    world.receives(2, 5).await;
    world.store_reply(begun.key, reply(&[], Some(turn("q", "a")))).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [2]);
    assert_eq!(world.conversation(lane(5), 1000, None).await.unwrap().turns.len(), 1);
}

async fn what_stands_around_a_reply_survives_a_crash(mut world: World) {
    let begun = world.begins(1, 5).await;
    let keyboard = serde_json::json!({"inline_keyboard": [[{"text": "Retry", "callback_data": "retry:1"}]]});
    let rich = Part { form: Form::Rich, text: "|a|".to_owned(), ..Part::default() };
    let text = Part { fallback: true, ..Part::plain("a".to_owned()) };
    let file = Part { form: Form::Document, fallback: true, ..Part::plain("all".to_owned()) };
    let chart = Chart { heading: "days".to_owned(), days: vec![0, 7], today: 1, ..Chart::default() };
    let picture = Part::picture(chart, "sums".to_owned());
    let parts = vec![rich, text, file, picture];
    let whole =
        NewReply { parts: parts.clone(), in_place: vec![70, 71], keyboard: Some(keyboard.clone()), ..reply(&[], None) };
    world.store_reply(begun.key, whole).await.unwrap();
    let stored = dies_and_begins(&mut world, &begun).await.reply.unwrap();
    assert_eq!((stored.in_place, stored.keyboard), (vec![70, 71], Some(keyboard)));
    assert_eq!(stored.parts.into_iter().map(|part| part.0).collect::<Vec<_>>(), parts);
}

async fn a_reply_answers_the_updates_that_it_absorbed(mut world: World) {
    let begun = world.begins(1, 5).await;
    let (second, third) = (world.receives(2, 5).await, world.receives(3, 5).await);
    world.receives(4, 5).await;
    let whole = NewReply { absorbed: vec![second, third], ..reply(&["one"], None) };
    world.store_reply(begun.key, whole).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [1], "its own delivery is still owed");
    assert_lost(world.begin(second).await);
    let again = dies_and_begins(&mut world, &begun).await;
    world.delivered(again.key, 0, 501, true).await.unwrap();
    assert_eq!(world.heads(10, &[]).await, [4]);
    assert_eq!(world.accept(vec![update(3, 5)]).await.unwrap(), [Accepted::Duplicate]);
}

async fn only_pending_updates_of_the_same_lane_are_absorbed(world: World) {
    let begun = world.begins(1, 5).await;
    let foreign = world.receives(2, 6).await;
    let whole = NewReply { absorbed: vec![foreign, Seq(999)], ..reply(&["one"], None) };
    world.store_reply(begun.key, whole).await.unwrap();
    world.begin(foreign).await.unwrap();
}
