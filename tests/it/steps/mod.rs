//! The process dies before and after every commit and every call outside, and nobody notices more than they must.
//!
//! Each scene is five updates and a bot that lives through them. For every point of the program's own table
//! ([`faults::points`]) one bot is aborted there; the next one goes on, and what people see in the end, how often the
//! model was asked, what was charged, and which sends were announced as perhaps repeated is compared with the
//! undisturbed scene. Whatever differs has a [`Cost`], which says why it must; the snapshots hold every difference.

mod costs;
mod lives;
mod plans;
mod scenes;

use std::collections::BTreeSet;
use std::fmt::Write;

use routergram::faults;

use lives::lived;
use plans::PLANS;
use scenes::Scene;

/// One test for each scene: what it looks like, undisturbed and cut short at each of its points.
macro_rules! stories {
    ($($name:ident: $scene:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                told(Scene::$scene).await;
            }
        )*

        #[test]
        fn every_scene_is_a_story() {
            let told = [$(Scene::$scene),*];
            assert!(PLANS.iter().all(|(scene, ..)| told.contains(scene)));
        }
    };
}

stories! {
    a_death_at_any_step_of_the_start_costs_nothing: Start,
    a_death_at_any_step_of_the_door_costs_nothing: Door,
    a_death_at_any_step_of_an_answer_costs_at_most_an_announced_copy: Questions,
    a_death_at_a_draft_costs_a_question_that_is_asked_again: Drafted,
    a_death_around_a_placeholder_leaves_at_most_its_words: Placeholder,
    a_death_while_an_answer_grows_in_a_message_costs_a_question_that_is_asked_again: Grown,
    a_death_while_an_answer_is_given_again_costs_nothing: Again,
    a_death_while_a_press_is_looked_into_costs_a_question_that_is_asked_again: NotYours,
    a_death_at_a_rich_message_or_a_file_costs_at_most_an_announced_copy: Forms,
    a_death_at_a_chart_costs_at_most_an_announced_copy: Charted,
    a_death_while_a_file_is_fetched_costs_nothing: Sent,
    a_death_while_something_is_heard_or_painted_costs_at_most_that_it_is_done_again: Beside,
    a_death_while_somebody_asks_inline_costs_nothing: Inline,
    a_death_while_telegram_is_flooded_costs_at_most_an_announcement: Flooded,
    a_death_while_a_group_moves_costs_nothing: Moved,
    a_death_while_the_bot_is_thrown_out_costs_nothing: Thrown,
    a_death_when_nobody_can_be_reached_costs_nothing: Blocked,
    a_death_while_an_update_is_given_up_costs_at_most_an_announced_copy: Poisoned,
    a_death_around_the_last_attempt_costs_an_update_that_died_twice_nothing_else: Suspected,
    a_death_while_a_cost_is_settled_charges_nothing_twice: Settling,
    a_death_while_a_cost_is_not_known_yet_loses_none: SettlingLate,
    a_death_while_a_cost_is_given_up_loses_none: SettlingNever,
    a_death_while_somebody_is_given_a_budget_costs_nothing: Budgeted,
    a_death_while_somebody_is_let_in_costs_nothing: Decided,
    a_death_while_the_owner_is_told_costs_at_most_a_repetition: Owned,
    a_death_while_stopping_costs_a_question_that_is_asked_again: Stopping,
}

async fn told(scene: Scene) {
    let undisturbed = lived(scene, None).await;
    let mut told = undisturbed.to_string();
    let plans = PLANS.iter().filter(|(of, ..)| *of == scene);
    for (cost, point) in plans.flat_map(|(_, cost, points)| points.iter().map(|point| (*cost, *point))) {
        let seen = lived(scene, Some(point)).await;
        if let Err(why) = cost.explains(&undisturbed, &seen) {
            panic!("{point}: {why}\n{}\n{seen}\nand undisturbed:\n{undisturbed}", cost.reason());
        }
        write!(told, "\n=== {point}: {}\n{}", cost.reason(), seen.against(&undisturbed)).unwrap();
    }
    insta::assert_snapshot!(format!("{scene:?}"), told);
}

#[test]
fn every_point_of_the_program_is_passed_by_a_story() {
    let lives = PLANS.iter().flat_map(|(.., points)| *points).flat_map(|plan| plan.split(" then "));
    let passed: BTreeSet<&str> = lives.map(|life| life.split([' ', ':']).next().unwrap_or_default()).collect();
    let all = faults::points();
    let missing: Vec<_> = all.iter().filter(|point| !passed.contains(point.as_str())).collect();
    assert!(missing.is_empty(), "nobody dies at {missing:?}");
}
