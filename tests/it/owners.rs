//! What owners see of their bot: `/users`, `/status`, and what they are told unasked. Their sums are the model's own book's.

use std::time::Duration;

use futures_util::FutureExt;
use routergram::clock::Clock;
use routergram::replies::{self, Language, PersonLine};
use routergram::sandbox::model::{Booking, Fault};
use routergram::sandbox::telegram::view::{Act, MessageView};
use routergram::sandbox::telegram::{Fault as Refusal, Trouble};
use routergram::usd;
use serde_json::json;

use crate::access::{OLGA, OTTO, hears, private_bot, says};
use crate::money::{priced, starts};
use crate::world::acts::{buttons, data_of};
use crate::world::audit::{self, stored};
use crate::world::{ANNA, BORIS, Mode, World, until, within};

/// A message with a panel, as it is now.
async fn opens(world: &World, owner: i64, text: &str) -> MessageView {
    world.says(owner, owner, text);
    world.drains().await;
    world.said(owner).pop().expect("an answer")
}

fn words(message: &MessageView) -> Vec<String> {
    buttons(message).into_iter().flatten().collect()
}

/// A press that somebody's client makes up; what was shown for it.
async fn forges(world: &World, user: i64, message: &MessageView, chat: i64, data: &str) -> String {
    let from = json!({"id": user, "is_bot": false, "first_name": "X", "language_code": "en"});
    let under = json!({"message_id": message.message_id, "date": 1, "chat": {"id": chat, "type": "private"}});
    let pressed = json!({"id": format!("forged-{user}-{data}"), "from": from, "message": under, "chat_instance": "1",
        "data": data});
    let _ = world.telegram.inject(&json!({ "callback_query": pressed }).to_string());
    world.drains().await;
    world.toast()
}

#[tokio::test]
async fn people_are_shown_page_by_page_found_by_name_or_id_and_decided_about_with_a_button() {
    let mut world = private_bot(Mode::Webhook, &[]).await;
    world.telegram.set_username(ANNA, "anna_b");
    world.anna("may I?");
    world.drains().await;
    hears(&world, OLGA, &format!("/allow {ANNA}")).await;
    hears(&world, ANNA, "hello").await;
    let rows = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10)
        INSERT INTO people (bot, user_id, first_seen, last_seen, name)
        SELECT bot, 5000 + n, 20000, 20000 + n, 'Анна ' || n FROM n, people WHERE user_id = 1001";
    audit::open(world.folder.path()).execute_batch(rows).unwrap();
    let first = opens(&world, OLGA, "/users").await;
    let heading = replies::people_heading(Language::En, 1, 8, 12);
    assert!(first.text.starts_with(&heading), "{}", first.text);
    let anna = format!("Anna @anna_b ({ANNA})");
    let line = first.text.split("\n\n").find(|line| line.starts_with(&anna)).expect("Anna has a line");
    assert!(line.starts_with(&format!("{anna} — allowed\ntoday $0.")), "{line}");
    assert!(line.contains(" (1 question)\nlast seen 20"), "{line}");
    assert_eq!(words(&first)[..3], [anna.clone(), format!("Olga ({OLGA})"), "Анна 10 (5010)".to_owned()]);
    assert_eq!(words(&first).last().unwrap(), "›");
    let second = world.taps(OLGA, OLGA, "›").await;
    assert!(second.text.starts_with(&replies::people_heading(Language::En, 9, 12, 12)), "{}", second.text);
    assert_eq!(words(&second).last().unwrap(), "‹");
    let found = opens(&world, OTTO, "/users АННА 1").await;
    assert!(found.text.starts_with(&replies::people_found(Language::Ru, "анна 1", 1, 2, 2)), "{}", found.text);
    assert_eq!(opens(&world, OLGA, "/users nobody").await.text, replies::nobody_found(Language::En, "nobody"));
    let card = opens(&world, OLGA, &format!("/users {ANNA}")).await;
    assert!(card.text.contains(&format!("Budget of a day: $1.00\nTo change it: /budget {ANNA} 5")), "{}", card.text);
    assert_eq!(words(&card), ["⛔ Ban", "‹ People"]);
    let banned = world.taps(OLGA, OLGA, "⛔ Ban").await;
    assert_eq!(
        (world.toast(), words(&banned)),
        ("banned".to_owned(), vec!["↩ Lift the ban".into(), "‹ People".into()])
    );
    assert_eq!(hears(&world, ANNA, "why?").await, replies::excluded(Language::En));
    world.bot.dies();
    world.bot.starts().await;
    assert_eq!(words(&world.taps(OLGA, OLGA, "↩ Lift the ban").await), ["⛔ Ban", "‹ People"]);
    world.taps(OLGA, OLGA, "‹ People").await;
    // Nobody has heard of Boris; an owner is not decided about.
    let boris = opens(&world, OLGA, &format!("/users {BORIS}")).await;
    assert!(boris.text.ends_with(&replies::person_not_seen(Language::En)), "{}", boris.text);
    assert_eq!(words(&boris), ["✅ Allow", "⛔ Ban", "‹ People"]);
    world.taps(OLGA, OLGA, "✅ Allow").await;
    assert!(!hears(&world, BORIS, "привет").await.contains(&BORIS.to_string()));
    assert_eq!(words(&opens(&world, OLGA, &format!("/users {OTTO}")).await), ["‹ People"]);
    world.ends().await;
}

