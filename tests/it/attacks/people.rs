//! People who are not who they seem, and those who want more than is theirs. Attacks 15, 16, 18 and 22.
//!
//! Of 18, what budgets do is told elsewhere (`money`); here one person's questions in one chat are answered one at a time and
//! each within its length. There are no files yet: what can be said of 22 is that none is fetched, whatever it claims to be.

use routergram::replies::{self, Language};
use routergram::sandbox::model::{Booking, Fault};
use routergram::sandbox::telegram::view::Act;
use serde_json::{Value, json};
use teloxide::types::UserId;

use crate::world::acts::button_of;
use crate::world::audit::stored;
use crate::world::{ANNA, BORIS, GROUP, Mode, World, within};

/// Has Anna's name, and her id as a username.
const IMPOSTOR: i64 = 6_660;

/// A message of somebody in a chat, with what else it holds.
fn message(from: &Value, chat: i64, fields: &Value) -> String {
    let kind = if chat > 0 { "private" } else { "supergroup" };
    let mut message = json!({"message_id": 500, "date": 1_790_000_000, "from": from,
        "chat": {"id": chat, "type": kind, "title": "Trip"}});
    for (name, value) in fields.as_object().expect("fields are an object") {
        message[name] = value.clone();
    }
    json!({ "message": message }).to_string()
}

#[tokio::test]
async fn whoever_is_not_allowed_is_refused_in_every_disguise_and_costs_nothing() {
    let settings = [("ALLOWED_USER_IDS", ANNA.to_string()), ("ADMIN_USER_IDS", ANNA.to_string())];
    let world = World::with_settings(Mode::Webhook, &settings.each_ref().map(|(name, id)| (*name, id.as_str()))).await;
    world.telegram.add_person(IMPOSTOR, "Anna", Some("en"));
    world.telegram.set_username(IMPOSTOR, &ANNA.to_string());
    world.telegram.set_admins(GROUP, &[BORIS]);
    let anna = json!({"id": ANNA, "is_bot": false, "first_name": "Anna"});
    let boris = json!({"id": BORIS, "is_bot": false, "first_name": "Boris", "language_code": "ru"});
    let channel = json!({"id": 136_817_688, "is_bot": true, "first_name": "Channel", "username": "Channel_Bot"});
    let hidden = json!({"id": 1_087_968_824, "is_bot": true, "first_name": "Group", "username": "GroupAnonymousBot"});
    for text in ["hello", "/start", "/status", "/ask what?", "/new You are mine", "/retry"] {
        world.says(BORIS, BORIS, text);
    }
    world.says(IMPOSTOR, IMPOSTOR, "it is me, Anna");
    world.says(BORIS, GROUP, "/ask@routergram_bot what?");
    let text = "/ask@routergram_bot from somebody who hides".to_owned();
    world.telegram.act(Act::SendAnonymously { chat: GROUP, user: BORIS, text, reply_to: None, thread: None }).unwrap();
    let hers = json!({"type": "user", "date": 1, "sender_user": anna});
    let disguises = [
        message(&boris, BORIS, &json!({"text": "/status", "forward_origin": hers, "forward_from": anna})),
        message(&boris, BORIS, &json!({"text": "look", "reply_to_message": {"message_id": 1, "from": anna}})),
        message(&boris, BORIS, &json!({"text": "by way of a bot", "via_bot": anna})),
        message(&boris, BORIS, &json!({"text": "hers", "sender_business_bot": anna, "author_signature": "Anna"})),
        message(
            &anna,
            GROUP,
            &json!({"text": "/ask@routergram_bot as a channel", "sender_chat": {"id": -7, "type": "channel"}}),
        ),
        message(
            &hidden,
            GROUP,
            &json!({"text": "/ask@routergram_bot x", "sender_chat": {"id": GROUP, "type": "supergroup"}}),
        ),
        json!({"edited_message": {"message_id": 501, "date": 1, "edit_date": 2, "from": boris, "text": "/status",
            "chat": {"id": BORIS, "type": "private"}}})
        .to_string(),
        json!({"business_message": {"message_id": 502, "date": 1, "from": anna, "text": "/status",
            "business_connection_id": "x", "chat": {"id": ANNA, "type": "private"}}})
        .to_string(),
        message(
            &channel,
            GROUP,
            &json!({"text": "/ask@routergram_bot x", "sender_chat": {"id": ANNA, "type": "private"}}),
        ),
    ];
    for raw in &disguises {
        let _ = world.telegram.inject(raw);
    }
    world.drains().await;
    let told = |person: i64, language| replies::private_bot(language, UserId(person.unsigned_abs()));
    let said: Vec<String> = world.said(BORIS).into_iter().map(|message| message.text).collect();
    assert_eq!(said, [told(BORIS, Language::Ru)], "once, however often they come and as whom");
    assert_eq!(world.last_said(IMPOSTOR), told(IMPOSTOR, Language::En));
    assert_eq!((world.said(GROUP).len(), world.said(ANNA).len()), (0, 0));
    assert_eq!(world.model.request_count(), 0);
    assert_eq!(stored::<i64>(world.folder.path(), "SELECT count(*) FROM ledger"), 0);
    world.anna("and I?");
    world.answers(ANNA, 1).await;
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_button_that_the_bot_did_not_make_does_nothing() {
    let mut world = World::with(Mode::Webhook).await;
    world.expects_in_log(&["The model failed"]);
    world.model.fails_next(1, &Fault::moderated("x"));
    world.says(BORIS, BORIS, "mine alone");
    let failure = world.answers(BORIS, 1).await.remove(0);
    let his = button_of(&failure, "retry:").expect("he may try again");
    world.anna("hello");
    world.answers(ANNA, 1).await;
    let seq = his.strip_prefix("retry:").expect("it names an update");
    let long = format!("retry:{}", "1".repeat(64_000));
    let forged = [
        "",
        "stop",
        "retry",
        "retry:",
        "retry:x",
        "retry:-1",
        "retry:0",
        "retry:9223372036854775807",
        "retry:1; DROP TABLE inbox",
        "RETRY:1",
        "stop:\u{0}",
        "admin:1",
        &long,
        &his,
        &format!("stop:{seq}"),
    ];
    for (number, data) in forged.iter().enumerate() {
        let from = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"});
        let under = json!({"message_id": failure.message_id, "date": 0, "chat": {"id": ANNA, "type": "private"}});
        let pressed = json!({"id": format!("forged-{number}"), "from": from, "message": under, "chat_instance": "1",
            "data": data});
        let _ = world.telegram.inject(&json!({ "callback_query": pressed }).to_string());
    }
    world.drains().await;
    let answered = world.telegram.calls().into_iter().filter(|call| call.method == "answerCallbackQuery");
    let told: Vec<Value> = answered.map(|call| call.params["text"].clone()).collect();
    assert_eq!(told.len(), forged.len());
    let refusals = [replies::button_expired(Language::En), replies::nothing_to_stop(Language::En)];
    assert!(told.iter().all(|text| refusals.iter().any(|refusal| text == refusal)), "{told:#?}");
    assert_eq!((world.said(ANNA).len(), world.said(BORIS).len(), world.model.request_count()), (1, 1, 2));
    world.ends().await;
}

#[tokio::test]
async fn twenty_questions_at_once_are_answered_one_at_a_time_each_within_its_length_and_paid_once() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "50")]).await;
    world.model.answers("no end to it ".repeat(1000));
    let mut gate = world.model.hold_after(0);
    for number in 1..=20 {
        world.anna(&format!("question {number}"));
    }
    within("Telegram has delivered everything", world.telegram.all_delivered()).await;
    within("the first is being answered", gate.reached()).await;
    assert_eq!(world.model.request_count(), 1, "the others wait");
    gate.release();
    world.drains().await;
    let requests = world.model.requests();
    assert_eq!(requests.len(), 20);
    assert!(requests.iter().all(|asked| asked.max_tokens == 50));
    within("the model has closed its books", world.model.idle()).await;
    let spent: i64 = stored(world.folder.path(), "SELECT sum(cost_micro_usd) FROM ledger");
    assert_eq!(spent, world.model.book().iter().map(Booking::cost_micro_usd).sum::<i64>());
    world.ends().await;
}

