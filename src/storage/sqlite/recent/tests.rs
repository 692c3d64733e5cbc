//! What is kept, for how long, and which question it answers.

use std::sync::Arc;

use super::*;
use crate::clock::{Clock, Day};
use crate::config::DataKey;
use crate::storage::sqlite::{Sqlite, conversations};
use crate::storage::{
    Accepted, Address, ClaimKey, ConversationChange, FinishedTurn, NewReply, NewUpdate, Part, PastTurn, StorageError,
};

/// More than any conversation here takes.
const PLENTY: usize = 1 << 30;

fn lane(chat: i64) -> Lane {
    Lane { bot: 1, chat, thread: 0, control: false }
}

/// One whose size in tokens is 8 and a token for every three bytes of its answer.
fn turn(bytes: usize) -> PastTurn {
    PastTurn { answer: "x".repeat(bytes), ..PastTurn::default() }
}

fn found(chat: i64, turns: &[PastTurn], before: Option<usize>) -> Found {
    let conversation = Conversation { turns: turns.to_vec(), ..Conversation::default() };
    Found { lane: lane(chat), conversation, newest: i64::try_from(turns.len()).unwrap(), before }
}

fn appended(chat: i64, id: i64, turn: &PastTurn) -> Change {
    Change::Appended { lane: lane(chat), id, turn: turn.into() }
}

impl Recent {
    fn moment(&self, chat: i64) -> (Lane, Moment) {
        (lane(chat), self.kept().moment(lane(chat)))
    }

    fn keeps(&self, chat: i64, turns: &[PastTurn]) {
        self.keep(self.moment(chat), &found(chat, turns, None), PLENTY);
    }

    /// As far as it is known.
    fn turns(&self, chat: i64, max_tokens: usize) -> Option<Vec<PastTurn>> {
        self.conversation(lane(chat), max_tokens).0.map(|known| known.turns)
    }

    /// Whose is here, the least lately used first; leaves the order as it was.
    fn chats(&self) -> Vec<i64> {
        let kept = self.kept();
        assert_eq!(kept.weight, kept.entries.iter().map(|(_, entry)| entry.weight()).sum::<usize>());
        assert!(kept.weight <= ROOM);
        kept.entries.iter().map(|(lane, _)| lane.chat).collect()
    }
}

/// The rule in its shortest form: so many of the newest as fit, and not one that lies behind another that does not.
fn newest(turns: &[PastTurn], max_tokens: usize) -> &[PastTurn] {
    let size = |turn: &PastTurn| conversations::size(&turn.question, &turn.answer);
    let fits = |from: &usize| turns[*from..].iter().map(size).sum::<usize>() <= max_tokens;
    &turns[(0..=turns.len()).find(fits).unwrap()..]
}

#[test]
fn what_was_read_for_one_budget_answers_for_each_other_one_or_for_none_that_the_store_would_answer_otherwise() {
    // 8, 10, 38 and 9 tokens, in every order that matters to a walk from the end.
    let turns = [turn(0), turn(6), turn(90), turn(3)];
    let all: Vec<_> = (0..4).map(|first| [&turns[first..], &turns[..first]].concat()).collect();
    for (all, read_for) in all.iter().flat_map(|all| (0..70).map(move |budget| (all, budget))) {
        let read = newest(all, read_for);
        let before = all[..all.len() - read.len()].last();
        let before = before.map(|turn| conversations::size(&turn.question, &turn.answer));
        for budget in 0..70 {
            let recent = Recent::new();
            recent.keep(recent.moment(5), &found(5, read, before), read_for);
            let (known, stored) = (recent.turns(5, budget), newest(all, budget));
            assert_eq!(known.is_some(), stored.len() <= read.len(), "{read_for} {budget}");
            assert!(known.is_none_or(|known| known == stored), "{read_for} {budget}");
        }
    }
}

