//! The window before a limit is known, and the pace from then on.

use super::*;

/// Telegram takes so many a second; answers are always waiting. Plays some seconds, and returns how many calls were
/// taken and how many refused.
fn play(table: &mut Table, limit: usize, secs: u64) -> (usize, usize) {
    let mut sent = std::collections::VecDeque::new();
    let (mut taken, mut refused, mut chat) = (0, 0, 100_000);
    for _ in 0..secs * 100 {
        table.after(10);
        let mut under_way = Vec::new();
        while table.book.sizes().0 < 50 {
            chat += 1;
            if let Asked::Now(Answer::Go(call)) = table.ask(answer(chat)) {
                under_way.push(call);
            }
        }
        under_way.extend(table.pass());
        for call in under_way {
            sent.retain(|at: &Timestamp| table.now.since(*at) < Duration::from_secs(1));
            if sent.len() < limit {
                sent.push_back(table.now);
                table.taken(call);
                taken += 1;
            } else {
                table.refused(call, 1);
                refused += 1;
            }
        }
    }
    (taken, refused)
}

#[test]
fn at_first_only_the_number_under_way_is_limited_and_it_opens_with_what_succeeds() {
    let mut table = Table::new(None);
    let mut under_way: Vec<_> = (0..16).map(|chat| table.goes(answer(chat))).collect();
    for chat in 100..2100 {
        table.waits(answer(chat));
    }
    let mut gone = 16;
    // Round trips of 30 ms.
    for _ in 0..10 {
        table.after(30);
        for call in std::mem::take(&mut under_way) {
            table.taken(call);
        }
        under_way = table.pass();
        gone += under_way.len();
    }
    assert!(gone > 300, "{gone} calls in 300 ms");
}

#[test]
fn a_telegram_that_hangs_holds_nobody_back_for_long() {
    let mut table = Table::new(None);
    let hanging: Vec<_> = (0..8).map(|chat| table.goes(draft(chat))).collect();
    // Previews leave half of the room to others, who do not wait behind them.
    table.waits(draft(BORIS));
    for chat in 0..8 {
        table.goes(answer(chat));
    }
    table.waits(answer(ANNA));
    assert_eq!((table.passed(), table.next_look()), (vec![], Some(250)));
    assert_eq!(table.after(250).passed(), [ANNA]);
    for call in hanging {
        table.taken(call);
    }
    assert!(table.passed().is_empty(), "nine hang still");
}

#[test]
fn refusals_of_one_or_two_chats_are_theirs() {
    let mut table = Table::new(None);
    table.crowd(0..30);
    for chat in [ANNA, BORIS, ANNA] {
        let call = table.goes(answer(chat));
        table.refused(call, 0);
    }
    assert_eq!(table.book.pace(), None);
}

#[test]
fn refusals_of_three_chats_within_a_second_are_a_limit_for_all() {
    let mut table = Table::new(None);
    table.flooded();
    assert_eq!(table.book.pace(), Some(27.0));
    // After thirty at once nothing goes for a second; then it goes evenly.
    for chat in 0..10 {
        table.waits(answer(chat));
    }
    assert!(table.after(940).passed().is_empty());
    table.after(110);
    let mut gone = Vec::new();
    for _ in 0..10 {
        gone.push(table.pass().len());
        table.after(37);
    }
    assert!(gone.iter().all(|gone| *gone <= 1) && gone.iter().sum::<usize>() >= 9, "{gone:?}");
}

#[test]
fn what_left_before_the_pace_was_learnt_does_not_lower_it_again() {
    let mut table = Table::new(None);
    table.crowd(0..30);
    let calls: Vec<_> = (100..116).map(|chat| table.goes(answer(chat))).collect();
    table.after(50);
    for call in calls {
        table.refused(call, 1);
    }
    assert_eq!(table.book.pace(), Some(27.0));
}

#[test]
fn drafts_that_are_refused_for_minutes_and_full_groups_say_nothing_of_others() {
    let mut table = Table::new(None);
    for chat in 0..5 {
        let call = table.goes(draft(chat));
        table.refused(call, 280);
        for _ in 0..21 {
            let call = table.goes(answer(GROUP - chat));
            table.taken(call);
        }
        let call = table.goes(answer(GROUP - chat));
        table.refused(call, 40);
    }
    assert_eq!(table.book.pace(), None);
}

#[test]
fn a_learnt_pace_costs_few_refusals_and_stays_close_to_the_limit() {
    let mut table = Table::new(None);
    table.flooded();
    let (taken, refused) = play(&mut table, 30, 120);
    assert!(taken > 120 * 27, "{taken} of {}", 120 * 30);
    assert!(refused * 50 < taken, "{refused} refusals, {taken} taken");
}

#[test]
fn a_pace_finds_a_limit_that_was_raised() {
    let mut table = Table::new(None);
    table.flooded();
    play(&mut table, 300, 40);
    assert!(table.book.pace().is_none_or(|pace| pace > 200.0), "{:?}", table.book.pace());
}

#[test]
fn a_pace_follows_a_limit_that_was_lowered() {
    let mut table = Table::new(None);
    table.flooded();
    play(&mut table, 10, 30);
    let (taken, refused) = play(&mut table, 10, 60);
    assert!(taken > 60 * 8, "{taken} of 600");
    assert!(refused * 20 < taken, "{refused} refusals, {taken} taken");
}

#[test]
fn a_pace_that_nobody_waits_for_is_not_raised_and_forgotten_after_minutes() {
    let mut table = Table::new(None);
    table.flooded();
    for _ in 0..120 {
        table.after(2000).crowd(0..1);
    }
    assert_eq!(table.book.pace(), Some(27.0));
    for _ in 0..35 {
        table.after(2000).crowd(0..1);
    }
    assert_eq!(table.book.pace(), None);
}

#[test]
fn the_owners_pace_holds_from_the_start_and_is_never_exceeded() {
    let mut table = Table::new(Some(5));
    let (taken, refused) = play(&mut table, 6, 60);
    assert_eq!(refused, 0);
    assert!((60 * 5 - 15..=60 * 5 + 1).contains(&taken), "{taken}");
}

#[test]
fn at_a_high_pace_a_late_timer_is_made_up_for() {
    let mut table = Table::new(Some(1000));
    for chat in 0..21 {
        table.goes(answer(chat));
    }
    for chat in 21..200 {
        table.waits(answer(chat));
    }
    // Woken every ten milliseconds only.
    let gone: usize = (0..10).map(|_| table.after(10).pass().len()).sum();
    assert_eq!(gone, 100);
}

#[test]
fn a_pace_is_not_raised_by_calls_that_end_while_nobody_waits() {
    let mut table = Table::new(None);
    table.flooded();
    table.after(2000);
    for chat in 0..600 {
        // The next could go after 37 ms only, but there is none.
        let call = table.goes(answer(chat));
        table.taken(call);
        assert_eq!(table.pass(), []);
        table.after(38);
    }
    assert_eq!(table.book.pace(), Some(27.0));
}

#[test]
fn a_flood_that_is_refused_for_half_a_minute_lowers_the_pace_once() {
    let mut table = Table::new(None);
    table.flooded();
    table.after(2000);
    for chat in 0..25 {
        let call = table.goes(answer(chat));
        table.refused(call, 30);
        table.after(1000);
    }
    assert_eq!(table.book.pace(), Some(27.0));
    table.after(10_000);
    let call = table.goes(answer(100));
    table.refused(call, 1);
    assert!(table.book.pace().is_some_and(|pace| pace < 27.0), "this is another one");
}
