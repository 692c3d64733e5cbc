//! What an answer cost is in the ledger, also when nobody told it with the answer.
//!
//! The first stories are the whole program's. The later ones are about hours and days, so they run the settler alone,
//! on a clock of their own.

use std::time::Duration;

use routergram::clock::Clock;
use routergram::config::{MoneyConfig, OpenRouterConfig};
use routergram::lifecycle::{StopSignals, Tasks};
use routergram::money::Money;
use routergram::openrouter::{ChatMessage, ChatRequest, OpenRouter};
use routergram::sandbox::model::{Booking, FakeModel, Records, Reporting};
use routergram::settle::Settler;
use routergram::storage::{Accepted, Bill, FinishedTurn, NewReply, NewUpdate, Storage, UsageRecord};
use routergram::update::Lane;
use tempfile::TempDir;

use crate::world::audit::stored;
use crate::world::{ANNA, KEY, Mode, World, until, within};

/// A generation's line in the ledger, as text: tokens and cost.
pub(crate) fn line(world: &World, booking: &Booking) -> Option<String> {
    let query = format!(
        "SELECT group_concat(prompt_tokens || ' ' || completion_tokens || ' ' || ifnull(cost_micro_usd, '?'))
         FROM ledger WHERE generation_id = '{}'",
        booking.generation_id
    );
    stored(world.folder.path(), &query)
}

/// The same, as the model's own book has it.
pub(crate) fn told(booking: &Booking) -> String {
    format!("{} {} {}", booking.prompt_tokens, booking.completion_tokens, booking.cost_micro_usd())
}

/// How many lines of the ledger have no cost.
fn without_cost(world: &World) -> i64 {
    stored(world.folder.path(), "SELECT count(*) FROM ledger WHERE cost_micro_usd IS NULL")
}

/// Anna asks, and stops the answer when half of it is written.
async fn anna_stops_an_answer(world: &World) {
    world.model.answers("one two three four five");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the model pauses", gate.reached()).await;
    let has_draft =
        |calls: &[routergram::sandbox::telegram::Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
    within("a draft is shown", world.telegram.calls_become(has_draft)).await;
    let stop = serde_json::json!({"act": "stop_draft", "chat": ANNA, "user": ANNA});
    world.telegram.act(serde_json::from_value(stop).unwrap()).unwrap();
    world.drains().await;
    drop(gate);
    within("the model has closed its book", world.model.idle()).await;
}

/// Returns when the ledger says what the model's book says.
async fn is_settled(world: &World) {
    let book = world.model.book();
    let [booking] = &book[..] else { panic!("one answer: {book:?}") };
    until("the ledger has the cost", async || line(world, booking) == Some(told(booking))).await;
    let settled = "SELECT count(*) FROM ledger WHERE settle_at IS NULL AND model <> ''";
    assert_eq!(stored::<i64>(world.folder.path(), settled), 1);
}

#[tokio::test]
async fn what_a_stopped_answer_cost_is_looked_up() {
    let world = World::with(Mode::Webhook).await;
    anna_stops_an_answer(&world).await;
    assert!(world.model.book()[0].cancelled);
    is_settled(&world).await;
    assert_eq!(world.bot.metric("routergram_cost_lookups_total").await, 1);
    world.ends().await;
}

#[tokio::test]
async fn a_cost_that_the_provider_learns_late_is_found_at_the_third_look() {
    let world = World::with(Mode::Polling).await;
    world.model.keeps_records(Records::Late);
    anna_stops_an_answer(&world).await;
    within("the bot has looked twice", world.model.looked_up(2)).await;
    assert_eq!(without_cost(&world), 1);
    world.model.keeps_records(Records::AtOnce);
    is_settled(&world).await;
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT settle_tries FROM ledger"), 2);
    world.ends().await;
}

#[tokio::test]
async fn a_cost_that_is_open_when_the_process_is_killed_is_looked_up_by_the_next_one() {
    let mut world = World::with(Mode::Webhook).await;
    world.model.keeps_records(Records::Late);
    anna_stops_an_answer(&world).await;
    world.bot.dies();
    assert_eq!(without_cost(&world), 1);
    world.model.keeps_records(Records::AtOnce);
    world.bot.starts().await;
    is_settled(&world).await;
    world.ends().await;
}

#[tokio::test]
async fn what_a_whole_answer_without_usage_cost_is_looked_up() {
    let world = World::with(Mode::Webhook).await;
    world.model.reports(Reporting::Never);
    world.model.answers("forty-two");
    world.anna("what is the answer?");
    world.answers(ANNA, 1).await;
    is_settled(&world).await;
    world.ends().await;
}

#[tokio::test]
async fn what_an_answer_cost_whose_question_was_edited_meanwhile_is_looked_up() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("re: {}, at some length", asked.question()));
    let mut gate = world.model.hold_after(2);
    let question = world.anna("how far is the sun?");
    within("the model pauses", gate.reached()).await;
    let edit =
        serde_json::json!({"act": "edit", "chat": ANNA, "user": ANNA, "message_id": question, "text": "the moon?"});
    world.telegram.act(serde_json::from_value(edit).unwrap()).unwrap();
    world.drains().await;
    drop(gate);
    within("the model has closed its book", world.model.idle()).await;
    let book = world.model.book();
    assert_eq!(book.iter().map(|booking| booking.cancelled).collect::<Vec<_>>(), [true, false]);
    until("the ledger has both", async || !book.iter().any(|it| line(&world, it) != Some(told(it)))).await;
    world.ends().await;
}

