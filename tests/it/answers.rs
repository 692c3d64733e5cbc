//! The main job: a message gets its answer, whichever way it came in.

use crate::world::{ANNA, BORIS, GROUP, Mode, World, within};

#[tokio::test]
async fn a_message_gets_its_answer_by_webhook() {
    a_message_gets_its_answer(Mode::Webhook).await;
}

#[tokio::test]
async fn a_message_gets_its_answer_by_polling() {
    a_message_gets_its_answer(Mode::Polling).await;
}

async fn a_message_gets_its_answer(mode: Mode) {
    let world = World::with(mode).await;
    world.model.answers("**forty**-two");
    world.anna("what is the answer?");
    let answer = world.answers(ANNA, 1).await;
    assert_eq!(answer[0].text, "forty-two");
    assert_eq!(answer[0].entities, [serde_json::json!({"type": "bold", "offset": 0, "length": 5})]);
    assert_eq!(answer[0].reply_to, None);
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_conversation_is_remembered_across_a_restart_and_forgotten_with_new() {
    let mut world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("I know {} messages", asked.messages.len() - 1));
    world.anna("one");
    world.answers(ANNA, 1).await;
    world.drains().await;
    world.bot.stops().await;
    world.bot.starts().await;
    world.anna("two");
    world.answers(ANNA, 2).await;
    assert_eq!(world.last_said(ANNA), "I know 3 messages");
    world.anna("/new You are a pirate");
    world.answers(ANNA, 3).await;
    world.anna("three");
    world.answers(ANNA, 4).await;
    assert_eq!(world.last_said(ANNA), "I know 1 messages");
    let request = world.model.requests().pop().unwrap();
    assert_eq!(request.said_by("system").collect::<Vec<_>>(), ["You are a pirate"]);
    world.ends().await;
}

#[tokio::test]
async fn several_messages_are_answered_in_order_one_after_the_other() {
    let world = World::with(Mode::Polling).await;
    world.model.answers_with(|asked| format!("to {}", asked.question()));
    for n in 0..20 {
        world.anna(&format!("message {n}"));
    }
    let answers: Vec<String> = world.answers(ANNA, 20).await.into_iter().map(|message| message.text).collect();
    let expected: Vec<String> = (0..20).map(|n| format!("to message {n}")).collect();
    assert_eq!(answers, expected);
    world.ends().await;
}

#[tokio::test]
async fn one_slow_chat_does_not_hold_up_another() {
    let world = World::with(Mode::Webhook).await;
    let gate = world.model.hold_after(1);
    world.anna("take your time");
    within("the model writes to Anna", world.model.sent(1)).await;
    world.model.answers("quick");
    world.says(BORIS, BORIS, "quick?");
    world.answers(BORIS, 1).await;
    assert!(world.said(ANNA).is_empty());
    gate.release();
    world.answers(ANNA, 1).await;
    world.ends().await;
}

#[tokio::test]
async fn a_group_is_answered_when_it_speaks_to_the_bot_and_as_a_reply() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers_with(|asked| format!("re: {}", asked.question()));
    world.telegram.set_privacy(false);
    world.says(ANNA, GROUP, "let us go to the sea");
    let question = world.says(BORIS, GROUP, "@routergram_bot how far is it?");
    let answer = world.answers(GROUP, 1).await;
    assert_eq!((answer[0].text.as_str(), answer[0].reply_to), ("re: Boris: how far is it?", Some(question)));
    world.drains().await;
    assert_eq!(world.model.request_count(), 1);
    world.ends().await;
}

#[tokio::test]
async fn each_topic_is_a_conversation_of_its_own_and_answered_where_it_was_asked() {
    let world = World::with(Mode::Webhook).await;
    let topic = world.telegram.add_topic(GROUP, "Food");
    world.model.answers_with(|asked| format!("{} messages", asked.messages.len() - 1));
    let say = |thread, text: &str| {
        let act = serde_json::json!({"act": "send", "chat": GROUP, "user": ANNA, "text": text, "thread": thread});
        world.telegram.act(serde_json::from_value(act).unwrap()).unwrap();
    };
    say(None, "/ask one");
    world.answers(GROUP, 1).await;
    say(Some(topic), "/ask two");
    let answers = world.answers(GROUP, 2).await;
    assert_eq!((answers[1].thread, answers[1].text.as_str()), (Some(topic), "1 messages"));
    world.ends().await;
}

