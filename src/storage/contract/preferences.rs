//! What is promised of what people have chosen.

use super::*;
use crate::config::Effort;
use crate::replies::Language;
use crate::storage::{AnswerLength, PreferenceChange, Preferences};

promises! {
    what_was_chosen_survives_a_crash_and_comes_with_the_conversation
    a_choice_leaves_the_others_alone_and_can_be_taken_back
    choices_belong_to_chat_and_topic
    a_language_belongs_to_its_person
    a_reply_that_is_refused_changes_no_choice
}

/// Somebody chooses these, and sees it said.
async fn chooses(world: &World, update_id: i64, preferences: &[PreferenceChange]) {
    let key = world.begins(update_id, 5).await.key;
    let reply = NewReply { preferences: preferences.to_vec(), ..reply(&["chosen"], None) };
    world.store_reply(key, reply).await.unwrap();
    world.delivered(key, 0, 500 + update_id, true).await.unwrap();
}

async fn what_was_chosen_survives_a_crash_and_comes_with_the_conversation(mut world: World) {
    let all = [
        PreferenceChange::Model(Some("a/b".to_owned())),
        PreferenceChange::Persona(Some("pirate".to_owned())),
        PreferenceChange::Effort(Some(Effort::High)),
        PreferenceChange::Length(AnswerLength::Short),
        PreferenceChange::WebSearch(Some(true)),
        PreferenceChange::Transcripts(Some(true)),
    ];
    chooses(&world, 1, &all).await;
    world.reopens().await;
    let chosen = Preferences {
        model: Some("a/b".to_owned()),
        persona: Some("pirate".to_owned()),
        effort: Some(Effort::High),
        length: AnswerLength::Short,
        web_search: Some(true),
        transcripts: Some(true),
    };
    assert_eq!(world.preferences(lane(5)).await.unwrap(), chosen);
    assert_eq!(world.conversation(lane(5), 1000, None).await.unwrap().preferences, chosen);
    world.answers(2, 5, turn("q", "a")).await;
    let conversation = world.conversation(Lane { control: true, ..lane(5) }, 1000, None).await.unwrap();
    assert_eq!((conversation.preferences, conversation.turns.len()), (chosen, 1));
}

async fn a_choice_leaves_the_others_alone_and_can_be_taken_back(world: World) {
    let model = Some("a/b".to_owned());
    chooses(&world, 1, &[PreferenceChange::Model(model.clone()), PreferenceChange::WebSearch(Some(false))]).await;
    chooses(&world, 2, &[PreferenceChange::WebSearch(None)]).await;
    assert_eq!(world.preferences(lane(5)).await.unwrap(), Preferences { model, ..Preferences::default() });
    chooses(&world, 3, &[PreferenceChange::Model(None)]).await;
    assert_eq!(world.preferences(lane(5)).await.unwrap(), Preferences::default());
}

async fn choices_belong_to_chat_and_topic(world: World) {
    chooses(&world, 1, &[PreferenceChange::Length(AnswerLength::Long)]).await;
    for elsewhere in [lane(6), Lane { thread: 1, ..lane(5) }, Lane { bot: 2, ..lane(5) }] {
        assert_eq!(world.preferences(elsewhere).await.unwrap(), Preferences::default());
    }
}

async fn a_language_belongs_to_its_person(mut world: World) {
    let speaks = |user, language| PreferenceChange::Language { user, language };
    chooses(&world, 1, &[speaks(7, Some(Language::Ru)), speaks(8, Some(Language::En))]).await;
    world.reopens().await;
    assert_eq!(world.languages(BOT).await.unwrap(), [(7, Language::Ru), (8, Language::En)]);
    chooses(&world, 2, &[speaks(7, None)]).await;
    assert_eq!(world.languages(BOT).await.unwrap(), [(8, Language::En)]);
    assert_eq!(world.languages(BOT + 1).await.unwrap(), []);
}

async fn a_reply_that_is_refused_changes_no_choice(world: World) {
    let key = world.begins(1, 5).await.key;
    world.store_reply(key, reply(&["one"], None)).await.unwrap();
    let preferences = vec![PreferenceChange::WebSearch(Some(true))];
    assert_invalid(world.store_reply(key, NewReply { preferences, ..reply(&["two"], None) }).await);
    assert_eq!(world.preferences(lane(5)).await.unwrap(), Preferences::default());
}