#[tokio::test]
async fn a_button_of_people_does_nothing_for_anybody_but_the_owner_whose_it_is_and_not_after_a_week() {
    let world = private_bot(Mode::Webhook, &[]).await;
    hears(&world, OLGA, &format!("/allow {ANNA}")).await;
    let hers = hears(&world, ANNA, "/settings").await;
    let card = opens(&world, OLGA, &format!("/users {ANNA}")).await;
    let ban = data_of(&card, "⛔ Ban");
    let expired = replies::button_expired(Language::En);
    let panel = world.said(ANNA).pop().unwrap();
    // Anna in the owner's name, in her own, and as if it were everybody's.
    let (_, rest) = ban.strip_prefix("p:").unwrap().split_once(':').unwrap();
    for data in [ban.clone(), format!("p:{ANNA:x}:{rest}"), format!("p:0:{rest}")] {
        let data = data.replace(&ANNA.to_string(), &BORIS.to_string());
        assert_eq!(forges(&world, ANNA, &panel, ANNA, &data).await, expired, "{data}");
        assert_eq!(forges(&world, ANNA, &card, OLGA, &data).await, expired, "{data}");
    }
    assert_eq!(world.last_said(ANNA), hers, "and shows nothing");
    // Another owner's panel, and one of last month.
    assert_eq!(forges(&world, OTTO, &card, OTTO, &ban).await, replies::panel_not_yours(Language::En));
    let (day, wish) = rest.split_once(':').unwrap();
    let old = i64::from_str_radix(day, 16).unwrap() - 30;
    let stale = forges(&world, OLGA, &card, OLGA, &format!("p:{OLGA:x}:{old:x}:{wish}")).await;
    assert_eq!(stale, replies::panel_expired(Language::En));
    for data in ["p:3eb:51c2:ux", "p:3eb:51c2:ub-5.0.", "p:3eb:51c2:uc.0.", "p:3eb:51c2:ul10000."] {
        assert_eq!(forges(&world, OLGA, &card, OLGA, data).await, expired, "{data}");
    }
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM people WHERE banned = 1"), 0);
    world.presses(OLGA, OLGA, &card, &ban);
    world.drains().await;
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM people WHERE banned = 1"), 1);
    world.ends().await;
}

fn cost(book: &[Booking]) -> i64 {
    book.iter().map(Booking::cost_micro_usd).sum()
}

