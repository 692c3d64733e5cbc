//! The promises of [`Storage`], checked on every backend.
//!
//! Each promise is a function that gets a [`World`] with an empty store. `promises!` makes a test of it for each
//! backend; another backend is one more constructor of `World` and one more module in the macro.

use std::ops::Deref;
use std::time::Duration;

use tempfile::TempDir;

use crate::clock::{Clock, Day};
use crate::update::Lane;

use super::{
    Accepted, Address, Begun, Bill, ConversationChange, FinishedTurn, NewReply, NewUpdate, Part, PastTurn,
    PendingUpdate, Seq, Storage, StorageError, UsageRecord,
};

/// Makes a test of each promise, for each backend.
macro_rules! promises {
    ($($promise:ident)*) => {
        mod embedded {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise(crate::storage::contract::World::embedded().await).await;
                }
            )*
        }
    };
}

mod claims;
mod conversations;
mod groups;
mod heard;
mod inbox;
mod ledger;
mod preferences;
mod money;
mod people;
mod privacy;
mod replies;
mod turns;

const BOT: i64 = 123_456;

const HOUR: Duration = Duration::from_hours(1);

/// An open store, the clock it runs on, and where to open it again.
struct World {
    clock: Clock,
    store: Option<Storage>,
    place: TempDir,
}

impl World {
    async fn embedded() -> Self {
        let mut world = Self { clock: Clock::movable(), store: None, place: tempfile::tempdir().unwrap() };
        world.reopens().await;
        world
    }

    /// The process ends and another one starts.
    async fn reopens(&mut self) {
        self.store = None;
        self.store = Some(Storage::open(self.place.path(), self.clock.clone()).await.unwrap());
    }

    /// Stores the next update of this chat.
    async fn receives(&self, update_id: i64, chat: i64) -> Seq {
        let accepted = self.accept(vec![update(update_id, chat)]).await.unwrap();
        let [Accepted::New(seq)] = accepted[..] else { panic!("not new: {accepted:?}") };
        seq
    }

    /// Stores an update and claims it.
    async fn begins(&self, update_id: i64, chat: i64) -> Begun {
        let seq = self.receives(update_id, chat).await;
        self.begin(seq).await.unwrap()
    }

    /// A question is asked and answered, and the answer delivered.
    async fn answers(&self, update_id: i64, chat: i64, turn: FinishedTurn) {
        let key = self.begins(update_id, chat).await.key;
        self.store_reply(key, reply(&["an answer"], Some(turn))).await.unwrap();
        self.delivered(key, 0, 1000 + update_id, true).await.unwrap();
    }

    async fn heads(&self, limit: usize, exclude: &[Lane]) -> Vec<i64> {
        let exclude = exclude.iter().copied().collect();
        ids(&self.pending_heads(BOT, limit, &exclude).await.unwrap())
    }
}

impl Deref for World {
    type Target = Storage;

    fn deref(&self) -> &Storage {
        self.store.as_ref().expect("open but while it reopens")
    }
}

fn lane(chat: i64) -> Lane {
    Lane { bot: BOT, chat, thread: 0, control: false }
}

fn update(update_id: i64, chat: i64) -> NewUpdate {
    NewUpdate {
        update_id: Some(update_id),
        lane: lane(chat),
        raw: format!(r#"{{"update_id":{update_id}}}"#),
        unreadable: None,
    }
}

fn reply(parts: &[&str], turn: Option<FinishedTurn>) -> NewReply {
    let part = |text: &&str| Part::plain((*text).to_owned());
    NewReply {
        address: Address { chat: 7, thread: 3, reply_to: Some(42) },
        parts: parts.iter().map(part).collect(),
        turn,
        ..NewReply::default()
    }
}

fn past(question: &str, answer: &str) -> PastTurn {
    PastTurn { question: question.to_owned(), answer: answer.to_owned(), ..PastTurn::default() }
}

fn turn(question: &str, answer: &str) -> FinishedTurn {
    let usage = UsageRecord {
        generation_id: format!("gen-{question}"),
        model: "a/model".to_owned(),
        prompt_tokens: 10,
        completion_tokens: 20,
        cost_micro_usd: Some(300),
        bill: Bill { payer: 99, day: Day(20_000), reserved_micro_usd: 5_000 },
    };
    FinishedTurn {
        inline: None,
        user: 99,
        question: question.to_owned(),
        answer: answer.to_owned(),
        complete: true,
        usage: Some(usage),
        ..FinishedTurn::default()
    }
}

fn ids(updates: &[PendingUpdate]) -> Vec<i64> {
    updates.iter().map(|update| update.update_id).collect()
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads as a sentence around the call it judges")]
fn assert_lost<T: std::fmt::Debug>(outcome: Result<T, StorageError>) {
    assert!(matches!(outcome, Err(StorageError::LostClaim)), "{outcome:?}");
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "reads as a sentence around the call it judges")]
fn assert_invalid<T: std::fmt::Debug>(outcome: Result<T, StorageError>) {
    assert!(matches!(outcome, Err(StorageError::Invalid(_))), "{outcome:?}");
}
