//! The scheduler's decisions, by a clock that is set, and its waiting, by one that is advanced.

mod limits;
mod order;
mod waiting;

use std::time::Duration;

use super::book::{Answer, Asked, Book, Call, Outcome, Wish};
use super::queue::Place;
use super::{Kind, Urgency};
use crate::clock::Timestamp;

const ANNA: i64 = 1001;
const BORIS: i64 = 1002;
const GROUP: i64 = -2001;

const fn wish(urgency: Urgency, chat: i64) -> Wish {
    Wish { urgency, chat, kind: Kind::Message }
}

const fn answer(chat: i64) -> Wish {
    wish(Urgency::Final, chat)
}

const fn draft(chat: i64) -> Wish {
    Wish { urgency: Urgency::Preview, chat, kind: Kind::Draft }
}

/// A book and its time.
struct Table {
    book: Book,
    now: Timestamp,
}

impl Table {
    fn new(max_per_second: Option<u32>) -> Self {
        Self { book: Book::new(max_per_second), now: Timestamp(1_790_000_000_000) }
    }

    fn after(&mut self, millis: u64) -> &mut Self {
        self.now = self.now.plus(Duration::from_millis(millis));
        self
    }

    fn ask(&mut self, wish: Wish) -> Asked {
        self.book.ask(wish, self.now)
    }

    /// Somebody who is let go at once.
    fn goes(&mut self, wish: Wish) -> Call {
        match self.ask(wish) {
            Asked::Now(Answer::Go(call)) => call,
            other => panic!("{wish:?}: {other:?}"),
        }
    }

    /// Somebody who has to wait.
    fn waits(&mut self, wish: Wish) -> Place {
        match self.ask(wish) {
            Asked::Wait(place) => place,
            other => panic!("{wish:?}: {other:?}"),
        }
    }

    /// Those who are let go now.
    fn pass(&mut self) -> Vec<Call> {
        let go = |(_, answer)| if let Answer::Go(call) = answer { Some(call) } else { None };
        self.book.pass(self.now).0.into_iter().filter_map(go).collect()
    }

    /// The chats of those who are let go now.
    fn passed(&mut self) -> Vec<i64> {
        self.pass().into_iter().map(|call| call.wish.chat).collect()
    }

    fn next_look(&mut self) -> Option<u64> {
        let next = self.book.pass(self.now).1?;
        u64::try_from(next.since(self.now).as_millis()).ok()
    }

    fn taken(&mut self, call: Call) {
        self.book.end(call, Outcome::Taken, self.now);
    }

    fn refused(&mut self, call: Call, secs: u64) {
        self.book.end(call, Outcome::TooMany(Duration::from_secs(secs)), self.now);
    }

    /// So many other chats are written to at once, and Telegram takes it.
    fn crowd(&mut self, chats: std::ops::Range<i64>) {
        for chat in chats {
            let call = self.goes(answer(chat));
            self.taken(call);
        }
    }

    /// Thirty chats are written to, and the next three are refused.
    fn flooded(&mut self) {
        self.crowd(5000..5030);
        let calls: Vec<_> = (6000..6003).map(|chat| self.goes(answer(chat))).collect();
        for call in calls {
            self.refused(call, 1);
        }
    }
}
