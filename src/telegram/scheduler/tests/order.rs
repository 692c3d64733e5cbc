//! Who goes first, and what one chat's refusals mean for it.

use super::*;

#[test]
fn answers_go_before_replies_and_those_before_previews() {
    let mut table = Table::new(Some(1));
    table.goes(answer(1));
    for (chat, urgency) in [(4, Urgency::Preview), (3, Urgency::Reply), (2, Urgency::Final)] {
        table.waits(wish(urgency, chat));
    }
    table.waits(answer(5));
    let mut gone = Vec::new();
    for _ in 0..4 {
        gone.extend(table.after(1000).passed());
    }
    assert_eq!(gone, [2, 5, 3, 4]);
}

#[test]
fn a_preview_that_has_waited_for_five_seconds_goes_before_newer_answers() {
    let mut table = Table::new(Some(1));
    table.goes(answer(1));
    table.waits(draft(ANNA));
    let mut gone = Vec::new();
    for chat in 10..20 {
        table.waits(answer(chat));
        gone.extend(table.after(1000).passed());
    }
    // Those that came within its first five seconds went before it.
    assert_eq!(gone.iter().position(|chat| *chat == ANNA), Some(5), "{gone:?}");
}

#[test]
fn a_blocked_chat_waits_alone() {
    let mut table = Table::new(None);
    let call = table.goes(answer(ANNA));
    table.refused(call, 2);
    table.waits(answer(ANNA));
    table.goes(answer(BORIS));
    assert_eq!((table.passed(), table.next_look()), (vec![], Some(2000)));
    assert_eq!(table.after(2000).passed(), [ANNA]);
}

#[test]
fn a_long_block_is_told_instead_of_waited_for() {
    let mut table = Table::new(None);
    let call = table.goes(answer(ANNA));
    table.refused(call, 7);
    let rest = |secs| Asked::Now(Answer::ComeBack(Duration::from_secs(secs)));
    assert_eq!(table.ask(answer(ANNA)), rest(7));
    table.after(1000);
    assert_eq!(table.ask(wish(Urgency::Reply, ANNA)), rest(6));
    table.after(1000);
    table.waits(answer(ANNA));
}

#[test]
fn whoever_waits_while_the_block_gets_long_is_told_too() {
    let mut table = Table::new(None);
    let first = table.goes(answer(ANNA));
    let second = table.goes(answer(ANNA));
    table.refused(first, 1);
    let place = table.waits(answer(ANNA));
    table.refused(second, 60);
    assert_eq!(table.book.pass(table.now).0, [(place, Answer::ComeBack(Duration::from_mins(1)))]);
}

#[test]
fn refused_drafts_of_a_chat_hold_up_neither_its_answer_nor_the_drafts_of_others() {
    let mut table = Table::new(None);
    let call = table.goes(draft(ANNA));
    table.refused(call, 300);
    table.waits(draft(ANNA));
    table.goes(draft(BORIS));
    table.goes(answer(ANNA));
    assert_eq!(table.next_look(), Some(300_000));
}

#[test]
fn after_a_block_one_call_asks_whether_it_is_over() {
    let mut table = Table::new(None);
    let call = table.goes(answer(GROUP));
    table.refused(call, 3);
    for _ in 0..4 {
        table.waits(answer(GROUP));
    }
    let asking = table.after(3000).pass();
    assert_eq!(asking.len(), 1);
    table.refused(asking[0], 2);
    assert!(table.after(1000).passed().is_empty());
    let asking = table.after(1000).pass();
    assert_eq!(asking.len(), 1);
    table.taken(asking[0]);
    assert_eq!(table.pass().len(), 1);
    // One that is not answered does not hold the others for long.
    assert_eq!((table.pass().len(), table.after(1000).pass().len()), (0, 1));
}

#[test]
fn frames_come_a_second_apart() {
    let mut table = Table::new(None);
    let call = table.goes(draft(ANNA));
    table.taken(call);
    table.waits(draft(ANNA));
    assert!(table.after(999).passed().is_empty());
    assert_eq!(table.after(1).passed(), [ANNA]);
}

#[test]
fn previews_in_a_group_leave_room_for_answers_which_are_never_held_back() {
    let mut table = Table::new(None);
    let edit = wish(Urgency::Preview, GROUP);
    for _ in 0..14 {
        let call = table.goes(edit);
        table.taken(call);
        table.after(3000);
    }
    table.waits(edit);
    // The first of the fourteen is a minute old after another 18 seconds.
    assert_eq!(table.next_look(), Some(18_000));
    for _ in 0..30 {
        let call = table.goes(answer(GROUP));
        table.taken(call);
    }
    assert!(table.after(18_000).passed().is_empty());
}

#[test]
fn the_message_in_which_an_answer_will_grow_waits_only_for_its_part_of_a_groups_minute() {
    let mut table = Table::new(None);
    for chat in [ANNA, ANNA, ANNA].into_iter().chain([GROUP; 14]) {
        let call = table.goes(wish(Urgency::Begin, chat));
        table.taken(call);
    }
    table.waits(wish(Urgency::Begin, GROUP));
    assert!(table.after(59_999).passed().is_empty());
    assert_eq!(table.after(1).passed(), [GROUP]);
}

#[test]
fn the_message_in_which_an_answer_will_grow_goes_where_previews_wait_and_sits_a_long_block_out() {
    let mut table = Table::new(None);
    for chat in 0..8 {
        table.goes(draft(chat));
    }
    table.waits(draft(BORIS));
    let begun = table.goes(wish(Urgency::Begin, ANNA));
    table.refused(begun, 60);
    table.waits(wish(Urgency::Begin, ANNA));
    assert_eq!(table.ask(answer(ANNA)), Asked::Now(Answer::ComeBack(Duration::from_mins(1))));
}

#[test]
fn a_slot_that_is_not_used_is_given_back() {
    let mut table = Table::new(Some(1));
    let call = table.goes(draft(ANNA));
    table.waits(answer(BORIS));
    table.book.give_back(call);
    assert_eq!(table.passed(), [BORIS]);
    table.after(1000).goes(draft(ANNA));
}

#[test]
fn whoever_leaves_is_forgotten() {
    let mut table = Table::new(Some(1));
    let call = table.goes(answer(ANNA));
    table.refused(call, 2);
    let (asleep, ready) = (table.waits(answer(ANNA)), table.waits(answer(BORIS)));
    table.passed();
    table.book.leave(asleep);
    table.book.leave(ready);
    assert_eq!(table.book.sizes().0, 0);
    assert_eq!((table.after(60_000).passed(), table.next_look()), (vec![], None));
}

#[test]
fn previews_are_turned_away_where_too_many_wait_and_answers_are_not() {
    let mut table = Table::new(Some(1));
    table.goes(answer(1));
    for chat in 0..10_000 {
        table.waits(draft(chat));
    }
    assert_eq!(table.ask(draft(ANNA)), Asked::Full);
    table.waits(answer(ANNA));
}

#[test]
fn chats_are_forgotten() {
    let mut table = Table::new(None);
    for chat in 0..10_000 {
        let call = table.goes(answer(if chat % 10 == 0 { -chat - 1 } else { chat }));
        table.taken(call);
        table.after(10);
    }
    // The groups of the last minute, and the private chats of the last ten seconds.
    let remembered = table.book.sizes().1;
    assert!(remembered <= 600 + 50 + 1000, "{remembered}");
    table.after(120_000).crowd(1..2);
    assert_eq!(table.book.sizes(), (0, 1));
}
