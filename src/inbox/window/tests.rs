//! The window by itself: order, places, bounds, and reads that cross with what comes in.

use super::*;

const NOW: Timestamp = Timestamp(1_700_000_000_000);

fn lane(chat: i64) -> Lane {
    Lane { bot: 7, chat, thread: 0, control: false }
}

fn control(chat: i64) -> Lane {
    Lane { control: true, ..lane(chat) }
}

fn row(seq: i64, lane: Lane) -> PendingUpdate {
    PendingUpdate {
        seq: Seq(seq),
        update_id: seq,
        lane,
        raw: "{}".into(),
        received_at: NOW,
        not_before: Timestamp(0),
        deaths: 0,
    }
}

fn rows(seqs: std::ops::RangeInclusive<i64>, lane: Lane) -> Vec<PendingUpdate> {
    seqs.map(|seq| row(seq, lane)).collect()
}

/// A window that knows that nothing is on disk.
fn window() -> Window {
    let mut window = Window::unread();
    let wanted = window.wanted_heads().unwrap();
    window.add_heads(wanted.limit, Vec::new());
    window
}

fn push(window: &mut Window, rows: Vec<PendingUpdate>) {
    for row in rows {
        window.push_new(row);
    }
}

fn take(window: &mut Window) -> Option<i64> {
    window.take(NOW, usize::MAX).map(|update| update.seq.0)
}

/// Takes and finishes until nothing is left in memory: the order in which rows were handed out.
fn drain(window: &mut Window) -> Vec<i64> {
    let mut seqs = Vec::new();
    while let Some(update) = window.take(NOW, usize::MAX) {
        seqs.push(update.seq.0);
        window.release(update.lane, None);
    }
    seqs
}

#[test]
fn a_lane_is_handed_out_one_by_one_in_order_and_lanes_in_parallel() {
    let mut window = window();
    push(&mut window, vec![row(1, lane(5)), row(2, lane(5)), row(3, lane(6))]);
    assert_eq!((take(&mut window), take(&mut window), take(&mut window)), (Some(1), Some(3), None));
    window.release(lane(5), None);
    assert_eq!(take(&mut window), Some(2));
}

#[test]
fn places_are_limited_and_control_lanes_need_none() {
    let mut window = window();
    push(&mut window, vec![row(1, lane(5)), row(2, lane(6)), row(3, control(5))]);
    let taken = |window: &mut Window| window.take(NOW, 1).map(|update| update.seq.0);
    assert_eq!((taken(&mut window), taken(&mut window), taken(&mut window)), (Some(1), Some(3), None));
    assert_eq!(window.in_flight(), 1);
    window.release(control(5), None);
    assert_eq!(taken(&mut window), None);
    window.release(lane(5), None);
    assert_eq!(taken(&mut window), Some(2));
}

#[test]
fn what_is_given_back_is_the_head_of_its_lane_again_and_waits_for_its_time() {
    let mut window = window();
    push(&mut window, rows(1..=2, lane(5)));
    let mut head = window.take(NOW, 9).unwrap();
    window.release(head.lane, Some(head.clone()));
    assert_eq!(take(&mut window), Some(1));
    let later = NOW.plus(std::time::Duration::from_secs(5));
    head.not_before = later;
    window.release(head.lane, Some(head));
    assert_eq!((take(&mut window), window.first_retry()), (None, Some(later)));
    assert_eq!(window.take(later, 9).map(|update| update.seq), Some(Seq(1)));
}

#[test]
fn a_flooding_lane_keeps_few_rows_in_memory_and_reads_the_rest_in_order() {
    let mut window = window();
    push(&mut window, rows(1..=40, lane(5)));
    assert_eq!(window.rows, LANE_ROWS);
    assert_eq!(drain(&mut window), (1..=16).collect::<Vec<_>>());
    let wanted = window.wanted_rows().unwrap();
    assert_eq!(wanted, WantedRows { lane: lane(5), after: Seq(16), limit: LANE_ROWS });
    window.add_rows(wanted, rows(17..=32, lane(5)));
    assert_eq!(drain(&mut window), (17..=32).collect::<Vec<_>>());
    let wanted = window.wanted_rows().unwrap();
    window.add_rows(wanted, rows(33..=40, lane(5)));
    assert_eq!(drain(&mut window), (33..=40).collect::<Vec<_>>());
    assert!(window.wanted_rows().is_none() && window.lanes.is_empty());
}

#[test]
fn many_flooding_chats_do_not_keep_another_one_on_disk() {
    let mut window = window();
    for chat in 0..100 {
        push(&mut window, rows(chat * 100 + 1..=chat * 100 + 20, lane(chat)));
    }
    // Above the bound there are heads alone: one for each lane that came after it was reached.
    assert!((WINDOW_ROWS..WINDOW_ROWS + 100).contains(&window.rows), "{}", window.rows);
    for _ in 0..100 {
        take(&mut window).unwrap();
    }
    window.push_new(row(20_000, lane(1000)));
    assert_eq!(take(&mut window), Some(20_000));
}

#[test]
fn chats_beyond_the_bound_wait_on_disk_and_come_in_when_there_is_room() {
    let mut window = window();
    let most = i64::try_from(WINDOW_LANES).unwrap();
    for chat in 1..=most + 5 {
        window.push_new(row(chat, lane(chat)));
    }
    assert_eq!(window.rows, WINDOW_LANES);
    assert_eq!(window.wanted_heads(), None, "there is no room");
    for _ in 0..WINDOW_LANES / 2 - 1 {
        take(&mut window);
    }
    assert_eq!(window.wanted_heads(), None, "half empty before it is filled again");
    take(&mut window);
    let wanted = window.wanted_heads().unwrap();
    assert_eq!((wanted.limit, wanted.known.len()), (WINDOW_LANES / 2, WINDOW_LANES));
    window.add_heads(wanted.limit, (most + 1..=most + 5).map(|chat| row(chat, lane(chat))).collect());
    let left = drain(&mut window);
    assert_eq!(left, (most / 2 + 1..=most + 5).collect::<Vec<_>>());
    assert_eq!(window.wanted_heads(), None, "nothing is on disk");
}

