//! Random stories, in which memory must say what the store says.
//!
//! People ask, ask again, start over, choose, have themselves forgotten; groups move; what is old goes. While each of it is
//! being written others ask for conversations, so that reads are older than what is told, or newer; and afterwards whoever
//! asks is told by memory what the store says to somebody who does not ask memory. A story that fails is made as short as
//! it can be, and kept in `proptest-regressions/`, which the next run begins with.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestCaseError, TestRunner};

use crate::clock::{Clock, Day};
use crate::storage::sqlite::Sqlite;
use crate::storage::{
    Accepted, ClaimKey, ConversationChange, FinishedTurn, NewReply, NewUpdate, PreferenceChange, TurnId,
};
use crate::update::{Attachment, AttachmentKind, Lane};

/// Chat and topic; whose chat it is, who asks there.
const PLACES: [(i64, i64); 5] = [(8, 0), (8, 3), (9, 0), (-5, 0), (-6, 0)];
const PEOPLE: [i64; 2] = [8, 9];
/// The group that moves, and where it is afterwards.
const MOVE: (i64, i64) = (-5, -6);

/// No turn is called so: whoever leaves it out leaves out nothing, and is answered by the store.
const NONE: Option<TurnId> = Some(TurnId(0));

#[derive(Debug, Clone)]
enum Act {
    /// Somebody asks and is answered, in so many bytes.
    Asks {
        place: usize,
        user: usize,
        bytes: usize,
        file: bool,
    },
    /// The last question is answered again.
    AsksAgain {
        place: usize,
        bytes: usize,
    },
    StartsOver {
        place: usize,
        prompt: bool,
    },
    Chooses {
        place: usize,
        length: bool,
    },
    IsForgotten {
        user: usize,
    },
    /// Where there is nothing to answer, and it is said in the same commit that there is.
    IsRefused {
        place: usize,
    },
    Moves,
    Hours(u8),
    /// What is older than so many hours goes.
    Expires(u8),
}

fn act() -> impl Strategy<Value = Act> {
    let (place, user, bytes) = (0..PLACES.len(), 0..PEOPLE.len(), 0_usize..40);
    prop_oneof![
        12 => (place.clone(), user.clone(), bytes.clone(), any::<bool>())
            .prop_map(|(place, user, bytes, file)| Act::Asks { place, user, bytes, file }),
        3 => (place.clone(), bytes).prop_map(|(place, bytes)| Act::AsksAgain { place, bytes }),
        2 => (place.clone(), any::<bool>()).prop_map(|(place, prompt)| Act::StartsOver { place, prompt }),
        2 => (place.clone(), any::<bool>()).prop_map(|(place, length)| Act::Chooses { place, length }),
        1 => user.prop_map(|user| Act::IsForgotten { user }),
        1 => place.prop_map(|place| Act::IsRefused { place }),
        1 => Just(Act::Moves),
        1 => (1_u8..4).prop_map(Act::Hours),
        1 => (0_u8..4).prop_map(Act::Expires),
    ]
}

struct Play<'a> {
    store: &'a Sqlite,
    clock: &'a Clock,
    /// One for each story, so that all of them can use one store.
    bot: i64,
    updates: i64,
}

