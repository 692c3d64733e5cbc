//! Budgets hold at the wire, and what was spent is what the model's own book says, whoever dies when.

use std::time::Duration;

use routergram::replies::{self, Language, Statement, Used};
use routergram::sandbox::telegram::view::Act;
use routergram::usd;
use serde_json::json;

use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, until, within};

/// Runs the bot; writes English.
const OLGA: i64 = 1003;
/// Runs it too.
const OTTO: i64 = 1005;

/// A model with a price, and answers that use up all that is reserved for them but a little: some 40 of 48 millionths.
const PRICED: [(&str, &str); 4] = [
    ("MODEL", "openai/gpt-4o-mini"),
    ("MAX_TOKENS", "50"),
    ("SYSTEM_PROMPT", "Be brief."),
    ("RUST_LOG", "info,routergram=debug"),
];

/// What a bot says when it knows prices.
const KNOWN: &str = "The list of models is up to date";

/// Starts a bot with prices, and returns when it knows them.
pub(crate) async fn priced(mode: Mode, settings: &[(&str, &str)]) -> World {
    let settings = [&PRICED[..], settings].concat();
    let mut world = World::asleep(mode, &settings).await;
    world.telegram.add_person(OLGA, "Olga", Some("en"));
    world.telegram.add_person(OTTO, "Otto", Some("ru"));
    world.model.answers("x".repeat(200));
    starts(&mut world).await;
    world
}

pub(crate) async fn starts(world: &mut World) {
    let before = world.bot.said(KNOWN);
    world.bot.starts().await;
    until("prices are known", async || world.bot.said(KNOWN) > before).await;
}

fn groups(world: &World, count: i64) -> Vec<i64> {
    let groups: Vec<i64> = (1..=count).map(|n| GROUP - n).collect();
    for group in &groups {
        world.telegram.add_group(*group, "Trip", &[ANNA, BORIS]);
    }
    groups
}

/// What the bot has said in these chats.
fn said(world: &World, chats: &[i64]) -> Vec<String> {
    chats.iter().flat_map(|chat| world.said(*chat)).map(|message| message.text).collect()
}