#[test]
fn lanes_that_wait_for_their_time_do_not_keep_the_others_on_disk() {
    let mut window = window();
    let most = i64::try_from(WINDOW_LANES).unwrap();
    for chat in 1..=most + 1 {
        window.push_new(row(chat, lane(chat)));
    }
    for _ in 1..most {
        let head = window.take(NOW, usize::MAX).unwrap();
        window.release(
            head.lane,
            Some(PendingUpdate { not_before: NOW.plus(std::time::Duration::from_secs(9)), ..head }),
        );
    }
    assert_eq!(take(&mut window), Some(most));
    let wanted = window.wanted_heads().expect("nobody here can go on");
    assert!(wanted.limit >= 1);
    window.add_heads(wanted.limit, vec![row(most + 1, lane(most + 1))]);
    assert_eq!(take(&mut window), Some(most + 1));
}

#[test]
fn a_stop_button_gets_in_even_when_the_window_is_full_and_its_earlier_rows_are_found() {
    let mut window = Window::unread();
    window.push_new(row(9, control(5)));
    assert_eq!(drain(&mut window), [9]);
    let wanted = window.wanted_rows().unwrap();
    assert_eq!(wanted, WantedRows { lane: control(5), after: Seq(0), limit: LANE_ROWS });
    window.add_rows(wanted, vec![row(3, control(5))]);
    assert_eq!(drain(&mut window), [3]);
    assert!(window.lanes.is_empty());
}

#[test]
fn a_stop_button_that_comes_in_during_a_read_which_finds_it_too_is_there_once() {
    let mut window = Window::unread();
    let wanted = window.wanted_heads().unwrap();
    window.push_new(row(9, control(5)));
    window.add_heads(wanted.limit, vec![row(9, control(5))]);
    assert_eq!(drain(&mut window), [9]);
}

#[test]
fn what_is_stored_while_heads_are_read_is_not_forgotten() {
    let mut window = Window::unread();
    let wanted = window.wanted_heads().unwrap();
    window.push_new(row(2, lane(6)));
    window.add_heads(wanted.limit, vec![row(1, lane(5))]);
    assert_eq!(take(&mut window), Some(1));
    let again = window.wanted_heads().expect("somebody was left on disk meanwhile");
    window.add_heads(again.limit, vec![row(2, lane(6))]);
    assert_eq!(take(&mut window), Some(2));
    assert_eq!(window.wanted_heads(), None);
}

#[test]
fn what_is_stored_while_a_lane_is_read_is_not_forgotten() {
    let mut window = window();
    push(&mut window, rows(1..=17, lane(5)));
    drain(&mut window);
    let wanted = window.wanted_rows().unwrap();
    window.push_new(row(18, lane(5)));
    window.add_rows(wanted, vec![row(17, lane(5))]);
    assert_eq!(drain(&mut window), [17]);
    let wanted = window.wanted_rows().unwrap();
    assert_eq!(wanted.after, Seq(17));
    window.add_rows(wanted, vec![row(18, lane(5))]);
    assert_eq!(drain(&mut window), [18]);
}

#[test]
fn a_read_that_finds_nothing_looks_again_when_something_was_stored_meanwhile() {
    let mut window = window();
    push(&mut window, rows(1..=17, lane(5)));
    drain(&mut window);
    let wanted = window.wanted_rows().unwrap();
    window.push_new(row(18, lane(5)));
    window.add_rows(wanted, Vec::new());
    assert!(window.wanted_rows().is_some());
}

#[test]
fn a_read_that_is_quicker_than_who_stored_brings_a_row_once() {
    let mut window = window();
    push(&mut window, rows(1..=17, lane(5)));
    drain(&mut window);
    let wanted = window.wanted_rows().unwrap();
    window.add_rows(wanted, rows(17..=18, lane(5)));
    window.push_new(row(17, lane(5)));
    window.push_new(row(18, lane(5)));
    window.push_new(row(19, lane(5)));
    assert_eq!(drain(&mut window), [17, 18, 19]);
}

#[test]
fn the_head_of_a_lane_that_was_read_is_followed_by_what_is_on_disk() {
    let mut window = Window::unread();
    let wanted = window.wanted_heads().unwrap();
    window.add_heads(wanted.limit, vec![row(1, lane(5))]);
    window.push_new(row(4, lane(5)));
    assert_eq!(drain(&mut window), [1]);
    let wanted = window.wanted_rows().unwrap();
    assert_eq!(wanted.after, Seq(1));
    window.add_rows(wanted, rows(2..=4, lane(5)));
    assert_eq!(drain(&mut window), [2, 3, 4]);
}

#[test]
fn a_read_that_was_given_up_is_wanted_again() {
    let mut window = window();
    push(&mut window, rows(1..=17, lane(5)));
    drain(&mut window);
    let wanted = window.wanted_rows();
    assert!(wanted.is_some());
    assert_eq!(window.wanted_rows(), wanted);
    let mut unread = Window::unread();
    assert!(unread.wanted_heads().is_some() && unread.wanted_heads().is_some());
}
