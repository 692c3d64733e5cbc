//! Inline mode, from the query to the edited message.

use std::time::Duration;

use super::*;
use crate::sandbox::telegram::view::Act;
use crate::sandbox::telegram::{ActDone, ActRefused, InlineMode};

/// A group without the bot.
const ELSEWHERE: i64 = -1_000_000_000_888;

fn article(id: &str) -> Value {
    let keyboard = json!({"inline_keyboard": [[{"text": "Wait", "callback_data": "wait"}]]});
    json!({"type": "article", "id": id, "title": "Ask", "input_message_content": {"message_text": "<b>…</b>",
        "parse_mode": "HTML"}, "reply_markup": keyboard})
}

impl Bot {
    async fn with_inline() -> Self {
        let bot = Self::start().await;
        bot.telegram.set_inline(InlineMode::WithFeedback);
        bot.telegram.add_group_without_bot(ELSEWHERE, "Elsewhere", &[ANNA, BORIS]);
        bot
    }

    fn types(&self, query: &str) -> Result<ActDone, ActRefused> {
        self.telegram.act(Act::TypeInline { chat: ELSEWHERE, user: ANNA, query: query.to_owned() })
    }

    fn chooses(&self, query: &str, result: &str) -> Result<ActDone, ActRefused> {
        let (query, result) = (query.to_owned(), result.to_owned());
        self.telegram.act(Act::ChooseInline { chat: ELSEWHERE, user: ANNA, query, result })
    }
}

#[tokio::test]
async fn a_chosen_result_is_a_message_that_the_bot_can_edit_from_afar() {
    let bot = Bot::with_inline().await;
    assert_eq!(bot.get("getMe", json!({})).await["supports_inline_queries"], true);
    bot.types(" what is tea? ").unwrap();
    let asked = bot.takes_updates().await.remove(0)["inline_query"].clone();
    assert_eq!((&asked["query"], &asked["chat_type"]), (&json!("what is tea?"), &json!("supergroup")));
    let query = asked["id"].as_str().unwrap();
    assert_eq!(bot.chooses(query, "a").unwrap_err(), ActRefused::NoSuchResult);
    bot.get("answerInlineQuery", json!({"inline_query_id": query, "results": [article("a")], "cache_time": 0})).await;
    assert_eq!(bot.telegram.inline_results(query).unwrap()[0]["title"], "Ask");
    let chosen = bot.chooses(query, "a").unwrap();
    let update = bot.takes_updates().await.remove(0)["chosen_inline_result"].clone();
    assert_eq!((&update["result_id"], &update["query"]), (&json!("a"), &json!("what is tea?")));
    let inline = update["inline_message_id"].as_str().unwrap();
    let shown = bot.telegram.chat(ELSEWHERE).remove(0);
    assert_eq!((&*shown.text, shown.from, shown.via_bot), ("…", ANNA, true));

    let press = Act::Press { chat: ELSEWHERE, user: BORIS, message_id: chosen.message_id(), data: "wait".to_owned() };
    bot.telegram.act(press).unwrap();
    let pressed = bot.takes_updates().await.remove(0)["callback_query"].clone();
    assert_eq!((&pressed["inline_message_id"], &pressed["message"]), (&json!(inline), &Value::Null));

    let edit = |text: &str| json!({"inline_message_id": inline, "text": text});
    assert_eq!(bot.get("editMessageText", edit("Tea is a drink.")).await, json!(true));
    assert!(bot.refused("editMessageText", edit("Tea is a drink.")).await.contains("message is not modified"));
    assert_eq!(bot.telegram.transcript(ELSEWHERE), "Anna: Tea is a drink.\n");
    let keyboard = json!({"inline_message_id": inline, "reply_markup": article("a")["reply_markup"]});
    assert_eq!(bot.get("editMessageReplyMarkup", keyboard).await, json!(true));
    let other = json!({"inline_message_id": "x", "text": "y"});
    assert_eq!(bot.refused("editMessageText", other).await, "Bad Request: MESSAGE_ID_INVALID");
    let away = bot.refused("sendMessage", json!({"chat_id": ELSEWHERE, "text": "x"})).await;
    assert_eq!(away, "Forbidden: bot is not a member of the supergroup chat");
    assert!(bot.telegram.unexpected().is_empty(), "{:?}", bot.telegram.unexpected());
}