#[test]
fn a_conversation_grows_at_its_end_and_keeps_what_fits_into_the_largest_budget_it_was_asked_for() {
    let (recent, all) = (Recent::new(), vec![turn(6); 100]);
    recent.keep(recent.moment(5), &found(5, &[], None), 0);
    for (id, turn) in (1..).zip(&all) {
        recent.heed(vec![appended(5, id, turn)]);
        assert_eq!(recent.turns(5, 0).unwrap(), [], "{id}");
        assert_eq!(recent.turns(5, 100), None, "it was asked for none");
    }
    recent.keeps(5, &all[..10]);
    recent.keep(recent.moment(5), &found(5, &all[..10], Some(7)), 100);
    for id in 11..=100 {
        recent.heed(vec![appended(5, id, &turn(6))]);
        assert_eq!(recent.turns(5, 100).unwrap().len(), 10);
        assert_eq!(recent.turns(5, 110), None, "an eleventh would fit");
    }
    assert!(recent.kept().weight < 10_000);
    recent.chats();
}

#[test]
fn what_was_read_before_a_change_is_not_kept_after_it() {
    let recent = Recent::new();
    for change in [appended(5, 1, &turn(0)), Change::Lane(lane(5)), Change::All] {
        let (before, elsewhere) = (recent.moment(5), recent.moment(6));
        let all = matches!(change, Change::All);
        recent.heed(vec![change]);
        recent.keep(before, &found(5, &[], None), PLENTY);
        recent.keep(elsewhere, &found(6, &[], None), PLENTY);
        assert_eq!(recent.chats(), if all { vec![] } else { vec![6] });
        recent.keep(recent.moment(5), &found(5, &[], None), PLENTY);
        assert!(recent.turns(5, 0).is_some());
        recent.heed(vec![Change::Lane(lane(5))]);
    }
}

#[test]
fn what_is_read_under_a_name_that_a_group_has_no_more_is_not_kept() {
    let recent = Recent::new();
    recent.keep(recent.moment(-5), &found(-6, &[turn(0)], None), PLENTY);
    assert_eq!(recent.chats(), [0; 0]);
}

#[test]
fn a_turn_that_was_read_before_it_was_told_is_there_once() {
    let recent = Recent::new();
    recent.keeps(5, &[turn(1), turn(2)]);
    recent.heed(vec![appended(5, 2, &turn(2)), appended(5, 3, &turn(3))]);
    assert_eq!(recent.turns(5, PLENTY).unwrap(), [turn(1), turn(2), turn(3)]);
}

#[test]
fn whoever_has_talked_least_lately_leaves_first_and_no_conversation_puts_all_the_others_out() {
    let (recent, quarter) = (Recent::new(), turn(LARGEST - 1000));
    for chat in 1..=4 {
        recent.keeps(chat, std::slice::from_ref(&quarter));
    }
    assert_eq!(recent.chats(), [1, 2, 3, 4]);
    assert!(recent.turns(1, PLENTY).is_some());
    recent.heed(vec![appended(2, 2, &turn(0))]);
    recent.keeps(5, std::slice::from_ref(&quarter));
    assert_eq!(recent.chats(), [4, 1, 2, 5]);
    recent.heed(vec![appended(2, 3, &turn(LARGEST))]);
    recent.keeps(6, &[turn(LARGEST)]);
    assert_eq!(recent.chats(), [4, 1, 5]);
    recent.heed(vec![Change::All]);
    assert_eq!(recent.chats(), [0; 0]);
    for chat in 0..100_000 {
        recent.keeps(chat, &[]);
    }
    assert!(recent.chats().len() > 10_000);
}

/// A claim on a new update of this chat.
async fn begins(store: &Sqlite, update_id: i64, chat: i64) -> ClaimKey {
    let update = NewUpdate { update_id: Some(update_id), lane: lane(chat), raw: "{}".to_owned(), unreadable: None };
    let accepted = store.accept(vec![update]).await.unwrap();
    let [Accepted::New(seq)] = accepted[..] else { panic!("not new: {accepted:?}") };
    store.begin(seq).await.unwrap().key
}

fn says(user: i64, answer: &str) -> NewReply {
    let turn = FinishedTurn { user, question: "q".to_owned(), answer: answer.to_owned(), ..FinishedTurn::default() };
    let address = Address { chat: user, ..Address::default() };
    NewReply { address, parts: vec![Part::plain(answer.to_owned())], turn: Some(turn), ..NewReply::default() }
}

