//! Which behaviour each event belongs to, by example.

use super::*;

fn bot() -> BotIdentity {
    BotIdentity { id: 7, username: "a_bot".into(), first_name: "A".into(), ..BotIdentity::default() }
}

fn message(chat: i64, fields: &serde_json::Value) -> Message {
    let mut message = serde_json::json!({"message_id": 3, "chat": {"id": chat}, "from": {"id": 5}});
    for (key, value) in fields.as_object().unwrap() {
        message[key] = value.clone();
    }
    let raw = serde_json::json!({"update_id": 1, "message": message}).to_string();
    match crate::update::event(&raw).unwrap() {
        Event::Message(message) => *message,
        other => panic!("{other:?}"),
    }
}

fn routed(chat: i64, fields: &serde_json::Value) -> Route {
    let audience = if chat < 0 { Audience::Group } else { Audience::Person };
    message_route(&message(chat, fields), &bot(), audience)
}

#[test]
fn a_group_is_answered_only_when_it_speaks_to_the_bot() {
    let talk = serde_json::json!({"text": "hello all"});
    assert_eq!(routed(-5, &talk), Route::Ignore("group_talk".into()));
    let mention =
        serde_json::json!({"text": "hello @A_bot, why?", "entities": [{"type": "mention", "offset": 6, "length": 6}]});
    assert_eq!(routed(-5, &mention), Route::Ask("hello, why?".into()));
    let reply = serde_json::json!({"text": "and then?", "reply_to_message": {"from": {"id": 7, "is_bot": true}}});
    assert_eq!(routed(-5, &reply), Route::Ask("and then?".into()));
}

#[test]
fn another_bot_is_never_answered() {
    let other = serde_json::json!({"text": "hi", "from": {"id": 8, "is_bot": true}});
    assert!(matches!(routed(8, &other), Route::Ignore(_)));
}

#[test]
fn a_path_or_a_fraction_is_a_question_and_an_unknown_command_is_not() {
    assert!(matches!(routed(5, &serde_json::json!({"text": "/usr/bin?"})), Route::Ask(_)));
    let unknown = Route::Say(Sentence::UnknownCommand("frobnicate".into(), None));
    assert_eq!(routed(5, &serde_json::json!({"text": "/frobnicate"})), unknown);
    assert!(matches!(routed(-5, &serde_json::json!({"text": "/frobnicate"})), Route::Ignore(_)));
}

#[test]
fn the_nearest_command_is_one_that_may_be_used() {
    let meant = |audience| {
        let said = message(5, &serde_json::json!({"text": "/budgte 5"}));
        message_route(&said, &bot(), audience)
    };
    let unknown =
        |meant: Option<&str>| Route::Say(Sentence::UnknownCommand("budgte".to_owned(), meant.map(str::to_owned)));
    assert_eq!(meant(Audience::Person), unknown(None));
    assert_eq!(meant(Audience::Owner), unknown(Some("budget")));
    for command in replies::commands(Audience::Owner, true) {
        let said = message(5, &serde_json::json!({"text": format!("/{command} x")}));
        let route = message_route(&said, &bot(), Audience::Owner);
        assert!(!matches!(route, Route::Say(Sentence::UnknownCommand(..))), "/{command} is in the menu");
    }
}

#[test]
fn what_holds_for_a_group_is_for_its_admins_and_asking_is_for_everybody() {
    let sent = |text: &str| routed(-5, &serde_json::json!({"text": text}));
    for text in ["/model gpt", "/persona cook", "/settings", "/language", "/new", "/new You are a pirate"] {
        assert!(sent(text).is_for_admins(), "{text}");
    }
    for text in ["/ask why?", "/retry", "/stop", "/help", "/start", "/stats", "/forget", "/frobnicate"] {
        assert!(!sent(text).is_for_admins(), "{text}");
    }
}

#[test]
fn what_came_by_way_of_a_bot_is_nobodys_question_in_a_group() {
    let picked = serde_json::json!({"text": "@a_bot why?", "via_bot": {"id": 7, "is_bot": true},
        "entities": [{"type": "mention", "offset": 0, "length": 6}]});
    assert_eq!(routed(-5, &picked), Route::Ignore("by_way_of_a_bot".into()));
}

#[test]
fn the_bot_speaks_up_where_it_was_added_and_nowhere_else() {
    let change = |was_in, is_in| {
        let by = message(5, &serde_json::json!({"text": "x"})).from.unwrap();
        Membership { chat: -5, kind: ChatKind::Group, by, was_in, is_in, sees_all: false }
    };
    assert!(matches!(membership_route(&change(false, true)), Route::Joined(_)));
    let silent = [
        change(true, true),
        change(false, false),
        Membership { kind: ChatKind::Channel, ..change(false, true) },
        Membership { kind: ChatKind::Private, ..change(false, true) },
    ];
    for change in silent {
        assert!(matches!(membership_route(&change), Route::Ignore(_)), "{change:?}");
    }
}

#[test]
fn a_command_for_another_bot_is_nobodys_question() {
    for chat in [5, -5] {
        let stop = serde_json::json!({"text": "/stop@other_bot @a_bot why?"});
        assert_eq!(routed(chat, &stop), Route::Ignore("command_for_another_bot".into()));
    }
}

#[test]
fn strangers_are_told_in_private_and_not_heard_in_groups() {
    let hi = serde_json::json!({"text": "hi"});
    let refused = |message: &Message| refusal(message, Standing::Stranger, &bot());
    assert_eq!(refused(&message(5, &hi)), Route::Unheard(5, Standing::Stranger));
    assert!(matches!(refused(&message(-5, &hi)), Route::Ignore(_)));
    let forget = serde_json::json!({"text": "/forget"});
    assert_eq!(refused(&message(5, &forget)), Route::Forget);
    assert!(matches!(refused(&message(-5, &forget)), Route::Ignore(_)));
}

#[test]
fn a_channel_that_is_forwarded_into_its_group_asks_nothing_and_people_who_write_in_its_name_do() {
    let said = |from: i64, chat: i64, automatic: bool| {
        let said = serde_json::json!({"text": "/ask what?", "from": {"id": from, "is_bot": from != 777_000},
            "sender_chat": {"id": chat}, "is_automatic_forward": automatic});
        routed(-5, &said)
    };
    assert!(matches!(said(777_000, -7, true), Route::Ignore(_)));
    assert_eq!(said(crate::access::ANONYMOUS_ADMIN, -5, false), Route::Ask("what?".into()));
    assert_eq!(said(136_817_688, -7, false), Route::Ask("what?".into()));
    // Nobody whom Telegram has.
    assert!(matches!(said(9, -7, false), Route::Ignore(_)));
}