#[tokio::test]
async fn the_sums_that_owners_see_are_the_models_own_whoever_dies_when() {
    let owners = format!("{OLGA}, {OTTO}");
    let mut world = priced(Mode::Webhook, &[("ADMIN_USER_IDS", &owners)]).await;
    world.words_wait_for_the_ledger();
    let mut gate = world.model.hold_after(1);
    world.anna("one");
    within("the model writes", gate.reached()).await;
    world.bot.dies();
    within("the model notices", world.model.idle()).await;
    drop(gate);
    starts(&mut world).await;
    world.answers(ANNA, 1).await;
    says(&world, ANNA, "two").await;
    says(&world, BORIS, "три").await;
    world.settles().await;
    let book = world.model.book();
    assert_eq!((book.len(), world.misbooked()), (4, vec![]));
    let today = Clock::movable().now().day();
    let person = |user, name, book: &[Booking]| PersonLine {
        user,
        name: Some(name),
        standing: replies::standing_allowed(Language::En),
        answers: book.len() as u64,
        micro_usd: cost(book),
        micro_usd_today: cost(book),
        seen: Some((today, today)),
    };
    let shown = opens(&world, OLGA, "/users").await.text;
    for line in [person(ANNA, "Anna", &book[..3]), person(BORIS, "Boris", &book[3..])] {
        let line = replies::person_line(Language::En, &line);
        assert!(shown.contains(&line), "{line}\nis not in\n{shown}");
    }
    let all = usd::write(cost(&book));
    let status = hears(&world, OLGA, "/status").await;
    assert!(status.contains(&format!("Cost: today {all}, this month {all}\n")), "{status}");
    let left = usd::write(20_000_000 - cost(&book));
    assert!(status.contains(&format!("Left for today: {left} of $20.00\n")), "{status}");
    world.ends().await;
}