#[tokio::test]
async fn what_is_charged_by_a_server_that_does_not_stream_counts_too() {
    let world = priced(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0.00005")]).await;
    world.model.streams_nothing();
    world.anna("one");
    world.answers(ANNA, 1).await;
    world.anna("two");
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), replies::budget_used_up(Language::En, "$0.00005"));
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn of_twenty_questions_at_once_with_money_for_one_exactly_one_is_answered() {
    let world = priced(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0.00005")]).await;
    let groups = groups(&world, 20);
    for group in &groups {
        world.says(ANNA, *group, "/ask what?");
    }
    world.drains().await;
    let said = said(&world, &groups);
    let told = replies::budget_used_up(Language::En, "$0.00005");
    let answered = said.iter().filter(|text| text.starts_with("xxx")).count();
    let refused = said.iter().filter(|text| **text == told).count();
    assert_eq!((answered, refused, said.len()), (1, 1, 2), "{said:#?}");
    assert_eq!(world.model.request_count(), 1);
    assert_eq!(world.bot.metric("routergram_budget_refusals_total{budget=\"person\"}").await, 19);
    // Whoever has money is not concerned.
    world.says(BORIS, BORIS, "and I?");
    world.answers(BORIS, 1).await;
    assert!(world.last_said(BORIS).starts_with("xxx"));
    assert_eq!(world.misbooked(), Vec::<String>::new());
    world.ends().await;
}

#[tokio::test]
async fn of_twenty_questions_that_wait_for_the_very_first_start_exactly_one_is_answered() {
    let mut world =
        World::asleep(Mode::Polling, &[&PRICED[..], &[("USER_DAILY_BUDGET_USD", "0.00005")]].concat()).await;
    world.model.answers("x".repeat(200));
    let groups = groups(&world, 20);
    for group in &groups {
        world.says(ANNA, *group, "/ask what?");
    }
    let list = world.model.hold_the_list();
    world.bot.starts().await;
    until("all are worked on", async || world.bot.metric("routergram_updates_in_flight").await >= 20).await;
    assert_eq!(world.model.list_count(), 0);
    drop(list);
    world.drains().await;
    assert_eq!(world.model.request_count(), 1);
}

#[tokio::test]
async fn the_whole_bots_budget_is_everybodys_and_the_owner_is_told_once() {
    let olga = OLGA.to_string();
    let world = priced(Mode::Polling, &[("DAILY_BUDGET_USD", "0.00005"), ("ADMIN_USER_IDS", &olga)]).await;
    let groups = groups(&world, 10);
    for group in &groups {
        world.says(ANNA, *group, "/ask what?");
        world.says(BORIS, *group, "/ask and what?");
    }
    world.drains().await;
    let said = said(&world, &groups);
    assert_eq!(said.iter().filter(|text| text.starts_with("xxx")).count(), 1);
    assert_eq!(world.model.request_count(), 1);
    let told = [Language::En, Language::Ru].map(replies::bots_budget_used_up);
    for sentence in told {
        assert!(said.iter().filter(|text| **text == sentence).count() <= 1, "{said:#?}");
    }
    let owner = world.answers(OLGA, 1).await;
    let expected = replies::owner_budget_used_up(Language::En, "DAILY_BUDGET_USD=$0.00005");
    assert_eq!(owner.into_iter().map(|message| message.text).collect::<Vec<_>>(), [expected]);
    world.ends().await;
}

#[tokio::test]
async fn an_answer_dearer_than_a_whole_day_is_told_as_that_and_costs_nothing() {
    let world = priced(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0.00001")]).await;
    world.anna("what?");
    world.answers(ANNA, 1).await;
    assert_eq!(world.last_said(ANNA), replies::answer_too_dear(Language::En, "$0.00001"));
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn what_was_spent_is_known_after_a_restart_and_the_next_day_is_a_new_one() {
    // Nobody knows what a router will choose: its costs count when they are known.
    let settings = [("USER_DAILY_BUDGET_USD", "0.00003"), ("MODEL", "openrouter/auto")];
    let mut world = priced(Mode::Webhook, &settings).await;
    world.anna("one");
    world.answers(ANNA, 1).await;
    world.bot.stops().await;
    let inside = world.runs_inside(&[("WEBHOOK_TAKEOVER", "true")]).await;
    world.anna("two");
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), replies::budget_used_up(Language::En, "$0.00003"));
    world.anna("three");
    world.drains().await;
    assert_eq!(world.said(ANNA).len(), 2, "it is said once");
    world.clock.advance(Duration::from_hours(24));
    world.anna("four");
    world.answers(ANNA, 3).await;
    assert!(world.last_said(ANNA).starts_with("xxx"));
    inside.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_a_kill_cut_short_is_charged_and_counts_until_its_cost_is_known() {
    let mut world = priced(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0.0001")]).await;
    world.words_wait_for_the_ledger();
    let mut gate = world.model.hold_after(1);
    world.model.answers("one two three");
    world.anna("count");
    within("the model writes", gate.reached()).await;
    let open = "SELECT reserved_micro_usd FROM ledger WHERE settle_at IS NOT NULL";
    let reserved: i64 = stored(world.folder.path(), open);
    assert!((30..60).contains(&reserved), "{reserved}");
    world.bot.dies();
    within("the model notices", world.model.idle()).await;
    drop(gate);
    starts(&mut world).await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.settles().await;
    let book = world.model.book();
    assert_eq!(book.iter().map(|booking| booking.cancelled).collect::<Vec<_>>(), [true, false]);
    assert_eq!(world.misbooked(), Vec::<String>::new());
    assert_eq!(world.bot.metric("routergram_questions_in_doubt_total").await, 0);
    world.ends().await;
}

#[tokio::test]
async fn a_question_that_died_before_the_provider_named_it_is_counted_as_in_doubt() {
    let mut world = priced(Mode::Webhook, &[]).await;
    let mut door = world.model.hold_before_headers();
    world.anna("what?");
    within("the provider has the question", door.reached()).await;
    world.bot.dies();
    drop(door);
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM ledger"), 0);
    starts(&mut world).await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    assert_eq!(world.bot.metric("routergram_questions_in_doubt_total").await, 1);
    assert_eq!(world.model.request_count(), 2);
    world.ends().await;
}

#[tokio::test]
async fn what_the_ledger_did_not_hear_of_in_time_is_all_that_it_lacks() {
    let mut world = World::asleep(Mode::Webhook, &PRICED).await;
    world.bot.set("ROUTERGRAM_FAULT_HOLD", "before-open-charge");
    starts(&mut world).await;
    world.model.answers("one two three");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the model writes", gate.reached()).await;
    world.bot.dies();
    within("the model has closed its book", world.model.idle()).await;
    drop(gate);
    world.bot.unset("ROUTERGRAM_FAULT_HOLD");
    let lost = world.model.book().remove(0);
    starts(&mut world).await;
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.settles().await;
    let lacks = format!("{}: charged {}, entered None", lost.generation_id, lost.cost_micro_usd());
    assert_eq!(world.misbooked(), [lacks]);
    world.ends().await;
}

#[tokio::test]
async fn what_stats_tells_is_what_the_models_book_says() {
    let mut world = priced(Mode::Polling, &[]).await;
    for n in 1..=3 {
        world.anna("what?");
        world.answers(ANNA, n).await;
    }
    world.says(BORIS, BORIS, "что?");
    world.answers(BORIS, 1).await;
    world.drains().await;
    let book = world.model.book();
    let used = |numbers: std::ops::Range<usize>| {
        let bookings = &book[numbers];
        Used {
            questions: bookings.len() as u64,
            unpriced: 0,
            tokens: bookings.iter().map(|booking| booking.prompt_tokens + booking.completion_tokens).sum(),
            micro_usd: bookings.iter().map(routergram::sandbox::model::Booking::cost_micro_usd).sum(),
        }
    };
    let statement = |used: Used| Statement {
        today: used,
        month: used,
        models: vec![("openai/gpt-4o-mini".to_owned(), used)],
        left: Some((1_000_000 - used.micro_usd, 1_000_000)),
        reserved: 0,
        model: "OpenAI: GPT-4o-mini".to_owned(),
    };
    world.bot.stops().await;
    starts(&mut world).await;
    world.anna("/stats");
    world.answers(ANNA, 4).await;
    assert_eq!(world.last_said(ANNA), replies::stats(Language::En, &statement(used(0..3))));
    world.says(BORIS, BORIS, "/stats");
    world.answers(BORIS, 2).await;
    assert_eq!(world.last_said(BORIS), replies::stats(Language::Ru, &statement(used(3..4))));
    world.says(ANNA, GROUP, "/stats@routergram_bot");
    world.drains().await;
    assert_eq!(world.said(GROUP).len(), 0, "it is nobody else's business");
    world.ends().await;
}

#[tokio::test]
async fn an_owner_gives_somebody_a_budget_and_both_owners_are_told_what_is_in_force() {
    let admins = format!("{OLGA}, {OTTO}");
    let mut world = priced(Mode::Webhook, &[("USER_DAILY_BUDGET_USD", "0.00001"), ("ADMIN_USER_IDS", &admins)]).await;
    let asks = async |world: &World, owner: i64, text: &str| {
        let before = world.said(owner).len();
        world.says(owner, owner, text);
        world.answers(owner, before + 1).await;
        world.last_said(owner)
    };
    let in_force = |budget: &str, before: &str| replies::budget_set(Language::En, ANNA, budget, before);
    assert_eq!(asks(&world, OLGA, &format!("/budget {ANNA} 0.5")).await, in_force("$0.50", "$0.00001"));
    world.anna("what?");
    world.answers(ANNA, 1).await;
    assert!(world.last_said(ANNA).starts_with("xxx"));
    let no_limit = replies::budget(Language::Ru, None);
    let told = asks(&world, OTTO, &format!("/budget {ANNA} 0")).await;
    assert_eq!(told, replies::budget_set(Language::Ru, ANNA, &no_limit, "$0.50"));
    for (text, sentence) in [
        ("/budget", replies::budget_usage(Language::En)),
        ("/budget 1001 five", replies::budget_usage(Language::En)),
        ("/budget 1001 0.0000001", replies::budget_usage(Language::En)),
        ("/budget Anna 5", replies::budget_usage(Language::En)),
        ("/budget 1001 5 6", replies::budget_usage(Language::En)),
        ("/budget 1001 -5", replies::budget_negative(Language::En)),
        ("/budget 1001 9999999", replies::budget_too_large(Language::En, usd::MOST)),
        ("/budget 1001", replies::budget_in_force(Language::En, ANNA, &replies::budget(Language::En, None))),
    ] {
        assert_eq!(asks(&world, OLGA, text).await, sentence, "{text}");
    }
    world.bot.stops().await;
    starts(&mut world).await;
    let told = asks(&world, OLGA, &format!("/budget {ANNA} default")).await;
    assert_eq!(told, in_force("$0.00001", "no limit"));
    world.ends().await;
}

#[tokio::test]
async fn two_owners_who_change_one_budget_at_once_are_both_told_what_is_in_force() {
    let admins = format!("{OLGA}, {OTTO}");
    let world = priced(Mode::Webhook, &[("ADMIN_USER_IDS", &admins)]).await;
    world.says(OLGA, OLGA, &format!("/budget {ANNA} 5"));
    world.says(OTTO, OTTO, &format!("/budget {ANNA} 7"));
    world.answers(OLGA, 1).await;
    world.answers(OTTO, 1).await;
    let stored: i64 = stored(world.folder.path(), "SELECT budget_micro_usd FROM people");
    let (last, before) = if stored == 5_000_000 { ("$5.00", "$7.00") } else { ("$7.00", "$5.00") };
    let told = [(OLGA, Language::En), (OTTO, Language::Ru)];
    let won = told
        .iter()
        .any(|(owner, language)| world.last_said(*owner) == replies::budget_set(*language, ANNA, last, before));
    assert!(won, "{} / {}", world.last_said(OLGA), world.last_said(OTTO));
    world.says(OTTO, OTTO, &format!("/budget {ANNA}"));
    world.answers(OTTO, 2).await;
    assert_eq!(world.last_said(OTTO), replies::budget_in_force(Language::Ru, ANNA, last));
    world.ends().await;
}

#[tokio::test]
async fn nobody_passes_for_an_owner() {
    let olga = OLGA.to_string();
    let world = priced(Mode::Webhook, &[("ADMIN_USER_IDS", &olga)]).await;
    let text = format!("/budget {ANNA} 5");
    world.anna(&text);
    world.answers(ANNA, 1).await;
    assert_eq!(world.last_said(ANNA), replies::unknown_command(Language::En, "budget"));
    let olgas = json!({"id": OLGA, "is_bot": false, "first_name": "Olga", "language_code": "en"});
    let forwarded = json!({"message_id": 500, "date": 1_790_000_000, "from": olgas, "text": text,
        "chat": {"id": OLGA, "type": "private"}, "forward_origin": {"type": "hidden_user", "date": 1,
        "sender_user_name": "Anna"}});
    let _ = world.telegram.inject(&json!({ "message": forwarded }).to_string());
    world.answers(OLGA, 1).await;
    assert_eq!(world.last_said(OLGA), replies::unknown_command(Language::En, "budget"));
    world.telegram.set_admins(GROUP, &[BORIS]);
    let anonymous = Act::SendAnonymously { chat: GROUP, user: BORIS, text: text.clone(), reply_to: None, thread: None };
    world.telegram.act(anonymous).unwrap();
    world.telegram.add_group(GROUP - 1, "Olga's", &[OLGA]);
    world.says(OLGA, GROUP - 1, &format!("/budget@routergram_bot {ANNA} 5"));
    let channel = json!({"message_id": 501, "date": 1_790_000_000, "text": text, "from": {"id": 136_817_688, "is_bot": true,
        "first_name": "Channel"}, "sender_chat": {"id": OLGA, "type": "channel"}, "chat": {"id": GROUP, "type": "supergroup"}});
    let _ = world.telegram.inject(&json!({ "message": channel }).to_string());
    world.drains().await;
    let given = "SELECT count(*) FROM people WHERE budget_micro_usd IS NOT NULL";
    assert_eq!(stored::<i64>(world.folder.path(), given), 0);
    assert_eq!((world.said(GROUP).len(), world.said(GROUP - 1).len()), (0, 0));
    world.ends().await;
}

#[tokio::test]
async fn the_reserved_is_shown_while_an_answer_is_written_and_given_back_after() {
    let world = priced(Mode::Webhook, &[]).await;
    let mut gate = world.model.hold_after(1);
    world.anna("what?");
    within("the model writes", gate.reached()).await;
    let reserved = async || {
        let page = world.bot.http.get(world.bot.address("/metrics")).bearer_auth("TEST-metrics-token").send().await;
        let page = page.unwrap().text().await.unwrap();
        let line = page.lines().find(|line| line.starts_with("routergram_reserved_usd")).unwrap();
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let kept = reserved().await;
    assert!((0.000_03..0.000_06).contains(&kept), "{kept}");
    gate.release();
    world.answers(ANNA, 1).await;
    until("it is given back", async || reserved().await < 1e-9).await;
    world.ends().await;
}