const BOT: i64 = 1;

/// A store, a model and the settler between them, on a clock that the story moves.
struct Office {
    clock: Clock,
    storage: Storage,
    model: FakeModel,
    client: OpenRouter,
    tasks: Tasks,
    folder: TempDir,
}

impl Office {
    async fn opens() -> Self {
        let (clock, folder) = (Clock::movable(), tempfile::tempdir().unwrap());
        let storage = Storage::open(folder.path(), clock.clone()).await.unwrap();
        let model = FakeModel::start(Clock::movable()).await.unwrap();
        model.in_a_hurry();
        let config = OpenRouterConfig {
            api_key: KEY.into(),
            base_url: model.base_url(),
            // It must not run out while time flies.
            timeout: Duration::from_hours(1_000_000),
            model: "openai/gpt-4o-mini".into(),
            fallback_models: Vec::new(),
            max_tokens: 100,
            temperature: None,
        };
        let client = OpenRouter::new(&config, clock.clone()).unwrap();
        let tasks = Tasks::new(StopSignals::default());
        let money = Money::open(storage.clone(), clock.clone(), BOT, MoneyConfig::default()).await.unwrap();
        let settler = Settler::new(storage.clone(), client.clone(), money, clock.clone(), BOT);
        tasks.spawn(settler.run(tasks.stop().soft.clone()));
        Self { clock, storage, model, client, tasks, folder }
    }

    /// The model answers, and the ledger is not told what it cost.
    async fn leaves_open(&self, update_id: i64) {
        let request = ChatRequest { messages: vec![ChatMessage::user("?")], ..ChatRequest::default() };
        let mut stream = self.client.ask(request).await.unwrap();
        while stream.next().await.unwrap().is_some() {}
        let usage = UsageRecord {
            generation_id: stream.generation_id().unwrap().to_owned(),
            model: String::new(),
            prompt_tokens: 0,
            completion_tokens: 0,
            cost_micro_usd: None,
            bill: Bill::default(),
        };
        let (question, answer) = ("?".to_owned(), "!".to_owned());
        let turn =
            FinishedTurn { user: ANNA, asked_in: 1, question, answer, usage: Some(usage), ..FinishedTurn::default() };
        let lane = Lane { bot: BOT, chat: ANNA, thread: 0, control: false };
        let update = NewUpdate { update_id: Some(update_id), lane, raw: "{}".to_owned(), unreadable: None };
        let accepted = self.storage.accept(vec![update]).await.unwrap();
        let [Accepted::New(seq)] = accepted[..] else { panic!("not new: {accepted:?}") };
        let key = self.storage.begin(seq).await.unwrap().key;
        let reply = NewReply { turn: Some(turn), ..NewReply::default() };
        self.storage.store_reply(key, reply).await.unwrap();
    }