#[tokio::test]
async fn an_answer_that_comes_late_or_again_is_refused() {
    let bot = Bot::with_inline().await;
    let answer = |query: &str| json!({"inline_query_id": query, "results": []});
    let too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    let first = bot.types("a").unwrap().inline_query_id.unwrap();
    bot.get("answerInlineQuery", answer(&first)).await;
    assert_eq!(bot.refused("answerInlineQuery", answer(&first)).await, too_old);
    let second = bot.types("b").unwrap().inline_query_id.unwrap();
    bot.clock.advance(Duration::from_secs(31));
    assert_eq!(bot.refused("answerInlineQuery", answer(&second)).await, too_old);
    assert_eq!(bot.takes_updates().await, Vec::<Value>::new(), "nobody delivers a query that nobody waits for");
}

#[tokio::test]
async fn results_that_telegram_would_not_take_are_refused() {
    let bot = Bot::with_inline().await;
    let query = bot.types("a").unwrap().inline_query_id.unwrap();
    let with = |name: &str, value: Value| {
        let mut result = article("a");
        result[name] = value;
        json!({"inline_query_id": query, "results": [result]})
    };
    for (params, why) in [
        (with("id", json!("x".repeat(65))), "RESULT_ID_INVALID"),
        (with("title", json!("")), "RESULT_TITLE_EMPTY"),
        (with("input_message_content", json!({"message_text": ""})), "message text is empty"),
        (json!({"inline_query_id": query, "results": [article("a"), article("a")]}), "RESULT_ID_DUPLICATE"),
        (
            with("reply_markup", json!({"inline_keyboard": [[{"text": "a", "callback_data": "x".repeat(65)}]]})),
            "BUTTON_DATA_INVALID",
        ),
    ] {
        assert_eq!(bot.refused("answerInlineQuery", params).await, format!("Bad Request: {why}"));
    }
}

#[tokio::test]
async fn the_bot_hears_of_what_was_chosen_as_its_owner_wishes_and_can_edit_only_what_has_buttons() {
    let bot = Bot::with_inline().await;
    bot.telegram.set_inline(InlineMode::Off);
    assert_eq!(bot.types("a").unwrap_err(), ActRefused::NoInline);
    for (mode, told) in [(InlineMode::WithoutFeedback, 0), (InlineMode::WithFeedback, 1)] {
        bot.telegram.set_inline(mode);
        let query = bot.types("a").unwrap().inline_query_id.unwrap();
        let mut plain = article("a");
        plain.as_object_mut().unwrap().remove("reply_markup");
        bot.get("answerInlineQuery", json!({"inline_query_id": query, "results": [plain]})).await;
        bot.takes_updates().await;
        bot.chooses(&query, "a").unwrap();
        let updates = bot.takes_updates().await;
        assert_eq!(updates.len(), told);
        assert!(updates.iter().all(|update| update["chosen_inline_result"]["inline_message_id"].is_null()));
    }
    // Where the bot is, it sees what came of it, in privacy mode, too.
    let query = bot.telegram.act(Act::TypeInline { chat: GROUP, user: ANNA, query: "a".to_owned() }).unwrap();
    let query = query.inline_query_id.unwrap();
    bot.get("answerInlineQuery", json!({"inline_query_id": query, "results": [article("a")]})).await;
    bot.takes_updates().await;
    bot.telegram.act(Act::ChooseInline { chat: GROUP, user: ANNA, query, result: "a".to_owned() }).unwrap();
    let updates = bot.takes_updates().await;
    assert_eq!(updates[0]["message"]["via_bot"]["id"], json!(bot.telegram.bot_id()));
    assert!(updates[1]["chosen_inline_result"]["inline_message_id"].is_string());
}
