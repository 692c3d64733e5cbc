//! Budgets hold, whoever asks at once, whatever the clock does, and after a restart.

use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::storage::{Accepted, NewCharge, NewUpdate, Price, Seq};
use crate::update::Lane;

const BOT: i64 = 1;
const ANNA: i64 = 5;
const BORIS: i64 = 6;
const DAY: Duration = Duration::from_hours(24);

struct Purse {
    clock: Clock,
    place: TempDir,
    config: MoneyConfig,
    storage: Option<Storage>,
}

impl Purse {
    /// Of everybody, and of the whole bot; 0: no limit.
    async fn with(person: i64, everybody: i64) -> (Self, Money) {
        let limit = |limit: i64| (limit > 0).then_some(limit);
        let config = MoneyConfig { user_daily_micro_usd: limit(person), daily_micro_usd: limit(everybody) };
        let place = tempfile::tempdir().unwrap();
        let mut purse = Self { clock: Clock::movable(), place, config, storage: None };
        let money = purse.opens().await;
        (purse, money)
    }

    /// Another process, after the one before has ended.
    async fn opens(&mut self) -> Money {
        self.storage = None;
        let storage = Storage::open(self.place.path(), self.clock.clone()).await.unwrap();
        self.storage = Some(storage.clone());
        Money::open(storage, self.clock.clone(), BOT, self.config).await.unwrap()
    }

    /// The ledger gets the line of a generation.
    async fn enters(&self, generation_id: &str, bill: Bill) {
        let charge = NewCharge {
            generation_id: generation_id.to_owned(),
            lane: Lane { bot: BOT, chat: bill.payer, thread: 0, control: false },
            seq: Seq(1),
            bill,
            look_after: DAY,
        };
        self.storage.as_ref().unwrap().open_charge(charge).await.unwrap();
    }

    async fn settles(&self, generation_id: &str, cost_micro_usd: i64) {
        let price = Price { cost_micro_usd, model: Some("a/b".to_owned()), ..Price::default() };
        assert!(self.storage.as_ref().unwrap().settle(generation_id, price).await.unwrap());
    }
}

async fn granted(money: &Money, payer: i64, most: i64) -> Reservation {
    match money.reserve(payer, Worst::AtMost(most)).await.unwrap() {
        Verdict::Granted(reservation) => reservation,
        Verdict::Refused(refusal) => panic!("{refusal:?}"),
    }
}

async fn refused(money: &Money, payer: i64, worst: Worst) -> Refusal {
    match money.reserve(payer, worst).await.unwrap() {
        Verdict::Granted(reservation) => panic!("{reservation:?}"),
        Verdict::Refused(refusal) => refusal,
    }
}

fn stands(money: &Money, payer: i64) -> (i64, i64) {
    let standing = money.standing(payer);
    (standing.spent, standing.reserved)
}

#[tokio::test]
async fn of_many_at_once_as_many_are_granted_as_there_is_money_for() {
    let (_purse, money) = Purse::with(100, 0).await;
    let asked = (0..20).map(|_| money.reserve(ANNA, Worst::AtMost(60)));
    let verdicts = futures_util::future::try_join_all(asked).await.unwrap();
    let told = verdicts
        .iter()
        .filter(|verdict| matches!(verdict, Verdict::Refused(Refusal::Person { limit: 100, first: true })));
    assert_eq!(told.count(), 1);
    assert_eq!(verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Granted(_))).count(), 1);
    assert_eq!(stands(&money, ANNA), (0, 60));
    drop(verdicts);
    assert_eq!(stands(&money, ANNA), (0, 0), "the model was asked for none of them");
}

#[tokio::test]
async fn what_is_too_much_is_given_back_and_who_is_answered_again_is_told_again() {
    let (_purse, money) = Purse::with(100, 0).await;
    let mut reservation = granted(&money, ANNA, 90).await;
    let told = Refusal::Person { limit: 100, first: true };
    let quiet = Refusal::Person { limit: 100, first: false };
    assert_eq!(refused(&money, ANNA, Worst::AtMost(20)).await, told);
    assert_eq!(refused(&money, ANNA, Worst::AtMost(20)).await, quiet);
    assert!(reservation.begins("gen-1") && !reservation.begins("gen-1"));
    reservation.ends(Some(30));
    assert_eq!(stands(&money, ANNA), (30, 0));
    drop(granted(&money, ANNA, 70).await);
    assert_eq!(refused(&money, ANNA, Worst::AtMost(71)).await, told);
}

#[tokio::test]
async fn a_cost_that_is_not_known_yet_keeps_what_was_reserved_until_it_is() {
    let (_purse, money) = Purse::with(100, 0).await;
    let mut first = granted(&money, ANNA, 40).await;
    first.begins("gen-1");
    first.ends(None);
    let mut second = granted(&money, ANNA, 40).await;
    second.begins("gen-2");
    drop(second);
    assert_eq!(stands(&money, ANNA), (0, 80));
    money.settled("gen-1", 5);
    money.settled("gen-1", 5);
    money.given_up("gen-2");
    assert_eq!(stands(&money, ANNA), (5, 0));
}

#[tokio::test]
async fn a_question_that_had_to_be_asked_twice_keeps_back_twice_as_much() {
    let (_purse, money) = Purse::with(100, 0).await;
    let mut reservation = granted(&money, ANNA, 40).await;
    reservation.begins("gen-1");
    reservation.begins("gen-2");
    assert_eq!(stands(&money, ANNA), (0, 80));
    reservation.ends(Some(7));
    assert_eq!(stands(&money, ANNA), (7, 40));
    money.settled("gen-1", 3);
    assert_eq!(stands(&money, ANNA), (10, 0));
}

