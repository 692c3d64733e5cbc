//! The embedded store, on a file: what one update costs it, and how it finds the past that a question is asked with.
//!
//! One caller who waits for each commit, so no two ever share one; what the store does when many come at once is measured
//! by `cargo bench --bench store`. In the time of a commit, the disk's sync is nearly everything; in its instructions, it is
//! nothing.

use std::hint::black_box;

use routergram::clock::Clock;
use routergram::storage::{Accepted, NewUpdate, Seq, Storage, StorageError, TurnId};
use routergram::update::Lane;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::reply::reply;
use crate::subject::Work;
use crate::updates::{BOT, MESSAGE};

/// People who write in turn.
const PEOPLE: i64 = 100;

/// Turns of the conversation that is looked through: twice as many as fit.
const TURNS: i64 = 100;
/// What fits of it, as the program has it.
const TOKENS: usize = 16_000;

/// A thread that the subject has for itself.
pub(crate) fn one_thread() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("there is a runtime")
}

/// A store in a folder of its own.
pub(crate) struct Open {
    pub(crate) storage: Storage,
    pub(crate) runtime: Runtime,
    _folder: TempDir,
}

impl Open {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("there is a disk");
        let runtime = one_thread();
        let storage = runtime.block_on(Storage::open(folder.path(), Clock::system())).expect("the store opens");
        Self { storage, runtime, _folder: folder }
    }

    fn accept(&self, id: i64, person: i64) -> Result<Seq, StorageError> {
        let update = NewUpdate { update_id: Some(id), lane: lane(person), raw: MESSAGE.to_owned(), unreadable: None };
        match self.runtime.block_on(self.storage.accept(vec![update]))?[..] {
            [Accepted::New(seq)] => Ok(seq),
            _ => unreachable!("each id is a new one"),
        }
    }

    /// Every commit from its first attempt to the message that carries its answer.
    fn answer(&self, seq: Seq, id: i64, person: i64) -> Result<(), StorageError> {
        self.runtime.block_on(async {
            let key = self.storage.begin(seq).await?.key;
            self.storage.store_reply(key, reply(id, person)).await?;
            self.storage.delivered(key, 0, id, true).await
        })
    }
}

/// An update, stored: what is done before Telegram is told that it came.
pub(crate) fn accept() -> Work {
    let (store, mut id) = (Open::new(), 0);
    Box::new(move || {
        id += 1;
        store.accept(id, id % PEOPLE).expect("the disk takes it");
    })
}

/// An update through all its commits.
pub(crate) fn commits() -> Work {
    let (store, mut id) = (Open::new(), 0);
    Box::new(move || {
        id += 1;
        let person = id % PEOPLE;
        let seq = store.accept(id, person).expect("the disk takes it");
        store.answer(seq, id, person).expect("the disk takes it");
    })
}

/// No turn is called so. Whoever wants a conversation without one is answered by the store, and not from memory.
const NONE: Option<TurnId> = Some(TurnId(0));

/// A long conversation, read from its end back to what fits into a question.
pub(crate) fn context() -> Work {
    let store = Open::new();
    for id in 1..=TURNS {
        let seq = store.accept(id, 1).expect("the disk takes it");
        store.answer(seq, id, 1).expect("the disk takes it");
    }
    Box::new(move || {
        let found = store.runtime.block_on(store.storage.conversation(lane(1), TOKENS, NONE)).expect("it is read");
        assert!((10..90).contains(&black_box(found).turns.len()), "a part of it fits");
    })
}

fn lane(person: i64) -> Lane {
    Lane { bot: BOT, chat: person, thread: 0, control: false }
}