#[tokio::test]
async fn a_long_answer_arrives_whole_in_several_messages() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "8000")]).await;
    let line = "All work and no play makes Jack a dull boy. ";
    world.model.answers(line.repeat(300).trim());
    world.anna("write");
    world.drains().await;
    let parts: Vec<String> = world.said(ANNA).into_iter().map(|message| message.text).collect();
    assert!(parts.len() >= 4 && parts.iter().all(|part| part.encode_utf16().count() <= 4096));
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&parts.join(" ")), words(&line.repeat(300)));
    world.ends().await;
}

#[tokio::test]
async fn an_answer_that_reached_its_longest_says_so() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "50")]).await;
    world.model.answers("word ".repeat(200).trim());
    world.anna("write");
    let said = world.answers(ANNA, 2).await;
    assert!(said[0].text.starts_with("word word"));
    assert_eq!(said[1].text, "This is as long as an answer may be. Write “go on” for the rest.");
    world.ends().await;
}

#[tokio::test]
async fn a_draft_grows_while_the_answer_is_written_and_stop_keeps_what_was_written() {
    let world = World::with(Mode::Webhook).await;
    world.model.answers("one two three four five");
    let mut gate = world.model.hold_after(2);
    world.anna("count");
    within("the model pauses", gate.reached()).await;
    let has_draft =
        |calls: &[routergram::sandbox::telegram::Call]| calls.iter().any(|call| call.method == "sendMessageDraft");
    within("a draft is shown", world.telegram.calls_become(has_draft)).await;
    let stop = serde_json::json!({"act": "stop_draft", "chat": ANNA, "user": ANNA});
    world.telegram.act(serde_json::from_value(stop).unwrap()).unwrap();
    world.answers(ANNA, 1).await;
    assert!("one two three four five".starts_with(&world.last_said(ANNA)), "{}", world.last_said(ANNA));
    assert!(world.last_said(ANNA).len() < "one two three four five".len());
    drop(gate);
    world.ends().await;
}

#[tokio::test]
async fn commands_and_what_cannot_be_read_are_answered_in_the_persons_language() {
    let world = World::with(Mode::Polling).await;
    for (count, text) in ["/start", "/help", "/new", "/stop", "/frobnicate"].iter().enumerate() {
        world.anna(text);
        world.answers(ANNA, count + 1).await;
        world.says(BORIS, BORIS, text);
        world.answers(BORIS, count + 1).await;
        assert_ne!(world.last_said(ANNA), world.last_said(BORIS), "{text}");
    }
    assert_eq!(world.model.request_count(), 0);
    world.ends().await;
}

#[tokio::test]
async fn four_thousand_emoji_are_asked_and_answered_whole() {
    let world = World::with_settings(Mode::Webhook, &[("MAX_TOKENS", "20000")]).await;
    world.model.answers_with(|asked| asked.question().to_owned());
    let (emoji, family) = ("😀".repeat(4096), "👨‍👩‍👧‍👦".repeat(300));
    // Telegram takes 4,096 units a message, which an app cuts a paste into.
    world.anna(&emoji[..emoji.len() / 2]);
    world.anna(&emoji[emoji.len() / 2..]);
    world.drains().await;
    let answered: String = world.said(ANNA).iter().map(|message| message.text.as_str()).collect();
    assert_eq!((world.model.request_count(), answered.chars().count()), (1, 4096));
    assert!(answered.chars().all(|each| each == '😀'));
    world.anna(&family);
    world.drains().await;
    assert_eq!(world.last_said(ANNA), family);
    world.ends().await;
}