impl Play<'_> {
    fn lane(&self, place: usize) -> Lane {
        let (chat, thread) = PLACES[place];
        Lane { bot: self.bot, chat, thread, control: false }
    }

    async fn begins(&mut self, lane: Lane) -> ClaimKey {
        self.updates += 1;
        let update = NewUpdate { update_id: Some(self.updates), lane, raw: "{}".to_owned(), unreadable: None };
        let accepted = self.store.accept(vec![update]).await.unwrap();
        let [Accepted::New(seq)] = accepted[..] else { panic!("not new: {accepted:?}") };
        self.store.begin(seq).await.unwrap().key
    }

    fn turn(&self, user: i64, bytes: usize) -> FinishedTurn {
        // No answer, now and then.
        let answer = "a".repeat(bytes.saturating_sub(5));
        FinishedTurn { user, question: format!("q{}", self.updates), answer, ..FinishedTurn::default() }
    }

    async fn act(&mut self, act: Act) {
        match act {
            Act::Asks { place, user, bytes, file } => {
                let mut turn = self.turn(PEOPLE[user], bytes);
                if file {
                    turn.annotations = Some("[1]".to_owned());
                    turn.attachments = vec![Attachment {
                        kind: AttachmentKind::Voice,
                        file: "f".to_owned(),
                        bytes: None,
                        name: Some("n".to_owned()),
                        mime: None,
                        seconds: Some(3),
                    }];
                }
                self.says(self.lane(place), NewReply { turn: Some(turn), ..NewReply::default() }).await;
            }
            Act::AsksAgain { place, bytes } => {
                let lane = self.lane(place);
                let last = self.store.last_turn(lane).await.unwrap();
                let conversation = last.map_or(ConversationChange::Keep, |last| ConversationChange::Replace(last.id));
                let turn = Some(self.turn(PEOPLE[0], bytes));
                self.says(lane, NewReply { turn, conversation, ..NewReply::default() }).await;
            }
            Act::StartsOver { place, prompt } => {
                let system_prompt = prompt.then(|| "a pirate".to_owned());
                let conversation = ConversationChange::StartOver { system_prompt };
                self.says(self.lane(place), NewReply { conversation, ..NewReply::default() }).await;
            }
            Act::Chooses { place, length } => {
                let model = PreferenceChange::Model(Some(format!("a/{}", self.updates)));
                let preferences = vec![if length { PreferenceChange::WebSearch(Some(true)) } else { model }];
                self.says(self.lane(place), NewReply { preferences, ..NewReply::default() }).await;
            }
            Act::IsForgotten { user } => {
                let lane = Lane { bot: self.bot, chat: PEOPLE[user], thread: 0, control: true };
                self.says(lane, NewReply { forgets: Some(PEOPLE[user]), ..NewReply::default() }).await;
            }
            Act::IsRefused { place } => {
                let key = self.begins(self.lane(place)).await;
                self.store.complete(key).await.unwrap();
                let late = NewReply { turn: Some(self.turn(PEOPLE[0], 9)), ..NewReply::default() };
                assert!(self.store.store_reply(key, late).await.is_err());
            }
            Act::Moves => drop(self.store.move_group(self.bot, MOVE.0, MOVE.1).await.unwrap()),
            Act::Hours(hours) => self.clock.advance(Duration::from_hours(hours.into())),
            Act::Expires(hours) => {
                let before = self.clock.now().minus(Duration::from_hours(hours.into()));
                self.store.expire(Some(before), Day(0)).await.unwrap();
            }
        }
    }

    async fn says(&mut self, lane: Lane, reply: NewReply) {
        let key = self.begins(lane).await;
        self.store.store_reply(key, reply).await.unwrap();
    }

    /// In each place, with this budget.
    async fn memory_says_what_the_store_says(&self, max_tokens: usize) -> Result<(), TestCaseError> {
        for place in 0..PLACES.len() {
            let lane = self.lane(place);
            let known = self.store.conversation(lane, max_tokens, None).await.unwrap();
            let stored = self.store.conversation(lane, max_tokens, NONE).await.unwrap();
            prop_assert_eq!(known, stored, "{:?} with {} tokens", lane, max_tokens);
        }
        Ok(())
    }
}

/// Asks for more and more of a conversation, so that memory has to read it again and again.
async fn asks_meanwhile(store: &Sqlite, lane: Lane, max_tokens: usize) {
    for more in [0, 10, 20, 30, 1000] {
        store.conversation(lane, max_tokens + more, None).await.unwrap();
    }
}

#[test]
fn what_is_known_in_memory_is_what_the_store_knows() {
    // Twenty times as many in the gate.
    let all = std::env::vars_os().any(|(name, value)| name == "ROUTERGRAM_TEST_ALL" && value == "1");
    let config = ProptestConfig {
        cases: if all { 1_000 } else { 50 },
        failure_persistence: Some(Box::new(FileFailurePersistence::SourceParallel("proptest-regressions"))),
        source_file: Some(file!()),
        ..ProptestConfig::default()
    };
    // In memory where there is such a folder: nothing here depends on what a disk does.
    let memory = Path::new("/dev/shm");
    let folder = tempfile::tempdir_in(if memory.is_dir() { memory } else { Path::new("/tmp") }).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = Clock::movable();
    let store = runtime.block_on(Sqlite::open(folder.path(), clock.clone(), None)).unwrap();
    let bots = std::cell::Cell::new(0);
    let acts = prop::collection::vec((act(), 0..PLACES.len(), 0_usize..90), 0..25);
    let told = TestRunner::new(config).run(&acts, |acts| {
        bots.set(bots.get() + 1);
        let mut play = Play { store: &store, clock: &clock, bot: bots.get(), updates: 0 };
        runtime.block_on(async {
            for (act, place, max_tokens) in acts {
                let lane = play.lane(place);
                tokio::join!(play.act(act), asks_meanwhile(&store, lane, max_tokens));
                play.memory_says_what_the_store_says(max_tokens).await?;
            }
            Ok(())
        })
    });
    told.unwrap_or_else(|failure| panic!("{failure}"));
}