    /// Lets ten minutes after ten minutes pass until nothing is open any more; says how long it took.
    async fn flies_until_nothing_is_open(&self) -> Duration {
        let began = self.clock.now();
        until("nothing is open", async || {
            self.clock.advance(Duration::from_mins(10));
            self.storage.next_open_charge(BOT).await.unwrap().is_none()
        })
        .await;
        self.clock.now().since(began)
    }

    fn stored<T: rusqlite::types::FromSql>(&self, query: &str) -> T {
        stored(self.folder.path(), query)
    }

    async fn closes(self) {
        self.tasks.stop().soft.cancel();
        within("the settler ends", self.tasks.finished()).await;
        assert_eq!(self.model.unexpected(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_cost_that_nobody_tells_is_given_up_after_a_day_and_nine_looks() {
    let office = Office::opens().await;
    office.model.keeps_records(Records::Late);
    office.leaves_open(1).await;
    let took = office.flies_until_nothing_is_open().await;
    assert!(took >= Duration::from_hours(24), "{took:?}");
    assert_eq!(office.model.lookups(), 9);
    assert_eq!(office.stored::<i64>("SELECT count(*) FROM ledger WHERE cost_micro_usd IS NULL"), 1);
    office.closes().await;
}

#[tokio::test]
async fn a_refused_key_and_a_rate_limit_are_not_held_against_a_cost() {
    let office = Office::opens().await;
    for status in [429, 401, 429, 402].repeat(5) {
        office.model.refuses_next_lookups(1, status);
    }
    office.leaves_open(1).await;
    let took = office.flies_until_nothing_is_open().await;
    assert_eq!(office.model.lookups(), 21);
    assert!(took >= Duration::from_hours(10), "the pauses grow to an hour: {took:?}");
    let cost = office.model.book()[0].cost_micro_usd();
    assert_eq!(office.stored::<i64>("SELECT cost_micro_usd FROM ledger WHERE settle_tries = 0"), cost);
    office.closes().await;
}

#[tokio::test]
async fn a_server_without_records_is_noticed_and_hardly_asked_any_more() {
    let office = Office::opens().await;
    office.model.keeps_records(Records::Nowhere);
    for update_id in 1..=20 {
        office.leaves_open(update_id).await;
    }
    let took = office.flies_until_nothing_is_open().await;
    assert!(took >= Duration::from_hours(24), "{took:?}");
    let hours = usize::try_from(took.as_secs() / 3600).unwrap();
    let lookups = office.model.lookups();
    assert!(lookups <= 3 + hours, "{lookups} lookups in {hours} hours");
    // Another server, or a mistake: it is noticed too.
    office.model.keeps_records(Records::AtOnce);
    office.leaves_open(21).await;
    office.flies_until_nothing_is_open().await;
    assert_eq!(office.stored::<i64>("SELECT count(*) FROM ledger WHERE cost_micro_usd > 0"), 1);
    office.closes().await;
}

#[tokio::test]
async fn who_has_nothing_to_settle_asks_nobody_and_wakes_when_there_is_something() {
    let office = Office::opens().await;
    office.clock.advance(Duration::from_hours(100));
    office.leaves_open(1).await;
    office.flies_until_nothing_is_open().await;
    office.clock.advance(Duration::from_hours(100));
    office.leaves_open(2).await;
    office.flies_until_nothing_is_open().await;
    assert_eq!(office.model.lookups(), 2, "one for each");
    office.closes().await;
}
