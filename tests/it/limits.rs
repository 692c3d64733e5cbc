//! How much one person may ask for in a minute.

use std::time::Duration;

use routergram::replies::{self, Language};

use crate::world::{ANNA, BORIS, GROUP, Mode, World};

const THREE: [(&str, &str); 1] = [("USER_MESSAGES_PER_MINUTE", "3")];

/// What the bot has said in a chat.
fn said(world: &World, chat: i64) -> Vec<String> {
    world.said(chat).into_iter().map(|message| message.text).collect()
}

#[tokio::test]
async fn whoever_floods_is_told_once_and_costs_nothing_more_and_nobody_else_waits() {
    let world = World::with_settings(Mode::Webhook, &THREE).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    for n in 1..=100 {
        world.anna(&format!("{n}"));
    }
    world.says(BORIS, BORIS, "hello");
    world.drains().await;
    let notice = replies::too_many_messages(Language::En, 3);
    assert_eq!(said(&world, ANNA), ["to 1", "to 2", "to 3", notice.as_str()]);
    assert_eq!(said(&world, BORIS), ["to hello"]);
    assert_eq!(world.model.request_count(), 4);
    assert_eq!(world.bot.metric("routergram_updates_ignored_total{kind=\"too_many_messages\"}").await, 96);
    world.ends().await;
}

#[tokio::test]
async fn the_next_minute_is_a_new_one() {
    let world = World::asleep(Mode::Polling, &THREE).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    let bot = world.runs_inside(&[]).await;
    let notice = replies::too_many_messages(Language::En, 3);
    for minute in 1..=2 {
        for n in 1..=5 {
            world.anna(&format!("{minute}-{n}"));
        }
        world.answers(ANNA, 4 * minute).await;
        world.drains().await;
        world.clock.advance(Duration::from_mins(1));
    }
    assert_eq!(said(&world, ANNA), ["to 1-1", "to 1-2", "to 1-3", &notice, "to 2-1", "to 2-2", "to 2-3", &notice]);
    bot.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_restart_does_not_grant_a_flood_another_portion() {
    let mut world = World::with_settings(Mode::Webhook, &THREE).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    for n in 1..=3 {
        world.anna(&format!("{n}"));
    }
    world.answers(ANNA, 3).await;
    world.drains().await;
    world.bot.stops().await;
    world.bot.starts().await;
    for n in 4..=6 {
        world.anna(&format!("{n}"));
    }
    world.drains().await;
    assert_eq!(said(&world, ANNA)[3..], [replies::too_many_messages(Language::En, 3)]);
    assert_eq!(world.model.request_count(), 3);
    world.ends().await;
}

#[tokio::test]
async fn what_is_not_for_the_bot_and_what_stops_an_answer_do_not_count() {
    let world = World::with_settings(Mode::Webhook, &THREE).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    world.telegram.set_privacy(false);
    for n in 1..=10 {
        world.says(ANNA, GROUP, &format!("talk {n}"));
    }
    world.drains().await;
    for n in 1..=2 {
        world.anna(&format!("{n}"));
    }
    world.answers(ANNA, 2).await;
    world.anna("three");
    world.anna("/stop");
    world.drains().await;
    assert!(!said(&world, ANNA).contains(&replies::too_many_messages(Language::En, 3)));
    world.says(ANNA, GROUP, "/ask four");
    world.drains().await;
    assert_eq!(said(&world, GROUP), [replies::too_many_messages(Language::En, 3)]);
    world.ends().await;
}
