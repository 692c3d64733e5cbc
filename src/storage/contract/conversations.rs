//! What is promised of conversations.

use super::*;

promises! {
    a_question_right_after_an_answer_sees_it
    the_newest_turns_that_fit_are_returned_oldest_first
    a_turn_without_an_answer_is_left_out
    starting_over_forgets_and_sets_the_system_prompt
    a_turn_that_comes_with_starting_over_is_in_the_new_conversation
    there_is_something_to_forget_after_a_question_or_a_system_prompt
    conversations_belong_to_chat_and_topic
}

/// `/new`, with these words.
async fn starts_over(world: &World, update_id: i64, system_prompt: Option<&str>) {
    let key = world.begins(update_id, 5).await.key;
    let conversation = ConversationChange::StartOver { system_prompt: system_prompt.map(str::to_owned) };
    world.store_reply(key, NewReply { conversation, ..reply(&["forgotten"], None) }).await.unwrap();
    world.delivered(key, 0, 501, true).await.unwrap();
}

async fn questions(world: &World, lane: Lane, max_tokens: usize) -> Vec<String> {
    world.conversation(lane, max_tokens, None).await.unwrap().turns.into_iter().map(|turn| turn.question).collect()
}

async fn a_question_right_after_an_answer_sees_it(world: World) {
    assert_eq!(world.conversation(lane(5), 1000, None).await.unwrap(), super::super::Conversation::default());
    for id in 1..=50 {
        let key = world.begins(id, 5).await.key;
        world.store_reply(key, reply(&["a"], Some(turn(&format!("q{id}"), "a")))).await.unwrap();
        assert_eq!(questions(&world, lane(5), 10_000).await.last(), Some(&format!("q{id}")));
        world.delivered(key, 0, id, true).await.unwrap();
    }
}

async fn the_newest_turns_that_fit_are_returned_oldest_first(world: World) {
    // ⌈2/3⌉ + 4 = 5 and ⌈4/3⌉ + 4 = 6 tokens, so 11 for each turn; the first one has 100 bytes more.
    let long = "x".repeat(104);
    world.answers(1, 5, turn("q1", &long)).await;
    world.answers(2, 5, turn("q2", "abcd")).await;
    world.answers(3, 5, turn("q3", "äö")).await; // 4 bytes, 2 characters
    assert_eq!(questions(&world, lane(5), 1000).await, ["q1", "q2", "q3"]);
    assert_eq!(questions(&world, lane(5), 22).await, ["q2", "q3"]);
    assert_eq!(questions(&world, lane(5), 21).await, ["q3"]);
    assert_eq!(questions(&world, lane(5), 10).await, [""; 0]);
    world.answers(4, 5, turn("q4", &long)).await;
    assert_eq!(questions(&world, lane(5), 22).await, [""; 0], "no older turn is told without the newest");
}

async fn a_turn_without_an_answer_is_left_out(world: World) {
    world.answers(1, 5, turn("q1", "a1")).await;
    world.answers(2, 5, turn("q2", "")).await;
    world.answers(3, 5, FinishedTurn { complete: false, usage: None, ..turn("q3", "half an") }).await;
    assert_eq!(questions(&world, lane(5), 1000).await, ["q1", "q3"]);
}

async fn starting_over_forgets_and_sets_the_system_prompt(mut world: World) {
    world.answers(1, 5, turn("q1", "a1")).await;
    starts_over(&world, 2, Some("You are a pirate")).await;
    world.reopens().await;
    let fresh = world.conversation(lane(5), 1000, None).await.unwrap();
    assert_eq!((fresh.system_prompt.as_deref(), fresh.turns.len()), (Some("You are a pirate"), 0));
    world.answers(3, 5, turn("q3", "a3")).await;
    assert_eq!(questions(&world, lane(5), 1000).await, ["q3"]);
    starts_over(&world, 4, None).await;
    assert_eq!(world.conversation(lane(5), 1000, None).await.unwrap(), super::super::Conversation::default());
}

async fn a_turn_that_comes_with_starting_over_is_in_the_new_conversation(world: World) {
    world.answers(1, 5, turn("q1", "a1")).await;
    let key = world.begins(2, 5).await.key;
    let conversation = ConversationChange::StartOver { system_prompt: None };
    world.store_reply(key, NewReply { conversation, ..reply(&["a"], Some(turn("q2", "a2"))) }).await.unwrap();
    assert_eq!(questions(&world, lane(5), 1000).await, ["q2"]);
}

async fn there_is_something_to_forget_after_a_question_or_a_system_prompt(world: World) {
    assert!(!world.open_conversation_exists(lane(5)).await.unwrap());
    world.answers(1, 5, turn("q1", "")).await;
    assert!(world.open_conversation_exists(lane(5)).await.unwrap());
    starts_over(&world, 2, None).await;
    assert!(!world.open_conversation_exists(lane(5)).await.unwrap());
    starts_over(&world, 3, Some("You are a pirate")).await;
    assert!(world.open_conversation_exists(lane(5)).await.unwrap());
}

async fn conversations_belong_to_chat_and_topic(world: World) {
    world.answers(1, 5, turn("q1", "a1")).await;
    assert_eq!(questions(&world, Lane { control: true, ..lane(5) }, 1000).await, ["q1"]);
    for elsewhere in [lane(6), Lane { thread: 1, ..lane(5) }, Lane { bot: 2, ..lane(5) }] {
        assert_eq!(questions(&world, elsewhere, 1000).await, [""; 0]);
        assert!(!world.open_conversation_exists(elsewhere).await.unwrap());
    }
}