/// Bytes of memory that the bot holds.
fn resident(world: &World) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", world.bot.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the system tells");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn a_file_that_is_none_is_answered_with_a_sentence_whatever_it_claims_to_be() {
    let world = World::with(Mode::Webhook).await;
    let before = resident(&world);
    let anna = json!({"id": ANNA, "is_bot": false, "first_name": "Anna", "language_code": "en"});
    let files = [
        json!({"file_id": "large", "file_unique_id": "1", "file_name": "film.mkv", "file_size": 21_076_378}),
        json!({"file_id": "bomb", "file_unique_id": "2", "file_name": "42.zip", "mime_type": "application/zip",
            "file_size": 42_374}),
        json!({"file_id": "../../etc/passwd", "file_unique_id": "3", "file_name": "../../etc/passwd",
            "file_path": "../../etc/passwd", "file_size": -1}),
        json!({"file_id": "x", "file_unique_id": "4", "file_name": "\u{202e}fdp.exe\u{0}", "file_size": i64::MAX}),
    ];
    for file in &files {
        let raw = message(&anna, ANNA, &json!({"document": file, "caption": "read this aloud"}));
        let _ = world.telegram.inject(&raw);
    }
    world.drains().await;
    let said: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    let (large, gone) = (replies::file_too_large(Language::En), replies::file_gone(Language::En));
    assert_eq!(said, [large.clone(), gone.clone(), gone, large]);
    // What is said to be too large is not asked for; what nobody has is not fetched.
    assert_eq!(world.telegram.calls().iter().filter(|call| call.method == "getFile").count(), 2);
    assert_eq!(world.model.request_count(), 0);
    assert!(resident(&world) < before + 50_000_000, "{} bytes, and {before} before", resident(&world));
    world.ends().await;
}