async fn opened() -> (tempfile::TempDir, Clock, Sqlite) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::movable());
    let key = DataKey::read(&hex::encode([7; 32])).unwrap();
    let store = Sqlite::open(folder.path(), clock.clone(), Some(key)).await.unwrap();
    (folder, clock, store)
}

#[tokio::test]
async fn whoever_goes_on_talking_is_read_once() {
    let (_folder, _, store) = opened().await;
    let recent = Arc::clone(&store.parts.recent);
    assert_eq!(recent.turns(5, 1000), None);
    store.conversation(lane(5), 1000, None).await.unwrap();
    for id in 1..=3 {
        let key = begins(&store, id, 5).await;
        store.store_reply(key, says(5, "a")).await.unwrap();
        assert_eq!(recent.turns(5, 1000).unwrap().len(), usize::try_from(id).unwrap());
    }
    assert_eq!(store.conversation(lane(5), 1000, None).await.unwrap().turns.len(), 3);
    let key = begins(&store, 4, 5).await;
    let conversation = ConversationChange::StartOver { system_prompt: Some("a pirate".to_owned()) };
    store.store_reply(key, NewReply { conversation, ..NewReply::default() }).await.unwrap();
    assert_eq!(recent.turns(5, 1000), None);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_from_memory_with_the_same_commit() {
    let (_folder, clock, store) = opened().await;
    let recent = Arc::clone(&store.parts.recent);
    for (id, user) in [(1, 5), (2, 6)] {
        let key = begins(&store, id, -7).await;
        store.store_reply(key, says(user, "a")).await.unwrap();
    }
    store.conversation(lane(-7), 1000, None).await.unwrap();
    assert_eq!(recent.chats(), [-7]);
    let key = begins(&store, 3, 5).await;
    store.store_reply(key, NewReply { forgets: Some(5), ..NewReply::default() }).await.unwrap();
    assert_eq!(recent.chats(), [0; 0]);

    assert_eq!(store.conversation(lane(-7), 1000, None).await.unwrap().turns.len(), 1);
    clock.advance(std::time::Duration::from_hours(1));
    store.expire(None, Day(0)).await.unwrap();
    assert_eq!(recent.chats(), [-7], "for ever");
    store.expire(Some(clock.now()), Day(0)).await.unwrap();
    assert_eq!(recent.chats(), [0; 0]);
}

#[tokio::test]
async fn nothing_is_kept_when_a_batch_has_failed() {
    let (_folder, _, store) = opened().await;
    store.conversation(lane(5), 1000, None).await.unwrap();
    assert_eq!(store.parts.recent.chats(), [5]);
    let failed = store.write(|tx| {
        tx.tell(Change::Lane(lane(6)));
        Err::<(), _>(StorageError::Refused("the disk is busy".to_owned()))
    });
    assert!(failed.await.is_err());
    assert_eq!(store.parts.recent.chats(), [0; 0]);
}

#[tokio::test]
async fn whoever_changes_what_is_kept_and_tells_nothing_is_found_out() {
    const CHANGES: [&str; 4] = [
        "UPDATE turns SET answer = 'b'",
        "DELETE FROM conversations",
        "INSERT INTO preferences (bot, chat, thread, model) VALUES (1, 5, 0, 'a/b')",
        "UPDATE conversations SET closed_at = 1",
    ];
    for change in CHANGES {
        let (_folder, _, store) = opened().await;
        let key = begins(&store, 1, 5).await;
        store.store_reply(key, says(5, "a")).await.unwrap();
        let beside = store.write(|tx| Ok(tx.db.execute("UPDATE turns SET messages = '[7]', seq = 7", [])?)).await;
        assert_eq!(beside.unwrap(), 1, "it is not kept");
        assert!(store.write(move |tx| Ok(tx.db.execute(change, [])?)).await.is_err(), "{change}");
        assert!(store.failed().await.contains("panicked"), "{change}");
    }
}
