//! Guards that guard: with one of them left out, a story goes red, and for the reason for which it is told.
//!
//! The story runs once more in a process of its own, with a switch of the program's (see [`routergram::faults`]) set for
//! every bot in it. A guard that nobody misses is no guard, and a story that never goes red is none.

use std::process::Command;

use routergram::faults::Switch;

/// Runs a story without this guard, and wants it to fail with these words.
fn is_missed(guard: Switch, story: &str, words: &str) {
    let again = std::env::current_exe().unwrap();
    let run = Command::new(again)
        .args(["--exact", story, "--nocapture"])
        .env("ROUTERGRAM_FAULT_SWITCH", guard.name())
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
    assert!(said.contains("running 1 test"), "there is no story {story}:\n{said}");
    assert!(!run.status.success(), "{story} does not miss {guard:?}");
    assert!(said.contains(words), "{story} goes red for another reason than {words:?}:\n{said}");
}

#[test]
fn an_update_that_is_acknowledged_before_it_is_stored_is_noticed() {
    let story = "store_trouble::an_update_that_cannot_be_stored_is_not_acknowledged";
    is_missed(Switch::AckBeforeCommit, story, "it was acknowledged and is not stored");
}

#[test]
fn an_update_that_is_taken_for_a_new_one_again_is_noticed() {
    let story = "attacks::updates::of_two_updates_with_one_id_the_first_counts";
    is_missed(Switch::NoDedup, story, "left: [\"re: first\", \"re: second\"]");
}

#[test]
fn a_chat_whose_questions_overtake_each_other_is_noticed() {
    let story = "lanes::a_second_question_is_not_answered_before_the_first";
    is_missed(Switch::NoLaneOrder, story, "the second question was not held back");
}

#[test]
fn an_answer_that_is_sent_before_it_is_stored_is_noticed() {
    let story = "crash::an_answer_is_stored_before_it_is_sent_and_never_asked_for_again";
    is_missed(Switch::SendBeforeCommit, story, "it was asked again");
}

#[test]
fn every_guard_is_missed_by_somebody() {
    // The last one is missed by what happens when the power fails, where the disk decides (`tests/faults`).
    let here = [Switch::AckBeforeCommit, Switch::NoDedup, Switch::NoLaneOrder, Switch::SendBeforeCommit];
    let elsewhere = [Switch::SynchronousNormal];
    let all: Vec<_> = here.iter().chain(&elsewhere).copied().collect();
    assert_eq!(Switch::ALL, all);
}