#[tokio::test]
async fn the_status_tells_how_the_bot_is_in_both_languages_and_while_it_works() {
    let mut world = private_bot(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0"), ("DAILY_BUDGET_USD", "0")]).await;
    world.expects_in_log(&["refuses this account or model"]);
    world.model.key_may_spend(Some(10.0));
    world.model.key_has_spent(2.5);
    let hears_what_holds = async |world: &World, owner| {
        let told = hears(world, owner, "/status").await;
        // Seconds since the start, which nobody can know.
        told.lines().skip(1).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    let version = env!("CARGO_PKG_VERSION");
    assert!(hears(&world, OLGA, "/status").await.starts_with(&format!("routergram {version}, up for ")));
    insta::assert_snapshot!(hears_what_holds(&world, OLGA).await);
    insta::assert_snapshot!(hears_what_holds(&world, OTTO).await);
    world.model.fails_next(1, &Fault::no_credit());
    hears(&world, OTTO, "что?").await;
    let mut gate = world.model.hold_after(1);
    world.says(OTTO, OTTO, "и теперь?");
    within("the model writes", gate.reached()).await;
    world.says(OTTO, OTTO, "а потом?");
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    let before = world.said(OLGA).len();
    world.says(OLGA, OLGA, "/status");
    world.answers(OLGA, before + 1).await;
    let told = world.last_said(OLGA);
    assert!(told.contains("Queue: 1 waiting, 1 being answered, 0 put aside"), "{told}");
    assert!(told.contains("Errors in the log, last hour: 1"), "{told}");
    gate.release();
    world.drains().await;
    world.ends().await;
}

#[tokio::test]
async fn what_is_outside_and_does_not_answer_is_said_to_be_out_of_reach() {
    let mut world = private_bot(Mode::Polling, &[]).await;
    world.expects_in_log(&["The model's provider could not be asked about OPENROUTER_API_KEY"]);
    world.model.fails_at_the_key(Some(Fault::status(500, "Down", "internal_error")));
    world.telegram.fail(Refusal::new("getWebhookInfo", 9, Trouble::InternalServerError));
    let told = hears(&world, OLGA, "/status").await;
    assert!(told.contains("At Telegram: no answer (") && told.contains("Credit of the key: no answer ("), "{told}");
    world.telegram.heal();
    world.model.fails_at_the_key(Some(Fault::status(404, "Not Found", "not_found")));
    let told = hears(&world, OLGA, "/status").await;
    assert!(told.contains("At Telegram: 0 waiting\n") && told.contains("the server does not tell"), "{told}");
    // Whoever holds a line for ever is not waited for: three seconds of the bot's clock.
    world.bot.stops().await;
    let inside = world.runs_inside(&[]).await;
    world.telegram.slow_down("getWebhookInfo", Duration::from_hours(1));
    let before = world.said(OLGA).len();
    world.says(OLGA, OLGA, "/status");
    inside.lives_until("the owner is told", async || world.said(OLGA).len() > before).await;
    assert!(world.last_said(OLGA).contains("At Telegram: no answer (3 s)"), "{}", world.last_said(OLGA));
    world.telegram.heal();
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn an_owner_is_told_when_people_wait_and_nobody_begins() {
    let settings = [
        ("ADMIN_USER_IDS", "1003"),
        ("MAX_CONCURRENT_TURNS", "1"),
        ("OPENROUTER_TIMEOUT_SECS", "3600"),
        ("TURN_TIMEOUT_SECS", "3600"),
    ];
    let world = World::asleep(Mode::Polling, &settings).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    let inside = world.runs_inside(&[]).await;
    let mut gate = world.model.hold_after(1);
    world.anna("a long one");
    within("the model writes", gate.reached()).await;
    inside.lives(&world, Duration::from_mins(3)).await;
    assert_eq!(world.said(OLGA).len(), 0, "an answer that takes long is no queue");
    world.says(BORIS, BORIS, "и я");
    inside.lives_until("the owner is told", async || !world.said(OLGA).is_empty()).await;
    inside.lives(&world, Duration::from_mins(5)).await;
    let told: Vec<String> = world.said(OLGA).into_iter().map(|message| message.text).collect();
    assert_eq!(told.len(), 1, "once an hour: {told:#?}");
    assert!(told[0].starts_with(replies::owner_queue_old(Language::En, "").trim_end()), "{told:#?}");
    assert!(told[0].contains("2 updates, the oldest waits for"), "{told:#?}");
    gate.release();
    world.answers(BORIS, 1).await;
    let delivered = || world.telegram.all_delivered().now_or_never().is_some();
    inside.lives_until("Telegram has delivered everything", async || delivered()).await;
    world.drains().await;
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn an_owner_is_told_when_the_store_takes_nothing() {
    let world = World::asleep(Mode::Polling, &[("ADMIN_USER_IDS", "1003")]).await;
    world.telegram.add_person(OLGA, "Olga", Some("ru"));
    let inside = world.runs_inside(&[]).await;
    let holder = audit::open(world.folder.path());
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    // What the model answers has deadlines on the clock that runs ahead here.
    world.anna("/help");
    inside.lives_until("the owner is told", async || !world.said(OLGA).is_empty()).await;
    let told = world.last_said(OLGA);
    assert!(told.starts_with(replies::owner_store_trouble(Language::En, "").trim_end()), "{told}");
    drop(holder);
    // Whoever polls has been told to wait, by the same clock.
    let delivered = || world.telegram.all_delivered().now_or_never().is_some();
    inside.lives_until("Anna is answered", async || !world.said(ANNA).is_empty() && delivered()).await;
    world.drains().await;
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_person_is_seen_once_a_day_and_keeps_the_name_that_telegram_told_last() {
    let world = World::asleep(Mode::Polling, &[]).await;
    let inside = world.runs_inside(&[]).await;
    let row = || {
        let row = "SELECT name || ' ' || (last_seen - first_seen) FROM people";
        stored::<String>(world.folder.path(), row)
    };
    world.anna("hello");
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(row(), "Anna 0");
    world.telegram.set_username(ANNA, "anna_b");
    world.anna("again");
    world.answers(ANNA, 2).await;
    assert_eq!(row(), "Anna 0", "once a day is enough");
    world.clock.advance(Duration::from_hours(48));
    world.anna("and on another day");
    world.answers(ANNA, 3).await;
    until("it is noted", async || row() == "Anna @anna_b 2").await;
    // Whoever presses is here, too.
    world
        .telegram
        .act(Act::Send { chat: BORIS, user: BORIS, text: "/language".into(), reply_to: None, thread: None })
        .unwrap();
    world.answers(BORIS, 1).await;
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM people"), 2);
    inside.stops().await;
    world.ends().await;
}