#[tokio::test]
async fn the_whole_bots_budget_holds_for_many_people_and_its_end_is_news_once() {
    let (_purse, money) = Purse::with(100, 150).await;
    let _annas = granted(&money, ANNA, 100).await;
    let _boriss = granted(&money, BORIS, 50).await;
    let refusal = |first, news| Refusal::Everybody { limit: 150, first, news };
    assert_eq!(refused(&money, BORIS, Worst::AtMost(1)).await, refusal(true, true));
    assert_eq!(refused(&money, BORIS, Worst::Unknown).await, refusal(false, false));
    assert_eq!(refused(&money, 7, Worst::AtMost(1)).await, refusal(true, false));
    assert!(matches!(money.reserve(7, Worst::Free).await.unwrap(), Verdict::Granted(_)), "what is free is free");
}

#[tokio::test]
async fn prices_that_nobody_knows_are_held_against_a_budget_when_they_are_costs() {
    let (_purse, money) = Purse::with(100, 0).await;
    let Verdict::Granted(mut reservation) = money.reserve(ANNA, Worst::Unknown).await.unwrap() else {
        panic!("nothing is spent")
    };
    reservation.begins("gen-1");
    reservation.ends(Some(100));
    assert_eq!(refused(&money, ANNA, Worst::Unknown).await, Refusal::Person { limit: 100, first: true });
}

#[tokio::test]
async fn an_answer_dearer_than_a_whole_day_is_told_as_that() {
    let (_purse, money) = Purse::with(100, 0).await;
    assert_eq!(refused(&money, ANNA, Worst::AtMost(101)).await, Refusal::TooDear { limit: 100, first: true });
}

#[tokio::test]
async fn an_answer_belongs_to_the_day_on_which_it_was_asked() {
    let (purse, money) = Purse::with(100, 0).await;
    let mut reservation = granted(&money, ANNA, 90).await;
    reservation.begins("gen-1");
    purse.clock.advance(DAY);
    let _next = granted(&money, ANNA, 100).await;
    reservation.ends(Some(80));
    assert_eq!(stands(&money, ANNA), (0, 100));
}

#[tokio::test]
async fn a_restart_knows_what_was_spent_and_what_is_not_known_yet() {
    let (mut purse, money) = Purse::with(100, 0).await;
    let mut settled = granted(&money, ANNA, 30).await;
    settled.begins("gen-1");
    purse.enters("gen-1", settled.bill()).await;
    purse.settles("gen-1", 10).await;
    settled.ends(Some(10));
    let mut open = granted(&money, ANNA, 50).await;
    open.begins("gen-2");
    purse.enters("gen-2", open.bill()).await;
    let before = stands(&money, ANNA);
    drop((open, money));
    let money = purse.opens().await;
    assert_eq!((stands(&money, ANNA), before), ((10, 50), (10, 50)));
    money.settled("gen-2", 1);
    assert_eq!(stands(&money, ANNA), (11, 0));
}

#[tokio::test]
async fn a_day_that_is_met_again_is_read_from_the_ledger() {
    let (purse, money) = Purse::with(100, 0).await;
    let mut reservation = granted(&money, ANNA, 100).await;
    reservation.begins("gen-1");
    purse.enters("gen-1", reservation.bill()).await;
    purse.settles("gen-1", 100).await;
    reservation.ends(Some(100));
    // A clock that is wrong by some days until it is set.
    for _ in 0..5 {
        purse.clock.advance(DAY);
        drop(granted(&money, ANNA, 100).await);
    }
    let again = money.books().days.knows(purse.clock.now().minus(5 * DAY).day());
    assert!(!again, "it was forgotten");
    let found = purse.storage.as_ref().unwrap().books(BOT, purse.clock.now().minus(5 * DAY).day()).await.unwrap();
    assert_eq!(found.spent, [(ANNA, 100)]);
}

#[tokio::test]
async fn of_two_budgets_given_at_once_the_last_is_in_force_and_both_are_told_which() {
    let (mut purse, money) = Purse::with(100, 0).await;
    assert_eq!(money.set_budget(ANNA, Some(500)).await.unwrap(), (Some(100), Some(500)));
    let (one, other) = tokio::join!(money.set_budget(ANNA, Some(7)), money.set_budget(ANNA, Some(0)));
    let in_force = money.limit(ANNA);
    let told = [one.unwrap(), other.unwrap()];
    assert!(told.iter().any(|(before, now)| *before != Some(500) && *now == in_force), "{told:?}, {in_force:?}");
    drop(money);
    let money = purse.opens().await;
    assert_eq!(money.limit(ANNA), in_force);
    assert_eq!(money.set_budget(ANNA, None).await.unwrap().1, Some(100));
}

#[tokio::test]
async fn what_a_dead_process_had_begun_is_asked_again_with_its_own_reservation() {
    let (mut purse, money) = Purse::with(100, 0).await;
    let lane = Lane { bot: BOT, chat: ANNA, thread: 0, control: false };
    let update = NewUpdate { update_id: Some(1), lane, raw: "{}".to_owned(), unreadable: None };
    let storage = purse.storage.clone().unwrap();
    let [Accepted::New(seq)] = storage.accept(vec![update]).await.unwrap()[..] else { panic!("it is new") };
    storage.begin(seq).await.unwrap();
    let reservation = granted(&money, ANNA, 90).await;
    drop((storage, reservation, money));
    let money = purse.opens().await;
    assert_eq!(stands(&money, ANNA), (0, 0));
}
